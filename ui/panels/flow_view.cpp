// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/flow_view.h"

#include "ui/models/flow_columns.h"
#include "ui/models/flow_selection.h"
#include "ui/panels/flow_delegate.h"
#include "ui/panels/flow_menus.h"
#include "ui/plots/colours.h"

#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QHeaderView>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>
#include <QTimerEvent>

#include <algorithm>
#include <cmath>

namespace flowscent::ui {

namespace {

constexpr int rememberAfter = 500; ///< ms without another move of a column

int section(FlowColumn column)
{
    return static_cast<int>(column);
}

/// What people want to see first when they click a heading.
bool startsDescending(FlowColumn column)
{
    switch (column) {
    case FlowColumn::Verdict:
    case FlowColumn::Score:
    case FlowColumn::OneInN:
    case FlowColumn::KeptScore:
    case FlowColumn::Change:
    case FlowColumn::Duration:
    case FlowColumn::PacketsOut:
    case FlowColumn::PacketsIn:
    case FlowColumn::Packets:
    case FlowColumn::BytesOut:
    case FlowColumn::BytesIn:
    case FlowColumn::Bytes:
    case FlowColumn::IcmpErrors:
    case FlowColumn::Guessed:
    case FlowColumn::Risks:
        return true;
    default:
        return false;
    }
}

} // namespace

FlowView::FlowView(FlowTableModel& model, FlowSelection& selection, QWidget* parent)
    : QTableView(parent)
    , m_model(model)
    , m_selection(selection)
    , m_choice(model, selection)
    , m_delegate(new FlowDelegate(this))
    , m_usual{}
{
    setObjectName(QStringLiteral("flowTable"));
    setAccessibleName(tr("Flows"));
    setModel(&model);
    setItemDelegate(m_delegate);
    model.setSelection(&selection);
    setSelectionBehavior(SelectRows);
    setSelectionMode(NoSelection);
    setShowGrid(false);
    setAlternatingRowColors(true);
    setWordWrap(false);
    setFrameShape(NoFrame);
    setTabKeyNavigation(false);
    viewport()->setAttribute(Qt::WA_Hover); // chips offer what a click does
    setHorizontalScrollMode(ScrollPerPixel);
    setMouseTracking(true);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    dressHeading();
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, &FlowView::visibleRowsChanged);
    connect(&m_selection, &FlowSelection::changed, this, &FlowView::selectionChangedElsewhere);
    connect(&m_selection, &FlowSelection::currentChanged, this, &FlowView::currentChangedElsewhere);
    measure();
    showColumns(columnSets::last().value_or(columnSets::usual()));
    m_remembering.stop();
}

FlowView::~FlowView()
{
    if (m_remembering.isActive())
        columnSets::rememberLast(columns());
    m_model.setSelection(nullptr);
}

void FlowView::dressHeading()
{
    auto* heading = horizontalHeader();
    heading->setObjectName(QStringLiteral("flowHeading"));
    heading->setAccessibleName(tr("Columns"));
    heading->setHighlightSections(false);
    heading->setSectionsClickable(true);
    heading->setSectionsMovable(true);
    heading->setMinimumSectionSize(24);
    heading->setTextElideMode(Qt::ElideRight);
    heading->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(heading, &QHeaderView::sectionClicked, this, &FlowView::headingClicked);
    connect(heading, &QWidget::customContextMenuRequested, this, &FlowView::headingMenu);
    connect(heading, &QHeaderView::sectionMoved, this, &FlowView::columnsMoved);
    connect(heading, &QHeaderView::sectionResized, this, &FlowView::columnsMoved);
}

/// In the font at hand; columns that somebody has made wider or narrower stay so in proportion.
void FlowView::measure()
{
    constexpr int padding = 14;
    const ColumnLayout before = columns();
    const QFontMetrics metrics(font());
    verticalHeader()->setDefaultSectionSize(metrics.height() + 7);
    for (std::size_t i = 0; i < flowColumns; ++i) {
        const FlowColumnText& text = columnText(static_cast<FlowColumn>(i));
        const int heading = metrics.horizontalAdvance(tr(text.heading) + QStringLiteral(" ▲2"));
        m_usual[i] = std::max(metrics.horizontalAdvance(QString::fromUtf8(text.widest)), heading) + padding;
    }
    showColumns(before);
}

