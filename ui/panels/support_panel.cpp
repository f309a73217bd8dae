// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/support_panel.h"

#include "ui/models/flow_selection.h"
#include "ui/models/flow_text.h"
#include "ui/panels/support_list.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QListView>
#include <QPushButton>
#include <QTimer>
#include <QVBoxLayout>

namespace flowscent::ui {

namespace {

QFrame* hairline(QWidget* parent)
{
    auto* line = new QFrame(parent);
    line->setFrameShape(QFrame::HLine);
    line->setObjectName(QStringLiteral("hairline"));
    return line;
}

} // namespace

SupportPanel::SupportPanel(Session& session, FlowSelection& selection, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_selection(selection)
    , m_threats(new SupportList(hunt::Label::Threat, tr("This threat"),
                                tr("Point at 3 or more flows of one behaviour and press M."), this))
    , m_counters(new SupportList(hunt::Label::NotThreat, tr("Not this"),
                                 tr("No counter-examples yet. X marks a flow that only looks like the threat."), this))
    , m_background(new QLabel(this))
    , m_showBackground(new QPushButton(tr("Show"), this))
{
    setObjectName(QStringLiteral("supportPanel"));
    m_threats->list().setObjectName(QStringLiteral("threatList"));
    m_counters->list().setObjectName(QStringLiteral("counterList"));
    m_background->setObjectName(QStringLiteral("backgroundText"));
    m_background->setWordWrap(true);
    m_showBackground->setObjectName(QStringLiteral("showBackground"));
    m_showBackground->setToolTip(tr("Choose the background flows in the table"));

    auto* background = new QHBoxLayout;
    background->addWidget(m_background, 1);
    background->addWidget(m_showBackground, 0, Qt::AlignTop);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 8, 12, 10);
    layout->setSpacing(8);
    layout->addWidget(m_threats, 3);
    layout->addWidget(hairline(this));
    layout->addWidget(m_counters, 2);
    layout->addWidget(hairline(this));
    layout->addLayout(background);
    layout->addWidget(hairline(this));
    layout->addWidget(makeMethod());
    layout->addWidget(makeOutcome());

    for (SupportList* list : {m_threats, m_counters}) {
        connect(list, &SupportList::flowChosen, this, [this](flow::FlowId flow) {
            m_selection.setCurrent(flow);
            m_selection.select({flow});
        });
        connect(list, &SupportList::clearAsked, this,
                [this](const std::vector<flow::FlowId>& flows) { m_session.assign(flows, hunt::Label::None); });
    }
    connect(m_threats, &SupportList::flowsDropped, this,
            [this](const std::vector<flow::FlowId>& flows) { m_session.assign(flows, hunt::Label::Threat); });
    connect(m_counters, &SupportList::flowsDropped, this,
            [this](const std::vector<flow::FlowId>& flows) { m_session.assign(flows, hunt::Label::NotThreat); });
    connect(m_showBackground, &QPushButton::clicked, this, [this] { m_selection.select(m_session.background()); });
    connect(&m_session, &Session::supportChanged, this, &SupportPanel::showSupport);
    connect(&m_session, &Session::scoresChanged, this, &SupportPanel::showOutcome);
    auto* clock = new QTimer(this);
    clock->setInterval(1000);
    connect(clock, &QTimer::timeout, this, &SupportPanel::tellAge);
    clock->start();
    showSupport();
    showOutcome();
}

void SupportPanel::addSection(QWidget* section)
{
    layout()->addWidget(hairline(this));
    layout()->addWidget(section);
}

QWidget* SupportPanel::makeMethod()
{
    auto* box = new QWidget(this);
    m_method = new QComboBox(box);
    m_method->setObjectName(QStringLiteral("methodBox"));
    m_method->setAccessibleName(tr("Method"));
    using detect::Method;
    m_method->addItem(tr("Ensemble with a forest"), static_cast<int>(Method::Ensemble));
    m_method->addItem(tr("Random forest"), static_cast<int>(Method::Forest));
    m_method->addItem(tr("Blend of ridge and prototype"), static_cast<int>(Method::Blend));
    m_method->addItem(tr("Ridge (R2D2)"), static_cast<int>(Method::Ridge));
    m_method->addItem(tr("Prototypes"), static_cast<int>(Method::Prototype));
    m_method->addItem(tr("Nearest example"), static_cast<int>(Method::Nearest));
    m_method->setToolTip(tr("How a flow is compared with the examples"));
    auto* label = new QLabel(tr("Method"), box);
    label->setBuddy(m_method);
    m_live = new QCheckBox(tr("Adapt live"), box);
    m_live->setObjectName(QStringLiteral("liveBox"));
    m_live->setToolTip(tr("Adapt at once when a label or the method changes"));
    m_live->setChecked(m_session.live());
    m_adapt = new QPushButton(tr("Adapt now  F9"), box);
    m_adapt->setObjectName(QStringLiteral("adaptButton"));

    auto* choice = new QHBoxLayout;
    choice->addWidget(label);
    choice->addWidget(m_method, 1);
    auto* act = new QHBoxLayout;
    act->addWidget(m_live, 1);
    act->addWidget(m_adapt);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addLayout(choice);
    layout->addLayout(act);

    connect(m_method, &QComboBox::currentIndexChanged, this,
            [this] { m_session.setMethod(static_cast<Method>(m_method->currentData().toInt())); });
    connect(m_live, &QCheckBox::toggled, &m_session, &Session::setLive);
    connect(m_adapt, &QPushButton::clicked, &m_session, &Session::adapt);
    return box;
}

QWidget* SupportPanel::makeOutcome()
{
    auto* box = new QWidget(this);
    m_outcome = new QLabel(box);
    m_outcome->setObjectName(QStringLiteral("outcomeText"));
    m_outcome->setWordWrap(true);
    m_age = new QLabel(box);
    m_age->setObjectName(QStringLiteral("adaptedText"));
    m_keep = new QPushButton(tr("Keep for comparison"), box);
    m_keep->setObjectName(QStringLiteral("keepButton"));
    m_keep->setToolTip(tr("Puts these scores beside those of later examples or another method, as score B"));
    connect(m_keep, &QPushButton::clicked, &m_session, &Session::keepScores);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_outcome);
    layout->addWidget(m_age);
    layout->addSpacing(4);
    layout->addWidget(m_keep);
    return box;
}

