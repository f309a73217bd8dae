// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <functional>
#include <optional>

#include "ui/session/flow_query.h"

namespace flowscent::ui {

/// The conditions beside the typed filter, each with a button that takes it away, and what is highlighted. Takes no
/// room while there is nothing to show.
class FilterChips : public QWidget {
    Q_OBJECT

public:
    /// The query outlives it.
    explicit FilterChips(FlowQuery& query, QWidget* parent = nullptr);

    void rebuild(); ///< also takes up the palette's colours
    /// How many flows are highlighted; none while that is being found out.
    void setHighlighted(std::optional<std::size_t> flows);

private:
    void addChip(const QString& name, const QString& text, const QString& toolTip, const std::function<void()>& remove);

    FlowQuery& m_query;
    std::optional<std::size_t> m_highlighted;
};

} // namespace flowscent::ui
