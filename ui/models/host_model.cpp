// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/host_model.h"

#include "ui/models/flow_text.h"

namespace flowscent::ui {

HostModel::HostModel(QObject* parent)
    : SummaryModel(parent)
{
    setFirstOrder(AsClient, Qt::DescendingOrder);
}

std::span<const SummaryModel::Column> HostModel::columns() const
{
    static constexpr std::array<Column, ColumnCount> all{{
        {"Address", "The host.", "fe80::000:00ff:fe00:000"},
        {"Names", "What others called it: TLS server names and HTTP hosts of flows to it.", "updates.example.org"},
        {"Alarms", "Its flows that are judged a threat.", "0 000", true, Common::Alarms},
        {"Best score", "The highest score among its flows.", "0.000", true, Common::BestScore},
        {"As client", "Flows that it opened.", "00 000", true},
        {"As server", "Flows that others opened to it.", "00 000", true},
        {"Peers", "Different hosts that it spoke with.", "0 000", true},
        {"Sent", "Bytes on the wire from it.", "000.0 MB", true},
        {"Received", "Bytes on the wire to it.", "000.0 MB", true},
        {"First seen", "Earliest first packet of its flows, UTC.", "00:00:00.000", false, Common::FirstSeen},
        {"Last seen", "Latest last packet of its flows, UTC.", "00:00:00.000", false, Common::LastSeen},
        {"Labels", "What you said of its flows.", "00 threat, 00 not this", false, Common::Labels},
    }};
    return all;
}

std::size_t HostModel::items(const PeersAnswer& answer) const
{
    return answer.peers->hosts.size();
}

const flow::RowLists& HostModel::lists(const PeersAnswer& answer) const
{
    return answer.peers->hostRows;
}

const PeerMarks& HostModel::marksOf(std::uint32_t item) const
{
    return answer().hostMarks[item];
}

SummaryModel::Seen HostModel::seenOf(std::uint32_t item) const
{
    const auto& one = answer().peers->hosts[item];
    return {one.first, one.last};
}

QString HostModel::keyText(std::uint32_t item) const
{
    return addressText(item);
}

QString HostModel::expressionOf(std::uint32_t item) const
{
    return QStringLiteral("ip.addr == %1").arg(addressText(item));
}

QString HostModel::textOf(std::uint32_t item, int column) const
{
    const flow::Host& host = answer().peers->hosts[item];
    switch (column) {
    case Address:
        return addressText(item);
    case Names:
        return namesText(host.names.all(), host.names.more);
    case AsClient:
        return countText(host.asClient.flows);
    case AsServer:
        return countText(host.asServer.flows);
    case PeerCount:
        return countText(host.peers);
    case BytesSent:
        return bytesText(host.bytesSent);
    case BytesReceived:
        return bytesText(host.bytesReceived);
    default:
        return {};
    }
}

QString HostModel::toolTipOf(std::uint32_t item, int column) const
{
    const flow::Host& host = answer().peers->hosts[item];
    switch (column) {
    case Address:
    case Names:
        return textOf(item, column); // often wider than its column
    case BytesSent:
        return tr("%1 bytes").arg(countText(host.bytesSent));
    case BytesReceived:
        return tr("%1 bytes").arg(countText(host.bytesReceived));
    default:
        return {};
    }
}

SummaryModel::SortKey HostModel::sortKeyOf(std::uint32_t item, int column) const
{
    const flow::Host& host = answer().peers->hosts[item];
    switch (column) {
    case Names:
        return keyOfNames(host.names.all());
    case AsClient:
        return keyOf(host.asClient.flows);
    case AsServer:
        return keyOf(host.asServer.flows);
    case PeerCount:
        return keyOf(std::uint64_t{host.peers});
    case BytesSent:
        return keyOf(host.bytesSent);
    case BytesReceived:
        return keyOf(host.bytesReceived);
    default:
        return keyOf(host.address);
    }
}

} // namespace flowscent::ui
