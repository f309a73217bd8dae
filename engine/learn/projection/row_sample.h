// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/matrix.h"

namespace flowscent::learn {

/// Which rows are laid out themselves, and which row stands for those equal to it.
struct RowSample {
    std::vector<std::uint32_t> chosen;         ///< different rows of the matrix, ascending
    std::vector<std::uint32_t> others;         ///< different rows that are not chosen, ascending
    std::vector<std::uint32_t> representative; ///< of each row asked about, in their order: the first row equal to it
};

/// At most `most` different ones of `rows`, which ascend: those equal to a row of `keep` first (by chance when they
/// alone are too many), then by chance from each seed anew.
[[nodiscard]] RowSample sampleRows(const base::Matrix& matrix, std::span<const std::uint32_t> rows,
                                   std::span<const std::uint32_t> keep, std::size_t most, std::uint64_t seed);

} // namespace flowscent::learn
