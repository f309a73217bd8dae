// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "engine/hunt/label_act.h"
#include "ui/session/label_book.h"

namespace flowscent::ui {

/// "Marked 3 flows as threat.", "Undone: mark 3 flows as threat."
[[nodiscard]] QString actSentence(const hunt::LabelAct& act, ActVerb verb, const hunt::Marks& marks);
/// "threat", or the threat's name once there are several.
[[nodiscard]] QString markText(const hunt::Marks& marks, const hunt::Mark& mark);

} // namespace flowscent::ui
