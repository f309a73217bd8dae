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

Label SupportSet::label(flow::FlowId flow) const
{
    const auto found = m_labels.find(flow);
    return found == m_labels.end() ? Label::None : found->second;
}

void SupportSet::set(flow::FlowId flow, Label label)
{
    if (label == Label::None)
        m_labels.erase(flow);
    else
        m_labels[flow] = label;
}

std::vector<flow::FlowId> SupportSet::with(Label label) const
{
    std::vector<flow::FlowId> flows;
    for (const auto& [flow, given] : m_labels) {
        if (given == label)
            flows.push_back(flow);
    }
    return flows;
}

std::size_t SupportSet::count(Label label) const
{
    return static_cast<std::size_t>(
        std::ranges::count(m_labels, label, [](const auto& entry) { return entry.second; }));
}

std::vector<flow::FlowId> drawBackground(std::size_t flows, const SupportSet& support, std::size_t count,
                                         std::uint64_t seed)
{
    // The order of the draw depends on the seed and the table alone; labelled flows are stepped over, so that one more
    // label moves at most one flow in or out.
    base::Rng rng(seed);
    const auto size = static_cast<std::uint32_t>(flows);
    const auto wanted = static_cast<std::uint32_t>(std::min(flows, count + support.with(Label::Threat).size() +
                                                                       support.with(Label::NotThreat).size() +
                                                                       support.with(Label::Unsure).size()));
    std::vector<flow::FlowId> background;
    for (const std::uint32_t row : rng.sample(size, wanted)) {
        if (background.size() < count && support.label(flow::FlowId(row)) == Label::None)
            background.emplace_back(row);
    }
    std::ranges::sort(background);
    return background;
}

} // namespace flowscent::hunt
