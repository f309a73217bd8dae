// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <cstdint>
#include <memory>

#include "engine/base/lane.h"
#include "engine/flow/flow_set.h"

namespace flowscent::ui {

class FlowQuery;
class Session;

/// Finds the flows that the query only marks (`FlowQuery::highlight`), anew whenever what they are asked for may have
/// changed. Latest request wins. Belongs to the GUI thread.
class Highlighter : public QObject {
    Q_OBJECT

public:
    /// Both outlive it.
    Highlighter(Session& session, FlowQuery& query, QObject* parent = nullptr);

    /// Null while nothing is asked for, or nothing has been found out yet.
    [[nodiscard]] std::shared_ptr<const flow::FlowSet> flows() const { return m_flows; }

Q_SIGNALS:
    void found(std::shared_ptr<const flow::FlowSet> flows); ///< null: nothing is marked

private:
    void look();
    void settle(std::shared_ptr<const flow::FlowSet> flows);

    Session& m_session;
    FlowQuery& m_query;
    std::shared_ptr<const flow::FlowSet> m_flows;
    std::uint64_t m_request = 0;
    base::Lane m_lane{"highlighting"}; ///< last: ends before what its jobs use
};

} // namespace flowscent::ui
