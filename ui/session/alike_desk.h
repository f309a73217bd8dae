// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <memory>
#include <vector>

#include "engine/base/lane.h"
#include "engine/hunt/alike.h"

namespace flowscent::ui {

class Session;

/// Counts the flows that share something with one of them, on a lane of its own. Latest request wins. Belongs to the
/// GUI thread.
class AlikeDesk : public QObject {
    Q_OBJECT

public:
    /// The session outlives it.
    explicit AlikeDesk(Session& session, QObject* parent = nullptr);
    ~AlikeDesk() override;

    /// Answered by `found`.
    void ask(flow::FlowId flow);

Q_SIGNALS:
    void found(flow::FlowId flow, std::shared_ptr<const std::vector<hunt::AlikeFlows>> groups);

private:
    Session& m_session;
    std::uint64_t m_request = 0;
    base::Lane m_lane{"alike"}; ///< last: ends before what its jobs use
};

} // namespace flowscent::ui
