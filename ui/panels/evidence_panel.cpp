// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/evidence_panel.h"

#include "ui/models/evidence_text.h"
#include "ui/models/flow_selection.h"
#include "ui/models/flow_text.h"
#include "ui/models/judgement_text.h"
#include "ui/panels/evidence_block.h"
#include "ui/plots/colours.h"
#include "ui/plots/feature_bar.h"
#include "ui/session/feature_condition.h"
#include "ui/session/flow_query.h"
#include "ui/session/responsible_packets.h"
#include "ui/session/session.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>

namespace flowscent::ui {

namespace {

constexpr std::size_t mostUnlike = 6;
constexpr std::size_t mostAgainst = 3;
constexpr int passedOver = 60;   ///< ms
constexpr int worthSaying = 150; ///< ms
constexpr int lettersWide = 130; ///< from there on the blocks stand side by side
constexpr int lettersTopWide = 90;

std::vector<detect::FeatureEvidence> firstOf(const detect::Evidence& evidence,
                                             const std::vector<detect::FeatureIndex>& order, std::size_t most)
{
    std::vector<detect::FeatureEvidence> features;
    for (std::size_t i = 0; i < std::min(most, order.size()); ++i)
        features.push_back(evidence.features[order[i]]);
    return features;
}

/// One axis for all bars of a flow.
double reachOf(const std::vector<detect::FeatureEvidence>& features)
{
    double reach = 1.5; // the band itself ends at 0.9
    for (const detect::FeatureEvidence& feature : features) {
        FeatureBar::Content content{.number = double{feature.value},
                                    .lower = double{feature.normal.lower},
                                    .median = double{feature.normal.median},
                                    .upper = double{feature.normal.upper}};
        for (const double number : {content.number, content.lower, content.upper})
            reach = std::max(reach, std::abs(FeatureBar::place(number, content)));
    }
    return reach;
}

QString neighbourName(const ExplainedFlow& explained, flow::FlowId flow)
{
    return toQString(numberText(flow)) + QStringLiteral("  ") + flowText(*explained.adaptation->table, flow);
}

QString packetsText(const std::vector<std::uint32_t>& packets)
{
    if (packets.empty())
        return EvidencePanel::tr("It is made of all packets alike.");
    QStringList numbers;
    for (const std::uint32_t packet : packets)
        numbers << QString::number(packet + 1);
    return packets.size() == 1 ? EvidencePanel::tr("Packet behind it: %1.").arg(numbers.front())
                               : EvidencePanel::tr("Packets behind it: %1.").arg(numbers.join(QStringLiteral(", ")));
}

} // namespace

EvidencePanel::EvidencePanel(Session& session, FlowSelection& selection, FlowQuery& query, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_selection(selection)
    , m_query(query)
    , m_desk(new EvidenceDesk(session, this))
    , m_copy(new QAction(tr("&Copy the evidence's summary"), this))
    , m_pages(new QStackedWidget(this))
    , m_message(new QLabel(this))
    , m_patience(new QTimer(this))
    , m_waiting(new QTimer(this))
{
    setObjectName(QStringLiteral("evidencePanel"));
    m_message->setObjectName(QStringLiteral("evidenceMessage"));
    m_message->setWordWrap(true);
    m_message->setAlignment(Qt::AlignCenter);
    m_message->setMargin(16);
    m_copy->setObjectName(QStringLiteral("copyEvidenceAction"));
    m_copy->setShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_C);
    addAction(m_copy);
    m_pages->addWidget(m_message);
    m_pages->addWidget(makeContent());
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages);

