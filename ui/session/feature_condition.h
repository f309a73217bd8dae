// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

#include "engine/detect/evidence/evidence.h"
#include "ui/session/arrangement.h"

namespace flowscent::ui {

/// How to see other flows that are as this one is in one feature: narrowed down to them, or else brought to the top.
struct FeatureCondition {
    QString expression;         ///< of the filter language; empty where it has no field for the feature
    std::optional<SortBy> sort; ///< by a column that comes near, where there is no field

    [[nodiscard]] bool empty() const { return expression.isEmpty() && !sort; }
};

/// Above what is normal: flows above it, too; below: below; within: within. The flow itself always passes.
[[nodiscard]] FeatureCondition conditionOf(const detect::FeatureEvidence& feature);

} // namespace flowscent::ui
