// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/summary_model.h"

#include "ui/models/flow_text.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace flowscent::ui {

namespace {

std::uint64_t numberOfTime(base::Nanoseconds time)
{
    constexpr std::uint64_t sign = std::uint64_t{1} << 63; // turned, so that times before 1970 come first
    return static_cast<std::uint64_t>(time) ^ sign;
}

/// None is least.
std::uint64_t numberOfScore(float score)
{
    constexpr double steps = 1e9;
    return std::isnan(score) ? 0 : 1 + static_cast<std::uint64_t>(std::clamp(score, 0.0F, 1.0F) * steps);
}

QString labelsText(const PeerMarks& marks)
{
    QStringList texts;
    const auto add = [&texts](std::uint32_t count, hunt::Label label) {
        if (count > 0)
            texts << QStringLiteral("%1 %2").arg(countText(count), labelText(label));
    };
    add(marks.threats, hunt::Label::Threat);
    add(marks.counters, hunt::Label::NotThreat);
    add(marks.unsure, hunt::Label::Unsure);
    return texts.join(QStringLiteral(", "));
}

} // namespace

SummaryModel::SummaryModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void SummaryModel::setFirstOrder(int column, Qt::SortOrder order)
{
    m_sortColumn = column;
    m_sortOrder = order;
}

void SummaryModel::setAnswer(std::shared_ptr<const PeersAnswer> answer)
{
    if (answer == m_answer)
        return;
    beginResetModel();
    m_answer = std::move(answer);
    m_order.resize(m_answer ? items(*m_answer) : 0);
    std::iota(m_order.begin(), m_order.end(), 0U);
    m_oneDay = true;
    if (m_answer && !m_answer->peers->hosts.empty()) {
        constexpr base::Nanoseconds day = 86'400 * base::nanosecondsPerSecond;
        const auto& hosts = m_answer->peers->hosts;
        const auto first = std::ranges::min_element(hosts, {}, &flow::Host::first)->first;
        const auto last = std::ranges::max_element(hosts, {}, &flow::Host::last)->last;
        m_oneDay = first / day == last / day;
    }
    putInOrder();
    endResetModel();
}

void SummaryModel::putInOrder()
{
    if (m_order.empty())
        return;
    std::vector<SortKey> keys(m_order.size());
    for (const std::uint32_t item : m_order)
        keys[item] = cellKey(item, m_sortColumn);
    std::ranges::sort(m_order);
    std::ranges::stable_sort(m_order, [&](std::uint32_t a, std::uint32_t b) {
        return m_sortOrder == Qt::AscendingOrder ? keys[a] < keys[b] : keys[b] < keys[a];
    });
}

void SummaryModel::sort(int column, Qt::SortOrder order)
{
    if (column < 0 || column >= columnCount())
        return;
    m_sortColumn = column;
    m_sortOrder = order;
    Q_EMIT layoutAboutToBeChanged({}, VerticalSortHint);
    const std::vector<std::uint32_t> before = m_order;
    putInOrder();
    std::vector<int> rowNow(m_order.size());
    for (std::size_t row = 0; row < m_order.size(); ++row)
        rowNow[m_order[row]] = static_cast<int>(row);
    const QModelIndexList old = persistentIndexList();
    QModelIndexList fresh;
    for (const QModelIndex& index : old)
        fresh << this->index(rowNow[before[static_cast<std::size_t>(index.row())]], index.column());
    changePersistentIndexList(old, fresh);
    Q_EMIT layoutChanged({}, VerticalSortHint);
}

Qt::SortOrder SummaryModel::firstOrder(int column) const
{
    return this->column(column).number ? Qt::DescendingOrder : Qt::AscendingOrder;
}

std::span<const std::uint32_t> SummaryModel::flowsOf(int row) const
{
    return lists(*m_answer).of(item(row));
}

