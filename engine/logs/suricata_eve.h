// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/logs/json_line.h"
#include "engine/logs/parsed_line.h"

namespace flowscent::logs {

/// Suricata's EVE JSON (https://docs.suricata.io, "Eve JSON Format"): events of type "flow"; others are counted as
/// such. Of a member that comes twice the last counts. Not thread-safe.
class SuricataEve {
public:
    [[nodiscard]] ParsedLine parse(const Line& line);

private:
    JsonLine m_json;
};

} // namespace flowscent::logs
