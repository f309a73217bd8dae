// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/peers_view.h"

#include "ui/models/summary_model.h"
#include "ui/plots/colours.h"

#include <QEvent>
#include <QHeaderView>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>

namespace flowscent::ui {

namespace {

constexpr qsizetype mostRemembered = 200; ///< finding a row again looks through all of them

} // namespace

PeersView::PeersView(SummaryModel& model, QWidget* parent)
    : QTableView(parent)
    , m_model(model)
{
    setModel(&model);
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setShowGrid(false);
    setAlternatingRowColors(true);
    setWordWrap(false);
    setFrameShape(NoFrame);
    setTabKeyNavigation(false);
    setHorizontalScrollMode(ScrollPerPixel);
    setContextMenuPolicy(Qt::ActionsContextMenu);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    auto* heading = horizontalHeader();
    heading->setHighlightSections(false);
    heading->setSectionsClickable(true);
    heading->setSectionsMovable(true);
    heading->setSortIndicatorShown(true);
    heading->setSortIndicator(model.sortColumn(), model.sortOrder());
    connect(heading, &QHeaderView::sectionClicked, this, &PeersView::headingClicked);
    connect(this, &QTableView::doubleClicked, this, &PeersView::opened);
    connect(&model, &QAbstractItemModel::modelAboutToBeReset, this, &PeersView::remember);
    connect(&model, &QAbstractItemModel::modelReset, this, &PeersView::restore);
    measure();
}

void PeersView::measure()
{
    constexpr int padding = 14;
    constexpr int indicator = 12;
    const QFontMetrics metrics(font());
    verticalHeader()->setDefaultSectionSize(metrics.height() + 7);
    for (int column = 0; column < m_model.columnCount(); ++column) {
        const int widest = metrics.horizontalAdvance(QString::fromUtf8(m_model.column(column).widest));
        const int heading =
            metrics.horizontalAdvance(m_model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
        setColumnWidth(column, std::max(widest, heading + indicator) + padding);
    }
}

/// A click sorts by the column, what is wanted first of it on top; a second one turns the order round.
void PeersView::headingClicked(int column)
{
    Qt::SortOrder order = m_model.firstOrder(column);
    if (column == m_model.sortColumn())
        order = m_model.sortOrder() == Qt::AscendingOrder ? Qt::DescendingOrder : Qt::AscendingOrder;
    horizontalHeader()->setSortIndicator(column, order);
    m_model.sort(column, order);
    scrollToTop();
}

void PeersView::remember()
{
    m_marked.clear();
    for (const QModelIndex& index : selectionModel()->selectedRows().mid(0, mostRemembered))
        m_marked << index.data(SummaryModel::KeyRole).toString();
    m_current = currentIndex().data(SummaryModel::KeyRole).toString();
    m_currentColumn = std::max(0, currentIndex().column());
    m_scrolled = verticalScrollBar()->value();
}

void PeersView::restore()
{
    if (!m_current.isEmpty()) {
        if (const int row = m_model.rowOf(m_current); row >= 0)
            selectionModel()->setCurrentIndex(m_model.index(row, m_currentColumn), QItemSelectionModel::NoUpdate);
    }
    QItemSelection marked;
    for (const QString& key : m_marked) {
        if (const int row = m_model.rowOf(key); row >= 0)
            marked.select(m_model.index(row, 0), m_model.index(row, m_model.columnCount() - 1));
    }
    selectionModel()->select(marked, QItemSelectionModel::ClearAndSelect);
    verticalScrollBar()->setValue(m_scrolled);
}

void PeersView::setEmptyText(const QString& text)
{
    m_emptyText = text;
    viewport()->update();
}

void PeersView::paintEvent(QPaintEvent* event)
{
    QTableView::paintEvent(event);
    if (m_emptyText.isEmpty() || m_model.rowCount() > 0)
        return;
    QPainter painter(viewport());
    painter.setPen(Colours::of(palette()).muted);
    painter.drawText(viewport()->rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
}

void PeersView::changeEvent(QEvent* event)
{
    QTableView::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        measure();
}

void PeersView::keyPressEvent(QKeyEvent* event)
{
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && event->modifiers() == Qt::NoModifier)
        Q_EMIT opened();
    else
        QTableView::keyPressEvent(event);
}

} // namespace flowscent::ui
