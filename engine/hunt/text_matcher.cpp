// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/text_matcher.h"

#include <algorithm>
#include <cctype>
#include <memory>

#include <re2/re2.h>

namespace flowscent::hunt {

std::string lower(std::string text)
{
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

base::Result<TextMatcher> textMatcher(const Token& op, const Token& value, bool anyCase)
{
    const std::string wanted = anyCase ? lower(value.text) : value.text;
    switch (op.comparison) {
    case Comparison::Matches: {
        RE2::Options options;
        options.set_log_errors(false);
        options.set_case_sensitive(!anyCase);
        const auto pattern = std::make_shared<const RE2>(value.text, options); // linear time, whatever the pattern
        if (!pattern->ok())
            return filterError(value.column, "the pattern cannot be read: " + pattern->error());
        return TextMatcher([pattern](const std::string& text) { return RE2::PartialMatch(text, *pattern); });
    }
    case Comparison::Contains:
        return TextMatcher([wanted](const std::string& text) { return text.find(wanted) != std::string::npos; });
    case Comparison::Equal:
        return TextMatcher([wanted](const std::string& text) { return text == wanted; });
    case Comparison::NotEqual:
        return TextMatcher([wanted](const std::string& text) { return text != wanted; });
    default:
        return filterError(op.column, "a text is compared with ==, !=, contains or matches");
    }
}

} // namespace flowscent::hunt
