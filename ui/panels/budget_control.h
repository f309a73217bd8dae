// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QComboBox;
class QDoubleSpinBox;
class QLabel;

namespace flowscent::ui {

class FlowSelection;
class Session;

/// How many false alarms somebody is willing to look at, what is taken for normal, and whether the promise was kept.
class BudgetControl : public QWidget {
    Q_OBJECT

public:
    /// Session and selection outlive the control.
    BudgetControl(Session& session, FlowSelection& selection, QWidget* parent = nullptr);

protected:
    void changeEvent(QEvent* event) override;

private:
    void chooseBudget();
    void chooseBaseline();
    void adoptBudget(); ///< another capture forgets what was chosen for normal
    void showJudgements();

    Session& m_session;
    FlowSelection& m_selection;
    QComboBox* m_budget;
    QDoubleSpinBox* m_amount;
    QComboBox* m_baseline;
    QLabel* m_icon;
    QLabel* m_promise;
    QLabel* m_note;
    QLabel* m_unsure;
};

} // namespace flowscent::ui