    m_patience->setSingleShot(true);
    m_patience->setInterval(passedOver);
    m_waiting->setSingleShot(true);
    m_waiting->setInterval(worthSaying);
    connect(m_patience, &QTimer::timeout, this, &EvidencePanel::follow);
    connect(m_waiting, &QTimer::timeout, this, [this] { m_pages->setCurrentWidget(m_message); });
    connect(m_copy, &QAction::triggered, this, &EvidencePanel::copySummary);
    connect(&m_selection, &FlowSelection::currentChanged, m_patience, qOverload<>(&QTimer::start));
    connect(m_desk, &EvidenceDesk::changed, this, &EvidencePanel::showState);
    connect(&m_session, &Session::judgementsChanged, this, &EvidencePanel::showStanding);
    connect(&m_session, &Session::supportChanged, this, &EvidencePanel::showStanding);
    dress();
    follow();
    showState();
}

QWidget* EvidencePanel::makeContent()
{
    auto* content = new QWidget(this);
    m_headline = new QLabel(content);
    m_headline->setObjectName(QStringLiteral("evidenceHeadline"));
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    m_headline->setFont(bold);
    m_standing = new QLabel(content);
    m_standing->setObjectName(QStringLiteral("evidenceStanding"));
    m_remark = new QLabel(content);
    m_remark->setObjectName(QStringLiteral("evidenceRemark"));
    m_honesty = new QLabel(tr("This explains the model, not the traffic: that a feature is named does not make a flow "
                              "harmful. Up-pointing marks raise the score, down-pointing ones lower it."),
                           content);
    m_honesty->setObjectName(QStringLiteral("evidenceHonesty"));
    for (QLabel* label : {m_headline, m_standing, m_remark, m_honesty}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    const auto block = [&](const char* name, const QString& heading) {
        auto* made = new EvidenceBlock(heading, content);
        made->setObjectName(QLatin1String(name));
        connect(made, &EvidenceBlock::featureAsked, this, &EvidencePanel::pursue);
        connect(made, &EvidenceBlock::flowAsked, this, [this](flow::FlowId flow) {
            m_selection.setCurrent(flow);
            m_selection.select({flow});
        });
        return made;
    };
    m_like = block("evidenceLike", tr("Like your examples"));
    m_unlike = block("evidenceUnlike", tr("Unlike normal"));
    m_against = block("evidenceAgainst", tr("Against"));

    auto* words = new QVBoxLayout;
    words->setSpacing(4);
    words->addWidget(m_headline);
    words->addWidget(m_standing);
    words->addWidget(m_remark);
    words->addStretch(1);
    m_top = new QBoxLayout(QBoxLayout::LeftToRight);
    m_top->setSpacing(12);
    m_top->addLayout(words, 1);
    m_top->addWidget(makeButtons(), 0, Qt::AlignTop);
    m_columns = new QBoxLayout(QBoxLayout::LeftToRight);
    m_columns->setSpacing(24);
    for (EvidenceBlock* one : {m_like, m_unlike, m_against})
        m_columns->addWidget(one, one == m_unlike ? 4 : 3);
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(12, 8, 12, 8);
    layout->setSpacing(8);
    layout->addLayout(m_top);
    layout->addLayout(m_columns, 1);
    layout->addWidget(m_honesty);

    m_scroll = new QScrollArea(this);
    m_scroll->setObjectName(QStringLiteral("evidenceScroll"));
    m_scroll->setWidget(content);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    return m_scroll;
}

QWidget* EvidencePanel::makeButtons()
{
    auto* box = new QWidget(this);
    const auto button = [&](const char* name, const QString& text, const QString& toolTip) {
        auto* made = new QPushButton(text, box);
        made->setObjectName(QLatin1String(name));
        made->setAccessibleName(text);
        made->setToolTip(toolTip);
        return made;
    };
    m_wireshark = button("evidenceWireshark", tr("Open in Wireshark"), {});
    m_wireshark->hide();
    auto* exported = button("evidenceExport", tr("Export pcap…"), tr("Write this flow's packets to a file"));
    auto* copy = button("evidenceCopy", tr("Copy summary"),
                        tr("Copy who, when, score, rank and reasons as text (Ctrl+Shift+C)"));
    auto* wrong = button("evidenceWrong", tr("Wrong"),
                         tr("This is not what you hunt: make it a counter-example and adapt (X; undo with Ctrl+Z)"));
    auto* grid = new QGridLayout(box);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(6);
    grid->addWidget(copy, 0, 0);
    grid->addWidget(wrong, 0, 1);
    grid->addWidget(exported, 1, 0);
    grid->addWidget(m_wireshark, 1, 1);
    connect(copy, &QPushButton::clicked, m_copy, &QAction::trigger);
    const auto onFlow = [this](QPushButton* pressed, auto function) {
        connect(pressed, &QPushButton::clicked, this, [this, function] {
            if (const auto explained = m_desk->explained())
                function(explained->flow);
        });
    };
    onFlow(exported, [this](flow::FlowId flow) { Q_EMIT exportAsked(flow); });
    onFlow(m_wireshark, [this](flow::FlowId flow) { Q_EMIT wiresharkAsked(flow); });
    onFlow(wrong, [this](flow::FlowId flow) { m_session.assign({flow}, hunt::Label::NotThreat); });
    return box;
}

void EvidencePanel::offerWireshark(bool available, const QString& toolTip)
{
    m_wireshark->setEnabled(available);
    m_wireshark->setToolTip(toolTip);
    m_wireshark->show();
}

void EvidencePanel::follow()
{
    m_remark->hide();
    m_desk->explain(m_selection.current());
}

QString EvidencePanel::messageText() const
{
    switch (m_desk->state()) {
    case EvidenceDesk::State::NoFlow:
        return tr("Choose a flow to see why it scores as it does.");
    case EvidenceDesk::State::NoScores:
        return tr("No scores yet. Mark three or more flows of one behaviour with M: then this says what a flow has in "
                  "common with them, what speaks against it, and which packets did it.");
    case EvidenceDesk::State::WithoutPackets:
        return tr("This row was imported from a log: without its packets it has no score to explain.");
    case EvidenceDesk::State::Paused:
        return tr("Paused: nothing is computed. Go on, and this flow is explained.");
    case EvidenceDesk::State::Failed:
        return tr("This flow could not be explained: %1. Its score stands.").arg(toQString(m_desk->trouble()));
    case EvidenceDesk::State::Working:
    case EvidenceDesk::State::Ready:
        return tr("Looking for reasons…");
    }
    return {};
}

/// What was shown stays a moment while the next answer is on its way, so that arrow keys do not make it flicker.
void EvidencePanel::showState()
{
    m_message->setText(messageText());
    m_copy->setEnabled(m_desk->explained() != nullptr);
    m_scroll->setEnabled(m_desk->explained() != nullptr);
    if (m_desk->state() == EvidenceDesk::State::Working) {
        m_waiting->start();
        return;
    }
    m_waiting->stop();
    if (m_desk->explained())
        showEvidence();
    m_pages->setCurrentIndex(m_desk->explained() ? 1 : 0);
}

void EvidencePanel::showEvidence()
{
    const ExplainedFlow& explained = *m_desk->explained();
    const detect::Evidence& evidence = explained.evidence;
    QString headline = toQString(explained.headline);
    if (!headline.isEmpty())
        headline[0] = headline[0].toUpper();
    m_headline->setText(headline + QLatin1Char('.'));
    const auto place = [&](EvidenceBlock& block, const std::vector<flow::FlowId>& flows,
                           const std::vector<detect::ShownNeighbour>& shown) {
        if (flows.empty())
            block.clearNeighbour();
        else
            block.setNeighbour(flows.front(), neighbourName(explained, flows.front()), evidence.packets,
                               shown.front().packets);
    };
    place(*m_like, explained.examples, evidence.examples);
    place(*m_against, explained.background, evidence.background);
    const auto raising = firstOf(evidence, evidence.raising, mostUnlike);
    const auto lowering = firstOf(evidence, evidence.lowering, mostAgainst);
    const double reach = std::max(reachOf(raising), reachOf(lowering));
    m_like->setText(exampleText(explained));
    m_unlike->setText(raising.empty() ? tr("No feature raises the score.") : QString());
    m_unlike->setFeatures(raising, reach);
    m_against->setText(backgroundText(explained), lowering.empty()
                                                      ? tr("No feature lowers the score. ") + flipText(evidence)
                                                      : flipText(evidence));
    m_against->setFeatures(lowering, reach);
    showStanding();
    fold();
}

void EvidencePanel::showStanding()
{
    const auto explained = m_desk->explained();
    if (!explained)
        return;
    QStringList said{tr("Score %1").arg(scoreText(explained->evidence.score))};
    const auto judgements = m_session.judgements();
    const bool judged = judgements && judgements->scores->adaptation == explained->adaptation;
    if (judged) {
        for (const QString& text : {judgedText(*judgements, explained->flow), rankText(*judgements, explained->flow),
                                    oneInText(*judgements, explained->flow)}) {
            if (!text.isEmpty())
                said << text;
        }
    }
    QString text = said.join(QStringLiteral(" · ")) + QLatin1Char('.');
    if (judged) {
        QString reason = toQString(judgements->reason(explained->flow));
        if (!reason.isEmpty()) {
            reason[0] = reason[0].toUpper();
            text += QLatin1Char(' ') + reason + QLatin1Char('.');
        }
    }
    if (!(explained->adaptation->support == m_session.labels().support()))
        text += tr(" This explains adaptation a%1; labels have changed since.")
                    .arg(explained->adaptation->detector.revision);
    m_standing->setText(text);
}

void EvidencePanel::pursue(detect::FeatureIndex feature)
{
    const auto explained = m_desk->explained();
    if (!explained)
        return;
    const detect::FeatureEvidence& one = explained->evidence.features[feature];
    const auto packets =
        responsiblePackets(*explained->adaptation->table, explained->flow, explained->evidence, feature);
    const FeatureCondition condition = conditionOf(one);
    QString done;
    if (!condition.expression.isEmpty()) {
        const bool already = m_query.text().contains(condition.expression);
        const auto narrowed = already ? base::Result<void>() : m_query.narrow(condition.expression);
        done = narrowed ? tr("Shown are flows with %1.").arg(condition.expression)
                        : tr("The filter stays as it is: %1.").arg(toQString(narrowed.error().sentence()));
    } else if (condition.sort) {
        Q_EMIT sortAsked(*condition.sort);
        done = tr("The filter has no field for it; flows are sorted by the column that comes nearest.");
    } else {
        done = tr("The filter has no field for it.");
    }
    m_remark->setText(tr("%1: %2 %3").arg(featureName(one), done, packetsText(packets)));
    m_remark->show();
    Q_EMIT packetsResponsible(packets);
}

void EvidencePanel::copySummary()
{
    const auto explained = m_desk->explained();
    if (!explained)
        return;
    QApplication::clipboard()->setText(evidenceSummary(*explained, m_session.judgements().get()));
    m_remark->setText(tr("Copied the summary of %1.").arg(toQString(numberText(explained->flow))));
    m_remark->show();
}

void EvidencePanel::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fold();
}

/// Side by side where there is room, else one below the other.
void EvidencePanel::fold()
{
    const int letter = fontMetrics().averageCharWidth();
    m_columns->setDirection(width() >= lettersWide * letter ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    m_top->setDirection(width() >= lettersTopWide * letter ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
}

void EvidencePanel::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        dress();
    if (event->type() == QEvent::FontChange)
        fold();
}

void EvidencePanel::dress()
{
    QPalette muted = palette();
    muted.setColor(QPalette::WindowText, Colours::of(palette()).muted);
    m_honesty->setPalette(muted);
    m_message->setPalette(muted);
}

} // namespace flowscent::ui
