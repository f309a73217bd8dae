// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/flow/flow_record.h"
#include "engine/flow/tcp_tracker.h"

namespace flowscent::flow {

/// A flow that goes on: its record so far and what is needed to continue it. Used by FlowAssembler alone.
class FlowState {
public:
    /// Starts anew with the flow's first packet, which must then be given to `take` like all others. Memory of an
    /// earlier flow is used again. `fromLow` says whether the sender is the smaller endpoint of the pair.
    void begin(FlowId id, const packet::Headers& first, const capture::PacketView& packet, bool fromLow);

    void take(const packet::Headers& headers, const capture::PacketView& packet, bool fromLow, bool keepPlace);

    [[nodiscard]] FlowId id() const { return m_id; }
    [[nodiscard]] bool closed() const { return m_tcp.closed(); }
    [[nodiscard]] std::uint64_t packets() const
    {
        return m_record.statistics.packets[outward] + m_record.statistics.packets[inward];
    }
    [[nodiscard]] base::Nanoseconds start() const { return m_record.start; }
    [[nodiscard]] base::Nanoseconds last() const { return m_record.last; }
    /// The record as it stands, its end set to `end`.
    [[nodiscard]] const FlowRecord& record(FlowEnd end);

private:
    void count(const packet::Headers& headers, const capture::PacketView& packet, std::size_t direction);
    void countNoise(std::uint8_t marks);
    void countGapsAndPayload(const packet::Headers& headers, base::Nanoseconds time, std::size_t direction);
    void observe(const packet::Headers& headers, base::Nanoseconds time, std::size_t direction, std::uint8_t marks);

    FlowId m_id;
    bool m_clientIsLow = true;
    FlowRecord m_record;
    TcpTracker m_tcp;
    std::array<base::Nanoseconds, 2> m_lastOf{}; ///< last packet of each direction that was no noise
    base::Nanoseconds m_lastKept = 0;            ///< last packet of either direction that was no noise
    base::Nanoseconds m_synAt = 0;
    bool m_synSeen = false;
    bool m_anyKept = false;
    std::uint8_t m_payloadFrom = 2; ///< direction of the last payload; 2 when none yet
};

} // namespace flowscent::flow
