// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>

#include "engine/flow/summary/time_buckets.h"

namespace flowscent::flow {

/// How much there is of something. Bytes are those on the wire, both ways.
struct Amount {
    std::uint64_t flows = 0;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;

    void add(const FlowTable& table, std::uint32_t row)
    {
        ++flows;
        packets += table.packets[row][outward] + table.packets[row][inward];
        bytes += table.bytes[row][outward] + table.bytes[row][inward];
    }
    Amount& operator+=(const Amount& other);
    friend bool operator==(const Amount&, const Amount&) = default;
};

/// What happened when, and of what kind. Plain value.
struct Timeline {
    TimeBuckets buckets;
    std::size_t groups = 1;
    std::vector<Amount> amounts; ///< of group g in bucket b: [b * groups + g]

    [[nodiscard]] const Amount& at(std::size_t bucket, std::size_t group) const
    {
        return amounts[bucket * groups + group];
    }
    [[nodiscard]] Amount total(std::size_t bucket) const;
    friend bool operator==(const Timeline&, const Timeline&) = default;
};

/// A flow counts with all it has in the bucket of its first packet, however long it lasted: filters on time ask for
/// starts, so what stands in a bar is what choosing the bar's time gives. Flows outside of all buckets are left out.
/// `groupOf` says the group of every flow of the table; empty: all are of group 0. Groups beyond the last count as
/// the last. Nothing when stopped.
[[nodiscard]] std::optional<Timeline> timeline(const FlowTable& table, std::span<const std::uint32_t> rows,
                                               const TimeBuckets& buckets, std::span<const std::uint8_t> groupOf,
                                               std::size_t groups, const std::stop_token& stop);

} // namespace flowscent::flow
