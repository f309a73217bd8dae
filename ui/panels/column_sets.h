// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>

#include <optional>
#include <vector>

#include "ui/session/flow_column.h"

namespace flowscent::ui {

/// A column that is shown, and how wide: 1 is as wide as its usual texts need, so that another font or screen does not
/// matter.
struct ShownColumn {
    FlowColumn column = FlowColumn::Start;
    double width = 1;

    friend bool operator==(const ShownColumn&, const ShownColumn&) = default;
};

/// Columns from left to right.
using ColumnLayout = std::vector<ShownColumn>;

/// Sets of columns: four that everybody has, and one's own, which are kept in the settings.
namespace columnSets {

struct Named {
    QString name;
    ColumnLayout layout;
};

[[nodiscard]] ColumnLayout usual();
[[nodiscard]] std::vector<Named> builtIn();                 ///< Default, Identity, Timing, Scores
[[nodiscard]] std::vector<Named> own();                     ///< as they were saved
void save(const QString& name, const ColumnLayout& layout); ///< replaces the one of that name
void remove(const QString& name);
/// What was shown last; nothing before there was anything, or when what is stored makes no sense.
[[nodiscard]] std::optional<ColumnLayout> last();
void rememberLast(const ColumnLayout& layout);

} // namespace columnSets

} // namespace flowscent::ui
