// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/live_switch.h"

#include "ui/session/label_book.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QTimer>
#include <QVBoxLayout>

namespace flowscent::ui {

namespace {

constexpr int often = 200;   ///< ms between two looks at a fresh age, which is told to hundredths of a second
constexpr int seldom = 1000; ///< ... at one told in seconds

QString agoText(double seconds)
{
    if (seconds < 10)
        return LiveSwitch::tr("%1 s ago").arg(seconds, 0, 'f', 2);
    if (seconds < 60)
        return LiveSwitch::tr("%1 s ago").arg(static_cast<int>(seconds));
    if (seconds < 3600)
        return LiveSwitch::tr("%1 min ago").arg(static_cast<int>(seconds / 60));
    return LiveSwitch::tr("%1 h ago").arg(static_cast<int>(seconds / 3600));
}

} // namespace

Adapting nextAdapting(Adapting adapting)
{
    switch (adapting) {
    case Adapting::Live:
        return Adapting::Manual;
    case Adapting::Manual:
        return Adapting::Paused;
    case Adapting::Paused:
        return Adapting::Live;
    }
    return Adapting::Live;
}

LiveSwitch::LiveSwitch(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_states(new QButtonGroup(this))
    , m_adapt(new QPushButton(tr("Adapt now  F9"), this))
    , m_state(new QLabel(this))
    , m_age(new QLabel(this))
    , m_clock(new QTimer(this))
{
    setObjectName(QStringLiteral("liveSwitch"));
    auto* segments = new QHBoxLayout;
    segments->setSpacing(0);
    const auto add = [&](Adapting adapting, const char* name, const QString& text, const QString& meaning) {
        auto* button = new QPushButton(text, this);
        button->setObjectName(QLatin1String(name));
        button->setCheckable(true);
        button->setChecked(adapting == m_session.adapting());
        button->setToolTip(meaning + tr(" Shift+F9 goes to the next."));
        button->setAccessibleDescription(meaning);
        m_states->addButton(button, static_cast<int>(adapting));
        segments->addWidget(button, 1);
    };
    add(Adapting::Live, "liveButton", tr("Live"), tr("Every label and every change of the method adapts at once."));
    add(Adapting::Manual, "manualButton", tr("Manual"),
        tr("Scores wait for F9. Flows are looked at ahead, so that it is quick."));
    add(Adapting::Paused, "pausedButton", tr("Paused"),
        tr("Nothing is computed that you do not ask for: no scores, no suggestions or evidence ahead. F9 adapts "
           "once."));
    m_states->setExclusive(true);
    m_adapt->setObjectName(QStringLiteral("adaptButton"));
    m_adapt->setToolTip(tr("Learns from the labels as they are now, whatever the switch says"));
    m_state->setObjectName(QStringLiteral("staleText"));
    m_state->setAccessibleName(tr("State of the scores"));
    m_state->setWordWrap(true);
    m_age->setObjectName(QStringLiteral("adaptedText"));
    m_age->setAccessibleName(tr("Adaptation"));
    m_age->setToolTip(tr("The adaptation that the scores come from, and when they came"));

    auto* act = new QHBoxLayout;
    act->addWidget(m_age, 1);
    act->addWidget(m_adapt);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addLayout(segments);
    layout->addLayout(act);
    layout->addWidget(m_state);

    connect(m_states, &QButtonGroup::idClicked, this,
            [this](int id) { m_session.setAdapting(static_cast<Adapting>(id)); });
    connect(m_adapt, &QPushButton::clicked, &m_session, &Session::adapt);
    connect(&m_session, &Session::adaptingChanged, this, [this](Adapting adapting) {
        m_states->button(static_cast<int>(adapting))->setChecked(true);
        show();
    });
    connect(&m_session, &Session::scoresChanged, this, &LiveSwitch::show);
    connect(m_clock, &QTimer::timeout, this, &LiveSwitch::tellAge);
    show();
}

void LiveSwitch::show()
{
    const auto scores = m_session.scores();
    if (scores && scores->complete() && scores->revision() != m_revision) {
        m_revision = scores->revision();
        m_scoredAt = LabelBook::now();
    }
    m_adapt->setEnabled(m_session.labels().support().count(hunt::Label::Threat) > 0);
    m_state->setText(stateText());
    m_state->setVisible(!m_state->text().isEmpty());
    tellAge();
}

QString LiveSwitch::stateText() const
{
    const bool old = m_session.scores() && !m_session.scoresCurrent();
    const bool examples = m_session.labels().support().count(hunt::Label::Threat) > 0;
    switch (m_session.adapting()) {
    case Adapting::Live:
        return old && examples ? tr("Adapting… Hatched scores are of the labels before.") : QString();
    case Adapting::Manual:
        return old ? tr("Hatched scores are older than the labels. F9 adapts.") : QString();
    case Adapting::Paused:
        return old ? tr("Paused. Hatched scores are older than the labels. F9 adapts once.")
                   : tr("Paused: nothing is computed ahead.");
    }
    return {};
}

void LiveSwitch::tellAge()
{
    const auto scores = m_session.scores();
    if (!scores || !scores->complete()) {
        m_age->setText(scores ? tr("a%1 · under way").arg(scores->revision()) : tr("No scores yet"));
        m_clock->stop();
        return;
    }
    const double seconds =
        static_cast<double>(LabelBook::now() - m_scoredAt) / static_cast<double>(base::nanosecondsPerSecond);
    m_age->setText(tr("a%1 · %2").arg(scores->revision()).arg(agoText(seconds)));
    m_clock->start(seconds < 10 ? often : seldom);
}

} // namespace flowscent::ui
