// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include <memory>
#include <vector>

#include "engine/hunt/label_history.h"

namespace flowscent::ui {

enum class ActVerb { Done, Undone, Redone };

/// Where everything that the hunter does to flows is done, by whoever offers it: labels, threats, bookmarks, notes, the
/// background, passed-over suggestions. Knows who acts, when and which scores are on the screen. Everything can be
/// undone. Belongs to the GUI thread.
///
/// Each function returns whether anything changed. Flows that are not in the table are left out.
class LabelBook : public QObject {
    Q_OBJECT

public:
    explicit LabelBook(QObject* parent = nullptr);

    [[nodiscard]] const hunt::LabelHistory& history() const { return m_history; }
    [[nodiscard]] const hunt::Marks& marks() const { return m_history.marks(); }
    /// The marks as they are now, for who keeps them or takes them to another thread: copied once between two changes.
    [[nodiscard]] std::shared_ptr<const hunt::Marks> snapshot() const;
    /// Names the running program in journals.
    [[nodiscard]] const QString& program() const { return m_program; }
    [[nodiscard]] static std::string user();
    [[nodiscard]] static base::Nanoseconds now(); ///< since 1970, UTC

    bool assign(const std::vector<flow::FlowId>& flows, hunt::Label label, const QString& reason = {});
    /// Asks for a label that may meet others: whoever guards them (see `proposed`) puts it or asks the hunter first.
    /// Where nobody does, the flows are labelled at once.
    void propose(const std::vector<flow::FlowId>& flows, hunt::Label label);
    bool assignThreat(const std::vector<flow::FlowId>& flows, hunt::ThreatNumber threat);
    /// Takes the bookmarks away when all flows have one, else sets them.
    bool bookmark(const std::vector<flow::FlowId>& flows);
    bool note(const std::vector<flow::FlowId>& flows, const QString& text);
    bool skip(flow::FlowId flow);
    bool addThreat(const QString& name);
    bool renameThreat(hunt::ThreatNumber threat, const QString& name);
    bool chooseThreat(hunt::ThreatNumber threat);
    /// Null: drawn at random.
    bool setBackground(std::shared_ptr<const flow::FlowSet> flows);
    bool forget();
    bool undo();
    bool redo();

    /// Acts of earlier days of the same capture, oldest first.
    void restore(const std::vector<hunt::LabelAct>& acts);
    /// Another capture of so many flows, which may grow. Nothing is kept.
    void clear();
    void setFlows(std::size_t flows) { m_flows = flows; }
    /// The revision of the scores on the screen; 0 for none.
    void setRevision(std::uint64_t revision) { m_revision = revision; }

Q_SIGNALS:
    void proposed(const std::vector<flow::FlowId>& flows, hunt::Label label);
    /// Something was done, undone or done again. `act` is that alone, however much it was merged with.
    void acted(std::shared_ptr<const hunt::LabelAct> act, ActVerb verb);
    void changed();        ///< marks, notes, threats or the background
    void supportChanged(); ///< ... of them what the active threat is learnt from

private:
    [[nodiscard]] hunt::LabelHistory& change(); ///< whoever changes it asks for it here
    [[nodiscard]] hunt::ActContext context(const QString& reason = {}) const;
    [[nodiscard]] std::vector<flow::FlowId> known(std::vector<flow::FlowId> flows) const;
    bool tell(bool done);
    void tellChange(const hunt::LabelAct& act);

    hunt::LabelHistory m_history;
    mutable std::shared_ptr<const hunt::Marks> m_snapshot; ///< null when nobody has asked since the last change
    QString m_program;
    std::uint64_t m_revision = 0;
    std::size_t m_flows = 0;
};

} // namespace flowscent::ui
