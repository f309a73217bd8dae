// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/timestamp.h"

namespace flowscent::capture {

/// Where a packet lies, so that it can be read again: CaptureFile's own offset in the n-th file of the capture (of a
/// packed file: in what it unpacks to).
struct PacketPlace {
    std::uint64_t offset : 48 = 0; ///< bytes from the start of the file to the packet's record
    std::uint64_t file : 16 = 0;   ///< index of the file within the capture
    friend bool operator==(const PacketPlace&, const PacketPlace&) = default;
};
static_assert(sizeof(PacketPlace) == 8);

/// Where the blocks of a pcapng file lie that say what its packets mean, in order; found by reading it, so that single
/// packets can be read again without walking the file up to them. Empty when unknown, and for other formats.
using Descriptions = std::vector<std::uint64_t>;

/// One frame as it came off the wire. The bytes belong to the source and live until its next call.
struct PacketView {
    std::span<const std::uint8_t> bytes; ///< what was captured; may be shorter than the frame was
    std::uint32_t originalLength = 0;    ///< bytes on the wire
    base::Nanoseconds time = 0;
    int linkType = 1;  ///< DLT_ value as libpcap names it (1 Ethernet, 113 Linux SLL, 276 SLL2, 12 RAW, ...)
    PacketPlace place; ///< zero for a live source
};

/// Anything that gives packets one after the other. Not thread-safe: one reader belongs to one thread.
class PacketSource {
public:
    virtual ~PacketSource() = default;

    /// The next packet; nothing at the end, or (live) when none came within the source's patience: see `finished`.
    /// An Error ends the source; what came before it stays good (Code::Truncated says just that).
    [[nodiscard]] virtual base::Result<std::optional<PacketView>> next() = 0;
    [[nodiscard]] virtual bool finished() const = 0;
    /// What people call it: a file name or an interface.
    [[nodiscard]] virtual std::string name() const = 0;
    /// Bytes consumed and to be consumed, for progress; the total is 0 when unknown.
    [[nodiscard]] virtual std::uint64_t bytesDone() const = 0;
    [[nodiscard]] virtual std::uint64_t bytesTotal() const = 0;
    /// Whether packets come as they happen; a file can wait, the wire cannot.
    [[nodiscard]] virtual bool live() const { return false; }
    /// Packets the system had to drop because we were too slow; 0 for files.
    [[nodiscard]] virtual std::uint64_t dropped() const { return 0; }
    /// What people should know about what was read, once it has ended: that an archive holds more than was read, say.
    /// Empty for nothing.
    [[nodiscard]] virtual std::string remark() const { return {}; }
};

} // namespace flowscent::capture
