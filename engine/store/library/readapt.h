// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/store/library/base_in_use.h"
#include "engine/store/library/bundle.h"

namespace flowscent::store {

/// How a detector answers its own examples with one base model.
struct SupportAnswers {
    std::string baseModel;       ///< its identity
    std::vector<float> threats;  ///< score of each threat example, by a fit that did not see it where `heldOut` says so
    std::vector<float> counters; ///< of each counter-example, likewise
    bool heldOut = false;        ///< a single threat example cannot be held out
    std::uint32_t backgrounds = 0;
    std::uint32_t backgroundsAbove = 0; ///< at or above the alarm line, by the detector that saw them all

    [[nodiscard]] std::size_t threatsFound() const;  ///< at or above the alarm line
    [[nodiscard]] std::size_t countersAbove() const; ///< likewise
    friend bool operator==(const SupportAnswers&, const SupportAnswers&) = default;
};

/// What a change of the base model does to one detector. Plain value.
struct ReadaptReport {
    std::string name;
    std::uint32_t version = 0; ///< of the bundle that was looked at
    SupportAnswers before;
    SupportAnswers after;
    friend bool operator==(const ReadaptReport&, const ReadaptReport&) = default;
};
/// Lines for the terminal: the numbers of both sides, then every example's two scores.
[[nodiscard]] std::vector<std::string> reportLines(const ReadaptReport& report);

/// The detector that the bundle's examples and settings give with another base model.
struct Readapted {
    Bundle bundle; ///< version, provenance and examples are the old one's
    ReadaptReport report;
};

/// Makes the bundle's detector anew for the model of `after` and says what it does to its stored examples; `before`
/// has the bundle's own base model. Nothing is written and the bundle stays as it is. Examples are held out one by one,
/// or in mostFolds groups where there are more. The new bundle has no calibration: its scores were the old detector's.
/// Support error for a bundle without examples, Argument error for another `before`; Cancelled.
inline constexpr std::size_t mostFolds = 20;
[[nodiscard]] base::Result<Readapted> readapted(const Bundle& bundle, const BaseInUse& before, const BaseInUse& after,
                                                const std::stop_token& stop);

} // namespace flowscent::store
