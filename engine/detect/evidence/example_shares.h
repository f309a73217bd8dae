// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "engine/learn/inference/head.h"

namespace flowscent::detect {

/// What each example of a fit adds to a ridge head's answer. With a = sqrt(w) (z, 1) an example's row of the design and
/// y its weighted target, +1 for the threat and -1 for the rest, the ridge is W = A' alpha with
/// alpha = (A A' + lambda)^-1 y, so that the difference of the logits is exactly
/// scale * sum_i alpha_i sqrt(w_i) (z_i . z + 1): the bias is the 1 in it. No second system is solved, since
/// (A A' + lambda) alpha = y says alpha = (y - A W) / lambda. Immutable value, any thread may ask it.
class ExampleShares {
public:
    /// `examples` are those of the fit, with two ways; Support errors as of learn::fitHead.
    [[nodiscard]] static base::Result<ExampleShares> of(const learn::HeadExamples& examples,
                                                        const learn::HeadParameters& parameters);

    /// Per example, in the head's logits (threat minus rest); their sum is the ridge's answer.
    [[nodiscard]] std::vector<double> shares(std::span<const float> embedding) const;
    /// Whether a head is what these examples make, within float rounding.
    [[nodiscard]] bool explains(const learn::Head& head) const;

private:
    base::Matrix m_embeddings;
    std::vector<double> m_factors; ///< per example: scale * alpha * sqrt(w)
    std::vector<double> m_weights; ///< threat minus rest, d + 1 with the bias last
};

} // namespace flowscent::detect
