// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/flow/flow_table.h"
#include "engine/store/library/bundle.h"

namespace flowscent::store {

/// A flow that was marked, and as what.
struct MarkedFlow {
    flow::FlowId flow;
    std::string label;
};

/// Fills in the captures and flows of a provenance: the files by name and SHA-256 (empty for what cannot be read twice,
/// as standard input), the flows as the table knows them, in the order given. `files` are those that the table was read
/// from. Labels that are no plain text of one line become "threat". Cancelled when stopped.
[[nodiscard]] base::Result<void> recordFlows(const flow::FlowTable& table,
                                             const std::vector<std::filesystem::path>& files,
                                             std::span<const MarkedFlow> marked, Provenance& provenance,
                                             const std::stop_token& stop);

} // namespace flowscent::store
