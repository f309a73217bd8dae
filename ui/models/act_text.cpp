// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/act_text.h"

#include "ui/models/flow_text.h"

#include <QCoreApplication>

#include <algorithm>

namespace flowscent::ui {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("flowscent", text);
}

QString doneSentence(const hunt::LabelAct& act, const hunt::Marks& marks)
{
    switch (act.kind) {
    case hunt::ActKind::Label: {
        const hunt::Mark& mark = act.marks.front().after;
        return mark.label == hunt::Label::None
                   ? tr("Cleared the label of %1.").arg(flowsText(act.marks.size()))
                   : tr("Marked %1 as %2.").arg(flowsText(act.marks.size()), markText(marks, mark));
    }
    case hunt::ActKind::Bookmark:
        return (act.marks.front().after.bookmarked ? tr("Bookmarked %1.") : tr("Took the bookmark from %1."))
            .arg(flowsText(act.marks.size()));
    case hunt::ActKind::Note:
        return (act.notes.front().after.empty() ? tr("Took the note from %1.") : tr("Noted on %1."))
            .arg(flowsText(act.notes.size()));
    case hunt::ActKind::Threats: {
        const auto& before = act.threats->before.names;
        const auto& after = act.threats->after.names;
        const auto changed = std::ranges::mismatch(before, after);
        return changed.in1 == before.end()
                   ? tr("Added the threat %1; M now marks flows as it.").arg(toQString(after.back()))
                   : tr("Renamed %1 to %2.").arg(toQString(*changed.in1), toQString(*changed.in2));
    }
    case hunt::ActKind::Background:
        return act.background->after
                   ? tr("%1 stand for normal traffic now.").arg(flowsText(act.background->after->count()))
                   : tr("A random sample stands for normal traffic again.");
    case hunt::ActKind::Skip:
        return tr("Skipped flow %1.").arg(countText(act.marks.front().flow.value + std::uint64_t{1}));
    case hunt::ActKind::Forget:
        return tr("Forgot the marks of %1.").arg(flowsText(std::max(act.marks.size(), act.notes.size())));
    }
    return {};
}

} // namespace

QString markText(const hunt::Marks& marks, const hunt::Mark& mark)
{
    return toQString(marks.words(mark));
}

QString actSentence(const hunt::LabelAct& act, ActVerb verb, const hunt::Marks& marks)
{
    switch (verb) {
    case ActVerb::Done:
        return doneSentence(act, marks);
    case ActVerb::Undone:
        return tr("Undone: %1.").arg(toQString(act.text));
    case ActVerb::Redone:
        return tr("Done again: %1.").arg(toQString(act.text));
    }
    return {};
}

} // namespace flowscent::ui
