// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/packet_view.h"

#include "ui/models/flow_text.h"
#include "ui/models/hex_text.h"
#include "ui/models/packet_model.h"
#include "ui/plots/colours.h"

#include <QEvent>
#include <QFontDatabase>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace flowscent::ui {

namespace {

constexpr std::size_t mostBytes = 65536; ///< shown of one packet; jumbo captures of offloaded segments reach this

} // namespace

PacketView::PacketView(QWidget* parent)
    : QWidget(parent)
    , m_model(new PacketModel(this))
    , m_list(new QTableView(this))
    , m_bytes(new QPlainTextEdit(this))
    , m_note(new QLabel(this))
{
    m_list->setObjectName(QStringLiteral("packetList"));
    m_list->setAccessibleName(tr("Packets of the flow"));
    m_list->setModel(m_model);
    m_list->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_list->setSelectionMode(QAbstractItemView::SingleSelection);
    m_list->setShowGrid(false);
    m_list->setAlternatingRowColors(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setTabKeyNavigation(false);
    m_list->verticalHeader()->hide();
    m_list->horizontalHeader()->setHighlightSections(false);
    m_list->horizontalHeader()->setStretchLastSection(true);
    m_bytes->setObjectName(QStringLiteral("hexView"));
    m_bytes->setPlaceholderText(tr("Choose a packet: its bytes stand here."));
    m_bytes->setAccessibleName(tr("Bytes of the packet"));
    m_bytes->setReadOnly(true);
    m_bytes->setUndoRedoEnabled(false);
    m_bytes->setFrameShape(QFrame::NoFrame);
    m_bytes->setLineWrapMode(QPlainTextEdit::NoWrap);
    QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    fixed.setPointSizeF(std::max(7.0, fixed.pointSizeF() - 1.0)); // sixteen bytes and their letters in half a window
    m_bytes->setFont(fixed);
    m_note->setObjectName(QStringLiteral("packetNote"));
    m_note->setWordWrap(true);
    m_note->setContentsMargins(8, 4, 8, 4);
    m_note->hide();

    auto* split = new QSplitter(this);
    split->setChildrenCollapsible(false);
    split->addWidget(m_list);
    split->addWidget(m_bytes);
    split->setStretchFactor(0, 1);
    split->setStretchFactor(1, 1);
    split->setSizes({445, 455}); // all columns, and sixteen bytes with their letters
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(split, 1);
    layout->addWidget(m_note);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) { showBytes(current.row()); });
    measure();
}

void PacketView::measure()
{
    const QFontMetrics metrics(font());
    m_list->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_list->verticalHeader()->setDefaultSectionSize(metrics.height() + 5);
    const char* widest[] = {"0000", "000.000000", "→", "00 000", "Payload", "PSH ACK", "Window"};
    for (int column = 0; column < PacketModel::ColumnCount; ++column)
        m_list->setColumnWidth(column, metrics.horizontalAdvance(QString::fromUtf8(widest[column])) + 17);
}

void PacketView::setPackets(const std::shared_ptr<const FetchedPackets>& packets, const packet::Endpoint& client)
{
    m_model->setPackets(packets, client);
    QString note;
    if (packets && packets->trouble)
        note = tr("Packets cannot be read again: %1.").arg(QString::fromStdString(packets->trouble->sentence()));
    else if (packets && packets->total == 0)
        note = tr("No packets to show.");
    else if (packets && packets->packets.size() < packets->total)
        note = tr("The first %1 of %2 packets.").arg(countText(packets->packets.size()), countText(packets->total));
    setNote(note);
    if (m_model->rowCount() > 0)
        m_list->setCurrentIndex(m_model->index(0, 0));
    else
        m_bytes->clear();
}

void PacketView::setNote(const QString& note)
{
    m_note->setText(note);
    m_note->setVisible(!note.isEmpty());
}

void PacketView::showBytes(int row)
{
    if (row < 0 || row >= m_model->rowCount()) {
        m_bytes->clear();
        return;
    }
    const FetchedPacket& packet = m_model->at(row);
    const std::span<const std::uint8_t> bytes(packet.stored.bytes.data(),
                                              std::min(mostBytes, packet.stored.bytes.size()));
    m_bytes->setPlainText(hexText(bytes));
    const std::size_t payload = packet.decoded.headers ? packet.decoded.headers->payloadOffset : bytes.size();
    QList<QTextEdit::ExtraSelection> faint;
    for (std::size_t line = 0; line < std::min(payload, bytes.size()); line += hexBytesPerLine) {
        const std::size_t last = std::min({payload, bytes.size(), line + hexBytesPerLine}) - 1;
        QTextEdit::ExtraSelection headers;
        headers.cursor = QTextCursor(m_bytes->document());
        headers.cursor.setPosition(hexPosition(line));
        headers.cursor.setPosition(hexPosition(last) + 2, QTextCursor::KeepAnchor);
        headers.format.setForeground(Colours::of(palette()).muted);
        faint << headers;
    }
    m_bytes->setExtraSelections(faint);
}

void PacketView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        showBytes(m_list->currentIndex().row());
    else if (event->type() == QEvent::FontChange)
        measure();
}

} // namespace flowscent::ui
