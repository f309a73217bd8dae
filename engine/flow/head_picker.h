// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "engine/flow/packet_note.h"

namespace flowscent::flow {

/// Decides on the reader's side which packets' bytes are worth carrying to the flows: those of the first with payload
/// of each pair of ends. It knows no flows, only as many pairs as fit into a table of fixed size; a pair that another
/// drives out begins anew, which carries too much and never too little. The same packets give the same choice.
class HeadPicker {
public:
    /// Whether to carry the bytes of this packet, which belongs to a flow.
    [[nodiscard]] bool wants(const PacketNote& note);

private:
    struct Pair {
        std::uint32_t tag = 0;   ///< the half of the hash that is not the index
        std::uint32_t since = 0; ///< s, time of its last packet
        std::uint32_t taken = 0; ///< packets whose bytes were carried
    };
    static constexpr std::size_t pairs = 65536;
    static constexpr std::uint32_t mostPackets = 24; ///< as many as identify::Identifier looks at
    static constexpr std::uint32_t pause = 10;       ///< s after which a flow may be another of the same pair

    std::vector<Pair> m_pairs{pairs};
};

/// Adds what identifying needs of the frame to the batch and ties it to the note: the datagram from its IP header on, a
/// longer one cut to 4 kB of payload. Nothing is added when the payload was not captured.
void carryHead(std::span<const std::uint8_t> frame, PacketNote& note, PacketBatch& batch);

} // namespace flowscent::flow
