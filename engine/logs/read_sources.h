// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/flow/read_flows.h"

namespace flowscent::logs {

/// Reads captures (as flow::readFlows does) and logs of flows, told apart by content. The captures' flows come first,
/// then those of each log; the same conversation in both is two rows. PacketPlace::file indexes `files` as given.
/// A log's first fault is the outcome's `damage` unless a capture has one; `logs` holds every count.
/// Fails only when nothing could be used: no flow, no packet and no sound log.
[[nodiscard]] base::Result<flow::ReadOutcome>
readSources(const std::vector<std::filesystem::path>& files, const flow::AssemblerSettings& settings,
            const base::ProgressSink& progress, const flow::SnapshotSink& snapshots, const std::stop_token& stop);

} // namespace flowscent::logs
