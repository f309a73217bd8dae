// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/judgements.h"

#include "engine/base/random.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flowscent::ui {

namespace {

constexpr std::uint64_t baselineSeed = 1;
constexpr double secondsPerHour = 3600;

/// Whether the flow could be in a baseline: scored, unlabelled, and not among what the detector learnt from.
flow::FlowSet unlearnt(const Scores& scores)
{
    flow::FlowSet flows;
    for (std::uint32_t row = 0; row < scores.values.size(); ++row) {
        if (!std::isnan(scores.values[row]) && scores.support().label(flow::FlowId(row)) == hunt::Label::None)
            flows.insert(flow::FlowId(row));
    }
    flows.subtract(flow::FlowSet(scores.adaptation->background));
    return flows;
}

/// Each flow by the toss of a coin of its own, so that a label moves no other flow in or out.
flow::FlowSet drawHalf(const flow::FlowSet& flows)
{
    flow::FlowSet half;
    flows.each([&half](flow::FlowId flow) {
        if (base::Rng(baselineSeed + flow.value).below(2) == 0)
            half.insert(flow);
    });
    return half;
}

double hoursOf(const flow::FlowTable& table)
{
    const auto [first, last] = std::ranges::minmax_element(table.start);
    return first == table.start.end()
               ? 0
               : static_cast<double>(*last - *first) / base::nanosecondsPerSecond / secondsPerHour;
}

base::Result<std::optional<detect::Baseline>> baselineOf(const Scores& scores, const flow::FlowSet& flows)
{
    detect::BaselineFlows window;
    window.scores.reserve(flows.count());
    flows.each([&](flow::FlowId flow) { window.scores.push_back(scores.values[flow.value]); });
    if (window.scores.size() < detect::Baseline::leastGroup)
        return std::optional<detect::Baseline>();
    const auto all = static_cast<double>(std::max<std::size_t>(scores.scored, 1));
    window.hours = hoursOf(*scores.adaptation->table) * static_cast<double>(window.scores.size()) / all;
    auto baseline = detect::Baseline::from(window, baselineSeed);
    if (!baseline)
        return base::failure(baseline.error());
    return std::optional(std::move(*baseline));
}

/// The detector's own line, and what the baseline says of it.
detect::AlarmLine ownLine(const Judgements& judgements)
{
    detect::AlarmLine line;
    line.score = detect::alarmScore;
    line.asked = judgements.scores->adaptation->settings.falseAlarmBudget;
    line.promised = judgements.baseline ? judgements.baseline->pValue(detect::alarmScore) : line.asked;
    line.flows = judgements.baseline ? judgements.baseline->size() : 0;
    return line;
}

} // namespace

double Judgements::pValue(flow::FlowId flow) const
{
    const float score = flow.value < scores->values.size() ? scores->values[flow.value] : unscored;
    return baseline && !std::isnan(score) ? baseline->pValue(score) : std::numeric_limits<double>::quiet_NaN();
}

base::Result<Judgements> judge(std::shared_ptr<const Scores> scores, const BudgetChoice& choice,
                               const std::stop_token& stop)
{
    Judgements judgements;
    judgements.choice = choice;
    const flow::FlowSet free = unlearnt(*scores);
    flow::FlowSet normal = choice.baseline ? *choice.baseline : drawHalf(free);
    normal.intersect(free);
    auto baseline = baselineOf(*scores, normal);
    if (!baseline)
        return base::failure(baseline.error());
    judgements.baseline = std::move(*baseline);
    judgements.scores = std::move(scores);
    judgements.line = ownLine(judgements);
    if (choice.budget && judgements.baseline) {
        auto line = judgements.baseline->lineFor(*choice.budget);
        if (!line)
            return base::failure(line.error());
        judgements.line = std::move(*line);
    }
    const auto& values = judgements.scores->values;
    judgements.verdicts.assign(values.size(), Judgements::none);
    judgements.doubts.assign(values.size(), static_cast<std::uint8_t>(detect::Doubt::None));
    for (std::uint32_t row = 0; row < values.size(); ++row) {
        if (std::isnan(values[row]))
            continue;
        const bool alarm = values[row] >= judgements.line.score;
        judgements.verdicts[row] =
            static_cast<std::uint8_t>(alarm ? detect::Judgement::Threat : detect::Judgement::Normal);
        judgements.alarms += alarm ? 1 : 0;
        const flow::FlowId flow(row);
        if (free.contains(flow) && !normal.contains(flow)) {
            ++judgements.realised.flows;
            judgements.realised.alarms += alarm ? 1 : 0;
        }
    }
    judgements.realised.promised = judgements.line.promised;
    if (stop.stop_requested())
        return base::failure(base::Error::Code::Cancelled, "a newer request came");
    return judgements;
}

} // namespace flowscent::ui
