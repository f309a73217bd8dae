// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/learn/torch/encoders/encoder.h"

#include <optional>

#include "engine/learn/backend.h"
#include "engine/learn/inference/patch_conv_inference.h"

namespace flowscent::learn {

class TorchEncoder final : public Encoder {
public:
    TorchEncoder(std::shared_ptr<const BaseModel> model, EncoderSpec spec, Parameters parameters);

    [[nodiscard]] base::Result<base::Matrix> embed(const features::FeatureSet& raw, const base::ProgressSink& progress,
                                                   const std::stop_token& stop) const override;
    [[nodiscard]] base::Result<base::Matrix> embedScaled(const features::FeatureSet& scaled,
                                                         const std::stop_token& stop) const override;
    [[nodiscard]] base::Result<features::FeatureSet> gradients(const features::FeatureSet& scaled,
                                                               const base::Matrix& weights,
                                                               const std::stop_token& stop) const override;
    [[nodiscard]] const BaseModel& model() const override { return *m_model; }

private:
    void embedRows(const features::FeatureSet& raw, std::size_t begin, std::size_t end, base::Matrix& into) const;

    std::shared_ptr<const BaseModel> m_model;
    EncoderSpec m_spec;
    Parameters m_parameters;
    std::optional<PatchConvInference> m_fast; ///< for the architectures it covers; the same function as encode()
};

} // namespace flowscent::learn
