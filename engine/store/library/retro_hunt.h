// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/progress.h"
#include "engine/detect/detector.h"
#include "engine/flow/flow_table.h"

namespace flowscent::store {

/// A detector that goes hunting, under its name in the library.
struct Hunter {
    std::string name;
    std::uint32_t version = 0;
    detect::Detector detector;
};

/// A flow that a detector points at.
struct RetroHit {
    const std::filesystem::path& capture;
    const Hunter& hunter;
    const flow::FlowTable& table;
    flow::FlowId flow;
    float score = 0;
    std::uint32_t rank = 0; ///< among all flows of the capture, 1 for the highest score; equal scores share it
};

/// What one detector found in one capture.
struct CaptureFinding {
    std::size_t capture = 0;         ///< index into RetroReport::captures
    std::size_t hunter = 0;          ///< index into the hunters
    std::uint64_t hits = 0;          ///< flows at or above the alarm line
    float best = 0;                  ///< highest score
    base::Nanoseconds firstSeen = 0; ///< start of the earliest hit; of no hit 0
    base::Nanoseconds lastSeen = 0;  ///< last packet of the latest hit
};

struct HuntedCapture {
    std::filesystem::path file;
    std::uint64_t flows = 0;
    std::optional<base::Error> damage; ///< it ends there; what came before was hunted in
    std::string remark;                ///< what else people should know
    bool skipped = false;              ///< nothing of it could be read
};

struct RetroReport {
    std::vector<HuntedCapture> captures;  ///< those that were come to, in the order given
    std::vector<CaptureFinding> findings; ///< per capture, per hunter
    bool cancelled = false;               ///< stopped: what is here is of the captures before
};

struct RetroSettings {
    bool everyFlow = false; ///< tell of all flows, not only of those at or above the alarm line
};

/// Told in the order of captures, hunters and ranks, from the calling thread; what it refers to is good during the
/// call. An error ends the hunt.
using HitSink = std::function<base::Result<void>(const RetroHit&)>;
/// Gives the encoder of a base model; asked once for each.
using EncoderSource =
    std::function<base::Result<std::shared_ptr<const learn::Encoder>>(std::shared_ptr<const learn::BaseModel>)>;

/// Scores every flow of every capture by every hunter; scores are, to the bit, those of `score` on the same capture.
/// Each capture is read once, and embedded once for all hunters of one base model. Memory: one capture's flow table, a
/// float per flow and hunter, and features of a few thousand flows. A damaged capture is hunted as far as it goes, one
/// that cannot be read is skipped; both are remarked. Errors: Argument without a hunter or capture; what encoders and
/// the sink refuse.
[[nodiscard]] base::Result<RetroReport> retroHunt(const std::vector<std::filesystem::path>& captures,
                                                  const std::vector<Hunter>& hunters, const RetroSettings& settings,
                                                  const EncoderSource& encoders, const HitSink& told,
                                                  const base::ProgressSink& progress, const std::stop_token& stop);

/// Captures among files and folders: files as they are, of folders all files below that are called like a capture
/// (.pcap, .pcapng, .cap, packed or not, and .zip), by name; links to folders are not followed. Io error for what is
/// not there or cannot be read.
[[nodiscard]] base::Result<std::vector<std::filesystem::path>>
capturesAmong(const std::vector<std::filesystem::path>& filesAndFolders);

} // namespace flowscent::store
