// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/support/influence.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <utility>

namespace flowscent::detect {

using base::Error;
using base::failure;

namespace {

constexpr double movedRanks = 0.05; ///< 1 - rank correlation from which an example is said to move the ranking

/// Ranks from 1; equal values share the mean of theirs.
std::vector<double> meanRanks(const std::vector<float>& values)
{
    std::vector<std::uint32_t> order(values.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, {}, [&](std::uint32_t row) { return values[row]; });
    std::vector<double> ranks(values.size());
    for (std::size_t begin = 0; begin < order.size();) {
        std::size_t end = begin;
        while (end < order.size() && values[order[end]] == values[order[begin]])
            ++end;
        for (std::size_t place = begin; place < end; ++place)
            ranks[order[place]] = 0.5 * static_cast<double>(begin + 1 + end);
        begin = end;
    }
    return ranks;
}

/// Everything but one.
std::vector<std::uint32_t> allBut(std::size_t examples, std::size_t left)
{
    std::vector<std::uint32_t> kept;
    for (std::uint32_t i = 0; i < examples; ++i) {
        if (i != left)
            kept.push_back(i);
    }
    return kept;
}

bool alarm(float score)
{
    return score >= alarmScore; // not of NaN
}

Influence compared(std::uint32_t example, const RefitAnswer& with, const RefitAnswer& without)
{
    Influence one{.example = example};
    one.ownScore = without.examples[example];
    one.lineChange = without.line - with.line;
    for (std::size_t i = 0; i < with.flows.size(); ++i) {
        const bool before = alarm(with.flows[i]);
        const bool after = alarm(without.flows[i]);
        one.alarms += before ? 1U : 0U;
        one.alarmsLost += before && !after ? 1U : 0U;
        one.alarmsGained += after && !before ? 1U : 0U;
    }
    one.rankCorrelation = rankCorrelation(with.flows, without.flows);
    one.influence = 1 - one.rankCorrelation;
    return one;
}

bool fits(const RefitAnswer& judgement, std::size_t flows, std::size_t examples)
{
    return judgement.flows.size() == flows && judgement.examples.size() == examples;
}

std::string score(float value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", static_cast<double>(value));
    return text;
}

std::string ofAlarms(const Influence& influence)
{
    const auto count = [](std::uint32_t number, const char* one, const char* many) {
        return std::to_string(number) + (number == 1 ? one : many);
    };
    if (influence.alarmsLost + influence.alarmsGained == 0)
        return influence.alarms == 0 ? "without it there is no alarm either" : "without it the alarms are the same";
    std::string text = "without it ";
    if (influence.alarmsLost > 0)
        text += count(influence.alarmsLost, " of ", " of ") + count(influence.alarms, " alarm", " alarms") +
                (influence.alarmsLost == 1 ? " goes" : " go");
    if (influence.alarmsGained > 0)
        text += (influence.alarmsLost > 0 ? " and " : "") + count(influence.alarmsGained,
                                                                  influence.alarmsLost > 0 ? " comes" : " alarm comes",
                                                                  influence.alarmsLost > 0 ? " come" : " alarms come");
    return text;
}

} // namespace

double rankCorrelation(std::span<const float> a, std::span<const float> b)
{
    std::vector<float> first;
    std::vector<float> second;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        if (!std::isnan(a[i]) && !std::isnan(b[i])) {
            first.push_back(a[i]);
            second.push_back(b[i]);
        }
    }
    if (first.size() < 2)
        return 1;
    const auto x = meanRanks(first);
    const auto y = meanRanks(second);
    const double mean = 0.5 * static_cast<double>(first.size() + 1);
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xy += (x[i] - mean) * (y[i] - mean);
        xx += (x[i] - mean) * (x[i] - mean);
        yy += (y[i] - mean) * (y[i] - mean);
    }
    if (xx == 0 || yy == 0)
        return xx == yy ? 1 : 0;
    return xy / std::sqrt(xx * yy);
}

base::Result<std::vector<Influence>> influences(std::size_t examples, const Refit& refit, const std::stop_token& stop)
{
    if (examples == 0)
        return failure(Error::Code::Support, "there is no example of the threat to drop");
    if (examples == 1)
        return std::vector<Influence>(1);
    const auto with = refit(allBut(examples, examples));
    if (!with)
        return failure(with.error());
    std::vector<Influence> all;
    for (std::uint32_t example = 0; example < examples; ++example) {
        if (stop.stop_requested())
            return failure(Error::Code::Cancelled, "stopped");
        const auto without = refit(allBut(examples, example));
        if (!without)
            return failure(without.error());
        if (!fits(*with, with->flows.size(), examples) || !fits(*without, with->flows.size(), examples))
            return failure(Error::Code::Argument, "an adaptation did not judge the flows that it was asked about");
        all.push_back(compared(example, *with, *without));
    }
    return all;
}

std::string sentence(const Influence& influence)
{
    return "example " + std::to_string(influence.example + 1) + ": " + change(influence);
}

std::string change(const Influence& influence)
{
    if (!influence.ownScore)
        return "the only one, there is nothing to drop";
    std::string text = ofAlarms(influence);
    if (influence.influence >= movedRanks)
        text += "; the ranking changes";
    if (alarm(*influence.ownScore))
        return text + "; the other examples find it (score " + score(*influence.ownScore) + ")";
    return text + "; the other examples do not find it (score " + score(*influence.ownScore) +
           "): it shows something new, or is wrong";
}

Refit refitOf(const Foundation& foundation, const DescribedInput& input, const AdaptSettings& settings,
              const FlowNumbers& flows)
{
    return
        [&foundation, &input, settings, &flows](std::span<const std::uint32_t> examples) -> base::Result<RefitAnswer> {
            const auto detector =
                adapt(foundation, {input.threat.rows(examples), input.notThreat, input.background}, settings);
            if (!detector)
                return failure(detector.error());
            return RefitAnswer{detector->line, detect::score(*detector, flows), detect::score(*detector, input.threat)};
        };
}

} // namespace flowscent::detect
