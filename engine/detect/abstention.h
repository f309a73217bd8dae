// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"

namespace flowscent::detect {

/// What is said of a flow where a detector may also say that it does not know.
enum class Judgement : std::uint8_t { Normal, Unsure, Threat };
[[nodiscard]] std::string_view text(Judgement judgement); ///< "normal", "unsure", "threat"

/// Why a flow is not judged. Where several hold, the first in this order is given.
enum class Doubt : std::uint8_t {
    None,
    NotScored,     ///< its score is no number
    TooFewPackets, ///< it has not said enough
    Unfamiliar,    ///< it is unlike everything seen, so a score is a guess outside of what was learned
    PartsDisagree, ///< parts of the detector that matter are on either side of their own lines
};
[[nodiscard]] std::string_view text(Doubt doubt); ///< "none", "not_scored", "too_few_packets", ...

struct AbstentionSettings {
    /// Flows of fewer packets are not judged. A single packet has a size and no rhythm.
    std::uint32_t fewestPackets = 2;
    /// Flows whose familiarity (familiarity.h) is at or below this are not judged: so large a share of flows that are
    /// like the background, at most, becomes unsure for that reason. With n typical flows nothing is below 1 / (n + 1).
    double leastFamiliarity = 0.02;
    /// A part is for or against when its evidence is so far from its own line, in its own units.
    double clearly = 0.5;
    /// Unsure when parts clearly against what the detector as a whole says carry this share of all weight or more.
    double mostOpposition = 1.0 / 3.0;

    friend bool operator==(const AbstentionSettings&, const AbstentionSettings&) = default;
};
/// Argument error that names the first setting out of its range.
[[nodiscard]] base::Result<void> check(const AbstentionSettings& settings);

/// What one part of a detector says of a flow, on a scale of its own.
struct PartOpinion {
    std::string_view name; ///< "forest"
    double evidence = 0;   ///< higher is more like the threat; in spreads of the part's background
    double line = 0;       ///< where the part alone would begin to alarm
    double weight = 1;     ///< in the detector, >= 0
};

struct FlowEvidence {
    std::uint32_t packets = 0;
    double familiarity = 1; ///< 0..1
    double score = 0;       ///< of the detector
    double line = 0.5;      ///< at or above which a score is an alarm
    std::span<const PartOpinion> parts;
};

struct JudgedFlow {
    Judgement judgement = Judgement::Normal;
    Doubt doubt = Doubt::None;
    std::string reason; ///< a sentence for the person at the table; empty without doubt

    friend bool operator==(const JudgedFlow&, const JudgedFlow&) = default;
};

/// Pure. Parts disagree only where some part is clearly for what the detector says and others are clearly against it;
/// without parts, or with one, nothing can.
[[nodiscard]] JudgedFlow judge(const FlowEvidence& flow, const AbstentionSettings& settings);

} // namespace flowscent::detect
