// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/hunt/filter.h"
#include "engine/hunt/marks.h"
#include "ui/session/flow_column.h"
#include "ui/session/judgements.h"

namespace flowscent::ui {

struct SortBy {
    FlowColumn column = FlowColumn::Start;
    bool descending = false;

    friend bool operator==(const SortBy&, const SortBy&) = default;
};

/// Which flows are shown and in what order.
struct Arrangement {
    hunt::Filter filter;
    std::shared_ptr<const flow::FlowSet> within; ///< null, or the only flows that may pass
    std::vector<SortBy> order; ///< most important first; ties and an empty order keep the order of first packets
};

/// What flows can be filtered and sorted by.
struct ArrangeInput {
    std::shared_ptr<const flow::FlowTable> table;
    std::shared_ptr<const Scores> scores;         ///< may be null
    std::shared_ptr<const Scores> kept;           ///< may be null
    std::shared_ptr<const Judgements> judgements; ///< may be null
    hunt::SupportSet support;
    std::vector<std::string> files;           ///< names of the capture's, by PacketPlace::file; may be empty
    std::shared_ptr<const hunt::Marks> marks; ///< may be null
};

/// Flows that pass, in order. A million of them take a fraction of a second, so this runs on a lane. Flows without a
/// score come last whichever way scores are sorted. Nothing when stopped.
[[nodiscard]] std::optional<std::vector<std::uint32_t>>
arrange(const ArrangeInput& input, const Arrangement& arrangement, const std::stop_token& stop);

class FlowOrder;
/// The same with what `order` has kept from earlier times.
[[nodiscard]] std::optional<std::vector<std::uint32_t>>
arrange(FlowOrder& order, const ArrangeInput& input, const Arrangement& arrangement, const std::stop_token& stop);

/// An answer to `Session::arrange`.
struct Arranged {
    std::shared_ptr<const flow::FlowTable> table;
    Arrangement arrangement;
    std::vector<std::uint32_t> rows;
};

} // namespace flowscent::ui
