// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/details_panel.h"

#include "engine/flow/community_id.h"
#include "ui/models/flow_selection.h"
#include "ui/models/flow_text.h"
#include "ui/models/identity_text.h"
#include "ui/panels/field_grid.h"
#include "ui/panels/packet_view.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QStackedWidget>
#include <QTabBar>
#include <QTimer>
#include <QVBoxLayout>

namespace flowscent::ui {

namespace {

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
        {DetailsPanel::tr("Source"), endpointText(table.client[row])},
        {DetailsPanel::tr("Destination"), endpointText(table.server[row])},
        {DetailsPanel::tr("Protocol"), toQString(flow::protocolText(table.protocol[row]))},
        {DetailsPanel::tr("Direction"), table.directionGuessed[row] != 0
                                            ? DetailsPanel::tr("guessed: no opening packet was seen")
                                            : DetailsPanel::tr("as the opening packet says")},
        {DetailsPanel::tr("VLAN"), table.vlan[row] == 0 ? QStringLiteral("–") : QString::number(table.vlan[row])},
        {DetailsPanel::tr("Tunnel"), orDash(toQString(packet::text(table.tunnel[row])))},
        {DetailsPanel::tr("Origin"), toQString(flow::sourceText(table.origin[row]))},
        {DetailsPanel::tr("Community ID"), toQString(flow::communityId(table.key(id)))},
    };
}

/// What a log says of volume; the rest takes packets.
FieldGrid::Fields loggedVolumeFields(const flow::FlowTable& table, flow::FlowId id)
{
    const flow::FlowStatistics sums = table.statistics(id);
    const bool zeek = table.origin[id.value] == flow::Origin::ZeekLog;
    const auto payload = [&](std::size_t way) { return countText(static_cast<std::uint64_t>(sums.payload[way].sum)); };
    return {
        {DetailsPanel::tr("Packets"), counts(sums.packets)},
        {zeek ? DetailsPanel::tr("Bytes of IP datagrams") : DetailsPanel::tr("Bytes on the wire"), counts(sums.bytes)},
        {DetailsPanel::tr("Payload"),
         zeek ? bothWays(payload(outward), payload(inward)) : DetailsPanel::tr("not in the log")},
    };
}

FieldGrid::Fields volumeFields(const flow::FlowTable& table, flow::FlowId id)
{
    if (!table.hasPackets(id))
        return loggedVolumeFields(table, id);
    const flow::FlowStatistics sums = table.statistics(id);
    return {
        {DetailsPanel::tr("Packets"), counts(sums.packets)},
        {DetailsPanel::tr("Bytes on the wire"), counts(sums.bytes)},
        {DetailsPanel::tr("Payload a packet"), bytesEach(sums.payload)},
        {DetailsPanel::tr("With payload"), counts(sums.withPayload)},
        {DetailsPanel::tr("Turns"), countText(sums.turns)},
        {DetailsPanel::tr("Sent again, out of order"),
         QStringLiteral("%1, %2").arg(countText(sums.retransmissions), countText(sums.outOfOrder))},
    };
}

QString icmpErrors(const flow::FlowStatistics& sums)
{
    return sums.icmpErrors == 0 ? QStringLiteral("–")
                                : DetailsPanel::tr("%1, the last of type %2 code %3")
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
        {DetailsPanel::tr("First packet"), dateTimeText(table.start[id.value]) + QStringLiteral(" UTC")},
        {DetailsPanel::tr("Last packet"), dateTimeText(table.last[id.value]) + QStringLiteral(" UTC")},
        {DetailsPanel::tr("Duration"), durationText(table.durationSeconds(id))},
        {DetailsPanel::tr("TCP state"), orDash(stateMeaning(table.state[id.value]))},
        {DetailsPanel::tr("ICMP errors"), icmpErrors(sums)},
    };
    if (table.hasPackets(id)) {
        fields.insert(fields.begin() + 3,
                      {{DetailsPanel::tr("Gap between packets"), gap}, {DetailsPanel::tr("Handshake"), trip}});
        fields.push_back({DetailsPanel::tr("Ended"), endMeaning(table.end[id.value])});
    }
    return fields;
}

