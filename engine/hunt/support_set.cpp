// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/support_set.h"

#include "engine/base/random.h"

#include <algorithm>

namespace flowscent::hunt {

std::string_view text(Label label)
{
    switch (label) {
    case Label::None:
        return "no label";
    case Label::Threat:
        return "threat";
    case Label::NotThreat:
        return "not this";
    case Label::Unsure:
        return "unsure";
    }
    return "";
}

void SupportSet::set(flow::FlowId flow, Label label)
{
    const Label before = this->label(flow);
    if (before == label)
        return;
    if (flow.value >= m_labels.size())
        m_labels.resize(std::size_t{flow.value} + 1, Label::None);
    m_labels[flow.value] = label;
    m_counts[static_cast<std::size_t>(before)] -= before == Label::None ? 0U : 1U;
    m_counts[static_cast<std::size_t>(label)] += label == Label::None ? 0U : 1U;
    while (!m_labels.empty() && m_labels.back() == Label::None)
        m_labels.pop_back();
}

std::vector<flow::FlowId> SupportSet::with(Label label) const
{
    std::vector<flow::FlowId> flows;
    if (label == Label::None || count(label) == 0)
        return flows;
    flows.reserve(count(label));
    for (std::size_t flow = 0; flow < m_labels.size(); ++flow) {
        if (m_labels[flow] == label)
            flows.emplace_back(static_cast<std::uint32_t>(flow));
    }
    return flows;
}

namespace {

/// Draws among `flows` candidates; `rowAt` says which row the n-th of them is.
std::vector<flow::FlowId> draw(std::size_t flows, const auto& rowAt, const SupportSet& support, std::size_t count,
                               std::uint64_t seed)
{
    // The order of the draw depends on the seed and the table alone; labelled flows are stepped over, so that one more
    // label moves at most one flow in or out.
    base::Rng rng(seed);
    const auto size = static_cast<std::uint32_t>(flows);
    const auto wanted = static_cast<std::uint32_t>(std::min(
        flows, count + support.count(Label::Threat) + support.count(Label::NotThreat) + support.count(Label::Unsure)));
    std::vector<flow::FlowId> background;
    for (const std::uint32_t candidate : rng.sample(size, wanted)) {
        const flow::FlowId row(rowAt(candidate));
        if (background.size() < count && support.label(row) == Label::None)
            background.push_back(row);
    }
    std::ranges::sort(background);
    return background;
}

} // namespace

std::vector<flow::FlowId> drawBackground(std::size_t flows, const SupportSet& support, std::size_t count,
                                         std::uint64_t seed)
{
    return draw(
        flows, [](std::uint32_t candidate) { return candidate; }, support, count, seed);
}

std::vector<flow::FlowId> drawBackground(const flow::FlowTable& table, const SupportSet& support, std::size_t count,
                                         std::uint64_t seed)
{
    const auto rows = flow::rowsWithPackets(table);
    return draw(
        rows.size(), [&rows](std::uint32_t candidate) { return rows[candidate]; }, support, count, seed);
}

std::size_t countWithoutPackets(const flow::FlowTable& table, const std::vector<flow::FlowId>& flows)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(flows, [&](flow::FlowId flow) { return !table.hasPackets(flow); }));
}

} // namespace flowscent::hunt
