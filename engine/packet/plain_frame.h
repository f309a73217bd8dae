// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>

#include "engine/packet/headers.h"

/// For this module only.
namespace flowscent::packet {

/// Reads the frames that nearly all are at one go: TCP or UDP in IPv4 without options, or in IPv6 without extensions,
/// in untagged Ethernet, neither a fragment nor at a tunnel's port, with whole headers whose lengths agree. False for
/// all others, and `headers` stay as they were; what it says is what the layers, read one by one, say.
[[nodiscard]] bool readPlainFrame(std::span<const std::uint8_t> frame, Headers& headers);

} // namespace flowscent::packet
