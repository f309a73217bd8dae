// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/methods/method.h"

#include <cmath>

/// Logits are -scale / d * |q - mean of the way|^2 with a learned scale; d, so that the scale means the same in every
/// embedding size.
namespace flowscent::learn {

using torch::Tensor;

namespace {

class ProtoNet final : public EmbeddingMethod {
public:
    Parameters initial(const Beginning& /*beginning*/, base::Rng& /*rng*/) const override
    {
        return {{"method.prototype.log_scale", torch::full({1}, std::log(5.0))}};
    }

    Tensor answer(const Parameters& parameters, const Tensor& support, const Tensor& oneHot,
                  const Tensor& query) const override
    {
        const Tensor scale = parameters.at("method.prototype.log_scale").exp() / static_cast<double>(support.size(-1));
        return scale * negativeSquaredDistances(query, classMeans(support, oneHot));
    }
};

} // namespace

std::unique_ptr<EmbeddingMethod> makeProtoNet()
{
    return std::make_unique<ProtoNet>();
}

} // namespace flowscent::learn
