// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/packet_builder.h"

/// TLS hellos written byte by byte from RFC 8446, RFC 6066 and RFC 7301.
namespace flowscent::test {

[[nodiscard]] Bytes fromHex(std::string_view hex);
[[nodiscard]] Bytes fromText(std::string_view text);

struct Extension {
    std::uint16_t type = 0;
    Bytes bytes;
};
[[nodiscard]] Extension serverName(std::string_view host);
[[nodiscard]] Extension alpn(const std::vector<std::string>& protocols);
/// A list of 16-bit numbers behind a length of two bytes: groups (10) and signatures (13).
[[nodiscard]] Extension numbers(std::uint16_t type, const std::vector<std::uint16_t>& values);
[[nodiscard]] Extension pointFormats(const Bytes& formats);
[[nodiscard]] Extension supportedVersions(const std::vector<std::uint16_t>& versions);
[[nodiscard]] std::vector<Extension> empty(const std::vector<std::uint16_t>& types);

struct Hello {
    std::uint16_t version = 0x0303;
    std::vector<std::uint16_t> ciphers; ///< the server has exactly one
    std::vector<Extension> extensions;
    bool extensionBlock = true; ///< false: the hello ends before it
    bool cookie = false;        ///< DTLS
};
/// Without headers.
[[nodiscard]] Bytes clientHello(const Hello& hello);
[[nodiscard]] Bytes serverHello(const Hello& hello);

/// With the handshake header: type 1 or 2 and the length.
[[nodiscard]] Bytes handshake(std::uint8_t type, const Bytes& body);
/// In TLS records of at most `longest` bytes of payload.
[[nodiscard]] Bytes records(const Bytes& handshake, std::size_t longest = 16384);
/// In one DTLS record.
[[nodiscard]] Bytes datagram(std::uint8_t type, const Bytes& body);

} // namespace flowscent::test
