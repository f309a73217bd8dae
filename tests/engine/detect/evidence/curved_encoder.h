// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/learn/backend.h"

namespace flowscent::test {

/// An encoder without LibTorch: embedding k is tanh of a weighted sum of a flow's scaled numbers (side by side). Its
/// scaler only squashes.
class CurvedEncoder final : public learn::Encoder {
public:
    /// `weights`: one row for each number of the embedding, a column for each of a flow.
    explicit CurvedEncoder(base::Matrix weights);

    base::Result<base::Matrix> embed(const features::FeatureSet& raw, const base::ProgressSink&,
                                     const std::stop_token& stop) const override;
    base::Result<base::Matrix> embedScaled(const features::FeatureSet& scaled,
                                           const std::stop_token& stop) const override;
    base::Result<features::FeatureSet> gradients(const features::FeatureSet& scaled, const base::Matrix& weights,
                                                 const std::stop_token& stop) const override;
    const learn::BaseModel& model() const override { return m_model; }

private:
    base::Matrix m_weights;
    learn::BaseModel m_model;
};

/// Statistic by name, as a place in the schema; ends the program for an unknown one.
[[nodiscard]] std::size_t statistic(std::string_view name);
/// An encoder that looks at one statistic, and hardly at anything else.
[[nodiscard]] std::shared_ptr<const learn::Encoder> encoderOf(std::string_view loudStatistic);
/// Made-up flows of 3 to 12 packets: all numbers by chance, so that nothing tells them apart but what a test sets.
[[nodiscard]] features::FeatureSet chanceFlows(std::size_t count, std::uint64_t seed);

} // namespace flowscent::test
