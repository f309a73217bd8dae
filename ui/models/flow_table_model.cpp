// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/flow_table_model.h"

#include "engine/flow/community_id.h"
#include "ui/models/flow_columns.h"
#include "ui/models/flow_text.h"
#include "ui/models/identity_text.h"

#include <algorithm>
#include <cmath>

namespace flowscent::ui {

namespace {

constexpr std::size_t shapePackets = 32;

float valueOf(const std::shared_ptr<const Scores>& scores, std::uint32_t flow)
{
    return scores && flow < scores->values.size() ? scores->values[flow] : unscored;
}

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

} // namespace

bool FlowTableModel::show(std::shared_ptr<const flow::FlowTable> table, std::vector<std::uint32_t> rows)
{
    const bool sameCapture = m_table && table && table->size() >= m_table->size();
    if (sameCapture && continues(m_rows, rows)) {
        const bool grown = table != m_table;
        const auto before = static_cast<int>(m_rows.size());
        const auto after = static_cast<int>(rows.size());
        if (after > before)
            beginInsertRows({}, before, after - 1);
        m_oneDay = onOneDay(*table);
        m_table = std::move(table);
        m_rows = std::move(rows);
        if (after > before)
            endInsertRows();
        if (grown)
            columnsChanged(FlowColumn::Start, FlowColumn::Risks); // open flows have gone on
        return false;
    }
    beginResetModel();
    m_oneDay = !table || onOneDay(*table);
    m_table = std::move(table);
    m_rows = std::move(rows);
    endResetModel();
    return true;
}

void FlowTableModel::setScores(std::shared_ptr<const Scores> scores)
{
    m_scores = std::move(scores);
    columnsChanged(FlowColumn::Verdict, FlowColumn::Rank);
    if (m_kept)
        columnsChanged(FlowColumn::Change, FlowColumn::Change);
}

void FlowTableModel::setKeptScores(std::shared_ptr<const Scores> scores)
{
    m_kept = std::move(scores);
    columnsChanged(FlowColumn::KeptScore, FlowColumn::Change);
}

void FlowTableModel::setSupport(hunt::SupportSet support)
{
    m_support = std::move(support);
    columnsChanged(FlowColumn::Label, FlowColumn::Label);
}

void FlowTableModel::setMarks(std::shared_ptr<const hunt::Marks> marks)
{
    m_marks = std::move(marks);
    columnsChanged(FlowColumn::Label, FlowColumn::Label);
}

/// The threat's name is said where the flow is an example of another than the active one, too.
QString FlowTableModel::label(flow::FlowId flow) const
{
    return m_marks && m_marks->mark(flow).label != hunt::Label::None ? toQString(m_marks->words(flow))
                                                                     : labelText(m_support.label(flow));
}

void FlowTableModel::setHighlight(std::shared_ptr<const flow::FlowSet> flows)
{
    m_highlight = std::move(flows);
    columnsChanged(static_cast<FlowColumn>(0), static_cast<FlowColumn>(flowColumns - 1));
}

void FlowTableModel::columnsChanged(FlowColumn first, FlowColumn last)
{
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0, static_cast<int>(first)),
                           index(static_cast<int>(m_rows.size()) - 1, static_cast<int>(last)));
}

int FlowTableModel::rowOf(flow::FlowId flow) const
{
    const auto found = std::ranges::find(m_rows, flow.value);
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

int FlowTableModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int FlowTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(flowColumns);
}

