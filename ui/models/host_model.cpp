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
        {"Alarms", "Its flows that are judged a threat.", "0 000", true},
        {"Best score", "The highest score among its flows.", "0.000", true},
        {"As client", "Flows that it opened.", "00 000", true},
        {"As server", "Flows that others opened to it.", "00 000", true},
        {"Peers", "Different hosts that it spoke with.", "0 000", true},
        {"Sent", "Bytes on the wire from it.", "000.0 MB", true},
        {"Received", "Bytes on the wire to it.", "000.0 MB", true},
        {"First seen", "Earliest first packet of its flows, UTC.", "00:00:00.000"},
        {"Last seen", "Latest last packet of its flows, UTC.", "00:00:00.000"},
        {"Labels", "What you said of its flows.", "00 threat, 00 not this"},
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
    const PeerMarks& marks = answer().hostMarks[item];
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
    case FirstSeen:
        return momentText(host.first);
    case LastSeen:
        return momentText(host.last);
    case Alarms:
        return marks.alarms == 0 ? QString() : countText(marks.alarms);
    case BestScore:
        return scoreText(marks.best);
    case Labels:
        return labelsText(marks);
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
    case Labels:
        return textOf(item, column); // often wider than its column
    case BytesSent:
        return tr("%1 bytes").arg(countText(host.bytesSent));
    case BytesReceived:
        return tr("%1 bytes").arg(countText(host.bytesReceived));
    case FirstSeen:
        return dateTimeText(host.first) + QStringLiteral(" UTC");
    case LastSeen:
        return dateTimeText(host.last) + QStringLiteral(" UTC");
    default:
        return {};
    }
}

SummaryModel::SortKey HostModel::sortKeyOf(std::uint32_t item, int column) const
{
    const flow::Host& host = answer().peers->hosts[item];
    const PeerMarks& marks = answer().hostMarks[item];
    switch (column) {
    case Names: {
        const auto names = host.names.all();
        SortKey key = keyOf(names.empty() ? 1U : 0U); // those without come last
        key.text = names.empty() ? std::string_view() : answer().table->text(names.front());
        return key;
    }
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
    case FirstSeen:
        return keyOfTime(host.first);
    case LastSeen:
        return keyOfTime(host.last);
    case Alarms:
        return keyOf(std::uint64_t{marks.alarms});
    case BestScore:
        return keyOfScore(marks.best);
    case Labels:
        return {.number = {marks.threats, marks.counters, marks.unsure}, .text = {}};
    default:
        return keyOf(host.address);
    }
}

} // namespace flowscent::ui
