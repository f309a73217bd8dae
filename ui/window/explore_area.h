// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QTabWidget;
class QVBoxLayout;

namespace flowscent::ui {

class FilterBar;
class FlowPanel;
class FlowQuery;
class FlowSelection;
class Session;

/// The centre of Explore: what is asked for above, what passes below, in tabs that all follow the same query.
class ExploreArea : public QWidget {
    Q_OBJECT

public:
    /// All three outlive the area.
    ExploreArea(Session& session, FlowSelection& selection, FlowQuery& query, QWidget* parent = nullptr);

    [[nodiscard]] FilterBar& filterBar() { return *m_filter; }
    [[nodiscard]] FlowPanel& flows() { return *m_flows; }
    /// Brings the table to the front.
    void showFlows();

private:
    FilterBar* m_filter;
    QTabWidget* m_tabs;
    FlowPanel* m_flows;
};

} // namespace flowscent::ui
