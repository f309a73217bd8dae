// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/support_desk.h"

#include "ui/session/file_paths.h"
#include "ui/session/session.h"

namespace flowscent::ui {

SupportDesk::SupportDesk(Session& session, QObject* parent)
    : QObject(parent)
    , m_session(session)
{
    connect(&session, &Session::scoresChanged, this, &SupportDesk::lookAtSupport);
    lookAtSupport();
}

SupportDesk::~SupportDesk() = default;

/// Queued; Qt forgets it when the desk is gone by then.
template <class Function>
void SupportDesk::onGuiThread(Function function)
{
    QMetaObject::invokeMethod(this, std::move(function), Qt::QueuedConnection);
}

/// Scores on the way leave the audit before them: it is about examples that are being replaced, and says so by its
/// scores.
void SupportDesk::lookAtSupport()
{
    const auto scores = m_session.scores();
    if (!scores) {
        ++m_auditRequest;
        m_auditLane.cancel();
        forgetAnswers();
        if (std::exchange(m_audit, nullptr))
            Q_EMIT auditChanged();
        return;
    }
    if (!scores->complete() || !scores->numbers || (m_audit && m_audit->scores == scores))
        return;
    flow::ReadOutcome read{.table = scores->adaptation->table, .counters = {}};
    read.files = filePaths(m_session.files());
    read.descriptions = m_session.descriptions();
    m_auditLane.replace([this, request = ++m_auditRequest, scores, read](const std::stop_token& stop) {
        const auto tell = [this, request](SupportAudit audit) {
            onGuiThread([this, request, audit = std::make_shared<const SupportAudit>(std::move(audit))] {
                if (request != m_auditRequest)
                    return;
                forgetAnswers();
                m_audit = audit;
                m_refits.assign(audit->shortcuts.size(), nullptr);
                Q_EMIT auditChanged();
            });
        };
        SupportAudit audit = auditSupport(scores, stop);
        if (stop.stop_requested())
            return;
        tell(audit);
        if (!audit.tooFew.empty())
            return;
        if (auto more = auditPackets(audit, read, stop))
            tell(std::move(*more));
    });
}

void SupportDesk::forgetAnswers()
{
    ++m_askRequest;
    m_askLane.cancel();
    m_influences = nullptr;
    m_refits.clear();
    if (std::exchange(m_working, false))
        Q_EMIT ended();
}

std::shared_ptr<const RefitWithout> SupportDesk::refitWithout(std::size_t shortcut) const
{
    return shortcut < m_refits.size() ? m_refits[shortcut] : nullptr;
}

template <class Answer, class Work, class Settle>
void SupportDesk::ask(Work work, Settle settle)
{
    m_working = true;
    Q_EMIT progressed(tr("Asking the examples"), 0);
    m_askLane.replace([this, request = ++m_askRequest, work = std::move(work),
                       settle = std::move(settle)](const std::stop_token& stop) {
        const base::ProgressSink progress = [this, request](const base::Progress& at) {
            onGuiThread([this, request, what = QString::fromStdString(at.what), fraction = at.fraction()] {
                if (request == m_askRequest && m_working)
                    Q_EMIT progressed(what, fraction);
            });
        };
        auto answer = std::make_shared<base::Result<Answer>>(work(progress, stop));
        onGuiThread([this, request, answer, settle] {
            if (request != m_askRequest)
                return;
            m_working = false;
            if (*answer)
                settle(std::make_shared<const Answer>(std::move(**answer)));
            else if (answer->error().code != base::Error::Code::Cancelled)
                Q_EMIT failed(answer->error());
            Q_EMIT ended();
        });
    });
}

void SupportDesk::askInfluences()
{
    if (!m_audit)
        return;
    ask<ExampleInfluences>(
        [scores = m_audit->scores](const base::ProgressSink& progress, const std::stop_token& stop) {
            return exampleInfluences(scores, progress, stop);
        },
        [this](std::shared_ptr<const ExampleInfluences> answer) {
            m_influences = std::move(answer);
            Q_EMIT influencesChanged();
        });
}

void SupportDesk::askWithout(std::size_t shortcut)
{
    if (!m_audit || shortcut >= m_audit->shortcuts.size())
        return;
    ask<RefitWithout>([scores = m_audit->scores, what = m_audit->shortcuts[shortcut].shortcut](
                          const base::ProgressSink& progress,
                          const std::stop_token& stop) { return ui::refitWithout(*scores, what, progress, stop); },
                      [this, shortcut](std::shared_ptr<const RefitWithout> answer) {
                          if (shortcut < m_refits.size())
                              m_refits[shortcut] = std::move(answer);
                          Q_EMIT refitted(shortcut);
                      });
}

void SupportDesk::cancel()
{
    m_askLane.stop(); // its end is waited for
}

} // namespace flowscent::ui
