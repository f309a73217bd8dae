// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/suggester.h"

#include "engine/detect/support/part_opinions.h"
#include "ui/session/session.h"

#include <algorithm>

namespace flowscent::ui {

namespace {

QString partName(const detect::DetectorPart& part)
{
    if (part.isForest())
        return Suggester::tr("forest");
    switch (part.head.kind) {
    case learn::HeadKind::Ridge:
        return Suggester::tr("ridge");
    case learn::HeadKind::Prototype:
        return Suggester::tr("prototypes");
    case learn::HeadKind::NearestNeighbour:
        return Suggester::tr("nearest example");
    }
    return {};
}

std::vector<std::uint32_t> labelledRows(const hunt::Marks& marks)
{
    std::vector<std::uint32_t> rows;
    for (const flow::FlowId flow : marks.marked()) {
        const hunt::Mark mark = marks.mark(flow);
        if (mark.label != hunt::Label::None || mark.skipped)
            rows.push_back(flow.value);
    }
    return rows;
}

} // namespace

Suggester::Suggester(Session& session, QObject* parent)
    : QObject(parent)
    , m_session(session)
    , m_opinions(std::make_shared<Opinions>())
{
    connect(&m_session, &Session::captureChanged, this, &Suggester::forget);
    connect(&m_session, &Session::judgementsChanged, this,
            &Suggester::prepare); // complete scores have come, or are gone
    connect(&m_session, &Session::scoresChanged, this, &Suggester::scoresChanged);
    connect(&m_session, &Session::numbersReady, this, [this] {
        if (m_state == State::Waiting && !scoresToCome())
            ask();
    });
    connect(&m_session, &Session::scoringEnded, this, [this] { // with scores or without
        m_scoring = false;
        if (m_state == State::Waiting && (usableScores() || m_session.numbers()))
            ask();
    });
    connect(&m_session.book(), &LabelBook::acted, this,
            [this](const std::shared_ptr<const hunt::LabelAct>& act, ActVerb verb) { acted(*act, verb); });
    connect(&m_session.book(), &LabelBook::changed, this, &Suggester::marksChanged);
}

Suggester::~Suggester() = default;

void Suggester::forget()
{
    ++m_request;
    m_lane.cancel();
    m_scores = nullptr;
    m_suggestion.reset();
    m_earlier.clear();
    m_asked = {};
    setState(State::Idle);
}

void Suggester::setState(State state)
{
    m_state = state;
    Q_EMIT stateChanged();
}

void Suggester::scoresChanged()
{
    const auto scores = m_session.scores();
    if (!scores || (scores->complete() && scores->numbers))
        m_scores = scores;
    m_scoring = m_session.adapting() == Adapting::Live && !m_session.scoresCurrent() &&
                m_session.labels().support().count(hunt::Label::Threat) > 0;
}

/// Complete scores, even when they are older than the labels: better an old opinion than none.
std::shared_ptr<const Scores> Suggester::usableScores() const
{
    return m_scores;
}

/// Whether the first scores are on their way, which are worth waiting for.
bool Suggester::scoresToCome() const
{
    return !m_scores && m_scoring;
}

void Suggester::next()
{
    if (!m_session.table() || m_state == State::Asking)
        return;
    if (!usableScores() && (!m_session.numbers() || scoresToCome()))
        setState(State::Waiting);
    else
        ask();
}

void Suggester::ask()
{
    setState(State::Asking);
    const auto scores = usableScores();
    m_lane.post([this, request = ++m_request, scores, opinions = m_opinions,
                 numbers = scores ? scores->numbers : m_session.numbers(), asked = m_asked,
                 labelled = labelledRows(m_session.labels().marks())](const std::stop_token& stop) mutable {
        static const std::vector<std::vector<float>> none;
        const Opinions* known = scores ? &opinionsOf(*opinions, scores) : nullptr;
        if (stop.stop_requested())
            return;
        const detect::SuggestView view{.embeddings = numbers->embeddings,
                                       .scores =
                                           scores ? std::span<const float>(scores->values) : std::span<const float>(),
                                       .parts = known != nullptr ? known->parts : none,
                                       .labelled = labelled};
        Answer answer;
        if (const auto found = detect::suggestNext(view, asked)) {
            answer.flow = SuggestedFlow{flow::FlowId(found->row), found->reason, QString::fromStdString(found->why),
                                        scores == nullptr};
            if (found->reason == detect::SuggestionReason::Disagreement) {
                const auto opinion = [&](std::size_t part) { return known->parts[part][found->row]; };
                std::size_t low = 0;
                std::size_t high = 0;
                for (std::size_t part = 1; part < known->parts.size(); ++part) {
                    low = opinion(part) < opinion(low) ? part : low;
                    high = opinion(part) > opinion(high) ? part : high;
                }
                answer.flow->why = tr("%1 and %2 disagree: %3 against %4")
                                       .arg(known->names[high], known->names[low])
                                       .arg(double{opinion(high)}, 0, 'f', 2)
                                       .arg(double{opinion(low)}, 0, 'f', 2);
            }
        }
        answer.asked = std::move(asked);
        QMetaObject::invokeMethod(
            this, [this, request, answer = std::move(answer)] { settle(request, answer); }, Qt::QueuedConnection);
    });
}

const Suggester::Opinions& Suggester::opinionsOf(Opinions& kept, const std::shared_ptr<const Scores>& scores)
{
    if (kept.scores == scores)
        return kept;
    kept.scores = scores;
    kept.parts = detect::partOpinions(scores->detector(), *scores->numbers);
    kept.names.clear();
    for (const detect::DetectorPart& part : scores->detector().parts) {
        if (part.weight > 0)
            kept.names.push_back(partName(part));
    }
    return kept;
}

void Suggester::settle(std::uint64_t request, const Answer& answer)
{
    if (request != m_request)
        return;
    m_asked = answer.asked;
    m_suggestion = answer.flow;
    if (!m_suggestion) {
        setState(State::Nothing);
        return;
    }
    const flow::FlowId flow = m_suggestion->flow;
    if (m_session.labels().marks().mark(flow).label != hunt::Label::None) {
        ask(); // it was labelled while the question was on its way
        return;
    }
    setState(State::Shown);
    Q_EMIT suggested(flow);
}

void Suggester::skip()
{
    if (m_state != State::Shown || !m_suggestion)
        return;
    m_earlier.push_back(*m_suggestion);
    m_session.book().skip(m_suggestion->flow);
    ask();
}

/// Who takes a skip back sees that suggestion again.
void Suggester::acted(const hunt::LabelAct& act, ActVerb verb)
{
    if (act.kind != hunt::ActKind::Skip || verb != ActVerb::Undone || act.marks.empty())
        return;
    const flow::FlowId flow = act.marks.front().flow;
    const auto found = std::ranges::find(m_earlier, flow, &SuggestedFlow::flow);
    if (found == m_earlier.end())
        return;
    ++m_request; // what is being asked for comes too late
    m_suggestion = *found;
    m_earlier.erase(found);
    setState(State::Shown);
    Q_EMIT suggested(flow);
}

void Suggester::marksChanged()
{
    if (!m_suggestion || (m_state != State::Shown && m_state != State::Answered))
        return;
    const bool labelled = m_session.labels().marks().mark(m_suggestion->flow).label != hunt::Label::None;
    const State now = labelled ? State::Answered : State::Shown;
    if (now != m_state)
        setState(now);
}

void Suggester::prepare()
{
    const auto scores = usableScores();
    if (!scores || m_session.adapting() == Adapting::Paused)
        return;
    if (m_state == State::Waiting)
        ask();
    else
        m_lane.post([scores, opinions = m_opinions](const std::stop_token& stop) {
            if (!stop.stop_requested())
                opinionsOf(*opinions, scores);
        });
}

} // namespace flowscent::ui
