// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/flow/summary/timeline.h"

namespace flowscent::flow {

/// What flows can be told apart by.
enum class ShareBy : std::uint8_t {
    Protocol,    ///< key: IP protocol number
    Application, ///< key: NameId; 0 where it is unknown
    Category,    ///< likewise
    Service,     ///< key: protocol << 16 | the server's port; ICMP has no ports
    State,       ///< key: TcpState; flows that are not TCP are left out
    Duration,    ///< key: index of the decade, see durationEdges
};

/// Durations in seconds at which one decade ends and the next begins: below 1 ms, below 10 ms, ..., an hour and more.
inline constexpr std::array<double, 7> durationEdges{0.001, 0.01, 0.1, 1, 10, 60, 3600};

struct Share {
    std::uint32_t key = 0;
    Amount amount;

    friend bool operator==(const Share&, const Share&) = default;
};

/// Amounts of all kinds that occur, most flows first, by key among equals; decades in their order. Nothing when
/// stopped.
[[nodiscard]] std::optional<std::vector<Share>> shares(const FlowTable& table, std::span<const std::uint32_t> rows,
                                                       ShareBy by, const std::stop_token& stop);

} // namespace flowscent::flow
