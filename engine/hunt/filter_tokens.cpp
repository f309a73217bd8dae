// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/filter_tokens.h"

#include "engine/hunt/filter.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace flowscent::hunt {

namespace {

struct Spelling {
    std::string_view written;
    TokenKind kind;
    Comparison comparison = Comparison::Equal;
};

// Longer spellings first, so that "==" is not read as two "=".
constexpr std::array<Spelling, 18> signs{{{"&&", TokenKind::And},
                                          {"||", TokenKind::Or},
                                          {"==", TokenKind::Operator, Comparison::Equal},
                                          {"!=", TokenKind::Operator, Comparison::NotEqual},
                                          {"<=", TokenKind::Operator, Comparison::LessEqual},
                                          {">=", TokenKind::Operator, Comparison::GreaterEqual},
                                          {"<", TokenKind::Operator, Comparison::Less},
                                          {">", TokenKind::Operator, Comparison::Greater},
                                          {"=", TokenKind::Operator, Comparison::Equal},
                                          {"~", TokenKind::Operator, Comparison::Matches},
                                          {"!", TokenKind::Not},
                                          {"(", TokenKind::Open},
                                          {")", TokenKind::Close},
                                          {"{", TokenKind::OpenSet},
                                          {"}", TokenKind::CloseSet},
                                          {"[", TokenKind::OpenIndex},
                                          {"]", TokenKind::CloseIndex},
                                          {",", TokenKind::Comma}}};

constexpr std::array<Spelling, 12> words{{{"and", TokenKind::And},
                                          {"or", TokenKind::Or},
                                          {"not", TokenKind::Not},
                                          {"eq", TokenKind::Operator, Comparison::Equal},
                                          {"ne", TokenKind::Operator, Comparison::NotEqual},
                                          {"lt", TokenKind::Operator, Comparison::Less},
                                          {"le", TokenKind::Operator, Comparison::LessEqual},
                                          {"gt", TokenKind::Operator, Comparison::Greater},
                                          {"ge", TokenKind::Operator, Comparison::GreaterEqual},
                                          {"contains", TokenKind::Operator, Comparison::Contains},
                                          {"matches", TokenKind::Operator, Comparison::Matches},
                                          {"in", TokenKind::Operator, Comparison::In}}};

bool isAnyOf(char c, std::string_view more)
{
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) != 0 || byte >= 0x80 || more.find(c) != std::string_view::npos;
}

/// "1:" and a SHA-1 in base64, whose last sign is always '='.
std::size_t communityIdLength(std::string_view rest)
{
    constexpr std::size_t length = 30;
    if (rest.size() < length || !rest.starts_with("1:") || rest[length - 1] != '=')
        return 0;
    return std::ranges::all_of(rest.substr(2, length - 3), [](char c) { return isAnyOf(c, "+/"); }) ? length : 0;
}

std::size_t wordLength(std::string_view rest)
{
    if (const std::size_t length = communityIdLength(rest); length > 0)
        return length;
    const auto* end = std::ranges::find_if_not(rest, [](char c) { return isAnyOf(c, "._:/-+"); });
    return static_cast<std::size_t>(end - rest.begin());
}

Token wordToken(std::string_view word, std::size_t column)
{
    for (const Spelling& spelling : words) {
        const bool same = std::ranges::equal(word, spelling.written, {},
                                             [](char c) { return std::tolower(static_cast<unsigned char>(c)); });
        if (same)
            return {spelling.kind, std::string(word), column, spelling.comparison, word.size()};
    }
    return {TokenKind::Word, std::string(word), column, Comparison::Equal, word.size()};
}

/// The inside of a quoted text and how many bytes it takes with its quotes. Within "..." \" stands for a quote, any
/// other backslash for itself, since patterns are full of them; within '...' everything stands for itself.
struct Quoted {
    std::string inside;
    std::size_t length = 0; ///< 0 when never closed
};

