// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "engine/packet/address.h"

namespace flowscent::hunt {

/// Whether the address never leaves one's own networks: private (RFC 1918), unique local (RFC 4193), link-local
/// (RFC 3927, RFC 4291), loopback, unspecified, broadcast, or a multicast group.
[[nodiscard]] bool staysInside(const packet::IpAddress& address);

/// Where a flow leads by the addresses of its ends. Nothing: neither end is inside.
enum class Heading : std::uint8_t { Elsewhere, Out, In, Lateral, Count };
[[nodiscard]] Heading heading(const packet::IpAddress& client, const packet::IpAddress& server);

} // namespace flowscent::hunt
