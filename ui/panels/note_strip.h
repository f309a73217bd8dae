// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;

namespace flowscent::ui {

/// One line below a view: what it shows or why it shows nothing, what is under way, and the one thing that can be done
/// about it. Not there while there is nothing to say.
class NoteStrip : public QWidget {
    Q_OBJECT

public:
    /// Its parts are called `name`Note, `name`Progress and `name`Button.
    explicit NoteStrip(const QString& name, QWidget* parent = nullptr);

    /// An empty `button` offers nothing.
    void tell(const QString& note, const QString& button = {});
    /// Something is under way and can be stopped; a fraction below 0 is unknown.
    void work(const QString& what, double fraction);
    [[nodiscard]] bool working() const { return m_working; }
    [[nodiscard]] QString text() const;

Q_SIGNALS:
    void pressed(); ///< the button of `tell`
    void stopAsked();

private:
    bool m_working = false;
    QLabel* m_note;
    QProgressBar* m_progress;
    QPushButton* m_button;
};

} // namespace flowscent::ui
