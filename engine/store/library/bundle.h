// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/safetensors.h"
#include "engine/base/tensor_header.h"
#include "engine/detect/detector.h"

namespace flowscent::store {

/// A capture that examples were taken from.
struct CaptureOrigin {
    std::string name;   ///< the file's name without its folder
    std::string sha256; ///< of its bytes, lower-case hex; empty where they could not be read twice (a pipe)
    friend bool operator==(const CaptureOrigin&, const CaptureOrigin&) = default;
};

/// A marked flow, so that it can be found again in its capture.
struct FlowOrigin {
    std::uint32_t capture = 0; ///< index into Provenance::captures
    std::string communityId;
    flow::FlowKey key;
    base::Nanoseconds start = 0;
    std::string label; ///< what the person called it
    friend bool operator==(const FlowOrigin&, const FlowOrigin&) = default;
};

/// Who made a detector, when, from which flows and why.
struct Provenance {
    std::string author;
    std::string created; ///< RFC 3339 in UTC: "2026-11-27T22:49:39Z"
    std::string why;     ///< free text
    std::string from;    ///< what it was re-adapted from: "version 2, base model 0f3a..."; empty for the first of all
    std::vector<CaptureOrigin> captures;
    std::vector<FlowOrigin> flows; ///< of the threat examples, then of the counter-examples; empty where unknown
    friend bool operator==(const Provenance&, const Provenance&) = default;
};

/// What can be told of a bundle without its numbers: what lists show.
struct BundleSummary {
    std::string name;
    std::uint32_t version = 0; ///< 1, 2, ... of its name; 0 before a library has given it one
    Provenance provenance;
    std::string baseModel; ///< identity of the base model
    double falseAlarmBudget = 0.01;
    std::uint64_t seed = 1;    ///< of the forest in the detector
    std::uint32_t threats = 0; ///< stored examples; all three 0 for a detector that came without them
    std::uint32_t counters = 0;
    std::uint32_t backgrounds = 0;
    std::uint32_t calibrationScores = 0;
    double calibrationHours = 0; ///< 0 without calibration

    friend bool operator==(const BundleSummary&, const BundleSummary&) = default;
};

/// Scores of ordinary traffic, by which others choose an alarm line that fits a network.
struct Calibration {
    std::vector<float> scores; ///< 0..1, in no order; at least one
    double hours = 0;          ///< how much traffic they stand for, > 0
    friend bool operator==(const Calibration&, const Calibration&) = default;
};

/// A detector as it is kept and passed on: self-contained, it scores and is made anew for another base model without
/// anything else. In a file it is a detector file (FORMAT.md) that every reader of detectors takes, with more beside.
/// Plain value.
struct Bundle {
    std::string name;
    std::uint32_t version = 0;
    detect::Detector detector;
    detect::AdaptInput examples; ///< raw features; all empty for a detector that came without them
    double falseAlarmBudget = 0.01;
    std::uint64_t seed = 1; ///< of its forest: the same examples, settings and base model give the same detector
    std::optional<Calibration> calibration;
    Provenance provenance;

    [[nodiscard]] bool hasExamples() const { return examples.threat.size() > 0; }
};

[[nodiscard]] BundleSummary summaryOf(const Bundle& bundle);

/// The summary as the JSON of a bundle file, and the way back. Model error for anything that is not as it should be:
/// names that are none, texts with control characters, times, addresses and digests that are none, indices without a
/// place, sizes beyond all measure. What can be read can be shown and written again.
[[nodiscard]] std::string toJson(const BundleSummary& summary);
[[nodiscard]] base::Result<BundleSummary> bundleSummaryFromJson(std::string_view text);

/// Argument error when something of it could not be read back; the sentence says what.
[[nodiscard]] base::Result<base::TensorFile> toTensors(const Bundle& bundle);
/// A detector file without a bundle's entries is a bundle without examples, named after its threat where that is a
/// name. Model errors, without the file's name.
[[nodiscard]] base::Result<Bundle> bundleFromTensors(const base::TensorFile& file);
/// Of a file's header, which is all of a bundle that is read here: quick, but numbers may be damaged.
[[nodiscard]] base::Result<BundleSummary> bundleSummary(const base::TensorHeader& header);

[[nodiscard]] base::Result<Bundle> loadBundle(const std::filesystem::path& file);
/// Replaces the file as a whole.
[[nodiscard]] base::Result<void> saveBundle(const Bundle& bundle, const std::filesystem::path& file);

} // namespace flowscent::store
