// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/capture_format.h"

#include <algorithm>

namespace flowscent::capture {

using base::Error;
using base::failure;

namespace {

constexpr std::size_t fileHeader = 24;
constexpr std::size_t plainRecord = 16;
constexpr std::size_t modifiedRecord = 24; ///< interface index, protocol and packet type follow

struct Variant {
    std::uint32_t magic;
    bool nanoseconds;
    std::size_t recordHead;
    std::size_t afterHeader; ///< bytes between the file's header and its first record
};
constexpr Variant variants[] = {
    {0xa1b2c3d4, false, plainRecord, 0},    {0xa1b23c4d, true, plainRecord, 0},
    {0xa1b2cd34, false, modifiedRecord, 0}, // A. Kuznetzov's libpcap
    {0x1c0001ac, true, plainRecord, 4},     // IXIA, hardware and software: the length of all records follows the header
    {0x1c0001ab, true, plainRecord, 4},
};

} // namespace

int dltOf(std::uint32_t linkType)
{
    switch (linkType) { // libpcap, pcap-common.c, as compiled for Linux
    case 100:
        return 11; // RFC 1483 ATM
    case 101:
        return 12; // RAW
    case 102:
        return 15; // SLIP, BSD/OS
    case 103:
        return 16; // PPP, BSD/OS
    case 106:
        return 19; // ATM, classical IP
    default:
        return static_cast<int>(linkType);
    }
}

bool PcapRecords::beginsWith(std::span<const std::uint8_t> head)
{
    return head.size() >= 4 && std::ranges::any_of(variants, [head](const Variant& variant) {
               return number32(head.data(), false) == variant.magic || number32(head.data(), true) == variant.magic;
           });
}

base::Result<std::optional<PcapRecords>> PcapRecords::begin(ByteStream& stream)
{
    const auto bytes = stream.peek(fileHeader);
    if (bytes.size() < 4)
        return std::optional<PcapRecords>{};
    for (const Variant& variant : variants) {
        for (const bool bigEndian : {false, true}) {
            if (number32(bytes.data(), bigEndian) != variant.magic)
                continue;
            PcapRecords records;
            records.m_bigEndian = bigEndian;
            records.m_nanoseconds = variant.nanoseconds;
            records.m_recordHead = variant.recordHead;
            if (bytes.size() == fileHeader) // the upper bits say how long a frame check sequence is
                records.m_linkType = dltOf(number32(bytes.data() + 20, bigEndian) & 0x03ff'ffff);
            if (stream.peek(fileHeader + variant.afterHeader).size() < fileHeader + variant.afterHeader)
                return failure(Error::Code::Truncated, "is cut off within its header, before the first packet");
            stream.skip(fileHeader + variant.afterHeader);
            return std::optional(records);
        }
    }
    return std::optional<PcapRecords>{};
}

bool PcapRecords::nextBuffered(ByteStream& stream, PacketView& packet) const
{
    const auto bytes = stream.buffered();
    if (bytes.size() < m_recordHead)
        return false;
    const std::uint8_t* head = bytes.data();
    const std::uint32_t captured = number32(head + 8, m_bigEndian);
    if (captured > longestRecord || captured > bytes.size() - m_recordHead)
        return false;
    const std::int64_t part = number32(head + 4, m_bigEndian);
    packet.bytes = bytes.subspan(m_recordHead, captured);
    packet.originalLength = number32(head + 12, m_bigEndian);
    packet.time = static_cast<std::int64_t>(number32(head, m_bigEndian)) * base::nanosecondsPerSecond +
                  std::min<std::int64_t>(m_nanoseconds ? part : part * 1000, base::nanosecondsPerSecond - 1);
    packet.linkType = m_linkType;
    packet.place = {.offset = stream.offset() & 0xffff'ffff'ffffULL, .file = 0};
    const std::size_t taken = m_recordHead + captured;
    stream.takeBuffered(taken);
    __builtin_prefetch(head + taken); // the next record, whose place the processor cannot guess
    __builtin_prefetch(head + taken + 64);
    return true;
}

NextPacket PcapRecords::next(ByteStream& stream)
{
    auto bytes = stream.peek(m_recordHead);
    if (bytes.empty())
        return std::optional<PacketView>{};
    if (bytes.size() < m_recordHead)
        return failure(Error::Code::Truncated, "within the head of a record");
    const std::uint32_t captured = number32(bytes.data() + 8, m_bigEndian);
    if (captured > longestRecord)
        return failure(Error::Code::Format, "a record claims " + std::to_string(captured) + " bytes");
    bytes = stream.peek(m_recordHead + captured);
    if (bytes.size() < m_recordHead + captured)
        return failure(Error::Code::Truncated, "within a packet");
    PacketView packet;
    if (!nextBuffered(stream, packet)) // all of it is there now
        return failure(Error::Code::Format, "a record cannot be read");
    return std::optional(packet);
}

base::Result<CaptureFormat> recogniseFormat(ByteStream& stream)
{
    if (PcapngRecords::beginsWith(stream.peek(4)))
        return CaptureFormat(PcapngRecords{});
    const auto classic = PcapRecords::begin(stream);
    if (!classic)
        return failure(classic.error());
    if (*classic)
        return CaptureFormat(**classic);
    return failure(Error::Code::Format, "is not a capture file (neither pcap nor pcapng)");
}

} // namespace flowscent::capture
