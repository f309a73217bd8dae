// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <vector>

#include "ui/session/overview.h"

namespace flowscent::ui {

enum class ShareMeasure : std::uint8_t { Flows, Packets, Bytes };
[[nodiscard]] std::uint64_t valueOf(const flow::Amount& amount, ShareMeasure measure);
/// "1 284", "1.2 MB".
[[nodiscard]] QString valueText(std::uint64_t value, ShareMeasure measure);

/// What statistics are about.
enum class ShareTopic : std::uint8_t {
    Protocols,
    Applications,
    Services,
    Categories,
    States,
    Durations,
    Sources,
    Destinations,
    Pairs,
    Count
};
[[nodiscard]] QString topicText(ShareTopic topic);

struct ShareRow {
    QString name;
    flow::Amount amount;
    QString expression; ///< in the filter language; empty where there is none
};

/// The greatest by the measure, at most `most` of them, and what all the others come to in one row more. Durations
/// stand in their order.
[[nodiscard]] std::vector<ShareRow> shareRows(const SharesAnswer& answer, ShareTopic topic, ShareMeasure measure,
                                              std::size_t most);

/// RFC 4180: topic, name, flows, packets, bytes, share of each; every topic, `most` rows and the rest.
[[nodiscard]] QString sharesCsv(const SharesAnswer& answer, ShareMeasure measure, std::size_t most);

} // namespace flowscent::ui
