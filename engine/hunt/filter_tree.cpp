// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/filter_tree.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace flowscent::hunt {

void FilterNode::evaluate(const RowRun& run, Mask mask) const
{
    assert(mask.size() <= longestRun);
    if (kind == Kind::Test) {
        test(run, mask);
        return;
    }
    children.front().evaluate(run, mask);
    if (kind == Kind::Not) {
        std::ranges::for_each(mask, [](std::uint8_t& passes) { passes ^= 1U; });
        return;
    }
    const std::uint8_t decided = kind == Kind::All ? 0 : 1;
    std::array<std::uint8_t, longestRun> memory;
    const Mask other(memory.data(), mask.size());
    for (const FilterNode& child : std::span(children).subspan(1)) {
        if (std::ranges::all_of(mask, [decided](std::uint8_t passes) { return passes == decided; }))
            return;
        child.evaluate(run, other);
        for (std::size_t row = 0; row < mask.size(); ++row)
            mask[row] = kind == Kind::All ? mask[row] & other[row] : mask[row] | other[row];
    }
}

} // namespace flowscent::hunt
