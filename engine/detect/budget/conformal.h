// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/safetensors.h"
#include "engine/detect/budget/alarm_budget.h"
#include "engine/detect/budget/realised_rate.h"

namespace flowscent::detect {

/// A kind of flow that keeps a budget of its own, chosen without looking at scores: the protocol, or short and long
/// flows. (Mondrian categories: Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", 2005, 4.5.)
using FlowGroup = std::uint16_t;

/// A window of traffic taken for normal, as a detector that did not learn from it scores it. Row i of each is a flow.
struct BaselineFlows {
    std::vector<float> scores;
    std::vector<FlowGroup> groups;  ///< empty: all of group 0
    std::vector<bool> knownThreats; ///< labelled as threats, left out; empty: none
    double hours = 0;               ///< that the window lasted; 0 when unknown
};

/// Where alarms begin for one group, and what that promises.
struct AlarmLine {
    float score = 0;       ///< scores at or above it are alarms; may be infinite either way
    double asked = 0;      ///< share of normal flows that may alarm
    double promised = 0;   ///< the largest share <= asked that the baseline can tell, or its finest when tooFew
    std::size_t flows = 0; ///< that the group was calibrated on
    bool tooFew = false;   ///< for what was asked
    std::string sentence;  ///< what to tell the person who asked

    [[nodiscard]] double expectedAlarms(std::uint64_t normalFlows) const
    {
        return promised * static_cast<double>(normalFlows);
    }
    [[nodiscard]] RealisedRate realised(std::uint64_t normalFlows, std::uint64_t alarms) const
    {
        return {normalFlows, alarms, promised};
    }
};

/// Split conformal p-values of normal flows (Vovk et al. 2005; Papadopoulos et al., "Inductive Confidence Machines for
/// Regression", ECML 2002). As long as normal flows to come are exchangeable with the baseline's of their group, a
/// flow's p-value is <= alpha with probability <= alpha, over the draw of both. That says nothing of traffic that has
/// changed (drift.h) and nothing of threats. A window that holds unlabelled threats moves lines up: fewer false alarms
/// than promised, and more threats below the line.
///
/// Groups with fewer than leastGroup flows, and groups that the window does not have, are held against all flows: their
/// own share is then not promised. Scores that are no numbers have p = 1. Plain value; any thread may ask.
class Baseline {
public:
    static constexpr std::size_t leastGroup = 20;
    static constexpr std::size_t mostFlows = 50'000; ///< of a group; of more, that many are drawn by the seed
    static constexpr std::size_t mostGroups = 256;

    /// Argument error when columns differ in length, there are too many groups or hours make no sense; Model error for
    /// scores that are not finite; Support error when no flow is left.
    [[nodiscard]] static base::Result<Baseline> from(const BaselineFlows& window, std::uint64_t seed);

    [[nodiscard]] std::size_t size() const { return m_all.size(); }
    [[nodiscard]] double flowsPerHour() const { return m_flowsPerHour; } ///< of the whole window; 0 when unknown
    /// What flows of that group are compared with, ascending.
    [[nodiscard]] std::span<const float> scoresFor(FlowGroup group = 0) const;
    [[nodiscard]] std::span<const float> all() const { return m_all; } ///< of every group, ascending
    /// The smallest p-value there is for the group: 1 / (flows + 1).
    [[nodiscard]] double finest(FlowGroup group = 0) const;

    /// (1 + baseline flows that score as high or higher) / (1 + baseline flows).
    [[nodiscard]] double pValue(float score, FlowGroup group = 0) const;
    /// Equal scores, the flow itself among them, count by the share 1 - u, u uniform in [0, 1): then p is uniform in
    /// (0, 1], ties or not.
    [[nodiscard]] double smoothedPValue(float score, double u, FlowGroup group = 0) const;

    /// A score is at or above the line exactly when its p-value is <= what is promised. Argument error as of rateOf. A
    /// budget per hour is shared out: every group may alarm on the same share of its flows.
    [[nodiscard]] base::Result<AlarmLine> lineFor(const AlarmBudget& budget, FlowGroup group = 0) const;

    /// Adds "baseline.*" to a detector's tensors.
    void store(base::TensorFile& into) const;
    /// Nothing when there is no baseline; Model error when it is not one that store() wrote.
    [[nodiscard]] static base::Result<std::optional<Baseline>> load(const base::TensorFile& from);
    friend bool operator==(const Baseline&, const Baseline&) = default;

private:
    Baseline(std::map<FlowGroup, std::vector<float>> scoresOf, double flowsPerHour);

    std::map<FlowGroup, std::vector<float>> m_scoresOf; ///< ascending, none empty
    std::vector<float> m_all;                           ///< of all groups, ascending
    double m_flowsPerHour = 0;
};

} // namespace flowscent::detect
