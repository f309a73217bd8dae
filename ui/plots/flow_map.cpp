// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/flow_map.h"

#include "ui/models/flow_text.h"
#include "ui/plots/colours.h"
#include "ui/plots/plot_style.h"

#include <QEvent>
#include <QHelpEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace flowscent::ui {

namespace {

constexpr double clickReach = 9; ///< pixels
constexpr double lassoStep = 3;  ///< pixels between two corners
constexpr double shortestDrag = 6;
constexpr double margin = 0.04;         ///< of the map's extent, around it
constexpr std::size_t mostMarks = 2000; ///< chosen flows that get a mark each; more become a kind of their own
constexpr float faint = 0.16F;          ///< alpha of flows outside of the filter

} // namespace

FlowMap::FlowMap(QWidget* parent)
    : QWidget(parent)
    , m_plot(new QCustomPlot(this))
    , m_axes(new QLabel(this))
    , m_points(new PointLayer(m_plot->xAxis, m_plot->yAxis))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_plot, 1);
    layout->addWidget(m_axes);
    m_axes->setObjectName(QStringLiteral("mapAxes"));
    m_axes->setAccessibleName(tr("What the two directions of the map are"));
    m_axes->setAlignment(Qt::AlignCenter);
    m_axes->setWordWrap(true);
    m_axes->setMinimumHeight(2 * m_axes->fontMetrics().lineSpacing()); // what it says may need both
    m_axes->setAutoFillBackground(true);
    m_axes->setBackgroundRole(QPalette::Base);
    m_axes->setForegroundRole(QPalette::PlaceholderText);
    m_plot->setMinimumSize(160, 90); // QCustomPlot cannot paint into an empty buffer
    m_plot->setObjectName(QStringLiteral("flowMap"));
    m_plot->setAccessibleName(tr("Map of flows, one point per flow"));
    m_plot->setFocusPolicy(Qt::StrongFocus);
    m_plot->setInteractions(QCP::iRangeZoom);
    m_plot->installEventFilter(this);
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
        axis->setTicks(false);
        axis->setTickLabels(false);
        axis->grid()->setVisible(false);
    }
    connect(m_plot, &QCustomPlot::mousePress, this, &FlowMap::press);
    connect(m_plot, &QCustomPlot::mouseMove, this, &FlowMap::drag);
    connect(m_plot, &QCustomPlot::mouseRelease, this, &FlowMap::release);
    connect(m_plot, &QCustomPlot::mouseWheel, this, [this] { m_fitted = false; });
    connect(m_plot, &QCustomPlot::afterLayout, this, &FlowMap::keepScale);
    dress();
}

void FlowMap::setTable(std::shared_ptr<const flow::FlowTable> table)
{
    m_table = std::move(table);
}

void FlowMap::setLayoutOfFlows(std::shared_ptr<const MapLayout> layout)
{
    if (!m_layout || !layout || layout->kind != m_layout->kind)
        m_fitted = true;
    m_layout = std::move(layout);
    std::vector<PointLayer::Point> points(m_layout ? m_layout->places.size() : 0);
    for (std::size_t i = 0; i < points.size(); ++i)
        points[i] = {double{m_layout->places[i].x}, double{m_layout->places[i].y}};
    m_points->setPoints(std::move(points));
    if (m_fitted)
        fit();
    sayWhatAxesAre();
    colour();
}

void FlowMap::setClasses(std::shared_ptr<const MapClasses> classes)
{
    std::vector<bool> shown;
    for (const PointLayer::Kind& kind : m_kinds)
        shown.push_back(kind.shown);
    const bool same =
        m_classes && classes && m_classes->by == classes->by && m_classes->classes.size() == classes->classes.size();
    m_classes = std::move(classes);
    m_kinds = m_classes ? kindsOf(*m_classes, palette()) : std::vector<PointLayer::Kind>();
    for (std::size_t i = 0; same && i < m_kinds.size(); ++i)
        m_kinds[i].shown = shown[i];
    colour();
}

void FlowMap::setClassShown(std::size_t index, bool shown)
{
    if (index >= m_kinds.size() || m_kinds[index].shown == shown)
        return;
    m_kinds[index].shown = shown;
    colour();
}

