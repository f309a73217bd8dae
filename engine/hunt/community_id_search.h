// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/flow/flow_table.h"

namespace flowscent::hunt {

/// Looks for flows by their Community ID (version 1, seed 0). The ID is a SHA-1 over the flow's key, so every flow has
/// to be hashed; four of them are hashed side by side, without a text being made of any. Immutable; for any thread.
class CommunityIdSearch {
public:
    /// A text that is no Community ID is found nowhere.
    explicit CommunityIdSearch(std::string_view communityId);
    /// Sets mask[i] to 1 where row `begin + i` has the ID, else to 0.
    void find(const flow::FlowTable& table, std::uint32_t begin, std::span<std::uint8_t> mask) const;

private:
    std::optional<std::array<std::uint32_t, 5>> m_digest; ///< as SHA-1 keeps it
};

} // namespace flowscent::hunt
