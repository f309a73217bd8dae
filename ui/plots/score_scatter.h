// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPolygonF>
#include <QWidget>

#include <vector>

#include "engine/flow/flow_set.h"
#include "ui/session/scores.h"

class QCPItemStraightLine;
class QCustomPlot;
class QMouseEvent;

namespace flowscent::ui {

class PointLayer;

/// Score by one detector against score by another, a point per flow, with both alarm lines. A click picks the nearest
/// flow, a drag draws a lasso; Shift adds to what is chosen.
class ScoreScatter : public QWidget {
    Q_OBJECT

public:
    explicit ScoreScatter(QWidget* parent = nullptr);

    /// A goes up, B goes right. Flows without both scores are left out.
    void setScores(std::shared_ptr<const Scores> a, std::shared_ptr<const Scores> b);
    void setSelection(flow::FlowSet flows);
    void setSupport(const hunt::SupportSet& support);

    [[nodiscard]] std::size_t points() const { return m_flows.size(); }
    /// Where a flow is drawn, in this widget's pixels; nothing when it has no point.
    [[nodiscard]] std::optional<QPointF> positionOf(flow::FlowId flow) const;

Q_SIGNALS:
    void flowsPicked(const std::vector<flow::FlowId>& flows, bool add);

protected:
    void changeEvent(QEvent* event) override;

private:
    void press(QMouseEvent* event);
    void drag(QMouseEvent* event);
    void release(QMouseEvent* event);
    void dress();
    void mark();
    template <class Is>
    [[nodiscard]] std::vector<std::size_t> pointsThat(const Is& is) const;

    QCustomPlot* m_plot;
    PointLayer* m_points; ///< owned by m_plot
    QCPItemStraightLine* m_lineA;
    QCPItemStraightLine* m_lineB;
    std::vector<flow::FlowId> m_flows; ///< of each point, ascending
    flow::FlowSet m_selection;
    hunt::SupportSet m_support;
    QPolygonF m_lasso;
    bool m_dragging = false;
};

} // namespace flowscent::ui
