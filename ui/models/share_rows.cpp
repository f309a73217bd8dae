// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/share_rows.h"

#include "engine/base/csv.h"
#include "ui/models/flow_text.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <numeric>

namespace flowscent::ui {

namespace {

using flow::ShareBy;

QString translated(const char* text)
{
    return QCoreApplication::translate("flowscent", text);
}

/// As the filter language reads it: a backslash stands for itself, but before a quote.
QString quoted(const QString& text)
{
    QString escaped = text;
    escaped.replace(QLatin1Char('"'), QStringLiteral("\\\""));
    return QLatin1Char('"') + escaped + QLatin1Char('"');
}

/// "unknown" is what has no name: nothing asks for it but that all of them are told.
ShareRow namedRow(const SharesAnswer& answer, const flow::Share& share, const char* field)
{
    const QString name = toQString(answer.table->text(identify::NameId(share.key)));
    if (share.key == 0 || name.isEmpty())
        return {translated("unknown"), share.amount, QStringLiteral("!%1").arg(QLatin1String(field))};
    return {name, share.amount, QStringLiteral("%1 == %2").arg(QLatin1String(field), quoted(name))};
}

ShareRow serviceRow(const flow::Share& share)
{
    const auto protocol = static_cast<std::uint8_t>(share.key >> 16);
    const std::uint32_t port = share.key & 0xffff;
    const QString name = toQString(flow::protocolText(protocol));
    if (port == 0)
        return {name, share.amount, QStringLiteral("proto == %1").arg(name)};
    return {QStringLiteral("%1/%2").arg(name).arg(port), share.amount,
            QStringLiteral("proto == %1 && port.dst == %2").arg(name).arg(port)};
}

ShareRow durationRow(const flow::Share& share)
{
    static constexpr std::array<const char*, 8> names{"below 1 ms", "1 to 10 ms", "10 to 100 ms", "0.1 to 1 s",
                                                      "1 to 10 s",  "10 to 60 s", "1 min to 1 h", "1 h and more"};
    QStringList conditions;
    if (share.key > 0)
        conditions << QStringLiteral("dur >= %1").arg(flow::durationEdges[share.key - 1]);
    if (share.key < flow::durationEdges.size())
        conditions << QStringLiteral("dur < %1").arg(flow::durationEdges[share.key]);
    return {translated(names[share.key]), share.amount, conditions.join(QStringLiteral(" && "))};
}

ShareRow rowOf(const SharesAnswer& answer, const flow::Share& share, ShareBy by)
{
    switch (by) {
    case ShareBy::Protocol: {
        const QString name = toQString(flow::protocolText(static_cast<std::uint8_t>(share.key)));
        return {name, share.amount, QStringLiteral("proto == %1").arg(name)};
    }
    case ShareBy::Application:
        return namedRow(answer, share, "app");
    case ShareBy::Category:
        return namedRow(answer, share, "category");
    case ShareBy::Service:
        return serviceRow(share);
    case ShareBy::State: {
        const auto state = static_cast<flow::TcpState>(share.key);
        return {stateMeaning(state), share.amount, QStringLiteral("state == %1").arg(toQString(flow::text(state)))};
    }
    case ShareBy::Duration:
        return durationRow(share);
    }
    return {};
}

/// The first `most` of `size` things by amount, greatest first, and the sum of the rest. Amounts of nothing are left
/// out.
template <class AmountOf, class RowOf>
std::vector<ShareRow> greatest(std::size_t size, ShareMeasure measure, std::size_t most, const AmountOf& amountOf,
                               const RowOf& makeRow)
{
    std::vector<std::uint32_t> order;
    order.reserve(size);
    for (std::uint32_t i = 0; i < size; ++i) {
        if (amountOf(i).flows > 0)
            order.push_back(i);
    }
    const auto middle = order.begin() + static_cast<std::ptrdiff_t>(std::min(most, order.size()));
    std::ranges::partial_sort(order, middle, [&](std::uint32_t a, std::uint32_t b) {
        const std::uint64_t first = valueOf(amountOf(a), measure);
        const std::uint64_t second = valueOf(amountOf(b), measure);
        return first != second ? first > second : a < b;
    });
    std::vector<ShareRow> rows;
    for (auto at = order.begin(); at != middle; ++at)
        rows.push_back(makeRow(*at));
    if (middle != order.end()) {
        ShareRow rest{translated("%1 others").arg(countText(static_cast<std::uint64_t>(order.end() - middle))), {}, {}};
        for (auto at = middle; at != order.end(); ++at)
            rest.amount += amountOf(*at);
        rows.push_back(std::move(rest));
    }
    return rows;
}

std::vector<ShareRow> kindRows(const SharesAnswer& answer, ShareBy by, ShareMeasure measure, std::size_t most)
{
    const auto& shares = answer.shares[static_cast<std::size_t>(by)];
    if (by != ShareBy::Duration)
        return greatest(
            shares.size(), measure, most, [&](std::uint32_t i) -> const flow::Amount& { return shares[i].amount; },
            [&](std::uint32_t i) { return rowOf(answer, shares[i], by); });
    std::vector<ShareRow> rows;
    for (const flow::Share& share : shares)
        rows.push_back(rowOf(answer, share, by));
    return rows;
}

std::vector<ShareRow> talkerRows(const flow::Peers& peers, ShareTopic topic, ShareMeasure measure, std::size_t most)
{
    const auto address = [&](std::uint32_t host) { return toQString(packet::text(peers.hosts[host].address)); };
    if (topic == ShareTopic::Pairs)
        return greatest(
            peers.conversations.size(), measure, most,
            [&](std::uint32_t i) -> const flow::Amount& { return peers.conversations[i].amount; },
            [&](std::uint32_t i) {
                const flow::Conversation& talk = peers.conversations[i];
                const QString a = address(talk.a);
                const QString b = address(talk.b);
                return ShareRow{QStringLiteral("%1 – %2").arg(a, b), talk.amount,
                                talk.a == talk.b ? QStringLiteral("ip.src == %1 && ip.dst == %1").arg(a)
                                                 : QStringLiteral("ip.addr == %1 && ip.addr == %2").arg(a, b)};
            });
    const bool sources = topic == ShareTopic::Sources;
    const auto amount = [&](std::uint32_t i) -> const flow::Amount& {
        return sources ? peers.hosts[i].asClient : peers.hosts[i].asServer;
    };
    return greatest(peers.hosts.size(), measure, most, amount, [&](std::uint32_t i) {
        return ShareRow{
            address(i), amount(i),
            QStringLiteral("%1 == %2").arg(sources ? QStringLiteral("ip.src") : QStringLiteral("ip.dst"), address(i))};
    });
}

} // namespace

std::uint64_t valueOf(const flow::Amount& amount, ShareMeasure measure)
{
    switch (measure) {
    case ShareMeasure::Flows:
        return amount.flows;
    case ShareMeasure::Packets:
        return amount.packets;
    case ShareMeasure::Bytes:
        break;
    }
    return amount.bytes;
}

QString valueText(std::uint64_t value, ShareMeasure measure)
{
    return measure == ShareMeasure::Bytes ? bytesText(value) : countText(value);
}

QString topicText(ShareTopic topic)
{
    static constexpr std::array<const char*, static_cast<std::size_t>(ShareTopic::Count)> texts{
        "Protocols", "Applications", "Services",         "Categories", "TCP states",
        "Durations", "Top sources",  "Top destinations", "Top pairs"};
    return translated(texts[static_cast<std::size_t>(topic)]);
}

std::vector<ShareRow> shareRows(const SharesAnswer& answer, ShareTopic topic, ShareMeasure measure, std::size_t most)
{
    switch (topic) {
    case ShareTopic::Protocols:
        return kindRows(answer, ShareBy::Protocol, measure, most);
    case ShareTopic::Applications:
        return kindRows(answer, ShareBy::Application, measure, most);
    case ShareTopic::Services:
        return kindRows(answer, ShareBy::Service, measure, most);
    case ShareTopic::Categories:
        return kindRows(answer, ShareBy::Category, measure, most);
    case ShareTopic::States:
        return kindRows(answer, ShareBy::State, measure, most);
    case ShareTopic::Durations:
        return kindRows(answer, ShareBy::Duration, measure, most);
    case ShareTopic::Sources:
    case ShareTopic::Destinations:
    case ShareTopic::Pairs:
        return talkerRows(*answer.peers, topic, measure, most);
    case ShareTopic::Count:
        break;
    }
    return {};
}

QString sharesCsv(const SharesAnswer& answer, ShareMeasure measure, std::size_t most)
{
    QString csv = QStringLiteral("topic,name,flows,packets,bytes,flows_percent,packets_percent,bytes_percent\r\n");
    const auto field = [](const QString& text) { return toQString(base::csvField(text.toStdString())); };
    const auto percent = [](std::uint64_t part, std::uint64_t all) {
        return QString::number(all == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(all), 'f', 3);
    };
    for (std::size_t topic = 0; topic < static_cast<std::size_t>(ShareTopic::Count); ++topic) {
        for (const ShareRow& row : shareRows(answer, static_cast<ShareTopic>(topic), measure, most)) {
            QStringList fields{field(topicText(static_cast<ShareTopic>(topic))), field(row.name)};
            for (const ShareMeasure each : {ShareMeasure::Flows, ShareMeasure::Packets, ShareMeasure::Bytes})
                fields << QString::number(valueOf(row.amount, each));
            for (const ShareMeasure each : {ShareMeasure::Flows, ShareMeasure::Packets, ShareMeasure::Bytes})
                fields << percent(valueOf(row.amount, each), valueOf(answer.total, each));
            csv += fields.join(QLatin1Char(',')) + QStringLiteral("\r\n");
        }
    }
    return csv;
}

} // namespace flowscent::ui
