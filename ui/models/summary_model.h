// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "ui/session/overview.h"

namespace flowscent::ui {

/// A table of what flows were summed up to: hosts, conversations. Shows one immutable answer in an order of its own,
/// which stays when a newer answer comes. Sorting a hundred thousand rows takes some tens of milliseconds.
class SummaryModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Role {
        KeyRole = Qt::UserRole, ///< QString: what the row is about, the same in the next answer
    };

    /// Columns that are the same whatever the rows are; None are those that the rows say themselves.
    enum class Common { None, Alarms, BestScore, FirstSeen, LastSeen, Labels };

    struct Column {
        const char* heading;
        const char* explanation;
        const char* widest; ///< the widest text that is worth room
        bool number = false;
        Common common = Common::None;
    };

    explicit SummaryModel(QObject* parent = nullptr);

    void setAnswer(std::shared_ptr<const PeersAnswer> answer); ///< null for none
    /// Flows that a row is made of.
    [[nodiscard]] std::span<const std::uint32_t> flowsOf(int row) const;
    /// What asks for them in the filter language.
    [[nodiscard]] QString expression(int row) const { return expressionOf(item(row)); }
    /// Row of a KeyRole; -1 when there is none (any more).
    [[nodiscard]] int rowOf(const QString& key) const;
    [[nodiscard]] const Column& column(int column) const { return columns()[static_cast<std::size_t>(column)]; }
    /// What is wanted first from a column: the most of what is counted, the beginning of a list.
    [[nodiscard]] Qt::SortOrder firstOrder(int column) const;

    void sort(int column, Qt::SortOrder order) override;
    [[nodiscard]] int sortColumn() const { return m_sortColumn; }
    [[nodiscard]] Qt::SortOrder sortOrder() const { return m_sortOrder; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

protected:
    /// Compared part by part, then by text.
    struct SortKey {
        std::array<std::uint64_t, 3> number{};
        std::string_view text;
        friend auto operator<=>(const SortKey&, const SortKey&) = default;
    };
    static SortKey keyOf(const packet::IpAddress& address); ///< IPv4 before IPv6, then by value
    static SortKey keyOf(std::uint64_t number) { return {.number = {number}, .text = {}}; }
    /// By the first of the names; those without come last.
    [[nodiscard]] SortKey keyOfNames(std::span<const identify::NameId> names) const;
    struct Seen {
        base::Nanoseconds first = 0;
        base::Nanoseconds last = 0;
    };

    [[nodiscard]] virtual std::span<const Column> columns() const = 0;
    [[nodiscard]] virtual std::size_t items(const PeersAnswer& answer) const = 0;
    [[nodiscard]] virtual const PeerMarks& marksOf(std::uint32_t item) const = 0;
    [[nodiscard]] virtual Seen seenOf(std::uint32_t item) const = 0;
    /// Of columns that are not common.
    [[nodiscard]] virtual QString textOf(std::uint32_t item, int column) const = 0;
    [[nodiscard]] virtual QString toolTipOf(std::uint32_t item, int column) const = 0;
    [[nodiscard]] virtual SortKey sortKeyOf(std::uint32_t item, int column) const = 0;
    [[nodiscard]] virtual QString keyText(std::uint32_t item) const = 0;
    [[nodiscard]] virtual QString expressionOf(std::uint32_t item) const = 0;
    [[nodiscard]] virtual const flow::RowLists& lists(const PeersAnswer& answer) const = 0;

    [[nodiscard]] const PeersAnswer& answer() const { return *m_answer; }
    [[nodiscard]] QString addressText(std::uint32_t host) const;
    [[nodiscard]] QString namesText(std::span<const identify::NameId> names, bool more) const;
    void setFirstOrder(int column, Qt::SortOrder order);

private:
    [[nodiscard]] std::uint32_t item(int row) const { return m_order[static_cast<std::size_t>(row)]; }
    void putInOrder();
    [[nodiscard]] QString cellText(std::uint32_t item, int column) const;
    [[nodiscard]] QString cellToolTip(std::uint32_t item, int column) const;
    [[nodiscard]] SortKey cellKey(std::uint32_t item, int column) const;
    /// Time of day where all there is began and ended on one day, else with the date.
    [[nodiscard]] QString momentText(base::Nanoseconds time) const;

    std::shared_ptr<const PeersAnswer> m_answer;
    std::vector<std::uint32_t> m_order;
    int m_sortColumn = 0;
    Qt::SortOrder m_sortOrder = Qt::AscendingOrder;
    bool m_oneDay = true;
};

} // namespace flowscent::ui
