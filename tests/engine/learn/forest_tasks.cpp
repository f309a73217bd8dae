// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/learn/forest_tasks.h"

#include <array>
#include <cmath>

namespace flowscent::test {

namespace {

/// SplitMix64 of a counter, 24 bits of it: 0..1.
double uniform(std::uint64_t seed, std::uint64_t counter)
{
    std::uint64_t z = seed + (counter + 1) * 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    z ^= z >> 31U;
    return static_cast<double>(z >> 40U) * 0x1p-24;
}

} // namespace

ForestTask forestTask(std::uint64_t seed, std::size_t threats, std::size_t others, std::size_t columns)
{
    ForestTask task{base::Matrix(threats + others, columns), std::vector<std::uint8_t>(threats + others)};
    for (std::size_t row = 0; row < task.rows.rows; ++row) {
        task.isThreat[row] = row < threats ? 1 : 0;
        for (std::size_t column = 0; column < columns; ++column) {
            std::array<double, 4> draws{};
            for (std::size_t i = 0; i < draws.size(); ++i)
                draws[i] = uniform(seed, (row * columns + column) * draws.size() + i);
            double value = column % 4 == 1 ? std::floor(6 * draws[0]) : draws[0] + draws[1] + draws[2] + draws[3] - 2;
            if (row < threats && column % 8 == 2)
                value += 1;
            if (row < threats && column % 8 == 5)
                value += 2;
            task.rows.row(row)[column] = column % 4 == 0 ? 0.5F : static_cast<float>(value);
        }
    }
    return task;
}

} // namespace flowscent::test
