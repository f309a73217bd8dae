// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/learn/inference/forest.h"

namespace flowscent::learn {

/// Where a row ends that starts at `root`.
[[nodiscard]] inline const ForestNode& leafOf(std::span<const ForestNode> nodes, std::uint32_t root,
                                              std::span<const float> row)
{
    const ForestNode* node = &nodes[root];
    while (node->left != 0)
        node = &nodes[node->left + (row[node->column] <= node->threshold ? 0U : 1U)];
    return *node;
}

} // namespace flowscent::learn
