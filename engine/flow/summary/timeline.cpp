// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/summary/timeline.h"

#include "engine/flow/summary/batches.h"

#include <algorithm>

namespace flowscent::flow {

Amount& Amount::operator+=(const Amount& other)
{
    flows += other.flows;
    packets += other.packets;
    bytes += other.bytes;
    return *this;
}

Amount Timeline::total(std::size_t bucket) const
{
    Amount sum;
    for (std::size_t group = 0; group < groups; ++group)
        sum += at(bucket, group);
    return sum;
}

std::optional<Timeline> timeline(const FlowTable& table, std::span<const std::uint32_t> rows,
                                 const TimeBuckets& buckets, std::span<const std::uint8_t> groupOf, std::size_t groups,
                                 const std::stop_token& stop)
{
    Timeline made;
    made.buckets = buckets;
    made.groups = std::max<std::size_t>(groups, 1);
    made.amounts.resize(buckets.size() * made.groups);
    const bool complete = inBatches(rows, stop, [&](std::uint32_t row) {
        const auto bucket = buckets.of(table.start[row]);
        if (!bucket)
            return;
        const std::size_t group = row < groupOf.size() ? std::min<std::size_t>(groupOf[row], made.groups - 1) : 0;
        made.amounts[*bucket * made.groups + group].add(table, row);
    });
    return complete ? std::optional(std::move(made)) : std::nullopt;
}

} // namespace flowscent::flow
