// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QLabel;

namespace flowscent::ui {

/// One message across the window's width, until it is closed or another takes its place: what happened, where, what was
/// kept and what can be done. Its text can be selected and copied.
class MessageBar : public QFrame {
    Q_OBJECT

public:
    enum class Kind { Note, Warning, Failure };

    explicit MessageBar(QWidget* parent = nullptr);

    void tell(Kind kind, const QString& text);
    [[nodiscard]] QString text() const;
    [[nodiscard]] Kind kind() const { return m_kind; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void dress();

    Kind m_kind = Kind::Note;
    QLabel* m_icon;
    QLabel* m_text;
};

} // namespace flowscent::ui
