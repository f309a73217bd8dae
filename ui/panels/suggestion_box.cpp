// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/suggestion_box.h"

#include "ui/models/flow_selection.h"
#include "ui/models/flow_text.h"
#include "ui/session/suggester.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace flowscent::ui {

SuggestionBox::SuggestionBox(Session& session, FlowSelection& selection, Suggester& suggester, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_selection(selection)
    , m_suggester(suggester)
    , m_flow(new QLabel(this))
    , m_why(new QLabel(this))
    , m_next(new QPushButton(tr("Next  N"), this))
    , m_skip(new QPushButton(tr("Skip"), this))
{
    setObjectName(QStringLiteral("suggestionBox"));
    auto* heading = new QLabel(tr("Suggested next"), this);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    heading->setFont(bold);
    m_flow->setObjectName(QStringLiteral("suggestedFlow"));
    m_flow->setAccessibleName(tr("Suggested flow"));
    m_flow->setTextFormat(Qt::PlainText);
    m_flow->setWordWrap(true);
    m_why->setObjectName(QStringLiteral("suggestionReason"));
    m_why->setAccessibleName(tr("Why it is suggested"));
    m_why->setTextFormat(Qt::PlainText);
    m_why->setWordWrap(true);
    m_next->setObjectName(QStringLiteral("nextButton"));
    m_next->setToolTip(tr("Shows a flow whose label would teach the most"));
    m_skip->setObjectName(QStringLiteral("skipButton"));
    m_skip->setToolTip(tr("Goes on without an answer (Shift+N)"));

    auto* top = new QHBoxLayout;
    top->addWidget(heading, 1);
    top->addWidget(m_next);
    auto* answers = new QHBoxLayout;
    answers->setSpacing(4);
    const auto answer = [&](hunt::Label label, const char* name, const QString& text, const QString& meaning) {
        auto* button = new QPushButton(text, this);
        button->setObjectName(QLatin1String(name));
        button->setToolTip(meaning);
        button->setAccessibleName(meaning);
        answers->addWidget(button, 1);
        m_answers.push_back(button);
        connect(button, &QPushButton::clicked, this, [this, label] {
            m_next->setFocus(Qt::OtherFocusReason); // the answers go; N goes on from here
            if (m_suggester.suggestion())
                m_session.book().assign({m_suggester.suggestion()->flow}, label, m_suggester.suggestion()->why);
        });
    };
    answer(hunt::Label::Threat, "suggestionThreat", tr("Threat"), tr("It is the threat (M)"));
    answer(hunt::Label::NotThreat, "suggestionNotThreat", tr("Not this"), tr("It is not this (X)"));
    answer(hunt::Label::Unsure, "suggestionUnsure", tr("Unsure"), tr("I cannot tell (U)"));
    answers->addWidget(m_skip, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(top);
    layout->addWidget(m_flow);
    layout->addWidget(m_why);
    layout->addLayout(answers);

    connect(m_next, &QPushButton::clicked, &m_suggester, &Suggester::next);
    connect(m_skip, &QPushButton::clicked, this, [this] {
        m_next->setFocus(Qt::OtherFocusReason);
        m_suggester.skip();
    });
    connect(&m_suggester, &Suggester::suggested, this, &SuggestionBox::showFlow);
    connect(&m_suggester, &Suggester::stateChanged, this, &SuggestionBox::show);
    connect(&m_session, &Session::arranged, this, &SuggestionBox::show); // the filter may hide it, or show it again
    show();
}

void SuggestionBox::showFlow(flow::FlowId flow)
{
    m_selection.setCurrent(flow);
    m_selection.select({flow});
}

void SuggestionBox::show()
{
    const auto& suggestion = m_suggester.suggestion();
    const bool shown = suggestion && m_suggester.state() == Suggester::State::Shown;
    m_flow->setText(shown ? QStringLiteral("#%1  %2")
                                .arg(suggestion->flow.value + 1)
                                .arg(flowText(*m_session.table(), suggestion->flow))
                          : QString());
    m_flow->setVisible(shown);
    m_why->setText(sentence());
    for (QPushButton* button : m_answers)
        button->setVisible(shown);
    m_skip->setVisible(shown);
    m_next->setEnabled(m_session.table() != nullptr);
}

QString SuggestionBox::sentence() const
{
    switch (m_suggester.state()) {
    case Suggester::State::Idle:
        return tr("N shows a flow whose label would teach the most, and why.");
    case Suggester::State::Waiting:
        return m_session.adapting() == Adapting::Paused
                   ? tr("Paused: flows have not been looked at yet. F9, Manual or Live looks at them.")
                   : tr("Flows are still being looked at; the suggestion follows.");
    case Suggester::State::Asking:
        return tr("Looking for it…");
    case Suggester::State::Answered:
        return tr("Answered. N shows the next.");
    case Suggester::State::Nothing:
        return tr("Nothing is left: every flow with packets is labelled or was asked about.");
    case Suggester::State::Shown:
        break;
    }
    const SuggestedFlow& suggestion = *m_suggester.suggestion();
    QString why = suggestion.why;
    if (!why.isEmpty())
        why[0] = why[0].toUpper();
    why += QLatin1Char('.');
    const auto shown = m_session.lastArranged();
    if (shown && std::ranges::find(shown->rows, suggestion.flow.value) == shown->rows.end())
        why += tr(" The filter hides it from the table.");
    return why;
}

} // namespace flowscent::ui
