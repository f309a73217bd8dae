// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include <optional>

#include "engine/base/lane.h"
#include "ui/session/support_audit.h"

namespace flowscent::ui {

class Session;

/// Looks at the examples themselves: how many different ones there are, what they share beside being the threat, and
/// what would change without one of them or without what they share. The first two are told for every adaptation, the
/// others when asked. Belongs to the GUI thread.
class SupportDesk : public QObject {
    Q_OBJECT

public:
    /// The session outlives the desk.
    explicit SupportDesk(Session& session, QObject* parent = nullptr);
    ~SupportDesk() override;

    [[nodiscard]] std::shared_ptr<const SupportAudit> audit() const { return m_audit; } ///< null before the first
    /// Of the audit at hand; null until asked for and answered.
    [[nodiscard]] std::shared_ptr<const ExampleInfluences> influences() const { return m_influences; }
    /// By shortcut of the audit at hand; null until asked for and answered.
    [[nodiscard]] std::shared_ptr<const RefitWithout> refitWithout(std::size_t shortcut) const;
    [[nodiscard]] bool working() const { return m_working; } ///< on what was asked

    /// One adaptation for each example; answered by `influencesChanged` or `failed`. Nothing without an audit.
    void askInfluences();
    /// Adapts without background flows that share it and scores all flows; answered by `refitted` or `failed`.
    void askWithout(std::size_t shortcut);
    void cancel();

Q_SIGNALS:
    void auditChanged(); ///< a new one, more of it, or gone; answers about the one before are gone with it
    void influencesChanged();
    void refitted(std::size_t shortcut);
    void progressed(const QString& what, double fraction);
    void ended(); ///< of what was asked, however it went
    void failed(const base::Error& error);

private:
    void lookAtSupport();
    void forgetAnswers();
    template <class Answer, class Work, class Settle>
    void ask(Work work, Settle settle);
    template <class Function>
    void onGuiThread(Function function);

    Session& m_session;
    std::uint64_t m_auditRequest = 0;
    std::uint64_t m_askRequest = 0;
    bool m_working = false;
    std::shared_ptr<const SupportAudit> m_audit;
    std::shared_ptr<const ExampleInfluences> m_influences;
    std::vector<std::shared_ptr<const RefitWithout>> m_refits; ///< by shortcut

    base::Lane m_auditLane{"support audit"};
    base::Lane m_askLane{"what if"};
};

} // namespace flowscent::ui
