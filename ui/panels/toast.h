// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include <functional>

class QLabel;
class QPushButton;
class QTimer;

namespace flowscent::ui {

/// One sentence at the lower edge of a widget, with at most one thing to do about it. Goes by itself after some
/// seconds, but not while the mouse or the keyboard is on it; never takes the focus.
class Toast : public QFrame {
    Q_OBJECT

public:
    static constexpr int stays = 6000; ///< ms

    /// Lies over `place`, whose lower edge it keeps to.
    explicit Toast(QWidget* place);

    void tell(const QString& text, const QString& action = {}, std::function<void()> act = {});
    [[nodiscard]] QString text() const;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void settle();
    void goOrStay();

    QLabel* m_text;
    QPushButton* m_action;
    QTimer* m_clock;
    std::function<void()> m_act;
};

} // namespace flowscent::ui
