// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "ui/session/scores.h"

/// Flows, detectors and scores made up in code.
namespace flowscent::test {

/// Flow i: 10.0.x.y:(40000 + i % 20000) → 192.0.2.(1 + i % 7):443 (every fifth udp to :53), starting i seconds after
/// 2023-11-14 22:13:20 UTC, lasting i % 10 seconds, (i * 37) % 1000 bytes out. Every third has a guessed direction.
[[nodiscard]] flow::FlowRecord madeFlow(std::uint32_t i);
[[nodiscard]] std::shared_ptr<const flow::FlowTable> madeTable(std::uint32_t flows);

/// Complete scores by a detector of that revision.
[[nodiscard]] std::shared_ptr<const ui::Scores> madeScores(std::vector<float> values, std::uint64_t revision = 1);

} // namespace flowscent::test
