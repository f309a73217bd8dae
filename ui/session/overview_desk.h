// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSet>

#include "engine/base/lane.h"
#include "engine/flow/flow_set.h"
#include "ui/session/overview.h"

namespace flowscent::ui {

class Session;
struct Arranged;

/// Sums up the flows that pass the query, on a lane of its own, for those who show it; nothing is worked out that
/// nobody looks at. Follows the session: another set of rows, new judgements or labels ask anew, while rows that only
/// moved do not. The latest request wins; while a capture is read, a request waits for the one before it, so that there
/// always is something to see. Belongs to the GUI thread.
class OverviewDesk : public QObject {
    Q_OBJECT

public:
    enum class Part : std::uint8_t { Timeline, Peers, Shares };

    /// The session outlives the desk.
    explicit OverviewDesk(Session& session, QObject* parent = nullptr);
    ~OverviewDesk() override;

    /// Somebody begins to look at a part, or no longer does. Who goes while the desk stays says so before.
    void want(Part part, const QObject& viewer, bool wanted);
    /// What the timeline should show. Asks at once.
    void ask(const TimelineQuestion& question);
    [[nodiscard]] const TimelineQuestion& question() const { return m_question; }

    /// The latest answers; null before the first, and once another capture is opened.
    [[nodiscard]] std::shared_ptr<const TimelineAnswer> timeline() const { return m_timeline; }
    [[nodiscard]] std::shared_ptr<const PeersAnswer> peers() const { return m_peers; }
    [[nodiscard]] std::shared_ptr<const SharesAnswer> shares() const { return m_shares; }

Q_SIGNALS:
    void timelineChanged(); ///< new, or gone
    void peersChanged();    ///< new, or gone
    void sharesChanged();   ///< new, or gone

private:
    /// What the lane keeps between jobs; touched there alone.
    struct Kept {
        std::shared_ptr<const flow::FlowTable> table;
        flow::FlowSet passing;
        std::vector<std::uint32_t> rows; ///< of `passing`
        std::shared_ptr<const flow::Peers> peers;
        std::shared_ptr<const SharesAnswer> shares;
    };

    void arranged(const std::shared_ptr<const Arranged>& rows);
    void forget();
    void request();
    void settleAll(std::uint64_t request);
    [[nodiscard]] bool wants(Part part) const { return !m_viewers[static_cast<std::size_t>(part)].isEmpty(); }
    template <class Answer>
    void deliver(std::uint64_t request, std::shared_ptr<const Answer> answer, std::shared_ptr<const Answer>& place,
                 void (OverviewDesk::*changed)());

    Session& m_session;
    TimelineQuestion m_question;
    std::array<QSet<const QObject*>, 3> m_viewers;
    std::shared_ptr<const Arranged> m_rows;
    std::shared_ptr<const TimelineAnswer> m_timeline;
    std::shared_ptr<const PeersAnswer> m_peers;
    std::shared_ptr<const SharesAnswer> m_shares;
    std::uint64_t m_request = 0;
    bool m_busy = false;
    bool m_again = false; ///< something changed while the lane was busy with a capture that is still read
    bool m_queued = false;
    std::shared_ptr<Kept> m_kept;
    base::Lane m_lane{"overview"}; ///< last: ends before what its jobs use
};

} // namespace flowscent::ui
