// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/explore_area.h"

#include "ui/models/conversation_model.h"
#include "ui/models/flow_table_model.h"
#include "ui/models/host_model.h"
#include "ui/models/view_history.h"
#include "ui/panels/filter_bar.h"
#include "ui/panels/flow_panel.h"
#include "ui/panels/peers_panel.h"
#include "ui/panels/statistics_panel.h"
#include "ui/panels/timeline_panel.h"
#include "ui/session/highlighter.h"
#include "ui/session/overview_desk.h"

#include <QSplitter>
#include <QTabBar>
#include <QTabWidget>
#include <QVBoxLayout>

namespace flowscent::ui {

ExploreArea::ExploreArea(Session& session, FlowSelection& selection, FlowQuery& query, QWidget* parent)
    : QWidget(parent)
    , m_desk(new OverviewDesk(session, this))
    , m_history(new ViewHistory(query, selection, this))
    , m_highlighter(new Highlighter(session, query, this))
    , m_filter(new FilterBar(session, query, this))
    , m_split(new QSplitter(Qt::Vertical, this))
    , m_timeline(new TimelinePanel(session, query, *m_desk, m_split))
    , m_tabs(new QTabWidget(m_split))
    , m_flows(new FlowPanel(session, selection, query, m_tabs))
    , m_hosts(new PeersPanel(session, selection, query, *m_desk, new HostModel,
                             {"hostTable", tr("Hosts"), tr("1 host in %1"), tr("%1 hosts in %2")}, m_tabs))
    , m_conversations(new PeersPanel(
          session, selection, query, *m_desk, new ConversationModel,
          {"conversationTable", tr("Conversations"), tr("1 conversation in %1"), tr("%1 conversations in %2")}, m_tabs))
    , m_statistics(new StatisticsPanel(session, query, *m_desk, m_tabs))
{
    arrange();
    connect(m_filter, &FilterBar::resortAsked, m_flows, &FlowPanel::resort);
    connect(m_flows, &FlowPanel::countsChanged, m_filter, &FilterBar::setCounts);
    connect(m_flows, &FlowPanel::orderStaleChanged, m_filter, &FilterBar::setOrderStale);
    connect(m_highlighter, &Highlighter::found, this, [this](const std::shared_ptr<const flow::FlowSet>& found) {
        m_flows->model().setHighlight(found);
        m_filter->setHighlighted(found ? std::optional(found->count()) : std::nullopt);
    });
    for (const PeersPanel* peers : {m_hosts, m_conversations})
        connect(peers, &PeersPanel::labelAsked, this, &ExploreArea::labelAsked);
}

void ExploreArea::arrange()
{
    m_tabs->setObjectName(QStringLiteral("exploreTabs"));
    m_tabs->tabBar()->setObjectName(QStringLiteral("exploreTabBar"));
    m_tabs->setAccessibleName(tr("Flows and what they add up to"));
    m_tabs->tabBar()->setAccessibleName(tr("Views of the flows that pass the filter"));
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_flows, tr("Flows"));
    m_tabs->addTab(m_hosts, tr("Hosts"));
    m_tabs->addTab(m_conversations, tr("Conversations"));
    m_tabs->addTab(m_statistics, tr("Statistics"));

    m_split->setObjectName(QStringLiteral("exploreSplit"));
    m_split->addWidget(m_timeline);
    m_split->addWidget(m_tabs);
    m_split->setCollapsible(1, false); // the timeline may be put away, the flows not
    m_split->setStretchFactor(1, 1);
    m_split->setSizes({m_timeline->sizeHint().height(), 4 * m_timeline->sizeHint().height()});

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_filter);
    layout->addWidget(m_split, 1);
}

void ExploreArea::setTimelineShown(bool shown)
{
    m_timeline->setVisible(shown);
}

} // namespace flowscent::ui
