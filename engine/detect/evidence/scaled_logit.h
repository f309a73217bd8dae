// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "engine/detect/detector.h"
#include "engine/detect/evidence/path_attribution.h"

/// A detector as a function of scaled flows (side by side); for this module only.
namespace flowscent::detect {

class ScaledLogit {
public:
    ScaledLogit(std::shared_ptr<const learn::Encoder> encoder, const Detector& detector);

    /// Combined logits.
    [[nodiscard]] base::Result<std::vector<double>> values(const base::Matrix& flows,
                                                           const std::stop_token& stop) const;
    /// Where `end` differs from `start` in logit, column by column: heads by integrated gradients, forests by
    /// exact Shapley values, added up. What the gradients miss is held against the whole difference.
    [[nodiscard]] base::Result<PathAttribution> attribute(std::span<const float> start, std::span<const float> end,
                                                          const std::stop_token& stop) const;

private:
    [[nodiscard]] base::Result<std::vector<double>>
    valuesOf(const std::vector<DetectorPart>& parts, const base::Matrix& flows, const std::stop_token& stop) const;
    [[nodiscard]] base::Result<base::Matrix> gradients(const base::Matrix& flows, const std::stop_token& stop) const;

    std::shared_ptr<const learn::Encoder> m_encoder;
    std::vector<DetectorPart> m_parts;
    std::vector<DetectorPart> m_heads;   ///< those parts that have slopes
    std::vector<DetectorPart> m_forests; ///< those that have none
    double m_leastDifference;            ///< combined logits: what is no difference worth sharing
};

/// The way back from learn::sideBySide.
[[nodiscard]] features::FeatureSet apart(const base::Matrix& sideBySide);

} // namespace flowscent::detect
