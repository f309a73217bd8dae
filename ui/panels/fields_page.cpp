// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/fields_page.h"

#include "engine/flow/community_id.h"
#include "ui/models/flow_text.h"
#include "ui/models/identity_text.h"
#include "ui/panels/field_grid.h"
#include "ui/session/session.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QScrollArea>
#include <QVBoxLayout>

namespace flowscent::ui {

namespace {

constexpr int most = 4;         ///< grids beside each other
constexpr int lettersEach = 36; ///< that a grid needs across

using flow::inward;
using flow::outward;

QString bothWays(const QString& out, const QString& in)
{
    return QStringLiteral("→ %1   ← %2").arg(out, in);
}

template <class Number>
QString counts(const std::array<Number, 2>& both)
{
    return bothWays(countText(both[outward]), countText(both[inward]));
}

QString bytesEach(const std::array<flow::Sums, 2>& payload)
{
    const auto one = [](const flow::Sums& sums) {
        return QStringLiteral("%1 ± %2").arg(sums.mean(), 0, 'f', 0).arg(sums.deviation(), 0, 'f', 0);
    };
    return bothWays(one(payload[outward]), one(payload[inward]));
}

QString orDash(const QString& text)
{
    return text.isEmpty() ? QStringLiteral("–") : text;
}

FieldGrid::Fields endFields(const flow::FlowTable& table, flow::FlowId id)
{
    const std::uint32_t row = id.value;
    return {
        {FieldsPage::tr("Source"), endpointText(table.client[row])},
        {FieldsPage::tr("Destination"), endpointText(table.server[row])},
        {FieldsPage::tr("Protocol"), toQString(flow::protocolText(table.protocol[row]))},
        {FieldsPage::tr("Direction"), table.directionGuessed[row] != 0
                                          ? FieldsPage::tr("guessed: no opening packet was seen")
                                          : FieldsPage::tr("as the opening packet says")},
        {FieldsPage::tr("VLAN"), table.vlan[row] == 0 ? QStringLiteral("–") : QString::number(table.vlan[row])},
        {FieldsPage::tr("Tunnel"), orDash(toQString(packet::text(table.tunnel[row])))},
        {FieldsPage::tr("Origin"), toQString(flow::sourceText(table.origin[row]))},
        {FieldsPage::tr("Community ID"), toQString(flow::communityId(table.key(id)))},
    };
}

/// What a log says of volume; the rest takes packets.
FieldGrid::Fields loggedVolumeFields(const flow::FlowTable& table, flow::FlowId id)
{
    const flow::FlowStatistics sums = table.statistics(id);
    const bool zeek = table.origin[id.value] == flow::Origin::ZeekLog;
    const auto payload = [&](std::size_t way) { return countText(static_cast<std::uint64_t>(sums.payload[way].sum)); };
    return {
        {FieldsPage::tr("Packets"), counts(sums.packets)},
        {zeek ? FieldsPage::tr("Bytes of IP datagrams") : FieldsPage::tr("Bytes on the wire"), counts(sums.bytes)},
        {FieldsPage::tr("Payload"),
         zeek ? bothWays(payload(outward), payload(inward)) : FieldsPage::tr("not in the log")},
    };
}

FieldGrid::Fields volumeFields(const flow::FlowTable& table, flow::FlowId id)
{
    if (!table.hasPackets(id))
        return loggedVolumeFields(table, id);
    const flow::FlowStatistics sums = table.statistics(id);
    return {
        {FieldsPage::tr("Packets"), counts(sums.packets)},
        {FieldsPage::tr("Bytes on the wire"), counts(sums.bytes)},
        {FieldsPage::tr("Payload a packet"), bytesEach(sums.payload)},
        {FieldsPage::tr("With payload"), counts(sums.withPayload)},
        {FieldsPage::tr("Turns"), countText(sums.turns)},
        {FieldsPage::tr("Sent again, out of order"),
         QStringLiteral("%1, %2").arg(countText(sums.retransmissions), countText(sums.outOfOrder))},
    };
}

QString icmpErrors(const flow::FlowStatistics& sums)
{
    return sums.icmpErrors == 0 ? QStringLiteral("–")
                                : FieldsPage::tr("%1, the last of type %2 code %3")
                                      .arg(countText(sums.icmpErrors))
                                      .arg(sums.icmpType)
                                      .arg(sums.icmpCode);
}

FieldGrid::Fields courseFields(const flow::FlowTable& table, flow::FlowId id)
{
    const flow::FlowStatistics sums = table.statistics(id);
    const QString gap =
        QStringLiteral("%1 s ± %2 s").arg(sums.allGaps.mean(), 0, 'f', 3).arg(sums.allGaps.deviation(), 0, 'f', 3);
    const QString trip = sums.handshakeRtt < 0
                             ? QStringLiteral("–")
                             : QStringLiteral("%1 ms").arg(static_cast<double>(sums.handshakeRtt) / 1e6, 0, 'f', 3);
    FieldGrid::Fields fields{
        {FieldsPage::tr("First packet"), dateTimeText(table.start[id.value]) + QStringLiteral(" UTC")},
        {FieldsPage::tr("Last packet"), dateTimeText(table.last[id.value]) + QStringLiteral(" UTC")},
        {FieldsPage::tr("Duration"), durationText(table.durationSeconds(id))},
        {FieldsPage::tr("TCP state"), orDash(stateMeaning(table.state[id.value]))},
        {FieldsPage::tr("ICMP errors"), icmpErrors(sums)},
    };
    if (table.hasPackets(id)) {
        fields.insert(fields.begin() + 3,
                      {{FieldsPage::tr("Gap between packets"), gap}, {FieldsPage::tr("Handshake"), trip}});
        fields.push_back({FieldsPage::tr("Ended"), endMeaning(table.end[id.value])});
    }
    return fields;
}

QString confidenceMeaning(identify::Confidence confidence)
{
    switch (confidence) {
    case identify::Confidence::None:
        break;
    case identify::Confidence::Port:
        return FieldsPage::tr("guessed: only the port speaks for it");
    case identify::Confidence::Address:
        return FieldsPage::tr("by the addresses");
    case identify::Confidence::Cache:
        return FieldsPage::tr("by what flows of the same hosts said");
    case identify::Confidence::Payload:
        return FieldsPage::tr("by the payload");
    }
    return QStringLiteral("–");
}

FieldGrid::Fields identityFields(const flow::FlowTable& table, flow::FlowId id)
{
    if (!table.identified())
        return {};
    const identify::Identity identity = table.identity(id);
    const auto text = [&](FlowColumn column) { return orDash(identityText(table, id, column)); };
    const bool ssh = identity.ssh();
    return {
        {FieldsPage::tr("Application"), orDash(toQString(table.text(identity.application)))},
        {FieldsPage::tr("Told"), confidenceMeaning(identity.confidence)},
        {FieldsPage::tr("Category"), text(FlowColumn::Category)},
        {FieldsPage::tr("Host"), text(FlowColumn::Host)},
        {FieldsPage::tr("TLS"), orDash(toQString(identify::tlsVersionText(identity.tlsVersion)))},
        {FieldsPage::tr("ALPN"), text(FlowColumn::Alpn)},
        {FieldsPage::tr("Agent"), text(FlowColumn::Agent)},
        {FieldsPage::tr("Software"), text(FlowColumn::Software)},
        {ssh ? FieldsPage::tr("HASSH") : FieldsPage::tr("JA3"), text(FlowColumn::ClientPrint)},
        {ssh ? FieldsPage::tr("HASSH server") : FieldsPage::tr("JA3S"), text(FlowColumn::ServerPrint)},
        {FieldsPage::tr("JA4"), text(FlowColumn::Ja4)},
        {FieldsPage::tr("Risks"), text(FlowColumn::Risks)},
    };
}

} // namespace

FieldsPage::FieldsPage(Session& session, QWidget* parent)
    : FlowPage(parent)
    , m_session(session)
    , m_scroll(new QScrollArea(this))
    , m_layout(nullptr)
    , m_ends(new FieldGrid(tr("Ends"), this))
    , m_volume(new FieldGrid(tr("Volume"), this))
    , m_course(new FieldGrid(tr("Course"), this))
    , m_identity(new FieldGrid(tr("Identity"), this))
{
    auto* fields = new QWidget(this);
    m_layout = new QGridLayout(fields);
    m_layout->setContentsMargins(12, 10, 12, 10);
    m_layout->setHorizontalSpacing(28);
    m_layout->setVerticalSpacing(14);
    arrange(most);
    m_scroll->setObjectName(QStringLiteral("flowFields"));
    m_scroll->setAccessibleName(tr("Fields of the flow"));
    m_scroll->setWidget(fields);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_scroll);
}

