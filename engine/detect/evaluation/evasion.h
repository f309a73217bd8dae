// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/progress.h"
#include "engine/detect/evaluation/hunt_contestants.h"
#include "engine/detect/evaluation/hunt_draws.h"
#include "engine/detect/evaluation/hunt_means.h"
#include "engine/learn/augment/evasion.h"

namespace flowscent::detect {

/// Padding to multiples of 16, 128 and 512 bytes and by up to 63 and 255 random ones, packets in 2 and 4 pieces, delays
/// of 2 and 10 times, jitter of 0.5 and 1.5, dummies behind every fourth and every packet.
[[nodiscard]] std::vector<learn::Evasion> usualEvasions();

/// A dataset's flows and, behind them, every threat flow once for each evasion: what contestants are made for.
class EvadedFlows {
public:
    /// Flows of every evasion draw from a generator of their own.
    EvadedFlows(const learn::Dataset& data, std::span<const learn::Evasion> evasions, std::uint64_t seed);

    [[nodiscard]] const learn::Dataset& data() const { return m_data; }
    /// Where a threat flow of the original stands after an evasion.
    [[nodiscard]] std::uint32_t rowOf(std::size_t evasion, std::uint32_t threat) const;

private:
    std::vector<std::uint32_t> m_threats; ///< rows of the original, ascending
    std::uint32_t m_originals = 0;
    learn::Dataset m_data;
};

struct EvasionSettings {
    std::vector<learn::Evasion> evasions = usualEvasions();
    std::vector<std::uint32_t> shots{5};
    std::uint32_t draws = 10; ///< per class and shape
    std::uint64_t seed = 7;
};

/// One method in one shape of hunt, the threats looked for altered in one way or, with no evasion, not at all.
struct EvasionResult {
    std::string method;
    HuntShape shape;
    std::optional<learn::Evasion> evasion;
    HuntIntervals figures;
    HuntIntervals change; ///< less those without evasion, paired by class
    std::vector<std::pair<std::string, HuntFigures>> perClass;
};

/// Plays every possible hunt of `data`: examples and background as they are, the threats among the queries altered.
/// Detectors are fitted once a draw and asked about all alterations, whose ranks are each their own. `contestants` must
/// have been made for `evaded.data()`, made of `data` and these evasions. Results by shape, evasion (none first),
/// contestant. Threads and errors as of playHunts.
[[nodiscard]] base::Result<std::vector<EvasionResult>>
playEvasions(const learn::Dataset& data, const EvadedFlows& evaded, std::span<const HuntContestant> contestants,
             const EvasionSettings& settings, const base::ProgressSink& progress, const std::stop_token& stop);

} // namespace flowscent::detect
