// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include <memory>
#include <vector>

#include "engine/flow/flow_set.h"
#include "engine/flow/flow_table.h"
#include "engine/hunt/marks.h"
#include "ui/session/flow_column.h"
#include "ui/session/scores.h"

namespace flowscent::ui {

/// Shows one immutable FlowTable in the rows it is told: filtering and sorting happen elsewhere (`arrange`) and arrive
/// as an index vector. (A QSortFilterProxyModel takes 52 s to filter a million rows.) New scores touch the score
/// columns alone, and no row ever moves because of them.
class FlowTableModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Role {
        FlowRole = Qt::UserRole, ///< uint, the FlowId
        ScoreRole,               ///< float of a score column, invalid while unscored
        ShapeRole,               ///< QList<int>: payload bytes of the first packets, negative from the destination
        LabelRole,               ///< int(hunt::Label)
        BookmarkRole,            ///< bool
        AlarmRole,               ///< bool, invalid while unscored
        HighlightRole,           ///< bool, whether the flow is marked as found
    };

    using QAbstractTableModel::QAbstractTableModel;

    /// `rows` are flows of `table`, top to bottom. Rows that only continue the ones shown are inserted at the end; else
    /// the model is reset, which is answered with true.
    bool show(std::shared_ptr<const flow::FlowTable> table, std::vector<std::uint32_t> rows);
    void setScores(std::shared_ptr<const Scores> scores); ///< null for none
    void setKeptScores(std::shared_ptr<const Scores> scores);
    void setSupport(hunt::SupportSet support);
    /// Names of threats, bookmarks and notes beside the labels; null for none.
    void setMarks(std::shared_ptr<const hunt::Marks> marks);
    /// Flows to be marked among the others; null for none.
    void setHighlight(std::shared_ptr<const flow::FlowSet> flows);

    [[nodiscard]] const std::vector<std::uint32_t>& rows() const { return m_rows; }
    [[nodiscard]] flow::FlowId flowAt(int row) const { return flow::FlowId(m_rows[static_cast<std::size_t>(row)]); }
    [[nodiscard]] int rowOf(flow::FlowId flow) const; ///< -1 when it is not shown
    [[nodiscard]] std::shared_ptr<const flow::FlowTable> table() const { return m_table; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] QString text(FlowColumn column, std::uint32_t flow) const;
    [[nodiscard]] QString label(flow::FlowId flow) const;
    [[nodiscard]] QString toolTip(FlowColumn column, std::uint32_t flow) const;
    [[nodiscard]] QString noScore(std::uint32_t flow) const;
    [[nodiscard]] QVariant shape(std::uint32_t flow) const;
    void columnsChanged(FlowColumn first, FlowColumn last);

    std::shared_ptr<const flow::FlowTable> m_table;
    std::vector<std::uint32_t> m_rows;
    bool m_oneDay = true; ///< all flows start on the same day, which then needs no telling
    std::shared_ptr<const Scores> m_scores;
    std::shared_ptr<const Scores> m_kept;
    hunt::SupportSet m_support;
    std::shared_ptr<const hunt::Marks> m_marks;
    std::shared_ptr<const flow::FlowSet> m_highlight;
};

} // namespace flowscent::ui
