// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QPointer>

#include <functional>
#include <vector>

class QHBoxLayout;
class QLabel;
class QLineEdit;

namespace flowscent::ui {

/// A question across the window's width that stops nothing: the hunter answers with a button, Enter or Esc, or goes on
/// and lets it be. Another question takes its place.
class QuestionBar : public QFrame {
    Q_OBJECT

public:
    struct Answer {
        QString text;
        QString name; ///< of the button, for tests and screen readers' scripts
        std::function<void()> act;
    };
    /// Whether the keyboard goes to the bar: yes where the hunter's own act asks, no where something is merely told.
    enum class Focus { Take, Leave };

    explicit QuestionBar(const QString& name, QWidget* parent = nullptr);

    /// Shows the answers and, at the end, one that does nothing ("Cancel", or "Close" where the focus is left alone).
    void ask(const QString& question, std::vector<Answer> answers, Focus focus = Focus::Take);
    /// Asks for a line of text of at most `longest` characters; Enter accepts.
    void askText(const QString& question, const QString& text, const QString& accept, int longest,
                 std::function<void(const QString&)> accepted);
    [[nodiscard]] QString question() const;

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void begin(const QString& question);
    void addButton(const Answer& answer);
    void close();
    void dress();

    QLabel* m_icon;
    QLabel* m_text;
    QLineEdit* m_edit = nullptr;
    QHBoxLayout* m_layout;
    std::vector<QWidget*> m_asked; ///< widgets of the question at hand
    QPointer<QWidget> m_before;    ///< had the focus
};

} // namespace flowscent::ui
