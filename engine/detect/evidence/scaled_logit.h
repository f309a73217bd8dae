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
    ScaledLogit(std::shared_ptr<const learn::Encoder> encoder, const Detector& detector)
        : m_encoder(std::move(encoder))
        , m_parts(detector.parts)
    {
    }

    /// Combined logits.
    [[nodiscard]] base::Result<std::vector<double>> values(const base::Matrix& flows,
                                                           const std::stop_token& stop) const;
    /// Where `end` differs from `start` in logit, column by column.
    [[nodiscard]] base::Result<PathAttribution> attribute(std::span<const float> start, std::span<const float> end,
                                                          const PathSettings& settings,
                                                          const std::stop_token& stop) const;

private:
    [[nodiscard]] base::Result<base::Matrix> gradients(const base::Matrix& flows, const std::stop_token& stop) const;

    std::shared_ptr<const learn::Encoder> m_encoder;
    std::vector<DetectorPart> m_parts;
};

/// The way back from learn::sideBySide.
[[nodiscard]] features::FeatureSet apart(const base::Matrix& sideBySide);

} // namespace flowscent::detect
