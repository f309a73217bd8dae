// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/detector.h"

#include "engine/detect/part_fit.h"
#include "engine/detect/quantile.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace flowscent::detect {

using base::Error;
using base::failure;
using base::Matrix;

namespace {

constexpr double mostSetAside = 0.1;      ///< share of the background
constexpr double typicalScoreLogit = 3.0; ///< where the examples' scores come to lie: 1 / (1 + e^-3) = 0.95
constexpr double leastTemperature = 0.1;

void append(Matrix& to, const Matrix& from)
{
    if (from.rows == 0)
        return;
    to.columns = from.columns;
    to.rows += from.rows;
    to.values.insert(to.values.end(), from.values.begin(), from.values.end());
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

double squaredDistance(std::span<const float> a, std::span<const float> b)
{
    return std::transform_reduce(a.begin(), a.end(), b.begin(), 0.0, std::plus<>{}, [](float one, float other) {
        const double apart = double{one} - double{other};
        return apart * apart;
    });
}

double distanceToThreats(const Examples& examples, std::size_t row, std::size_t without)
{
    double nearest = std::numeric_limits<double>::infinity();
    for (std::size_t threat = 0; threat < examples.threats; ++threat) {
        if (threat != without)
            nearest = std::min(nearest, squaredDistance(examples.rows.row(row), examples.rows.row(threat)));
    }
    return nearest;
}

/// How much background flows look like the threat; those above 0 are suspicious.
using Suspicion = std::vector<double>;

/// Takes out the most suspicious background flows, as long as they are few and something remains to tell the threat
/// from.
Rows withoutSuspicious(const Examples& examples, const Rows& used, const Suspicion& suspicion)
{
    Rows suspicious;
    std::ranges::copy_if(used, std::back_inserter(suspicious),
                         [&](std::size_t row) { return row >= examples.backgroundBegin() && suspicion[row] > 0; });
    std::ranges::stable_sort(suspicious, std::greater<>{}, [&](std::size_t row) { return suspicion[row]; });
    const std::size_t gone = examples.size() - used.size();
    const auto most = static_cast<std::size_t>(mostSetAside * static_cast<double>(examples.background()));
    suspicious.resize(std::min(suspicious.size(), most - std::min(most, gone)));
    std::ranges::sort(suspicious);
    Rows kept;
    std::ranges::set_difference(used, suspicious, std::back_inserter(kept));
    return kept;
}

/// Background that lies closer to an example than any two examples lie to each other.
Suspicion byDistance(const Examples& examples)
{
    double closest = examples.threats == 1 ? 0.0 : std::numeric_limits<double>::infinity();
    for (std::size_t row = 0; row < examples.threats && examples.threats > 1; ++row)
        closest = std::min(closest, distanceToThreats(examples, row, row));
    Suspicion suspicion(examples.size());
    for (std::size_t row = examples.backgroundBegin(); row < examples.size(); ++row) {
        const double distance = distanceToThreats(examples, row, examples.threats);
        suspicion[row] = distance <= closest ? 1.0 / (1e-12 + distance) : 0.0;
    }
    return suspicion;
}

std::vector<double> threatLogits(const PartFit& fit, const Examples& examples)
{
    return {fit.heldOut.begin(), fit.heldOut.begin() + static_cast<std::ptrdiff_t>(examples.threats)};
}

/// Background that scores above the typical example.
Suspicion byScore(const PartFit& fit, const Examples& examples)
{
    const double typical = quantile(threatLogits(fit, examples), 0.5);
    Suspicion suspicion(fit.heldOut);
    for (double& value : suspicion)
        value -= typical;
    return suspicion;
}

struct Line {
    double at = 0;
    double temperature = 1;
};

/// A flow that was set aside counts as background again when every example scores above it.
Line drawLine(const PartFit& fit, const Examples& examples, const Rows& used, double budget)
{
    const auto threats = threatLogits(fit, examples);
    const double lowest = std::ranges::min(threats);
    std::vector<double> rest;
    for (std::size_t row = examples.threats; row < examples.size(); ++row) {
        if (fit.heldOut[row] < lowest || std::ranges::binary_search(used, row))
            rest.push_back(fit.heldOut[row]);
    }
    Line line{quantile(rest, 1 - budget)};
    if (threats.size() > 1) // a single example cannot be held out: its own score says nothing about others
        line.at += 0.5 * std::max(0.0, lowest - line.at);
    line.temperature = std::max(leastTemperature, (quantile(threats, 0.5) - line.at) / typicalScoreLogit);
    return line;
}

} // namespace

base::Result<Detector> adapt(std::shared_ptr<const learn::BaseModel> base, const EmbeddedInput& input,
                             const AdaptSettings& settings)
{
    const auto examples = gather(input);
    if (!examples)
        return failure(examples.error());
    Rows all(examples->size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    const Rows first = withoutSuspicious(*examples, all, byDistance(*examples));
    auto fit = fitParts(*examples, first, settings.method, base->heads);
    if (!fit)
        return failure(fit.error());
    const Rows used = withoutSuspicious(*examples, first, byScore(*fit, *examples));
    if (used.size() < first.size())
        fit = fitParts(*examples, used, settings.method, base->heads);
    if (!fit)
        return failure(fit.error());
    const Line line = drawLine(*fit, *examples, used, settings.falseAlarmBudget);
    return Detector{.base = std::move(base),
                    .method = settings.method,
                    .parts = std::move(fit->parts),
                    .line = line.at,
                    .temperature = line.temperature,
                    .threatName = settings.threatName,
                    .threatExamples = static_cast<std::uint32_t>(input.threat.rows),
                    .counterExamples = static_cast<std::uint32_t>(input.notThreat.rows),
                    .backgroundExamples = static_cast<std::uint32_t>(input.background.rows),
                    .setAside = static_cast<std::uint32_t>(all.size() - used.size())};
}

base::Result<Detector> adapt(const learn::Encoder& encoder, std::shared_ptr<const learn::BaseModel> base,
                             const AdaptInput& input, const AdaptSettings& settings, const std::stop_token& stop)
{
    EmbeddedInput embedded;
    for (const auto& [from, to] :
         {std::pair(&input.threat, &embedded.threat), std::pair(&input.notThreat, &embedded.notThreat),
          std::pair(&input.background, &embedded.background)}) {
        if (from->size() == 0)
            continue;
        auto rows = encoder.embed(*from, {}, stop);
        if (!rows)
            return failure(rows.error());
        *to = std::move(*rows);
    }
    return adapt(std::move(base), embedded, settings);
}

} // namespace flowscent::detect
