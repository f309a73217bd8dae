// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/label_book.h"

#include <QMetaMethod>
#include <QUuid>

#include <algorithm>
#include <chrono>

#include <unistd.h>

namespace flowscent::ui {

LabelBook::LabelBook(QObject* parent)
    : QObject(parent)
    , m_program(QUuid::createUuid().toString(QUuid::WithoutBraces))
{
    m_history.setProgram(m_program.toStdString());
}

std::string LabelBook::user()
{
    for (const char* name : {"USER", "LOGNAME"}) {
        if (const QString found = qEnvironmentVariable(name); !found.isEmpty())
            return hunt::tidied(found.toStdString(), hunt::longestName);
    }
    return "user " + std::to_string(getuid());
}

base::Nanoseconds LabelBook::now()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

hunt::ActContext LabelBook::context(const QString& reason) const
{
    return {now(), user(), hunt::tidied(reason.toStdString(), hunt::longestNote), m_revision};
}

std::vector<flow::FlowId> LabelBook::known(std::vector<flow::FlowId> flows) const
{
    std::erase_if(flows, [this](flow::FlowId flow) { return flow.value >= m_flows; });
    return flows;
}

bool LabelBook::tell(bool done)
{
    if (!done)
        return false;
    const auto act = m_history.latest();
    Q_EMIT acted(act, ActVerb::Done);
    tellChange(*act);
    return true;
}

void LabelBook::tellChange(const hunt::LabelAct& act)
{
    Q_EMIT changed();
    if (act.kind != hunt::ActKind::Bookmark && act.kind != hunt::ActKind::Note && act.kind != hunt::ActKind::Skip)
        Q_EMIT supportChanged();
}

bool LabelBook::assign(const std::vector<flow::FlowId>& flows, hunt::Label label, const QString& reason)
{
    return tell(m_history.assign(known(flows), label, context(reason)));
}

void LabelBook::propose(const std::vector<flow::FlowId>& flows, hunt::Label label)
{
    if (isSignalConnected(QMetaMethod::fromSignal(&LabelBook::proposed)))
        Q_EMIT proposed(flows, label);
    else
        assign(flows, label);
}

bool LabelBook::assignThreat(const std::vector<flow::FlowId>& flows, hunt::ThreatNumber threat)
{
    return tell(m_history.assignThreat(known(flows), threat, context()));
}

bool LabelBook::bookmark(const std::vector<flow::FlowId>& flows)
{
    const auto chosen = known(flows);
    const bool all = std::ranges::all_of(chosen, [this](flow::FlowId flow) { return marks().mark(flow).bookmarked; });
    return tell(m_history.bookmark(chosen, !all, context()));
}

bool LabelBook::note(const std::vector<flow::FlowId>& flows, const QString& text)
{
    return tell(m_history.note(known(flows), text.toStdString(), context()));
}

bool LabelBook::skip(flow::FlowId flow)
{
    return flow.value < m_flows && tell(m_history.skip(flow, context()));
}

bool LabelBook::addThreat(const QString& name)
{
    return tell(m_history.addThreat(name.toStdString(), context()));
}

bool LabelBook::renameThreat(hunt::ThreatNumber threat, const QString& name)
{
    return tell(m_history.renameThreat(threat, name.toStdString(), context()));
}

bool LabelBook::chooseThreat(hunt::ThreatNumber threat)
{
    if (!m_history.chooseThreat(threat))
        return false;
    Q_EMIT changed();
    Q_EMIT supportChanged();
    return true;
}

bool LabelBook::setBackground(std::shared_ptr<const flow::FlowSet> flows)
{
    return tell(m_history.setBackground(std::move(flows), context()));
}

bool LabelBook::forget()
{
    return tell(m_history.forget(context()));
}

bool LabelBook::undo()
{
    const auto act = m_history.toUndo();
    if (!m_history.undo())
        return false;
    Q_EMIT acted(act, ActVerb::Undone);
    tellChange(*act);
    return true;
}

bool LabelBook::redo()
{
    const auto act = m_history.toRedo();
    if (!m_history.redo())
        return false;
    Q_EMIT acted(act, ActVerb::Redone);
    tellChange(*act);
    return true;
}

void LabelBook::restore(const std::vector<hunt::LabelAct>& acts)
{
    m_history.restore(acts);
    Q_EMIT changed();
    Q_EMIT supportChanged();
}

void LabelBook::clear()
{
    m_history.clear();
    m_flows = 0;
    m_revision = 0;
    Q_EMIT changed();
}

} // namespace flowscent::ui
