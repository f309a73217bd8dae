// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/logs/zeek_json.h"

namespace flowscent::logs {

using flow::LineFault;

ParsedLine ZeekJson::parse(const Line& line)
{
    if (line.text.empty())
        return NoEvent{};
    ConnRow row;
    bool otherPath = false;
    const bool whole =
        m_json.parse(line.text, [&](std::string_view inside, std::string_view name, const FieldValue& value) {
            if (!inside.empty())
                return;
            if (name == "_path")
                otherPath = textOf(value) != "conn";
            if (const auto field = connField(name))
                row.set(*field, value);
        });
    if (!whole)
        return line.ended ? LineFault::Malformed : LineFault::CutOff;
    // Every log of Zeek has the ends; only that of connections says how they went.
    if (otherPath || (!row[ConnField::State] && !row[ConnField::OriginatorPackets]))
        return OtherEvent{};
    return flowOf(row);
}

} // namespace flowscent::logs
