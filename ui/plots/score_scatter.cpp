// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/score_scatter.h"

#include "ui/plots/colours.h"
#include "ui/plots/plot_style.h"
#include "ui/plots/point_layer.h"

#include <QEvent>
#include <QMouseEvent>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace flowscent::ui {

namespace {

constexpr double clickReach = 9; ///< pixels
constexpr double lassoStep = 3;  ///< pixels between two corners
constexpr double shortestLasso = 8;

} // namespace

ScoreScatter::ScoreScatter(QWidget* parent)
    : QWidget(parent)
    , m_plot(new QCustomPlot(this))
    , m_points(new PointLayer(m_plot->xAxis, m_plot->yAxis))
    , m_lineA(new QCPItemStraightLine(m_plot))
    , m_lineB(new QCPItemStraightLine(m_plot))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_plot);
    m_plot->setMinimumSize(240, 160); // axes need room; and QCustomPlot cannot paint into an empty buffer
    m_plot->setObjectName(QStringLiteral("scoreScatter"));
    m_plot->setAccessibleName(tr("Score A against score B, one point per flow"));
    m_plot->xAxis->setRange(-0.03, 1.03);
    m_plot->yAxis->setRange(-0.03, 1.03);
    m_plot->xAxis->setLabel(tr("Score B, the adaptation you kept"));
    m_plot->yAxis->setLabel(tr("Score A, the latest adaptation"));
    const auto line = static_cast<double>(detect::alarmScore);
    m_lineA->point1->setCoords(0, line);
    m_lineA->point2->setCoords(1, line);
    m_lineB->point1->setCoords(line, 0);
    m_lineB->point2->setCoords(line, 1);
    connect(m_plot, &QCustomPlot::mousePress, this, &ScoreScatter::press);
    connect(m_plot, &QCustomPlot::mouseMove, this, &ScoreScatter::drag);
    connect(m_plot, &QCustomPlot::mouseRelease, this, &ScoreScatter::release);
    dress();
}

void ScoreScatter::setScores(std::shared_ptr<const Scores> a, std::shared_ptr<const Scores> b)
{
    std::vector<PointLayer::Point> points;
    m_flows.clear();
    const std::size_t size = a && b ? std::min(a->values.size(), b->values.size()) : 0;
    points.reserve(size);
    m_flows.reserve(size);
    for (std::uint32_t flow = 0; flow < size; ++flow) {
        if (std::isnan(a->values[flow]) || std::isnan(b->values[flow]))
            continue;
        points.push_back({static_cast<double>(b->values[flow]), static_cast<double>(a->values[flow])});
        m_flows.emplace_back(flow);
    }
    m_points->setPoints(std::move(points));
    mark();
}

void ScoreScatter::setSelection(flow::FlowSet flows)
{
    m_selection = std::move(flows);
    mark();
}

void ScoreScatter::setSupport(const hunt::SupportSet& support)
{
    m_support = support;
    mark();
}

/// Places of the points whose flow `is` what is looked for.
template <class Is>
std::vector<std::size_t> ScoreScatter::pointsThat(const Is& is) const
{
    std::vector<std::size_t> points;
    for (std::size_t point = 0; point < m_flows.size(); ++point) {
        if (is(m_flows[point]))
            points.push_back(point);
    }
    return points;
}

std::optional<QPointF> ScoreScatter::positionOf(flow::FlowId flow) const
{
    const auto found = std::ranges::lower_bound(m_flows, flow);
    if (found == m_flows.end() || *found != flow)
        return std::nullopt;
    return m_plot->mapToParent(m_points->pixel(static_cast<std::size_t>(found - m_flows.begin())).toPoint());
}

void ScoreScatter::mark()
{
    const Colours colours = Colours::of(palette());
    const auto labelled = [this](hunt::Label label) {
        return pointsThat([&](flow::FlowId flow) { return m_support.label(flow) == label; });
    };
    m_points->setMarks(
        {{labelled(hunt::Label::NotThreat), colours.notThreat},
         {labelled(hunt::Label::Threat), colours.threat},
         {pointsThat([this](flow::FlowId flow) { return m_selection.contains(flow); }), colours.accent}});
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void ScoreScatter::press(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    m_dragging = true;
    m_lasso = QPolygonF() << event->position();
}

void ScoreScatter::drag(QMouseEvent* event)
{
    if (!m_dragging)
        return;
    const QPointF step = event->position() - m_lasso.last();
    if (std::hypot(step.x(), step.y()) < lassoStep)
        return;
    m_lasso << event->position();
    m_points->setOutline(m_lasso, Colours::of(palette()).accent);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void ScoreScatter::release(QMouseEvent* event)
{
    if (!m_dragging)
        return;
    m_dragging = false;
    const QRectF bounds = m_lasso.boundingRect();
    const bool click = std::max(bounds.width(), bounds.height()) < shortestLasso;
    std::vector<flow::FlowId> picked;
    if (click) {
        const std::size_t point = m_points->nearest(event->position(), clickReach);
        if (point < m_flows.size())
            picked.push_back(m_flows[point]);
    } else {
        for (const std::size_t point : m_points->within(m_lasso))
            picked.push_back(m_flows[point]);
    }
    m_lasso.clear();
    m_points->setOutline({}, {});
    m_plot->replot(QCustomPlot::rpQueuedReplot);
    Q_EMIT flowsPicked(picked, event->modifiers().testFlag(Qt::ShiftModifier));
}

void ScoreScatter::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        dress();
}

void ScoreScatter::dress()
{
    const Colours colours = Colours::of(palette());
    styleBackground(*m_plot);
    styleAxes(*m_plot->axisRect(), colours);
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
        axis->setLabelFont(font());
        axis->setTickLabelFont(font());
    }
    m_points->setColour(colours.quiet);
    for (QCPItemStraightLine* line : {m_lineA, m_lineB})
        line->setPen(QPen(colours.threat, 1, Qt::DashLine));
    mark();
}

} // namespace flowscent::ui
