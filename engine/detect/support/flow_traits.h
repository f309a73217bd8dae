// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/flow/flow_table.h"

namespace flowscent::detect {

/// Who a flow was and when: what no model sees, and what examples may have in common by the way they were found. Plain
/// value.
struct FlowTraits {
    flow::FlowKey key;
    base::Nanoseconds start = 0;
    base::Nanoseconds lasted = 0;
    std::array<std::uint8_t, 2> hops{}; ///< TTL or hop limit of the first packet, outward and inward; 0 when unknown
    std::array<std::uint16_t, 2> mss{}; ///< maximum segment size that each side offered in its SYN; 0 when unknown

    friend bool operator==(const FlowTraits&, const FlowTraits&) = default;
};

/// What the table knows of those rows, in that order. Tables keep neither hop limits nor segment sizes: see
/// store::readPacketTraits, which looks at the packets again.
[[nodiscard]] std::vector<FlowTraits> flowTraits(const flow::FlowTable& table, std::span<const std::uint32_t> rows);

/// One thing that flows may share.
enum class Trait : std::uint8_t {
    ClientAddress,
    ServerAddress,
    ClientNetwork, ///< /24, of IPv6 /64
    ServerNetwork,
    ClientPort,
    ServerPort,
    ClientHops,
    ServerHops,
    ClientMss,
    ServerMss,
    Time, ///< of the first packet; shared by those in one window, not by those with one value
    Count
};
/// "server port", "time".
[[nodiscard]] std::string_view text(Trait trait);

/// One value of a trait, comparable with others of that trait.
struct TraitValue {
    packet::IpAddress address;
    std::uint32_t number = 0;

    friend auto operator<=>(const TraitValue&, const TraitValue&) = default;
};
/// Nothing when it is not known of the flow: hop limits and segment sizes of 0, ports of what has none (neither TCP,
/// UDP nor SCTP). Not for Time.
[[nodiscard]] std::optional<TraitValue> valueOf(const FlowTraits& flow, Trait trait);
/// "10.0.0.7", "10.0.0.0/24", "443".
[[nodiscard]] std::string text(const TraitValue& value, Trait trait);

} // namespace flowscent::detect
