// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/methods/method.h"

/// Logits are -1/2 (q - m_k)' Q_k^-1 (q - m_k) with Q_k = l_k S_k + (1 - l_k) S + beta I and l_k = n_k / (n_k + 1):
/// the covariance S_k of the way's own n_k supports, the fewer they are the more shrunk towards that of all supports,
/// S. beta is learned on the logarithmic scale (the paper fixes it at 1).
namespace flowscent::learn {

using torch::Tensor;

namespace {

/// Unbiased covariance of x [..., n, d] under weights w [..., n] of 0 or 1; zero for fewer than two.
Tensor covariance(const Tensor& x, const Tensor& w)
{
    const Tensor n = w.sum(-1).unsqueeze(-1).unsqueeze(-1);
    const Tensor mean = (w.unsqueeze(-1) * x).sum(-2, true) / n;
    const Tensor centred = (x - mean) * w.unsqueeze(-1);
    return centred.transpose(-2, -1).matmul(centred) / (n - 1).clamp_min(1);
}

class SimpleCnaps final : public EmbeddingMethod {
public:
    Parameters initial(const Beginning& /*beginning*/, base::Rng& /*rng*/) const override
    {
        return {{"method.log_beta", torch::zeros({1})}};
    }

    Tensor answer(const Parameters& parameters, const Tensor& support, const Tensor& oneHot,
                  const Tensor& query) const override
    {
        const Tensor members = oneHot.transpose(-2, -1); // [T, ways, S]
        const Tensor own = covariance(support.unsqueeze(-3), members);
        const Tensor all = covariance(support, torch::ones_like(oneHot.select(-1, 0))).unsqueeze(-3);
        const Tensor count = members.sum(-1).unsqueeze(-1).unsqueeze(-1);
        const Tensor share = count / (count + 1);
        const Tensor beta = parameters.at("method.log_beta").exp();
        const Tensor shrunk = share * own + (1 - share) * all + beta * torch::eye(support.size(-1), support.options());
        const Tensor apart = query.unsqueeze(-3) - classMeans(support, oneHot).unsqueeze(-2); // [T, ways, Q, d]
        // With Q = L L', the form is |L^-1 apart|^2.
        const Tensor whitened =
            at::linalg_solve_triangular(at::linalg_cholesky(shrunk), apart.transpose(-2, -1).contiguous(),
                                        /*upper=*/false);
        return -0.5 * whitened.pow(2).sum(-2).transpose(-2, -1);
    }
};

} // namespace

std::unique_ptr<FewShotMethod> makeSimpleCnaps()
{
    return std::make_unique<SimpleCnaps>();
}

} // namespace flowscent::learn
