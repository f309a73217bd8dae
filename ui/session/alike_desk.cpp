// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/alike_desk.h"

#include "ui/session/session.h"

namespace flowscent::ui {

AlikeDesk::AlikeDesk(Session& session, QObject* parent)
    : QObject(parent)
    , m_session(session)
{
    connect(&m_session, &Session::captureChanged, this, [this] {
        ++m_request;
        m_lane.cancel();
    });
}

AlikeDesk::~AlikeDesk() = default;

void AlikeDesk::ask(flow::FlowId flow)
{
    if (!m_session.table())
        return;
    m_lane.replace([this, flow, request = ++m_request, table = m_session.table()](const std::stop_token& stop) {
        auto groups = std::make_shared<const std::vector<hunt::AlikeFlows>>(hunt::flowsAlike(*table, flow, stop));
        QMetaObject::invokeMethod(
            this,
            [this, flow, request, groups = std::move(groups)] {
                if (request == m_request)
                    Q_EMIT found(flow, groups);
            },
            Qt::QueuedConnection);
    });
}

} // namespace flowscent::ui
