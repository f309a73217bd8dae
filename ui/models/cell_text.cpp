// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/cell_text.h"

#include "engine/flow/community_id.h"
#include "ui/models/flow_text.h"
#include "ui/models/identity_text.h"
#include "ui/models/judgement_text.h"

#include <QCoreApplication>
#include <QFileInfo>

namespace flowscent::ui {

namespace {

using flow::inward;
using flow::outward;

QString tr(const char* text)
{
    return QCoreApplication::translate("FlowTableModel", text);
}

QString nothing()
{
    return QStringLiteral("–");
}

double pValue(const FlowFacts& facts, std::uint32_t flow)
{
    const Judgements* known = facts.judged(flow);
    return known != nullptr ? known->pValue(flow::FlowId(flow)) : std::numeric_limits<double>::quiet_NaN();
}

QString gapText(const FlowFacts& facts, FlowColumn column, std::uint32_t flow)
{
    const flow::Sums gaps = facts.table->statistics(flow::FlowId(flow)).allGaps;
    if (gaps.count == 0)
        return {};
    return durationText(column == FlowColumn::GapMean ? gaps.mean() : gaps.deviation());
}

QString fileText(const FlowFacts& facts, std::uint32_t flow)
{
    const auto places = facts.table->places(flow::FlowId(flow));
    return places.empty() ? QString() : QFileInfo(facts.files.value(static_cast<int>(places.front().file))).fileName();
}

QString rankText(const FlowFacts& facts, std::uint32_t flow)
{
    const auto& scores = facts.scores;
    return scores && flow < scores->ranks.size() && scores->ranks[flow] > 0 ? countText(scores->ranks[flow])
                                                                            : QString();
}

QString noScore(const FlowFacts& facts, std::uint32_t flow)
{
    return tr("No score. %1").arg(withoutPacketsText(facts.table->origin[flow]));
}

QString verdictToolTip(const FlowFacts& facts, std::uint32_t flow)
{
    const Judgements* known = facts.judged(flow);
    if (known == nullptr)
        return tr("Threat when the score lies at or above the detector's line.");
    if (const QString doubt = doubtText(static_cast<detect::Doubt>(known->doubts[flow])); !doubt.isEmpty())
        return tr("Unsure: %1.").arg(doubt);
    return tr("The line lies at a score of %1.").arg(scoreText(static_cast<float>(known->line.score)));
}

QString scoreToolTip(const FlowFacts& facts, FlowColumn column, std::uint32_t flow)
{
    if (!facts.table->hasPackets(flow::FlowId(flow)))
        return noScore(facts, flow);
    switch (column) {
    case FlowColumn::Verdict:
        return verdictToolTip(facts, flow);
    case FlowColumn::OneInN: {
        const double p = pValue(facts, flow);
        return std::isnan(p) ? QString() : tr("p = %1").arg(p, 0, 'g', 6);
    }
    case FlowColumn::Score:
    case FlowColumn::KeptScore: {
        const float score = column == FlowColumn::Score ? facts.score(flow) : facts.keptScore(flow);
        return std::isnan(score)
                   ? QString()
                   : tr("%1. It ranks: it is no probability of guilt.").arg(static_cast<double>(score), 0, 'g', 9);
    }
    default:
        return {};
    }
}

QString bytesToolTip(const FlowFacts& facts, std::uint64_t bytes, std::uint32_t flow)
{
    return facts.table->origin[flow] == flow::Origin::ZeekLog
               ? tr("Bytes of IP datagrams: Zeek's log does not count the frames around them.")
               : tr("%1 bytes").arg(bytes);
}

} // namespace

QString verdictText(std::uint8_t verdict)
{
    switch (verdict) {
    case static_cast<std::uint8_t>(detect::Judgement::Normal):
        return tr("normal");
    case static_cast<std::uint8_t>(detect::Judgement::Unsure):
        return tr("unsure");
    case static_cast<std::uint8_t>(detect::Judgement::Threat):
        return tr("threat");
    default:
        return nothing();
    }
}

QString oneInText(double p)
{
    if (std::isnan(p) || p <= 0)
        return {};
    return tr("1 in %1").arg(countText(static_cast<std::uint64_t>(std::llround(1 / p))));
}

QString cellText(const FlowFacts& facts, FlowColumn column, std::uint32_t flow)
{
    const flow::FlowTable& table = *facts.table;
    const flow::FlowId id(flow);
    switch (column) {
    case FlowColumn::Label: // an example of another threat than the active one is called after its own
        return facts.marks && facts.marks->mark(id).label != hunt::Label::None ? toQString(facts.marks->words(id))
                                                                               : labelText(facts.support.label(id));
    case FlowColumn::Verdict:
        return verdictText(facts.verdict(flow));
    case FlowColumn::Score:
        return scoreText(facts.score(flow));
    case FlowColumn::Rank:
        return rankText(facts, flow);
    case FlowColumn::OneInN:
        return oneInText(pValue(facts, flow));
    case FlowColumn::KeptScore:
        return scoreText(facts.keptScore(flow));
    case FlowColumn::Change:
        return changeText(facts.score(flow) - facts.keptScore(flow));
    case FlowColumn::Adaptation:
        return std::isnan(facts.score(flow)) ? QString() : QStringLiteral("a%1").arg(facts.scores->revision());
    case FlowColumn::Start:
        return facts.oneDay ? timeText(table.start[flow]) : dateTimeText(table.start[flow]);
    case FlowColumn::Duration:
        return durationText(table.durationSeconds(id));
    case FlowColumn::Source:
        return (table.directionGuessed[flow] != 0 ? QStringLiteral("~ ") : QString()) +
               toQString(packet::text(table.client[flow].address));
    case FlowColumn::SourcePort:
        return QString::number(table.client[flow].port);
    case FlowColumn::Destination:
        return toQString(packet::text(table.server[flow].address));
    case FlowColumn::DestinationPort:
        return QString::number(table.server[flow].port);
    case FlowColumn::Protocol:
        return toQString(flow::protocolText(table.protocol[flow]));
    case FlowColumn::PacketsOut:
        return countText(table.packets[flow][outward]);
    case FlowColumn::PacketsIn:
        return countText(table.packets[flow][inward]);
    case FlowColumn::Packets:
        return countText(table.packets[flow][outward] + table.packets[flow][inward]);
    case FlowColumn::BytesOut:
        return countText(table.bytes[flow][outward]);
    case FlowColumn::BytesIn:
        return countText(table.bytes[flow][inward]);
    case FlowColumn::Bytes:
        return countText(table.bytes[flow][outward] + table.bytes[flow][inward]);
    case FlowColumn::State:
        return toQString(flow::text(table.state[flow]));
    case FlowColumn::GapMean:
    case FlowColumn::GapDeviation:
        return gapText(facts, column, flow);
    case FlowColumn::IcmpErrors:
        return countText(table.icmpErrors[flow].count);
    case FlowColumn::Guessed:
        return table.directionGuessed[flow] != 0 ? tr("guessed") : QString();
    case FlowColumn::Vlan:
        return table.vlan[flow] == 0 ? QString() : QString::number(table.vlan[flow]);
    case FlowColumn::Tunnel:
        return toQString(packet::text(table.tunnel[flow]));
    case FlowColumn::Origin:
        return toQString(flow::text(table.origin[flow]));
    case FlowColumn::File:
        return fileText(facts, flow);
    case FlowColumn::CommunityId:
        return toQString(flow::communityId(table.key(id)));
    case FlowColumn::Application:
    case FlowColumn::Host:
    case FlowColumn::Category:
    case FlowColumn::Alpn:
    case FlowColumn::Agent:
    case FlowColumn::Software:
    case FlowColumn::ClientPrint:
    case FlowColumn::ServerPrint:
    case FlowColumn::Ja4:
    case FlowColumn::Risks:
        return identityText(table, id, column);
    case FlowColumn::Shape:
    case FlowColumn::Count:
        break;
    }
    return {};
}

QString cellToolTip(const FlowFacts& facts, FlowColumn column, std::uint32_t flow)
{
    const flow::FlowTable& table = *facts.table;
    const flow::FlowId id(flow);
    switch (column) {
    case FlowColumn::Label:
        return facts.marks ? toQString(facts.marks->note(id)) : QString();
    case FlowColumn::Start:
        return dateTimeText(table.start[flow]) + QStringLiteral(" UTC");
    case FlowColumn::Duration:
        return tr("%1 s").arg(table.durationSeconds(id), 0, 'f', 9);
    case FlowColumn::State:
        return stateMeaning(table.state[flow]);
    case FlowColumn::Source:
    case FlowColumn::Guessed:
        return table.directionGuessed[flow] != 0 ? tr("Direction guessed: no opening packet was seen.") : QString();
    case FlowColumn::Verdict:
    case FlowColumn::Score:
    case FlowColumn::Rank:
    case FlowColumn::OneInN:
    case FlowColumn::KeptScore:
    case FlowColumn::Change:
        return scoreToolTip(facts, column, flow);
    case FlowColumn::Shape:
        return table.hasPackets(id) ? QString() : withoutPacketsText(table.origin[flow]);
    case FlowColumn::BytesOut:
        return bytesToolTip(facts, table.bytes[flow][outward], flow);
    case FlowColumn::BytesIn:
        return bytesToolTip(facts, table.bytes[flow][inward], flow);
    case FlowColumn::Bytes:
        return bytesToolTip(facts, table.bytes[flow][outward] + table.bytes[flow][inward], flow);
    case FlowColumn::Application:
        return table.identity(id).confidence == identify::Confidence::Port
                   ? tr("Guessed by the port alone: the bytes did not tell.")
                   : QString();
    case FlowColumn::Host:
    case FlowColumn::Agent:
    case FlowColumn::Software:
    case FlowColumn::Alpn:
    case FlowColumn::Risks:
        return cellText(facts, column, flow); // often wider than its column
    case FlowColumn::File: {
        const auto places = table.places(id);
        return places.empty() ? QString() : facts.files.value(static_cast<int>(places.front().file));
    }
    default:
        return {};
    }
}

} // namespace flowscent::ui
