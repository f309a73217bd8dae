// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

/// Sorting a million rows while somebody waits: numbers are gathered once, because following a row into wide columns at
/// every comparison costs ten times as much, and sorted digit by digit on two threads.
namespace flowscent::ui {

struct KeyedRow {
    std::uint64_t key = 0;
    std::uint32_t row = 0;
};

/// Ascending by key; rows of the same key stay in their order.
void sortKeyed(std::vector<KeyedRow>& rows);

/// Calls `work(begin, end)` for the parts of [0, count), on two threads where there is enough to do. `work` must be fit
/// for that.
void inParts(std::size_t count, const std::function<void(std::size_t, std::size_t)>& work);

/// Sorts `rows` by `keyOf(row)`, ascending and stable. `keyOf` is asked once a row, on two threads.
template <class KeyOf>
void sortByKey(std::vector<std::uint32_t>& rows, const KeyOf& keyOf)
{
    std::vector<KeyedRow> keyed(rows.size());
    inParts(rows.size(), [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i)
            keyed[i] = {keyOf(rows[i]), rows[i]};
    });
    sortKeyed(keyed);
    inParts(rows.size(), [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i)
            rows[i] = keyed[i].row;
    });
}

} // namespace flowscent::ui
