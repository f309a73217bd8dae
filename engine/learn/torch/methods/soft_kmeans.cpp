// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/methods/method.h"

#include <cmath>

/// Prototypes refined by the queries' soft assignments, a few rounds (Ren et al., ICLR 2018, section 3.1.1). The share
/// of each way among the queries is estimated along with them instead of taken as equal: queries of a hunt are anything
/// but balanced, and methods that assume balance lose on them (Veilleux et al., NeurIPS 2021).
namespace flowscent::learn {

using torch::Tensor;

namespace {

constexpr int rounds = 5;
constexpr double priorStrength = 1.0; ///< pseudo-queries of every way, so that no share becomes 0

class SoftKMeans final : public EmbeddingMethod {
public:
    Parameters initial(const Beginning& beginning, base::Rng& rng) const override
    {
        return makeProtoNet()->initial(beginning, rng); // the same scale, so that either serves the other's model
    }

    Tensor answer(const Parameters& parameters, const Tensor& support, const Tensor& oneHot,
                  const Tensor& query) const override
    {
        const Tensor scale = parameters.at("method.prototype.log_scale").exp() / static_cast<double>(support.size(-1));
        const Tensor sums = oneHot.transpose(-2, -1).matmul(support);
        const Tensor counts = oneHot.sum(-2).unsqueeze(-1);
        const double ways = static_cast<double>(oneHot.size(-1));
        Tensor means = sums / counts;
        Tensor logPrior = torch::full_like(counts.transpose(-2, -1), -std::log(ways)); // [T, 1, ways]
        for (int round = 0; round < rounds; ++round) {
            const Tensor assigned = (scale * negativeSquaredDistances(query, means) + logPrior).softmax(-1);
            const Tensor taken = assigned.transpose(-2, -1); // [T, ways, Q]
            means = (sums + taken.matmul(query)) / (counts + taken.sum(-1, true));
            const Tensor seen = assigned.sum(-2, true) + priorStrength;
            logPrior = (seen / seen.sum(-1, true)).log();
        }
        return scale * negativeSquaredDistances(query, means) + logPrior;
    }
};

} // namespace

std::unique_ptr<FewShotMethod> makeSoftKMeans()
{
    return std::make_unique<SoftKMeans>();
}

} // namespace flowscent::learn
