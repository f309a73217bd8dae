// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/packet_view.h"

#include "engine/packet/header_map.h"
#include "ui/models/flow_text.h"
#include "ui/models/packet_model.h"
#include "ui/panels/byte_view.h"
#include "ui/panels/note_strip.h"
#include "ui/plots/colours.h"
#include "ui/session/packet_desk.h"
#include "ui/session/session.h"

#include <QEvent>
#include <QHeaderView>
#include <QSplitter>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QTreeWidget>
#include <QTreeWidgetItemIterator>
#include <QVBoxLayout>

#include <algorithm>

namespace flowscent::ui {

namespace {

constexpr std::size_t mostBytes = 65536; ///< shown of one packet; jumbo captures of offloaded segments reach this
constexpr int wideColumns = 125;         ///< letters across from which everything stands side by side
constexpr int beginRole = Qt::UserRole;
constexpr int lengthRole = Qt::UserRole + 1;

/// Marked packets bold and coloured, beside the mark that the model writes before their number.
class MarkDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override
    {
        QStyledItemDelegate::initStyleOption(option, index);
        if (!index.data(PacketModel::MarkedRole).toBool())
            return;
        option->font.setBold(true);
        option->palette.setColor(QPalette::Text, Colours::of(option->palette).threat);
        option->palette.setColor(QPalette::HighlightedText, Colours::of(option->palette).threat);
    }
};

ByteRange rangeOf(const QTreeWidgetItem* item)
{
    if (item == nullptr)
        return {};
    return {item->data(0, beginRole).toUInt(), item->data(0, lengthRole).toUInt()};
}

} // namespace

PacketView::PacketView(Session& session, PacketDesk& desk, QWidget* parent)
    : FlowPage(parent)
    , m_session(session)
    , m_desk(desk)
    , m_model(new PacketModel(this))
    , m_list(new QTableView(this))
    , m_fields(new QTreeWidget(this))
    , m_packet(new QSplitter(this))
    , m_bytes(new ByteView(this))
    , m_note(new NoteStrip(QStringLiteral("packet"), this))
{
    m_list->setObjectName(QStringLiteral("packetList"));
    m_list->setAccessibleName(tr("Packets of the flow"));
    m_list->setModel(m_model);
    m_list->setItemDelegate(new MarkDelegate(m_list));
    m_list->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_list->setSelectionMode(QAbstractItemView::SingleSelection);
    m_list->setShowGrid(false);
    m_list->setAlternatingRowColors(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setTabKeyNavigation(false);
    m_list->setWordWrap(false);
    m_list->verticalHeader()->hide();
    m_list->horizontalHeader()->setHighlightSections(false);
    m_list->horizontalHeader()->setStretchLastSection(true);
    m_fields->setObjectName(QStringLiteral("packetFields"));
    m_fields->setAccessibleName(tr("Header fields of the packet"));
    m_fields->setHeaderHidden(true);
    m_fields->setUniformRowHeights(true);
    m_fields->setFrameShape(QFrame::NoFrame);
    m_fields->setMouseTracking(true);
    m_fields->setAlternatingRowColors(true);
    m_bytes->setObjectName(QStringLiteral("hexView"));
    m_bytes->setPlaceholderText(tr("Choose a packet: its bytes stand here."));
    m_bytes->setAccessibleName(tr("Bytes of the packet"));

    m_packet->setChildrenCollapsible(false);
    m_packet->addWidget(m_fields);
    m_packet->addWidget(m_bytes);
    auto* split = new QSplitter(this);
    split->setChildrenCollapsible(false);
    split->addWidget(m_list);
    split->addWidget(m_packet);
    split->setStretchFactor(0, 1);
    split->setStretchFactor(1, 1);
    split->setSizes({320, 360});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(split, 1);
    layout->addWidget(m_note);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) { showPacket(current.row()); });
    connect(m_fields, &QTreeWidget::currentItemChanged, this,
            [this](QTreeWidgetItem* item) { m_bytes->mark(rangeOf(item)); });
    connect(m_fields, &QTreeWidget::itemEntered, this,
            [this](QTreeWidgetItem* item) { m_bytes->pointAt(rangeOf(item)); });
    connect(m_bytes, &ByteView::pressed, this, &PacketView::chooseFieldAt);
    connect(m_bytes, &ByteView::hovered, this, [this](std::optional<std::size_t> byte) {
        QTreeWidgetItem* field = byte ? fieldAt(*byte) : nullptr;
        m_bytes->pointAt(rangeOf(field));
        m_bytes->viewport()->setToolTip(field == nullptr ? QString() : field->text(0));
    });
    connect(&m_desk, &PacketDesk::packetsRead, this, &PacketView::takePackets);
    connect(&m_desk, &PacketDesk::progressed, this, [this](double fraction) {
        if (m_asked)
            m_note->work(tr("Reading packets…"), fraction);
    });
    connect(&m_desk, &PacketDesk::stopped, this, [this] {
        if (std::exchange(m_asked, std::nullopt))
            tellState();
    });
    connect(m_note, &NoteStrip::stopAsked, &m_desk, &PacketDesk::stop);
    connect(m_note, &NoteStrip::pressed, this, [this] {
        if (!m_shown)
            return;
        m_desk.read(*m_shown, static_cast<std::size_t>(m_model->rowCount()));
        m_asked = m_shown;
        m_note->work(tr("Reading packets…"), 0);
    });
    measure();
}

