// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPolygonF>
#include <QWidget>

#include <memory>
#include <optional>

#include "engine/flow/flow_set.h"
#include "ui/plots/map_palette.h"
#include "ui/session/map_desk.h"

class QCustomPlot;
class QLabel;
class QMouseEvent;

namespace flowscent::ui {

/// A map of flows, a point each, equally scaled both ways. The wheel zooms where the cursor is; a drag moves the map,
/// or draws a lasso in lasso mode (middle button or Shift always move it); a click picks the nearest flow. Flows that
/// do not pass the filter are faint and cannot be picked.
class FlowMap : public QWidget {
    Q_OBJECT

public:
    explicit FlowMap(QWidget* parent = nullptr);

    void setTable(std::shared_ptr<const flow::FlowTable> table);    ///< whose flows the tooltips tell; may be null
    void setLayoutOfFlows(std::shared_ptr<const MapLayout> layout); ///< null: nothing is drawn
    void setClasses(std::shared_ptr<const MapClasses> classes);
    /// Whether flows of a class are drawn; all are when other classes come.
    void setClassShown(std::size_t index, bool shown);
    void setPassing(std::shared_ptr<const flow::FlowSet> flows); ///< null: all pass
    void setSelection(const flow::FlowSet& flows);
    void setLassoMode(bool lasso);
    [[nodiscard]] bool lassoMode() const { return m_lassoMode; }
    void resetView();
    /// Takes back the outline of the last lasso, which stays for as long as somebody asks what to do with it.
    void clearLasso();

    /// Where a flow is drawn, in this widget's pixels; nothing when it has no point.
    [[nodiscard]] std::optional<QPointF> positionOf(flow::FlowId flow) const;
    [[nodiscard]] const std::vector<PointLayer::Kind>& kinds() const { return m_kinds; } ///< by class

Q_SIGNALS:
    void flowPicked(flow::FlowId flow, bool add);
    void nothingPicked();
    void flowsLassoed(const flow::FlowSet& flows, const QPoint& globalPosition);

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void press(QMouseEvent* event);
    void drag(QMouseEvent* event);
    void release(QMouseEvent* event);
    void pan(const QPointF& to);
    void tellAbout(const QPoint& at, const QPoint& globalPosition);
    void fit();
    void keepScale();
    void sayWhatAxesAre();
    void colour();
    void dress();

    QCustomPlot* m_plot;
    QLabel* m_axes;       ///< what the two directions are; a label, because it may take several lines
    PointLayer* m_points; ///< owned by m_plot; a point per flow
    std::shared_ptr<const flow::FlowTable> m_table;
    std::shared_ptr<const MapLayout> m_layout;
    std::shared_ptr<const MapClasses> m_classes;
    std::vector<PointLayer::Kind> m_kinds;
    std::shared_ptr<const flow::FlowSet> m_passing;
    flow::FlowSet m_selection;
    QPolygonF m_lasso;
    QPointF m_pressed;
    QPointF m_panned;
    QSize m_scaledFor; ///< size of the axes that the ranges were made for
    bool m_lassoMode = false;
    bool m_drawing = false;
    bool m_panning = false;
    bool m_fitted = true; ///< the whole map is in view, and stays so
};

} // namespace flowscent::ui
