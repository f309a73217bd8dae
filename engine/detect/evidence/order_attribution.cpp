// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evidence/order_attribution.h"

#include "engine/base/random.h"

#include <algorithm>

namespace flowscent::detect {

using base::failure;
using base::Matrix;

namespace {

using Order = std::vector<std::size_t>; ///< columns
using Groups = std::vector<Order>;

/// Only what differs.
Groups differing(const Groups& groups, std::span<const float> start, std::span<const float> end)
{
    Groups left;
    for (const Order& group : groups) {
        Order columns;
        std::ranges::copy_if(group, std::back_inserter(columns),
                             [&](std::size_t column) { return start[column] != end[column]; });
        if (!columns.empty())
            left.push_back(std::move(columns));
    }
    return left;
}

std::vector<Order> drawOrders(Groups groups, const OrderSettings& settings)
{
    base::Rng rng(settings.seed);
    std::vector<Order> orders;
    for (std::uint32_t pair = 0; pair < settings.pairs; ++pair) {
        rng.shuffle(std::span(groups));
        Order order;
        for (Order& group : groups) {
            rng.shuffle(std::span(group));
            std::ranges::copy(group, std::back_inserter(order));
        }
        orders.push_back(order);
        std::ranges::reverse(order);
        orders.push_back(std::move(order));
    }
    return orders;
}

} // namespace

base::Result<std::vector<double>>
attributeByOrders(const std::function<base::Result<std::vector<double>>(const Matrix& points)>& values,
                  std::span<const float> start, std::span<const float> end, const Groups& groups,
                  const OrderSettings& settings)
{
    if (start.size() != end.size() || settings.pairs == 0)
        return failure(base::Error::Code::Argument, "an attribution needs two points of one size, and an order");
    std::vector<double> credit(start.size());
    const std::vector<Order> orders = drawOrders(differing(groups, start, end), settings);
    const std::size_t steps = orders.front().size();
    Matrix points(orders.size() * steps + 1, start.size()); // the start, then each order's points behind one another
    std::ranges::copy(start, points.row(0).begin());
    std::size_t at = 1;
    for (const Order& order : orders) {
        for (std::size_t step = 0; step < steps; ++step, ++at) {
            const auto before = std::as_const(points).row(step == 0 ? 0 : at - 1);
            std::ranges::copy(before, points.row(at).begin());
            points.row(at)[order[step]] = end[order[step]];
        }
    }
    const auto answers = values(points);
    if (!answers)
        return failure(answers.error());
    at = 1;
    for (const Order& order : orders) {
        for (std::size_t step = 0; step < steps; ++step, ++at)
            credit[order[step]] +=
                ((*answers)[at] - (*answers)[step == 0 ? 0 : at - 1]) / static_cast<double>(orders.size());
    }
    return credit;
}

} // namespace flowscent::detect
