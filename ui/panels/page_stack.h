// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStackedWidget>

namespace flowscent::ui {

/// Pages of which one is seen, and only that one says how much room is needed: a page that nobody sees must not keep
/// the window from getting smaller.
class PageStack : public QStackedWidget {
public:
    explicit PageStack(QWidget* parent = nullptr)
        : QStackedWidget(parent)
    {
        connect(this, &QStackedWidget::currentChanged, this, &QWidget::updateGeometry);
    }

    [[nodiscard]] QSize minimumSizeHint() const override
    {
        return currentWidget() == nullptr ? QSize() : currentWidget()->minimumSizeHint();
    }
    [[nodiscard]] QSize sizeHint() const override
    {
        return currentWidget() == nullptr ? QSize() : currentWidget()->sizeHint();
    }
};

} // namespace flowscent::ui
