// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/packet_model.h"

#include "ui/models/flow_text.h"

#include <algorithm>
#include <array>

namespace flowscent::ui {

namespace {

QString flagsText(std::uint8_t flags)
{
    static constexpr std::array<const char*, 6> names{"FIN", "SYN", "RST", "PSH", "ACK", "URG"};
    QStringList set;
    for (std::size_t bit = 0; bit < names.size(); ++bit) {
        if ((flags >> bit & 1U) != 0)
            set << QString::fromLatin1(names[bit]);
    }
    return set.join(QLatin1Char(' '));
}

} // namespace

void PacketModel::setPackets(std::shared_ptr<const FetchedPackets> packets, const packet::Endpoint& client)
{
    beginResetModel();
    m_rows.clear();
    m_pages.clear();
    m_marked.clear();
    m_client = client;
    if (packets) {
        for (const FetchedPacket& packet : packets->packets)
            m_rows.push_back(&packet);
        m_pages.push_back(std::move(packets));
    }
    endResetModel();
}

void PacketModel::append(std::shared_ptr<const FetchedPackets> packets)
{
    if (!packets || packets->packets.empty() || packets->first != m_rows.size())
        return;
    const int first = rowCount();
    beginInsertRows({}, first, first + static_cast<int>(packets->packets.size()) - 1);
    for (const FetchedPacket& packet : packets->packets)
        m_rows.push_back(&packet);
    m_pages.push_back(std::move(packets));
    endInsertRows();
}

void PacketModel::mark(std::vector<std::uint32_t> packets)
{
    std::ranges::sort(packets);
    m_marked = std::move(packets);
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

int PacketModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int PacketModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant PacketModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    static constexpr std::array<const char*, ColumnCount> headings{"No.",     "Time [s]", "",      "Length",
                                                                   "Payload", "Flags",    "Window"};
    static constexpr std::array<const char*, ColumnCount> explanations{
        "Place in the flow",
        "Seconds since the flow's first packet",
        "→ from the source, ← from the destination",
        "Bytes on the wire",
        "Bytes of transport payload",
        "TCP flags",
        "TCP window as in the header, unscaled",
    };
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == Qt::DisplayRole)
        return tr(headings[static_cast<std::size_t>(section)]);
    if (role == Qt::ToolTipRole)
        return tr(explanations[static_cast<std::size_t>(section)]);
    return {};
}

QVariant PacketModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
        return text(index.row(), index.column());
    case MarkedRole:
        return std::ranges::binary_search(m_marked, static_cast<std::uint32_t>(index.row()));
    case Qt::TextAlignmentRole: {
        const bool words = index.column() == Flags || index.column() == Direction;
        return QVariant::fromValue((words ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    }
    default:
        return {};
    }
}

QString PacketModel::text(int row, int column) const
{
    const FetchedPacket& packet = at(row);
    const auto& headers = packet.decoded.headers;
    const bool tcp = headers && headers->protocol == static_cast<std::uint8_t>(packet::Protocol::Tcp);
    switch (column) {
    case Number: {
        const bool marked = std::ranges::binary_search(m_marked, static_cast<std::uint32_t>(row));
        return (marked ? QStringLiteral("▶ ") : QString()) + QString::number(row + 1);
    }
    case Time:
        return QString::number(static_cast<double>(packet.stored.time - at(0).stored.time) / 1e9, 'f', 6);
    case Direction:
        return !headers ? QString() : headers->source == m_client ? QStringLiteral("→") : QStringLiteral("←");
    case Length:
        return countText(packet.stored.originalLength);
    case Payload:
        return headers ? countText(headers->payloadLength) : QString();
    case Flags:
        return tcp       ? flagsText(headers->tcpFlags)
               : headers ? QString()
                         : toQString(packet::text(packet.decoded.skipped));
    case Window:
        return tcp ? QString::number(headers->tcpWindow) : QString();
    default:
        return {};
    }
}

} // namespace flowscent::ui