QVariant FlowTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    const FlowColumnText& column = columnText(static_cast<FlowColumn>(section));
    switch (role) {
    case Qt::DisplayRole:
        return tr(column.heading);
    case Qt::ToolTipRole:
        return tr(column.explanation);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((column.number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
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
    const float score = valueOf(column == FlowColumn::KeptScore ? m_kept : m_scores, flow);
    switch (role) {
    case Qt::DisplayRole:
        return text(column, flow);
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1: %2").arg(tr(columnText(column).heading), text(column, flow)) +
               (column == FlowColumn::Label && index.data(BookmarkRole).toBool() ? tr(", bookmarked") : QString());
    case Qt::ToolTipRole:
        return toolTip(column, flow);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((columnText(column).number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case FlowRole:
        return flow;
    case ScoreRole:
        return std::isnan(score) ? QVariant() : QVariant(score);
    case ShapeRole:
        return shape(flow);
    case LabelRole:
        return static_cast<int>(m_support.label(flow::FlowId(flow)));
    case BookmarkRole:
        return m_marks && m_marks->mark(flow::FlowId(flow)).bookmarked;
    case AlarmRole:
        return std::isnan(score) ? QVariant() : QVariant(score >= detect::alarmScore);
    case HighlightRole:
        return m_highlight && m_highlight->contains(flow::FlowId(flow));
    default:
        return {};
    }
}

QString FlowTableModel::text(FlowColumn column, std::uint32_t flow) const
{
    using flow::inward, flow::outward;
    const flow::FlowTable& table = *m_table;
    const flow::FlowId id(flow);
    const float score = valueOf(m_scores, flow);
    switch (column) {
    case FlowColumn::Label:
        return label(id);
    case FlowColumn::Verdict:
        return std::isnan(score) ? QStringLiteral("–") : toQString(detect::text(detect::verdict(score)));
    case FlowColumn::Score:
        return scoreText(score);
    case FlowColumn::Rank:
        return m_scores && flow < m_scores->ranks.size() && m_scores->ranks[flow] > 0 ? countText(m_scores->ranks[flow])
                                                                                      : QString();
    case FlowColumn::KeptScore:
        return scoreText(valueOf(m_kept, flow));
    case FlowColumn::Change:
        return changeText(score - valueOf(m_kept, flow));
    case FlowColumn::Start:
        return m_oneDay ? timeText(table.start[flow]) : dateTimeText(table.start[flow]);
    case FlowColumn::Duration:
        return durationText(table.durationSeconds(id));
    case FlowColumn::Source:
        return (table.directionGuessed[flow] != 0 ? QStringLiteral("~ ") : QString()) +
               toQString(packet::text(table.client[flow].address));
    case FlowColumn::SourcePort:
        return QString::number(table.client[flow].port);
    case FlowColumn::Destination:
        return toQString(packet::text(table.server[flow].address));
    case FlowColumn::DestinationPort:
        return QString::number(table.server[flow].port);
    case FlowColumn::Protocol:
        return toQString(flow::protocolText(table.protocol[flow]));
    case FlowColumn::PacketsOut:
        return countText(table.packets[flow][outward]);
    case FlowColumn::PacketsIn:
        return countText(table.packets[flow][inward]);
    case FlowColumn::BytesOut:
        return countText(table.bytes[flow][outward]);
    case FlowColumn::BytesIn:
        return countText(table.bytes[flow][inward]);
    case FlowColumn::State:
        return toQString(flow::text(table.state[flow]));
    case FlowColumn::CommunityId:
        return toQString(flow::communityId(table.key(id)));
    case FlowColumn::Application:
    case FlowColumn::Host:
    case FlowColumn::Category:
    case FlowColumn::Alpn:
    case FlowColumn::Agent:
    case FlowColumn::Software:
    case FlowColumn::ClientPrint:
    case FlowColumn::ServerPrint:
    case FlowColumn::Ja4:
    case FlowColumn::Risks:
        return identityText(table, id, column);
    case FlowColumn::Shape:
    case FlowColumn::Count:
        break;
    }
    return {};
}

QString FlowTableModel::toolTip(FlowColumn column, std::uint32_t flow) const
{
    switch (column) {
    case FlowColumn::Label:
        return m_marks ? toQString(m_marks->note(flow::FlowId(flow))) : QString();
    case FlowColumn::Start:
        return dateTimeText(m_table->start[flow]) + QStringLiteral(" UTC");
    case FlowColumn::State:
        return stateMeaning(m_table->state[flow]);
    case FlowColumn::Host:
    case FlowColumn::Agent:
    case FlowColumn::Software:
    case FlowColumn::Risks:
        return text(column, flow); // often wider than its column
    case FlowColumn::Source:
        return m_table->directionGuessed[flow] != 0 ? tr("Direction guessed: no opening packet was seen.") : QString();
    case FlowColumn::Score:
    case FlowColumn::Verdict:
        return m_table->hasPackets(flow::FlowId(flow)) ? tr(columnText(column).explanation) : noScore(flow);
    case FlowColumn::Rank:
    case FlowColumn::KeptScore:
    case FlowColumn::Change:
        return m_table->hasPackets(flow::FlowId(flow)) ? QString() : noScore(flow);
    case FlowColumn::Shape:
        return m_table->hasPackets(flow::FlowId(flow)) ? QString() : withoutPacketsText(m_table->origin[flow]);
    case FlowColumn::BytesOut:
    case FlowColumn::BytesIn:
        return m_table->origin[flow] == flow::Origin::ZeekLog
                   ? tr("Bytes of IP datagrams: Zeek's log does not count the frames around them.")
                   : QString();
    default:
        return {};
    }
}

QString FlowTableModel::noScore(std::uint32_t flow) const
{
    return tr("No score. %1").arg(withoutPacketsText(m_table->origin[flow]));
}

QVariant FlowTableModel::shape(std::uint32_t flow) const
{
    QList<int> sizes;
    const auto packets = m_table->observations(flow::FlowId(flow));
    for (const flow::Observation& packet : packets.first(std::min(shapePackets, packets.size()))) {
        const int size = static_cast<int>(std::min<std::uint32_t>(packet.payloadLength, 65535));
        sizes.push_back((packet.marks & flow::FromServer) != 0 ? -size : size);
    }
    return QVariant::fromValue(sizes);
}

} // namespace flowscent::ui
