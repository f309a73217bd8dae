// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QAction;
class QLabel;

namespace flowscent::ui {

/// A sentence and buttons over a view that has nothing to show; as large as the view, wherever that goes.
class EmptyNote : public QWidget {
    Q_OBJECT

public:
    /// Lies over `view`, its parent. Each action becomes a button with the action's object name and "Button".
    EmptyNote(QWidget& view, const QList<QAction*>& actions);

    void tell(const QString& text);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void cover();

    QWidget& m_view;
    QLabel* m_text;
};

} // namespace flowscent::ui
