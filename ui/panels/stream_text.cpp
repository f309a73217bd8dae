// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/stream_text.h"

#include "ui/models/flow_text.h"
#include "ui/plots/colours.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QMenu>
#include <QPainter>

#include <algorithm>

namespace flowscent::ui {

namespace {

constexpr int marginColumns = 15;              ///< arrow, time with microseconds, two spaces
constexpr int offsetColumns = 10;              ///< eight digits and two spaces, hex only
constexpr std::uint32_t mostCopied = 4U << 20; ///< bytes: clipboards are no files
constexpr double nanosecondsPerSecond = 1e9;

QString arrow(std::uint8_t direction)
{
    return direction == 0 ? QStringLiteral("→") : QStringLiteral("←");
}

} // namespace

StreamText::StreamText(QWidget* parent)
    : LineView(parent)
{
}

int StreamText::contentColumn() const
{
    return marginColumns + (m_lines && m_lines->mode() == StreamMode::Hex ? offsetColumns : 0);
}

void StreamText::setStreamLines(std::shared_ptr<const StreamLines> lines)
{
    m_lines = std::move(lines);
    m_anchor.reset();
    m_chosenBegin = m_chosenEnd = 0;
    const bool hex = m_lines && m_lines->mode() == StreamMode::Hex;
    setLines(m_lines ? static_cast<qsizetype>(m_lines->size()) : 0,
             contentColumn() + (hex ? hexLineWidth : static_cast<int>(StreamLines::textWidth)));
}

void StreamText::setHits(std::shared_ptr<const StreamHits> hits, std::optional<std::size_t> current)
{
    m_hits = std::move(hits);
    m_current = current;
    if (m_lines && m_hits && m_current && *m_current < m_hits->positions.size()) {
        if (const auto line = m_lines->lineOf(m_hits->positions[*m_current]))
            reveal(static_cast<qsizetype>(*line));
    }
    viewport()->update();
}

QString StreamText::margin(const StreamLine& line) const
{
    const FlowStream& flow = m_lines->flow();
    const packet::StreamChunk& chunk = flow.stream.chunks[line.chunk];
    QString text = arrow(chunk.direction);
    if (line.opens)
        text += QString::number(static_cast<double>(chunk.time - flow.begin) / nanosecondsPerSecond, 'f', 6)
                    .rightJustified(marginColumns - 3);
    return text.leftJustified(marginColumns);
}

QString StreamText::content(const StreamLine& line) const
{
    const packet::Stream& stream = m_lines->flow().stream;
    if (line.hole) {
        const packet::StreamChunk& hole = stream.chunks[line.chunk];
        return hole.kind == packet::StreamChunk::Kind::Cut
                   ? tr("[%1 bytes cut off by the capture]").arg(countText(hole.length))
                   : tr("[%1 bytes missing]").arg(countText(hole.length));
    }
    const auto bytes = std::span(stream.bytes).subspan(line.begin, line.length);
    if (m_lines->mode() == StreamMode::Hex) {
        const packet::StreamChunk& chunk = stream.chunks[line.chunk];
        return offsetText(chunk.offset + line.begin - chunk.begin, offsetColumns - 2) + QStringLiteral("  ") +
               hexLine(bytes);
    }
    QString text;
    text.reserve(static_cast<qsizetype>(bytes.size()));
    for (const std::uint8_t byte : bytes)
        text += byte == '\n' || byte == '\r' || byte == '\t' ? QChar(QLatin1Char(' ')) : letterOf(byte);
    return text;
}

QString StreamText::lineText(qsizetype line) const
{
    const StreamLine at = m_lines->at(static_cast<std::size_t>(line));
    return margin(at) + content(at);
}

void StreamText::fill(QPainter& painter, const StreamLine& line, std::uint32_t begin, std::uint32_t end, QPointF at,
                      const QColor& colour, bool framed) const
{
    begin = std::max(begin, line.begin);
    end = std::min(end, line.begin + line.length);
    if (begin >= end)
        return;
    const int low = static_cast<int>(begin - line.begin);
    const int high = static_cast<int>(end - 1 - line.begin);
    const auto box = [&](int from, int to) {
        const QRectF area(at.x() + (contentColumn() + from) * signWidth(), at.y(), (to - from) * signWidth(),
                          lineHeight());
        painter.fillRect(area, colour);
        if (framed) {
            painter.setPen(Colours::of(palette()).text);
            painter.drawRect(area.adjusted(0, 0, -1, -1));
        }
    };
    if (m_lines->mode() == StreamMode::Hex) {
        box(hexColumn(low), hexColumn(high) + 2);
        box(letterColumn(low), letterColumn(high) + 1);
    } else {
        box(low, high + 1);
    }
}

void StreamText::paintLine(QPainter& painter, qsizetype line, QPointF at)
{
    const StreamLine shown = m_lines->at(static_cast<std::size_t>(line));
    const Colours colours = Colours::of(palette());
    const std::uint8_t direction = m_lines->flow().stream.chunks[shown.chunk].direction;
    const QColor speaker = direction == 0 ? colours.accent : colours.notThreat;
    painter.fillRect(QRectF(at.x() - 4, at.y(), 2, lineHeight()), speaker);
    if (m_hits && m_hits->length > 0 && !shown.hole) {
        QColor hit = colours.unsure;
        hit.setAlphaF(0.35F);
        const std::uint32_t from = shown.begin - std::min(shown.begin, m_hits->length - 1);
        auto next = std::ranges::lower_bound(m_hits->positions, from);
        for (; next != m_hits->positions.end() && *next < shown.begin + shown.length; ++next) {
            const bool current = m_current && static_cast<std::size_t>(next - m_hits->positions.begin()) == *m_current;
            fill(painter, shown, *next, *next + m_hits->length, at, hit, current);
        }
    }
    fill(painter, shown, m_chosenBegin, m_chosenEnd, at, palette().color(QPalette::Highlight), false);
    const QPointF base(at.x(), at.y() + ascent());
    painter.setPen(speaker);
    painter.drawText(base, margin(shown));
    painter.setPen(shown.hole ? colours.unsure : colours.text);
    const QString text = content(shown);
    const bool hex = m_lines->mode() == StreamMode::Hex && !shown.hole;
    if (hex) {
        painter.setPen(colours.muted);
        painter.drawText(base + QPointF(marginColumns * signWidth(), 0), text.left(offsetColumns));
        painter.setPen(colours.text);
    }
    painter.drawText(base + QPointF((hex ? contentColumn() : marginColumns) * signWidth(), 0),
                     hex ? text.mid(offsetColumns) : text);
}

std::optional<std::uint32_t> StreamText::byteAt(QPoint point) const
{
    const qsizetype at = lineAt(point);
    if (!m_lines || at < 0)
        return std::nullopt;
    const StreamLine line = m_lines->at(static_cast<std::size_t>(at));
    if (line.hole)
        return std::nullopt;
    const int column = columnAt(point) - contentColumn();
    const auto byte = m_lines->mode() == StreamMode::Hex ? hexByteAt(column) : std::optional(column);
    if (!byte)
        return std::nullopt;
    return line.begin + static_cast<std::uint32_t>(std::clamp(*byte, 0, static_cast<int>(line.length) - 1));
}

void StreamText::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    m_anchor = byteAt(event->pos());
    m_chosenBegin = m_chosenEnd = 0;
    viewport()->update();
}

