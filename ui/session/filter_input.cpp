// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/filter_input.h"

#include <algorithm>
#include <limits>

namespace flowscent::ui {

namespace {

std::vector<std::uint8_t> alarmsOf(const ArrangeInput& input)
{
    const bool judged = input.judgements && input.judgements->scores == input.scores;
    std::vector<std::uint8_t> alarmed(input.scores->values.size());
    if (judged)
        std::ranges::transform(input.judgements->verdicts, alarmed.begin(), [](std::uint8_t verdict) {
            return static_cast<std::uint8_t>(verdict == static_cast<std::uint8_t>(detect::Judgement::Threat));
        });
    else
        std::ranges::transform(input.scores->values, alarmed.begin(),
                               [](float score) { return static_cast<std::uint8_t>(score >= detect::alarmScore); });
    return alarmed;
}

double pValueOf(const Judgements& judgements, std::uint32_t flow)
{
    return flow < judgements.verdicts.size() ? judgements.pValue(flow::FlowId(flow))
                                             : std::numeric_limits<double>::quiet_NaN();
}

} // namespace

FilterInput::FilterInput(const ArrangeInput& input)
{
    m_context.support = &input.support;
    m_context.files = input.files;
    if (input.kept)
        m_context.kept = input.kept->values;
    if (input.judgements) {
        m_context.verdicts = input.judgements->verdicts;
        m_context.pValue = [judgements = input.judgements](float /*score*/, std::uint32_t flow) {
            return pValueOf(*judgements, flow);
        };
    }
    if (input.scores) {
        m_alarmed = alarmsOf(input);
        m_context.scores = input.scores->values;
        m_context.alarmed = m_alarmed;
    }
}

} // namespace flowscent::ui
