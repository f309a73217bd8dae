// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/flow/flow_record.h"
#include "engine/flow/packet_note.h"
#include "engine/flow/tcp_tracker.h"

namespace flowscent::flow {

/// A flow that goes on: its record so far and what is needed to continue it. Used by FlowAssembler alone.
class FlowState {
public:
    /// Starts anew with the flow's first packet, which must then be given to `take` like all others. Memory of an
    /// earlier flow is used again.
    void begin(FlowId id, const PacketNote& first);

    void take(const PacketNote& note, bool keepPlace);
    /// An ICMP error about this flow.
    void takeError(const packet::Headers& error);
    /// Whether a SYN belongs to the conversation so far: the same again, or one that data overtook on the way. In the
    /// latter case the sender turns out to be the client.
    [[nodiscard]] bool takesSyn(const packet::Headers& syn, bool fromLow);

    [[nodiscard]] FlowId id() const { return m_id; }
    [[nodiscard]] bool clientIsLow() const { return m_clientIsLow; }
    [[nodiscard]] identify::Identity& identity() { return m_record.identity; }
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
    void turnRound();
    void count(const PacketNote& note, std::size_t direction);
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
