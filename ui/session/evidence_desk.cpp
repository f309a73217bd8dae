// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/evidence_desk.h"

#include "engine/features/extract.h"
#include "ui/session/session.h"

#include <algorithm>
#include <chrono>

namespace flowscent::ui {

namespace {

using Clock = std::chrono::steady_clock;

std::optional<std::uint32_t> placeOf(flow::FlowId flow, const std::vector<flow::FlowId>& among)
{
    const auto found = std::ranges::find(among, flow);
    return found == among.end() ? std::nullopt : std::optional(static_cast<std::uint32_t>(found - among.begin()));
}

std::vector<flow::FlowId> flowsOf(const std::vector<detect::ShownNeighbour>& shown,
                                  const std::vector<flow::FlowId>& among)
{
    std::vector<flow::FlowId> flows;
    for (const detect::ShownNeighbour& neighbour : shown)
        flows.push_back(among[neighbour.place.index]);
    return flows;
}

std::string nameOfNearest(const char* what, const std::vector<flow::FlowId>& flows)
{
    return flows.empty() ? std::string() : what + numberText(flows.front());
}

} // namespace

/// Keeps the explainer of the latest adaptation.
class EvidenceDesk::Explaining {
public:
    [[nodiscard]] base::Result<ExplainedFlow> explain(const std::shared_ptr<const Adaptation>& adaptation,
                                                      flow::FlowId flow, const std::stop_token& stop)
    {
        const auto begun = Clock::now();
        if (auto made = prepare(adaptation, stop); !made)
            return base::failure(made.error());
        const detect::Itself itself{placeOf(flow, adaptation->threats), placeOf(flow, adaptation->background)};
        auto evidence = m_explainer->explain(features::extract(adaptation->table->record(flow)), 0, itself, stop);
        if (!evidence)
            return base::failure(evidence.error());
        ExplainedFlow explained{.flow = flow, .adaptation = adaptation, .evidence = std::move(*evidence)};
        explained.examples = flowsOf(explained.evidence.examples, adaptation->threats);
        explained.background = flowsOf(explained.evidence.background, adaptation->background);
        explained.headline = detect::headlineOf(explained.evidence, nameOfNearest("your example ", explained.examples),
                                                nameOfNearest("background flow ", explained.background));
        explained.milliseconds = std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
        return explained;
    }
    void forget()
    {
        m_explainer.reset();
        m_adaptation = nullptr;
    }

private:
    base::Result<void> prepare(const std::shared_ptr<const Adaptation>& adaptation, const std::stop_token& stop)
    {
        if (adaptation == m_adaptation)
            return {};
        const flow::FlowTable& table = *adaptation->table;
        auto explainer = detect::Explainer::of(adaptation->encoder, *adaptation->foundation, adaptation->detector,
                                               {features::extract(table, adaptation->threats),
                                                features::extract(table, adaptation->counters),
                                                features::extract(table, adaptation->background)},
                                               adaptation->settings.seed, stop);
        if (!explainer)
            return base::failure(explainer.error());
        m_explainer = std::move(*explainer);
        m_adaptation = adaptation;
        return {};
    }

    std::shared_ptr<const Adaptation> m_adaptation;
    std::optional<detect::Explainer> m_explainer;
};

EvidenceDesk::EvidenceDesk(Session& session, QObject* parent)
    : QObject(parent)
    , m_session(session)
    , m_explaining(std::make_unique<Explaining>())
{
    connect(&session, &Session::scoresChanged, this, &EvidenceDesk::ask);
    connect(&session, &Session::captureChanged, this, [this] {
        explain({});
        // The explainer keeps the encoder, the adaptation its table: neither may outlive the capture here.
        m_lane.replace([this](const std::stop_token&) { m_explaining->forget(); });
    });
}

EvidenceDesk::~EvidenceDesk() = default;

void EvidenceDesk::explain(std::optional<flow::FlowId> flow)
{
    if (flow == m_flow)
        return;
    m_flow = flow;
    m_asked = nullptr;
    ask();
}

void EvidenceDesk::setPaused(bool paused)
{
    m_paused = paused;
    ask();
}

void EvidenceDesk::ask()
{
    const auto table = m_session.table();
    const auto scores = m_session.scores();
    const bool any = m_flow && table && m_flow->value < table->size();
    const bool scored = any && scores && scores->adaptation->encoder;
    const State obstacle = !any                          ? State::NoFlow
                           : !table->hasPackets(*m_flow) ? State::WithoutPackets
                           : !scored                     ? State::NoScores
                           : m_paused                    ? State::Paused
                                                         : State::Working;
    if (obstacle == State::Working && m_asked == scores->adaptation)
        return;
    ++m_request;
    m_explained = nullptr;
    m_asked = obstacle == State::Working ? scores->adaptation : nullptr;
    if (obstacle != State::Working) {
        m_lane.cancel();
        become(obstacle);
        return;
    }
    become(State::Working);
    m_lane.replace(
        [this, request = m_request, flow = *m_flow, adaptation = scores->adaptation](const std::stop_token& stop) {
            auto answer = m_explaining->explain(adaptation, flow, stop);
            QMetaObject::invokeMethod(
                this,
                [this, request, answer = std::move(answer)]() mutable {
                    if (request != m_request)
                        return;
                    if (answer)
                        m_explained = std::make_shared<const ExplainedFlow>(std::move(*answer));
                    else
                        m_trouble = answer.error().sentence();
                    become(m_explained ? State::Ready : State::Failed);
                },
                Qt::QueuedConnection);
        });
}

void EvidenceDesk::become(State state)
{
    if (state != State::Failed)
        m_trouble.clear();
    m_state = state;
    Q_EMIT changed();
}

} // namespace flowscent::ui
