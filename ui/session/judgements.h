// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "engine/detect/abstention.h"
#include "engine/detect/budget/conformal.h"
#include "engine/flow/flow_set.h"
#include "ui/session/scores.h"

namespace flowscent::ui {

/// How many false alarms somebody is willing to look at, and what is taken for normal traffic.
struct BudgetChoice {
    std::optional<detect::AlarmBudget> budget; ///< none: the detector's own line
    /// Flows that the hunter takes for normal; null: half of the unlabelled flows of the capture, drawn at random,
    /// which may hold the threat and then move the line up.
    std::shared_ptr<const flow::FlowSet> baseline;

    friend bool operator==(const BudgetChoice&, const BudgetChoice&) = default;
};

/// What complete scores mean under a budget. Never changed; any thread may read it.
struct Judgements {
    static constexpr std::uint8_t none = 255; ///< a flow that nothing is said of

    std::shared_ptr<const Scores> scores;
    BudgetChoice choice;
    std::optional<detect::Baseline> baseline; ///< none where too few flows are left for one
    detect::AlarmLine line;             ///< under the detector's own line, what the baseline says that it promises
    detect::RealisedRate realised;      ///< of flows that are neither in the baseline nor marked by the hunter
    std::vector<std::uint8_t> verdicts; ///< per flow a detect::Judgement, or none
    std::vector<std::uint8_t> doubts;   ///< per flow a detect::Doubt: why it is unsure
    std::size_t alarms = 0;
    std::size_t unsure = 0;

    [[nodiscard]] bool alarmed(flow::FlowId flow) const
    {
        return verdicts[flow.value] == static_cast<std::uint8_t>(detect::Judgement::Threat);
    }
    /// Share of normal flows that score as high or higher; NaN without a score or a baseline.
    [[nodiscard]] double pValue(flow::FlowId flow) const;
};

/// Draws the baseline, places the line and judges every flow. Scores must be complete. Errors as of Baseline and
/// AlarmBudget; Cancelled when stopped.
[[nodiscard]] base::Result<Judgements> judge(std::shared_ptr<const Scores> scores, const BudgetChoice& choice,
                                             const std::stop_token& stop);

} // namespace flowscent::ui
