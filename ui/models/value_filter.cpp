// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/value_filter.h"

#include "engine/flow/community_id.h"
#include "ui/models/flow_columns.h"
#include "ui/models/flow_text.h"

#include <QStringList>

#include <cctype>
#include <limits>

namespace flowscent::ui {

namespace {

using flow::inward;
using flow::outward;
using identify::Identity;

/// In a quoted text a backslash stands for itself unless a quote follows.
QString quoted(std::string_view text)
{
    QString inside = toQString(text);
    return QLatin1Char('"') + inside.replace(QLatin1Char('"'), QStringLiteral("\\\"")) + QLatin1Char('"');
}

/// A pattern for exactly this text, in which no backslash comes before a quote.
QString pattern(std::string_view text)
{
    QString made;
    for (const char sign : text) {
        if (sign == '\\')
            made += QStringLiteral("[\\\\]");
        else if (sign == '"')
            made += QStringLiteral("\\\"");
        else if (sign == '^')
            made += QStringLiteral("\\^"); // in brackets it would mean "none of"
        else if (std::ispunct(static_cast<unsigned char>(sign)) != 0)
            made += QStringLiteral("[%1]").arg(QLatin1Char(sign));
        else
            made += QLatin1Char(sign);
    }
    return QStringLiteral("\"^%1$\"").arg(made);
}

ValueFilter both(const QString& same, const QString& other)
{
    return {same, other, {}, {}};
}

ValueFilter presence(const QString& field, bool present)
{
    return present ? both(field, QLatin1Char('!') + field) : both(QLatin1Char('!') + field, field);
}

ValueFilter text(const QString& field, std::string_view value)
{
    if (value.empty())
        return presence(field, false);
    // A backslash at the end would take the closing quote with it.
    const QString same = value.ends_with('\\') ? field + QStringLiteral(" matches ") + pattern(value)
                                               : field + QStringLiteral(" == ") + quoted(value);
    return both(same, QStringLiteral("!(%1)").arg(same));
}

ValueFilter number(const QString& field, const QString& value)
{
    return {QStringLiteral("%1 == %2").arg(field, value), QStringLiteral("!(%1 == %2)").arg(field, value),
            QStringLiteral("%1 >= %2").arg(field, value), QStringLiteral("%1 <= %2").arg(field, value)};
}

ValueFilter count(const QString& field, std::uint64_t value)
{
    return number(field, QString::number(value));
}

/// All digits that the number has, so that == finds the flow again.
ValueFilter decimal(const QString& field, double value)
{
    return std::isnan(value) ? presence(field, false) : number(field, QString::number(value, 'g', 17));
}

ValueFilter codeWord(const QString& field, std::string_view value)
{
    if (value.empty())
        return presence(field, false);
    const QString same = QStringLiteral("%1 == %2").arg(field, toQString(value));
    return both(same, QStringLiteral("!(%1)").arg(same));
}

ValueFilter address(const QString& field, const packet::IpAddress& value)
{
    const QString same = QStringLiteral("%1 == %2").arg(field, toQString(packet::text(value)));
    return both(same, QStringLiteral("!(%1)").arg(same));
}

/// The language reads times to the second, so a time is the second that it lies in.
ValueFilter second(base::Nanoseconds time)
{
    if (time < 0 || time > std::numeric_limits<base::Nanoseconds>::max() - base::nanosecondsPerSecond)
        return {};
    const base::Nanoseconds from = time - time % base::nanosecondsPerSecond;
    const QString first = dateTimeText(from).left(19);
    const QString next = dateTimeText(from + base::nanosecondsPerSecond).left(19);
    const QString same = QStringLiteral("(start >= \"%1\" && start < \"%2\")").arg(first, next);
    return {same, QLatin1Char('!') + same, QStringLiteral("start >= \"%1\"").arg(first),
            QStringLiteral("start < \"%1\"").arg(next)};
}

ValueFilter risks(const Identity& identity)
{
    if (identity.risks == 0)
        return presence(QStringLiteral("risk"), false);
    QStringList all;
    for (const std::string_view risk : identify::riskTexts(identity.risks))
        all << QStringLiteral("risk == ") + quoted(risk);
    if (all.isEmpty())
        return {};
    const QString same = QStringLiteral("(%1)").arg(all.join(QStringLiteral(" && ")));
    return both(same, QLatin1Char('!') + same);
}

/// Before there are judgements the language knows no verdicts, only alarms.
ValueFilter verdict(const FlowFacts& facts, std::uint32_t flow)
{
    if (const Judgements* known = facts.judged(flow)) {
        const auto said = static_cast<detect::Judgement>(known->verdicts[flow]);
        return codeWord(QStringLiteral("verdict"),
                        known->verdicts[flow] == Judgements::none ? std::string_view() : detect::text(said));
    }
    const std::uint8_t own = facts.verdict(flow);
    if (own == Judgements::none)
        return presence(QStringLiteral("score"), false);
    if (own == static_cast<std::uint8_t>(detect::Judgement::Threat))
        return presence(QStringLiteral("alarm"), true);
    const QString same = QStringLiteral("(score && !alarm)");
    return both(same, QLatin1Char('!') + same);
}

double pValue(const FlowFacts& facts, std::uint32_t flow)
{
    const Judgements* known = facts.judged(flow);
    return known == nullptr ? std::numeric_limits<double>::quiet_NaN() : known->pValue(flow::FlowId(flow));
}

ValueFilter gap(const QString& field, const flow::Sums& gaps, double value)
{
    return gaps.count == 0 ? presence(field, false) : decimal(field, value);
}

ValueFilter file(const QString& field, const FlowFacts& facts, std::uint32_t flow)
{
    const auto places = facts.table->places(flow::FlowId(flow));
    return text(field, places.empty() ? std::string()
                                      : facts.files.value(static_cast<int>(places.front().file)).toStdString());
}

QString printField(const Identity& identity, const char* tls, const char* ssh)
{
    return QLatin1String(identity.ssh() ? ssh : tls);
}

} // namespace

ValueFilter valueFilter(const FlowFacts& facts, FlowColumn column, std::uint32_t flow)
{
    const flow::FlowTable& table = *facts.table;
    const flow::FlowId id(flow);
    const Identity identity = table.identity(id);
    const auto name = [&](identify::NameId value) { return table.text(value); };
    const char* known = columnText(column).field;
    if (known == nullptr)
        return {};
    const QString field = QLatin1String(known);
    switch (column) {
    case FlowColumn::Label: {
        const hunt::Label label = facts.support.label(id);
        return label == hunt::Label::None ? presence(field, false) : text(field, hunt::text(label));
    }
    case FlowColumn::Verdict:
        return verdict(facts, flow);
    case FlowColumn::Score:
        return decimal(field, static_cast<double>(facts.score(flow)));
    case FlowColumn::OneInN:
        return decimal(field, pValue(facts, flow));
    case FlowColumn::Change:
        return decimal(field, static_cast<double>(facts.score(flow)) - static_cast<double>(facts.keptScore(flow)));
    case FlowColumn::Start:
        return second(table.start[flow]);
    case FlowColumn::Duration:
        return decimal(field, table.durationSeconds(id));
    case FlowColumn::Source:
        return address(field, table.client[flow].address);
    case FlowColumn::SourcePort:
        return count(field, table.client[flow].port);
    case FlowColumn::Destination:
        return address(field, table.server[flow].address);
    case FlowColumn::DestinationPort:
        return count(field, table.server[flow].port);
    case FlowColumn::Protocol:
        return codeWord(field, flow::protocolText(table.protocol[flow]));
    case FlowColumn::Application:
        return text(field, name(identity.application));
    case FlowColumn::Host:
        return text(field, name(identity.host));
    case FlowColumn::PacketsOut:
        return count(field, table.packets[flow][outward]);
    case FlowColumn::PacketsIn:
        return count(field, table.packets[flow][inward]);
    case FlowColumn::Packets:
        return count(field, table.packets[flow][outward] + table.packets[flow][inward]);
    case FlowColumn::BytesOut:
        return count(field, table.bytes[flow][outward]);
    case FlowColumn::BytesIn:
        return count(field, table.bytes[flow][inward]);
    case FlowColumn::Bytes:
        return count(field, table.bytes[flow][outward] + table.bytes[flow][inward]);
    case FlowColumn::State:
        return codeWord(field,
                        table.state[flow] == flow::TcpState::None ? std::string_view() : flow::text(table.state[flow]));
    case FlowColumn::GapMean: {
        const flow::Sums gaps = table.statistics(id).allGaps;
        return gap(field, gaps, gaps.mean());
    }
    case FlowColumn::GapDeviation: {
        const flow::Sums gaps = table.statistics(id).allGaps;
        return gap(field, gaps, gaps.deviation());
    }
    case FlowColumn::File:
        return file(field, facts, flow);
    case FlowColumn::IcmpErrors:
        return count(field, table.icmpErrors[flow].count);
    case FlowColumn::Guessed:
        return presence(field, table.directionGuessed[flow] != 0);
    case FlowColumn::Vlan:
        return table.vlan[flow] == 0 ? presence(field, false) : count(field, table.vlan[flow]);
    case FlowColumn::Tunnel:
        return codeWord(field, packet::text(table.tunnel[flow]));
    case FlowColumn::Origin:
        return codeWord(field, flow::text(table.origin[flow]));
    case FlowColumn::CommunityId:
        return text(field, flow::communityId(table.key(id)));
    case FlowColumn::Category:
        return text(field, name(identity.category));
    case FlowColumn::Alpn:
        return text(field, name(identity.alpn));
    case FlowColumn::Agent:
        return text(field, name(identity.agent));
    case FlowColumn::Software:
        return text(field, name(identity.software));
    case FlowColumn::ClientPrint:
        return text(printField(identity, "ja3", "hassh"), name(identity.clientPrint));
    case FlowColumn::ServerPrint:
        return text(printField(identity, "ja3s", "hassh.server"), name(identity.serverPrint));
    case FlowColumn::Ja4:
        return text(field, name(identity.ja4));
    case FlowColumn::Risks:
        return risks(identity);
    default:
        return {};
    }
}

} // namespace flowscent::ui
