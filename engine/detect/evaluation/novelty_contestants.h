// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <vector>

#include "engine/detect/evaluation/open_set.h"
#include "engine/learn/backend.h"

namespace flowscent::detect {

/// Who tells unseen classes from seen ones, all from the support of an episode (classes against each other) and
/// nothing else but what ships with a model. On embeddings: r2d2_max_logit and r2d2_energy, minus the ridge head's
/// largest logit and log sum of exponentials (Liu et al., "Energy-based out-of-distribution detection", NeurIPS 2020);
/// prototype_distance, to the nearest class mean; mahalanobis, the same under the support's pooled covariance, shrunk
/// by Ledoit and Wolf (shrunk_covariance.h; of one shot there is none, and it is prototype_distance);
/// nearest_neighbour, distance to the nearest example. On scaled features: forest_max_share, minus the largest share of
/// 100 trees. With a bank, and only then: flowscent, detect::fitNovelty.
///
/// `bank`: raw benign flows that share nothing with `data`; no rows for none. Errors as of encoder and noveltyBank.
/// What is made here must not outlive `data`.
[[nodiscard]] base::Result<std::vector<NoveltyContestant>> makeNoveltyContestants(const learn::Dataset& data,
                                                                                  const learn::Encoder& encoder,
                                                                                  const features::FeatureSet& bank,
                                                                                  const std::stop_token& stop);

} // namespace flowscent::detect
