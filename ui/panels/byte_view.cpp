// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/byte_view.h"

#include "ui/plots/colours.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QMenu>
#include <QPainter>

#include <algorithm>

namespace flowscent::ui {

namespace {

constexpr int offsetColumns = 6; ///< four digits and two spaces; a packet has at most 256 KiB, of which 64 are shown

} // namespace

ByteView::ByteView(QWidget* parent)
    : LineView(parent)
{
}

void ByteView::setBytes(std::vector<std::uint8_t> bytes, std::size_t strong)
{
    m_bytes = std::move(bytes);
    m_strong = strong;
    m_marked = m_pointed = m_chosen = {};
    m_anchor.reset();
    setLines(static_cast<qsizetype>((m_bytes.size() + hexBytesPerLine - 1) / hexBytesPerLine),
             offsetColumns + hexLineWidth);
}

void ByteView::mark(ByteRange range)
{
    m_marked = range;
    if (range.length > 0 && range.begin < m_bytes.size())
        reveal(static_cast<qsizetype>(range.begin / hexBytesPerLine));
    viewport()->update();
}

void ByteView::pointAt(ByteRange range)
{
    if (range == m_pointed)
        return;
    m_pointed = range;
    viewport()->update();
}

/// Of a range its part on that line: among the digits and among the letters.
std::vector<QRectF> ByteView::boxes(ByteRange range, std::size_t line, QPointF at) const
{
    const std::size_t first = line * hexBytesPerLine;
    const std::size_t begin = std::max(range.begin, first);
    const std::size_t end = std::min({range.begin + range.length, first + hexBytesPerLine, m_bytes.size()});
    if (begin >= end)
        return {};
    const auto box = [&](int from, int to) {
        return QRectF(at.x() + (offsetColumns + from) * signWidth(), at.y(), (to - from) * signWidth(), lineHeight());
    };
    const int low = static_cast<int>(begin - first);
    const int high = static_cast<int>(end - 1 - first);
    return {box(hexColumn(low), hexColumn(high) + 2), box(letterColumn(low), letterColumn(high) + 1)};
}

void ByteView::paintLine(QPainter& painter, qsizetype line, QPointF at)
{
    const Colours colours = Colours::of(palette());
    const auto place = static_cast<std::size_t>(line);
    for (const QRectF& box : boxes(m_chosen, place, at))
        painter.fillRect(box, palette().color(QPalette::Highlight));
    QColor fill = colours.accent;
    fill.setAlphaF(0.22F);
    painter.setPen(colours.accent);
    for (const QRectF& box : boxes(m_marked, place, at)) {
        painter.fillRect(box, fill);
        painter.drawRect(box.adjusted(0, 0, -1, -1));
    }
    painter.setPen(QPen(colours.muted, 1, Qt::DashLine));
    for (const QRectF& box : boxes(m_pointed, place, at))
        painter.drawRect(box.adjusted(0, 0, -1, -1));

    const std::size_t first = place * hexBytesPerLine;
    const std::size_t count = std::min<std::size_t>(hexBytesPerLine, m_bytes.size() - first);
    const QPointF base(at.x(), at.y() + ascent());
    painter.setPen(colours.muted);
    painter.drawText(base, offsetText(first));
    const QString text = hexLine(std::span(m_bytes).subspan(first, count));
    const auto draw = [&](std::size_t from, std::size_t to, const QColor& colour) {
        if (from >= to)
            return;
        painter.setPen(colour);
        const auto piece = [&](int column, int end) {
            painter.drawText(base + QPointF((offsetColumns + column) * signWidth(), 0), text.mid(column, end - column));
        };
        piece(hexColumn(static_cast<int>(from)), hexColumn(static_cast<int>(to) - 1) + 2);
        piece(letterColumn(static_cast<int>(from)), letterColumn(static_cast<int>(to)));
    };
    const std::size_t faint = std::min(count, m_strong > first ? m_strong - first : 0);
    draw(0, faint, colours.muted);
    draw(faint, count, colours.text);
}

std::optional<std::size_t> ByteView::byteAt(QPoint point) const
{
    const qsizetype line = lineAt(point);
    const auto byte = hexByteAt(columnAt(point) - offsetColumns);
    if (line < 0 || !byte)
        return std::nullopt;
    const std::size_t at = static_cast<std::size_t>(line) * hexBytesPerLine + static_cast<std::size_t>(*byte);
    return at < m_bytes.size() ? std::optional(at) : std::nullopt;
}

void ByteView::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    m_anchor = byteAt(event->pos());
    m_chosen = {};
    viewport()->update();
    if (m_anchor)
        Q_EMIT pressed(*m_anchor);
}

void ByteView::mouseMoveEvent(QMouseEvent* event)
{
    const auto byte = byteAt(event->pos());
    if (byte && m_anchor && (event->buttons() & Qt::LeftButton) != 0) {
        const auto [low, high] = std::minmax(*byte, *m_anchor);
        m_chosen = low == high ? ByteRange{} : ByteRange{low, high - low + 1};
        viewport()->update();
    }
    Q_EMIT hovered(byte);
}

bool ByteView::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::Leave)
        Q_EMIT hovered(std::nullopt);
    return LineView::viewportEvent(event);
}

QString ByteView::copied(BytesAs as) const
{
    ByteRange range = m_chosen.length > 0 ? m_chosen : m_marked;
    if (range.length == 0 || range.begin >= m_bytes.size())
        range = {0, m_bytes.size()};
    return bytesText(std::span(m_bytes).subspan(range.begin, std::min(range.length, m_bytes.size() - range.begin)), as);
}

void ByteView::copy(BytesAs as) const
{
    QGuiApplication::clipboard()->setText(copied(as));
}

void ByteView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy))
        copy(BytesAs::Hex);
    else
        LineView::keyPressEvent(event);
}

void ByteView::contextMenuEvent(QContextMenuEvent* event)
{
    QMenu menu;
    connect(menu.addAction(tr("Copy as &hex")), &QAction::triggered, this, [this] { copy(BytesAs::Hex); });
    connect(menu.addAction(tr("Copy as &text")), &QAction::triggered, this, [this] { copy(BytesAs::Text); });
    connect(menu.addAction(tr("Copy as a &C array")), &QAction::triggered, this, [this] { copy(BytesAs::C); });
    menu.exec(event->globalPos());
}

} // namespace flowscent::ui
