// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <span>

#include "engine/learn/tasks/episodes.h"
#include "engine/learn/torch/parameters.h"

namespace flowscent::learn {

/// Tasks of one shape, ready to be solved together: T tasks of S supports and Q queries.
struct TaskBatch {
    std::int64_t ways = 0;
    torch::Tensor support;      ///< [T, S, features]
    torch::Tensor supportWay;   ///< [T, S], int64, 0 .. ways-1
    torch::Tensor query;        ///< [T, Q, features]
    torch::Tensor queryWay;     ///< [T, Q], int64; `ways` means a class that the support does not have
    torch::Tensor supportClass; ///< [T, S], int64: the class in the whole corpus; undefined where nobody asks
    torch::Tensor queryClass;   ///< [T, Q]

    [[nodiscard]] std::int64_t tasks() const { return supportWay.size(0); }
    /// [T, S, ways], in the features' type.
    [[nodiscard]] torch::Tensor oneHot() const;
};

/// Whether two episodes may share a batch.
[[nodiscard]] bool sameShape(const Episode& a, const Episode& b);
/// Gathers episodes of one shape from rows of inputs [n, features]; classOf [n] may be undefined.
[[nodiscard]] TaskBatch gatherTasks(const torch::Tensor& inputs, const torch::Tensor& classOf,
                                    std::span<const Episode> episodes);

/// What maps inputs to embeddings: an encoder, or whatever a test puts in its place. Pure; see parameters.h for
/// task-batched parameters.
struct Body {
    std::function<torch::Tensor(const Parameters&, const torch::Tensor&)> embed; ///< [..., n, features] to [..., n, d]
    std::int64_t embeddingSize = 0;
};

} // namespace flowscent::learn
