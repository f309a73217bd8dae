// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "engine/hunt/filter_tokens.h"

/// Inside the filter language only: comparing texts.
namespace flowscent::hunt {

using TextMatcher = std::function<bool(const std::string&)>;

[[nodiscard]] std::string lower(std::string text); ///< ASCII

/// Whether a text is, contains or matches (RE2) the value; for `anyCase` the texts given to it are in lower case.
[[nodiscard]] base::Result<TextMatcher> textMatcher(const Token& op, const Token& value, bool anyCase);

} // namespace flowscent::hunt
