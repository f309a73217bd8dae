// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/base/error.h"
#include "engine/base/safetensors.h"
#include "engine/features/extract.h"

namespace flowscent::features {

/// Robust scaling: squash as the schema says, subtract the median, divide by the interquartile range, clip to +-5.
/// Fitted on the training split only and shipped inside the model. Plain value.
struct Scaler {
    std::vector<float> sequenceMedian; ///< per field, over valid packets only
    std::vector<float> sequenceRange;  ///< interquartile range; 1 where it would be 0
    std::vector<float> statisticMedian;
    std::vector<float> statisticRange;

    [[nodiscard]] static Scaler fit(const FeatureSet& raw);
    /// Scaled copy; absent packets stay all zero; the valid-mask field is left as it is.
    [[nodiscard]] FeatureSet apply(const FeatureSet& raw) const;
    /// The same for rows [first, first + count) into the first `count` rows of `into`, which has at least as many and
    /// raw's columns: for callers that go through millions of flows block by block.
    void apply(const FeatureSet& raw, std::size_t first, std::size_t count, FeatureSet& into) const;

    void put(base::TensorFile& file) const; ///< tensors "scaler.*"
    [[nodiscard]] static base::Result<Scaler> take(const base::TensorFile& file);
    friend bool operator==(const Scaler&, const Scaler&) = default;
};

} // namespace flowscent::features