void FlowMap::setPassing(std::shared_ptr<const flow::FlowSet> flows)
{
    m_passing = std::move(flows);
    colour();
}

void FlowMap::setSelection(const flow::FlowSet& flows)
{
    m_selection = flows;
    colour();
}

/// Kinds from below: outside of the filter, the classes, and what is chosen when it is much.
void FlowMap::colour()
{
    const std::size_t flows = m_points->points().size();
    const Colours colours = Colours::of(palette());
    QColor outside = colours.quiet;
    outside.setAlphaF(faint);
    std::vector<PointLayer::Kind> kinds{{.colour = outside, .found = false}};
    if (m_kinds.empty())
        kinds.push_back({.colour = colours.quiet});
    kinds.insert(kinds.end(), m_kinds.begin(), m_kinds.end());
    kinds.push_back({.colour = colours.accent});
    const auto chosen = static_cast<std::uint8_t>(kinds.size() - 1);
    const bool many = m_selection.count() > mostMarks;
    std::vector<std::uint8_t> kindOf(flows, 1);
    for (std::size_t i = 0; i < flows; ++i) {
        const flow::FlowId flow(static_cast<std::uint32_t>(i));
        const std::uint8_t group = m_classes && i < m_classes->of.size() ? m_classes->of[i] : std::uint8_t{0};
        if (m_passing && !m_passing->contains(flow))
            kindOf[i] = 0;
        else if (many && m_selection.contains(flow) && kinds[group + 1U].shown)
            kindOf[i] = chosen;
        else
            kindOf[i] = static_cast<std::uint8_t>(group + 1);
    }
    m_points->setKinds(std::move(kindOf), std::move(kinds));
    PointLayer::Marks marks{{}, colours.accent};
    if (!many) {
        m_selection.each([&](flow::FlowId flow) {
            if (flow.value < flows)
                marks.points.push_back(flow.value);
        });
    }
    m_points->setMarks({std::move(marks)});
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void FlowMap::setLassoMode(bool lasso)
{
    m_lassoMode = lasso;
    m_plot->setCursor(lasso ? Qt::CrossCursor : Qt::ArrowCursor);
    if (!lasso)
        clearLasso();
}

void FlowMap::clearLasso()
{
    m_drawing = false;
    m_lasso.clear();
    m_points->setOutline({}, {});
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void FlowMap::resetView()
{
    m_fitted = true;
    fit();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

/// The whole map, one unit as long to the right as upwards.
void FlowMap::fit()
{
    double left = std::numeric_limits<double>::infinity();
    double bottom = left;
    double right = -left;
    double top = -left;
    for (const PointLayer::Point& point : m_points->points()) {
        if (std::isnan(point.x))
            continue;
        left = std::min(left, point.x);
        right = std::max(right, point.x);
        bottom = std::min(bottom, point.y);
        top = std::max(top, point.y);
    }
    if (left > right)
        left = bottom = right = top = 0;
    const QSize size = m_plot->axisRect()->size().expandedTo({1, 1});
    const double least = 1e-6 + 1e-6 * (std::abs(left) + std::abs(bottom)); // all flows at one spot
    const double unit = (1 + 2 * margin) *
                        std::max({(right - left) / size.width(), (top - bottom) / size.height(), least / size.width()});
    m_plot->xAxis->setRange((left + right) / 2, unit * size.width(), Qt::AlignCenter);
    m_plot->yAxis->setRange((bottom + top) / 2, unit * size.height(), Qt::AlignCenter);
    m_scaledFor = size;
}

/// After the axes have got another size.
void FlowMap::keepScale()
{
    const QSize size = m_plot->axisRect()->size();
    if (size == m_scaledFor || size.isEmpty())
        return;
    if (m_fitted)
        fit();
    else
        m_plot->yAxis->setScaleRatio(m_plot->xAxis, 1);
    m_scaledFor = size;
}

void FlowMap::sayWhatAxesAre()
{
    QString text;
    if (m_layout && m_layout->kind == MapLayout::Kind::Umap)
        text = tr("UMAP layout: distances between far groups mean little");
    else if (m_layout)
        text = tr("PCA: %1 % + %2 % of the variance")
                   .arg(std::lround(100 * m_layout->explained[0]))
                   .arg(std::lround(100 * m_layout->explained[1]));
    m_axes->setText(text);
}

std::optional<QPointF> FlowMap::positionOf(flow::FlowId flow) const
{
    if (flow.value >= m_points->points().size() || std::isnan(m_points->points()[flow.value].x))
        return std::nullopt;
    return QPointF(m_plot->pos()) + m_points->pixel(flow.value);
}

void FlowMap::press(QMouseEvent* event)
{
    const bool moves =
        event->button() == Qt::MiddleButton ||
        (event->button() == Qt::LeftButton && (!m_lassoMode || event->modifiers().testFlag(Qt::ShiftModifier)));
    m_pressed = m_panned = event->position();
    m_panning = moves;
    m_drawing = !moves && event->button() == Qt::LeftButton;
    if (m_drawing)
        m_lasso = QPolygonF() << event->position();
}

void FlowMap::drag(QMouseEvent* event)
{
    const QPointF far = event->position() - m_pressed;
    if (m_panning && std::hypot(far.x(), far.y()) >= shortestDrag)
        pan(event->position());
    if (!m_drawing)
        return;
    const QPointF step = event->position() - m_lasso.last();
    if (std::hypot(step.x(), step.y()) < lassoStep)
        return;
    m_lasso << event->position();
    m_points->setOutline(m_lasso, Colours::of(palette()).accent);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void FlowMap::pan(const QPointF& to)
{
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
        const bool across = axis == m_plot->xAxis;
        const double before = axis->pixelToCoord(across ? m_panned.x() : m_panned.y());
        const double now = axis->pixelToCoord(across ? to.x() : to.y());
        axis->setRange(axis->range() + (before - now));
    }
    m_panned = to;
    m_fitted = false;
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void FlowMap::release(QMouseEvent* event)
{
    const QPointF far = event->position() - m_pressed;
    const QRectF drawn = m_lasso.boundingRect();
    const bool lassoed = m_drawing && std::max(drawn.width(), drawn.height()) >= shortestDrag;
    const bool clicked = (m_drawing || m_panning) && !lassoed && m_panned == m_pressed &&
                         std::hypot(far.x(), far.y()) < shortestDrag && event->button() == Qt::LeftButton;
    m_drawing = m_panning = false;
    if (lassoed) {
        flow::FlowSet flows;
        for (const std::size_t point : m_points->within(m_lasso))
            flows.insert(flow::FlowId(static_cast<std::uint32_t>(point)));
        Q_EMIT flowsLassoed(flows, event->globalPosition().toPoint());
        return;
    }
    m_lasso.clear();
    if (!clicked)
        return;
    const std::size_t point = m_points->nearest(event->position(), clickReach);
    if (point < m_points->points().size())
        Q_EMIT flowPicked(flow::FlowId(static_cast<std::uint32_t>(point)),
                          event->modifiers().testFlag(Qt::ControlModifier));
    else
        Q_EMIT nothingPicked();
}

bool FlowMap::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_plot && event->type() == QEvent::PaletteChange)
        dress(); // the plot hears of it after its parent
    if (watched == m_plot && event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        tellAbout(help->pos(), help->globalPos());
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void FlowMap::tellAbout(const QPoint& at, const QPoint& globalPosition)
{
    const std::size_t point = m_points->nearest(at, clickReach);
    if (!m_table || point >= std::min(m_points->points().size(), m_table->size())) {
        QToolTip::hideText();
        return;
    }
    const flow::FlowId flow(static_cast<std::uint32_t>(point));
    QString text = flowText(*m_table, flow);
    if (const auto name = m_table->text(m_table->identity(flow).application); !name.empty())
        text += QStringLiteral("\n") + toQString(name);
    if (m_classes && point < m_classes->of.size() && m_classes->by != MapColouring::Application)
        text += QStringLiteral("\n") + className(*m_classes, m_classes->of[point]);
    QToolTip::showText(globalPosition, text.toHtmlEscaped().replace(QLatin1Char('\n'), QStringLiteral("<br>")), m_plot);
}

void FlowMap::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        dress();
}

void FlowMap::dress()
{
    const Colours colours = Colours::of(palette());
    styleBackground(*m_plot);
    styleAxes(*m_plot->axisRect(), colours);
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis})
        axis->setTickLength(0, 0);
    setClasses(m_classes);
}

} // namespace flowscent::ui
