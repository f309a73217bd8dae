// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/key_sort.h"

#include "engine/base/each_index.h"

#include <algorithm>
#include <array>
#include <memory>
#include <span>

namespace flowscent::ui {

namespace {

using Rows = std::span<KeyedRow>;

constexpr std::size_t worthAThread = 32'768; ///< rows; fewer are done before a thread has begun
constexpr unsigned digitBits = 8;
constexpr std::size_t digits = 64 / digitBits;
constexpr std::size_t values = std::size_t{1} << digitBits;
using Counts = std::array<std::array<std::uint32_t, values>, digits>;

std::size_t digitOf(std::uint64_t key, std::size_t digit)
{
    return key >> (digit * digitBits) & (values - 1);
}

bool keyBefore(const KeyedRow& a, const KeyedRow& b)
{
    return a.key < b.key;
}

/// Radix sort from the last digit (D. Knuth, The Art of Computer Programming 3, 5.2.5). Digits that all keys share
/// cost nothing but their counting. The sorted rows end up in `rows`; `spare` is as long.
void radixSort(Rows rows, Rows spare)
{
    const auto counts = std::make_unique<Counts>();
    for (const KeyedRow& row : rows) {
        for (std::size_t digit = 0; digit < digits; ++digit)
            ++(*counts)[digit][digitOf(row.key, digit)];
    }
    Rows from = rows;
    Rows to = spare;
    for (std::size_t digit = 0; digit < digits; ++digit) {
        auto& places = (*counts)[digit];
        if (places[digitOf(from.front().key, digit)] == rows.size())
            continue;
        std::uint32_t next = 0;
        for (std::uint32_t& place : places) {
            const std::uint32_t count = place;
            place = next;
            next += count;
        }
        for (const KeyedRow& row : from)
            to[places[digitOf(row.key, digit)]++] = row;
        std::swap(from, to);
    }
    if (from.data() != rows.data())
        std::ranges::copy(from, rows.begin());
}

} // namespace

void inParts(std::size_t count, const std::function<void(std::size_t, std::size_t)>& work)
{
    constexpr std::size_t parts = 8; // several a thread: one of the two may be kept waiting by somebody else
    if (count < worthAThread) {
        work(0, count);
        return;
    }
    base::eachIndex(parts, [&](std::size_t part) { work(count * part / parts, count * (part + 1) / parts); }, {}, {},
                    {});
}

void sortKeyed(std::vector<KeyedRow>& rows)
{
    if (std::ranges::is_sorted(rows, keyBefore))
        return;
    if (rows.size() < 1024) {
        std::ranges::stable_sort(rows, keyBefore);
        return;
    }
    std::vector<KeyedRow> spare(rows.size());
    if (rows.size() < worthAThread) {
        radixSort(rows, spare);
        return;
    }
    const std::size_t half = rows.size() / 2;
    const std::array<Rows, 2> parts{Rows(rows).first(half), Rows(rows).subspan(half)};
    base::eachIndex(2,
                    [&](std::size_t part) {
                        radixSort(parts[part], Rows(spare).subspan(part == 0 ? 0 : half, parts[part].size()));
                    },
                    {}, {}, {});
    std::ranges::merge(parts[0], parts[1], spare.begin(), keyBefore); // the first half's rows first where keys tie
    rows.swap(spare);
}

} // namespace flowscent::ui
