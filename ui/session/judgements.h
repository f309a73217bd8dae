// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/detect/abstention.h"
#include "engine/detect/budget/conformal.h"
#include "engine/detect/referee.h"
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

/// What complete scores mean under a budget: first of all which flows are at or above the line, and then which of all
/// flows the detector had better say nothing of. Never changed; any thread may read it.
struct Judgements {
    static constexpr std::uint8_t none = 255; ///< a flow that nothing is said of

    std::shared_ptr<const Scores> scores;
    BudgetChoice choice;
    std::optional<detect::Baseline> baseline; ///< none where too few flows are left for one
    detect::AlarmLine line; ///< under the detector's own line, what the baseline says that it promises
    /// Of flows that are neither in the baseline nor marked by the hunter. What is unsure counts by its score like all
    /// others: the promise is about the line.
    detect::RealisedRate realised;
    std::vector<std::uint8_t> verdicts; ///< per flow a detect::Judgement, or none
    std::vector<std::uint8_t> doubts;   ///< per flow a detect::Doubt: why it is unsure
    std::size_t alarms = 0;             ///< flows that are judged threats: at or above the line, and without doubt
    std::size_t unsure = 0;
    std::shared_ptr<const detect::Referee> referee; ///< who doubts; null where only the line was asked
    bool doubtsComplete = false; ///< while false, only alarms and flows on the screen have been doubted, if any
    std::string trouble;         ///< why the budget has no line, so that the detector's own stands; empty for none

    [[nodiscard]] bool alarmed(flow::FlowId flow) const
    {
        return verdicts[flow.value] == static_cast<std::uint8_t>(detect::Judgement::Threat);
    }
    /// Share of normal flows that score as high or higher; NaN without a score or a baseline.
    [[nodiscard]] double pValue(flow::FlowId flow) const;
    /// Why a flow is unsure, with the figures behind it; empty without doubt. Asks the referee again: below a
    /// millisecond.
    [[nodiscard]] std::string reason(flow::FlowId flow) const;
};

/// Draws the baseline, places the line and says of every flow on which side of it it lies. Scores must be complete. A
/// budget that cannot be used leaves the detector's own line and says so. Errors as of Baseline; Cancelled when
/// stopped.
[[nodiscard]] base::Result<Judgements> judge(std::shared_ptr<const Scores> scores, const BudgetChoice& choice,
                                             const std::stop_token& stop);

/// Makes those of `rows` unsure that the referee doubts; on two threads. Flows that were never scored stay as they are.
/// Cancelled when stopped; then some of them are done.
[[nodiscard]] base::Result<void> addDoubts(Judgements& judgements, std::span<const std::uint32_t> rows,
                                           const std::stop_token& stop);

using JudgementSink = std::function<void(Judgements)>;

/// All of it, told twice at most: once the alarms and the flows on the screen are doubted, and once all are. Without
/// flow numbers to doubt by (scores that came from elsewhere), told once. Errors as of judge and makeReferee.
[[nodiscard]] base::Result<void> judgeWithDoubts(const std::shared_ptr<const Scores>& scores,
                                                 const BudgetChoice& choice, std::vector<std::uint32_t> visible,
                                                 const JudgementSink& tell, const std::stop_token& stop);

} // namespace flowscent::ui
