// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/base/error.h"

namespace flowscent::base {

/// What the header of a safetensors file says, without the tensors' numbers.
struct TensorHeader {
    std::map<std::string, std::vector<std::uint64_t>> shapes; ///< by name of the tensor
    std::map<std::string, std::string> metadata;
};

/// The header alone of a file of `fileSize` bytes: `beginning` holds the length and the whole header, more may follow.
/// Checks what parseTensors checks, but for the numbers.
[[nodiscard]] Result<TensorHeader> parseTensorHeader(std::span<const std::uint8_t> beginning, std::uint64_t fileSize,
                                                     const std::string& where);

} // namespace flowscent::base
