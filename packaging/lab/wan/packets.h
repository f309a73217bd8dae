// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "settings.h"

#include <span>

namespace flowscent::wan {

using Bytes = std::vector<std::uint8_t>;

/// What the link looks at in an IP packet.
struct Ends {
    Address source;
    Address destination;
};

/// Nothing if it is no whole IPv4 or IPv6 packet.
[[nodiscard]] std::optional<Ends> endsOf(std::span<const std::uint8_t> packet);

/// The ICMP answer to a packet of `endsOf` that is larger than `mtu` (RFC 1191: fragmentation needed; RFC 4443: packet
/// too big), from `router`, of the packet's own family. Nothing where none may be sent: IPv4 that could have been
/// fragmented, a later fragment, an ICMP error, a packet to or from what is no single host.
[[nodiscard]] std::optional<Bytes> tooBig(std::span<const std::uint8_t> packet, const Address& router, std::size_t mtu);

} // namespace flowscent::wan
