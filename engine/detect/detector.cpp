// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/detector.h"

#include "engine/detect/combined_logit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace flowscent::detect {

namespace {

constexpr std::array<std::string_view, 6> methodNames{"ensemble", "forest", "blend", "ridge", "prototype", "nearest"};

} // namespace

std::string_view text(Method method)
{
    return methodNames[static_cast<std::size_t>(method)];
}

base::Result<Method> parseMethod(std::string_view name)
{
    const auto* found = std::ranges::find(methodNames, name);
    if (found == methodNames.end())
        return base::failure(base::Error::Code::Argument,
                             "there is no method '" + std::string(name) +
                                 "'; there are ensemble, forest, blend, ridge, prototype and nearest");
    return static_cast<Method>(found - methodNames.begin());
}

std::vector<double> combinedLogits(const Detector& detector, const FlowNumbers& flows)
{
    return combinedLogits(std::span<const DetectorPart>(detector.parts), flows);
}

std::vector<float> score(const Detector& detector, const FlowNumbers& flows)
{
    const auto logits = combinedLogits(detector, flows);
    std::vector<float> scores(logits.size());
    std::ranges::transform(logits, scores.begin(), [&](double logit) {
        return static_cast<float>(1.0 / (1.0 + std::exp(-(logit - detector.line) / detector.temperature)));
    });
    return scores;
}

learn::Readout readout(const Detector& detector)
{
    learn::Readout all;
    for (const DetectorPart& part : detector.parts)
        all.parts.push_back({part.head, part.forest, part.reach, part.centre, part.spread, part.weight, part.squashed});
    all.line = {detector.line, detector.temperature};
    return all;
}

std::string_view text(Verdict verdict)
{
    return verdict == Verdict::Threat ? "threat" : "normal";
}

std::vector<std::uint32_t> rankedRows(const std::vector<float>& scores)
{
    std::vector<std::uint32_t> rows(scores.size());
    std::iota(rows.begin(), rows.end(), 0U);
    const auto last = std::stable_partition(rows.begin(), rows.end(), [&](std::uint32_t row) {
        return !std::isnan(scores[row]); // NaN has no place in an order
    });
    std::stable_sort(rows.begin(), last, [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
    return rows;
}

std::vector<std::uint32_t> ranks(const std::vector<float>& scores)
{
    const auto order = rankedRows(scores);
    std::vector<std::uint32_t> ranks(scores.size());
    for (std::uint32_t place = 0; place < order.size(); ++place) {
        if (std::isnan(scores[order[place]]))
            break;
        const bool tied = place > 0 && scores[order[place]] == scores[order[place - 1]];
        ranks[order[place]] = tied ? ranks[order[place - 1]] : place + 1;
    }
    return ranks;
}

} // namespace flowscent::detect
