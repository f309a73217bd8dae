// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/label_history.h"

namespace flowscent::hunt {

namespace {

std::string describe(std::size_t flows, Label label)
{
    const std::string what = flows == 1 ? "1 flow" : std::to_string(flows) + " flows";
    return label == Label::None ? "clear the label of " + what : "mark " + what + " as " + std::string(text(label));
}

} // namespace

bool LabelHistory::assign(std::span<const flow::FlowId> flows, Label label)
{
    LabelAct act;
    for (const flow::FlowId flow : flows) {
        const Label before = m_support.label(flow);
        if (before == label)
            continue;
        act.changes.push_back({flow, before, label});
        m_support.set(flow, label);
    }
    if (act.changes.empty())
        return false;
    act.text = describe(act.changes.size(), label);
    m_done.push_back(std::move(act));
    m_undone.clear();
    return true;
}

bool LabelHistory::undo()
{
    if (m_done.empty())
        return false;
    const auto& changes = m_done.back().changes;
    for (auto change = changes.rbegin(); change != changes.rend(); ++change)
        m_support.set(change->flow, change->before);
    m_undone.push_back(std::move(m_done.back()));
    m_done.pop_back();
    return true;
}

bool LabelHistory::redo()
{
    if (m_undone.empty())
        return false;
    for (const auto& change : m_undone.back().changes)
        m_support.set(change.flow, change.after);
    m_done.push_back(std::move(m_undone.back()));
    m_undone.pop_back();
    return true;
}

std::optional<std::string> LabelHistory::undoText() const
{
    return m_done.empty() ? std::nullopt : std::optional(m_done.back().text);
}

std::optional<std::string> LabelHistory::redoText() const
{
    return m_undone.empty() ? std::nullopt : std::optional(m_undone.back().text);
}

void LabelHistory::clear()
{
    *this = {};
}

} // namespace flowscent::hunt
