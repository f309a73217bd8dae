// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/projection/row_sample.h"

#include "engine/base/random.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace flowscent::learn {

namespace {

/// A row's bytes: equal rows have equal ones, but for zeros of two signs, which then count as different.
std::string_view bytesOf(const base::Matrix& matrix, std::uint32_t row)
{
    const auto values = matrix.row(row);
    return {reinterpret_cast<const char*>(values.data()), values.size_bytes()}; // NOLINT: bytes of floats
}

/// Moves `count` of them, drawn by chance, to the front and forgets the rest.
std::vector<std::uint32_t> drawn(const std::vector<std::uint32_t>& from, std::size_t count, base::Rng rng)
{
    std::vector<std::uint32_t> some;
    for (const std::uint32_t index :
         rng.sample(static_cast<std::uint32_t>(from.size()), static_cast<std::uint32_t>(count)))
        some.push_back(from[index]);
    return some;
}

} // namespace

RowSample sampleRows(const base::Matrix& matrix, std::span<const std::uint32_t> rows,
                     std::span<const std::uint32_t> keep, std::size_t most, std::uint64_t seed)
{
    RowSample sample;
    std::unordered_map<std::string_view, std::uint32_t> first;
    first.reserve(rows.size());
    std::vector<std::uint32_t> different;
    for (const std::uint32_t row : rows) {
        const auto [found, fresh] = first.emplace(bytesOf(matrix, row), row);
        sample.representative.push_back(found->second);
        if (fresh)
            different.push_back(row);
    }
    if (different.size() <= most) {
        sample.chosen = std::move(different);
        return sample;
    }
    std::unordered_set<std::uint32_t> kept;
    for (const std::uint32_t row : keep) {
        const auto found = first.find(bytesOf(matrix, row));
        if (found != first.end())
            kept.insert(found->second);
    }
    std::vector<std::uint32_t> rest;
    for (const std::uint32_t row : different)
        (kept.contains(row) ? sample.chosen : rest).push_back(row);
    const base::Rng rng(seed);
    if (sample.chosen.size() > most)
        sample.chosen = drawn(sample.chosen, most, rng.fork(1));
    const auto more = drawn(rest, most - sample.chosen.size(), rng.fork(2));
    sample.chosen.insert(sample.chosen.end(), more.begin(), more.end());
    std::ranges::sort(sample.chosen);
    std::ranges::set_difference(different, sample.chosen, std::back_inserter(sample.others));
    return sample;
}

} // namespace flowscent::learn