QString confidenceMeaning(identify::Confidence confidence)
{
    switch (confidence) {
    case identify::Confidence::None:
        break;
    case identify::Confidence::Port:
        return DetailsPanel::tr("guessed: only the port speaks for it");
    case identify::Confidence::Address:
        return DetailsPanel::tr("by the addresses");
    case identify::Confidence::Cache:
        return DetailsPanel::tr("by what flows of the same hosts said");
    case identify::Confidence::Payload:
        return DetailsPanel::tr("by the payload");
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
        {DetailsPanel::tr("Application"), orDash(toQString(table.text(identity.application)))},
        {DetailsPanel::tr("Told"), confidenceMeaning(identity.confidence)},
        {DetailsPanel::tr("Category"), text(FlowColumn::Category)},
        {DetailsPanel::tr("Host"), text(FlowColumn::Host)},
        {DetailsPanel::tr("TLS"), orDash(toQString(identify::tlsVersionText(identity.tlsVersion)))},
        {DetailsPanel::tr("ALPN"), text(FlowColumn::Alpn)},
        {DetailsPanel::tr("Agent"), text(FlowColumn::Agent)},
        {DetailsPanel::tr("Software"), text(FlowColumn::Software)},
        {ssh ? DetailsPanel::tr("HASSH") : DetailsPanel::tr("JA3"), text(FlowColumn::ClientPrint)},
        {ssh ? DetailsPanel::tr("HASSH server") : DetailsPanel::tr("JA3S"), text(FlowColumn::ServerPrint)},
        {DetailsPanel::tr("JA4"), text(FlowColumn::Ja4)},
        {DetailsPanel::tr("Risks"), text(FlowColumn::Risks)},
    };
}

} // namespace

DetailsPanel::DetailsPanel(Session& session, FlowSelection& selection, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_selection(selection)
    , m_heading(new QLabel(this))
    , m_ends(new FieldGrid(tr("Ends"), this))
    , m_volume(new FieldGrid(tr("Volume"), this))
    , m_course(new FieldGrid(tr("Course"), this))
    , m_identity(new FieldGrid(tr("Identity"), this))
    , m_packets(new PacketView(this))
    , m_patience(new QTimer(this))
{
    setObjectName(QStringLiteral("detailsPanel"));
    m_heading->setObjectName(QStringLiteral("detailsHeading"));
    m_heading->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_heading->setContentsMargins(8, 0, 12, 0);
    auto* fields = new QWidget(this);
    auto* columns = new QHBoxLayout(fields);
    columns->setContentsMargins(12, 10, 12, 10);
    columns->setSpacing(28);
    for (FieldGrid* grid : {m_ends, m_identity, m_volume, m_course})
        columns->addWidget(grid, 1);
    auto* scroll = new QScrollArea(this);
    scroll->setWidget(fields);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    auto* pages = new QStackedWidget(this);
    auto* tabs = new QTabBar(this);
    tabs->setObjectName(QStringLiteral("detailsTabs"));
    tabs->setDrawBase(false);
    tabs->setExpanding(false);
    const auto addPage = [&](QWidget* page, const QString& title) {
        pages->addWidget(page);
        tabs->addTab(title);
    };
    addPage(m_packets, tr("Packets"));
    addPage(scroll, tr("Fields"));
    connect(tabs, &QTabBar::currentChanged, pages, &QStackedWidget::setCurrentIndex);
    auto* top = new QHBoxLayout;
    top->addWidget(tabs);
    top->addStretch(1);
    top->addWidget(m_heading);
    auto* line = new QFrame(this);
    line->setObjectName(QStringLiteral("hairline"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(top);
    layout->addWidget(line);
    layout->addWidget(pages, 1);

    m_patience->setSingleShot(true);
    m_patience->setInterval(60);
    connect(m_patience, &QTimer::timeout, this, [this] {
        if (const auto flow = m_selection.current())
            m_session.fetchPackets(*flow);
    });
    connect(&m_selection, &FlowSelection::currentChanged, this, &DetailsPanel::showFlow);
    connect(&m_session, &Session::packetsFetched, this, &DetailsPanel::showPackets);
    showFlow();
}

void DetailsPanel::showFlow()
{
    m_packets->setPackets(nullptr, {});
    const auto flow = m_selection.current();
    const auto table = m_session.table();
    if (!flow || !table || flow->value >= table->size()) {
        m_patience->stop();
        m_heading->setText(tr("No flow chosen"));
        for (FieldGrid* grid : {m_ends, m_identity, m_volume, m_course})
            grid->setFields({});
        return;
    }
    m_heading->setText(QStringLiteral("#%1   %2").arg(countText(flow->value + 1), flowText(*table, *flow)));
    showFields(*flow);
    if (table->hasPackets(*flow)) {
        m_patience->start();
    } else {
        m_patience->stop();
        m_packets->setNote(withoutPacketsText(table->origin[flow->value]));
    }
}

void DetailsPanel::showFields(flow::FlowId flow)
{
    const auto table = m_session.table();
    m_ends->setFields(endFields(*table, flow));
    m_volume->setFields(volumeFields(*table, flow));
    m_course->setFields(courseFields(*table, flow));
    m_identity->setFields(identityFields(*table, flow));
}

void DetailsPanel::showPackets(flow::FlowId flow, const std::shared_ptr<const FetchedPackets>& packets)
{
    if (m_selection.current() == flow)
        m_packets->setPackets(packets, m_session.table()->client[flow.value]);
}

} // namespace flowscent::ui
