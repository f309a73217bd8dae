// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/timeline_panel.h"

#include "ui/models/flow_text.h"
#include "ui/plots/colours.h"
#include "ui/plots/timeline_plot.h"
#include "ui/session/flow_query.h"
#include "ui/session/overview_desk.h"
#include "ui/session/session.h"
#include "ui/session/time_chip.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

#include <initializer_list>

namespace flowscent::ui {

TimelinePanel::TimelinePanel(Session& session, FlowQuery& query, OverviewDesk& desk, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_query(query)
    , m_desk(desk)
    , m_plot(new TimelinePlot(this))
    , m_heading(new QWidget(this))
    , m_groups(new QComboBox(this))
    , m_measure(new QComboBox(this))
    , m_root(new QToolButton(this))
    , m_all(new QToolButton(this))
    , m_clear(new QToolButton(this))
    , m_legend(new QLabel(this))
    , m_span(new QLabel(this))
{
    setObjectName(QStringLiteral("timelinePanel"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 0, 8, 2);
    layout->setSpacing(0);
    makeHeading();
    layout->addWidget(m_heading);
    layout->addWidget(m_plot, 1);

    connect(m_plot, &TimelinePlot::brushed, this,
            [this](const TimeRange& range) { static_cast<void>(m_query.setChip(timeChip(range))); });
    connect(m_plot, &TimelinePlot::brushCleared, this, [this] { m_query.removeChip(timeChipName); });
    connect(m_plot, &TimelinePlot::spanAsked, this, [this](const std::optional<flow::TimeSpan>& span) {
        TimelineQuestion question = m_desk.question();
        question.span = span;
        m_desk.ask(question);
    });
    connect(m_plot, &TimelinePlot::roomChanged, this, &TimelinePanel::ask);
    connect(&m_query, &FlowQuery::changed, this, &TimelinePanel::showBrush);
    connect(&m_desk, &OverviewDesk::timelineChanged, this, &TimelinePanel::showAnswer);
    connect(&m_session, &Session::readFinished, this, &TimelinePanel::showAnswer);
    showLegend();
    showBrush();
    showAnswer();
}

void TimelinePanel::makeHeading()
{
    // What has no room is left out, and must not keep the window from being made smaller.
    m_heading->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_groups->setObjectName(QStringLiteral("timelineGroups"));
    m_groups->setAccessibleName(tr("What the bars are split by"));
    m_groups->addItems({tr("by protocol"), tr("by verdict"), tr("by label")});
    m_measure->setObjectName(QStringLiteral("timelineMeasure"));
    m_measure->setAccessibleName(tr("What the bars measure"));
    m_measure->addItems({tr("Flows"), tr("Bytes")});
    m_measure->setToolTip(tr("A flow counts, with all its bytes, where it begins."));
    m_legend->setObjectName(QStringLiteral("timelineLegend"));
    m_legend->setTextFormat(Qt::RichText);
    m_span->setObjectName(QStringLiteral("timelineSpan"));
    const auto button = [](QToolButton* made, const char* name, const QString& text, const QString& explanation) {
        made->setObjectName(QLatin1String(name));
        made->setText(text);
        made->setToolTip(explanation);
        made->setAccessibleName(explanation);
        made->setAutoRaise(true);
    };
    button(m_root, "timelineRoot", tr("√ scale"),
           tr("Draw the height as a square root, so that small bars can be seen"));
    m_root->setCheckable(true);
    button(m_all, "timelineAll", tr("Show all"), tr("Show the whole capture again"));
    button(m_clear, "timelineClear", tr("Clear time"), tr("Take the brushed time out of the filter (Esc)"));

    auto* row = new QHBoxLayout(m_heading);
    row->setContentsMargins(0, 2, 0, 2);
    row->setSpacing(8);
    row->addWidget(m_measure);
    row->addWidget(m_groups);
    row->addWidget(m_legend);
    row->addStretch(1);
    row->addWidget(m_span);
    row->addWidget(m_clear);
    row->addWidget(m_all);
    row->addWidget(m_root);

    connect(m_groups, &QComboBox::currentIndexChanged, this, &TimelinePanel::ask);
    connect(m_measure, &QComboBox::currentIndexChanged, this,
            [this](int index) { m_plot->setMeasure(static_cast<TimelineMeasure>(index)); });
    connect(m_root, &QToolButton::toggled, m_plot, &TimelinePlot::setRootScale);
    connect(m_all, &QToolButton::clicked, m_plot, [this] { Q_EMIT m_plot->spanAsked(std::nullopt); });
    connect(m_clear, &QToolButton::clicked, this, [this] { m_query.removeChip(timeChipName); });
}

void TimelinePanel::fitHeading()
{
    int room = width() - 2 * m_heading->layout()->spacing();
    for (const QWidget* always : std::initializer_list<QWidget*>{m_measure, m_groups, m_root, m_all, m_clear}) {
        if (!always->isHidden())
            room -= always->sizeHint().width() + m_heading->layout()->spacing();
    }
    for (QLabel* label : {m_legend, m_span}) {
        const int wanted = label->sizeHint().width() + m_heading->layout()->spacing();
        label->setVisible(room >= wanted);
        room -= room >= wanted ? wanted : 0;
    }
}

void TimelinePanel::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fitHeading();
}

QSize TimelinePanel::sizeHint() const
{
    const int line = QFontMetrics(font()).height();
    return {600, 8 * line};
}

void TimelinePanel::ask()
{
    TimelineQuestion question = m_desk.question();
    question.groups = static_cast<TimelineGroups>(m_groups->currentIndex());
    question.most = m_plot->roomForBuckets();
    m_desk.ask(question);
}

void TimelinePanel::showAnswer()
{
    const auto answer = m_desk.timeline();
    const bool read = m_session.table() && !m_session.reading();
    m_plot->setEmptyText(read && m_session.table()->size() == 0 ? tr("This capture holds no flows.") : QString());
    m_plot->setAnswer(answer);
    const bool zoomed = answer && answer->question.span.has_value();
    m_all->setVisible(zoomed);
    if (answer && !answer->passing.buckets.empty()) {
        const flow::TimeBuckets& buckets = answer->passing.buckets;
        const TimeRange shown{buckets.begin(0), buckets.end(buckets.size() - 1)};
        m_span->setText(buckets.size() == 1 ? dateTimeText(answer->whole.first) + QStringLiteral(" UTC")
                                            : timeRangeText(shown, Day::Always) + QStringLiteral(" UTC"));
    } else {
        m_span->clear();
    }
    showLegend();
}

/// Squares in the colours of the groups, bottom to top, each with its name.
void TimelinePanel::showLegend()
{
    const auto groups =
        m_desk.timeline() ? m_desk.timeline()->question.groups : static_cast<TimelineGroups>(m_groups->currentIndex());
    const auto names = TimelinePlot::groupNames(groups);
    const auto colours = m_plot->groupColours(groups);
    QStringList entries;
    for (std::size_t group = 0; group < timelineGroups; ++group)
        entries << QStringLiteral("<span style=\"color:%1\">■</span>&nbsp;%2")
                       .arg(colours[group].name(),
                            names[group].toHtmlEscaped().replace(QLatin1Char(' '), QStringLiteral("&nbsp;")));
    m_legend->setText(entries.join(QStringLiteral(" &nbsp; ")));
    fitHeading();
}

void TimelinePanel::showBrush()
{
    const auto range = timeRangeOf(m_query.state());
    m_plot->setBrush(range);
    m_clear->setVisible(range.has_value());
    fitHeading();
}

void TimelinePanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_desk.want(OverviewDesk::Part::Timeline, *this, true);
}

void TimelinePanel::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_desk.want(OverviewDesk::Part::Timeline, *this, false);
}

void TimelinePanel::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        showLegend();
}

} // namespace flowscent::ui
