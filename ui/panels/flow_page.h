// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "engine/flow/flow_record.h"

namespace flowscent::ui {

/// A tab of FlowTabs: something about one flow.
class FlowPage : public QWidget {
    Q_OBJECT

public:
    using QWidget::QWidget;

    /// Shows nothing; `why` in words, may be empty.
    virtual void forget(const QString& why) = 0;
    /// Shows a flow that has packets. Asked when the page is seen and the person stays with the flow.
    virtual void read(flow::FlowId flow) = 0;
    /// Whether what was asked for is shown, or why it cannot be.
    [[nodiscard]] virtual bool answered() const = 0;
    /// What takes the focus.
    [[nodiscard]] virtual QWidget& content() = 0;
};

} // namespace flowscent::ui
