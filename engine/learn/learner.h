// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/matrix.h"
#include "engine/features/extract.h"

namespace flowscent::learn {

/// The supports of a task.
struct TaskExamples {
    features::FeatureSet features;      ///< raw, n rows
    std::vector<std::uint16_t> classOf; ///< 0 .. ways-1, each at least once
    std::uint16_t ways = 0;
};

/// A support set taken up. Thread-safe.
class Predictor {
public:
    virtual ~Predictor() = default;
    /// Logits, n x ways; higher is more alike. Never NaN. Only a transductive method looks at the queries together.
    /// Support error when features have another size than the model's or hold a number that is not finite.
    [[nodiscard]] virtual base::Result<base::Matrix> logits(const features::FeatureSet& raw) const = 0;
};

/// A model with its method, ready to take up supports. Thread-safe.
class Learner {
public:
    virtual ~Learner() = default;
    /// Support error when a class has no example, sizes disagree or a number is not finite.
    [[nodiscard]] virtual base::Result<std::unique_ptr<Predictor>> fit(const TaskExamples& support) const = 0;
};

} // namespace flowscent::learn
