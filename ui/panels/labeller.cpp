// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/labeller.h"

#include "ui/models/act_text.h"
#include "ui/models/flow_text.h"
#include "ui/panels/question_bar.h"
#include "ui/panels/toast.h"

#include <algorithm>

namespace flowscent::ui {

Labeller::Labeller(Session& session, QuestionBar& question, Toast& toast, QObject* parent)
    : QObject(parent)
    , m_session(session)
    , m_question(question)
    , m_toast(toast)
{
    connect(&m_session.book(), &LabelBook::acted, this,
            [this](const std::shared_ptr<const hunt::LabelAct>& act, ActVerb verb) {
                const QString text = actSentence(*act, verb, m_session.labels().marks());
                if (verb == ActVerb::Undone)
                    m_toast.tell(text, tr("Redo"), [this] { m_session.redo(); });
                else
                    m_toast.tell(text, tr("Undo"), [this] { m_session.undo(); });
            });
    connect(&m_session.book(), &LabelBook::proposed, this,
            [this](const std::vector<flow::FlowId>& flows, hunt::Label label) { mark(flows, label); });
    connect(&m_session, &Session::captureChanged, &m_question, &QWidget::hide); // it was about flows that are gone
    connect(&m_session, &Session::captureChanged, &m_toast, &QWidget::hide);
}

void Labeller::mark(const std::vector<flow::FlowId>& flows, hunt::Label label)
{
    hunt::Mark wanted;
    wanted.label = label;
    if (label == hunt::Label::Threat)
        wanted.threat = m_session.labels().marks().threats().active;
    mark(flows, wanted);
}

void Labeller::markThreat(const std::vector<flow::FlowId>& flows, hunt::ThreatNumber threat)
{
    mark(flows, hunt::Mark{.label = hunt::Label::Threat, .threat = threat});
}

void Labeller::mark(const std::vector<flow::FlowId>& flows, const hunt::Mark& wanted)
{
    if (flows.empty()) {
        Q_EMIT nothingChosen();
        return;
    }
    const hunt::Marks& marks = m_session.labels().marks();
    std::vector<flow::FlowId> free;
    std::size_t others = 0;
    std::optional<QString> said; // what the others are marked as, while it is the same
    for (const flow::FlowId flow : flows) {
        const hunt::Mark mark = marks.mark(flow);
        const bool same = mark.label == wanted.label && mark.threat == wanted.threat;
        if (mark.label == hunt::Label::None || same || wanted.label == hunt::Label::None) {
            free.push_back(flow);
            continue;
        }
        const QString word = markText(marks, mark);
        said = others == 0 || said == word ? word : QString();
        ++others;
    }
    if (flows.size() == 1 || (others == 0 && flows.size() <= many)) {
        put(flows, wanted);
        return;
    }
    const QString whole = wanted.label == hunt::Label::None
                              ? tr("Clear the label of %1?").arg(flowsText(flows.size()))
                              : tr("Mark %1 as %2?").arg(flowsText(flows.size()), markText(marks, wanted));
    std::vector<QuestionBar::Answer> answers;
    if (others == 0) {
        answers.push_back({wanted.label == hunt::Label::None ? tr("Clear") : tr("Mark them"),
                           QStringLiteral("questionAll"), [this, flows, wanted] { put(flows, wanted); }});
        m_question.ask(whole, std::move(answers));
        return;
    }
    const QString already =
        said && !said->isEmpty()
            ? tr("%1 of %2 are marked %3 already.").arg(countText(others), countText(flows.size()), *said)
            : tr("%1 of %2 are labelled otherwise already.").arg(countText(others), countText(flows.size()));
    if (!free.empty())
        answers.push_back({tr("Only the other %1").arg(countText(free.size())), QStringLiteral("questionOthers"),
                           [this, free, wanted] { put(free, wanted); }});
    answers.push_back(
        {tr("Overwrite"), QStringLiteral("questionOverwrite"), [this, flows, wanted] { put(flows, wanted); }});
    m_question.ask(whole + QLatin1Char(' ') + already, std::move(answers));
}

void Labeller::put(const std::vector<flow::FlowId>& flows, const hunt::Mark& wanted)
{
    const bool changed = wanted.label == hunt::Label::Threat ? m_session.book().assignThreat(flows, wanted.threat)
                                                             : m_session.book().assign(flows, wanted.label);
    if (!changed)
        m_toast.tell(wanted.label == hunt::Label::None ? tr("None of these flows has a label.")
                                                       : tr("Marked so already: %1.").arg(flowsText(flows.size())));
}

void Labeller::bookmark(const std::vector<flow::FlowId>& flows)
{
    if (flows.empty())
        Q_EMIT nothingChosen();
    else
        m_session.book().bookmark(flows);
}

void Labeller::note(const std::vector<flow::FlowId>& flows)
{
    if (flows.empty()) {
        Q_EMIT nothingChosen();
        return;
    }
    const QString before = toQString(m_session.labels().marks().note(flows.front()));
    m_question.askText(tr("Note on %1:").arg(flowsText(flows.size())), before, tr("Keep"),
                       static_cast<int>(hunt::longestNote),
                       [this, flows](const QString& text) { m_session.book().note(flows, text); });
}

} // namespace flowscent::ui
