// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/filter_fields.h"

namespace flowscent::hunt {

using View = const FlowView&;

namespace {

template <class Value>
double valueAt(std::span<const Value> values, View view)
{
    return view.row < values.size() ? static_cast<double>(values[view.row]) : absent;
}

double scoreOf(View view)
{
    return valueAt(view.context.scores, view);
}

double pOf(View view)
{
    const double score = scoreOf(view);
    return view.context.pValue && score == score ? view.context.pValue(view.context.scores[view.row], view.row)
                                                 : absent;
}

Label labelOf(View view)
{
    return view.context.support == nullptr ? Label::None : view.context.support->label(view.id());
}

std::string labelName(std::uint32_t code)
{
    const auto label = static_cast<Label>(code);
    return label == Label::None ? std::string() : std::string(hunt::text(label));
}

constexpr std::uint8_t threatVerdict = 2;

std::uint32_t verdictCode(View view)
{
    const auto verdicts = view.context.verdicts;
    return view.row < verdicts.size() && verdicts[view.row] <= threatVerdict ? verdicts[view.row] + 1U : 0U;
}

std::string verdictName(std::uint32_t code)
{
    constexpr std::string_view names[] = {"", "normal", "unsure", "threat"};
    return std::string(names[code]);
}

bool alarmed(View view)
{
    if (view.row < view.context.alarmed.size())
        return view.context.alarmed[view.row] != 0;
    return view.context.alarmed.empty() && verdictCode(view) == threatVerdict + 1U;
}

template <const FlowTexts* FilterContext::*texts>
void collectFrom(View view, std::vector<std::string_view>& found)
{
    const FlowTexts* all = view.context.*texts;
    if (all == nullptr || all->empty())
        return;
    if (const auto text = all->find(view.id()); text != all->end())
        found.push_back(text->second);
}

/// Of whichever threat, the active one or another; one without a name of its own goes by the name of "threat".
void collectThreat(View view, std::vector<std::string_view>& found)
{
    collectFrom<&FilterContext::threats>(view, found);
    if (found.empty() && labelOf(view) == Label::Threat)
        found.push_back(hunt::text(Label::Threat));
}

void collectTags(View view, std::vector<std::string_view>& found)
{
    if (view.context.tags == nullptr || view.context.tags->empty())
        return;
    if (const auto tags = view.context.tags->find(view.id()); tags != view.context.tags->end())
        found.insert(found.end(), tags->second.begin(), tags->second.end());
}

void collectDetector(View view, std::vector<std::string_view>& found)
{
    const double score = scoreOf(view);
    if (score == score && !view.context.detector.empty())
        found.push_back(view.context.detector);
}

} // namespace

std::vector<FieldEntry> judgementEntries()
{
    constexpr auto labels = static_cast<std::uint32_t>(Label::Unsure) + 1;
    return {
        {{"label", "your label: threat, \"not this\", unsure; e.g. label == threat"},
         CodeField{[](View view) { return static_cast<std::uint32_t>(labelOf(view)); }, labelName, labels}},
        {{"label.by", "who or what set the label; e.g. label.by contains import"},
         TextsField{collectFrom<&FilterContext::labelledBy>}},
        {{"threat", "flows labelled as threat, by the name of the threat; e.g. threat == \"Beacon-A\""},
         TextsField{collectThreat}},
        {{"support", "examples that the detector learns from: labelled threat or \"not this\", with packets; e.g. "
                     "support and bytes > 1M"},
         FlagField{[](View view) {
             const Label label = labelOf(view);
             return (label == Label::Threat || label == Label::NotThreat) && view.table.hasPackets(view.id());
         }}},
        {{"score", "score of the detector in use, 0 to 1, or of another by its name; e.g. score >= 0.9 and "
                   "score[\"Beacon-A\"] < 0.5"},
         NumberField{scoreOf},
         true},
        {{"p", "share of normal flows with such a score or a higher one, 0 to 1; e.g. p < 0.001"}, NumberField{pOf}},
        {{"delta", "score minus that of the kept detector, -1 to 1; e.g. delta > 0.2"},
         NumberField{[](View view) { return scoreOf(view) - valueAt(view.context.kept, view); }}},
        {{"verdict",
          "what the score means under the false-alarm budget: threat, unsure, normal; e.g. verdict == unsure"},
         CodeField{verdictCode, verdictName, threatVerdict + 2U}},
        {{"alarm", "flows above the alarm line; e.g. alarm and not label"}, FlagField{alarmed}},
        {{"detector", "name of the detector that gave the score; e.g. detector == \"Beacon-A\""},
         TextsField{collectDetector}},
        {{"tag", "any of the flow's tags; e.g. tag == exfil"}, TextsField{collectTags}},
        {{"note", "the flow's note; e.g. note contains \"ask Kim\""}, TextsField{collectFrom<&FilterContext::notes>}},
        {{"bookmark", "flows with a bookmark; e.g. bookmark and tcp"}, FlagField{[](View view) {
             return view.context.bookmarked != nullptr && view.context.bookmarked->contains(view.id());
         }}},
    };
}

} // namespace flowscent::hunt
