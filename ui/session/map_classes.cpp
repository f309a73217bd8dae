// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/map_classes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

namespace flowscent::ui {

namespace {

constexpr std::array<const char*, MapClasses::scaleSteps> stretches{"0.0 – 0.2", "0.2 – 0.4", "0.4 – 0.6", "0.6 – 0.8",
                                                                    "0.8 – 1.0"};

void byLabel(const MapInput& input, MapClasses& into)
{
    into.classes = {{{}, MapTone::Quiet}, {{}, MapTone::NotThreat}, {{}, MapTone::Unsure}, {{}, MapTone::Threat}};
    const std::array labels{hunt::Label::NotThreat, hunt::Label::Unsure, hunt::Label::Threat};
    for (std::size_t i = 0; i < labels.size(); ++i) {
        for (const flow::FlowId flow : input.support.with(labels[i])) {
            if (flow.value < into.of.size())
                into.of[flow.value] = static_cast<std::uint8_t>(i + 1);
        }
    }
}

void byScore(const Scores* scores, MapClasses& into)
{
    into.classes = {{{}, MapTone::Quiet}};
    for (std::uint8_t step = 0; step < MapClasses::scaleSteps; ++step)
        into.classes.push_back({stretches[step], MapTone::Scale, step});
    const std::size_t size = scores == nullptr ? 0 : std::min(scores->values.size(), into.of.size());
    constexpr auto steps = static_cast<float>(MapClasses::scaleSteps);
    for (std::size_t flow = 0; flow < size; ++flow) {
        const float score = scores->values[flow];
        if (!std::isnan(score))
            into.of[flow] = static_cast<std::uint8_t>(1 + std::clamp(score * steps, 0.0F, steps - 1));
    }
}

void byVerdict(const Scores* scores, const Judgements* judgements, MapClasses& into)
{
    into.classes = {{{}, MapTone::Quiet}, {{}, MapTone::Normal}, {{}, MapTone::Unsure}, {{}, MapTone::Threat}};
    const bool judged = judgements != nullptr && judgements->scores.get() == scores;
    const std::size_t size = scores == nullptr ? 0 : std::min(scores->values.size(), into.of.size());
    for (std::size_t flow = 0; flow < size; ++flow) {
        if (judged && judgements->verdicts[flow] != Judgements::none)
            into.of[flow] = static_cast<std::uint8_t>(1 + judgements->verdicts[flow]);
        else if (!judged && !std::isnan(scores->values[flow]))
            into.of[flow] = scores->values[flow] >= detect::alarmScore ? 3 : 1;
    }
}

/// The commonest ones lie at the bottom, so that they hide none of the rarer.
void byApplication(const flow::FlowTable& table, MapClasses& into)
{
    into.classes = {{{}, MapTone::Quiet}};
    std::unordered_map<std::uint32_t, std::size_t> flows;
    const auto nameOf = [&](std::size_t row) {
        return table.identity(flow::FlowId(static_cast<std::uint32_t>(row))).application;
    };
    for (std::size_t row = 0; row < into.of.size(); ++row)
        ++flows[nameOf(row).value];
    std::vector<std::pair<std::size_t, std::uint32_t>> common;
    for (const auto& [name, count] : flows) {
        if (!table.text(identify::NameId(name)).empty())
            common.emplace_back(count, name);
    }
    std::ranges::sort(common, [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    common.resize(std::min(common.size(), MapClasses::categories));
    std::unordered_map<std::uint32_t, std::uint8_t> classOf;
    for (const auto& [count, name] : common) {
        const auto place = static_cast<std::uint8_t>(classOf.size());
        classOf.emplace(name, static_cast<std::uint8_t>(place + 1));
        into.classes.push_back({std::string(table.text(identify::NameId(name))), MapTone::Category, place});
    }
    for (std::size_t row = 0; row < into.of.size(); ++row) {
        const auto found = classOf.find(nameOf(row).value);
        into.of[row] = found == classOf.end() ? std::uint8_t{0} : found->second;
    }
}

} // namespace

MapClasses classify(const MapInput& input, MapColouring by)
{
    MapClasses classes;
    classes.by = by;
    classes.of.resize(input.table ? input.table->size() : 0);
    switch (by) {
    case MapColouring::Label:
        byLabel(input, classes);
        break;
    case MapColouring::Score:
        byScore(input.scores.get(), classes);
        break;
    case MapColouring::Application:
        if (input.table)
            byApplication(*input.table, classes);
        break;
    case MapColouring::Verdict:
        byVerdict(input.scores.get(), input.judgements.get(), classes);
        break;
    case MapColouring::KeptVerdict:
        byVerdict(input.kept.get(), input.judgements.get(), classes);
        break;
    }
    for (const std::uint8_t index : classes.of)
        ++classes.classes[index].flows;
    return classes;
}

} // namespace flowscent::ui
