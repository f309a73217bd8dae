// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/identify/cursor.h"

namespace flowscent::identify {

/// A ClientHello (RFC 8446, section 4.1.2) as its fingerprints need it: numbers in the order of the wire, GREASE
/// included; of lists that come twice the first.
struct ClientHello {
    std::uint16_t version = 0; ///< legacy_version
    std::vector<std::uint16_t> ciphers;
    std::vector<std::uint16_t> extensions;
    std::vector<std::uint16_t> groups;      ///< "elliptic curves" (extension 10)
    std::vector<std::uint8_t> pointFormats; ///< extension 11
    std::vector<std::uint16_t> signatures;  ///< extension 13
    std::vector<std::uint16_t> versions;    ///< extension 43
    std::vector<std::string> alpn;          ///< extension 16, any bytes
    std::string serverName;                 ///< extension 0, any bytes
};

struct ServerHello {
    std::uint16_t version = 0;       ///< legacy_version
    std::uint16_t chosenVersion = 0; ///< extension 43, or legacy_version
    std::uint16_t cipher = 0;
    std::vector<std::uint16_t> extensions;
    std::string alpn; ///< extension 16, any bytes
};

/// Nothing when lengths contradict each other. A broken extension counts by its number only. `datagram`: DTLS, whose
/// hello has a cookie (RFC 6347, section 4.2.1).
[[nodiscard]] std::optional<ClientHello> parseClientHello(Bytes body, bool datagram = false);
[[nodiscard]] std::optional<ServerHello> parseServerHello(Bytes body);

/// Values that clients sprinkle in to keep servers honest (RFC 8701): 0x0a0a, 0x1a1a, ...
[[nodiscard]] constexpr bool isGrease(std::uint16_t value)
{
    return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

} // namespace flowscent::identify
