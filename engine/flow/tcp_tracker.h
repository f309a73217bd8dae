// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

#include "engine/flow/flow_record.h"

namespace flowscent::flow {

/// Follows one TCP conversation: which segments repeat what was seen, how it opened and how it closed.
/// Sequence arithmetic is modulo 2^32 (RFC 9293, section 3.4).
class TcpTracker {
public:
    /// Marks of the segment that comes next (ObservationMark bits without the direction).
    [[nodiscard]] std::uint8_t take(const packet::Headers& segment, std::size_t direction);
    /// Both sides have sent a FIN that the other acknowledged, or one has reset.
    [[nodiscard]] bool closed() const { return m_closed; }
    [[nodiscard]] TcpState state() const;

private:
    struct Side {
        std::uint32_t next = 0;         ///< first sequence number not seen yet
        std::uint32_t holeBegin = 0;    ///< a gap left by a segment that came too early
        std::uint32_t holeEnd = 0;      ///< == holeBegin when there is none
        std::uint32_t acknowledged = 0; ///< last acknowledgement number sent
        std::uint32_t finEnd = 0;       ///< sequence number after the FIN
        std::uint16_t window = 0;
        bool known = false;        ///< `next` is valid
        bool acknowledges = false; ///< `acknowledged` and `window` are valid
        bool syn = false;
        bool fin = false;
        bool finAcknowledged = false;
    };

    static std::uint8_t markData(Side& side, const packet::Headers& segment, std::uint32_t length);
    static std::uint8_t markAcknowledgement(Side& side, const packet::Headers& segment, std::uint32_t length);
    void noteFlags(const packet::Headers& segment, std::size_t direction, std::uint32_t end);

    std::array<Side, 2> m_sides{};
    std::uint8_t m_resetBy = 2; ///< direction of the first RST; 2 when none
    bool m_closed = false;
};

} // namespace flowscent::flow
