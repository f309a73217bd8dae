// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ostream>

#include "engine/flow/flow_table.h"

namespace flowscent::cli {

/// What is known of a flow's application, hosts and fingerprints, as CSV fields with a leading comma each; empty where
/// nothing is known. The columns are always there.
void writeIdentityHeader(std::ostream& out);
void writeIdentityCsv(std::ostream& out, const flow::FlowTable& table, flow::FlowId id);
/// The same as JSON members with a leading comma each; what is not known is left out.
void writeIdentityJson(std::ostream& out, const flow::FlowTable& table, flow::FlowId id);

} // namespace flowscent::cli
