// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/flow/flow_record.h"

namespace flowscent::flow {

/// Sums up a flow's packets as they come: FlowStatistics but for bytes on the wire and ICMP errors, which no
/// observation tells. The same packets in the same order give the same sums to the last bit, whenever they are added
/// up.
class PacketSums {
public:
    /// `tcp`: flags and window mean something.
    void take(const Observation& packet, bool tcp);
    /// Client and server change places in everything so far.
    void turnRound();
    [[nodiscard]] const FlowStatistics& statistics() const { return m_sums; }

private:
    void takeSegment(const Observation& packet, std::size_t direction);
    void takeKept(const Observation& packet, std::size_t direction);

    FlowStatistics m_sums;
    std::array<base::Nanoseconds, 2> m_lastOf{}; ///< since the start: last packet of each direction that was no noise
    base::Nanoseconds m_lastKept = 0;            ///< last packet of either direction that was no noise
    base::Nanoseconds m_synAt = 0;
    bool m_synSeen = false;
    bool m_anyKept = false;
    std::uint8_t m_payloadFrom = 2; ///< direction of the last payload; 2 when none yet
};

} // namespace flowscent::flow
