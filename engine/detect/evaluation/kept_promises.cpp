// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evaluation/kept_promises.h"

#include "engine/detect/budget/conformal.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace flowscent::detect {

using base::failure;

namespace {

using Rows = std::vector<std::uint32_t>;

BaselineDeal byCapture(std::span<const std::uint32_t> captureOf, base::Rng& rng)
{
    std::map<std::uint32_t, Rows> captures;
    for (std::uint32_t place = 0; place < captureOf.size(); ++place)
        captures[captureOf[place]].push_back(place);
    std::vector<std::uint32_t> order;
    for (const auto& [capture, places] : captures)
        order.push_back(capture);
    rng.shuffle(std::span(order));
    BaselineDeal dealt;
    for (const std::uint32_t capture : order) {
        Rows& side = 2 * dealt.baseline.size() < captureOf.size() ? dealt.baseline : dealt.heldOut;
        side.insert(side.end(), captures[capture].begin(), captures[capture].end());
    }
    return dealt;
}

BaselineDeal byFlow(std::size_t flows, base::Rng& rng)
{
    Rows places(flows);
    std::iota(places.begin(), places.end(), 0U);
    rng.shuffle(std::span(places));
    const auto half = places.begin() + static_cast<std::ptrdiff_t>((flows + 1) / 2);
    return {Rows(places.begin(), half), Rows(half, places.end())};
}

std::vector<float> pick(std::span<const float> scores, const Rows& places)
{
    std::vector<float> some;
    some.reserve(places.size());
    for (const std::uint32_t place : places)
        some.push_back(scores[place]);
    return some;
}

std::uint64_t atOrAbove(std::span<const float> scores, float line)
{
    return static_cast<std::uint64_t>(std::ranges::count_if(scores, [line](float score) { return score >= line; }));
}

} // namespace

std::string_view text(BaselineFrom from)
{
    return from == BaselineFrom::OtherCaptures ? "other captures" : "same captures";
}

BaselineDeal deal(std::span<const std::uint32_t> captureOf, BaselineFrom from, base::Rng rng)
{
    BaselineDeal dealt =
        from == BaselineFrom::OtherCaptures ? byCapture(captureOf, rng) : byFlow(captureOf.size(), rng);
    std::ranges::sort(dealt.baseline);
    std::ranges::sort(dealt.heldOut);
    return dealt;
}

base::Result<std::optional<Promise>> judgePromise(std::span<const float> normal, const BaselineDeal& dealt,
                                                  std::span<const float> threats, double rate, double leastAlarms)
{
    if (static_cast<double>(dealt.baseline.size()) * rate < leastAlarms || dealt.heldOut.empty())
        return std::optional<Promise>();
    const BaselineFlows window{.scores = pick(normal, dealt.baseline), .groups = {}, .knownThreats = {}};
    const auto baseline = Baseline::from(window, 0);
    if (!baseline)
        return failure(baseline.error());
    const auto line = baseline->lineFor(AlarmBudget::oneIn(1 / rate));
    if (!line)
        return failure(line.error());
    return Promise{.normal = line->realised(dealt.heldOut.size(), atOrAbove(pick(normal, dealt.heldOut), line->score)),
                   .threats = threats.size(),
                   .found = atOrAbove(threats, line->score)};
}

} // namespace flowscent::detect
