// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

#include "engine/learn/base_model.h"

class QCPAxisRect;
class QCPGraph;
class QCPLegend;
class QCustomPlot;

namespace flowscent::ui {

/// Curves of a meta-training: loss above, accuracies with the validation's 95 % band below, over the same steps. What
/// was measured is drawn as it is, never smoothed.
class CurvePlot : public QWidget {
    Q_OBJECT

public:
    explicit CurvePlot(QWidget* parent = nullptr);

    void setCurve(const std::vector<learn::CurvePoint>& curve);
    [[nodiscard]] QCustomPlot& plot() { return *m_plot; }

protected:
    void changeEvent(QEvent* event) override;

private:
    QCPAxisRect* addPane(int row, const QString& label);
    QCPLegend* addLegend(QCPAxisRect* pane, Qt::Alignment side);
    void dress();

    QCustomPlot* m_plot;
    QCPAxisRect* m_lossPane;
    QCPAxisRect* m_accuracyPane;
    QCPLegend* m_lossLegend;
    QCPLegend* m_accuracyLegend;
    QCPGraph* m_loss;
    QCPGraph* m_trainAccuracy;
    QCPGraph* m_validation;
    QCPGraph* m_bandTop;
    QCPGraph* m_bandBottom;
};

} // namespace flowscent::ui
