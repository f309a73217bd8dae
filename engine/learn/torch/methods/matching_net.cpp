// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/methods/method.h"

#include <cmath>

/// p(way | q) is the attention that q pays to the way's supports: softmax over all supports of scale * cos(q, s), with
/// a learned scale.
namespace flowscent::learn {

using torch::Tensor;

namespace {

constexpr double leastShare = 1e-6; ///< of a way that gets no attention, so that its logarithm stays finite

class MatchingNet final : public EmbeddingMethod {
public:
    Parameters initial(const Beginning& /*beginning*/, base::Rng& /*rng*/) const override
    {
        return {{"method.attention.log_scale", torch::full({1}, std::log(10.0))}};
    }

    Tensor answer(const Parameters& parameters, const Tensor& support, const Tensor& oneHot,
                  const Tensor& query) const override
    {
        const Tensor cosines = unitLength(query).matmul(unitLength(support).transpose(-2, -1));
        const Tensor attention = (parameters.at("method.attention.log_scale").exp() * cosines).softmax(-1);
        return attention.matmul(oneHot).add(leastShare).log();
    }
};

} // namespace

std::unique_ptr<FewShotMethod> makeMatchingNet()
{
    return std::make_unique<MatchingNet>();
}

} // namespace flowscent::learn
