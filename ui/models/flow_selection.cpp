// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/flow_selection.h"

#include <utility>

namespace flowscent::ui {

void FlowSelection::select(flow::FlowSet flows)
{
    if (flows == m_flows)
        return;
    m_flows = std::move(flows);
    Q_EMIT changed();
}

void FlowSelection::select(const std::vector<flow::FlowId>& flows)
{
    select(flow::FlowSet(flows));
}

void FlowSelection::clear()
{
    select(flow::FlowSet());
    setCurrent(std::nullopt);
}

void FlowSelection::setCurrent(std::optional<flow::FlowId> flow)
{
    if (flow == m_current)
        return;
    m_current = flow;
    Q_EMIT currentChanged();
}

} // namespace flowscent::ui
