// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/flow_table_model.h"

#include "ui/models/cell_text.h"
#include "ui/models/flow_columns.h"
#include "ui/models/flow_selection.h"

#include <QTimerEvent>

#include <algorithm>
#include <cmath>
#include <utility>

namespace flowscent::ui {

namespace {

constexpr std::size_t shapePackets = 32;
constexpr int pauseOfChanges = 100; ///< ms; nobody reads faster, and every change repaints

bool onOneDay(const flow::FlowTable& table)
{
    constexpr base::Nanoseconds day = 86'400 * base::nanosecondsPerSecond;
    const auto [first, last] = std::ranges::minmax_element(table.start);
    return first == table.start.end() || *first / day == *last / day;
}

bool continues(const std::vector<std::uint32_t>& before, const std::vector<std::uint32_t>& rows)
{
    return rows.size() >= before.size() && std::equal(before.begin(), before.end(), rows.begin());
}

QVariant alignment(FlowColumn column)
{
    return QVariant::fromValue((columnText(column).number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
}

QVariant scoreData(float score)
{
    return std::isnan(score) ? QVariant() : QVariant(score);
}

} // namespace

bool FlowTableModel::show(std::shared_ptr<const flow::FlowTable> table, std::vector<std::uint32_t> rows)
{
    const auto& shown = m_facts.table;
    const bool grown = table != shown;
    const bool sameCapture = shown && table && table->size() >= shown->size();
    if (sameCapture && continues(m_rows, rows)) {
        const auto before = static_cast<int>(m_rows.size());
        const auto after = static_cast<int>(rows.size());
        if (after > before)
            beginInsertRows({}, before, after - 1);
        if (grown)
            m_facts.oneDay = onOneDay(*table);
        m_facts.table = std::move(table);
        placeRows(std::move(rows));
        if (after > before)
            endInsertRows();
        if (grown)
            columnsChanged(FlowColumn::Start, FlowColumn::Risks); // open flows have gone on
        return false;
    }
    beginResetModel();
    if (grown)
        m_facts.oneDay = !table || onOneDay(*table);
    m_facts.table = std::move(table);
    placeRows(std::move(rows));
    endResetModel();
    return true;
}

void FlowTableModel::placeRows(std::vector<std::uint32_t> rows)
{
    m_rows = std::move(rows);
    m_places.clear();
}

void FlowTableModel::setScores(std::shared_ptr<const Scores> scores)
{
    m_facts.scores = std::move(scores);
    columnsChanged(FlowColumn::Verdict, FlowColumn::Adaptation);
}

void FlowTableModel::setKeptScores(std::shared_ptr<const Scores> scores)
{
    m_facts.kept = std::move(scores);
    columnsChanged(FlowColumn::KeptScore, FlowColumn::Change);
}

void FlowTableModel::setJudgements(std::shared_ptr<const Judgements> judgements)
{
    m_facts.judgements = std::move(judgements);
    columnsChanged(FlowColumn::Verdict, FlowColumn::OneInN);
}

void FlowTableModel::setSupport(hunt::SupportSet support)
{
    m_facts.support = std::move(support);
    columnsChanged(FlowColumn::Label, FlowColumn::Label);
}

void FlowTableModel::setMarks(std::shared_ptr<const hunt::Marks> marks)
{
    m_facts.marks = std::move(marks);
    columnsChanged(FlowColumn::Label, FlowColumn::Label);
}

void FlowTableModel::setHighlight(std::shared_ptr<const flow::FlowSet> flows)
{
    m_highlight = std::move(flows);
    columnsChanged(static_cast<FlowColumn>(0), static_cast<FlowColumn>(flowColumns - 1));
}

void FlowTableModel::setOrder(std::vector<SortBy> order)
{
    m_order = std::move(order);
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
}

void FlowTableModel::setSelection(const FlowSelection* chosen)
{
    m_selection = chosen;
}

bool FlowTableModel::chosen(flow::FlowId flow) const
{
    return m_selection != nullptr && m_selection->contains(flow);
}

void FlowTableModel::setVisibleRows(int first, int last)
{
    m_firstVisible = first;
    m_lastVisible = last;
}

/// The first change is told at once, those that follow within a tenth of a second together.
void FlowTableModel::columnsChanged(FlowColumn first, FlowColumn last)
{
    const auto from = static_cast<int>(first);
    const auto to = static_cast<int>(last);
    m_firstChanged = m_firstChanged < 0 ? from : std::min(m_firstChanged, from);
    m_lastChanged = std::max(m_lastChanged, to);
    if (!m_pause.isActive())
        tellChanges();
}

void FlowTableModel::tellChanges()
{
    const int from = std::exchange(m_firstChanged, -1);
    const int to = std::exchange(m_lastChanged, -1);
    const bool all = m_lastVisible == -2;
    const int end = static_cast<int>(m_rows.size()) - 1;
    const int top = all ? 0 : std::clamp(m_firstVisible, 0, std::max(0, end));
    const int bottom = all ? end : std::min(m_lastVisible, end);
    if (from < 0)
        return;
    m_pause.start(pauseOfChanges, this);
    if (bottom >= top)
        Q_EMIT dataChanged(index(top, from), index(bottom, to));
}

void FlowTableModel::timerEvent(QTimerEvent* event)
{
    if (event->timerId() != m_pause.timerId()) {
        QAbstractTableModel::timerEvent(event);
        return;
    }
    m_pause.stop();
    tellChanges();
}

int FlowTableModel::rowOf(flow::FlowId flow) const
{
    if (m_places.empty() && !m_rows.empty()) {
        m_places.resize(m_facts.table->size());
        for (std::uint32_t row = 0; row < m_rows.size(); ++row)
            m_places[m_rows[row]] = row + 1;
    }
    return flow.value < m_places.size() ? static_cast<int>(m_places[flow.value]) - 1 : -1;
}

std::size_t FlowTableModel::bytes() const
{
    return (m_rows.capacity() + m_places.capacity()) * sizeof(std::uint32_t);
}

int FlowTableModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int FlowTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(flowColumns);
}

/// " ▲", or " ▲2" for the second of several columns.
QString FlowTableModel::orderText(FlowColumn column) const
{
    const auto found = std::ranges::find(m_order, column, &SortBy::column);
    if (found == m_order.end())
        return {};
    const QString arrow = found->descending ? QStringLiteral(" ▼") : QStringLiteral(" ▲");
    return m_order.size() == 1 ? arrow : arrow + QString::number(found - m_order.begin() + 1);
}

QString FlowTableModel::headingAloud(FlowColumn column) const
{
    const QString name = tr(columnText(column).name);
    const auto found = std::ranges::find(m_order, column, &SortBy::column);
    if (found == m_order.end())
        return name;
    const QString text = found->descending ? tr("%1, sorted descending") : tr("%1, sorted ascending");
    return m_order.size() == 1 ? text.arg(name)
                               : tr("%1, place %2 of the order").arg(text.arg(name)).arg(found - m_order.begin() + 1);
}

QVariant FlowTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    const auto column = static_cast<FlowColumn>(section);
    switch (role) {
    case Qt::DisplayRole:
        return QString(tr(columnText(column).heading) + orderText(column));
    case Qt::AccessibleTextRole:
        return headingAloud(column);
    case Qt::ToolTipRole:
        return columnExplanation(column);
    case Qt::TextAlignmentRole:
        return alignment(column);
    default:
        return {};
    }
}

QVariant FlowTableModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const std::uint32_t flow = m_rows[static_cast<std::size_t>(index.row())];
    const auto column = static_cast<FlowColumn>(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return cellText(m_facts, column, flow);
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1: %2").arg(tr(columnText(column).name), cellText(m_facts, column, flow)) +
               (column == FlowColumn::Label && m_facts.bookmarked(flow) ? tr(", bookmarked") : QString());
    case Qt::AccessibleDescriptionRole: // Qt's own accessible cells ask its own selection, which is empty
        return chosen(flow::FlowId(flow)) ? tr("chosen") : QString();
    case Qt::ToolTipRole:
        return cellToolTip(m_facts, column, flow);
    case Qt::TextAlignmentRole:
        return alignment(column);
    case FlowRole:
        return flow;
    case ScoreRole:
        return scoreData(column == FlowColumn::KeptScore ? m_facts.keptScore(flow) : m_facts.score(flow));
    case ShapeRole:
        return QVariant::fromValue(shapeOf(*m_facts.table, flow::FlowId(flow)));
    case LabelRole:
        return static_cast<int>(m_facts.support.label(flow::FlowId(flow)));
    case VerdictRole:
        return m_facts.verdict(flow) == Judgements::none ? QVariant() : QVariant(int{m_facts.verdict(flow)});
    case ChosenRole:
        return chosen(flow::FlowId(flow));
    case HighlightRole:
        return highlighted(flow::FlowId(flow));
    default:
        return {};
    }
}

QList<int> shapeOf(const flow::FlowTable& table, flow::FlowId flow)
{
    QList<int> sizes;
    const auto packets = table.observations(flow);
    for (const flow::Observation& packet : packets.first(std::min(shapePackets, packets.size()))) {
        const int size = static_cast<int>(std::min<std::uint32_t>(packet.payloadLength, 65535));
        sizes.push_back((packet.marks & flow::FromServer) != 0 ? -size : size);
    }
    return sizes;
}

} // namespace flowscent::ui