ColumnLayout FlowView::columns() const
{
    ColumnLayout layout;
    const auto* heading = horizontalHeader();
    for (int place = 0; place < heading->count(); ++place) {
        const int logical = heading->logicalIndex(place);
        if (isColumnHidden(logical))
            continue;
        layout.push_back({static_cast<FlowColumn>(logical),
                          static_cast<double>(columnWidth(logical)) / m_usual[static_cast<std::size_t>(logical)]});
    }
    return layout;
}

void FlowView::showColumns(const ColumnLayout& layout)
{
    m_arranging = true;
    auto* heading = horizontalHeader();
    for (std::size_t i = 0; i < flowColumns; ++i) {
        setColumnHidden(static_cast<int>(i), true);
        setColumnWidth(static_cast<int>(i), m_usual[i]);
    }
    int place = 0;
    for (const ShownColumn& shown : layout) {
        const int logical = section(shown.column);
        heading->moveSection(heading->visualIndex(logical), place++);
        setColumnHidden(logical, false);
        setColumnWidth(logical,
                       static_cast<int>(std::lround(shown.width * m_usual[static_cast<std::size_t>(logical)])));
    }
    m_arranging = false;
    showComparison(m_comparing);
    columnsMoved();
}

void FlowView::showColumn(FlowColumn column, bool shown)
{
    setColumnHidden(section(column), !shown);
    columnsMoved();
}

void FlowView::columnsMoved()
{
    if (!m_arranging)
        m_remembering.start(rememberAfter, this);
}

void FlowView::showComparison(bool shown)
{
    m_comparing = shown;
    m_arranging = true;
    setColumnHidden(section(FlowColumn::KeptScore), !shown);
    setColumnHidden(section(FlowColumn::Change), !shown);
    m_arranging = false;
}

void FlowView::showOrder(const std::vector<SortBy>& order)
{
    m_order = order;
    m_model.setOrder(order);
}

void FlowView::askOrder(const std::vector<SortBy>& order)
{
    showOrder(order);
    Q_EMIT sortAsked(order);
}

void FlowView::addToOrder(FlowColumn column)
{
    std::vector<SortBy> order = m_order;
    const auto known = std::ranges::find(order, column, &SortBy::column);
    if (known == order.end())
        order.push_back({column, startsDescending(column)});
    else
        known->descending = !known->descending;
    askOrder(order);
}

/// A click sorts by the column, a second one turns the order round, Shift adds the column below those before it.
void FlowView::headingClicked(int clicked)
{
    const auto column = static_cast<FlowColumn>(clicked);
    if (!sortable(column))
        return;
    const bool alone = m_order.size() == 1 && m_order.front().column == column;
    if (alone || QApplication::keyboardModifiers().testFlag(Qt::ShiftModifier))
        addToOrder(column);
    else
        askOrder({{column, startsDescending(column)}});
}