QWidget& PacketView::content()
{
    return *m_list;
}

void PacketView::measure()
{
    const QFontMetrics metrics(font());
    m_list->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_list->verticalHeader()->setDefaultSectionSize(metrics.height() + 5);
    const char* widest[] = {"▶ 0000", "000.000000", "→", "00 000", "Payload", "PSH ACK", "Window"};
    for (int column = 0; column < PacketModel::ColumnCount; ++column)
        m_list->setColumnWidth(column, metrics.horizontalAdvance(QString::fromUtf8(widest[column])) + 19);
}

void PacketView::forget(const QString& why)
{
    m_asked.reset();
    m_shown.reset();
    m_highlight.clear();
    m_model->setPackets(nullptr, {});
    showPacket(-1);
    m_note->tell(why);
}

void PacketView::read(flow::FlowId flow)
{
    m_desk.read(flow);
    m_asked = flow;
}

void PacketView::takePackets(flow::FlowId flow, const std::shared_ptr<const FetchedPackets>& packets)
{
    if (m_asked != flow)
        return;
    m_asked.reset();
    m_total = packets->total;
    m_trouble = packets->trouble;
    if (packets->first == 0) {
        m_model->setPackets(packets, m_session.table()->client[flow.value]);
        m_model->mark(m_highlight);
        m_list->setCurrentIndex(m_model->index(0, 0));
    } else {
        m_model->append(packets);
    }
    m_shown = flow;
    goToHighlight();
    tellState();
}

void PacketView::tellState()
{
    const auto count = static_cast<std::size_t>(m_model->rowCount());
    if (m_trouble)
        m_note->tell(tr("Packets cannot be read again: %1. The capture was moved or changed since it was opened; its "
                        "flows stay. Open it again from where it lies now.")
                         .arg(QString::fromStdString(m_trouble->sentence())));
    else if (!m_shown)
        m_note->tell(tr("Reading was stopped. Choose the flow again to read its packets."));
    else if (m_total == 0)
        m_note->tell(tr("No packets to show."));
    else if (count < m_total)
        m_note->tell(tr("The first %1 of %2 packets.").arg(countText(count), countText(m_total)), tr("Read more"));
    else
        m_note->tell({});
}

void PacketView::highlightPackets(std::vector<std::uint32_t> packets)
{
    m_highlight = std::move(packets);
    std::ranges::sort(m_highlight);
    m_model->mark(m_highlight);
    goToHighlight();
}

void PacketView::goToHighlight()
{
    if (!m_highlight.empty() && static_cast<int>(m_highlight.front()) < m_model->rowCount())
        m_list->setCurrentIndex(m_model->index(static_cast<int>(m_highlight.front()), 0));
}

void PacketView::showPacket(int row)
{
    m_fields->clear();
    if (row < 0 || row >= m_model->rowCount()) {
        m_bytes->setBytes({}, 0);
        return;
    }
    const FetchedPacket& packet = m_model->at(row);
    const auto bytes = std::span(packet.stored.bytes).first(std::min(mostBytes, packet.stored.bytes.size()));
    m_bytes->setBytes({bytes.begin(), bytes.end()}, packet.decoded.headers ? packet.decoded.headers->payloadOffset : 0);
    QTreeWidgetItem* header = nullptr;
    for (const packet::HeaderField& field : packet::mapHeaders(bytes, packet.stored.linkType)) {
        auto* item = field.depth > 0 && header != nullptr ? new QTreeWidgetItem(header) : new QTreeWidgetItem(m_fields);
        if (field.depth == 0)
            header = item;
        item->setText(0, field.value.empty()
                             ? toQString(field.name)
                             : QStringLiteral("%1: %2").arg(toQString(field.name), toQString(field.value)));
        item->setToolTip(0, item->text(0));
        item->setData(0, beginRole, field.begin);
        item->setData(0, lengthRole, field.length);
        if (field.name == "TCP" || field.name == "UDP" || field.name.starts_with("ICMP"))
            item->setExpanded(true);
    }
}

/// Of all fields that have the byte, the shortest.
QTreeWidgetItem* PacketView::fieldAt(std::size_t byte) const
{
    QTreeWidgetItem* best = nullptr;
    for (QTreeWidgetItemIterator at(m_fields); *at != nullptr; ++at) {
        const ByteRange range = rangeOf(*at);
        if (range.contains(byte) && (best == nullptr || range.length < rangeOf(best).length))
            best = *at;
    }
    return best;
}

void PacketView::chooseFieldAt(std::size_t byte)
{
    if (QTreeWidgetItem* field = fieldAt(byte); field != nullptr) {
        m_fields->setCurrentItem(field);
        m_fields->scrollToItem(field);
    }
}

/// Fields and bytes side by side where both find room, else one above the other.
void PacketView::resizeEvent(QResizeEvent* event)
{
    FlowPage::resizeEvent(event);
    const bool wide = width() > fontMetrics().averageCharWidth() * wideColumns;
    const Qt::Orientation orientation = wide ? Qt::Horizontal : Qt::Vertical;
    if (m_packet->orientation() == orientation && m_arranged)
        return;
    m_arranged = true;
    m_packet->setOrientation(orientation);
    m_packet->setSizes(wide ? QList<int>{200, 420} : QList<int>{100, 100});
}

void PacketView::changeEvent(QEvent* event)
{
    FlowPage::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        measure();
}

} // namespace flowscent::ui
