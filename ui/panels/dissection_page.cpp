// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/dissection_page.h"

#include "ui/models/dissection_model.h"
#include "ui/models/flow_text.h"
#include "ui/panels/byte_view.h"
#include "ui/panels/note_strip.h"
#include "ui/session/dissector.h"
#include "ui/session/packet_desk.h"

#include <QSplitter>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>

namespace flowscent::ui {

namespace {

constexpr std::size_t firstPackets = 200;
constexpr std::size_t mostBytes = 65536; ///< shown of one packet

} // namespace

DissectionPage::DissectionPage(PacketDesk& desk, QWidget* parent)
    : FlowPage(parent)
    , m_desk(desk)
    , m_dissector(new Dissector(this))
    , m_model(new DissectionModel(this))
    , m_tree(new QTreeView(this))
    , m_bytes(new ByteView(this))
    , m_note(new NoteStrip(QStringLiteral("dissection"), this))
{
    m_tree->setObjectName(QStringLiteral("dissectionTree"));
    m_tree->setAccessibleName(tr("Packets, protocols and fields"));
    m_tree->setModel(m_model);
    m_tree->setHeaderHidden(true);
    m_tree->setUniformRowHeights(true);
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setAlternatingRowColors(true);
    m_bytes->setObjectName(QStringLiteral("dissectionBytes"));
    m_bytes->setAccessibleName(tr("Bytes of the packet"));
    auto* split = new QSplitter(this);
    split->setChildrenCollapsible(false);
    split->addWidget(m_tree);
    split->addWidget(m_bytes);
    split->setSizes({560, 480});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(split, 1);
    layout->addWidget(m_note);
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& current) { showNode(current); });
    connect(m_bytes, &ByteView::pressed, this, &DissectionPage::chooseAt);
    connect(&m_desk, &PacketDesk::packetsRead, this,
            [this](flow::FlowId flow, const std::shared_ptr<const FetchedPackets>& packets) {
                if (m_asked != flow || packets->first != 0)
                    return;
                m_asked.reset();
                m_packets = packets;
                dissect(firstPackets);
            });
    connect(&m_desk, &PacketDesk::stopped, this, [this] {
        if (std::exchange(m_asked, std::nullopt))
            m_note->tell(tr("Reading was stopped. Choose the flow again to dissect its packets."));
    });
    connect(m_dissector, &Dissector::progressed, this,
            [this](double fraction) { m_note->work(tr("tshark takes the packets apart…"), fraction); });
    connect(m_dissector, &Dissector::dissected, this, &DissectionPage::take);
    connect(m_dissector, &Dissector::failed, this, [this](const base::Error& error) {
        m_answered = true;
        m_note->tell(QString::fromStdString(error.sentence()) + QLatin1Char('.'), tr("Try again"));
    });
    connect(m_dissector, &Dissector::stopped, this, [this] {
        m_answered = true;
        m_note->tell(tr("Stopped as you asked."), tr("Try again"));
    });
    connect(m_note, &NoteStrip::stopAsked, this, [this] {
        m_desk.stop();
        m_dissector->stop();
    });
    connect(m_note, &NoteStrip::pressed, this, [this] {
        if (m_packets)
            dissect(m_model->dissection() ? m_packets->packets.size() : firstPackets);
    });
}

QWidget& DissectionPage::content()
{
    return *m_tree;
}

void DissectionPage::forget(const QString& why)
{
    m_asked.reset();
    m_packets = nullptr;
    m_shown.reset();
    m_answered = false;
    m_dissector->stop();
    m_model->setDissection(nullptr);
    m_bytes->setBytes({}, 0);
    m_note->tell(why);
}

void DissectionPage::read(flow::FlowId flow)
{
    if (const QString reason = Dissector::missing(); !reason.isEmpty()) {
        m_answered = true;
        m_note->tell(reason);
        return;
    }
    m_desk.read(flow);
    m_asked = flow;
    m_note->work(tr("Reading packets…"), -1);
}

void DissectionPage::dissect(std::size_t count)
{
    if (m_packets->packets.empty()) {
        m_answered = true;
        m_note->tell(m_packets->trouble
                         ? tr("Packets cannot be read again: %1. The capture was moved or changed since it was opened; "
                              "its flows stay. Open it again from where it lies now.")
                               .arg(QString::fromStdString(m_packets->trouble->sentence()))
                         : tr("No packets to dissect."));
        return;
    }
    m_note->work(tr("tshark takes the packets apart…"), 0);
    m_dissector->dissect(m_packets, count);
}

void DissectionPage::take(const std::shared_ptr<const Dissection>& dissection)
{
    m_answered = true;
    m_shown.reset();
    m_model->setDissection(dissection);
    if (!dissection->packets.empty()) {
        const QModelIndex first = m_model->index(0, 0);
        m_tree->expand(first);
        m_tree->setCurrentIndex(first);
    }
    const std::size_t count = dissection->packets.size();
    if (dissection->trouble)
        m_note->tell(*dissection->trouble);
    else if (count < m_packets->total)
        m_note->tell(tr("The first %1 of %2 packets.").arg(countText(count), countText(m_packets->total)),
                     count < m_packets->packets.size() ? tr("Dissect %1").arg(countText(m_packets->packets.size()))
                                                       : QString());
    else
        m_note->tell({});
}

void DissectionPage::showNode(const QModelIndex& index)
{
    if (!index.isValid())
        return;
    const DissectedNode& node = m_model->at(index);
    const auto& packets = m_model->dissection()->of->packets;
    if (node.packet >= packets.size())
        return;
    if (m_shown != node.packet) {
        m_shown = node.packet;
        const auto& bytes = packets[node.packet].stored.bytes;
        const auto& headers = packets[node.packet].decoded.headers;
        m_bytes->setBytes(
            {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(mostBytes, bytes.size()))},
            headers ? headers->payloadOffset : 0);
    }
    const bool whole = node.parent == DissectedNode::none;
    m_bytes->mark(whole ? ByteRange{} : ByteRange{node.begin, node.length});
}

void DissectionPage::chooseAt(std::size_t byte)
{
    if (!m_shown || !m_model->dissection())
        return;
    if (const auto node = m_model->dissection()->at(*m_shown, static_cast<std::uint32_t>(byte))) {
        const QModelIndex index = m_model->indexOf(*node);
        m_tree->setCurrentIndex(index);
        m_tree->scrollTo(index);
    }
}

} // namespace flowscent::ui