void StreamText::mouseMoveEvent(QMouseEvent* event)
{
    const auto byte = byteAt(event->pos());
    if (!byte || !m_anchor || (event->buttons() & Qt::LeftButton) == 0)
        return;
    m_chosenBegin = std::min(*byte, *m_anchor);
    m_chosenEnd = std::max(*byte, *m_anchor) + 1;
    viewport()->update();
}

QString StreamText::copied(BytesAs as) const
{
    if (!m_lines || m_chosenBegin >= m_chosenEnd)
        return {};
    std::vector<std::uint8_t> bytes; // a side that is not shown is not chosen either
    for (const StreamRun& run : streamRuns(m_lines->flow().stream, m_lines->sides())) {
        const std::uint32_t begin = std::max(run.begin, m_chosenBegin);
        const std::uint32_t end = std::min({run.end, m_chosenEnd, begin + mostCopied});
        if (begin < end)
            bytes.insert(bytes.end(), m_lines->flow().stream.bytes.begin() + begin,
                         m_lines->flow().stream.bytes.begin() + end);
    }
    bytes.resize(std::min<std::size_t>(bytes.size(), mostCopied));
    return bytesText(bytes, as);
}

void StreamText::copy(BytesAs as) const
{
    if (const QString text = copied(as); !text.isEmpty())
        QGuiApplication::clipboard()->setText(text);
}

void StreamText::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy))
        copy(m_lines && m_lines->mode() == StreamMode::Hex ? BytesAs::Hex : BytesAs::Text);
    else
        LineView::keyPressEvent(event);
}

void StreamText::contextMenuEvent(QContextMenuEvent* event)
{
    QMenu menu;
    const bool chosen = m_chosenBegin < m_chosenEnd;
    const auto add = [&](const QString& text, BytesAs as) {
        QAction* action = menu.addAction(text);
        action->setEnabled(chosen);
        connect(action, &QAction::triggered, this, [this, as] { copy(as); });
    };
    add(tr("Copy as &text"), BytesAs::Text);
    add(tr("Copy as &hex"), BytesAs::Hex);
    add(tr("Copy as a &C array"), BytesAs::C);
    menu.exec(event->globalPos());
}

} // namespace flowscent::ui
