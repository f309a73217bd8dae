// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/compare_panel.h"

#include "ui/models/flow_selection.h"
#include "ui/models/flow_text.h"
#include "ui/panels/field_grid.h"
#include "ui/plots/score_scatter.h"

#include <QFrame>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace flowscent::ui {

namespace {

FieldGrid::Fields describe(const Scores& scores)
{
    const detect::Detector& detector = scores.detector();
    return {
        {ComparePanel::tr("Method"), toQString(detect::text(detector.method))},
        {ComparePanel::tr("Examples"),
         ComparePanel::tr("%1 threat, %2 not this").arg(detector.threatExamples).arg(detector.counterExamples)},
        {ComparePanel::tr("Background"), countText(detector.backgroundExamples)},
        {ComparePanel::tr("Above the line"), flowsText(scores.alarms)},
        {ComparePanel::tr("Revision"), QString::number(detector.revision)},
    };
}

} // namespace

ComparePanel::ComparePanel(Session& session, FlowSelection& selection, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_selection(selection)
    , m_pages(new QStackedWidget(this))
    , m_scatter(new ScoreScatter(this))
    , m_latest(new FieldGrid(tr("A – latest"), this))
    , m_kept(new FieldGrid(tr("B – kept"), this))
{
    setObjectName(QStringLiteral("comparePanel"));
    auto* nothing = new QWidget(this);
    auto* text = new QLabel(tr("Nothing to compare yet.\n\nKeep an adaptation, then change the examples or the method: "
                               "both scores stand side by side here and in the table."),
                            nothing);
    text->setWordWrap(true);
    text->setAlignment(Qt::AlignCenter);
    text->setMinimumWidth(420);
    m_keep = new QPushButton(tr("Keep the adaptation at hand"), nothing);
    m_keep->setObjectName(QStringLiteral("compareKeepButton"));
    auto* centre = new QVBoxLayout(nothing);
    centre->addStretch();
    centre->addWidget(text, 0, Qt::AlignHCenter);
    centre->addSpacing(8);
    centre->addWidget(m_keep, 0, Qt::AlignHCenter);
    centre->addStretch();

    auto* both = new QWidget(this);
    auto* columns = new QHBoxLayout(both);
    columns->setContentsMargins(8, 8, 12, 8);
    columns->setSpacing(16);
    columns->addWidget(m_scatter, 1);
    columns->addWidget(makeNumbers());
    m_pages->addWidget(nothing);
    m_pages->addWidget(both);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages);

    connect(m_keep, &QPushButton::clicked, &m_session, &Session::keepScores);
    connect(&m_session, &Session::scoresChanged, this, &ComparePanel::follow);
    connect(&m_session, &Session::keptChanged, this, &ComparePanel::follow);
    connect(&m_session, &Session::supportChanged, this, [this] {
        if (isVisible())
            m_scatter->setSupport(m_session.labels().support());
    });
    connect(&m_selection, &FlowSelection::changed, this, [this] {
        if (isVisible())
            m_scatter->setSelection(m_selection.set());
    });
    connect(m_scatter, &ScoreScatter::flowsPicked, this, [this](const std::vector<flow::FlowId>& flows, bool add) {
        if (!flows.empty())
            m_selection.setCurrent(flows.front());
        flow::FlowSet chosen(flows);
        if (add)
            chosen.unite(m_selection.set());
        m_selection.select(std::move(chosen));
    });
    showScores();
}

QWidget* ComparePanel::makeNumbers()
{
    auto* box = new QWidget(this);
    box->setFixedWidth(260);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 4, 0, 4);
    layout->setSpacing(10);
    layout->addWidget(m_latest);
    layout->addWidget(m_kept);
    auto* groups = new QGridLayout;
    groups->setHorizontalSpacing(6);
    groups->setVerticalSpacing(4);
    m_total = new QLabel(box);
    m_total->setObjectName(QStringLiteral("groupTotal"));
    m_total->setAlignment(Qt::AlignRight);
    groups->addWidget(new QLabel(tr("Above the line"), box), 0, 0);
    groups->addWidget(m_total, 0, 1);
    const std::array<QString, 4> names{tr("Both"), tr("Only A"), tr("Only B"), tr("Neither")};
    const std::array<QString, 4> ids{QStringLiteral("groupBoth"), QStringLiteral("groupOnlyA"),
                                     QStringLiteral("groupOnlyB"), QStringLiteral("groupNeither")};
    for (std::size_t i = 0; i < names.size(); ++i) {
        m_groups[i] = new QPushButton(box);
        m_groups[i]->setObjectName(ids[i]);
        m_groups[i]->setToolTip(tr("Choose these flows"));
        m_groups[i]->setAccessibleName(names[i]);
        auto* label = new QLabel(names[i], box);
        label->setBuddy(m_groups[i]);
        groups->addWidget(label, static_cast<int>(i) + 1, 0);
        groups->addWidget(m_groups[i], static_cast<int>(i) + 1, 1);
        connect(m_groups[i], &QPushButton::clicked, this, [this, i] {
            m_selection.select(m_comparison.flows[i]);
            if (!m_comparison.flows[i].empty())
                m_selection.setCurrent(m_comparison.flows[i].front());
        });
    }
    groups->setColumnStretch(1, 1);
    layout->addLayout(groups);
    auto* drop = new QPushButton(tr("Let go of B"), box);
    drop->setObjectName(QStringLiteral("dropButton"));
    connect(drop, &QPushButton::clicked, &m_session, &Session::dropKeptScores);
    layout->addWidget(drop);
    layout->addStretch();
    return box;
}

/// Who does not look at it needs no comparison of a million flows at every label.
void ComparePanel::follow()
{
    if (isVisible())
        showScores();
}

void ComparePanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    showScores();
}

void ComparePanel::showScores()
{
    const auto latest = m_session.scores();
    const auto kept = m_session.keptScores();
    m_keep->setEnabled(latest && latest->complete());
    m_pages->setCurrentIndex(kept && latest ? 1 : 0);
    if (!kept || !latest)
        return;
    m_scatter->setScores(latest, kept);
    m_scatter->setSupport(m_session.labels().support());
    m_scatter->setSelection(m_selection.set());
    m_latest->setFields(describe(*latest));
    m_kept->setFields(describe(*kept));
    m_comparison = compare(*latest, *kept);
    std::size_t total = 0;
    for (std::size_t i = 0; i < m_groups.size(); ++i) {
        const std::size_t count = m_comparison.flows[i].size();
        m_groups[i]->setText(flowsText(count));
        m_groups[i]->setEnabled(count > 0);
        total += count;
    }
    m_total->setText(tr("of %1").arg(flowsText(total)));
}

} // namespace flowscent::ui
