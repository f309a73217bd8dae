// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/overview_desk.h"

#include "ui/session/session.h"

#include <utility>

namespace flowscent::ui {

OverviewDesk::OverviewDesk(Session& session, QObject* parent)
    : QObject(parent)
    , m_session(session)
    , m_kept(std::make_shared<Kept>())
{
    connect(&session, &Session::arranged, this, &OverviewDesk::arranged);
    connect(&session, &Session::captureChanged, this, &OverviewDesk::forget);
    connect(&session, &Session::judgementsChanged, this, &OverviewDesk::request);
    connect(&session, &Session::supportChanged, this, &OverviewDesk::request);
}

OverviewDesk::~OverviewDesk() = default;

void OverviewDesk::want(Part part, const QObject& viewer, bool wanted)
{
    auto& viewers = m_viewers[static_cast<std::size_t>(part)];
    if (!wanted) {
        viewers.remove(&viewer);
        return;
    }
    if (viewers.contains(&viewer))
        return;
    viewers.insert(&viewer);
    request();
}

void OverviewDesk::ask(const TimelineQuestion& question)
{
    if (question == m_question)
        return;
    m_question = question;
    request();
}

void OverviewDesk::arranged(const std::shared_ptr<const Arranged>& rows)
{
    m_rows = rows;
    request();
}

void OverviewDesk::forget()
{
    ++m_request;
    m_lane.cancel();
    m_busy = false;
    m_again = false;
    m_rows = nullptr;
    m_question.span.reset();
    m_timeline = nullptr;
    m_peers = nullptr;
    m_shares = nullptr;
    m_kept = std::make_shared<Kept>();
    Q_EMIT timelineChanged();
    Q_EMIT peersChanged();
    Q_EMIT sharesChanged();
}

template <class Answer>
void OverviewDesk::deliver(std::uint64_t request, std::shared_ptr<const Answer> answer,
                           std::shared_ptr<const Answer>& place, void (OverviewDesk::*changed)())
{
    if (!answer)
        return;
    QMetaObject::invokeMethod(
        this,
        [this, request, answer = std::move(answer), &place, changed] {
            if (request != m_request || answer == place)
                return;
            place = answer;
            Q_EMIT(this->*changed)();
        },
        Qt::QueuedConnection);
}

/// Gathers what one turn of the event loop asks for into one request.
void OverviewDesk::request()
{
    if (!m_rows || std::exchange(m_queued, true))
        return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_queued = false;
            if (!m_rows || (!wants(Part::Timeline) && !wants(Part::Peers) && !wants(Part::Shares)))
                return;
            if (m_busy && m_session.reading()) {
                m_again = true;
                return;
            }
            m_busy = true;
            m_lane.replace([this, request = ++m_request, arranged = m_rows, kept = m_kept, question = m_question,
                            judgements = m_session.judgements(), support = m_session.labels().support(),
                            timeline = wants(Part::Timeline), peers = wants(Part::Peers),
                            shares = wants(Part::Shares)](const std::stop_token& stop) {
                flow::FlowSet passing = flow::FlowSet::ofRows(arranged->rows);
                if (kept->table != arranged->table || kept->passing != passing) {
                    kept->table = arranged->table;
                    kept->rows.clear();
                    passing.each([&rows = kept->rows](flow::FlowId flow) { rows.push_back(flow.value); });
                    kept->passing = std::move(passing);
                    kept->peers = nullptr;
                    kept->shares = nullptr;
                }
                const bool judged = judgements && judgements->verdicts.size() <= kept->table->size();
                const OverviewInput input{kept->table, kept->rows, judged ? judgements : nullptr, support};
                if (timeline)
                    deliver(request, ui::answer(input, question, stop), m_timeline, &OverviewDesk::timelineChanged);
                if ((peers || shares) && !kept->peers) {
                    if (auto found = flow::peers(*input.table, input.rows, stop))
                        kept->peers = std::make_shared<const flow::Peers>(std::move(*found));
                }
                if (peers && kept->peers)
                    deliver(request, markPeers(input, kept->peers, stop), m_peers, &OverviewDesk::peersChanged);
                if (shares && kept->peers && !kept->shares)
                    kept->shares = sharesOf(input, kept->peers, stop);
                if (shares)
                    deliver(request, kept->shares, m_shares, &OverviewDesk::sharesChanged);
                QMetaObject::invokeMethod(
                    this, [this, request] { settleAll(request); }, Qt::QueuedConnection);
            });
        },
        Qt::QueuedConnection);
}

void OverviewDesk::settleAll(std::uint64_t request)
{
    if (request != m_request)
        return;
    m_busy = false;
    if (std::exchange(m_again, false))
        this->request();
}

} // namespace flowscent::ui
