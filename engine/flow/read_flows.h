// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/progress.h"
#include "engine/flow/flow_assembler.h"
#include "engine/flow/flow_table.h"
#include "engine/flow/log_report.h"

namespace flowscent::flow {

/// What reading a capture gave. `damage` is set when the input was cut short or damaged; the flows before it are good.
struct ReadOutcome {
    std::shared_ptr<const FlowTable> table; ///< never null
    AssemblerCounters counters;
    std::vector<std::filesystem::path> files;        ///< PacketPlace::file indexes this
    std::vector<capture::Descriptions> descriptions; ///< of `files`, for capture::PacketFetcher; may be shorter
    std::optional<base::Error> damage;
    std::string remark;          ///< what else people should know (other files in an archive, say); empty for nothing
    std::vector<LogReport> logs; ///< of those files that are logs of flows, not captures; see logs::readSources
    bool cancelled = false;      ///< the person stopped it; the table holds what was read so far
};

/// Gets tables that grow while a capture is read: called at geometrically growing intervals (so that copying stays
/// proportional to the size read), from the reading thread. Rows keep their ids; open flows are shown as they are now.
using SnapshotSink = std::function<void(std::shared_ptr<const FlowTable>)>;

/// Whether decoding gets a thread of its own, and identifying another. The flows are the same.
enum class Reading : std::uint8_t { AsCoresAllow, OneThread, TwoThreads };

/// Reads files as one capture in order of time (see capture::MergedCapture); they may be packed. Fails only when the
/// first bytes of a file cannot be used at all (missing, not a capture) and no other file gave a packet; everything
/// later is `damage`.
[[nodiscard]] base::Result<ReadOutcome> readFlows(const std::vector<std::filesystem::path>& files,
                                                  const AssemblerSettings& settings, const base::ProgressSink& progress,
                                                  const SnapshotSink& snapshots, const std::stop_token& stop,
                                                  Reading reading = Reading::AsCoresAllow);

} // namespace flowscent::flow