int SummaryModel::rowOf(const QString& key) const
{
    const auto found = std::ranges::find_if(m_order, [&](std::uint32_t item) { return keyText(item) == key; });
    return found == m_order.end() ? -1 : static_cast<int>(found - m_order.begin());
}

SummaryModel::SortKey SummaryModel::keyOf(const packet::IpAddress& address)
{
    SortKey key;
    key.number[0] = address.v6 ? 1 : 0;
    for (std::size_t i = 0; i < address.bytes.size(); ++i)
        key.number[1 + i / 8] = key.number[1 + i / 8] << 8 | address.bytes[i];
    return key;
}

SummaryModel::SortKey SummaryModel::keyOfNames(std::span<const identify::NameId> names) const
{
    SortKey key = keyOf(names.empty() ? 1U : 0U);
    key.text = names.empty() ? std::string_view() : m_answer->table->text(names.front());
    return key;
}

QString SummaryModel::cellText(std::uint32_t item, int column) const
{
    switch (this->column(column).common) {
    case Common::Alarms:
        return marksOf(item).alarms == 0 ? QString() : countText(marksOf(item).alarms);
    case Common::BestScore:
        return scoreText(marksOf(item).best);
    case Common::FirstSeen:
        return momentText(seenOf(item).first);
    case Common::LastSeen:
        return momentText(seenOf(item).last);
    case Common::Labels:
        return labelsText(marksOf(item));
    case Common::None:
        break;
    }
    return textOf(item, column);
}

QString SummaryModel::cellToolTip(std::uint32_t item, int column) const
{
    switch (this->column(column).common) {
    case Common::FirstSeen:
        return dateTimeText(seenOf(item).first) + QStringLiteral(" UTC");
    case Common::LastSeen:
        return dateTimeText(seenOf(item).last) + QStringLiteral(" UTC");
    case Common::Labels:
        return labelsText(marksOf(item)); // often wider than its column
    case Common::Alarms:
    case Common::BestScore:
        return {};
    case Common::None:
        break;
    }
    return toolTipOf(item, column);
}

SummaryModel::SortKey SummaryModel::cellKey(std::uint32_t item, int column) const
{
    switch (this->column(column).common) {
    case Common::Alarms:
        return keyOf(std::uint64_t{marksOf(item).alarms});
    case Common::BestScore:
        return keyOf(numberOfScore(marksOf(item).best));
    case Common::FirstSeen:
        return keyOf(numberOfTime(seenOf(item).first));
    case Common::LastSeen:
        return keyOf(numberOfTime(seenOf(item).last));
    case Common::Labels: {
        const PeerMarks& marks = marksOf(item);
        return {.number = {marks.threats, marks.counters, marks.unsure}, .text = {}};
    }
    case Common::None:
        break;
    }
    return sortKeyOf(item, column);
}

QString SummaryModel::addressText(std::uint32_t host) const
{
    return toQString(packet::text(m_answer->peers->hosts[host].address));
}

QString SummaryModel::namesText(std::span<const identify::NameId> names, bool more) const
{
    QStringList texts;
    for (const identify::NameId name : names)
        texts << toQString(m_answer->table->text(name));
    return texts.join(QStringLiteral(", ")) + (more ? QStringLiteral(", …") : QString());
}

QString SummaryModel::momentText(base::Nanoseconds time) const
{
    return m_oneDay ? timeText(time) : dateTimeText(time);
}

int SummaryModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_order.size());
}

int SummaryModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(columns().size());
}

QVariant SummaryModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const std::uint32_t item = this->item(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return cellText(item, index.column());
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1: %2").arg(tr(column(index.column()).heading), cellText(item, index.column()));
    case Qt::ToolTipRole:
        return cellToolTip(item, index.column());
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((column(index.column()).number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case KeyRole:
        return keyText(item);
    default:
        return {};
    }
}

QVariant SummaryModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return tr(column(section).heading);
    case Qt::ToolTipRole:
        return tr(column(section).explanation);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((column(section).number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    default:
        return {};
    }
}

} // namespace flowscent::ui
