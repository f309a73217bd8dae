// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "engine/base/matrix.h"
#include "engine/learn/tasks/episodes.h"

namespace flowscent::learn {

/// Correct answers and queries per class.
struct ClassTally {
    std::vector<double> correct;
    std::vector<double> asked;

    explicit ClassTally(std::size_t classes)
        : correct(classes)
        , asked(classes)
    {
    }
    /// `answer`: any scores, queries x ways; the highest wins, of equal ones the first. Queries of classes that the
    /// support does not have cannot be answered and are not counted.
    void add(const Episode& episode, const base::Matrix& answer);
    void add(const ClassTally& other);
    /// Of a class that was asked for.
    [[nodiscard]] double rate(std::size_t index) const { return correct[index] / asked[index]; }
    /// Few episodes leave some classes out; those have no rate, rather than a rate of 0. Ascending.
    [[nodiscard]] std::vector<std::uint16_t> classes() const;
};

struct ClassInterval {
    double mean = 0;
    double low = 0;
    double high = 0;
};

/// Mean over classes with a 95 % percentile bootstrap over classes (2 000 resamples); episodes share classes, so that
/// resampling episodes alone would promise too much.
[[nodiscard]] ClassInterval overClasses(const std::vector<std::uint16_t>& classes,
                                        const std::function<double(std::uint16_t)>& value, std::uint64_t seed);

} // namespace flowscent::learn
