// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/logs/json_line.h"
#include "engine/logs/zeek_conn.h"

namespace flowscent::logs {

/// Zeek's JSON lines (LogAscii::use_json), also those of json-streaming-logs, which name the log as "_path". Times are
/// seconds, milliseconds or ISO 8601. Of a member that comes twice the last counts. Not thread-safe.
class ZeekJson {
public:
    [[nodiscard]] ParsedLine parse(const Line& line);

private:
    JsonLine m_json;
};

} // namespace flowscent::logs
