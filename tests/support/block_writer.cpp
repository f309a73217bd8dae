// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/block_writer.h"

namespace flowscent::test {

namespace {

std::uint64_t claimed(std::int64_t claim, std::size_t truth)
{
    return claim < 0 ? truth : static_cast<std::uint64_t>(claim);
}

void pad(Bytes& bytes)
{
    bytes.resize((bytes.size() + 3) / 4 * 4);
}

} // namespace

Bytes BlockWriter::number(std::uint64_t value, unsigned size) const
{
    Bytes written;
    for (unsigned i = 0; i < size; ++i)
        put8(written, static_cast<unsigned>(value >> (8 * (m_bigEndian ? size - 1 - i : i)) & 0xff));
    return written;
}

void BlockWriter::append(Bytes& body, const std::vector<Option>& options) const
{
    for (const Option& option : options) {
        put(body, number(option.code, 2));
        put(body, number(claimed(option.length, option.value.size()), 2));
        put(body, option.value);
        pad(body);
    }
    if (!options.empty())
        put(body, number(0, 4));
}

BlockWriter& BlockWriter::block(std::uint32_t type, const Bytes& body, std::int64_t leading, std::int64_t trailing)
{
    put(bytes, number(type, 4));
    put(bytes, number(claimed(leading, body.size() + 12), 4));
    put(bytes, body);
    put(bytes, number(claimed(trailing, body.size() + 12), 4));
    boundaries.push_back({bytes.size(), boundaries.back().packets});
    return *this;
}

BlockWriter& BlockWriter::section(bool bigEndian, const std::vector<Option>& options)
{
    m_bigEndian = bigEndian;
    Bytes body = number(0x1a2b3c4d, 4);
    put(body, number(1, 2));
    put(body, number(0, 2));
    put(body, number(UINT64_MAX, 8));
    append(body, options);
    return block(0x0a0d0d0a, body);
}

BlockWriter& BlockWriter::interface(unsigned linkType, const std::vector<Option>& options, std::uint32_t snapLength)
{
    Bytes body = number(linkType, 2);
    put(body, number(0, 2));
    put(body, number(snapLength, 4));
    append(body, options);
    return block(1, body);
}

BlockWriter& BlockWriter::packetBlock(std::uint32_t type, const Bytes& body)
{
    block(type, body);
    ++boundaries.back().packets;
    return *this;
}

void BlockWriter::append(Bytes& body, const Packet& packet) const
{
    put(body, number(packet.ticks >> 32, 4));
    put(body, number(packet.ticks & 0xffff'ffff, 4));
    put(body, number(claimed(packet.captured, packet.bytes.size()), 4));
    put(body, number(claimed(packet.original, packet.bytes.size()), 4));
    put(body, packet.bytes);
    pad(body);
    append(body, packet.options);
}

BlockWriter& BlockWriter::enhanced(const Packet& packet)
{
    Bytes body = number(packet.interface, 4);
    append(body, packet);
    return packetBlock(6, body);
}

BlockWriter& BlockWriter::simple(const Packet& packet)
{
    Bytes body = number(claimed(packet.original, packet.bytes.size()), 4);
    put(body, packet.bytes);
    pad(body);
    return packetBlock(3, body);
}

BlockWriter& BlockWriter::obsolete(const Packet& packet)
{
    Bytes body = number(packet.interface, 2);
    put(body, number(0xffff, 2)); // drops: unknown
    append(body, packet);
    return packetBlock(2, body);
}

} // namespace flowscent::test
