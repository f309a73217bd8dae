// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// LibTorch before Qt: it has members called like Qt's keywords.
#include "engine/learn/torch/methods/method.h"

/// Small made-up tasks and bodies, in double precision, for proofs about methods.
namespace flowscent::test {

/// A body of two layers with a smooth nonlinearity, so that finite differences meet no kink: "encoder.a", "encoder.b".
[[nodiscard]] learn::Body smoothBody(std::int64_t embeddingSize);
[[nodiscard]] learn::Parameters smoothParameters(std::int64_t features, std::int64_t hidden, std::int64_t embeddingSize,
                                                 std::uint64_t seed);

struct TaskShape {
    std::int64_t tasks = 3;
    std::int64_t ways = 4;
    std::int64_t shots = 3;
    std::int64_t queries = 5; ///< per way
    std::int64_t features = 6;
    double apart = 1.0; ///< distance of class centres, in deviations
};
/// Gaussian classes around centres of their own.
[[nodiscard]] learn::TaskBatch gaussianTasks(const TaskShape& shape, std::uint64_t seed);

[[nodiscard]] torch::Tensor normals(const std::vector<std::int64_t>& shape, base::Rng& rng);
[[nodiscard]] learn::Parameters inDouble(const learn::Parameters& parameters);
/// A model of that body with a method's initial parameters, all in double precision.
[[nodiscard]] learn::MetaModel modelFor(const learn::FewShotMethod& method, std::int64_t features, std::uint64_t seed);
/// The loss's gradient by every parameter, in the bag's order.
[[nodiscard]] learn::Parameters gradientOf(const torch::Tensor& loss, const learn::Parameters& parameters);

} // namespace flowscent::test
