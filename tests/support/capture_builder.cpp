// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/capture_builder.h"

#include <fstream>

namespace flowscent::test {

namespace {

/// Numbers in the byte order of the machine that is supposed to have written the file.
class Writer {
public:
    explicit Writer(bool bigEndian)
        : m_bigEndian(bigEndian)
    {
    }
    void number(std::uint64_t value, unsigned size)
    {
        for (unsigned i = 0; i < size; ++i)
            put8(bytes, static_cast<unsigned>(value >> (8 * (m_bigEndian ? size - 1 - i : i))));
    }
    void padded(const Bytes& more)
    {
        put(bytes, more);
        bytes.resize((bytes.size() + 3) / 4 * 4);
    }
    void option(unsigned code, const Writer& value)
    {
        number(code, 2);
        number(value.bytes.size(), 2);
        padded(value.bytes);
    }
    void block(std::uint32_t type, const Writer& body)
    {
        const std::size_t length = body.bytes.size() + 12;
        number(type, 4);
        number(length, 4);
        put(bytes, body.bytes);
        number(length, 4);
    }
    [[nodiscard]] Writer fresh() const { return Writer(m_bigEndian); }

    Bytes bytes;

private:
    bool m_bigEndian;
};

std::uint32_t wireLength(const Frame& frame)
{
    return frame.originalLength != 0 ? frame.originalLength : static_cast<std::uint32_t>(frame.bytes.size());
}

/// Time in the interface's own units since its offset; the inverse of what a reader does.
std::uint64_t ticks(base::Nanoseconds time, const PcapngInterface& interface)
{
    const auto nanoseconds = static_cast<std::uint64_t>(time - interface.offset * base::nanosecondsPerSecond);
    const std::uint64_t seconds = nanoseconds / 1'000'000'000;
    const std::uint64_t rest = nanoseconds % 1'000'000'000;
    const unsigned code = interface.resolution < 0 ? 6 : static_cast<unsigned>(interface.resolution);
    if ((code & 0x80) != 0) {
        const unsigned shift = code & 0x7f;
        return (seconds << shift) + ((rest << shift) + 999'999'999) / 1'000'000'000;
    }
    std::uint64_t perSecond = 1;
    for (unsigned i = 0; i < code; ++i)
        perSecond *= 10;
    return seconds * perSecond +
           (perSecond <= 1'000'000'000 ? rest / (1'000'000'000 / perSecond) : rest * (perSecond / 1'000'000'000));
}

void describeInterface(Writer& file, const PcapngInterface& interface)
{
    Writer body = file.fresh();
    body.number(interface.linkType, 2);
    body.number(0, 2);
    body.number(262144, 4);
    if (interface.resolution >= 0) {
        Writer value = file.fresh();
        value.number(static_cast<std::uint64_t>(interface.resolution), 1);
        body.option(9, value);
    }
    if (interface.offset != 0) {
        Writer value = file.fresh();
        value.number(static_cast<std::uint64_t>(interface.offset), 8);
        body.option(14, value);
    }
    body.option(0, file.fresh());
    file.block(1, body);
}

void writePacket(Writer& file, const Frame& frame, const PcapngStyle& style)
{
    Writer body = file.fresh();
    if (style.simpleBlocks) {
        body.number(frame.bytes.size(), 4); // such a block has no length of its own for what was captured
        body.padded(frame.bytes);
        file.block(3, body);
        return;
    }
    const std::uint64_t time = ticks(frame.time, style.interfaces[frame.interface]);
    body.number(frame.interface, 4);
    body.number(time >> 32, 4);
    body.number(time & 0xffff'ffff, 4);
    body.number(frame.bytes.size(), 4);
    body.number(wireLength(frame), 4);
    body.padded(frame.bytes);
    file.block(6, body);
}

} // namespace

capture::PacketView view(const Frame& frame, int linkType)
{
    return {.bytes = frame.bytes, .originalLength = wireLength(frame), .time = frame.time, .linkType = linkType};
}

Bytes pcap(const std::vector<Frame>& frames, const PcapStyle& style)
{
    Writer file(style.bigEndian);
    file.number(style.modified ? 0xa1b2cd34 : style.nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, 4);
    file.number(2, 2);
    file.number(4, 2);
    file.number(0, 8);
    file.number(style.snapLength, 4);
    file.number(style.linkType, 4);
    for (const Frame& frame : frames) {
        const base::Nanoseconds fraction = frame.time % base::nanosecondsPerSecond;
        file.number(static_cast<std::uint64_t>(frame.time / base::nanosecondsPerSecond), 4);
        file.number(static_cast<std::uint64_t>(style.nanoseconds ? fraction : fraction / 1000), 4);
        file.number(frame.bytes.size(), 4);
        file.number(wireLength(frame), 4);
        if (style.modified)
            file.number(0, 8); // interface index, protocol, packet type
        put(file.bytes, frame.bytes);
    }
    return file.bytes;
}

Bytes pcapng(const std::vector<Frame>& frames, const PcapngStyle& style)
{
    Writer file(style.bigEndian);
    Writer section = file.fresh();
    section.number(0x1a2b3c4d, 4);
    section.number(1, 2);
    section.number(0, 2);
    section.number(UINT64_MAX, 8);
    file.block(0x0a0d0d0a, section);
    std::size_t described = 0;
    const auto describeUpTo = [&](std::size_t count) {
        for (; described < count; ++described)
            describeInterface(file, style.interfaces[described]);
    };
    describeUpTo(style.lateInterfaces ? 1 : style.interfaces.size());
    for (const Frame& frame : frames) {
        describeUpTo(frame.interface + std::size_t{1});
        if (style.otherBlocks) {
            Writer names = file.fresh();
            names.number(0, 4);
            file.block(4, names);
        }
        writePacket(file, frame, style);
    }
    return file.bytes;
}

std::filesystem::path save(const std::filesystem::path& file, const Bytes& bytes)
{
    std::ofstream stream(file, std::ios::binary);
    stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return file;
}

std::filesystem::path saveAnew(const std::filesystem::path& file, const Bytes& bytes)
{
    std::filesystem::remove(file);
    return save(file, bytes);
}

} // namespace flowscent::test
