// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"

/// Inside the filter language only.
namespace flowscent::hunt {

enum class TokenKind { Word, Text, Operator, Open, Close, OpenSet, CloseSet, Comma, And, Or, Not, End };

enum class Comparison { Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, Contains, Matches, In };

struct Token {
    TokenKind kind = TokenKind::End;
    std::string text;                          ///< of a word, or the inside of a quoted text
    std::size_t column = 1;                    ///< 1-based, where it begins
    Comparison comparison = Comparison::Equal; ///< of an operator
};

/// Splits an expression; the last token is End. Format error with `where` "column N" for a quote that is never closed
/// and for signs that mean nothing.
[[nodiscard]] base::Result<std::vector<Token>> tokenise(std::string_view expression);

[[nodiscard]] tl::unexpected<base::Error> filterError(std::size_t column, std::string what);

} // namespace flowscent::hunt
