// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/wireshark_action.h"

#include "ui/models/flow_selection.h"
#include "ui/models/flow_text.h"
#include "ui/session/handoff.h"
#include "ui/session/session.h"

#include <QMessageBox>
#include <QTimer>

#include <array>

namespace flowscent::ui {

namespace {

constexpr int patience = 50; ///< ms

} // namespace

WiresharkAction::WiresharkAction(Session& session, FlowSelection& selection, QWidget* parent)
    : QAction(tr("Open in &Wireshark"), parent)
    , m_selection(selection)
    , m_window(parent)
    , m_handoff(new Handoff(session, this))
    , m_patience(new QTimer(this))
{
    setObjectName(QStringLiteral("wiresharkAction"));
    setShortcut(Qt::Key_W);
    setShortcutContext(Qt::WidgetWithChildrenShortcut);
    m_patience->setSingleShot(true);
    m_patience->setInterval(patience);
    connect(m_patience, &QTimer::timeout, this, &WiresharkAction::refresh);
    const auto later = qOverload<>(&QTimer::start);
    connect(&m_selection, &FlowSelection::changed, m_patience, later);
    connect(&m_selection, &FlowSelection::currentChanged, m_patience, later);
    connect(&session, &Session::captureChanged, m_patience, later);
    connect(this, &QAction::triggered, this, &WiresharkAction::ask);
    connect(m_handoff, &Handoff::progressed, this, &WiresharkAction::progressed);
    connect(m_handoff, &Handoff::failed, this, &WiresharkAction::failed);
    connect(m_handoff, &Handoff::opened, this, [this](const QString& /*file*/, quint64 packets) {
        Q_EMIT told(tr("Handed %1 packets to Wireshark.").arg(countText(packets)));
    });
    refresh();
}

flow::FlowSet WiresharkAction::flows() const
{
    if (!m_selection.empty() || !m_selection.current())
        return m_selection.set();
    return flow::FlowSet(std::array{*m_selection.current()});
}

void WiresharkAction::refresh()
{
    const QString reason = m_handoff->refusal(flows());
    setEnabled(reason.isEmpty());
    setToolTip(reason.isEmpty() ? tr("Open the chosen flows' packets in Wireshark (W)") : reason);
    setStatusTip(toolTip());
}

void WiresharkAction::ask()
{
    const flow::FlowSet chosen = flows();
    const QString question = m_handoff->question(chosen);
    if (question.isEmpty()) {
        m_handoff->open(chosen);
        return;
    }
    auto* box = new QMessageBox(QMessageBox::Question, tr("Open in Wireshark"), question,
                                QMessageBox::Open | QMessageBox::Cancel, m_window);
    box->setObjectName(QStringLiteral("wiresharkQuestion"));
    box->setTextFormat(Qt::PlainText);
    box->setAttribute(Qt::WA_DeleteOnClose);
    connect(box, &QMessageBox::finished, this, [this, chosen](int answer) {
        if (answer == QMessageBox::Open)
            m_handoff->open(chosen);
    });
    box->open();
}

} // namespace flowscent::ui
