// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "engine/capture/packet_source.h"

namespace flowscent::capture {

/// Writes packets as pcapng (draft-ietf-opsawg-pcapng): one little-endian section, an interface for each link type
/// (described before its first packet), enhanced packet blocks with nanosecond times. The bytes of a packet and its
/// length on the wire are written as they are given. Not thread-safe; the stream outlives the writer.
class PcapngWriter {
public:
    /// Writes the section's head; `comment` says where the packets come from.
    PcapngWriter(std::ostream& out, std::string_view comment);

    /// `comment` is shown beside the packet; empty for none. Texts are kept to valid UTF-8 and to what an option can
    /// hold (65535 bytes). Format error for a link type that pcapng has no number for, Io error when the stream fails.
    [[nodiscard]] base::Result<void> write(const PacketView& packet, std::string_view comment = {});

private:
    [[nodiscard]] base::Result<std::uint32_t> interfaceOf(int linkType);
    void writeBlock(std::uint32_t type, const std::string& body);

    std::ostream& m_out;
    std::map<std::uint16_t, std::uint32_t> m_interfaces; ///< LINKTYPE_ value to index
};

} // namespace flowscent::capture
