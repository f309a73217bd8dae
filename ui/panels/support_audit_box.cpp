// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/support_audit_box.h"

#include "ui/models/flow_selection.h"
#include "ui/models/flow_text.h"
#include "ui/panels/icons.h"
#include "ui/plots/colours.h"
#include "ui/session/explained_flow.h"
#include "ui/session/session.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace flowscent::ui {

namespace {

constexpr int mostLines = 6; ///< of the influences before they scroll

QLabel* wrapped(const char* name, QWidget* parent)
{
    auto* label = new QLabel(parent);
    label->setObjectName(QLatin1String(name));
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

QString capital(const std::string& sentence)
{
    QString text = toQString(sentence);
    if (!text.isEmpty())
        text[0] = text[0].toUpper();
    return text.endsWith(u'.') || text.isEmpty() ? text : text + QLatin1Char('.');
}

void say(QLabel& label, const QString& text)
{
    label.setText(text);
    label.setVisible(!text.isEmpty());
}

} // namespace

SupportAuditBox::SupportAuditBox(Session& session, FlowSelection& selection, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_selection(selection)
    , m_desk(new SupportDesk(session, this))
    , m_effective(wrapped("effectiveText", this))
    , m_shortcuts(wrapped("shortcutText", this))
    , m_warningList(new QVBoxLayout)
    , m_drop(new QPushButton(tr("What if I drop one?"), this))
    , m_influences(new QTreeWidget(this))
    , m_trouble(wrapped("auditTrouble", this))
    , m_work(makeWork())
{
    setObjectName(QStringLiteral("supportAudit"));
    m_drop->setObjectName(QStringLiteral("influenceButton"));
    m_drop->setToolTip(tr("Adapts once without each example and counts what changes"));
    m_influences->setObjectName(QStringLiteral("influenceList"));
    m_influences->setAccessibleName(tr("What dropping each example would change"));
    m_influences->setRootIsDecorated(false);
    m_influences->setUniformRowHeights(true);
    m_influences->setFrameShape(QFrame::NoFrame);
    m_influences->setHeaderLabels({tr("Example"), tr("Alarms"), tr("Found by others")});
    m_influences->header()->setStretchLastSection(true);
    m_influences->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* title = new QLabel(tr("About the examples"), this);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    title->setFont(bold);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(title);
    layout->addWidget(m_effective);
    layout->addWidget(m_shortcuts);
    layout->addLayout(m_warningList);
    layout->addWidget(m_drop, 0, Qt::AlignLeft);
    layout->addWidget(m_influences);
    layout->addWidget(m_work);
    layout->addWidget(m_trouble);

    connect(m_drop, &QPushButton::clicked, m_desk, &SupportDesk::askInfluences);
    connect(m_influences, &QTreeWidget::currentItemChanged, this, [this](const QTreeWidgetItem* item) {
        if (item == nullptr)
            return;
        const flow::FlowId flow(item->data(0, Qt::UserRole).toUInt());
        m_selection.setCurrent(flow);
        m_selection.select({flow});
    });
    connect(m_desk, &SupportDesk::auditChanged, this, &SupportAuditBox::showAudit);
    connect(m_desk, &SupportDesk::influencesChanged, this, &SupportAuditBox::showInfluences);
    connect(m_desk, &SupportDesk::refitted, this, &SupportAuditBox::showRefit);
    connect(m_desk, &SupportDesk::progressed, this, [this](const QString& what, double fraction) {
        m_trouble->hide();
        m_workText->setText(what);
        m_progress->setValue(static_cast<int>(fraction * m_progress->maximum()));
        showWork();
    });
    connect(m_desk, &SupportDesk::ended, this, &SupportAuditBox::showWork);
    connect(m_desk, &SupportDesk::failed, this,
            [this](const base::Error& error) { say(*m_trouble, capital(error.sentence())); });
    m_trouble->hide();
    showAudit();
}

QWidget* SupportAuditBox::makeWork()
{
    auto* box = new QWidget(this);
    m_workText = wrapped("auditWork", box);
    m_progress = new QProgressBar(box);
    m_progress->setObjectName(QStringLiteral("auditProgress"));
    m_progress->setAccessibleName(tr("Progress"));
    m_progress->setTextVisible(false);
    m_progress->setMaximum(1000);
    auto* cancel = new QPushButton(tr("Cancel"), box);
    cancel->setObjectName(QStringLiteral("auditCancel"));
    connect(cancel, &QPushButton::clicked, m_desk, &SupportDesk::cancel);
    auto* line = new QHBoxLayout;
    line->addWidget(m_progress, 1, Qt::AlignVCenter);
    line->addWidget(cancel);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_workText);
    layout->addLayout(line);
    box->hide();
    return box;
}

SupportAuditBox::Warning& SupportAuditBox::warning(std::size_t place)
{
    while (m_warnings.size() <= place) {
        const std::size_t mine = m_warnings.size();
        Warning made;
        made.box = new QWidget(this);
        made.box->setObjectName(QStringLiteral("shortcutWarning%1").arg(mine + 1));
        made.icon = new QLabel(made.box);
        made.text = wrapped("shortcutSentence", made.box);
        made.ask = new QPushButton(tr("Score without it"), made.box);
        made.ask->setObjectName(QStringLiteral("withoutButton%1").arg(mine + 1));
        made.answer = wrapped("withoutAnswer", made.box);
        auto* words = new QVBoxLayout;
        words->setSpacing(4);
        words->addWidget(made.text);
        words->addWidget(made.ask, 0, Qt::AlignLeft);
        words->addWidget(made.answer);
        auto* line = new QHBoxLayout(made.box);
        line->setContentsMargins(0, 0, 0, 0);
        line->setSpacing(6);
        line->addWidget(made.icon, 0, Qt::AlignTop);
        line->addLayout(words, 1);
        connect(made.ask, &QPushButton::clicked, this, [this, mine] { m_desk->askWithout(mine); });
        m_warningList->addWidget(made.box);
        m_warnings.push_back(made);
    }
    return m_warnings[place];
}

void SupportAuditBox::showAudit()
{
    const auto audit = m_desk->audit();
    m_drop->setEnabled(audit && audit->scores->adaptation->threats.size() > 1);
    m_effective->setText(!audit ? tr("How many different ones there are, and what they share beside being the threat, "
                                     "follows with the scores.")
                         : audit->scores->adaptation->threats.size() == 1
                             ? tr("One example.")
                             : capital(detect::sentence(audit->effective)));
    say(*m_shortcuts, !audit                      ? QString()
                      : !audit->tooFew.empty()    ? capital(audit->tooFew)
                      : !audit->shortcuts.empty() ? QString()
                      : audit->packetsRead
                          ? tr("They share no address, port, hop limit, segment size or time that sets them apart.")
                          : tr("They share no address, port or time that sets them apart."));
    const std::size_t found = audit ? audit->shortcuts.size() : 0;
    for (std::size_t place = 0; place < std::max(found, m_warnings.size()); ++place) {
        warning(place).box->setVisible(place < found);
        if (place < found)
            showWarning(place, audit->shortcuts[place]);
    }
    std::map<flow::FlowId, QString> remarks;
    if (audit) {
        for (const auto& [copy, first] : audit->copies())
            remarks.emplace(copy, tr("copy of %1").arg(toQString(numberText(first))));
    }
    Q_EMIT remarksChanged(remarks);
    showInfluences();
    showWork();
}

void SupportAuditBox::showWarning(std::size_t place, const FoundShortcut& found)
{
    const Warning& shown = warning(place);
    const Colours colours = Colours::of(palette());
    shown.icon->setPixmap(
        iconPixmap(QStringLiteral("threat"), colours.unsure, fontMetrics().height(), devicePixelRatioF()));
    shown.icon->setAccessibleName(tr("Warning"));
    const QString of = found.sampled ? tr("Of a draw of flows: ") : QString();
    shown.text->setText(tr("Shortcut: %1 %2%3")
                            .arg(toQString(detect::sentence(found.shortcut)) + QLatin1Char('.'), of,
                                 capital(detect::sentence(found.shortcut, found.consequence))));
    shown.ask->setVisible(knownToTables(found.shortcut.trait));
    shown.ask->setToolTip(tr("Adapts again without background flows that have %1, and scores every flow")
                              .arg(toQString(detect::text(found.shortcut.trait))));
    showRefit(place);
}

void SupportAuditBox::showRefit(std::size_t place)
{
    const auto audit = m_desk->audit();
    const auto refit = m_desk->refitWithout(place);
    if (!audit || place >= audit->shortcuts.size() || !refit) {
        if (place < m_warnings.size())
            m_warnings[place].answer->hide();
        return;
    }
    say(*warning(place).answer,
        tr("Adapted without the %1 that share it: %2 alarms instead of %3; %4 of them do not share it (%5 before).")
            .arg(flowsText(refit->backgroundLeftOut) + tr(" of the background"), countText(refit->alarmsAfter),
                 countText(refit->alarmsBefore), countText(refit->alarmsLackingAfter),
                 countText(refit->alarmsLackingBefore)));
}

void SupportAuditBox::showInfluences()
{
    const auto answer = m_desk->influences();
    m_influences->clear();
    m_influences->setVisible(answer != nullptr);
    if (!answer)
        return;
    const auto& threats = answer->scores->adaptation->threats;
    for (const detect::Influence& influence : answer->influences) {
        const flow::FlowId flow = threats[influence.example];
        const bool alone = !influence.ownScore;
        const QString found = alone ? tr("–")
                              : *influence.ownScore >= detect::alarmScore
                                  ? tr("yes, %1").arg(scoreText(*influence.ownScore))
                                  : tr("no, %1").arg(scoreText(*influence.ownScore));
        auto* item = new QTreeWidgetItem(
            m_influences,
            {toQString(numberText(flow)),
             tr("−%1 +%2").arg(countText(influence.alarmsLost), countText(influence.alarmsGained)), found});
        const QString sentence = capital(detect::change(influence));
        for (int column = 0; column < 3; ++column) {
            item->setToolTip(column, sentence);
            item->setData(column, Qt::AccessibleDescriptionRole, sentence);
        }
        item->setData(0, Qt::UserRole, flow.value);
    }
    m_influences->resizeColumnToContents(0);
    m_influences->resizeColumnToContents(1);
    const int lines = std::min<int>(mostLines, m_influences->topLevelItemCount());
    m_influences->setFixedHeight(m_influences->header()->sizeHint().height() +
                                 lines * std::max(m_influences->sizeHintForRow(0), fontMetrics().height()) + 4);
}

void SupportAuditBox::showWork()
{
    m_work->setVisible(m_desk->working());
    for (const Warning& one : m_warnings)
        one.ask->setEnabled(!m_desk->working());
    m_drop->setEnabled(!m_desk->working() && m_desk->audit() &&
                       m_desk->audit()->scores->adaptation->threats.size() > 1);
}

void SupportAuditBox::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        showAudit();
}

} // namespace flowscent::ui
