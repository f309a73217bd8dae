// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/safetensors.h"
#include "engine/features/extract.h"

namespace flowscent::test {

/// Weights by chance of a "patch-conv" encoder.
[[nodiscard]] base::TensorFile patchConvWeights(std::size_t width, std::size_t embeddingSize, std::uint64_t seed);

/// Scaled flows by chance: full ones, short ones, empty ones, and some with packets missing between others. Row i is
/// the same whatever `flows`.
[[nodiscard]] features::FeatureSet scaledFlows(std::size_t flows);

} // namespace flowscent::test
