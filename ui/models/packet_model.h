// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include <memory>

#include "engine/packet/address.h"
#include "ui/session/packet_reader.h"

namespace flowscent::ui {

/// The packets of one flow as read again from the capture, in order of arrival.
class PacketModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Number, Time, Direction, Length, Payload, Flags, Window, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    /// Packets from `client` point outward. Null empties the list.
    void setPackets(std::shared_ptr<const FetchedPackets> packets, const packet::Endpoint& client);
    [[nodiscard]] const FetchedPacket& at(int row) const { return m_packets->packets[static_cast<std::size_t>(row)]; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] QString text(int row, int column) const;

    std::shared_ptr<const FetchedPackets> m_packets;
    packet::Endpoint m_client;
};

} // namespace flowscent::ui
