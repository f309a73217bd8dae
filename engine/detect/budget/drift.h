// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/random.h"
#include "engine/detect/budget/conformal.h"
#include "engine/detect/budget/martingale.h"
#include "engine/detect/budget/mmd.h"

namespace flowscent::detect {

/// Follows the scores of flows that come after a baseline. Each is held against the baseline and all that came before
/// it (of any group), so that p-values of exchangeable flows are uniform and independent, which they would not be
/// against the baseline alone. Plain value; not for two threads at once.
class ScoreWatch {
public:
    static constexpr std::size_t mostFlows = 100'000; ///< baseline included; a full watch learns no more

    ScoreWatch(const Baseline& baseline, std::uint64_t seed);

    /// The flow's p-value, after betting on it; nothing for a score that is no number and when the watch is full.
    std::optional<double> see(float score);
    [[nodiscard]] const Martingale& martingale() const { return m_martingale; }
    [[nodiscard]] std::size_t flows() const { return m_martingale.bets(); }  ///< since the baseline
    [[nodiscard]] bool full() const { return m_scores.size() >= mostFlows; } ///< time for a new baseline and watch

private:
    std::vector<float> m_scores; ///< ascending
    Martingale m_martingale;
    base::Rng m_rng;
};

enum class DriftColour : std::uint8_t { Green, Amber };
[[nodiscard]] std::string_view text(DriftColour colour); ///< "green", "amber"

/// When the badge turns. Of traffic that has not changed, a look by MMD shows amber in 1 of 100 windows, and a watch in
/// less than 1 of 100 however long it runs: the badge as a whole at most in 1 of 50.
struct DriftLimits {
    double mmdP = 0.01;   ///< amber at or below; needs 99 permutations at least
    double capital = 100; ///< amber once the martingale was worth so much
    friend bool operator==(const DriftLimits&, const DriftLimits&) = default;
};

/// Whether the false-alarm promise still stands on traffic like the baseline's, and why not.
struct DriftBadge {
    DriftColour colour = DriftColour::Green;
    std::string reason; ///< one sentence without a full stop
    friend bool operator==(const DriftBadge&, const DriftBadge&) = default;
};

/// Either may be absent; without both the badge is green and says that nothing was compared.
[[nodiscard]] DriftBadge driftBadge(const std::optional<MmdTest>& flows, const ScoreWatch* scores,
                                    const DriftLimits& limits = {});

} // namespace flowscent::detect
