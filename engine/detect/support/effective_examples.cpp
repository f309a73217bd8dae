// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/support/effective_examples.h"

#include "engine/detect/distance.h"
#include "engine/detect/quantile.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace flowscent::detect {

namespace {

constexpr double similarWithin = 0.25; ///< h, in median distances of the background
constexpr double copySimilarity = 0.9;

/// Median distance between two flows of the background; 0 when nothing is known of it.
double typicalDistance(const base::Matrix& background)
{
    const std::size_t step = std::max<std::size_t>(1, (background.rows + mostScaleFlows - 1) / mostScaleFlows);
    std::vector<double> distances;
    for (std::size_t a = 0; a < background.rows; a += step) {
        for (std::size_t b = a + step; b < background.rows; b += step) {
            const double squared = squaredDistance(background.row(a), background.row(b));
            if (std::isfinite(squared))
                distances.push_back(std::sqrt(squared));
        }
    }
    return distances.empty() ? 0.0 : quantile(std::move(distances), 0.5);
}

double similarity(double squaredApart, double width)
{
    if (!std::isfinite(squaredApart))
        return 0;
    if (width <= 0)
        return squaredApart == 0 ? 1 : 0;
    return std::exp(-squaredApart / (2 * width * width));
}

std::string shown(double worth)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", worth);
    return text;
}

} // namespace

EffectiveExamples effectiveExamples(const base::Matrix& threat, const base::Matrix& background)
{
    const double width = similarWithin * typicalDistance(background);
    EffectiveExamples examples;
    std::vector<double> sums(threat.rows, 1.0); // each is like itself
    examples.copyOf.resize(threat.rows);
    std::iota(examples.copyOf.begin(), examples.copyOf.end(), 0U);
    for (std::uint32_t a = 0; a < threat.rows; ++a) {
        for (std::uint32_t b = a + 1; b < threat.rows; ++b) {
            const double alike = similarity(squaredDistance(threat.row(a), threat.row(b)), width);
            sums[a] += alike;
            sums[b] += alike;
            if (alike >= copySimilarity && examples.copyOf[a] == a && examples.copyOf[b] == b)
                examples.copyOf[b] = a;
        }
    }
    for (const double sum : sums)
        examples.weights.push_back(1 / sum);
    examples.worth = std::reduce(examples.weights.begin(), examples.weights.end());
    return examples;
}

std::string sentence(const EffectiveExamples& examples)
{
    const std::size_t count = examples.copyOf.size();
    if (count == 0)
        return "no example";
    if (count == 1)
        return "1 example";
    std::vector<std::size_t> sizes(count);
    for (const std::uint32_t first : examples.copyOf)
        ++sizes[first];
    std::ranges::sort(sizes, std::greater<>{});
    std::string text = std::to_string(count) + " examples, worth about " + shown(examples.worth);
    for (std::size_t group = 0; group < count && sizes[group] > 1; ++group) {
        text += group == 0 ? ": " : ", ";
        if (group == 3) {
            text += "and so on";
            break;
        }
        text += std::to_string(sizes[group]) + (group == 0 ? " are copies of one" : " of another");
    }
    return text;
}

} // namespace flowscent::detect
