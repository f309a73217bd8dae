// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "engine/packet/byte_reader.h"
#include "engine/packet/headers.h"

/// For this module only.
namespace flowscent::packet {

/// Where the transport header begins and how long the datagram's payload is by its own word.
struct Network {
    std::size_t transport = 0; ///< offset of the transport header
    std::uint32_t length = 0;  ///< bytes of the IP payload from there on
    std::optional<Fragment> fragment;

    [[nodiscard]] bool later() const { return fragment && fragment->offset > 0; }
};

/// IPv4 (RFC 791) or IPv6 (RFC 8200) with its extension headers: addresses, protocol and length into `headers`. Says
/// why not; for a later fragment too, which is then described in `network`.
[[nodiscard]] std::optional<SkipReason> readNetwork(const ByteReader& frame, std::size_t offset, Headers& headers,
                                                    Network& network);

} // namespace flowscent::packet
