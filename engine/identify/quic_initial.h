// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/identify/cursor.h"
#include "engine/identify/first_bytes.h"

namespace flowscent::identify {

/// The fields of a QUIC Initial packet that are in the clear (RFC 9000, section 17.2.2; RFC 9369 for version 2, and
/// drafts 29 to 34).
struct QuicInitial {
    std::uint32_t version = 0;
    Bytes connection;         ///< destination connection id, at most 20 bytes
    Bytes packet;             ///< the whole packet, protected
    std::size_t numberAt = 0; ///< offset of the packet number
};

/// The first Initial packet in the datagram; `datagram` goes on behind it. Nothing when there is none (any more) or in
/// a version that we cannot open.
[[nodiscard]] std::optional<QuicInitial> nextInitial(Bytes& datagram);

/// The frames of the packet, in the clear. Initial packets are protected with keys that anybody can work out (RFC 9001,
/// section 5.2) from the connection id that the client chose first. Nothing when that was not it: the seal is checked.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> openInitial(const QuicInitial& packet, Bytes firstConnection,
                                                                   bool fromClient);

/// Adds the CRYPTO frames among `frames` to the stream that they are pieces of (RFC 9000, section 19.6). False when
/// there is a frame that Initial packets may not have.
bool collectCrypto(Bytes frames, FirstBytes& stream);

} // namespace flowscent::identify
