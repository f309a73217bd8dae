// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/budget/risk_coverage.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <ranges>

namespace flowscent::detect {

std::vector<RiskPoint> riskCoverage(std::span<const double> confidences, const std::vector<bool>& wrong)
{
    assert(confidences.size() == wrong.size());
    std::vector<std::size_t> order;
    std::ranges::copy_if(std::views::iota(std::size_t{0}, confidences.size()), std::back_inserter(order),
                         [&](std::size_t i) { return !std::isnan(confidences[i]); });
    std::ranges::stable_sort(order, std::greater<>{}, [&](std::size_t i) { return confidences[i]; });
    std::vector<RiskPoint> curve;
    std::size_t mistakes = 0;
    for (std::size_t given = 1; given <= order.size(); ++given) {
        const double confidence = confidences[order[given - 1]];
        mistakes += wrong[order[given - 1]] ? 1U : 0U;
        if (given < order.size() && confidences[order[given]] == confidence)
            continue;
        curve.push_back({confidence, static_cast<double>(given) / static_cast<double>(confidences.size()),
                         static_cast<double>(mistakes) / static_cast<double>(given)});
    }
    return curve;
}

double areaUnderRiskCoverage(std::span<const RiskPoint> curve)
{
    double area = 0;
    double before = 0;
    for (const RiskPoint& point : curve) {
        area += (point.coverage - before) * point.risk;
        before = point.coverage;
    }
    return before > 0 ? area / before : 0.0;
}

std::optional<RiskPoint> widestWithin(std::span<const RiskPoint> curve, double risk)
{
    for (const RiskPoint& point : std::views::reverse(curve)) {
        if (point.risk <= risk)
            return point;
    }
    return std::nullopt;
}

} // namespace flowscent::detect
