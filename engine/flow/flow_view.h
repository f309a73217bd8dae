// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "engine/flow/flow_record.h"

namespace flowscent::flow {

/// ICMP errors of others about a flow while it was open.
struct IcmpErrors {
    std::uint32_t count = 0; ///< stands still at its greatest value
    std::uint8_t type = 0;   ///< of the latest
    std::uint8_t code = 0;
};

/// One conversation as it lies in an assembler or a table, which own what the spans and the pointer look at: valid
/// until that changes. Nothing is added up before it is asked for: most flows are so short that their observations are
/// all there is to say.
struct FlowView {
    FlowKey key;
    base::Nanoseconds start = 0;
    base::Nanoseconds last = 0;
    TcpState state = TcpState::None;
    FlowEnd end = FlowEnd::Open;
    bool directionGuessed = false;
    std::uint16_t vlan = 0;
    packet::Tunnel tunnel = packet::Tunnel::None;
    Origin origin = Origin::Packets;
    identify::Identity identity;
    std::array<std::uint64_t, 2> packets{};
    std::array<std::uint64_t, 2> bytes{}; ///< on the wire
    IcmpErrors icmpErrors;
    std::span<const Observation> observations;
    std::span<const capture::PacketPlace> places;
    /// Sums of a flow with more packets than `observations`, or of a log's; null when the observations tell all.
    /// Packets, bytes and ICMP errors in it do not count.
    const FlowStatistics* totals = nullptr;

    [[nodiscard]] FlowStatistics statistics() const;
    /// Everything as a value of its own.
    [[nodiscard]] FlowRecord record() const;
};

/// Looks at the record, which must outlive the view. Its statistics are taken as they are.
[[nodiscard]] FlowView viewOf(const FlowRecord& record);

} // namespace flowscent::flow
