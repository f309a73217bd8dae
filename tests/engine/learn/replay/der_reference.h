// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

/// DER++ in plain doubles, to hold a faster one against. Buzzega et al., "Dark experience for general continual
/// learning", NeurIPS 2020, equation 6, with the reductions of the authors' code (mammoth, models/derpp.py):
/// cross-entropies are means over the flows of their batch, the squared error is the mean over all logits of its batch.
namespace flowscent::test {

struct LabelledLogits {
    std::vector<double> logits;
    std::size_t label = 0; ///< index into logits
};

/// What the model answers now, and what it answered when the flow was stored, for the same classes in the same order.
struct StoredLogits {
    std::vector<double> now;
    std::vector<double> then;
};

/// -log softmax(logits)[label], in nats.
[[nodiscard]] double crossEntropy(const LabelledLogits& flow);

/// CE(fresh) + alpha MSE(remembered) + beta CE(replayed); an empty batch contributes nothing.
[[nodiscard]] double derPlusPlus(const std::vector<LabelledLogits>& fresh, const std::vector<StoredLogits>& remembered,
                                 const std::vector<LabelledLogits>& replayed, double alpha, double beta);

} // namespace flowscent::test
