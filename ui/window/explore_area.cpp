// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/explore_area.h"

#include "ui/panels/filter_bar.h"
#include "ui/panels/flow_panel.h"

#include <QTabBar>
#include <QTabWidget>
#include <QVBoxLayout>

namespace flowscent::ui {

ExploreArea::ExploreArea(Session& session, FlowSelection& selection, FlowQuery& query, QWidget* parent)
    : QWidget(parent)
    , m_filter(new FilterBar(query, this))
    , m_tabs(new QTabWidget(this))
    , m_flows(new FlowPanel(session, selection, query, m_tabs))
{
    m_tabs->setObjectName(QStringLiteral("exploreTabs"));
    m_tabs->setAccessibleName(tr("Flows and what they add up to"));
    m_tabs->setDocumentMode(true);
    m_tabs->setTabBarAutoHide(true);
    m_tabs->addTab(m_flows, tr("Flows"));

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_filter);
    layout->addWidget(m_tabs, 1);

    connect(m_filter, &FilterBar::resortAsked, m_flows, &FlowPanel::resort);
    connect(m_flows, &FlowPanel::countsChanged, m_filter, &FilterBar::setCounts);
    connect(m_flows, &FlowPanel::orderStaleChanged, m_filter, &FilterBar::setOrderStale);
}

void ExploreArea::showFlows()
{
    m_tabs->setCurrentWidget(m_flows);
}

} // namespace flowscent::ui
