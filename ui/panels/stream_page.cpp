// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/stream_page.h"

#include "ui/models/flow_text.h"
#include "ui/panels/note_strip.h"
#include "ui/panels/stream_text.h"
#include "ui/session/packet_desk.h"
#include "ui/session/stream_desk.h"

#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QShortcut>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace flowscent::ui {

namespace {

constexpr int typingPause = 120; ///< ms

template <class Widget>
Widget* named(Widget* widget, const char* name, const QString& accessible)
{
    widget->setObjectName(QLatin1String(name));
    widget->setAccessibleName(accessible);
    widget->setToolTip(accessible);
    return widget;
}

} // namespace

StreamPage::StreamPage(PacketDesk& desk, QWidget* parent)
    : FlowPage(parent)
    , m_packets(desk)
    , m_desk(new StreamDesk(this))
    , m_mode(named(new QComboBox(this), "streamMode", tr("How bytes are shown")))
    , m_sides(named(new QComboBox(this), "streamSides", tr("Whose bytes are shown")))
    , m_needle(named(new QLineEdit(this), "streamFind", tr("Find in the stream (Ctrl+F)")))
    , m_needleKind(named(new QComboBox(this), "streamFindKind", tr("What is looked for")))
    , m_previous(named(new QToolButton(this), "streamPrevious", tr("Previous hit (Shift+F3)")))
    , m_next(named(new QToolButton(this), "streamNext", tr("Next hit (F3)")))
    , m_count(new QLabel(this))
    , m_save(named(new QPushButton(tr("Save…"), this), "streamSave", tr("Save the bytes that are shown")))
    , m_text(named(new StreamText(this), "streamText", tr("Stream of the flow")))
    , m_note(new NoteStrip(QStringLiteral("stream"), this))
    , m_typing(new QTimer(this))
{
    m_text->setToolTip({});
    m_count->setObjectName(QStringLiteral("streamHits"));
    m_typing->setSingleShot(true);
    m_typing->setInterval(typingPause);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeTools());
    layout->addWidget(m_text, 1);
    layout->addWidget(m_note);
    makeKeys();
    connect(m_mode, &QComboBox::currentIndexChanged, this, &StreamPage::lay);
    connect(m_sides, &QComboBox::currentIndexChanged, this, [this] {
        lay();
        find();
    });
    connect(m_needle, &QLineEdit::textChanged, m_typing, qOverload<>(&QTimer::start));
    connect(m_needle, &QLineEdit::returnPressed, this, [this] { go(true); });
    connect(m_needleKind, &QComboBox::currentIndexChanged, this, &StreamPage::find);
    connect(m_typing, &QTimer::timeout, this, &StreamPage::find);
    connect(m_next, &QToolButton::clicked, this, [this] { go(true); });
    connect(m_previous, &QToolButton::clicked, this, [this] { go(false); });
    connect(m_save, &QPushButton::clicked, this, &StreamPage::askForFile);
    connect(m_desk, &StreamDesk::laid, m_text, &StreamText::setStreamLines);
    connect(m_desk, &StreamDesk::found, this, &StreamPage::takeHits);
    connect(m_desk, &StreamDesk::saved, this, [this](const QString& file, quint64 bytes) {
        m_note->tell(tr("Wrote %1 bytes to %2.").arg(countText(bytes), file));
    });
    connect(m_desk, &StreamDesk::failed, this, [this](const base::Error& error) {
        m_note->tell(tr("The stream was not saved: %1.").arg(QString::fromStdString(error.sentence())));
    });
    connect(&m_packets, &PacketDesk::streamRead, this,
            [this](flow::FlowId flow, const std::shared_ptr<const FlowStream>& stream) {
                if (m_asked != flow)
                    return;
                m_asked.reset();
                m_stream = stream;
                m_save->setEnabled(!stream->stream.bytes.empty());
                tellState();
                lay();
                find();
            });
    connect(&m_packets, &PacketDesk::progressed, this, [this](double fraction) {
        if (m_asked)
            m_note->work(tr("Putting the stream together…"), fraction);
    });
    connect(&m_packets, &PacketDesk::stopped, this, [this] {
        if (std::exchange(m_asked, std::nullopt))
            m_note->tell(tr("Reading was stopped. Choose the flow again to read its stream."));
    });
    connect(m_note, &NoteStrip::stopAsked, &m_packets, &PacketDesk::stop);
    forget({});
}

QWidget* StreamPage::makeTools()
{
    m_mode->addItems({tr("Text"), tr("Hex")});
    m_sides->addItems({tr("Both"), tr("→ Client"), tr("← Server")});
    m_needleKind->addItems({tr("Text"), tr("Bytes")});
    m_needle->setPlaceholderText(tr("Find"));
    m_needle->setClearButtonEnabled(true);
    m_needle->setMaxLength(1000);
    m_needle->setMinimumWidth(fontMetrics().averageCharWidth() * 8);
    m_previous->setText(QStringLiteral("↑"));
    m_next->setText(QStringLiteral("↓"));
    auto* tools = new QWidget(this);
    auto* row = new QHBoxLayout(tools);
    row->setContentsMargins(8, 4, 8, 4);
    row->addWidget(m_mode);
    row->addWidget(m_sides);
    row->addWidget(m_needle, 1);
    row->addWidget(m_needleKind);
    row->addWidget(m_previous);
    row->addWidget(m_next);
    row->addWidget(m_count);
    row->addWidget(m_save);
    return tools;
}

