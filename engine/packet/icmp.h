// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

namespace flowscent::packet {

/// The answering type of an ICMP query type and the reverse; nothing for messages that have no counterpart (errors,
/// redirects). The pairs are those of Community ID version 1 (https://github.com/corelight/community-id-spec), which
/// mirror Zeek's.
[[nodiscard]] std::optional<std::uint8_t> icmpCounterpart(std::uint8_t type, bool v6);

/// Whether the type is the answering half of such a pair.
[[nodiscard]] bool isIcmpReply(std::uint8_t type, bool v6);

} // namespace flowscent::packet
