// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "engine/identify/cursor.h"

namespace flowscent::identify {

/// A ClientHello (type 1) or ServerHello (type 2) without its record and handshake headers.
struct HelloMessage {
    std::uint8_t type = 0;
    std::vector<std::uint8_t> body;
};

/// Hellos longer than this are given up; none of the browsers' comes near.
inline constexpr std::size_t longestHello = 16384;

/// Whether a segment's first bytes look like the record of a hello (RFC 8446, section 5.1). Six bytes are enough, and
/// fewer are never a hello.
[[nodiscard]] bool beginsHello(Bytes segment);

/// The hello at the front of a TLS stream, put together from as many records as it was cut into.
[[nodiscard]] Finding findHello(Bytes stream, HelloMessage& hello);

/// The hello of a handshake message without records, as QUIC carries it (RFC 9001, section 4).
[[nodiscard]] Finding findBareHello(Bytes stream, HelloMessage& hello);

/// The hello in a DTLS datagram (RFC 6347, section 4); one that is cut into fragments is given up.
[[nodiscard]] Finding findDatagramHello(Bytes datagram, HelloMessage& hello);

} // namespace flowscent::identify
