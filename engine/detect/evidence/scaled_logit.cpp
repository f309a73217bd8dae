// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evidence/scaled_logit.h"

#include "engine/detect/combined_logit.h"
#include "engine/detect/evidence/logit_slope.h"
#include "engine/features/feature_schema.h"
#include "engine/learn/tasks/episode_index.h"

#include <algorithm>

namespace flowscent::detect {

using base::failure;
using base::Matrix;

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

base::Result<std::vector<double>> ScaledLogit::values(const Matrix& flows, const std::stop_token& stop) const
{
    const auto embeddings = m_encoder->embedScaled(apart(flows), stop);
    if (!embeddings)
        return failure(embeddings.error());
    return combinedLogits(m_parts, *embeddings);
}

base::Result<Matrix> ScaledLogit::gradients(const Matrix& flows, const std::stop_token& stop) const
{
    const features::FeatureSet scaled = apart(flows);
    const auto embeddings = m_encoder->embedScaled(scaled, stop);
    if (!embeddings)
        return failure(embeddings.error());
    const auto slopes = m_encoder->gradients(scaled, combinedSlopes(m_parts, *embeddings), stop);
    if (!slopes)
        return failure(slopes.error());
    return learn::sideBySide(*slopes);
}

base::Result<PathAttribution> ScaledLogit::attribute(std::span<const float> start, std::span<const float> end,
                                                     const PathSettings& settings, const std::stop_token& stop) const
{
    const SlopedFunction function{[&](const Matrix& points) { return values(points, stop); },
                                  [&](const Matrix& points) { return gradients(points, stop); }};
    return integrateGradients(function, start, end, settings);
}

} // namespace flowscent::detect
