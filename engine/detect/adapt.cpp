// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/combined_logit.h"
#include "engine/detect/detector.h"

#include <algorithm>
#include <cmath>

namespace flowscent::detect {

using base::Error;
using base::failure;
using base::Matrix;

namespace {

constexpr std::size_t folds = 4;
constexpr double classWeight = 5.0;   ///< total weight of each side: the ridge's lambda was learned on 5 shots a class
constexpr double counterWeight = 4.0; ///< a flow that somebody looked at counts as four that nobody did
constexpr double mostSetAside = 0.1;  ///< share of the background
constexpr double typicalScoreLogit = 3.0; ///< where the examples' scores come to lie: 1 / (1 + e^-3) = 0.95
constexpr double leastTemperature = 0.1;

/// All examples in one matrix: threat first, then counter-examples, then background.
struct Examples {
    Matrix rows;
    std::size_t threats = 0;
    std::size_t counters = 0;

    [[nodiscard]] std::size_t backgroundBegin() const { return threats + counters; }
    [[nodiscard]] bool isThreat(std::size_t row) const { return row < threats; }
};

void append(Matrix& to, const Matrix& from)
{
    if (from.rows == 0)
        return;
    to.columns = from.columns;
    to.rows += from.rows;
    to.values.insert(to.values.end(), from.values.begin(), from.values.end());
}

Matrix pick(const Matrix& from, const std::vector<std::size_t>& rows)
{
    Matrix chosen(rows.size(), from.columns);
    for (std::size_t i = 0; i < rows.size(); ++i)
        std::ranges::copy(from.row(rows[i]), chosen.row(i).begin());
    return chosen;
}

std::vector<learn::HeadKind> headsOf(Method method)
{
    using enum learn::HeadKind;
    switch (method) {
    case Method::Ridge:
        return {Ridge};
    case Method::Prototype:
        return {Prototype};
    case Method::Nearest:
        return {NearestNeighbour};
    case Method::Blend:
        break;
    }
    return {Ridge, NearestNeighbour};
}

/// Fits one head on the examples that `used` names. Each side weighs the same, whatever their numbers.
base::Result<learn::Head> fitOn(const Examples& examples, const std::vector<std::size_t>& used, learn::HeadKind kind,
                                const learn::HeadParameters& parameters)
{
    learn::HeadExamples task{pick(examples.rows, used), {}, {}, 2};
    double rest = 0;
    double threats = 0;
    for (const std::size_t row : used) {
        const bool counter = row >= examples.threats && row < examples.backgroundBegin();
        const double weight = counter ? counterWeight : 1.0;
        (examples.isThreat(row) ? threats : rest) += weight;
        task.weights.push_back(static_cast<float>(weight));
        task.classOf.push_back(examples.isThreat(row) ? threatWay : restWay);
    }
    for (std::size_t i = 0; i < used.size(); ++i)
        task.weights[i] *= static_cast<float>(classWeight / (examples.isThreat(used[i]) ? threats : rest));
    return learn::fitHead(kind, task, parameters);
}

double quantile(std::vector<double> values, double share)
{
    std::ranges::sort(values);
    const double at = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const auto above = std::min(below + 1, values.size() - 1);
    return values[below] + (at - static_cast<double>(below)) * (values[above] - values[below]);
}

/// Logits of every example by a fit that did not see it: leave-one-out for threat and counter-examples, folds for the
/// background. Where leaving out would leave nothing of a side, the full fit answers.
base::Result<std::vector<double>> heldOutLogits(const Examples& examples, const std::vector<std::size_t>& used,
                                                learn::HeadKind kind, const learn::HeadParameters& parameters)
{
    std::vector<double> logits(examples.rows.rows);
    const std::size_t background = examples.backgroundBegin();
    std::vector<std::vector<std::size_t>> groups;
    for (const std::size_t row : used) {
        if (row < background)
            groups.push_back({row});
    }
    const std::size_t single = groups.size();
    groups.resize(single + folds);
    for (std::size_t i = 0, fold = 0; i < used.size(); ++i) {
        if (used[i] >= background)
            groups[single + fold++ % folds].push_back(used[i]);
    }
    for (const auto& group : groups) {
        if (group.empty())
            continue;
        std::vector<std::size_t> others;
        std::ranges::copy_if(used, std::back_inserter(others),
                             [&](std::size_t row) { return std::ranges::find(group, row) == group.end(); });
        const auto threats = std::ranges::count_if(others, [&](std::size_t row) { return examples.isThreat(row); });
        const bool bothSides = threats > 0 && static_cast<std::size_t>(threats) < others.size();
        const auto head = fitOn(examples, bothSides ? others : used, kind, parameters);
        if (!head)
            return failure(head.error());
        const auto answers = partLogits(*head, pick(examples.rows, group));
        for (std::size_t i = 0; i < group.size(); ++i)
            logits[group[i]] = answers[i];
    }
    return logits;
}

/// A detector's parts and the held-out combined logit of every example that was used.
struct Fit {
    std::vector<DetectorPart> parts;
    std::vector<double> heldOut; ///< by row of Examples
};

base::Result<Fit> fitParts(const Examples& examples, const std::vector<std::size_t>& used, Method method,
                           const learn::HeadParameters& parameters)
{
    Fit fit;
    fit.heldOut.resize(examples.rows.rows);
    const auto kinds = headsOf(method);
    for (const learn::HeadKind kind : kinds) {
        auto head = fitOn(examples, used, kind, parameters);
        if (!head)
            return failure(head.error());
        const auto logits = heldOutLogits(examples, used, kind, parameters);
        if (!logits)
            return failure(logits.error());
        std::vector<double> rest;
        for (const std::size_t row : used) {
            if (!examples.isThreat(row))
                rest.push_back((*logits)[row]);
        }
        const double range = (quantile(rest, 0.75) - quantile(rest, 0.25)) / 1.35;
        const DetectorPart part{std::move(*head), quantile(rest, 0.5), std::max(range, 1e-3)};
        for (const std::size_t row : used)
            fit.heldOut[row] += ((*logits)[row] - part.centre) / part.spread / static_cast<double>(kinds.size());
        fit.parts.push_back(part);
    }
    return fit;
}

struct Line {
    double at = 0;
    double temperature = 1;
};

Line drawLine(const Fit& fit, const Examples& examples, const std::vector<std::size_t>& used, double budget)
{
    std::vector<double> threats;
    std::vector<double> rest;
    for (const std::size_t row : used)
        (examples.isThreat(row) ? threats : rest).push_back(fit.heldOut[row]);
    // Background that scores like the examples probably is the threat: it must not push the line above them.
    const double lowest = *std::ranges::min_element(threats);
    std::vector<double> clean;
    std::ranges::copy_if(rest, std::back_inserter(clean), [lowest](double logit) { return logit < lowest; });
    const bool mostlyBelow = static_cast<double>(clean.size()) >= (1 - mostSetAside) * static_cast<double>(rest.size());
    const double edge = quantile(mostlyBelow ? clean : rest, 1 - budget);
    const double line = edge + 0.5 * std::max(0.0, lowest - edge);
    return {line, std::max(leastTemperature, (quantile(threats, 0.5) - line) / typicalScoreLogit)};
}

std::vector<std::size_t> withoutSuspicious(const Fit& fit, const Examples& examples,
                                           const std::vector<std::size_t>& used, const Line& line)
{
    std::vector<std::size_t> suspicious;
    for (const std::size_t row : used) {
        if (row >= examples.backgroundBegin() && fit.heldOut[row] >= line.at)
            suspicious.push_back(row);
    }
    const auto background = static_cast<double>(examples.rows.rows - examples.backgroundBegin());
    std::ranges::sort(suspicious, std::greater<>{}, [&](std::size_t row) { return fit.heldOut[row]; });
    suspicious.resize(std::min(suspicious.size(), static_cast<std::size_t>(mostSetAside * background)));
    std::vector<std::size_t> kept;
    std::ranges::copy_if(used, std::back_inserter(kept),
                         [&](std::size_t row) { return std::ranges::find(suspicious, row) == suspicious.end(); });
    return kept;
}

base::Result<Examples> gather(const EmbeddedInput& input)
{
    if (input.threat.rows == 0)
        return failure(Error::Code::Support, "there is no example of the threat: mark at least one flow");
    if (input.notThreat.rows + input.background.rows == 0)
        return failure(Error::Code::Support,
                       "there is nothing to tell the threat from: no counter-example, no other flow");
    Examples examples;
    append(examples.rows, input.threat);
    append(examples.rows, input.notThreat);
    append(examples.rows, input.background);
    examples.threats = input.threat.rows;
    examples.counters = input.notThreat.rows;
    if (!std::ranges::all_of(examples.rows.values, [](float value) { return std::isfinite(value); }))
        return failure(Error::Code::Model, "an example's embedding holds a number that is not finite");
    return examples;
}

} // namespace

base::Result<Detector> adapt(std::shared_ptr<const learn::BaseModel> base, const EmbeddedInput& input,
                             const AdaptSettings& settings)
{
    const auto examples = gather(input);
    if (!examples)
        return failure(examples.error());
    std::vector<std::size_t> used(examples->rows.rows);
    for (std::size_t row = 0; row < used.size(); ++row)
        used[row] = row;
    const std::size_t all = used.size();
    auto fit = fitParts(*examples, used, settings.method, base->heads);
    if (!fit)
        return failure(fit.error());
    Line line = drawLine(*fit, *examples, used, settings.falseAlarmBudget);
    used = withoutSuspicious(*fit, *examples, used, line);
    if (used.size() < all) {
        fit = fitParts(*examples, used, settings.method, base->heads);
        if (!fit)
            return failure(fit.error());
        line = drawLine(*fit, *examples, used, settings.falseAlarmBudget);
    }
    return Detector{.base = std::move(base),
                    .method = settings.method,
                    .parts = std::move(fit->parts),
                    .line = line.at,
                    .temperature = line.temperature,
                    .threatName = settings.threatName,
                    .threatExamples = static_cast<std::uint32_t>(input.threat.rows),
                    .counterExamples = static_cast<std::uint32_t>(input.notThreat.rows),
                    .backgroundExamples = static_cast<std::uint32_t>(input.background.rows),
                    .setAside = static_cast<std::uint32_t>(all - used.size())};
}

base::Result<Detector> adapt(const learn::Encoder& encoder, std::shared_ptr<const learn::BaseModel> base,
                             const AdaptInput& input, const AdaptSettings& settings, const std::stop_token& stop)
{
    EmbeddedInput embedded;
    for (const auto& [from, to] :
         {std::pair(&input.threat, &embedded.threat), std::pair(&input.notThreat, &embedded.notThreat),
          std::pair(&input.background, &embedded.background)}) {
        auto rows = encoder.embed(*from, {}, stop);
        if (!rows)
            return failure(rows.error());
        *to = std::move(*rows);
    }
    return adapt(std::move(base), embedded, settings);
}

} // namespace flowscent::detect
