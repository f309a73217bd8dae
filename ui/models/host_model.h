// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/summary_model.h"

namespace flowscent::ui {

/// One row per address that has a flow among those that pass the query.
class HostModel : public SummaryModel {
    Q_OBJECT

public:
    enum Columns {
        Address,
        Names,
        Alarms,
        BestScore,
        AsClient,
        AsServer,
        PeerCount,
        BytesSent,
        BytesReceived,
        FirstSeen,
        LastSeen,
        Labels,
        ColumnCount
    };

    explicit HostModel(QObject* parent = nullptr);

protected:
    [[nodiscard]] std::span<const Column> columns() const override;
    [[nodiscard]] std::size_t items(const PeersAnswer& answer) const override;
    [[nodiscard]] const PeerMarks& marksOf(std::uint32_t item) const override;
    [[nodiscard]] Seen seenOf(std::uint32_t item) const override;
    [[nodiscard]] QString textOf(std::uint32_t item, int column) const override;
    [[nodiscard]] QString toolTipOf(std::uint32_t item, int column) const override;
    [[nodiscard]] SortKey sortKeyOf(std::uint32_t item, int column) const override;
    [[nodiscard]] QString keyText(std::uint32_t item) const override;
    [[nodiscard]] QString expressionOf(std::uint32_t item) const override;
    [[nodiscard]] const flow::RowLists& lists(const PeersAnswer& answer) const override;
};

} // namespace flowscent::ui
