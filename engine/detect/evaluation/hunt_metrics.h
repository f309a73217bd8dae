// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/random.h"

namespace flowscent::detect {

/// What a ranking of queries is judged by.
enum class HuntMetric : std::uint8_t { Auprc, RecallFpr1e2, RecallFpr1e3, PrecisionAt20, Count };
inline constexpr std::size_t huntMetrics = static_cast<std::size_t>(HuntMetric::Count);
/// "auprc", "recall_fpr_1e2", "recall_fpr_1e3", "precision_at_20".
[[nodiscard]] std::string_view text(HuntMetric metric);
/// One number, 0..1, for each metric.
using HuntFigures = std::array<double, huntMetrics>;

inline constexpr double huntPrevalence = 0.01; ///< share of threats that figures are quoted for

/// Queries by falling score. Scores are compared at 9 decimals, and equal ones are one group: a threshold lies above
/// or below all of it.
struct Ranking {
    struct Group {
        std::size_t threats = 0;
        std::size_t others = 0;
    };
    std::vector<Group> groups;
    std::vector<std::uint32_t> groupOfThreat; ///< of each threat, in the order of the queries
    std::size_t threats = 0;
    std::size_t others = 0;
};
/// Both of the same length; scores finite.
[[nodiscard]] Ranking ranked(std::span<const double> scores, const std::vector<bool>& isThreat);

/// Average precision, the sum over groups of (recall - recall before) * precision (scikit-learn's
/// average_precision_score), where threats and others carry weights with which threats are `prevalence` of all. 0
/// without a threat.
[[nodiscard]] double averagePrecision(const Ranking& ranking, double prevalence);
/// The largest recall of a threshold that at most this share of the others reaches.
[[nodiscard]] double recallAtFalsePositiveRate(const Ranking& ranking, double rate);
/// Threats among the first `places`, divided by the smaller of `places` and the threats. Where the last place falls
/// into a group, its others come first.
[[nodiscard]] double precisionAtTop(const Ranking& ranking, std::size_t places);
/// The same ranking with so many threats, drawn at random, that they are `prevalence` of all; at least one, at most
/// all.
[[nodiscard]] Ranking thinned(const Ranking& ranking, double prevalence, base::Rng& rng);

/// All of them at huntPrevalence; precision@20 as the mean of five thinnings.
[[nodiscard]] HuntFigures judge(const Ranking& ranking, base::Rng& rng);

} // namespace flowscent::detect
