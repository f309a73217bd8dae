// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/flow_mime.h"
#include "ui/models/flow_selection.h"
#include "ui/models/flow_text.h"
#include "ui/panels/flow_delegate.h"
#include "ui/panels/flow_menus.h"
#include "ui/panels/flow_view.h"
#include "ui/plots/colours.h"

#include <QApplication>
#include <QContextMenuEvent>
#include <QDrag>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>

/// Mouse and keys of the flow table.
namespace flowscent::ui {

namespace {

constexpr auto choosingKeys = Qt::ShiftModifier | Qt::ControlModifier;

/// What the pointer carries while rows are dragged.
QPixmap dragPicture(const QString& text, const QWidget& widget)
{
    const Colours colours = Colours::of(widget.palette());
    const QFontMetrics metrics(widget.font());
    const QSize size(metrics.horizontalAdvance(text) + metrics.height(), metrics.height() + 8);
    QPixmap picture(size * widget.devicePixelRatioF());
    picture.setDevicePixelRatio(widget.devicePixelRatioF());
    picture.fill(widget.palette().color(QPalette::Highlight));
    QPainter painter(&picture);
    painter.setFont(widget.font());
    painter.setPen(colours.accent);
    painter.drawRect(0, 0, size.width() - 1, size.height() - 1);
    painter.setPen(widget.palette().color(QPalette::HighlightedText));
    painter.drawText(QRect(QPoint(), size), Qt::AlignCenter, text);
    return picture;
}

} // namespace

/// Changes the selection by the hunter's hand here: the table shows it already and stays where it is.
template <class Act>
void FlowView::choose(const Act& act)
{
    m_choosing = true;
    act();
    m_choosing = false;
}

void FlowView::selectAll()
{
    choose([this] { m_choice.all(); });
}

void FlowView::invertChoice()
{
    choose([this] { m_choice.invert(); });
}

/// The cell becomes the current one where it stands: nothing moves under the pointer.
void FlowView::setCurrentQuietly(const QModelIndex& index)
{
    const bool scrolls = hasAutoScroll();
    setAutoScroll(false);
    selectionModel()->setCurrentIndex(index, QItemSelectionModel::NoUpdate);
    setAutoScroll(scrolls);
}

void FlowView::currentChanged(const QModelIndex& current, const QModelIndex& previous)
{
    QTableView::currentChanged(current, previous);
    for (const QModelIndex& index : {current, previous}) {
        if (index.isValid())
            viewport()->update(rowRect(index.row())); // the ring is as wide as the table
    }
    if (current.isValid())
        m_selection.setCurrent(m_model.flowAt(current.row()));
}

std::optional<int> FlowView::rowOfKey(int key) const
{
    const int last = m_model.rowCount() - 1;
    const auto [top, bottom] = visibleRows();
    const int page = std::max(1, bottom - top);
    const int row = currentIndex().isValid() ? currentIndex().row() : top - (key == Qt::Key_Down ? 1 : 0);
    const auto within = [last](int wanted) { return std::clamp(wanted, 0, last); };
    if (last < 0)
        return std::nullopt;
    switch (key) {
    case Qt::Key_Up:
        return within(row - 1);
    case Qt::Key_Down:
        return within(row + 1);
    case Qt::Key_PageUp:
        return within(row - page);
    case Qt::Key_PageDown:
        return within(row + page);
    case Qt::Key_Home:
        return 0;
    case Qt::Key_End:
        return last;
    default:
        return std::nullopt;
    }
}

void FlowView::moveTo(int row, Qt::KeyboardModifiers keys)
{
    const int column = currentIndex().isValid() ? currentIndex().column() : static_cast<int>(FlowColumn::Label);
    setCurrentQuietly(m_model.index(row, column));
    const int across = horizontalScrollBar()->value();
    scrollTo(m_model.index(row, column));
    horizontalScrollBar()->setValue(across);
    choose([&] {
        if (keys.testFlag(Qt::ShiftModifier))
            m_choice.extendTo(row, keys.testFlag(Qt::ControlModifier));
        else if (!keys.testFlag(Qt::ControlModifier))
            m_choice.only(row);
    });
}

void FlowView::keyPressEvent(QKeyEvent* event)
{
    const int row = currentIndex().row();
    if (const auto target = rowOfKey(event->key()); target && !event->modifiers().testFlag(Qt::AltModifier))
        moveTo(*target, event->modifiers());
    else if (event->key() == Qt::Key_Space && row >= 0)
        choose([&] { m_choice.toggle(row); });
    else if (event->matches(QKeySequence::SelectAll))
        selectAll();
    else if (event->matches(QKeySequence::Copy))
        copyRows(CopyFormat::Tsv);
    else
        QTableView::keyPressEvent(event);
}

/// Letters are commands here, and a search through a million rows would hold the window up.
void FlowView::keyboardSearch(const QString& /*search*/) {}

void FlowView::mousePressEvent(QMouseEvent* event)
{
    const QModelIndex cell = indexAt(event->position().toPoint());
    m_press = {};
    if (!cell.isValid())
        return;
    const int row = cell.row();
    const Qt::KeyboardModifiers keys = event->modifiers() & choosingKeys;
    const bool wasChosen = m_choice.contains(row);
    setCurrentQuietly(cell);
    choose([&] {
        if (event->button() != Qt::LeftButton || keys == Qt::NoModifier) {
            if (!wasChosen)
                m_choice.only(row);
        } else if (keys.testFlag(Qt::ShiftModifier)) {
            m_choice.extendTo(row, keys.testFlag(Qt::ControlModifier));
        } else {
            m_choice.toggle(row);
        }
    });
    if (event->button() == Qt::LeftButton)
        m_press = {cell, event->position().toPoint(), wasChosen, false, keys};
}

void FlowView::mouseMoveEvent(QMouseEvent* event)
{
    const QPoint at = event->position().toPoint();
    if (!event->buttons().testFlag(Qt::LeftButton)) {
        hover(at);
        return;
    }
    if (!m_press.cell.isValid())
        return;
    if (!m_press.dragging && (at - m_press.at).manhattanLength() < QApplication::startDragDistance())
        return;
    if (!m_press.dragging && m_press.wasChosen && m_press.keys == Qt::NoModifier) {
        dragOut();
        return;
    }
    m_press.dragging = true;
    dragOver(at);
}

/// Rows from the one that was pressed to the one under the pointer; beyond the edge the table goes on by itself.
void FlowView::dragOver(const QPoint& at)
{
    const auto [first, last] = visibleRows();
    if (last < first || !m_press.cell.isValid())
        return;
    constexpr int pause = 40; // ms
    int row = rowAt(std::clamp(at.y(), 0, viewport()->height() - 1));
    row = row < 0 ? last : row;
    if (at.y() < 0 || at.y() >= viewport()->height()) {
        auto* bar = verticalScrollBar();
        const int beyond = at.y() < 0 ? at.y() : at.y() - viewport()->height() + 1;
        bar->setValue(bar->value() + beyond / std::max(1, rowHeight(row)) + (beyond < 0 ? -1 : 1));
        if (!m_scrolling.isActive())
            m_scrolling.start(pause, this);
    } else {
        m_scrolling.stop();
    }
    setCurrentQuietly(m_model.index(row, m_press.cell.column()));
    choose([&] { m_choice.extendTo(row, m_press.keys.testFlag(Qt::ControlModifier)); });
}

void FlowView::dragOut()
{
    m_press = {};
    auto* drag = new QDrag(this);
    drag->setMimeData(flowMime(m_selection.flows()).release());
    drag->setPixmap(dragPicture(flowsText(m_selection.count()), *this));
    drag->exec(Qt::CopyAction);
}

void FlowView::mouseReleaseEvent(QMouseEvent* event)
{
    m_scrolling.stop();
    const Press press = m_press;
    m_press = {};
    if (event->button() != Qt::LeftButton || !press.cell.isValid() || press.dragging || press.keys != Qt::NoModifier)
        return;
    const QPoint at = event->position().toPoint();
    const QModelIndex cell = indexAt(at);
    if (cell != press.cell)
        return;
    if (const auto label = chipAt(cell, at)) {
        Q_EMIT labelAsked(*label);
        hover(at);
    } else if (press.wasChosen) {
        choose([&] { m_choice.only(cell.row()); });
    }
}

/// The second click of two quick ones is a click of its own: into a label cell it takes the label away again.
void FlowView::mouseDoubleClickEvent(QMouseEvent* event)
{
    mousePressEvent(event);
    const QModelIndex cell = indexAt(event->position().toPoint());
    if (cell.isValid() && event->button() == Qt::LeftButton && cell.column() != static_cast<int>(FlowColumn::Label))
        Q_EMIT activated(cell);
}

/// What a click there would make of the flow; nothing outside of label cells.
std::optional<hunt::Label> FlowView::chipAt(const QModelIndex& cell, const QPoint& at) const
{
    if (!cell.isValid() || cell.column() != static_cast<int>(FlowColumn::Label))
        return std::nullopt;
    const hunt::Label wanted = at.x() < visualRect(cell).center().x() ? hunt::Label::Threat : hunt::Label::NotThreat;
    return m_model.facts().support.label(m_model.flowAt(cell.row())) == wanted ? hunt::Label::None : wanted;
}

void FlowView::hover(const QPoint& at)
{
    const QModelIndex cell = indexAt(at);
    const auto label = chipAt(cell, at);
    const FlowDelegate::Hover before = m_delegate->hover();
    const FlowDelegate::Hover now = label ? FlowDelegate::Hover{cell.row(), *label} : FlowDelegate::Hover{};
    if (now == before)
        return;
    m_delegate->setHover(now);
    for (const int row : {before.row, now.row}) {
        if (row >= 0 && row < m_model.rowCount())
            update(m_model.index(row, static_cast<int>(FlowColumn::Label)));
    }
}

bool FlowView::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::Leave)
        hover(QPoint(-1, -1));
    return QTableView::viewportEvent(event);
}

void FlowView::contextMenuEvent(QContextMenuEvent* event)
{
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    const QPoint at = byKey ? viewport()->mapToGlobal(visualRect(currentIndex()).bottomLeft()) : event->globalPos();
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("cellMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    fillCellMenu(*menu, *this);
    menu->popup(at);
    event->accept();
}

void FlowView::focusInEvent(QFocusEvent* event)
{
    QTableView::focusInEvent(event);
    viewport()->update();
}

void FlowView::focusOutEvent(QFocusEvent* event)
{
    QTableView::focusOutEvent(event);
    viewport()->update();
}

} // namespace flowscent::ui
