// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "engine/base/random.h"
#include "engine/learn/replay/exemplar_reservoir.h"
#include "engine/learn/torch/parameters.h"

/// DER++ on a class head that grows: Buzzega et al., "Dark experience for general continual learning: a strong, simple
/// baseline", NeurIPS 2020, equation 6; reductions as in the authors' code (mammoth, models/derpp.py). Inside the
/// plugin only.
namespace flowscent::learn {

/// The head "classes.weight" [classes, embeddingSize], "classes.bias" [classes] with rows for `classes` classes: those
/// it has already, to the bit, and new ones behind them, drawn. An empty bag becomes a head of new rows only.
[[nodiscard]] Parameters grownHead(const Parameters& head, std::int64_t classes, std::int64_t embeddingSize,
                                   base::Rng& rng);

/// What was answered when flows were stored, laid out on the head as it is now.
struct StoredLogits {
    torch::Tensor values; ///< [flows, classes]; 0 where nothing was stored
    torch::Tensor known;  ///< [flows, classes]; 1 where the head already had that class, else 0
};
/// Every class of an exemplar's logits must be below `classes`.
[[nodiscard]] StoredLogits storedLogits(std::span<const Exemplar* const> exemplars, std::int64_t classes);

/// The head's logits of the three batches of a step. An undefined batch contributes nothing.
struct DerBatch {
    torch::Tensor fresh;      ///< [n, classes]: flows of the new task
    torch::Tensor freshClass; ///< [n], int64
    torch::Tensor remembered; ///< [m, classes]: flows replayed for their logits
    StoredLogits stored;      ///< theirs
    torch::Tensor replayed;   ///< [k, classes]: flows replayed for their class
    torch::Tensor replayedClass;
};

struct DerLoss {
    torch::Tensor loss; ///< fresh + alpha * logits + beta * replayed; a scalar
    // No graph; NaN for a batch that is not there.
    double fresh = 0;
    double logits = 0;
    double replayed = 0;
};
/// CE(fresh) + alpha MSE(remembered, stored) + beta CE(replayed). Cross-entropies are means over their flows, the
/// squared error is the mean over all stored logits of the batch: classes that came later say nothing about what was
/// known.
[[nodiscard]] DerLoss derPlusPlus(const DerBatch& batch, double alpha, double beta);

} // namespace flowscent::learn
