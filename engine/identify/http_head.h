// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/identify/cursor.h"

namespace flowscent::identify {

/// What the head of an HTTP/1 message (RFC 9112) tells. Raw bytes without surrounding blanks; empty when absent.
struct HttpHead {
    bool request = false;
    std::string host;   ///< of a request: the Host field without its port; without one, the target's
    std::string agent;  ///< of a request: User-Agent
    std::string server; ///< of a response: Server
};

/// Incomplete until the empty line that ends the head; `head` then holds what there is so far. Cost is linear.
[[nodiscard]] Finding parseHttpHead(Bytes stream, HttpHead& head);

} // namespace flowscent::identify
