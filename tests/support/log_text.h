// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/flow/flow_table.h"
#include "engine/flow/log_report.h"

/// Logs of flows written as text, for tests.
namespace flowscent::test {

/// A whole conn.log with these rows, whose columns are "ts id.orig_h id.orig_p id.resp_h id.resp_p proto duration
/// orig_bytes resp_bytes conn_state history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes"; blanks become tabs.
[[nodiscard]] std::string connLog(const std::vector<std::string>& rows);
/// A sound row for connLog, `second` after a fixed time.
[[nodiscard]] std::string connRow(int second);
/// An event of type "flow" of EVE; `more` is put before its end: ",\"vlan\":[3]".
[[nodiscard]] std::string eveFlow(const std::string& more = {});

std::filesystem::path saveText(const std::filesystem::path& file, const std::string& text);

} // namespace flowscent::test
