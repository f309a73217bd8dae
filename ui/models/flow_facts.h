// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include <cmath>
#include <memory>

#include "engine/hunt/marks.h"
#include "ui/session/judgements.h"

namespace flowscent::ui {

/// All that can be shown of the flows of one table. A value of shared, immutable parts.
struct FlowFacts {
    std::shared_ptr<const flow::FlowTable> table;
    std::shared_ptr<const Scores> scores;         ///< null for none
    std::shared_ptr<const Scores> kept;           ///< null for none
    std::shared_ptr<const Judgements> judgements; ///< null for none; may be of older scores, and then says nothing
    hunt::SupportSet support;
    std::shared_ptr<const hunt::Marks> marks; ///< names of threats, bookmarks, notes; null for none
    QStringList files;                        ///< captures that the table was read from
    bool oneDay = true;                       ///< all flows start on the same day, which then needs no telling

    [[nodiscard]] float score(std::uint32_t flow) const { return valueOf(scores, flow); }
    [[nodiscard]] float keptScore(std::uint32_t flow) const { return valueOf(kept, flow); }
    [[nodiscard]] bool bookmarked(std::uint32_t flow) const
    {
        return marks && marks->mark(flow::FlowId(flow)).bookmarked;
    }
    /// What is known under the budget; null while judgements are still made for these scores.
    [[nodiscard]] const Judgements* judged(std::uint32_t flow) const
    {
        return judgements && judgements->scores == scores && flow < judgements->verdicts.size() ? judgements.get()
                                                                                                : nullptr;
    }
    /// A detect::Judgement, or Judgements::none; by the detector's own line until there are judgements.
    [[nodiscard]] std::uint8_t verdict(std::uint32_t flow) const
    {
        if (const Judgements* known = judged(flow))
            return known->verdicts[flow];
        const float value = score(flow);
        if (std::isnan(value))
            return Judgements::none;
        return static_cast<std::uint8_t>(value >= detect::alarmScore ? detect::Judgement::Threat
                                                                     : detect::Judgement::Normal);
    }

private:
    [[nodiscard]] static float valueOf(const std::shared_ptr<const Scores>& scores, std::uint32_t flow)
    {
        return scores && flow < scores->values.size() ? scores->values[flow] : unscored;
    }
};

} // namespace flowscent::ui