void SupportPanel::showSupport()
{
    const hunt::SupportSet& support = m_session.labels().support();
    m_threats->setFlows(m_session.table(), support.with(hunt::Label::Threat));
    m_counters->setFlows(m_session.table(), support.with(hunt::Label::NotThreat));
    const std::size_t background = support.count(hunt::Label::Threat) == 0 ? 0 : m_session.background().size();
    m_background->setText(
        background == 0
            ? tr("Background: a random sample of unlabelled flows will stand for normal traffic.")
            : tr("Background: %1 random unlabelled flows (may contain the threat).").arg(countText(background)));
    m_showBackground->setVisible(background > 0);
}

void SupportPanel::showOutcome()
{
    const auto scores = m_session.scores();
    if (m_session.scoresCurrent())
        m_since.start();
    m_outcome->setText(outcomeText());
    m_adapt->setEnabled(m_session.labels().support().count(hunt::Label::Threat) > 0);
    m_keep->setEnabled(scores && scores->complete());
    tellAge();
}

QString SupportPanel::outcomeText() const
{
    const auto scores = m_session.scores();
    if (!scores)
        return m_session.labels().support().count(hunt::Label::Threat) == 0
                   ? tr("No scores yet.")
                   : tr("Scores follow when the capture is read and looked at.");
    if (!m_session.scoresCurrent())
        return m_session.live() ? tr("Adapting…") : tr("Scores are older than the labels. F9 adapts.");
    if (!scores->complete())
        return tr("Flows on the screen are scored; the others follow.");
    QString text = tr("%1 of %2 above the line. It ranks; it is no probability of guilt.")
                       .arg(countText(scores->alarms), flowsText(scores->scored));
    if (const std::size_t unused = marksWithoutPackets(); unused > 0)
        text += tr(" Marked but no examples: %1, imported from a log, without packets.").arg(flowsText(unused));
    return text;
}

std::size_t SupportPanel::marksWithoutPackets() const
{
    const auto table = m_session.table();
    const hunt::SupportSet& support = m_session.labels().support();
    return table ? hunt::countWithoutPackets(*table, support.with(hunt::Label::Threat)) +
                       hunt::countWithoutPackets(*table, support.with(hunt::Label::NotThreat))
                 : 0;
}

void SupportPanel::tellAge()
{
    const auto scores = m_session.scores();
    if (!scores || !m_since.isValid()) {
        m_age->clear();
        return;
    }
    const qint64 seconds = m_since.elapsed() / 1000;
    const QString ago = seconds < 1    ? tr("just now")
                        : seconds < 60 ? tr("%1 s ago").arg(seconds)
                                       : tr("%1 min ago").arg(seconds / 60);
    m_age->setText(tr("Adapted %1 in %2 ms · revision %3")
                       .arg(ago)
                       .arg(scores->milliseconds, 0, 'f', scores->milliseconds < 10 ? 1 : 0)
                       .arg(scores->revision()));
}

} // namespace flowscent::ui
