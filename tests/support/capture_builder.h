// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "engine/capture/packet_source.h"
#include "tests/support/packet_builder.h"

/// Capture files built byte by byte from the format descriptions (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng),
/// so that no library under test writes what it reads.
namespace flowscent::test {

struct Frame {
    Bytes bytes;
    base::Nanoseconds time = 0;
    std::uint32_t originalLength = 0; ///< 0 for the length of `bytes`
    std::uint32_t interface = 0;      ///< pcapng only: index of its interface
};
/// As a source would hand it out; the frame must outlive the view.
[[nodiscard]] capture::PacketView view(const Frame& frame, int linkType = 1);

struct PcapStyle {
    bool bigEndian = false;
    bool nanoseconds = false;
    bool modified = false; ///< Kuznetzov's variant with eight more bytes a record
    std::uint32_t linkType = 1;
    std::uint32_t snapLength = 262144;
};
[[nodiscard]] Bytes pcap(const std::vector<Frame>& frames, const PcapStyle& style = {});

struct PcapngInterface {
    std::uint16_t linkType = 1;
    int resolution = -1;     ///< the byte of option if_tsresol; -1 leaves it out (microseconds)
    std::int64_t offset = 0; ///< option if_tsoffset, seconds
};
struct PcapngStyle {
    bool bigEndian = false;
    std::vector<PcapngInterface> interfaces{PcapngInterface{}};
    bool simpleBlocks = false;   ///< simple packet blocks: no times
    bool otherBlocks = false;    ///< a name resolution block before every packet
    bool lateInterfaces = false; ///< each interface is described just before its first packet
};
[[nodiscard]] Bytes pcapng(const std::vector<Frame>& frames, const PcapngStyle& style = {});

/// Writes the bytes and returns the path.
std::filesystem::path save(const std::filesystem::path& file, const Bytes& bytes);
/// The same as another file of that name: quick when it happens a thousand times, for file systems bring a file that is
/// written over to the disk at once.
std::filesystem::path saveAnew(const std::filesystem::path& file, const Bytes& bytes);

} // namespace flowscent::test
