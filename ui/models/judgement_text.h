// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "ui/session/judgements.h"

/// What people are told of lines, budgets and doubts.
namespace flowscent::ui {

[[nodiscard]] QString verdictText(detect::Judgement judgement);
/// "too few packets"; empty without doubt.
[[nodiscard]] QString doubtText(detect::Doubt doubt);
/// "unsure: too few packets", "threat"; empty for flows that nothing is said of.
[[nodiscard]] QString judgedText(const Judgements& judgements, flow::FlowId flow);
/// "rank 3 of 84 211; expect at most 8 false above this line"; empty without a score.
[[nodiscard]] QString rankText(const Judgements& judgements, flow::FlowId flow);
/// "1 in 2 100 normal flows scores so high"; empty without a score or a baseline.
[[nodiscard]] QString oneInText(const Judgements& judgements, flow::FlowId flow);

enum class Promise { Unknown, Kept, Broken };
/// Whether what was seen fits what was promised.
[[nodiscard]] Promise promiseOf(const Judgements& judgements);
/// "promised 8, seen 6: kept"
[[nodiscard]] QString promiseText(const Judgements& judgements);
/// "1 in 100", "2 an hour", "the detector's line"
[[nodiscard]] QString budgetText(const BudgetChoice& choice);
/// Where the line stands and by what, what contamination does to it, and what it says nothing about: some sentences.
[[nodiscard]] QString baselineText(const Judgements& judgements);
/// "14 flows are unsure: 9 of too few packets, 3 unlike anything seen"; empty where none is.
[[nodiscard]] QString unsureText(const Judgements& judgements);

} // namespace flowscent::ui
