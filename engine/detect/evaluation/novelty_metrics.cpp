// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evaluation/novelty_metrics.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace flowscent::detect {

double noveltyAuroc(std::span<const double> seen, std::span<const double> unseen)
{
    if (seen.empty() || unseen.empty())
        return 0.5;
    std::vector<double> sorted(seen.begin(), seen.end());
    std::ranges::sort(sorted);
    double above = 0;
    for (const double score : unseen) {
        const auto [first, last] = std::ranges::equal_range(sorted, score);
        above += static_cast<double>(first - sorted.begin()) + 0.5 * static_cast<double>(last - first);
    }
    return above / static_cast<double>(sorted.size()) / static_cast<double>(unseen.size());
}

double falseAcceptance(std::span<const double> seen, std::span<const double> unseen, double accepted)
{
    if (unseen.empty())
        return 0;
    if (seen.empty())
        return 1;
    std::vector<double> sorted(seen.begin(), seen.end());
    std::ranges::sort(sorted);
    const double wanted = std::ceil(std::clamp(accepted, 0.0, 1.0) * static_cast<double>(sorted.size()) - 1e-9);
    const auto last = static_cast<std::size_t>(std::max(1.0, wanted)) - 1;
    const auto taken = std::ranges::count_if(unseen, [&](double score) { return score <= sorted[last]; });
    return static_cast<double>(taken) / static_cast<double>(unseen.size());
}

} // namespace flowscent::detect
