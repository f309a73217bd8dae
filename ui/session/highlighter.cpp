// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/highlighter.h"

#include "ui/session/flow_query.h"
#include "ui/session/session.h"

#include <utility>

namespace flowscent::ui {

Highlighter::Highlighter(Session& session, FlowQuery& query, QObject* parent)
    : QObject(parent)
    , m_session(session)
    , m_query(query)
{
    connect(&m_query, &FlowQuery::highlightChanged, this, &Highlighter::look);
    connect(&m_session, &Session::captureChanged, this, &Highlighter::look);
    connect(&m_session, &Session::tableGrown, this, &Highlighter::look);
    connect(&m_session, &Session::supportChanged, this, &Highlighter::look);
    connect(&m_session, &Session::scoresChanged, this, &Highlighter::look);
    connect(&m_session, &Session::judgementsChanged, this, &Highlighter::look);
    connect(&m_session, &Session::keptChanged, this, &Highlighter::look);
}

void Highlighter::look()
{
    const std::uint64_t request = ++m_request;
    ArrangeInput input = m_session.arrangeInput();
    if (m_query.highlight().empty() || !input.table) {
        m_lane.cancel();
        settle(nullptr);
        return;
    }
    m_lane.replace([this, request, input = std::move(input),
                    arrangement = Arrangement{m_query.highlight(), nullptr, {}}](const std::stop_token& stop) {
        const auto rows = arrange(input, arrangement, stop);
        if (!rows)
            return;
        auto flows = std::make_shared<const flow::FlowSet>(flow::FlowSet::ofRows(*rows));
        QMetaObject::invokeMethod(
            this,
            [this, request, flows = std::move(flows)] {
                if (request == m_request)
                    settle(flows);
            },
            Qt::QueuedConnection);
    });
}

void Highlighter::settle(std::shared_ptr<const flow::FlowSet> flows)
{
    if (!flows && !m_flows)
        return;
    m_flows = std::move(flows);
    Q_EMIT found(m_flows);
}

} // namespace flowscent::ui
