// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "ui/session/arrangement.h"

namespace flowscent::ui {

/// Puts rows in order by any column. Keeps what is dear to find out about the latest table (the gaps of every flow: 8
/// bytes a flow, once somebody has asked). Belongs to one lane; not thread-safe.
class FlowOrder {
public:
    /// Stable. Flows that have nothing in a column (no score, no host) come last whichever way it is sorted. `false`
    /// when stopped: then the rows are in no certain order.
    bool sort(const ArrangeInput& input, std::vector<std::uint32_t>& rows, const std::vector<SortBy>& order,
              const std::stop_token& stop);

    /// Memory of what is kept.
    [[nodiscard]] std::size_t bytes() const;

private:
    struct Gaps {
        float mean = 0;
        float deviation = 0;
    };
    class Sorter;
    void findGaps(const std::shared_ptr<const flow::FlowTable>& table);

    std::weak_ptr<const flow::FlowTable> m_table; ///< of m_gaps; not kept alive by it
    std::vector<Gaps> m_gaps; ///< per flow of m_table, seconds, NaN with fewer than two packets; empty until asked for
};

} // namespace flowscent::ui
