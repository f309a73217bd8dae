// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "engine/detect/evaluation/hunt_contestants.h"

namespace flowscent::detect {

/// What everybody says to one task.
struct HuntAnswers {
    std::vector<HuntScores> scores; ///< per contestant, of every query
    std::vector<double> seconds;    ///< per contestant, its members' time apart
};

[[nodiscard]] std::optional<std::size_t> placeOf(std::span<const HuntContestant> contestants, std::string_view name);

/// Asks every contestant, members before those who build on them. Errors are the contestant's own, under its name;
/// Argument when somebody's member takes no part, Model when an answer is not one finite score for each query.
[[nodiscard]] base::Result<HuntAnswers> ask(std::span<const HuntContestant> contestants, const HuntTask& task,
                                            std::uint64_t seed);

} // namespace flowscent::detect
