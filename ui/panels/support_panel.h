// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/session/session.h"

class QComboBox;
class QLabel;
class QPushButton;
class QVBoxLayout;

namespace flowscent::ui {

class FlowSelection;
class Suggester;
class SupportList;

/// What the hunt rests on: the threat that is taught, examples, counter-examples, what stands for normal traffic; what
/// to look at next; how to adapt, and what came of it. Scrolls where it does not fit.
class SupportPanel : public QWidget {
    Q_OBJECT

public:
    /// Session and selection outlive the panel.
    SupportPanel(Session& session, FlowSelection& selection, QWidget* parent = nullptr);

    /// Where commands about the suggested flow should work, too.
    [[nodiscard]] QWidget& suggestionBox() { return *m_suggestion; }
    [[nodiscard]] Suggester& suggester() { return *m_suggester; }
    /// Puts a widget of its own below the lists, above the method; in the order they come. The panel owns it.
    void addSection(QWidget* section);
    [[nodiscard]] SupportList& threats() { return *m_threats; }

Q_SIGNALS:
    /// Rows were dragged to a list: who hears it asks back where that would overwrite something.
    void labelAsked(const std::vector<flowscent::flow::FlowId>& flows, flowscent::hunt::Label label);

private:
    QWidget* makeBackground();
    QWidget* makeMethod();
    QWidget* makeOutcome();
    void pickBackground();
    void showSupport();
    void offerBackground();
    void showOutcome();
    [[nodiscard]] QString backgroundText() const;
    [[nodiscard]] QString outcomeText() const;
    [[nodiscard]] std::size_t marksWithoutPackets() const;

    Session& m_session;
    FlowSelection& m_selection;
    Suggester* m_suggester;
    QVBoxLayout* m_sections = nullptr;
    QWidget* m_suggestion = nullptr;
    SupportList* m_threats;
    SupportList* m_counters;
    QLabel* m_background = nullptr;
    QPushButton* m_showBackground = nullptr;
    QPushButton* m_pickBackground = nullptr;
    QComboBox* m_method = nullptr;
    QLabel* m_outcome = nullptr;
    QPushButton* m_keep = nullptr;
};

} // namespace flowscent::ui
