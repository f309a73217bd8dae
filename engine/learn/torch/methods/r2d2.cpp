// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/methods/method.h"

#include <cmath>

/// W = A'(AA' + lambda I)^-1 Y by the Woodbury identity while there are fewer supports than dimensions, else
/// W = (A'A + lambda I)^-1 A'Y, with a constant 1 appended to every embedding; logits are scale * A_query W. lambda and
/// scale are learned on the logarithmic scale, where a step cannot make them negative.
namespace flowscent::learn {

using torch::Tensor;

namespace {

Tensor withOne(const Tensor& x)
{
    auto shape = x.sizes().vec();
    shape.back() = 1;
    return torch::cat({x, torch::ones(shape, x.options())}, -1);
}

/// (gram + lambda I)^-1 right. The gram is positive semidefinite, so the sum has a Cholesky factor.
Tensor solveRegularised(const Tensor& gram, const Tensor& lambda, const Tensor& right)
{
    const Tensor identity = torch::eye(gram.size(-1), gram.options());
    return torch::cholesky_solve(right, at::linalg_cholesky(gram + lambda * identity));
}

class R2d2 final : public EmbeddingMethod {
public:
    Parameters initial(const Beginning& /*beginning*/, base::Rng& /*rng*/) const override
    {
        return {{"method.ridge.log_lambda", torch::zeros({1})},
                {"method.ridge.log_scale", torch::full({1}, std::log(5.0))}};
    }

    Tensor answer(const Parameters& parameters, const Tensor& support, const Tensor& oneHot,
                  const Tensor& query) const override
    {
        const Tensor lambda = parameters.at("method.ridge.log_lambda").exp();
        const Tensor a = withOne(support);
        const Tensor transposed = a.transpose(-2, -1);
        const Tensor weights = a.size(-2) < a.size(-1)
                                   ? transposed.matmul(solveRegularised(a.matmul(transposed), lambda, oneHot))
                                   : solveRegularised(transposed.matmul(a), lambda, transposed.matmul(oneHot));
        return parameters.at("method.ridge.log_scale").exp() * withOne(query).matmul(weights);
    }
};

} // namespace

std::unique_ptr<EmbeddingMethod> makeR2d2()
{
    return std::make_unique<R2d2>();
}

} // namespace flowscent::learn
