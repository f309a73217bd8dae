// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/capture_format.h"
#include "engine/capture/pcapng_blocks.h"

#include <algorithm>
#include <array>

namespace flowscent::capture {

using base::Error;
using base::failure;

namespace {

constexpr std::size_t frame = 12; ///< type and length before the body, the length again behind it
constexpr std::size_t enhancedHead = 20;
constexpr std::uint32_t longestStatistics = 1U << 16; ///< bytes of a block that is looked at
constexpr std::uint8_t powersOfTwo = 0x80;            ///< in if_tsresol
constexpr std::uint64_t lastSecond = 9'223'372'035;   ///< whose nanoseconds 64 bits still hold

tl::unexpected<Error> damaged(std::string why)
{
    return failure(Error::Code::Format, std::move(why));
}

struct Instant {
    std::uint64_t seconds = 0;
    std::uint64_t nanoseconds = 0;
};

Instant decimal(std::uint64_t ticks, unsigned digits)
{
    std::uint64_t perSecond = 1;
    for (unsigned i = 0; i < digits; ++i)
        perSecond *= 10;
    Instant instant{ticks / perSecond, ticks % perSecond};
    for (unsigned i = digits; i < 9; ++i)
        instant.nanoseconds *= 10;
    for (unsigned i = 9; i < digits; ++i)
        instant.nanoseconds /= 10;
    return instant;
}

Instant binary(std::uint64_t ticks, unsigned bits)
{
    constexpr unsigned enough = 34; ///< bits of a fraction whose product with 10^9 fits 64 bits
    Instant instant{ticks >> bits, ticks & ((std::uint64_t{1} << bits) - 1)};
    const unsigned kept = std::min(bits, enough);
    instant.nanoseconds = (instant.nanoseconds >> (bits - kept)) * 1'000'000'000ULL >> kept;
    return instant;
}

} // namespace

/// The body lives in the stream until its next call.
struct PcapngRecords::Block {
    std::uint32_t type = 0;
    std::uint64_t offset = 0;
    std::span<const std::uint8_t> body;
};

bool PcapngRecords::beginsWith(std::span<const std::uint8_t> head)
{
    return head.size() >= 4 && number32(head.data(), false) == SectionBlock;
}

bool PcapngRecords::skipBlock(ByteStream& stream)
{
    const std::uint64_t before = stream.offset();
    const bool whole = stream.skip(m_toSkip);
    m_toSkip -= stream.offset() - before;
    return whole;
}

/// Blocks of other kinds may be of any length: they are passed over without being held.
base::Result<std::optional<PcapngRecords::Block>> PcapngRecords::nextBlock(ByteStream& stream)
{
    for (;;) {
        if (m_toSkip > 0 && !skipBlock(stream))
            return failure(Error::Code::Truncated, "within a block");
        const std::uint64_t offset = stream.offset();
        const auto head = stream.peek(frame);
        if (head.empty())
            return std::optional<Block>{};
        if (head.size() < frame)
            return failure(Error::Code::Truncated, "within the head of a block");
        Block block{number32(head.data(), m_bigEndian), offset, {}};
        if (block.type == SectionBlock) { // reads the same both ways, and says the byte order of all that follows
            m_bigEndian = number32(head.data() + 8, true) == sectionMagic;
            if (number32(head.data() + 8, m_bigEndian) != sectionMagic)
                return damaged("a section does not say its byte order");
        }
        const std::uint32_t length = number32(head.data() + 4, m_bigEndian);
        if (length < frame || length % 4 != 0)
            return damaged("a block claims " + std::to_string(length) + " bytes");
        if (block.type == StatisticsBlock && length <= longestStatistics) {
            const auto bytes = stream.peek(length);
            if (bytes.size() == length)
                m_losses.take(bytes.subspan(8, length - frame), m_bigEndian, m_interfaces.size());
        }
        if (!describes(block.type) && !holdsPacket(block.type)) {
            m_toSkip = length;
            m_skipped = offset;
            continue;
        }
        if (length > longestRecord)
            return damaged("a block claims " + std::to_string(length) + " bytes");
        const auto bytes = stream.peek(length);
        if (bytes.size() < length)
            return failure(Error::Code::Truncated, "within a block");
        if (number32(bytes.data() + length - 4, m_bigEndian) != length)
            return damaged("a block says two different lengths");
        block.body = bytes.subspan(8, length - frame);
        return std::optional(block);
    }
}

base::Result<void> PcapngRecords::openSection(const Block& block)
{
    if (block.body.size() < 16)
        return damaged("a section block is too short");
    const unsigned major = number16(block.body.data() + 4, m_bigEndian);
    if (major != 1)
        return damaged("a section is of pcapng version " + std::to_string(major) + ", which is not known");
    m_interfaces.clear();
    m_losses.openSection();
    return {};
}

base::Result<void> PcapngRecords::describeInterface(const Block& block)
{
    constexpr std::size_t fixed = 8;
    constexpr unsigned resolutionOption = 9;
    constexpr unsigned offsetOption = 14;
    if (block.body.size() < fixed)
        return damaged("an interface block is too short");
    Interface interface {
        .linkType = dltOf(number16(block.body.data(), m_bigEndian)),
        .snapLength = number32(block.body.data() + 4, m_bigEndian)
    };
    for (auto rest = block.body.subspan(fixed); rest.size() >= 4;) {
        const unsigned code = number16(rest.data(), m_bigEndian);
        const std::size_t length = number16(rest.data() + 2, m_bigEndian);
        const std::size_t padded = 4 + (length + 3) / 4 * 4;
        if (code == 0)
            break;
        if (rest.size() < padded)
            return damaged("an option of an interface is longer than its block");
        const std::uint8_t* value = rest.data() + 4;
        if (code == resolutionOption && length == 1)
            interface.resolution = value[0];
        if (code == offsetOption && length == 8)
            interface.offsetSeconds = static_cast<std::int64_t>(number64(value, m_bigEndian));
        rest = rest.subspan(padded);
    }
    const unsigned steps = interface.resolution & 0x7fU;
    if (steps > ((interface.resolution & powersOfTwo) != 0 ? 63U : 19U))
        return damaged("an interface counts time in steps too fine for 64 bits");
    if (m_interfaces.size() == mostInterfaces)
        return damaged("a section has more than " + std::to_string(mostInterfaces) + " interfaces");
    m_interfaces.push_back(interface);
    return {};
}

base::Nanoseconds PcapngRecords::timeOf(const Interface& interface, std::uint64_t ticks)
{
    const unsigned steps = interface.resolution & 0x7fU;
    const Instant instant = (interface.resolution & powersOfTwo) != 0 ? binary(ticks, steps) : decimal(ticks, steps);
    // Their sum may be a time although one of the two is none.
    const auto offset = static_cast<std::uint64_t>(interface.offsetSeconds);
    const std::uint64_t seconds = interface.offsetSeconds < 0 ? instant.seconds - std::min(instant.seconds, 0 - offset)
                                                              : std::min(instant.seconds, lastSecond) + offset;
    return static_cast<std::int64_t>(std::min(seconds, lastSecond)) * base::nanosecondsPerSecond +
           static_cast<std::int64_t>(instant.nanoseconds);
}

base::Result<PacketView> PcapngRecords::packetOf(const Block& block) const
{
    const auto& body = block.body;
    const bool simple = block.type == SimplePacketBlock;
    const std::size_t head = simple ? 4 : enhancedHead;
    if (body.size() < head)
        return damaged("a packet block is too short");
    const std::uint32_t index = simple                         ? 0
                                : block.type == OldPacketBlock ? number16(body.data(), m_bigEndian)
                                                               : number32(body.data(), m_bigEndian);
    if (index >= m_interfaces.size())
        return damaged("a packet names interface " + std::to_string(index) + ", which is not described");
    const Interface& interface = m_interfaces[index];
    PacketView packet;
    std::uint32_t captured = 0;
    if (simple) { // says only the length on the wire: the rest follows from the snap length
        packet.originalLength = number32(body.data(), m_bigEndian);
        captured =
            interface.snapLength == 0 ? packet.originalLength : std::min(packet.originalLength, interface.snapLength);
    } else {
        const std::uint64_t ticks =
            std::uint64_t{number32(body.data() + 4, m_bigEndian)} << 32 | number32(body.data() + 8, m_bigEndian);
        packet.time = timeOf(interface, ticks);
        captured = number32(body.data() + 12, m_bigEndian);
        packet.originalLength = number32(body.data() + 16, m_bigEndian);
    }
    if (captured > body.size() - head)
        return damaged("a packet claims " + std::to_string(captured) + " bytes, more than its block has");
    packet.bytes = body.subspan(head, captured);
    packet.linkType = interface.linkType;
    packet.place.offset = block.offset & 0xffff'ffff'ffffULL;
    return packet;
}

/// Of enhanced packet blocks, which nearly all are.
bool PcapngRecords::nextBuffered(ByteStream& stream, PacketView& packet) const
{
    const auto bytes = stream.buffered();
    if (m_toSkip > 0 || bytes.size() < frame || number32(bytes.data(), m_bigEndian) != EnhancedPacketBlock)
        return false;
    const std::uint32_t length = number32(bytes.data() + 4, m_bigEndian);
    if (length < frame || length % 4 != 0 || length > longestRecord || length > bytes.size() ||
        number32(bytes.data() + length - 4, m_bigEndian) != length)
        return false;
    const auto found = packetOf({EnhancedPacketBlock, stream.offset(), bytes.subspan(8, length - frame)});
    if (!found)
        return false;
    packet = *found;
    stream.takeBuffered(length);
    __builtin_prefetch(bytes.data() + length);
    __builtin_prefetch(bytes.data() + length + 64);
    return true;
}

void PcapngRecords::remember(std::uint64_t description)
{
    m_tooManyDescriptions = m_tooManyDescriptions || m_descriptions.size() == mostDescriptions;
    if (m_tooManyDescriptions)
        m_descriptions = {};
    else
        m_descriptions.push_back(description);
}

NextPacket PcapngRecords::next(ByteStream& stream)
{
    for (;;) {
        const auto block = nextBlock(stream);
        if (!block)
            return failure(block.error());
        if (!*block)
            return std::optional<PacketView>{};
        const std::uint64_t length = (*block)->body.size() + frame;
        if (holdsPacket((*block)->type)) {
            auto packet = packetOf(**block);
            if (!packet)
                return failure(packet.error());
            stream.skip(length);
            return std::optional(*packet);
        }
        const auto read = (*block)->type == SectionBlock ? openSection(**block) : describeInterface(**block);
        if (!read)
            return failure(read.error());
        remember((*block)->offset);
        stream.skip(length);
    }
}

} // namespace flowscent::capture
