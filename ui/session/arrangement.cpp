// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/arrangement.h"

#include "ui/session/filter_input.h"
#include "ui/session/flow_order.h"

#include <algorithm>

namespace flowscent::ui {

namespace {

using Rows = std::vector<std::uint32_t>;

} // namespace

std::optional<std::vector<std::uint32_t>> arrange(const ArrangeInput& input, const Arrangement& arrangement,
                                                  const std::stop_token& stop)
{
    FlowOrder order;
    return arrange(order, input, arrangement, stop);
}

std::optional<std::vector<std::uint32_t>> arrange(FlowOrder& order, const ArrangeInput& input,
                                                  const Arrangement& arrangement, const std::stop_token& stop)
{
    const FilterInput known(input);
    Rows rows = arrangement.filter.apply(*input.table, known.context(), stop);
    if (arrangement.within)
        std::erase_if(rows, [&](std::uint32_t row) { return !arrangement.within->contains(flow::FlowId(row)); });
    if (stop.stop_requested() || !order.sort(input, rows, arrangement.order, stop))
        return std::nullopt;
    return rows;
}

} // namespace flowscent::ui
