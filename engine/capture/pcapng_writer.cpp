// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/pcapng_writer.h"

#include "engine/capture/capture_format.h"
#include "engine/capture/pcapng_blocks.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

namespace flowscent::capture {

using base::Error;
using base::failure;

namespace {

constexpr std::size_t longestOption = 65535;

enum Option : std::uint16_t { EndOfOptions = 0, Comment = 1, UserApplication = 4, TimeResolution = 9 };

void put16(std::string& bytes, std::uint16_t value)
{
    bytes += static_cast<char>(value & 0xff);
    bytes += static_cast<char>(value >> 8);
}

void put32(std::string& bytes, std::uint32_t value)
{
    put16(bytes, static_cast<std::uint16_t>(value & 0xffff));
    put16(bytes, static_cast<std::uint16_t>(value >> 16));
}

void pad(std::string& bytes)
{
    bytes.append((4 - bytes.size() % 4) % 4, '\0');
}

void putOption(std::string& bytes, Option code, std::string_view value)
{
    put16(bytes, code);
    put16(bytes, static_cast<std::uint16_t>(value.size()));
    bytes += value;
    pad(bytes);
}

/// Length of the UTF-8 character at the front (Unicode 15, table 3-7); 0 when there is none.
std::size_t characterLength(std::string_view text)
{
    const auto byte = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
        return byte(i) >= low && byte(i) <= high;
    };
    const unsigned first = byte(0);
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return follows(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const bool second = first == 0xe0   ? follows(1, 0xa0)
                            : first == 0xed ? follows(1, 0x80, 0x9f) // surrogates are no characters
                                            : follows(1);
        return second && follows(2) ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool second = first == 0xf0 ? follows(1, 0x90) : first == 0xf4 ? follows(1, 0x80, 0x8f) : follows(1);
        return second && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

/// What is no UTF-8 becomes U+FFFD; a text too long ends after its last whole character.
std::string optionText(std::string_view text)
{
    std::string valid;
    while (!text.empty()) {
        const std::size_t length = characterLength(text);
        const std::string_view character = length > 0 ? text.substr(0, length) : "\xEF\xBF\xBD";
        if (valid.size() + character.size() > longestOption)
            break;
        valid += character;
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return valid;
}

/// The inverse of dltOf.
std::optional<std::uint16_t> linkTypeOf(int dlt)
{
    for (const std::uint32_t moved : {100U, 101U, 102U, 103U, 106U}) {
        if (dltOf(moved) == dlt)
            return static_cast<std::uint16_t>(moved);
    }
    return dlt >= 0 && dlt <= 0xffff ? std::optional(static_cast<std::uint16_t>(dlt)) : std::nullopt;
}

} // namespace

PcapngWriter::PcapngWriter(std::ostream& out, std::string_view comment)
    : m_out(out)
{
    std::string body;
    put32(body, sectionMagic);
    put16(body, 1); // version 1.0
    put16(body, 0);
    body.append(8, '\xff'); // the section's length is not told
    putOption(body, Comment, optionText(comment));
    putOption(body, UserApplication, "Flowscent " FLOWSCENT_VERSION);
    putOption(body, EndOfOptions, {});
    writeBlock(SectionBlock, body);
}

base::Result<std::uint32_t> PcapngWriter::interfaceOf(int linkType)
{
    const auto number = linkTypeOf(linkType);
    if (!number)
        return failure(Error::Code::Format, "link type " + std::to_string(linkType) + " has no number in pcapng");
    const auto [found, fresh] = m_interfaces.emplace(*number, static_cast<std::uint32_t>(m_interfaces.size()));
    if (fresh) {
        std::string body;
        put16(body, *number);
        put16(body, 0);
        put32(body, 0); // no snap length: packets may be of any
        putOption(body, TimeResolution, "\x09");
        putOption(body, EndOfOptions, {});
        writeBlock(InterfaceBlock, body);
    }
    return found->second;
}

base::Result<void> PcapngWriter::write(const PacketView& packet, std::string_view comment)
{
    const auto interface = interfaceOf(packet.linkType);
    if (!interface)
        return failure(interface.error());
    const auto time = static_cast<std::uint64_t>(std::max<base::Nanoseconds>(0, packet.time));
    std::string body;
    body.reserve(packet.bytes.size() + comment.size() + 40);
    put32(body, *interface);
    put32(body, static_cast<std::uint32_t>(time >> 32));
    put32(body, static_cast<std::uint32_t>(time & 0xffff'ffff));
    put32(body, static_cast<std::uint32_t>(packet.bytes.size()));
    put32(body, packet.originalLength);
    body.append(reinterpret_cast<const char*>(packet.bytes.data()), packet.bytes.size());
    pad(body);
    if (!comment.empty()) {
        putOption(body, Comment, optionText(comment));
        putOption(body, EndOfOptions, {});
    }
    errno = 0;
    writeBlock(EnhancedPacketBlock, body);
    if (!m_out)
        return failure(Error::Code::Io, std::string("cannot be written: ") + std::strerror(errno != 0 ? errno : EIO));
    return {};
}

void PcapngWriter::writeBlock(std::uint32_t type, const std::string& body)
{
    const auto length = static_cast<std::uint32_t>(body.size() + 12);
    std::string head;
    put32(head, type);
    put32(head, length);
    std::string tail;
    put32(tail, length);
    m_out.write(head.data(), static_cast<std::streamsize>(head.size()));
    m_out.write(body.data(), static_cast<std::streamsize>(body.size()));
    m_out.write(tail.data(), static_cast<std::streamsize>(tail.size()));
}

} // namespace flowscent::capture
