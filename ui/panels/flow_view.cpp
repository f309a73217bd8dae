// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/flow_view.h"

#include "ui/models/flow_columns.h"
#include "ui/models/flow_table_model.h"
#include "ui/panels/flow_delegate.h"
#include "ui/plots/colours.h"

#include <QApplication>
#include <QEvent>
#include <QHeaderView>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>

namespace flowscent::ui {

namespace {

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
    case FlowColumn::KeptScore:
    case FlowColumn::Change:
    case FlowColumn::Duration:
    case FlowColumn::PacketsOut:
    case FlowColumn::PacketsIn:
    case FlowColumn::BytesOut:
    case FlowColumn::BytesIn:
    case FlowColumn::Risks:
        return true;
    default:
        return false;
    }
}

bool sortable(FlowColumn column)
{
    return column != FlowColumn::Shape && column != FlowColumn::CommunityId;
}

} // namespace

FlowView::FlowView(FlowTableModel& model, QWidget* parent)
    : QTableView(parent)
    , m_delegate(new FlowDelegate(this))
{
    setObjectName(QStringLiteral("flowTable"));
    setAccessibleName(tr("Flows"));
    setModel(&model);
    setItemDelegate(m_delegate);
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setShowGrid(false);
    setAlternatingRowColors(true);
    setWordWrap(false);
    setFrameShape(NoFrame);
    setTabKeyNavigation(false);
    viewport()->setAttribute(Qt::WA_Hover); // chips offer what a click does
    setHorizontalScrollMode(ScrollPerPixel);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    auto* heading = horizontalHeader();
    heading->setHighlightSections(false);
    heading->setSectionsClickable(true);
    heading->setSectionsMovable(true);
    heading->setSortIndicatorShown(true);
    heading->setMinimumSectionSize(24);
    heading->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(heading, &QHeaderView::sectionClicked, this, &FlowView::headingClicked);
    connect(heading, &QWidget::customContextMenuRequested, this, &FlowView::headingMenu);
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, &FlowView::visibleRowsChanged);
    showComparison(false);
    for (const FlowColumn rare : {FlowColumn::Category, FlowColumn::Alpn, FlowColumn::Agent, FlowColumn::Software,
                                  FlowColumn::ClientPrint, FlowColumn::ServerPrint, FlowColumn::Ja4, FlowColumn::Risks})
        hideColumn(section(rare));
    showOrder({});
    measure();
}

void FlowView::measure()
{
    constexpr int padding = 14;
    constexpr int indicator = 12;
    const QFontMetrics metrics(font());
    verticalHeader()->setDefaultSectionSize(metrics.height() + 7);
    for (int column = 0; column < model()->columnCount(); ++column) {
        const FlowColumnText& text = columnText(static_cast<FlowColumn>(column));
        const int widest = metrics.horizontalAdvance(QString::fromUtf8(text.widest));
        const int heading = metrics.horizontalAdvance(tr(text.heading)) + indicator;
        setColumnWidth(column, std::max(widest, heading) + padding);
    }
}

void FlowView::showComparison(bool shown)
{
    setColumnHidden(section(FlowColumn::KeptScore), !shown);
    setColumnHidden(section(FlowColumn::Change), !shown);
}

void FlowView::showOrder(const std::vector<SortBy>& order)
{
    m_order = order;
    const SortBy first = order.empty() ? SortBy{} : order.front();
    horizontalHeader()->setSortIndicator(section(first.column),
                                         first.descending ? Qt::DescendingOrder : Qt::AscendingOrder);
}

/// A click sorts by the column, a second one turns the order round, Shift adds the column below those before it.
void FlowView::headingClicked(int clicked)
{
    const auto column = static_cast<FlowColumn>(clicked);
    if (!sortable(column)) {
        showOrder(m_order);
        return;
    }
    std::vector<SortBy> order = m_order;
    const auto known = std::ranges::find(order, column, &SortBy::column);
    const SortBy asked{column, known == order.end() ? startsDescending(column) : !known->descending};
    if (QApplication::keyboardModifiers().testFlag(Qt::ShiftModifier)) {
        if (known == order.end())
            order.push_back(asked);
        else
            *known = asked;
    } else {
        order = {asked};
    }
    showOrder(order);
    Q_EMIT sortAsked(order);
}

void FlowView::headingMenu(const QPoint& at)
{
    QMenu menu(this);
    for (int column = 0; column < model()->columnCount(); ++column) {
        const FlowColumnText& text = columnText(static_cast<FlowColumn>(column));
        auto* action = menu.addAction(tr(text.heading));
        action->setToolTip(tr(text.explanation));
        action->setCheckable(true);
        action->setChecked(!isColumnHidden(column));
        connect(action, &QAction::toggled, this, [this, column](bool shown) { setColumnHidden(column, !shown); });
    }
    menu.setToolTipsVisible(true);
    menu.exec(horizontalHeader()->mapToGlobal(at));
}

std::pair<int, int> FlowView::visibleRows() const
{
    const int rows = model()->rowCount();
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

void FlowView::paintEvent(QPaintEvent* event)
{
    QTableView::paintEvent(event);
    if (m_emptyText.isEmpty() || model()->rowCount() > 0)
        return;
    QPainter painter(viewport());
    painter.setPen(Colours::of(palette()).muted);
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

} // namespace flowscent::ui
