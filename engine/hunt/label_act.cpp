// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/label_act.h"

#include <algorithm>
#include <array>

namespace flowscent::hunt {

namespace {

constexpr std::array<std::string_view, 7> kindTexts{"label",      "bookmark", "note",  "threats",
                                                    "background", "skip",     "forget"};

} // namespace

std::string_view text(ActKind kind)
{
    return kindTexts[static_cast<std::size_t>(kind)];
}

std::optional<ActKind> actKind(std::string_view text)
{
    const auto* const found = std::ranges::find(kindTexts, text);
    return found == kindTexts.end() ? std::nullopt
                                    : std::optional(static_cast<ActKind>(std::distance(kindTexts.begin(), found)));
}

} // namespace flowscent::hunt
