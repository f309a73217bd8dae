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
        m_context.detector = input.scores->detector().threatName;
        m_context.scoresOf[m_context.detector] = input.scores->values;
    }
    if (input.kept)
        m_context.scoresOf.try_emplace(input.kept->detector().threatName, input.kept->values);
    if (input.marks)
        lookAt(*input.marks);
}

void FilterInput::lookAt(const hunt::Marks& marks)
{
    for (const flow::FlowId flow : marks.marked()) {
        const hunt::Mark mark = marks.mark(flow);
        if (mark.bookmarked)
            m_bookmarked.insert(flow);
        if (mark.label == hunt::Label::Threat)
            m_threats[flow] = marks.threats().name(mark.threat);
        if (const std::string& note = marks.note(flow); !note.empty())
            m_notes[flow] = note;
    }
    m_context.bookmarked = &m_bookmarked;
    m_context.threats = &m_threats;
    m_context.notes = &m_notes;
}

} // namespace flowscent::ui
