// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

#include "engine/flow/flow_record.h"
#include "engine/hunt/support_set.h"

class QSplitter;
class QTabWidget;

namespace flowscent::ui {

class FilterBar;
class FlowPanel;
class FlowQuery;
class FlowSelection;
class Highlighter;
class OverviewDesk;
class PeersPanel;
class Session;
class StatisticsPanel;
class TimelinePanel;
class ViewHistory;

/// The centre of Explore: what is asked for above, the capture over time, and what passes below, in tabs that all
/// follow the same query.
class ExploreArea : public QWidget {
    Q_OBJECT

public:
    /// All three outlive the area.
    ExploreArea(Session& session, FlowSelection& selection, FlowQuery& query, QWidget* parent = nullptr);

    [[nodiscard]] FilterBar& filterBar() { return *m_filter; }
    [[nodiscard]] FlowPanel& flows() { return *m_flows; }
    /// Where the hunter has been; starts anew with another capture when it is told to.
    [[nodiscard]] ViewHistory& history() { return *m_history; }
    /// Whether the timeline stands above the tabs.
    void setTimelineShown(bool shown);

Q_SIGNALS:
    /// All flows of hosts or conversations: who hears it asks back where they are many.
    void labelAsked(const std::vector<flowscent::flow::FlowId>& flows, flowscent::hunt::Label label);

private:
    void arrange();

    OverviewDesk* m_desk;
    ViewHistory* m_history;
    Highlighter* m_highlighter;
    FilterBar* m_filter;
    QSplitter* m_split;
    TimelinePanel* m_timeline;
    QTabWidget* m_tabs;
    FlowPanel* m_flows;
    PeersPanel* m_hosts;
    PeersPanel* m_conversations;
    StatisticsPanel* m_statistics;
};

} // namespace flowscent::ui
