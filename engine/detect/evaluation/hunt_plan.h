// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/base/error.h"
#include "engine/detect/evaluation/hunt_draws.h"

namespace flowscent::detect {

/// One draw that everybody answers.
struct PlannedHunt {
    std::uint16_t threat = 0;
    HuntShape shape;
    std::uint32_t number = 0;
};

/// Whether hunts mean anything, asked before a sampler is made: Argument error for no draw, no shots or 0 of them,
/// Support error where nobody knows where flows come from.
[[nodiscard]] base::Result<void> checkHunts(const learn::Dataset& data, std::span<const std::uint32_t> shots,
                                            std::uint32_t draws);
/// All possible hunts: by variant (same, other), negatives (all, own), number of shots, class. Those of one shape lie
/// together, those of a class in it too. Support error when no class can be hunted.
[[nodiscard]] base::Result<std::vector<PlannedHunt>>
planHunts(const HuntSampler& sampler, std::span<const std::uint32_t> shots, std::uint32_t draws);
/// Calls `visit(begin, end)` for every run of hunts of one shape.
void eachShape(const std::vector<PlannedHunt>& hunts, const std::function<void(std::size_t, std::size_t)>& visit);

/// The generator of what happens in a hunt besides its draw; its first number is the contestants' seed.
[[nodiscard]] base::Rng rngOf(const PlannedHunt& hunt, const learn::Dataset& data, std::uint64_t seed);

} // namespace flowscent::detect
