// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

#include "engine/flow/flow_record.h"

namespace flowscent::flow {

/// How a SYN without ACK fits the conversation so far.
enum class SynFit : std::uint8_t {
    Same,      ///< the first again, or nothing speaks against it
    Overtaken, ///< it opened the conversation, but something it opened came before it
    Another,   ///< the ports are used again
};

/// Follows one TCP conversation: which segments repeat what was seen, how it opened and how it closed.
/// Sequence arithmetic is modulo 2^32 (RFC 9293, section 3.4).
class TcpTracker {
public:
    /// Forgets everything. Gaps are left as they are: a side says how many mean something.
    void begin()
    {
        m_sides = {};
        m_resetBy = 2;
        m_closed = false;
    }
    /// Marks of the segment that comes next (ObservationMark bits without the direction).
    [[nodiscard]] std::uint8_t take(const packet::Headers& segment, std::size_t direction);
    /// Both sides have sent a FIN that the other acknowledged, or one has reset.
    [[nodiscard]] bool closed() const { return m_closed; }
    [[nodiscard]] TcpState state() const;
    /// Before such a segment is taken.
    [[nodiscard]] SynFit judgeSyn(const packet::Headers& syn, std::size_t direction) const;
    /// Both directions change places.
    void turnRound();

private:
    /// Sequence numbers that a segment which came too early has left out.
    struct Gap {
        std::uint32_t begin = 0;
        std::uint32_t end = 0; ///< == begin when there is none
    };
    /// 24 bytes, so that a packet touches one line of memory for both sides.
    struct Side {
        std::uint32_t next = 0;         ///< first sequence number not seen yet
        std::uint32_t first = 0;        ///< the lowest one seen
        std::uint32_t synAt = 0;        ///< that of the first SYN
        std::uint32_t acknowledged = 0; ///< last acknowledgement number sent
        std::uint32_t finEnd = 0;       ///< sequence number after the FIN
        std::uint16_t window = 0;
        std::uint8_t gaps = 0;         ///< how many of m_gaps mean something
        bool known : 1 = false;        ///< `next` and `first` are valid
        bool acknowledges : 1 = false; ///< `acknowledged` and `window` are valid
        bool syn : 1 = false;
        bool fin : 1 = false;
        bool finAcknowledged : 1 = false;
    };
    static_assert(sizeof(Side) == 24);

    bool fillGap(std::size_t direction, std::uint32_t begin, std::uint32_t end);
    void openGap(std::size_t direction, std::uint32_t begin, std::uint32_t end);
    std::uint8_t markData(std::size_t direction, const packet::Headers& segment, std::uint32_t length);
    static std::uint8_t markAcknowledgement(Side& side, const packet::Headers& segment, std::uint32_t length);
    void noteFlags(const packet::Headers& segment, std::size_t direction, std::uint32_t end);

    std::array<Side, 2> m_sides{};
    std::uint8_t m_resetBy = 2; ///< direction of the first RST; 2 when none
    bool m_closed = false;
    std::array<std::array<Gap, 4>, 2> m_gaps; ///< per side the latest, newest first; older ones are forgotten
};

} // namespace flowscent::flow
