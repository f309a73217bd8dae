// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QBasicTimer>

#include <memory>
#include <vector>

#include "engine/flow/flow_set.h"
#include "engine/flow/flow_table.h"
#include "engine/hunt/support_set.h"
#include "ui/models/flow_facts.h"
#include "ui/session/arrangement.h"
#include "ui/session/flow_column.h"

namespace flowscent::ui {

class FlowSelection;

/// Shows one immutable FlowTable in the rows it is told: filtering and sorting happen elsewhere (`arrange`) and arrive
/// as an index vector. (A QSortFilterProxyModel takes 52 s to filter a million rows.) New scores touch the score
/// columns alone, and no row ever moves because of them. Which rows are chosen is the FlowSelection's to say: Qt's own
/// ranges are quadratic where every second row of a million is chosen.
class FlowTableModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Role {
        FlowRole = Qt::UserRole, ///< uint, the FlowId
        ScoreRole,               ///< float of a score column, invalid while unscored
        ShapeRole,               ///< QList<int>: payload bytes of the first packets, negative from the destination
        LabelRole,               ///< int(hunt::Label)
        VerdictRole,             ///< int(detect::Judgement), invalid where nothing is said
        ChosenRole,              ///< bool
        HighlightRole,           ///< bool, whether the flow is marked as found
    };

    explicit FlowTableModel(QObject* parent = nullptr)
        : QAbstractTableModel(parent)
    {
    }

    /// `rows` are flows of `table`, top to bottom. Rows that only continue the ones shown are inserted at the end; else
    /// the model is reset, which is answered with true.
    bool show(std::shared_ptr<const flow::FlowTable> table, std::vector<std::uint32_t> rows);
    void setScores(std::shared_ptr<const Scores> scores); ///< null for none
    void setKeptScores(std::shared_ptr<const Scores> scores);
    void setJudgements(std::shared_ptr<const Judgements> judgements);
    void setSupport(hunt::SupportSet support);
    [[nodiscard]] bool highlighted(flow::FlowId flow) const { return m_highlight && m_highlight->contains(flow); }
    /// Names of threats, bookmarks and notes beside the labels; null for none.
    void setMarks(std::shared_ptr<const hunt::Marks> marks);
    /// Flows to be marked among the others; null for none.
    void setHighlight(std::shared_ptr<const flow::FlowSet> flows);
    void setFiles(const QStringList& files) { m_facts.files = files; }
    void setOrder(std::vector<SortBy> order);       ///< shown in the headings
    void setSelection(const FlowSelection* chosen); ///< outlives the model, or null
    /// The rows that are looked at: others tell no change of their values, since nobody would see it. All rows until
    /// this is called.
    void setVisibleRows(int first, int last);

    [[nodiscard]] const std::vector<std::uint32_t>& rows() const { return m_rows; }
    [[nodiscard]] flow::FlowId flowAt(int row) const { return flow::FlowId(m_rows[static_cast<std::size_t>(row)]); }
    [[nodiscard]] int rowOf(flow::FlowId flow) const; ///< -1 when it is not shown; quick, also a million times
    [[nodiscard]] std::shared_ptr<const flow::FlowTable> table() const { return m_facts.table; }
    [[nodiscard]] const FlowFacts& facts() const { return m_facts; }
    [[nodiscard]] bool chosen(flow::FlowId flow) const;
    [[nodiscard]] std::size_t bytes() const; ///< memory of what the model itself keeps

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

protected:
    void timerEvent(QTimerEvent* event) override;

private:
    void placeRows(std::vector<std::uint32_t> rows);
    void columnsChanged(FlowColumn first, FlowColumn last);
    void tellChanges();
    [[nodiscard]] QString orderText(FlowColumn column) const;
    [[nodiscard]] QString headingAloud(FlowColumn column) const;

    FlowFacts m_facts;
    std::vector<std::uint32_t> m_rows;
    std::shared_ptr<const flow::FlowSet> m_highlight;
    mutable std::vector<std::uint32_t> m_places; ///< per flow 1 + its row, 0 for none; made when first asked for
    std::vector<SortBy> m_order;
    const FlowSelection* m_selection = nullptr;
    int m_firstVisible = 0;
    int m_lastVisible = -2; ///< -2 while nobody has said what can be seen: all
    int m_firstChanged = -1;
    int m_lastChanged = -1;
    QBasicTimer m_pause; ///< runs while changes wait
};

/// Payload bytes of a flow's first packets, negative from the destination.
[[nodiscard]] QList<int> shapeOf(const flow::FlowTable& table, flow::FlowId flow);

} // namespace flowscent::ui