Quoted readQuoted(std::string_view rest)
{
    const char quote = rest[0];
    Quoted quoted;
    for (std::size_t at = 1; at < rest.size(); ++at) {
        if (rest[at] == quote)
            return {std::move(quoted.inside), at + 1};
        if (quote == '"' && rest.substr(at, 2) == "\\\"")
            ++at;
        quoted.inside += rest[at];
    }
    return {};
}

} // namespace

tl::unexpected<base::Error> filterError(std::size_t column, std::string what)
{
    return base::failure(base::Error::Code::Format, std::move(what), "column " + std::to_string(column));
}

TokenRun readTokens(std::string_view expression)
{
    TokenRun run;
    for (std::size_t at = 0; at < expression.size();) {
        const std::string_view rest = expression.substr(at);
        const std::size_t column = at + 1;
        const auto* sign =
            std::ranges::find_if(signs, [rest](const Spelling& one) { return rest.starts_with(one.written); });
        if (std::isspace(static_cast<unsigned char>(rest[0])) != 0) {
            ++at;
        } else if (rest[0] == '"' || rest[0] == '\'') {
            Quoted quoted = readQuoted(rest);
            if (quoted.length == 0) {
                run.error = filterError(column, "the quote is never closed").value();
                return run;
            }
            run.tokens.push_back({TokenKind::Text, std::move(quoted.inside), column, Comparison::Equal, quoted.length});
            at += quoted.length;
        } else if (const std::size_t length = wordLength(rest); length > 0) {
            run.tokens.push_back(wordToken(rest.substr(0, length), column));
            at += length;
        } else if (sign != signs.end()) {
            run.tokens.push_back(
                {sign->kind, std::string(sign->written), column, sign->comparison, sign->written.size()});
            at += sign->written.size();
        } else {
            run.error = filterError(column, std::string("'") + rest[0] + "' has no meaning here").value();
            return run;
        }
    }
    return run;
}

base::Result<std::vector<Token>> tokenise(std::string_view expression)
{
    TokenRun run = readTokens(expression);
    if (!run.error.what.empty())
        return base::failure(run.error);
    run.tokens.push_back({TokenKind::End, {}, expression.size() + 1});
    return std::move(run.tokens);
}

std::optional<std::size_t> filterErrorColumn(const base::Error& error)
{
    constexpr std::string_view prefix = "column ";
    const std::string_view where = error.where;
    if (!where.starts_with(prefix))
        return std::nullopt;
    std::size_t column = 0;
    const auto [end, problem] = std::from_chars(where.data() + prefix.size(), where.data() + where.size(), column);
    return problem == std::errc{} && end == where.data() + where.size() && column > 0 ? std::optional(column)
                                                                                      : std::nullopt;
}

std::optional<FilterErrorPlace> filterErrorPlace(std::string_view expression, const base::Error& error)
{
    const auto column = filterErrorColumn(error);
    if (!column)
        return std::nullopt;
    const TokenRun run = readTokens(expression);
    const auto token = std::ranges::find(run.tokens, *column, &Token::column);
    if (token != run.tokens.end())
        return FilterErrorPlace{*column, std::max<std::size_t>(token->length, 1)};
    // What could not be read reaches to the end when it is a quote; a sign without a meaning is one byte.
    const bool quote =
        *column <= expression.size() && (expression[*column - 1] == '"' || expression[*column - 1] == '\'');
    return FilterErrorPlace{*column, quote ? expression.size() - *column + 1 : 1};
}

std::optional<std::string> filterValue(std::string_view text)
{
    const TokenRun plain = readTokens(text);
    const bool word = plain.error.what.empty() && plain.tokens.size() == 1 &&
                      plain.tokens.front().kind == TokenKind::Word && plain.tokens.front().length == text.size();
    if (word)
        return std::string(text);
    if (!text.ends_with('\\')) {
        std::string quoted = "\"";
        for (const char c : text)
            quoted.append(c == '"' ? "\\\"" : std::string_view(&c, 1));
        return quoted + '"';
    }
    if (text.find('\'') == std::string_view::npos)
        return "'" + std::string(text) + "'";
    return std::nullopt;
}

} // namespace flowscent::hunt