/// As many beside each other as leave room for their values.
void FieldsPage::resizeEvent(QResizeEvent* event)
{
    FlowPage::resizeEvent(event);
    const int columns = width() / (fontMetrics().averageCharWidth() * lettersEach);
    arrange(columns >= most ? most : columns >= most / 2 ? most / 2 : 1);
}

void FieldsPage::arrange(int columns)
{
    if (columns == m_columns)
        return;
    m_columns = columns;
    int place = 0;
    for (FieldGrid* grid : {m_ends, m_identity, m_volume, m_course}) {
        m_layout->addWidget(grid, place / columns, place % columns, Qt::AlignTop);
        ++place;
    }
    for (int column = 0; column < most; ++column)
        m_layout->setColumnStretch(column, column < columns ? 1 : 0);
}

QWidget& FieldsPage::content()
{
    return *m_scroll;
}

void FieldsPage::forget(const QString& /*why*/)
{
    show(std::nullopt);
}

void FieldsPage::show(std::optional<flow::FlowId> flow)
{
    const auto table = m_session.table();
    const bool known = flow && table && flow->value < table->size();
    m_ends->setFields(known ? endFields(*table, *flow) : FieldGrid::Fields{});
    m_volume->setFields(known ? volumeFields(*table, *flow) : FieldGrid::Fields{});
    m_course->setFields(known ? courseFields(*table, *flow) : FieldGrid::Fields{});
    m_identity->setFields(known ? identityFields(*table, *flow) : FieldGrid::Fields{});
}

} // namespace flowscent::ui
