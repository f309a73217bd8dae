// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/label_history.h"

#include <algorithm>

namespace flowscent::hunt {

namespace {

constexpr base::Nanoseconds mergeWithin = base::nanosecondsPerSecond;

std::string counted(std::size_t flows)
{
    return flows == 1 ? "1 flow" : std::to_string(flows) + " flows";
}

bool sameTarget(const LabelAct& a, const LabelAct& b)
{
    const auto flow = [](const auto& change) { return change.flow; };
    return a.kind == b.kind && !a.threats && !b.threats && !a.background && !b.background &&
           std::ranges::equal(a.marks, b.marks, {}, flow, flow) && std::ranges::equal(a.notes, b.notes, {}, flow, flow);
}

bool mergeable(const LabelAct& before, const LabelAct& next)
{
    return before.context.time > 0 && next.context.time >= before.context.time &&
           next.context.time - before.context.time <= mergeWithin && before.name.program == next.name.program &&
           next.kind != ActKind::Skip && sameTarget(before, next);
}

LabelAct merged(const LabelAct& before, const LabelAct& next)
{
    LabelAct both = next;
    both.name.first = before.name.first;
    for (std::size_t i = 0; i < both.marks.size(); ++i)
        both.marks[i].before = before.marks[i].before;
    for (std::size_t i = 0; i < both.notes.size(); ++i)
        both.notes[i].before = before.notes[i].before;
    return both;
}

std::string describe(const Marks& marks, std::size_t flows, const Mark& mark)
{
    return mark.label == Label::None ? "clear the label of " + counted(flows)
                                     : "mark " + counted(flows) + " as " + marks.words(mark);
}

} // namespace

/// `change` says what becomes of a mark.
bool LabelHistory::markAll(std::span<const flow::FlowId> flows, LabelAct act, const auto& change)
{
    for (const flow::FlowId flow : flows) {
        const Mark before = m_marks.mark(flow);
        const Mark after = change(before);
        if (before != after)
            act.marks.push_back({flow, before, after});
    }
    // A flow named twice is changed once.
    const auto row = [](const MarkChange& one) { return one.flow; };
    if (!std::ranges::is_sorted(act.marks, {}, row))
        std::ranges::sort(act.marks, {}, row);
    act.marks.erase(std::ranges::unique(act.marks, {}, row).begin(), act.marks.end());
    return perform(std::move(act));
}

bool LabelHistory::assign(std::span<const flow::FlowId> flows, Label label, const ActContext& context)
{
    const ThreatNumber threat = label == Label::Threat ? m_marks.threats().active : noThreat;
    return markAll(flows, {.context = context}, [=](Mark mark) {
        mark.label = label;
        mark.threat = threat;
        return mark;
    });
}

bool LabelHistory::assignThreat(std::span<const flow::FlowId> flows, ThreatNumber threat, const ActContext& context)
{
    if (threat == noThreat || threat > mostThreats || flows.empty())
        return false;
    LabelAct act{.context = context};
    if (Threats known = m_marks.threats(); known.names.size() < threat) {
        while (known.names.size() < threat)
            known.names.push_back(defaultName(static_cast<ThreatNumber>(known.names.size() + 1)));
        act.threats = ThreatsChange{m_marks.threats(), std::move(known)};
    }
    return markAll(flows, std::move(act), [=](Mark mark) {
        mark.label = Label::Threat;
        mark.threat = threat;
        return mark;
    });
}

bool LabelHistory::bookmark(std::span<const flow::FlowId> flows, bool bookmarked, const ActContext& context)
{
    return markAll(flows, {.kind = ActKind::Bookmark, .context = context}, [=](Mark mark) {
        mark.bookmarked = bookmarked;
        return mark;
    });
}

bool LabelHistory::skip(flow::FlowId flow, const ActContext& context)
{
    return markAll(std::span(&flow, 1), {.kind = ActKind::Skip, .context = context}, [](Mark mark) {
        mark.skipped = true;
        return mark;
    });
}

bool LabelHistory::note(std::span<const flow::FlowId> flows, std::string_view text, const ActContext& context)
{
    LabelAct act{.kind = ActKind::Note, .context = context};
    const std::string after = tidied(text, longestNote);
    for (const flow::FlowId flow : flows) {
        if (m_marks.note(flow) != after)
            act.notes.push_back({flow, m_marks.note(flow), after});
    }
    const auto row = [](const NoteChange& one) { return one.flow; };
    std::ranges::sort(act.notes, {}, row);
    act.notes.erase(std::ranges::unique(act.notes, {}, row).begin(), act.notes.end());
    return perform(std::move(act));
}

bool LabelHistory::addThreat(std::string_view name, const ActContext& context)
{
    Threats known = m_marks.threats();
    std::string fresh = tidied(name, longestName);
    if (fresh.empty() || known.names.size() >= mostThreats ||
        std::ranges::find(known.names, fresh) != known.names.end())
        return false;
    known.names.push_back(std::move(fresh));
    known.active = static_cast<ThreatNumber>(known.names.size());
    LabelAct act{.kind = ActKind::Threats, .context = context};
    act.threats = ThreatsChange{m_marks.threats(), std::move(known)};
    return perform(std::move(act));
}

bool LabelHistory::renameThreat(ThreatNumber threat, std::string_view name, const ActContext& context)
{
    Threats known = m_marks.threats();
    std::string fresh = tidied(name, longestName);
    if (fresh.empty() || threat == noThreat || threat > known.names.size() ||
        std::ranges::find(known.names, fresh) != known.names.end())
        return false;
    known.names[threat - 1U] = std::move(fresh);
    LabelAct act{.kind = ActKind::Threats, .context = context};
    act.threats = ThreatsChange{m_marks.threats(), std::move(known)};
    return perform(std::move(act));
}

bool LabelHistory::chooseThreat(ThreatNumber threat)
{
    Threats known = m_marks.threats();
    if (threat == noThreat || threat > known.names.size() || threat == known.active)
        return false;
    known.active = threat;
    m_marks.setThreats(std::move(known));
    m_support = m_marks.support();
    return true;
}

bool LabelHistory::setBackground(std::shared_ptr<const flow::FlowSet> flows, const ActContext& context)
{
    const auto before = m_marks.background();
    if (before == flows || (before && flows && *before == *flows))
        return false;
    LabelAct act{.kind = ActKind::Background, .context = context};
    act.background = BackgroundChange{before, std::move(flows)};
    return perform(std::move(act));
}

bool LabelHistory::forget(const ActContext& context)
{
    LabelAct act{.kind = ActKind::Forget, .context = context};
    const auto flows = m_marks.marked();
    for (const flow::FlowId flow : flows) {
        if (!m_marks.note(flow).empty())
            act.notes.push_back({flow, m_marks.note(flow), {}});
    }
    return markAll(flows, std::move(act), [](const Mark&) { return Mark{}; });
}

bool LabelHistory::perform(LabelAct act)
{
    if (act.empty() || (act.kind == ActKind::Label && act.marks.empty()))
        return false;
    put(act, true);
    switch (act.kind) {
    case ActKind::Label:
        act.text = describe(m_marks, act.marks.size(), act.marks.front().after);
        break;
    case ActKind::Bookmark:
        act.text =
            (act.marks.front().after.bookmarked ? "bookmark " : "take the bookmark from ") + counted(act.marks.size());
        break;
    case ActKind::Note:
        act.text = (act.notes.front().after.empty() ? "take the note from " : "note on ") + counted(act.notes.size());
        break;
    case ActKind::Threats: {
        const Threats& after = act.threats->after;
        const std::size_t changed = static_cast<std::size_t>(
            std::ranges::mismatch(act.threats->before.names, after.names).in2 - after.names.begin());
        act.text = changed < act.threats->before.names.size()
                       ? "rename " + act.threats->before.names[changed] + " to " + after.names[changed]
                       : "add the threat " + after.names.back();
        break;
    }
    case ActKind::Background:
        act.text = act.background->after ? "take " + counted(act.background->after->count()) + " as background"
                                         : "draw the background at random";
        break;
    case ActKind::Skip:
        act.text = "skip the suggestion of flow " + std::to_string(act.marks.front().flow.value + 1);
        break;
    case ActKind::Forget:
        act.text = "forget the marks of " + counted(std::max(act.marks.size(), act.notes.size()));
        break;
    }
    ++m_number;
    act.name = {m_program, m_number, m_number};
    push(std::make_shared<const LabelAct>(std::move(act)));
    m_undone.clear();
    return true;
}

void LabelHistory::push(Act act)
{
    m_latest = act;
    if (!m_done.empty() && mergeable(*m_done.back(), *act))
        m_done.back() = std::make_shared<const LabelAct>(merged(*m_done.back(), *act));
    else
        m_done.push_back(std::move(act));
    trim();
}

void LabelHistory::trim()
{
    std::size_t changes = 0;
    auto oldest = m_done.rbegin();
    while (oldest != m_done.rend() && (changes += (*oldest)->flows()) <= mostChanges)
        ++oldest;
    if (oldest == m_done.rbegin() && oldest != m_done.rend())
        ++oldest; // what was done last can always be undone
    m_done.erase(m_done.begin(), oldest.base());
}

void LabelHistory::put(const LabelAct& act, bool forward)
{
    if (act.threats) {
        // Whether a threat is there is part of the act; which one is hunted is not, while it is there.
        Threats threats = forward ? act.threats->after : act.threats->before;
        const ThreatNumber active = m_marks.threats().active;
        if (act.threats->before.active == act.threats->after.active && active <= threats.names.size())
            threats.active = active;
        const bool other = threats.active != active;
        m_marks.setThreats(std::move(threats));
        if (other)
            m_support = m_marks.support();
    }
    for (const MarkChange& change : act.marks) {
        const Mark& mark = forward ? change.after : change.before;
        m_marks.set(change.flow, mark);
        m_support.set(change.flow, m_marks.labelIn(mark));
    }
    for (const NoteChange& change : act.notes)
        m_marks.setNote(change.flow, forward ? change.after : change.before);
    if (act.background)
        m_marks.setBackground(forward ? act.background->after : act.background->before);
}

bool LabelHistory::undo()
{
    if (m_done.empty())
        return false;
    put(*m_done.back(), false);
    m_undone.push_back(std::move(m_done.back()));
    m_done.pop_back();
    return true;
}

bool LabelHistory::redo()
{
    if (m_undone.empty())
        return false;
    put(*m_undone.back(), true);
    m_done.push_back(std::move(m_undone.back()));
    m_undone.pop_back();
    return true;
}

void LabelHistory::restore(const std::vector<LabelAct>& acts)
{
    const std::vector<Act> today = std::exchange(m_done, {});
    m_undone.clear();
    m_marks = {};
    m_support = {};
    const auto again = [this](LabelAct act) {
        for (MarkChange& change : act.marks)
            change.before = m_marks.mark(change.flow);
        for (NoteChange& change : act.notes)
            change.before = m_marks.note(change.flow);
        if (act.threats)
            act.threats->before = m_marks.threats();
        if (act.background)
            act.background->before = m_marks.background();
        put(act, true);
        m_done.push_back(std::make_shared<const LabelAct>(std::move(act)));
    };
    for (const LabelAct& act : acts)
        again(act);
    for (const Act& act : today)
        again(*act);
    trim();
}

std::optional<std::string> LabelHistory::undoText() const
{
    return m_done.empty() ? std::nullopt : std::optional(m_done.back()->text);
}

std::optional<std::string> LabelHistory::redoText() const
{
    return m_undone.empty() ? std::nullopt : std::optional(m_undone.back()->text);
}

void LabelHistory::clear()
{
    m_marks = {};
    m_support = {};
    m_done.clear();
    m_undone.clear();
    m_latest = nullptr;
}

} // namespace flowscent::hunt
