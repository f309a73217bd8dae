// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/flow_selection.h"

#include <algorithm>

namespace flowscent::ui {

void FlowSelection::select(std::vector<flow::FlowId> flows)
{
    std::ranges::sort(flows);
    const auto doubles = std::ranges::unique(flows);
    flows.erase(doubles.begin(), doubles.end());
    if (flows == m_flows)
        return;
    m_flows = std::move(flows);
    Q_EMIT changed();
}

void FlowSelection::clear()
{
    select({});
    setCurrent(std::nullopt);
}

void FlowSelection::setCurrent(std::optional<flow::FlowId> flow)
{
    if (flow == m_current)
        return;
    m_current = flow;
    Q_EMIT currentChanged();
}

bool FlowSelection::contains(flow::FlowId flow) const
{
    return std::ranges::binary_search(m_flows, flow);
}

} // namespace flowscent::ui
