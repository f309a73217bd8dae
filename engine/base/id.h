// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace flowscent::base {

/// An index that knows what it counts: a FlowId cannot be passed where a FileId is meant.
template <class Tag>
struct Id {
    std::uint32_t value = 0;

    Id() = default;
    constexpr explicit Id(std::uint32_t v)
        : value(v)
    {
    }
    friend auto operator<=>(const Id&, const Id&) = default;
};

} // namespace flowscent::base

template <class Tag>
struct std::hash<flowscent::base::Id<Tag>> {
    std::size_t operator()(flowscent::base::Id<Tag> id) const noexcept { return id.value; }
};
