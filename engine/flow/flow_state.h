// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/flow/flow_view.h"
#include "engine/flow/packet_log.h"
#include "engine/flow/packet_note.h"
#include "engine/flow/packet_sums.h"
#include "engine/flow/pair_key.h"
#include "engine/flow/tcp_tracker.h"

namespace flowscent::flow {

/// A flow that goes on. Of its packets only counts and the log are kept until there are more than the log takes: then
/// sums are made of it, which the rest is added to. What a packet needs lies in the first two lines of memory, what is
/// needed once or never behind them. Used by FlowAssembler alone.
class alignas(64) FlowState {
public:
    /// Starts anew with the flow's first packet, which must then be given to `take` like all others.
    void begin(const PacketNote& first);

    void take(const PacketNote& note, bool keepPlace, PacketLog& log);
    /// An ICMP error about this flow.
    void takeError(const packet::Headers& error);
    /// Whether a SYN belongs to the conversation so far: the same again, or one that data overtook on the way. In the
    /// latter case the sender turns out to be the client.
    [[nodiscard]] bool takesSyn(const packet::Headers& syn, bool fromLow, PacketLog& log);
    /// Gives back what the flow has in the log.
    void release(PacketLog& log);

    [[nodiscard]] bool clientIsLow() const { return m_clientIsLow; }
    [[nodiscard]] identify::Identity& identity() { return m_identity; }
    [[nodiscard]] const identify::Identity& identity() const { return m_identity; }
    /// Has the processor fetch where `take` will write, or what `view` will read.
    void prefetchTail(const PacketLog& log) const { log.prefetch(m_tail); }
    void prefetchPackets(const PacketLog& log) const { log.prefetch(m_tail, m_links); }
    [[nodiscard]] bool closed() const { return m_tcp.closed(); }
    [[nodiscard]] std::uint64_t packets() const { return m_packets[outward] + m_packets[inward]; }
    [[nodiscard]] base::Nanoseconds start() const { return m_start; }
    [[nodiscard]] base::Nanoseconds last() const { return m_last; }
    /// The flow between those ends as it stands. The packets are those of `log`, copied to `packets`, which the view
    /// looks at.
    [[nodiscard]] FlowView view(const PairKey& ends, FlowEnd end, bool withPlaces, const PacketLog& log,
                                PacketLog::Packets& packets) const;

private:
    void turnRound(PacketLog& log);
    void takeMore(const Observation& packet, bool tcp, const PacketLog& log);

    base::Nanoseconds m_start = 0;
    base::Nanoseconds m_last = 0;
    std::array<std::uint64_t, 2> m_packets{};
    std::array<std::uint64_t, 2> m_bytes{};
    PacketLog::Tail m_tail;
    std::uint16_t m_vlan = 0;
    packet::Tunnel m_tunnel = packet::Tunnel::None;
    bool m_clientIsLow : 1 = true;
    bool m_directionGuessed : 1 = false;
    bool m_hasErrors : 1 = false; ///< else m_errors means nothing

    std::unique_ptr<PacketSums> m_sums; ///< of a flow with more packets than the log takes
    TcpTracker m_tcp;
    PacketLog::Links m_links{};
    IcmpErrors m_errors;
    identify::Identity m_identity; ///< belongs to who identifies flows
};

} // namespace flowscent::flow
