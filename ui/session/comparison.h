// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "ui/session/scores.h"

namespace flowscent::ui {

/// On which side of two detectors' lines a flow lies.
enum class Agreement : std::uint8_t { Both, OnlyA, OnlyB, Neither };

/// Two detectors on the same flows. Every flow that both have scored is in exactly one group.
struct Comparison {
    std::array<std::vector<flow::FlowId>, 4> flows; ///< by Agreement, ascending

    [[nodiscard]] const std::vector<flow::FlowId>& in(Agreement group) const
    {
        return flows[static_cast<std::size_t>(group)];
    }
};

[[nodiscard]] Comparison compare(const Scores& a, const Scores& b);

} // namespace flowscent::ui
