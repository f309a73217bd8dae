// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include <memory>
#include <vector>

#include "engine/packet/address.h"
#include "ui/session/packet_reader.h"

namespace flowscent::ui {

/// The packets of one flow as read again from the capture, in order of arrival.
class PacketModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Number, Time, Direction, Length, Payload, Flags, Window, ColumnCount };
    enum Role { MarkedRole = Qt::UserRole + 1 }; ///< bool: responsible for the evidence at hand

    using QAbstractTableModel::QAbstractTableModel;

    /// Packets from `client` point outward. Null empties the list.
    void setPackets(std::shared_ptr<const FetchedPackets> packets, const packet::Endpoint& client);
    /// Those that follow the ones at hand; others are passed over.
    void append(std::shared_ptr<const FetchedPackets> packets);
    [[nodiscard]] const FetchedPacket& at(int row) const { return *m_rows[static_cast<std::size_t>(row)]; }
    /// Packets to be marked, by their place in the flow; any order, also such as are not read yet.
    void mark(std::vector<std::uint32_t> packets);
    [[nodiscard]] const std::vector<std::uint32_t>& marked() const { return m_marked; } ///< ascending

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] QString text(int row, int column) const;

    std::vector<std::shared_ptr<const FetchedPackets>> m_pages; ///< own what the rows point to
    std::vector<const FetchedPacket*> m_rows;
    std::vector<std::uint32_t> m_marked;
    packet::Endpoint m_client;
};

} // namespace flowscent::ui
