// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/session/session.h"

class QLabel;
class QPushButton;

namespace flowscent::ui {

class FlowSelection;
class Suggester;

/// The flow to label next and why it is asked about, with the answers as buttons.
class SuggestionBox : public QWidget {
    Q_OBJECT

public:
    /// All outlive the box.
    SuggestionBox(Session& session, FlowSelection& selection, Suggester& suggester, QWidget* parent = nullptr);

private:
    void show();
    void showFlow(flow::FlowId flow);
    [[nodiscard]] QString sentence() const;

    Session& m_session;
    FlowSelection& m_selection;
    Suggester& m_suggester;
    QLabel* m_flow;
    QLabel* m_why;
    QPushButton* m_next;
    QPushButton* m_skip;
    std::vector<QPushButton*> m_answers;
};

} // namespace flowscent::ui
