// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QWidget>

#include "ui/session/session.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;

namespace flowscent::ui {

class FlowSelection;
class SupportList;

/// What the hunt rests on: examples, counter-examples, the background sample; how to adapt, and what came of it.
class SupportPanel : public QWidget {
    Q_OBJECT

public:
    /// Session and selection outlive the panel.
    SupportPanel(Session& session, FlowSelection& selection, QWidget* parent = nullptr);

    /// Puts a widget below the others, apart by a line; it belongs to the panel.
    void addSection(QWidget* section);
    [[nodiscard]] SupportList& threats() { return *m_threats; }

private:
    QWidget* makeMethod();
    QWidget* makeOutcome();
    void showSupport();
    void showOutcome();
    void tellAge();
    [[nodiscard]] QString outcomeText() const;
    [[nodiscard]] std::size_t marksWithoutPackets() const;

    Session& m_session;
    FlowSelection& m_selection;
    SupportList* m_threats;
    SupportList* m_counters;
    QLabel* m_background;
    QPushButton* m_showBackground;
    QComboBox* m_method;
    QCheckBox* m_live;
    QPushButton* m_adapt;
    QLabel* m_outcome;
    QLabel* m_age;
    QPushButton* m_keep;
    QElapsedTimer m_since; ///< the latest scores
};

} // namespace flowscent::ui