void StreamPage::makeKeys()
{
    const auto key = [this](const QKeySequence& sequence, auto function) {
        auto* shortcut = new QShortcut(sequence, this);
        shortcut->setContext(Qt::WidgetWithChildrenShortcut);
        connect(shortcut, &QShortcut::activated, this, function);
    };
    key(Qt::CTRL | Qt::Key_F, [this] {
        m_needle->setFocus(Qt::ShortcutFocusReason);
        m_needle->selectAll();
    });
    for (const QKeySequence& next : {QKeySequence(Qt::Key_F3), QKeySequence(Qt::CTRL | Qt::Key_N)})
        key(next, [this] { go(true); });
    for (const QKeySequence& previous : {QKeySequence(Qt::SHIFT | Qt::Key_F3), QKeySequence(Qt::CTRL | Qt::Key_B)})
        key(previous, [this] { go(false); });
}

QWidget& StreamPage::content()
{
    return *m_text;
}

StreamMode StreamPage::mode() const
{
    return m_mode->currentIndex() == 1 ? StreamMode::Hex : StreamMode::Text;
}

StreamSides StreamPage::sides() const
{
    return static_cast<StreamSides>(m_sides->currentIndex());
}

void StreamPage::forget(const QString& why)
{
    m_asked.reset();
    m_desk->forget();
    m_stream = nullptr;
    m_hits = nullptr;
    m_text->setStreamLines(nullptr);
    m_text->setHits(nullptr, std::nullopt);
    m_save->setEnabled(false);
    m_note->tell(why);
    tellHits();
}

void StreamPage::read(flow::FlowId flow)
{
    m_packets.readStream(flow);
    m_asked = flow;
}

void StreamPage::lay()
{
    if (m_stream)
        m_desk->lay(m_stream, mode(), sides());
}

void StreamPage::find()
{
    m_typing->stop();
    const bool hex = m_needleKind->currentIndex() == 1;
    const QByteArray typed = m_needle->text().toUtf8();
    const std::vector<std::uint8_t> needle =
        hex ? bytesOfHex(m_needle->text()) : std::vector<std::uint8_t>(typed.begin(), typed.end());
    m_hits = nullptr;
    m_text->setHits(nullptr, std::nullopt);
    if (m_stream && !needle.empty())
        m_desk->find(m_stream, sides(), needle, !hex);
    tellHits();
}

void StreamPage::takeHits(const std::shared_ptr<const StreamHits>& hits)
{
    m_hits = hits;
    m_hit = 0;
    m_text->setHits(m_hits, m_hit);
    tellHits();
}

void StreamPage::go(bool forward)
{
    if (m_typing->isActive()) { // what was typed last counts
        find();
        return;
    }
    if (!m_hits || m_hits->positions.empty())
        return;
    const std::size_t count = m_hits->positions.size();
    m_hit = forward ? (m_hit + 1) % count : (m_hit + count - 1) % count;
    m_text->setHits(m_hits, m_hit);
    tellHits();
}

void StreamPage::tellHits()
{
    const bool any = m_hits && !m_hits->positions.empty();
    m_next->setEnabled(any);
    m_previous->setEnabled(any);
    if (m_needle->text().isEmpty() || !m_stream)
        m_count->clear();
    else if (m_needleKind->currentIndex() == 1 && bytesOfHex(m_needle->text()).empty())
        m_count->setText(tr("Bytes are written as \"0d 0a\""));
    else if (!m_hits)
        m_count->setText(tr("Searching…"));
    else if (!any)
        m_count->setText(tr("Not found"));
    else
        m_count->setText(tr("%1 of %2").arg(countText(m_hit + 1), countText(m_hits->positions.size())) +
                         (m_hits->more ? QStringLiteral("+") : QString()));
}

void StreamPage::tellState()
{
    const packet::Stream& stream = m_stream->stream;
    QStringList notes;
    if (m_stream->trouble)
        notes << tr("Packets cannot be read again: %1. The capture was moved or changed since it was opened; its flows "
                    "stay. Open it again from where it lies now.")
                     .arg(QString::fromStdString(m_stream->trouble->sentence()));
    else if (stream.bytes.empty())
        notes << tr("No payload: nobody said anything in %1 packets.").arg(countText(m_stream->packets));
    if (stream.full[0] || stream.full[1])
        notes << tr("More than 16 MiB a side: what follows is left out. Open the flow in Wireshark for all of it.");
    if (stream.missing[0] + stream.missing[1] > 0)
        notes << tr("%1 bytes are not in the capture.").arg(countText(stream.missing[0] + stream.missing[1]));
    if (stream.repeated[0] + stream.repeated[1] > 0)
        notes << tr("%1 bytes came more than once and are shown once.")
                     .arg(countText(stream.repeated[0] + stream.repeated[1]));
    if (m_stream->unread > 0)
        notes << tr("%1 packets are fragments or cut off and left out.").arg(countText(m_stream->unread));
    m_note->tell(notes.join(QLatin1Char(' ')));
}

void StreamPage::askForFile()
{
    auto* dialog = new QFileDialog(this, tr("Save the stream's bytes"));
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->selectFile(QStringLiteral("stream.bin"));
    connect(dialog, &QFileDialog::fileSelected, this, &StreamPage::save);
    dialog->open();
}

void StreamPage::save(const QString& file)
{
    if (m_stream)
        m_desk->save(m_stream, sides(), file);
}

} // namespace flowscent::ui
