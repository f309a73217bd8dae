// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/curve_plot.h"

#include "ui/plots/colours.h"
#include "ui/plots/plot_style.h"
#include "ui/plots/qcustomplot.h"

#include <QEvent>
#include <QVBoxLayout>

#include <algorithm>

namespace flowscent::ui {

CurvePlot::CurvePlot(QWidget* parent)
    : QWidget(parent)
    , m_plot(new QCustomPlot(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_plot);
    m_plot->setMinimumSize(320, 240); // axes need room; and QCustomPlot cannot paint into an empty buffer
    m_plot->setObjectName(QStringLiteral("trainingPlot"));
    m_plot->setAccessibleName(tr("Curves of the base model's meta-training"));
    m_plot->plotLayout()->clear();

    m_lossPane = addPane(0, tr("Loss [nats]"));
    m_accuracyPane = addPane(1, tr("Accuracy"));
    m_accuracyPane->axis(QCPAxis::atBottom)->setLabel(tr("Meta-training step"));
    m_lossLegend = addLegend(m_lossPane, Qt::AlignTop);
    m_accuracyLegend = addLegend(m_accuracyPane, Qt::AlignBottom);
    auto* margins = new QCPMarginGroup(m_plot);
    m_lossPane->setMarginGroup(QCP::msLeft, margins);
    m_accuracyPane->setMarginGroup(QCP::msLeft, margins);

    const auto graph = [this](QCPAxisRect* pane, const QString& name, QCPLegend* legend) {
        auto* made = m_plot->addGraph(pane->axis(QCPAxis::atBottom), pane->axis(QCPAxis::atLeft));
        made->setName(name);
        if (legend != nullptr)
            made->addToLegend(legend);
        return made;
    };
    m_plot->setAutoAddPlottableToLegend(false);
    m_loss = graph(m_lossPane, tr("training episodes"), m_lossLegend);
    m_bandTop = graph(m_accuracyPane, tr("95 % interval"), m_accuracyLegend);
    m_bandBottom = graph(m_accuracyPane, {}, nullptr);
    m_trainAccuracy = graph(m_accuracyPane, tr("training episodes"), m_accuracyLegend);
    m_validation = graph(m_accuracyPane, tr("validation episodes, captures never trained on"), m_accuracyLegend);
    m_bandTop->setChannelFillGraph(m_bandBottom);
    dress();
}

QCPAxisRect* CurvePlot::addPane(int row, const QString& label)
{
    auto* pane = new QCPAxisRect(m_plot);
    m_plot->plotLayout()->addElement(row, 0, pane);
    pane->axis(QCPAxis::atLeft)->setLabel(label);
    for (QCPAxis* axis : pane->axes())
        axis->setLayer(QStringLiteral("axes"));
    for (QCPAxis* axis : pane->axes())
        axis->grid()->setLayer(QStringLiteral("grid"));
    return pane;
}

/// On the side that the curves leave free: losses fall, accuracies rise.
QCPLegend* CurvePlot::addLegend(QCPAxisRect* pane, Qt::Alignment side)
{
    auto* legend = new QCPLegend;
    pane->insetLayout()->addElement(legend, side | Qt::AlignRight);
    legend->setLayer(QStringLiteral("legend"));
    legend->setFillOrder(QCPLegend::foRowsFirst);
    return legend;
}

void CurvePlot::setCurve(const std::vector<learn::CurvePoint>& curve)
{
    const auto fill = [&curve](QCPGraph* graph, auto value) {
        QVector<double> steps;
        QVector<double> values;
        for (const learn::CurvePoint& point : curve) {
            steps << point.step;
            values << value(point);
        }
        graph->setData(steps, values, true);
    };
    fill(m_loss, [](const auto& point) { return point.trainLoss; });
    fill(m_trainAccuracy, [](const auto& point) { return point.trainAccuracy; });
    fill(m_validation, [](const auto& point) { return point.validationAccuracy; });
    fill(m_bandTop, [](const auto& point) { return point.validationAccuracy + point.validationError; });
    fill(m_bandBottom, [](const auto& point) { return point.validationAccuracy - point.validationError; });

    double highestLoss = 0;
    for (const learn::CurvePoint& point : curve)
        highestLoss = std::max(highestLoss, point.trainLoss);
    const double lastStep = curve.empty() ? 1 : std::max<double>(1, curve.back().step);
    for (const QCPAxisRect* pane : {m_lossPane, m_accuracyPane})
        pane->axis(QCPAxis::atBottom)->setRange(0, lastStep * 1.02);
    m_lossPane->axis(QCPAxis::atLeft)->setRange(0, highestLoss > 0 ? highestLoss * 1.08 : 1);
    m_accuracyPane->axis(QCPAxis::atLeft)->setRange(0, 1);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void CurvePlot::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        dress();
}

void CurvePlot::dress()
{
    const Colours colours = Colours::of(palette());
    styleBackground(*m_plot);
    styleAxes(*m_lossPane, colours);
    styleAxes(*m_accuracyPane, colours);
    styleLegend(*m_lossLegend, colours);
    styleLegend(*m_accuracyLegend, colours);
    const auto draw = [](QCPGraph* graph, const QColor& colour, Qt::PenStyle style,
                         QCPScatterStyle::ScatterShape shape) {
        graph->setPen(QPen(colour, 1.8, style));
        graph->setScatterStyle({shape, colour, colour, 4.5});
    };
    draw(m_loss, colours.accent, Qt::SolidLine, QCPScatterStyle::ssDisc);
    draw(m_trainAccuracy, colours.quiet, Qt::DashLine, QCPScatterStyle::ssNone);
    draw(m_validation, colours.accent, Qt::SolidLine, QCPScatterStyle::ssDisc);
    QColor band = colours.accent;
    band.setAlphaF(0.18F);
    m_bandTop->setPen(Qt::NoPen);
    m_bandBottom->setPen(Qt::NoPen);
    m_bandTop->setBrush(band);
    for (QCPAxis* axis : m_plot->findChildren<QCPAxis*>()) {
        axis->setTickLabelFont(font());
        axis->setLabelFont(font());
    }
    m_lossLegend->setFont(font());
    m_accuracyLegend->setFont(font());
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

} // namespace flowscent::ui
