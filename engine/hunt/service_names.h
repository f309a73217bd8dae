// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// Names for ports, so that people can type "dns" for what usually is DNS. A port proves nothing: this serves the
/// filter only, never a model.
namespace flowscent::hunt {

/// Code of the service that IANA registers for the port (a few dozen common ones); 0 for none.
[[nodiscard]] std::uint32_t serviceAt(std::uint8_t protocol, std::uint16_t port);
/// Lower case; empty for 0.
[[nodiscard]] std::string serviceName(std::uint32_t code);
[[nodiscard]] std::uint32_t serviceCount();
/// The ports registered for it, ascending; empty for 0.
[[nodiscard]] std::vector<std::uint16_t> servicePorts(std::uint32_t code);

} // namespace flowscent::hunt
