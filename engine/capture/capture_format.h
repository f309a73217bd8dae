// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "engine/capture/byte_stream.h"
#include "engine/capture/loss_report.h"
#include "engine/capture/packet_source.h"

/// The file formats, without files: bytes in, packets out. For the readers of this module only.
namespace flowscent::capture {

/// Longest record or block that is taken for one; what claims more is damaged.
inline constexpr std::uint32_t longestRecord = 16U << 20;
/// Most interfaces of one section: what has more was made to use up memory, which packed costs next to nothing.
inline constexpr std::size_t mostInterfaces = 1U << 20;
/// Most places of sections and interfaces that are kept of a file; of one that has more none are.
inline constexpr std::size_t mostDescriptions = 4U << 20;

/// A number in the byte order of the machine that wrote the file; the bytes must be there.
[[nodiscard]] inline std::uint16_t number16(const std::uint8_t* bytes, bool bigEndian)
{
    return static_cast<std::uint16_t>(bigEndian ? bytes[0] << 8 | bytes[1] : bytes[1] << 8 | bytes[0]);
}
[[nodiscard]] inline std::uint32_t number32(const std::uint8_t* bytes, bool bigEndian)
{
    const auto byte = [bytes](int index) { return std::uint32_t{bytes[index]}; };
    return bigEndian ? byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3)
                     : byte(3) << 24 | byte(2) << 16 | byte(1) << 8 | byte(0);
}

[[nodiscard]] inline std::uint64_t number64(const std::uint8_t* bytes, bool bigEndian)
{
    const std::uint64_t first = number32(bytes, bigEndian);
    const std::uint64_t second = number32(bytes + 4, bigEndian);
    return bigEndian ? first << 32 | second : second << 32 | first;
}

/// The DLT_ value that libpcap gives to a LINKTYPE_ value of a file (they differ for RAW and some others).
[[nodiscard]] int dltOf(std::uint32_t linkType);

/// Next packet, nothing where the stream ends after a whole record, or: Truncated within a record, Format for a record
/// that contradicts itself, each with the bare reason. The view's bytes live in the stream until its next call; its
/// place is the offset of its record. A stream that still grows may be asked again where it ended or was cut off.
/// `nextBuffered` is the short way for the packets between two reads: true and the packet when it lies in the buffer as
/// a whole and is in order; else false, nothing is taken, and `next` tells what there is.
using NextPacket = base::Result<std::optional<PacketView>>;

/// Classic pcap (draft-ietf-opsawg-pcap): both byte orders, micro- and nanoseconds, Kuznetzov's "modified" records and
/// IXIA's header.
class PcapRecords {
public:
    /// Whether the first four bytes are of such a file.
    [[nodiscard]] static bool beginsWith(std::span<const std::uint8_t> head);
    /// Takes the file's header; nothing (and nothing taken) when the bytes are of another format, Truncated when the
    /// header is cut off.
    [[nodiscard]] static base::Result<std::optional<PcapRecords>> begin(ByteStream& stream);
    [[nodiscard]] NextPacket next(ByteStream& stream);
    [[nodiscard]] bool nextBuffered(ByteStream& stream, PacketView& packet) const;
    /// Of the record that comes next, or that the stream ended in.
    [[nodiscard]] static std::uint64_t recordOffset(const ByteStream& stream) { return stream.offset(); }

private:
    bool m_bigEndian = false;
    bool m_nanoseconds = false;
    std::size_t m_recordHead = 16; ///< bytes before a packet's own
    int m_linkType = 1;
};

/// pcapng (draft-ietf-opsawg-pcapng): sections of either byte order, any number of interfaces with link type, time
/// resolution and offset of their own, enhanced, simple and obsolete packet blocks. Other blocks are passed over.
class PcapngRecords {
public:
    /// Whether the first four bytes are of a section.
    [[nodiscard]] static bool beginsWith(std::span<const std::uint8_t> head);
    [[nodiscard]] NextPacket next(ByteStream& stream);
    [[nodiscard]] bool nextBuffered(ByteStream& stream, PacketView& packet) const;
    /// Of the block that comes next, or that the stream ended in.
    [[nodiscard]] std::uint64_t recordOffset(const ByteStream& stream) const
    {
        return m_toSkip > 0 ? m_skipped : stream.offset();
    }
    /// Where the section and interface blocks begin that were read so far; empty when they are too many to keep.
    [[nodiscard]] const std::vector<std::uint64_t>& descriptions() const { return m_descriptions; }
    /// Packets that were lost while the file was captured, as far as it says so.
    [[nodiscard]] std::uint64_t lost() const { return m_losses.lost(); }

private:
    struct Interface {
        int linkType = 1;
        std::uint32_t snapLength = 0;   ///< 0 for none
        std::uint8_t resolution = 6;    ///< as option if_tsresol says it
        std::int64_t offsetSeconds = 0; ///< added to every time
    };
    struct Block;

    [[nodiscard]] base::Result<std::optional<Block>> nextBlock(ByteStream& stream);
    [[nodiscard]] bool skipBlock(ByteStream& stream);
    [[nodiscard]] base::Result<void> openSection(const Block& block);
    [[nodiscard]] base::Result<void> describeInterface(const Block& block);
    [[nodiscard]] base::Result<PacketView> packetOf(const Block& block) const;
    [[nodiscard]] static base::Nanoseconds timeOf(const Interface& interface, std::uint64_t ticks);
    void remember(std::uint64_t description);

    bool m_bigEndian = false;
    std::uint64_t m_toSkip = 0;          ///< bytes of a block that is passed over, still to come
    std::uint64_t m_skipped = 0;         ///< where that block begins
    std::vector<Interface> m_interfaces; ///< of the section at hand
    std::vector<std::uint64_t> m_descriptions;
    LossReport m_losses;
    bool m_tooManyDescriptions = false;
};

using CaptureFormat = std::variant<PcapRecords, PcapngRecords>;

/// Finds out the format and takes the header. Format error when it is none of the two, Truncated when it is cut off.
[[nodiscard]] base::Result<CaptureFormat> recogniseFormat(ByteStream& stream);

} // namespace flowscent::capture
