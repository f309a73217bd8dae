// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/progress.h"
#include "engine/flow/flow_table.h"

namespace flowscent::store {

struct ExportFlow {
    flow::FlowId flow;
    std::string label; ///< for the comment; empty for none
};

struct PacketExport {
    std::shared_ptr<const flow::FlowTable> table;
    std::vector<std::filesystem::path> files;        ///< PacketPlace::file indexes this
    std::vector<capture::Descriptions> descriptions; ///< of `files`, as flow::ReadOutcome has them; may be shorter
    std::vector<ExportFlow> flows;                   ///< each once
};

struct ExportReport {
    std::uint64_t flows = 0; ///< whose packets were written
    std::uint64_t packets = 0;
    std::uint64_t withoutPackets = 0; ///< chosen flows that came from a log, or whose capture cannot be read again
};

/// Copies the packets of chosen flows byte by byte into a pcapng file, in the order in which they lie in their
/// captures. The first packet of each flow bears a comment: "flow 12 tcp 10.0.0.1:1 -> 10.0.0.2:80 label: beacon"
/// (flows count from 1, as the workbench shows them). Few packets are fetched from their places; for many the capture
/// is read once from front to back. The file appears whole or not at all, and never over a capture it is made of.
/// Progress counts packets. Memory: 16 bytes a packet.
/// Errors: Argument (no flow chosen, `output` is one of the captures), Unavailable (no chosen flow has packets), Io,
/// Format (a capture has changed since it was read), Cancelled.
[[nodiscard]] base::Result<ExportReport> exportPackets(const PacketExport& chosen, const std::filesystem::path& output,
                                                       const base::ProgressSink& progress, const std::stop_token& stop);

} // namespace flowscent::store
