// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "engine/hunt/filter.h"
#include "ui/session/arrangement.h"

namespace flowscent::ui {

/// What the session knows, as a filter may look at it. A flow is alarmed when the judgements say so; before there are
/// any of these scores, when its score is above the detector's own line. Costs a pass over the scores; the input
/// outlives it.
class FilterInput {
public:
    explicit FilterInput(const ArrangeInput& input);
    FilterInput(const FilterInput&) = delete;
    FilterInput& operator=(const FilterInput&) = delete;

    [[nodiscard]] const hunt::FilterContext& context() const { return m_context; }

private:
    void lookAt(const hunt::Marks& marks);

    std::vector<std::uint8_t> m_alarmed;
    flow::FlowSet m_bookmarked;
    hunt::FlowTexts m_notes;
    hunt::FlowTexts m_threats;
    hunt::FilterContext m_context;
};

} // namespace flowscent::ui
