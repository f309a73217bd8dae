// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>

#include "engine/packet/address.h"

/// Inside the filter language only: what stands on the right of an operator.
namespace flowscent::hunt {

/// A number in base units (bytes, seconds).
struct Quantity {
    double value = 0;
    bool fromEnd = false; ///< counts from the capture's last packet: "-1h"
};
/// "443", "10k", "2.5M", "4KiB", "300ms", "5m", "-1h"; also times: "2026-05-01", "2026-05-01 12:00:05", "2026-05-01
/// 12:00:05.250", with a T for the space and a Z behind (UTC, as seconds since 1970; up to nine decimals). Nothing when
/// it is none of these.
[[nodiscard]] std::optional<Quantity> parseQuantity(std::string_view text);

/// From `first` to `last`, both included.
struct QuantityRange {
    Quantity first;
    Quantity last;
};
/// "8000..8080", or one quantity.
[[nodiscard]] std::optional<QuantityRange> parseQuantityRange(std::string_view text);

struct AddressRange {
    packet::IpAddress first;
    packet::IpAddress last;

    [[nodiscard]] bool holds(const packet::IpAddress& address) const
    {
        return address.v6 == first.v6 && first.bytes <= address.bytes && address.bytes <= last.bytes;
    }
};
/// An address, a network "10.0.0.0/8", a range "10.0.0.5..10.0.0.9", or the beginning of an address that ends with an
/// octet or group: "10.0", "192.168.", "fe80:".
[[nodiscard]] std::optional<AddressRange> parseAddressRange(std::string_view text);

} // namespace flowscent::hunt
