// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace flowscent::base {

/// CRC-32C (Castagnoli's polynomial 0x1EDC6F41, reflected), as RFC 3720 section 12.1 has it for iSCSI.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes);

} // namespace flowscent::base
