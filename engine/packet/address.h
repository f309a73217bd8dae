// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flowscent::packet {

/// An IPv4 or IPv6 address. IPv4 is kept in the first four bytes, the rest is zero.
struct IpAddress {
    std::array<std::uint8_t, 16> bytes{}; ///< network order
    bool v6 = false;

    friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

/// "192.0.2.7", or RFC 5952 text for IPv6.
[[nodiscard]] std::string text(const IpAddress& address);
[[nodiscard]] std::optional<IpAddress> parseAddress(std::string_view text);

/// 224.0.0.0/4 or ff00::/8: a group, which never speaks itself.
[[nodiscard]] bool isMulticast(const IpAddress& address);

/// One end of a conversation. For ICMP the port holds the type (client) or the code's answer type, as Community ID
/// defines it.
struct Endpoint {
    IpAddress address;
    std::uint16_t port = 0;

    friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

} // namespace flowscent::packet
