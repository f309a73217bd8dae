// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/conversation_model.h"

#include "ui/models/flow_text.h"

namespace flowscent::ui {

ConversationModel::ConversationModel(QObject* parent)
    : SummaryModel(parent)
{
    setFirstOrder(Flows, Qt::DescendingOrder);
}

std::span<const SummaryModel::Column> ConversationModel::columns() const
{
    static constexpr std::array<Column, ColumnCount> all{{
        {"A", "The host that opened the first of their flows.", "fe80::000:00ff:fe00"},
        {"B", "The other host.", "fe80::000:00ff:fe00"},
        {"Flows", "Flows between them, whoever opened them.", "00 000", true},
        {"Alarms", "Flows between them that are judged a threat.", "0 000", true, Common::Alarms},
        {"Best score", "The highest score among their flows.", "0.000", true, Common::BestScore},
        {"A → B", "Bytes on the wire from A to B.", "000.0 MB", true},
        {"B → A", "Bytes on the wire from B to A.", "000.0 MB", true},
        {"Ports", "Ports of their flows' servers.", "tcp/443, udp/443, …"},
        {"Apps", "Applications, as the flows' first bytes tell.", "TLS.Microsoft, DNS"},
        {"First seen", "Earliest first packet, UTC.", "00:00:00.000", false, Common::FirstSeen},
        {"Last seen", "Latest last packet, UTC.", "00:00:00.000", false, Common::LastSeen},
        {"Labels", "What you said of their flows.", "00 threat, 00 not this", false, Common::Labels},
    }};
    return all;
}

std::size_t ConversationModel::items(const PeersAnswer& answer) const
{
    return answer.peers->conversations.size();
}

const flow::RowLists& ConversationModel::lists(const PeersAnswer& answer) const
{
    return answer.peers->conversationRows;
}

const PeerMarks& ConversationModel::marksOf(std::uint32_t item) const
{
    return answer().conversationMarks[item];
}

SummaryModel::Seen ConversationModel::seenOf(std::uint32_t item) const
{
    const auto& one = answer().peers->conversations[item];
    return {one.first, one.last};
}

QString ConversationModel::keyText(std::uint32_t item) const
{
    const flow::Conversation& talk = answer().peers->conversations[item];
    return addressText(talk.a) + QLatin1Char(' ') + addressText(talk.b);
}

/// Where a host speaks with itself, one condition would find all its flows.
QString ConversationModel::expressionOf(std::uint32_t item) const
{
    const flow::Conversation& talk = answer().peers->conversations[item];
    const QString a = addressText(talk.a);
    return talk.a == talk.b ? QStringLiteral("ip.src == %1 && ip.dst == %1").arg(a)
                            : QStringLiteral("ip.addr == %1 && ip.addr == %2").arg(a, addressText(talk.b));
}

QString ConversationModel::portsText(const flow::Conversation& talk)
{
    QStringList texts;
    for (const flow::ServerPort& port : talk.ports.all()) {
        const QString protocol = toQString(flow::protocolText(port.protocol));
        texts << (port.port == 0 ? protocol : QStringLiteral("%1/%2").arg(protocol).arg(port.port));
    }
    return texts.join(QStringLiteral(", ")) + (talk.ports.more ? QStringLiteral(", …") : QString());
}

QString ConversationModel::textOf(std::uint32_t item, int column) const
{
    const flow::Conversation& talk = answer().peers->conversations[item];
    switch (column) {
    case EndA:
        return addressText(talk.a);
    case EndB:
        return addressText(talk.b);
    case Flows:
        return countText(talk.amount.flows);
    case BytesThere:
        return bytesText(talk.bytes[0]);
    case BytesBack:
        return bytesText(talk.bytes[1]);
    case Ports:
        return portsText(talk);
    case Applications:
        return namesText(talk.applications.all(), talk.applications.more);
    default:
        return {};
    }
}

QString ConversationModel::toolTipOf(std::uint32_t item, int column) const
{
    const flow::Conversation& talk = answer().peers->conversations[item];
    const auto amount = [&](std::size_t way) {
        return tr("%1 bytes in packets: %2").arg(countText(talk.bytes[way]), countText(talk.packets[way]));
    };
    switch (column) {
    case BytesThere:
        return amount(0);
    case BytesBack:
        return amount(1);
    case EndA:
    case EndB:
    case Ports:
    case Applications:
        return textOf(item, column); // often wider than its column
    default:
        return {};
    }
}

SummaryModel::SortKey ConversationModel::sortKeyOf(std::uint32_t item, int column) const
{
    const flow::Conversation& talk = answer().peers->conversations[item];
    switch (column) {
    case EndB:
        return keyOf(answer().peers->hosts[talk.b].address);
    case Flows:
        return keyOf(talk.amount.flows);
    case BytesThere:
        return keyOf(talk.bytes[0]);
    case BytesBack:
        return keyOf(talk.bytes[1]);
    case Ports: {
        const auto ports = talk.ports.all();
        return ports.empty() ? SortKey{} : SortKey{.number = {ports[0].protocol, ports[0].port}, .text = {}};
    }
    case Applications:
        return keyOfNames(talk.applications.all());
    default:
        return keyOf(answer().peers->hosts[talk.a].address);
    }
}

} // namespace flowscent::ui
