// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"

/// Inside the filter language only.
namespace flowscent::hunt {

enum class TokenKind {
    Word,
    Text,
    Operator,
    Open,
    Close,
    OpenSet,
    CloseSet,
    OpenIndex,
    CloseIndex,
    Comma,
    And,
    Or,
    Not,
    End
};

enum class Comparison { Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, Contains, Matches, In };

struct Token {
    TokenKind kind = TokenKind::End;
    std::string text;                          ///< of a word, or the inside of a quoted text
    std::size_t column = 1;                    ///< 1-based, where it begins
    Comparison comparison = Comparison::Equal; ///< of an operator
    std::size_t length = 0;                    ///< bytes of the expression, quotes included

    [[nodiscard]] bool isValue() const { return kind == TokenKind::Word || kind == TokenKind::Text; }
    /// Where only a value can stand, "in" and its like are texts: `dir == in`.
    [[nodiscard]] bool isValueBehindOperator() const
    {
        return isValue() || (kind == TokenKind::Operator && text.find_first_of("=<>!~") == std::string::npos);
    }
};

/// What could be read of an expression, for an editor: all tokens up to a mistake, and the mistake.
struct TokenRun {
    std::vector<Token> tokens; ///< without End
    base::Error error;         ///< `what` is empty when all was read
};
[[nodiscard]] TokenRun readTokens(std::string_view expression);

/// Splits an expression; the last token is End. Format error with `where` "column N" for a quote that is never closed
/// and for signs that mean nothing.
[[nodiscard]] base::Result<std::vector<Token>> tokenise(std::string_view expression);

[[nodiscard]] tl::unexpected<base::Error> filterError(std::size_t column, std::string what);

} // namespace flowscent::hunt
