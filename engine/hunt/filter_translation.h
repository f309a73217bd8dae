// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"

namespace flowscent::hunt {

enum class FilterDialect {
    Wireshark, ///< display filter, 4.0 and later
    Bpf,       ///< capture filter of libpcap
    Arkime,    ///< search expression
    Jq,        ///< program for jq over the lines of Suricata's EVE log; asks its flow records
    Sql        ///< condition behind WHERE, see below
};
/// "Wireshark", "BPF", ...
[[nodiscard]] std::string_view text(FilterDialect dialect);

struct Translation {
    std::string text;               ///< empty for an expression that asks nothing
    std::vector<std::string> notes; ///< sentences on where it selects otherwise than here; may be empty
};

/// Says an expression of Filter in another tool's language. What that language cannot ask is refused by an Error that
/// names the part and its column; nothing is left out silently. Packets do not tell who opened a conversation: where
/// client and server are asked for, Wireshark and BPF select packets of both ways round, and a note says so.
///
/// SQL asks columns named like the fields with '_' for '.', among them ip_src, ip_dst, port_src, port_dst, proto,
/// bytes_out, bytes_in, pkts_out, pkts_in, dur (seconds), start_time and end_time; fields that stand alone here are of
/// type boolean. Networks and patterns are written for PostgreSQL (type inet, operator ~*), the rest is standard SQL.
/// Pure; any thread.
[[nodiscard]] base::Result<Translation> translate(std::string_view expression, FilterDialect dialect);

} // namespace flowscent::hunt
