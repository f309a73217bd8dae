// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evidence/scaled_logit.h"

#include "engine/detect/combined_logit.h"
#include "engine/detect/evidence/forest_difference.h"
#include "engine/detect/evidence/logit_slope.h"
#include "engine/features/feature_schema.h"
#include "engine/learn/tasks/episode_index.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace flowscent::detect {

using base::failure;
using base::Matrix;

namespace {

constexpr double leastShareOfTemperature = 0.1;

/// What a forest's statistics have to do with the difference, column by column.
std::vector<double> forestCredit(const DetectorPart& part, std::span<const float> start, std::span<const float> end)
{
    const std::size_t packets = start.size() - part.forest.columns;
    const auto shares = forestDifference(part.forest, end.subspan(packets), start.subspan(packets));
    std::vector<double> credit(start.size());
    std::ranges::transform(shares, credit.begin() + static_cast<std::ptrdiff_t>(packets),
                           [&](double share) { return share * part.weight / part.spread; });
    return credit;
}

} // namespace

features::FeatureSet apart(const Matrix& sideBySide)
{
    constexpr std::size_t packets = features::sequenceLength * features::sequenceFields;
    features::FeatureSet set{Matrix(sideBySide.rows, packets), Matrix(sideBySide.rows, sideBySide.columns - packets)};
    for (std::size_t row = 0; row < sideBySide.rows; ++row) {
        const auto from = sideBySide.row(row);
        std::ranges::copy(from.first(packets), set.sequences.row(row).begin());
        std::ranges::copy(from.subspan(packets), set.statistics.row(row).begin());
    }
    return set;
}

ScaledLogit::ScaledLogit(std::shared_ptr<const learn::Encoder> encoder, const Detector& detector)
    : m_encoder(std::move(encoder))
    , m_parts(detector.parts)
    , m_leastDifference(leastShareOfTemperature * detector.temperature)
{
    for (const DetectorPart& part : m_parts)
        (part.isForest() ? m_forests : m_heads).push_back(part);
}

base::Result<std::vector<double>> ScaledLogit::valuesOf(const std::vector<DetectorPart>& parts, const Matrix& flows,
                                                        const std::stop_token& stop) const
{
    features::FeatureSet scaled = apart(flows);
    auto embeddings = m_encoder->embedScaled(scaled, stop);
    if (!embeddings)
        return failure(embeddings.error());
    return combinedLogits(parts, FlowNumbers{std::move(*embeddings), std::move(scaled.statistics)});
}

base::Result<std::vector<double>> ScaledLogit::values(const Matrix& flows, const std::stop_token& stop) const
{
    return valuesOf(m_parts, flows, stop);
}

base::Result<Matrix> ScaledLogit::gradients(const Matrix& flows, const std::stop_token& stop) const
{
    const features::FeatureSet scaled = apart(flows);
    const auto embeddings = m_encoder->embedScaled(scaled, stop);
    if (!embeddings)
        return failure(embeddings.error());
    const auto slopes = m_encoder->gradients(scaled, combinedSlopes(m_heads, *embeddings), stop);
    if (!slopes)
        return failure(slopes.error());
    return learn::sideBySide(*slopes);
}

base::Result<PathAttribution> ScaledLogit::attribute(std::span<const float> start, std::span<const float> end,
                                                     const std::stop_token& stop) const
{
    Matrix ends(2, start.size());
    std::ranges::copy(start, ends.row(0).begin());
    std::ranges::copy(end, ends.row(1).begin());
    const auto whole = values(ends, stop);
    if (!whole)
        return failure(whole.error());
    const double difference = (*whole)[1] - (*whole)[0];
    const double scale = std::max(std::abs(difference), m_leastDifference);

    PathAttribution sum{.perColumn = std::vector<double>(start.size())};
    if (!m_heads.empty()) {
        const SlopedFunction heads{[&](const Matrix& points) { return valuesOf(m_heads, points, stop); },
                                   [&](const Matrix& points) { return gradients(points, stop); }};
        auto integrated = integrateGradients(heads, start, end, {.scale = scale});
        if (!integrated)
            return integrated;
        sum = std::move(*integrated);
    }
    for (const DetectorPart& part : m_forests) {
        const auto credit = forestCredit(part, start, end);
        std::ranges::transform(sum.perColumn, credit, sum.perColumn.begin(), std::plus<>{});
    }
    sum.atStart = (*whole)[0];
    sum.atEnd = (*whole)[1];
    sum.missing = difference - std::accumulate(sum.perColumn.begin(), sum.perColumn.end(), 0.0);
    sum.completenessError = std::abs(sum.missing) / scale;
    return sum;
}

} // namespace flowscent::detect
