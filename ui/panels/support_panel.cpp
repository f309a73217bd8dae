// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/support_panel.h"

#include "ui/models/flow_selection.h"
#include "ui/models/flow_text.h"
#include "ui/panels/live_switch.h"
#include "ui/panels/suggestion_box.h"
#include "ui/panels/support_list.h"
#include "ui/panels/threat_chooser.h"
#include "ui/session/suggester.h"

#include <QComboBox>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QListView>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
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

/// As wide as it is given and at least as its content needs, so that nothing is cut off at the side.
class UprightScroll : public QScrollArea {
public:
    using QScrollArea::QScrollArea;
    [[nodiscard]] QSize minimumSizeHint() const override
    {
        return {widget()->minimumSizeHint().width() + verticalScrollBar()->sizeHint().width(), 120};
    }
};

} // namespace

SupportPanel::SupportPanel(Session& session, FlowSelection& selection, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_selection(selection)
    , m_suggester(new Suggester(session, this))
    , m_threats(new SupportList(hunt::Label::Threat, tr("This threat"),
                                tr("Point at 3 or more flows of one behaviour and press M."), QStringLiteral("M"),
                                this))
    , m_counters(new SupportList(hunt::Label::NotThreat, tr("Not this"),
                                 tr("No counter-examples yet. X marks a flow that only looks like the threat."),
                                 QStringLiteral("X"), this))
{
    setObjectName(QStringLiteral("supportPanel"));
    m_threats->list().setObjectName(QStringLiteral("threatList"));
    m_counters->list().setObjectName(QStringLiteral("counterList"));
    auto* scroll = new UprightScroll(this);
    scroll->setObjectName(QStringLiteral("supportScroll"));
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto* content = new QWidget(scroll);
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(12, 8, 12, 10);
    layout->setSpacing(8);
    layout->addWidget(new ThreatChooser(m_session, content));
    layout->addWidget(m_threats);
    layout->addWidget(hairline(content));
    layout->addWidget(m_counters);
    layout->addWidget(hairline(content));
    layout->addWidget(makeBackground());
    m_sections = new QVBoxLayout;
    m_sections->setSpacing(8);
    layout->addLayout(m_sections);
    layout->addWidget(hairline(content));
    layout->addWidget(makeMethod());
    layout->addWidget(makeOutcome());
    layout->addStretch();
    scroll->setWidget(content);
    // What is asked next and what the scores are worth stay in sight, however long the rest is.
    auto* foot = new QWidget(this);
    auto* fixed = new QVBoxLayout(foot);
    fixed->setContentsMargins(12, 6, 12, 10);
    fixed->setSpacing(8);
    m_suggestion = new SuggestionBox(m_session, m_selection, *m_suggester, foot);
    fixed->addWidget(m_suggestion);
    fixed->addWidget(hairline(foot));
    fixed->addWidget(new LiveSwitch(m_session, foot));
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->setSpacing(0);
    whole->addWidget(scroll, 1);
    whole->addWidget(hairline(this));
    whole->addWidget(foot);

    for (SupportList* list : {m_threats, m_counters}) {
        connect(list, &SupportList::flowChosen, this, [this](flow::FlowId flow) {
            m_selection.setCurrent(flow);
            m_selection.select({flow});
        });
        connect(list, &SupportList::clearAsked, this,
                [this](const std::vector<flow::FlowId>& flows) { m_session.assign(flows, hunt::Label::None); });
    }
    connect(m_threats, &SupportList::flowsDropped, this,
            [this](const std::vector<flow::FlowId>& flows) { Q_EMIT labelAsked(flows, hunt::Label::Threat); });
    connect(m_counters, &SupportList::flowsDropped, this,
            [this](const std::vector<flow::FlowId>& flows) { Q_EMIT labelAsked(flows, hunt::Label::NotThreat); });
    connect(&m_selection, &FlowSelection::changed, this, &SupportPanel::offerBackground);
    connect(&m_session, &Session::supportChanged, this, &SupportPanel::showSupport);
    connect(&m_session.book(), &LabelBook::changed, this, &SupportPanel::showSupport);
    connect(&m_session, &Session::scoresChanged, this, &SupportPanel::showOutcome);
    showSupport();
    showOutcome();
}

void SupportPanel::addSection(QWidget* section)
{
    m_sections->addWidget(hairline(section->parentWidget() == nullptr ? this : section->parentWidget()));
    m_sections->addWidget(section);
}

QWidget* SupportPanel::makeBackground()
{
    auto* box = new QWidget(this);
    m_background = new QLabel(box);
    m_background->setObjectName(QStringLiteral("backgroundText"));
    m_background->setWordWrap(true);
    m_showBackground = new QPushButton(tr("Show them"), box);
    m_showBackground->setObjectName(QStringLiteral("showBackground"));
    m_showBackground->setToolTip(tr("Chooses the background flows in the table"));
    m_pickBackground = new QPushButton(box);
    m_pickBackground->setObjectName(QStringLiteral("pickBackground"));
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(4);
    buttons->addWidget(m_showBackground);
    buttons->addWidget(m_pickBackground);
    buttons->addStretch();
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_background);
    layout->addLayout(buttons);
    connect(m_showBackground, &QPushButton::clicked, this, [this] { m_selection.select(m_session.background()); });
    connect(m_pickBackground, &QPushButton::clicked, this, &SupportPanel::pickBackground);
    return box;
}

