// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "engine/packet/headers.h"

namespace flowscent::packet {

/// The maximum segment size that a SYN offers (RFC 9293, section 3.7.1), of a frame whose headers `decode` has read.
/// Nothing without the option, for packets that are no SYN, and where the capture or the segment ends before it. Tells
/// sender and path, never a model input. Pure; never reads outside `frame`.
[[nodiscard]] std::optional<std::uint16_t> maximumSegmentSize(std::span<const std::uint8_t> frame,
                                                              const Headers& headers);

} // namespace flowscent::packet
