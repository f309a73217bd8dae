// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "engine/base/error.h"
#include "engine/flow/flow_table.h"
#include "engine/hunt/support_set.h"

/// The words and numbers that people read: written once, used by every model and panel.
namespace flowscent::ui {

[[nodiscard]] QString toQString(std::string_view text);
/// "84 211": digits in threes, apart by a space that does not break.
[[nodiscard]] QString countText(std::uint64_t count);
/// "1.2 MB": at most four digits, in thousands as the filter language counts; "912 B" below them.
[[nodiscard]] QString bytesText(std::uint64_t bytes);
/// "84 211 flows", "1 flow".
[[nodiscard]] QString flowsText(std::uint64_t count);
/// "0.934", empty while unscored.
[[nodiscard]] QString scoreText(float score);
[[nodiscard]] QString changeText(float change); ///< "+0.120"
/// "2014-04-28 02:34:16.898"
[[nodiscard]] QString dateTimeText(base::Nanoseconds time);
[[nodiscard]] QString dayText(base::Nanoseconds time);  ///< "27 Nov", of this year; else "27 Nov 2025"; local time
[[nodiscard]] QString timeText(base::Nanoseconds time); ///< "02:34:16.898"
[[nodiscard]] QString durationText(double seconds);     ///< "0.004 s"
[[nodiscard]] QString labelText(hunt::Label label);     ///< "threat"; empty without one
/// "SF: complete, closed by both sides"
[[nodiscard]] QString stateMeaning(flow::TcpState state);
[[nodiscard]] QString endMeaning(flow::FlowEnd end);
/// "This flow was imported from Zeek's conn.log: its packets are not in this capture."
[[nodiscard]] QString withoutPacketsText(flow::Origin origin);
/// "10.0.0.5:49152", "[fe80::1]:53"
[[nodiscard]] QString endpointText(const packet::Endpoint& end);
/// "10.0.0.5 → 10.0.0.9:443 tcp"
[[nodiscard]] QString flowText(const flow::FlowTable& table, flow::FlowId flow);

} // namespace flowscent::ui
