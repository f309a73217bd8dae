// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/session/overview.h"

class QComboBox;
class QLabel;
class QToolButton;

namespace flowscent::ui {

class FlowQuery;
class OverviewDesk;
class Session;
class TimelinePlot;

/// The timeline above the tables: what it stands for, what bars mean, and the brush, which is a chip of the query.
class TimelinePanel : public QWidget {
    Q_OBJECT

public:
    /// All three outlive the panel.
    TimelinePanel(Session& session, FlowQuery& query, OverviewDesk& desk, QWidget* parent = nullptr);

    [[nodiscard]] TimelinePlot& plot() { return *m_plot; }
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void makeHeading();
    void ask();
    void showAnswer();
    void showLegend();
    void showBrush();
    void fitHeading();

    Session& m_session;
    FlowQuery& m_query;
    OverviewDesk& m_desk;
    TimelinePlot* m_plot;
    QWidget* m_heading;
    QComboBox* m_groups;
    QComboBox* m_measure;
    QToolButton* m_root;
    QToolButton* m_all;
    QToolButton* m_clear;
    QLabel* m_legend;
    QLabel* m_span;
};

} // namespace flowscent::ui
