// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/identify/cursor.h"

namespace flowscent::identify {

/// The first question of a DNS message (RFC 1035, section 4.1).
struct DnsQuestion {
    std::string name; ///< labels joined by full stops; a stop within a label is "\."; "." for the root. Any bytes.
    std::uint16_t type = 0;
    bool response = false;
};

/// `anyPort`: nothing but the bytes suggests DNS, so the message must be one in every respect: a plain query of one
/// question, or its answer.
[[nodiscard]] Finding parseDnsMessage(Bytes message, bool anyPort, DnsQuestion& question);

/// The same behind the two bytes of length that TCP wants (section 4.2.2).
[[nodiscard]] Finding parseDnsStream(Bytes stream, DnsQuestion& question);

} // namespace flowscent::identify
