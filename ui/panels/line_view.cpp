// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/line_view.h"

#include "ui/plots/colours.h"

#include <QApplication>
#include <QEvent>
#include <QFontDatabase>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <climits>
#include <cmath>

namespace flowscent::ui {

namespace {

constexpr int margin = 6; ///< device-independent pixels left of the first column

} // namespace

LineView::LineView(QWidget* parent)
    : QAbstractScrollArea(parent)
{
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setMouseTracking(true);
    viewport()->setCursor(Qt::IBeamCursor);
    takeFont();
    measure();
}

/// As large as the program's own, less a point: sixteen bytes and their letters need room.
void LineView::takeFont()
{
    QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    const qreal size = QApplication::font().pointSizeF();
    if (size > 0)
        fixed.setPointSizeF(std::max(7.0, size - 1));
    setFont(fixed);
}

void LineView::measure()
{
    const QFontMetricsF metrics(font());
    m_signWidth = std::max(1.0, metrics.horizontalAdvance(QString(64, QLatin1Char('0'))) / 64);
    m_lineHeight = std::max(1, static_cast<int>(std::ceil(metrics.height())) + 1);
    m_ascent = static_cast<int>(std::ceil(metrics.ascent()));
    setBars();
}

void LineView::setLines(qsizetype lines, int columns)
{
    m_lines = lines;
    m_columns = columns;
    setBars();
    viewport()->update();
}

int LineView::visibleLines() const
{
    return std::max(1, viewport()->height() / m_lineHeight);
}

void LineView::setBars()
{
    const qsizetype below = std::max<qsizetype>(0, m_lines - visibleLines());
    verticalScrollBar()->setRange(0, static_cast<int>(std::min<qsizetype>(below, INT_MAX)));
    verticalScrollBar()->setPageStep(visibleLines());
    const int width = static_cast<int>(std::ceil(m_columns * m_signWidth)) + 2 * margin;
    horizontalScrollBar()->setRange(0, std::max(0, width - viewport()->width()));
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setSingleStep(static_cast<int>(m_signWidth * 4));
}

void LineView::reveal(qsizetype line)
{
    const int first = verticalScrollBar()->value();
    if (line < first)
        verticalScrollBar()->setValue(static_cast<int>(line));
    else if (line >= first + visibleLines())
        verticalScrollBar()->setValue(static_cast<int>(line) - visibleLines() + 1);
}

qsizetype LineView::lineAt(QPoint point) const
{
    const qsizetype line = verticalScrollBar()->value() + point.y() / m_lineHeight;
    return point.y() >= 0 && line < m_lines ? line : -1;
}

int LineView::columnAt(QPoint point) const
{
    return static_cast<int>(std::floor((point.x() + horizontalScrollBar()->value() - margin) / m_signWidth));
}

void LineView::setPlaceholderText(const QString& text)
{
    m_placeholder = text;
    viewport()->update();
}

void LineView::paintEvent(QPaintEvent* /*event*/)
{
    QPainter painter(viewport());
    if (m_lines == 0 && !m_placeholder.isEmpty()) {
        painter.setFont(parentWidget() == nullptr ? font() : parentWidget()->font()); // words, not bytes
        painter.setPen(Colours::of(palette()).muted);
        painter.drawText(viewport()->rect().adjusted(2 * margin, margin, -2 * margin, -margin),
                         Qt::AlignTop | Qt::AlignLeft | Qt::TextWordWrap, m_placeholder);
        return;
    }
    painter.setFont(font());
    const qsizetype first = verticalScrollBar()->value();
    const qreal left = margin - horizontalScrollBar()->value();
    const qsizetype last = std::min(m_lines, first + viewport()->height() / m_lineHeight + 1);
    for (qsizetype line = first; line < last; ++line)
        paintLine(painter, line, QPointF(left, static_cast<qreal>((line - first) * m_lineHeight)));
}

void LineView::resizeEvent(QResizeEvent* event)
{
    QAbstractScrollArea::resizeEvent(event);
    setBars();
}

void LineView::changeEvent(QEvent* event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::ApplicationFontChange)
        takeFont();
    if (event->type() == QEvent::FontChange)
        measure();
    viewport()->update();
}

void LineView::keyPressEvent(QKeyEvent* event)
{
    QScrollBar* bar = verticalScrollBar();
    switch (event->key()) {
    case Qt::Key_Up:
        bar->triggerAction(QAbstractSlider::SliderSingleStepSub);
        break;
    case Qt::Key_Down:
        bar->triggerAction(QAbstractSlider::SliderSingleStepAdd);
        break;
    case Qt::Key_PageUp:
        bar->triggerAction(QAbstractSlider::SliderPageStepSub);
        break;
    case Qt::Key_PageDown:
        bar->triggerAction(QAbstractSlider::SliderPageStepAdd);
        break;
    case Qt::Key_Home:
        bar->triggerAction(QAbstractSlider::SliderToMinimum);
        break;
    case Qt::Key_End:
        bar->triggerAction(QAbstractSlider::SliderToMaximum);
        break;
    default:
        QAbstractScrollArea::keyPressEvent(event);
    }
}

} // namespace flowscent::ui
