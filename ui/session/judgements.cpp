// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/judgements.h"

#include "engine/base/each_index.h"
#include "engine/base/random.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace flowscent::ui {

namespace {

constexpr std::uint64_t baselineSeed = 1;
constexpr double secondsPerHour = 3600;
constexpr std::size_t doubtBlock = 4096;         ///< flows between two looks at the stop token
constexpr std::size_t mostDoubtedFirst = 20'000; ///< alarms before the first answer

tl::unexpected<base::Error> cancelled()
{
    return base::failure(base::Error::Code::Cancelled, "a newer request came");
}

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

/// Of the budget, or why it has none.
void placeLine(Judgements& judgements)
{
    if (!judgements.choice.budget)
        return;
    if (!judgements.baseline) {
        judgements.trouble =
            "fewer than " + std::to_string(detect::Baseline::leastGroup) + " flows are left to say what is normal";
        return;
    }
    auto line = judgements.baseline->lineFor(*judgements.choice.budget);
    if (line)
        judgements.line = std::move(*line);
    else
        judgements.trouble = line.error().what;
}

std::vector<std::uint32_t> rowsOf(const std::vector<flow::FlowId>& flows)
{
    std::vector<std::uint32_t> rows(flows.size());
    std::ranges::transform(flows, rows.begin(), &flow::FlowId::value);
    return rows;
}

base::Result<std::shared_ptr<const detect::Referee>> refereeOf(const Scores& scores)
{
    const Adaptation& adaptation = *scores.adaptation;
    const auto numbersOf = [&](const std::vector<flow::FlowId>& flows) { return scores.numbers->rows(rowsOf(flows)); };
    auto referee = detect::makeReferee(
        *adaptation.foundation,
        {numbersOf(adaptation.threats), numbersOf(adaptation.counters), numbersOf(adaptation.background)},
        adaptation.detector, adaptation.settings.falseAlarmBudget, {});
    if (!referee)
        return base::failure(referee.error());
    return std::make_shared<const detect::Referee>(std::move(*referee));
}

std::vector<detect::JudgedFlow> judgedRows(const Judgements& judgements, std::span<const std::uint32_t> rows)
{
    const Scores& scores = *judgements.scores;
    const flow::FlowTable& table = *scores.adaptation->table;
    std::vector<float> values;
    std::vector<std::uint32_t> packets;
    for (const std::uint32_t row : rows) {
        const std::uint64_t all = table.packets[row][flow::outward] + table.packets[row][flow::inward];
        values.push_back(scores.values[row]);
        packets.push_back(static_cast<std::uint32_t>(std::min<std::uint64_t>(all, UINT32_MAX)));
    }
    return detect::judged(*judgements.referee, scores.numbers->rows(rows), packets, values, judgements.line.score);
}

void countVerdicts(Judgements& judgements)
{
    const auto count = [&](detect::Judgement verdict) {
        return static_cast<std::size_t>(std::ranges::count(judgements.verdicts, static_cast<std::uint8_t>(verdict)));
    };
    judgements.alarms = count(detect::Judgement::Threat);
    judgements.unsure = count(detect::Judgement::Unsure);
}

/// What is looked at first: flows on the screen and alarms, ascending.
std::vector<std::uint32_t> urgentRows(const Judgements& judgements, std::vector<std::uint32_t> visible)
{
    const auto size = static_cast<std::uint32_t>(judgements.verdicts.size());
    std::erase_if(visible, [size](std::uint32_t row) { return row >= size; });
    const std::size_t most = visible.size() + mostDoubtedFirst;
    for (std::uint32_t row = 0; row < size && visible.size() < most; ++row) {
        if (judgements.alarmed(flow::FlowId(row)))
            visible.push_back(row);
    }
    std::ranges::sort(visible);
    const auto doubles = std::ranges::unique(visible);
    visible.erase(doubles.begin(), doubles.end());
    return visible;
}

} // namespace

std::string Judgements::reason(flow::FlowId flow) const
{
    if (!referee || flow.value >= verdicts.size() || verdicts[flow.value] == none)
        return {};
    return judgedRows(*this, std::span(&flow.value, 1)).front().reason;
}

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
    placeLine(judgements);
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
        return cancelled();
    return judgements;
}

base::Result<void> addDoubts(Judgements& judgements, std::span<const std::uint32_t> rows, const std::stop_token& stop)
{
    if (!judgements.referee)
        return {};
    std::vector<std::uint32_t> scored;
    std::ranges::copy_if(rows, std::back_inserter(scored),
                         [&](std::uint32_t row) { return !std::isnan(judgements.scores->values[row]); });
    const auto block = [&](std::size_t index) {
        const auto part = std::span(scored).subspan(index * doubtBlock);
        const auto mine = part.first(std::min(part.size(), doubtBlock));
        const auto answers = judgedRows(judgements, mine);
        for (std::size_t i = 0; i < mine.size(); ++i) {
            judgements.verdicts[mine[i]] = static_cast<std::uint8_t>(answers[i].judgement);
            judgements.doubts[mine[i]] = static_cast<std::uint8_t>(answers[i].doubt);
        }
    };
    base::eachIndex((scored.size() + doubtBlock - 1) / doubtBlock, block, "doubting flows", {}, stop);
    if (stop.stop_requested())
        return cancelled();
    countVerdicts(judgements);
    return {};
}

base::Result<void> judgeWithDoubts(const std::shared_ptr<const Scores>& scores, const BudgetChoice& choice,
                                   std::vector<std::uint32_t> visible, const JudgementSink& tell,
                                   const std::stop_token& stop)
{
    auto judgements = judge(scores, choice, stop);
    if (!judgements)
        return base::failure(judgements.error());
    if (!scores->numbers) {
        tell(std::move(*judgements));
        return {};
    }
    auto referee = refereeOf(*scores);
    if (!referee)
        return base::failure(referee.error());
    judgements->referee = std::move(*referee);
    const auto urgent = urgentRows(*judgements, std::move(visible));
    if (auto done = addDoubts(*judgements, urgent, stop); !done)
        return done;
    std::vector<std::uint32_t> all(judgements->verdicts.size());
    std::iota(all.begin(), all.end(), 0U);
    std::vector<std::uint32_t> rest;
    std::ranges::set_difference(all, urgent, std::back_inserter(rest));
    if (!rest.empty() && all.size() > doubtBlock) // few flows are not worth two answers
        tell(*judgements);
    if (auto done = addDoubts(*judgements, rest, stop); !done)
        return done;
    judgements->doubtsComplete = true;
    tell(std::move(*judgements));
    return {};
}

} // namespace flowscent::ui
