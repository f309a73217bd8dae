// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/identify/tls_hello.h"

namespace flowscent::identify {

/// What JA3 is the MD5 of: "769,47-53-5-10,0-10-11,23-24-25,0" (https://github.com/salesforce/ja3).
[[nodiscard]] std::string ja3Text(const ClientHello& hello);
[[nodiscard]] std::string ja3(const ClientHello& hello); ///< 32 hex digits
/// The same of the server: "771,49199,65281-0-11".
[[nodiscard]] std::string ja3sText(const ServerHello& hello);
[[nodiscard]] std::string ja3s(const ServerHello& hello); ///< 32 hex digits

/// What carries the TLS, as JA4's first letter has it.
enum class Carrier : char { Tcp = 't', Quic = 'q', Datagrams = 'd' };

/// "t13d1516h2_8daaf6152771_e5627efa2ab1", by the public specification of JA4 (BSD-3-Clause,
/// https://github.com/FoxIO-LLC/ja4/blob/main/technical_details/JA4.md).
[[nodiscard]] std::string ja4(const ClientHello& hello, Carrier carrier);

/// The newest version that the client offers.
[[nodiscard]] std::uint16_t bestVersion(const ClientHello& hello);

} // namespace flowscent::identify
