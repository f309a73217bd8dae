// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/detector.h"

#include "engine/base/matrix_rows.h"
#include "engine/detect/quantile.h"
#include "engine/detect/robust_fit.h"
#include "engine/detect/set_aside.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

namespace flowscent::detect {

using base::Error;
using base::failure;
using base::Result;

namespace {

constexpr double typicalScoreLogit = 3.0;      ///< where the examples' scores come to lie: 1 / (1 + e^-3) = 0.95
constexpr double leastTemperature = 0.1;       ///< in combined logits
constexpr double leastShareTemperature = 0.02; ///< where the combined logit is a share
constexpr std::size_t fewBackground = 50;      ///< fewer say too little of a budget: the bank then speaks with them

bool finite(const FlowNumbers& flows)
{
    return base::allFinite(flows.embeddings) && base::allFinite(flows.statistics);
}

struct Line {
    double at = 0;
    double temperature = 1;
};

/// What the line is drawn above: the background that was used. A flow that was set aside counts again when every
/// example scores above it.
std::vector<double> restLogits(const Examples& examples, const Rows& used, const PartFit& fit, double lowestThreat)
{
    std::vector<double> rest;
    for (std::size_t row = examples.threats; row < examples.bankBegin(); ++row) {
        if (fit.heldOut[row] < lowestThreat || std::ranges::binary_search(used, row))
            rest.push_back(fit.heldOut[row]);
    }
    if (rest.size() < fewBackground)
        rest.insert(rest.end(), fit.heldOut.begin() + static_cast<std::ptrdiff_t>(examples.bankBegin()),
                    fit.heldOut.end());
    return rest;
}

Line drawLine(const PartFit& fit, const Examples& examples, const Rows& used, const AdaptSettings& settings)
{
    const std::vector<double> threats(fit.heldOut.begin(),
                                      fit.heldOut.begin() + static_cast<std::ptrdiff_t>(examples.threats));
    const double lowest = std::ranges::min(threats);
    Line line{quantile(restLogits(examples, used, fit, lowest), 1 - settings.falseAlarmBudget)};
    if (threats.size() > 1) // a single example cannot be held out: its own score says nothing about others
        line.at += 0.5 * std::max(0.0, lowest - line.at);
    line.temperature = std::max(usesBank(settings.method) ? leastShareTemperature : leastTemperature,
                                (quantile(threats, 0.5) - line.at) / typicalScoreLogit);
    return line;
}

Result<Fit> fitOn(const Examples& examples, Rows used, const FitSettings& settings)
{
    auto parts = fitHeldOut(examples, used, settings);
    if (!parts)
        return failure(parts.error());
    return Fit{std::move(used), std::move(*parts)};
}

} // namespace

Rows numberOrder(const FlowNumbers& flows)
{
    Rows rows(flows.size());
    std::iota(rows.begin(), rows.end(), 0U);
    const auto before = [](std::span<const float> a, std::span<const float> b) {
        return std::ranges::lexicographical_compare(a, b);
    };
    std::ranges::stable_sort(rows, [&](std::uint32_t a, std::uint32_t b) {
        if (before(flows.embeddings.row(a), flows.embeddings.row(b)))
            return true;
        return !before(flows.embeddings.row(b), flows.embeddings.row(a)) &&
               before(flows.statistics.row(a), flows.statistics.row(b));
    });
    return rows;
}

Result<Examples> gather(const DescribedInput& input, const FlowNumbers& bank)
{
    if (input.threat.size() == 0)
        return failure(Error::Code::Support, "there is no example of the threat: mark at least one flow");
    if (input.notThreat.size() + input.background.size() + bank.size() == 0)
        return failure(Error::Code::Support,
                       "there is nothing to tell the threat from: no counter-example, no other flow");
    Examples examples;
    examples.threats = input.threat.size();
    examples.counters = input.notThreat.size();
    examples.background = input.background.size();
    for (const FlowNumbers* flows : {&input.threat, &input.notThreat, &input.background, &bank}) {
        if (!finite(*flows))
            return failure(Error::Code::Model, "an example's embedding holds a number that is not finite");
        examples.flows.append(flows->rows(numberOrder(*flows)));
    }
    return examples;
}

Result<Fit> fitRobustly(const Examples& examples, const FitSettings& settings)
{
    if (usesBank(settings.method) && examples.size() > examples.bankBegin()) {
        auto used = withoutLookAlikes(examples, settings);
        if (!used)
            return failure(used.error());
        return fitOn(examples, std::move(*used), settings);
    }
    auto first = fitOn(examples, withoutClosest(examples), settings);
    if (!first)
        return first;
    Rows used = withoutHighest(examples, first->used, first->parts);
    return used.size() == first->used.size() ? first : fitOn(examples, std::move(used), settings);
}

Result<Detector> adapt(const Foundation& foundation, const DescribedInput& input, const AdaptSettings& settings)
{
    const auto examples = gather(input, usesBank(settings.method) ? foundation.bank : FlowNumbers{});
    if (!examples)
        return failure(examples.error());
    auto fit =
        fitRobustly(*examples, {.method = settings.method, .heads = foundation.model->heads, .seed = settings.seed});
    if (!fit)
        return failure(fit.error());
    const Line line = drawLine(fit->parts, *examples, fit->used, settings);
    return Detector{.base = foundation.model,
                    .method = settings.method,
                    .parts = std::move(fit->parts.parts),
                    .line = line.at,
                    .temperature = line.temperature,
                    .threatName = settings.threatName,
                    .threatExamples = static_cast<std::uint32_t>(input.threat.size()),
                    .counterExamples = static_cast<std::uint32_t>(input.notThreat.size()),
                    .backgroundExamples = static_cast<std::uint32_t>(input.background.size()),
                    .setAside = static_cast<std::uint32_t>(examples->size() - fit->used.size())};
}

Result<DescribedInput> describe(const learn::Encoder& encoder, const AdaptInput& raw, const std::stop_token& stop)
{
    DescribedInput described;
    for (const auto& [from, to] :
         {std::pair(&raw.threat, &described.threat), std::pair(&raw.notThreat, &described.notThreat),
          std::pair(&raw.background, &described.background)}) {
        auto flows = describe(encoder, *from, {}, stop);
        if (!flows)
            return failure(flows.error());
        *to = std::move(*flows);
    }
    return described;
}

Result<Detector> adapt(const learn::Encoder& encoder, const Foundation& foundation, const AdaptInput& input,
                       const AdaptSettings& settings, const std::stop_token& stop)
{
    const auto described = describe(encoder, input, stop);
    if (!described)
        return failure(described.error());
    return adapt(foundation, *described, settings);
}

} // namespace flowscent::detect
