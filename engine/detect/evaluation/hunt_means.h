// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/detect/evaluation/hunt_metrics.h"
#include "engine/learn/evaluation/class_tally.h"
#include "engine/learn/tasks/dataset.h"

namespace flowscent::detect {

/// Mean over classes with its 95 % interval, for each metric.
using HuntIntervals = std::array<learn::ClassInterval, huntMetrics>;

/// Figures of several columns (methods, or a method in several circumstances) over the draws of several classes: means
/// over a class's draws, then over classes. Columns of one draw belong together, so that differences are paired.
class HuntMeans {
public:
    explicit HuntMeans(std::size_t columns)
        : m_columns(columns)
    {
    }
    /// One draw of the class: a figure for every column.
    void add(std::uint16_t threat, std::span<const HuntFigures> figures);

    [[nodiscard]] std::size_t classes() const { return m_sums.size(); }
    [[nodiscard]] HuntIntervals intervals(std::size_t column, std::uint64_t seed) const;
    /// Of `column` less `minus`, paired by class.
    [[nodiscard]] HuntIntervals difference(std::size_t column, std::size_t minus, std::uint64_t seed) const;
    [[nodiscard]] std::vector<std::pair<std::string, HuntFigures>> perClass(std::size_t column,
                                                                            const learn::Dataset& data) const;

private:
    struct Sum {
        std::vector<HuntFigures> figures; ///< per column
        double draws = 0;
    };
    std::size_t m_columns;
    std::map<std::uint16_t, Sum> m_sums;
};

} // namespace flowscent::detect
