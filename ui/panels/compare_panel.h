// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <array>

#include "ui/session/comparison.h"
#include "ui/session/session.h"

class QLabel;
class QPushButton;
class QStackedWidget;

namespace flowscent::ui {

class FieldGrid;
class FlowSelection;
class ScoreScatter;

/// Two adaptations on the same flows: score against score, and on which side of the two lines the flows lie. Follows
/// the selection while it is seen; the filter does not touch it.
class ComparePanel : public QWidget {
    Q_OBJECT

public:
    /// Session and selection outlive the panel.
    ComparePanel(Session& session, FlowSelection& selection, QWidget* parent = nullptr);

    [[nodiscard]] ScoreScatter& scatter() { return *m_scatter; }

protected:
    void showEvent(QShowEvent* event) override;

private:
    void follow();
    QWidget* makeNumbers();
    void showScores();

    Session& m_session;
    FlowSelection& m_selection;
    QStackedWidget* m_pages;
    ScoreScatter* m_scatter;
    FieldGrid* m_latest;
    FieldGrid* m_kept;
    std::array<QPushButton*, 4> m_groups{}; ///< by Agreement
    QLabel* m_total;
    QPushButton* m_keep;
    Comparison m_comparison;
};

} // namespace flowscent::ui