QWidget* SupportPanel::makeMethod()
{
    auto* box = new QWidget(this);
    m_method = new QComboBox(box);
    m_method->setObjectName(QStringLiteral("methodBox"));
    m_method->setAccessibleName(tr("Method"));
    m_method->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
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
    auto* layout = new QHBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(label);
    layout->addWidget(m_method, 1);
    connect(m_method, &QComboBox::currentIndexChanged, this,
            [this] { m_session.setMethod(static_cast<Method>(m_method->currentData().toInt())); });
    return box;
}

QWidget* SupportPanel::makeOutcome()
{
    auto* box = new QWidget(this);
    m_outcome = new QLabel(box);
    m_outcome->setObjectName(QStringLiteral("outcomeText"));
    m_outcome->setWordWrap(true);
    m_keep = new QPushButton(tr("Keep for comparison"), box);
    m_keep->setObjectName(QStringLiteral("keepButton"));
    m_keep->setToolTip(tr("Puts these scores beside those of later examples or another method, as score B"));
    connect(m_keep, &QPushButton::clicked, &m_session, &Session::keepScores);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(m_outcome);
    layout->addWidget(m_keep);
    return box;
}

void SupportPanel::pickBackground()
{
    if (m_session.labels().marks().background())
        m_session.book().setBackground(nullptr);
    else if (!m_selection.empty())
        m_session.book().setBackground(std::make_shared<const flow::FlowSet>(m_selection.set()));
}

void SupportPanel::showSupport()
{
    const hunt::Marks& marks = m_session.labels().marks();
    const hunt::SupportSet& support = m_session.labels().support();
    m_threats->setHeading(marks.threats().names.size() > 1 || marks.threats().names.front() != hunt::defaultName(1)
                              ? toQString(marks.threats().name(marks.threats().active))
                              : tr("This threat"));
    m_threats->setFlows(m_session.table(), support.with(hunt::Label::Threat));
    m_counters->setFlows(m_session.table(), support.with(hunt::Label::NotThreat));
    m_background->setText(backgroundText());
    m_showBackground->setVisible(support.count(hunt::Label::Threat) > 0 && !m_session.background().empty());
    offerBackground();
}

void SupportPanel::offerBackground()
{
    const bool own = m_session.labels().marks().background() != nullptr;
    m_pickBackground->setText(own ? tr("Random again") : tr("Pick my own"));
    m_pickBackground->setToolTip(own ? tr("A random sample of unlabelled flows stands for normal traffic again")
                                 : m_selection.empty()
                                     ? tr("Choose flows in the table first: flows that you know to be normal traffic")
                                     : tr("The %1 chosen stand for normal traffic, in place of a random sample")
                                           .arg(flowsText(m_selection.count())));
    m_pickBackground->setEnabled(m_session.table() && (own || !m_selection.empty()));
}

QString SupportPanel::backgroundText() const
{
    const hunt::SupportSet& support = m_session.labels().support();
    const QString count = countText(m_session.background().size());
    if (m_session.labels().marks().background())
        return m_session.background().empty() ? tr("Background: none of the flows of your choice is unlabelled.")
                                              : tr("Background: %1 flows of your choice.").arg(count);
    if (support.count(hunt::Label::Threat) == 0 || m_session.background().empty())
        return tr("Background: a random sample of unlabelled flows will stand for normal traffic.");
    return support.count(hunt::Label::NotThreat) == 0
               ? tr("Using %1 random unlabelled flows as background (may contain the threat).").arg(count)
               : tr("Background: %1 random unlabelled flows (may contain the threat).").arg(count);
}

void SupportPanel::showOutcome()
{
    const auto scores = m_session.scores();
    m_outcome->setText(outcomeText());
    m_outcome->setVisible(!m_outcome->text().isEmpty());
    m_keep->setEnabled(scores && scores->complete());
}

QString SupportPanel::outcomeText() const
{
    const auto scores = m_session.scores();
    if (!scores)
        return m_session.labels().support().count(hunt::Label::Threat) == 0
                   ? QString()
                   : tr("Scores follow when the capture is read and looked at.");
    if (!m_session.scoresCurrent())
        return {};
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

} // namespace flowscent::ui