void FlowView::headingMenu(const QPoint& at)
{
    const int logical = horizontalHeader()->logicalIndexAt(at);
    if (logical < 0)
        return;
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("columnMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    fillColumnMenu(*menu, *this, static_cast<FlowColumn>(logical));
    menu->popup(horizontalHeader()->mapToGlobal(at));
}

std::pair<int, int> FlowView::visibleRows() const
{
    const int rows = m_model.rowCount();
    const int first = rowAt(0);
    if (first < 0)
        return {0, -1};
    const int last = rowAt(viewport()->height() - 1);
    return {first, last < 0 ? rows - 1 : last};
}

void FlowView::setEmptyText(const QString& text)
{
    m_emptyText = text;
    viewport()->update();
}

std::optional<flow::FlowId> FlowView::currentFlow() const
{
    const QModelIndex current = currentIndex();
    return current.isValid() ? std::optional(m_model.flowAt(current.row())) : std::nullopt;
}

FlowColumn FlowView::currentColumn() const
{
    const int column = currentIndex().column();
    return column < 0 ? FlowColumn::Label : static_cast<FlowColumn>(column);
}

std::size_t FlowView::chosenFlows() const
{
    return m_selection.count();
}

void FlowView::copyCell() const
{
    QApplication::clipboard()->setText(m_model.data(currentIndex(), Qt::DisplayRole).toString());
}

void FlowView::copyRows(CopyFormat format) const
{
    std::vector<FlowColumn> shown;
    for (const ShownColumn& column : columns())
        shown.push_back(column.column);
    std::vector<flow::FlowId> flows = m_selection.flows();
    std::ranges::stable_sort(flows, {}, [this](flow::FlowId flow) {
        const int row = m_model.rowOf(flow);
        return row < 0 ? std::numeric_limits<int>::max() : row; // chosen, but not shown: last
    });
    QApplication::clipboard()->setText(rowsText(m_model.facts(), shown, flows, format));
}

void FlowView::selectionChangedElsewhere()
{
    viewport()->update();
    toldToAccessibility();
    if (!m_choosing)
        showChosen();
}

void FlowView::currentChangedElsewhere()
{
    const auto current = m_selection.current();
    const int row = current ? m_model.rowOf(*current) : -1;
    if (row < 0 || row == currentIndex().row())
        return;
    setCurrentQuietly(m_model.index(row, std::max(0, currentIndex().column())));
    scrollTo(m_model.index(row, section(currentColumn())));
}

void FlowView::showChosen()
{
    const auto current = m_selection.current();
    int row = current ? m_model.rowOf(*current) : -1;
    if (row >= 0)
        setCurrentQuietly(m_model.index(row, std::max(0, currentIndex().column())));
    if ((row < 0 || !m_choice.contains(row)) && !m_selection.empty()) {
        const auto& rows = m_model.rows();
        const auto first =
            std::ranges::find_if(rows, [this](std::uint32_t flow) { return m_selection.contains(flow::FlowId(flow)); });
        row = first == rows.end() ? row : static_cast<int>(first - rows.begin());
    }
    if (row < 0)
        return;
    const int across = horizontalScrollBar()->value(); // nobody asked for another column
    scrollTo(m_model.index(row, section(currentColumn())));
    horizontalScrollBar()->setValue(across);
}

void FlowView::toldToAccessibility()
{
    if (!QAccessible::isActive())
        return;
    QAccessibleEvent event(this, QAccessible::SelectionWithin);
    QAccessible::updateAccessibility(&event);
}

QRect FlowView::rowRect(int row) const
{
    const auto* heading = horizontalHeader();
    return {0, rowViewportPosition(row), std::min(viewport()->width(), heading->length() - heading->offset()),
            rowHeight(row)};
}

void FlowView::paintEvent(QPaintEvent* event)
{
    QTableView::paintEvent(event);
    QPainter painter(viewport());
    const Colours colours = Colours::of(palette());
    const auto [first, last] = visibleRows();
    for (int row = first; row <= last; ++row) { // a mark beside the colour
        if (m_choice.contains(row))
            painter.fillRect(QRect(0, rowViewportPosition(row) + 1, 3, rowHeight(row) - 2), colours.accent);
    }
    if (const int row = currentIndex().row(); row >= first && row <= last) {
        painter.setPen(QPen(hasFocus() ? colours.accent : colours.muted, 1, hasFocus() ? Qt::SolidLine : Qt::DotLine));
        painter.drawRect(rowRect(row).adjusted(0, 0, -1, -1));
        if (hasFocus()) {
            const QRect cell = visualRect(currentIndex());
            painter.fillRect(QRect(cell.left() + 2, cell.bottom() - 1, cell.width() - 4, 2), colours.accent);
        }
    }
    if (m_emptyText.isEmpty() || m_model.rowCount() > 0)
        return;
    painter.setPen(colours.muted);
    painter.drawText(viewport()->rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
}

void FlowView::resizeEvent(QResizeEvent* event)
{
    QTableView::resizeEvent(event);
    Q_EMIT visibleRowsChanged();
}

void FlowView::changeEvent(QEvent* event)
{
    QTableView::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        measure();
}

void FlowView::timerEvent(QTimerEvent* event)
{
    if (event->timerId() == m_remembering.timerId()) {
        m_remembering.stop();
        columnSets::rememberLast(columns());
    } else if (event->timerId() == m_scrolling.timerId()) {
        dragOver(viewport()->mapFromGlobal(QCursor::pos()));
    } else {
        QTableView::timerEvent(event);
    }
}

} // namespace flowscent::ui
