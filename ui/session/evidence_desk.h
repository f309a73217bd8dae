// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <optional>
#include <string>

#include "engine/base/lane.h"
#include "ui/session/explained_flow.h"

namespace flowscent::ui {

class Session;

/// Has one flow at a time explained by the adaptation at hand: as soon as it is asked for, and again whenever another
/// adaptation comes. What all flows of one adaptation share is made once. Latest request wins. Belongs to the GUI
/// thread.
class EvidenceDesk : public QObject {
    Q_OBJECT

public:
    enum class State {
        NoFlow,         ///< nobody asked
        NoScores,       ///< nothing has been learnt yet
        WithoutPackets, ///< a row of a log
        Paused,
        Working,
        Failed, ///< see trouble
        Ready   ///< see explained
    };

    /// The session outlives the desk.
    explicit EvidenceDesk(Session& session, QObject* parent = nullptr);
    ~EvidenceDesk() override;

    void explain(std::optional<flow::FlowId> flow);
    /// While paused nothing is computed; what was asked for last is made up for afterwards.
    void setPaused(bool paused);

    [[nodiscard]] State state() const { return m_state; }
    /// The answer to the latest request; null until it is there, and while another adaptation is being asked.
    [[nodiscard]] std::shared_ptr<const ExplainedFlow> explained() const { return m_explained; }
    [[nodiscard]] const std::string& trouble() const { return m_trouble; } ///< a sentence without a full stop

Q_SIGNALS:
    void changed(); ///< the state, or what is explained

private:
    class Explaining;
    void ask();
    void become(State state);

    Session& m_session;
    std::optional<flow::FlowId> m_flow;
    bool m_paused = false;
    State m_state = State::NoFlow;
    std::string m_trouble;
    std::uint64_t m_request = 0;
    std::shared_ptr<const Adaptation> m_asked; ///< of the latest request that went out
    std::shared_ptr<const ExplainedFlow> m_explained;
    std::unique_ptr<Explaining> m_explaining; ///< touched on the lane alone
    base::Lane m_lane{"evidence"};
};

} // namespace flowscent::ui
