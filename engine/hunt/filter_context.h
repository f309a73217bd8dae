// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/flow/flow_set.h"
#include "engine/hunt/support_set.h"

namespace flowscent::hunt {

/// A hunter's texts about some flows.
using FlowTexts = std::map<flow::FlowId, std::string>;

/// What a filter may look at besides the table. All of it may be missing, and spans may be shorter than the table (of
/// an older, smaller one): a flow that they do not reach has no such value. Borrowed: what it points at must stay as it
/// is while a filter is applied, which happens on two threads at once.
struct FilterContext {
    std::span<const float> scores;         ///< per flow, of the detector in use; NaN for none
    std::span<const std::uint8_t> alarmed; ///< per flow, 1 when the verdict is "threat"
    const SupportSet* support = nullptr;

    std::span<const float> kept;            ///< per flow, scores of the detector that was kept to be compared with
    std::span<const std::uint8_t> verdicts; ///< per flow: 0 normal, 1 unsure, 2 threat, anything else none
    std::function<double(float score, std::uint32_t flow)>
        pValue;                                             ///< NaN for none; must be fit for two threads at once
    std::map<std::string, std::span<const float>> scoresOf; ///< by the name of the detector; per flow
    std::string detector;                                   ///< name of the one that `scores` are of

    std::span<const std::string> files; ///< of the capture, by PacketPlace::file

    const FlowTexts* threats = nullptr;    ///< class names of flows labelled as threat, where they have one
    const FlowTexts* labelledBy = nullptr; ///< who or what set a label
    const FlowTexts* notes = nullptr;
    const std::map<flow::FlowId, std::vector<std::string>>* tags = nullptr;
    const flow::FlowSet* bookmarked = nullptr;
};

} // namespace flowscent::hunt
