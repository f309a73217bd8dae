// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>

#include "engine/flow/flow_table.h"
#include "engine/flow/log_report.h"
#include "engine/logs/log_kind.h"

namespace flowscent::logs {

/// Called about every thousand lines with the bytes read of the file.
using LogTick = std::function<void(std::uint64_t bytesDone)>;

/// Appends the log's flows to the table, in the order of its lines. Streams: memory grows with the flows alone. Lines
/// that give no flow are counted and passed over; the report's `trouble` says why nothing at all could be read.
[[nodiscard]] flow::LogReport readLog(const std::filesystem::path& file, LogKind kind, flow::FlowTable& table,
                                      const LogTick& tick, const std::stop_token& stop);

} // namespace flowscent::logs
