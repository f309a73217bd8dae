// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ostream>
#include <string>

#include "engine/flow/flow_table.h"

namespace flowscent::cli {

enum class RowFormat { Csv, JsonLines };

/// One flow as text, the columns of `flowscent-cli flows`. `more` is appended: CSV fields with a leading comma, or JSON
/// members with one.
void writeHeader(std::ostream& out, RowFormat format, const std::string& moreColumns);
void writeRow(std::ostream& out, RowFormat format, const flow::FlowTable& table, flow::FlowId id,
              const std::string& more);

} // namespace flowscent::cli
