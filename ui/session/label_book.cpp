// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/label_book.h"

#include "engine/base/who.h"

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
    const std::string name = hunt::tidied(base::loginName().value_or(std::string()), hunt::longestName);
    return name.empty() ? "user " + std::to_string(getuid()) : name;
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

std::shared_ptr<const hunt::Marks> LabelBook::snapshot() const
{
    if (!m_snapshot)
        m_snapshot = std::make_shared<const hunt::Marks>(marks());
    return m_snapshot;
}

hunt::LabelHistory& LabelBook::change()
{
    m_snapshot = nullptr;
    return m_history;
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
    return tell(change().assign(known(flows), label, context(reason)));
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
    return tell(change().assignThreat(known(flows), threat, context()));
}

bool LabelBook::bookmark(const std::vector<flow::FlowId>& flows)
{
    const auto chosen = known(flows);
    const bool all = std::ranges::all_of(chosen, [this](flow::FlowId flow) { return marks().mark(flow).bookmarked; });
    return tell(change().bookmark(chosen, !all, context()));
}

bool LabelBook::note(const std::vector<flow::FlowId>& flows, const QString& text)
{
    return tell(change().note(known(flows), text.toStdString(), context()));
}

bool LabelBook::skip(flow::FlowId flow)
{
    return flow.value < m_flows && tell(change().skip(flow, context()));
}

bool LabelBook::addThreat(const QString& name)
{
    return tell(change().addThreat(name.toStdString(), context()));
}

bool LabelBook::renameThreat(hunt::ThreatNumber threat, const QString& name)
{
    return tell(change().renameThreat(threat, name.toStdString(), context()));
}

bool LabelBook::chooseThreat(hunt::ThreatNumber threat)
{
    if (!change().chooseThreat(threat))
        return false;
    Q_EMIT changed();
    Q_EMIT supportChanged();
    return true;
}

bool LabelBook::setBackground(std::shared_ptr<const flow::FlowSet> flows)
{
    return tell(change().setBackground(std::move(flows), context()));
}

bool LabelBook::forget()
{
    return tell(change().forget(context()));
}

bool LabelBook::undo()
{
    const auto act = m_history.toUndo();
    if (!change().undo())
        return false;
    Q_EMIT acted(act, ActVerb::Undone);
    tellChange(*act);
    return true;
}

bool LabelBook::redo()
{
    const auto act = m_history.toRedo();
    if (!change().redo())
        return false;
    Q_EMIT acted(act, ActVerb::Redone);
    tellChange(*act);
    return true;
}

void LabelBook::restore(const std::vector<hunt::LabelAct>& acts)
{
    change().restore(acts);
    Q_EMIT changed();
    Q_EMIT supportChanged();
}

void LabelBook::clear()
{
    change().clear();
    m_flows = 0;
    m_revision = 0;
    Q_EMIT changed();
}

} // namespace flowscent::ui
