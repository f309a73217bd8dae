// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/filter_tokens.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace flowscent::hunt {

namespace {

struct Spelling {
    std::string_view written;
    TokenKind kind;
    Comparison comparison = Comparison::Equal;
};

// Longer spellings first, so that "==" is not read as two "=".
constexpr std::array<Spelling, 16> signs{{{"&&", TokenKind::And},
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
            return {spelling.kind, std::string(word), column, spelling.comparison};
    }
    return {TokenKind::Word, std::string(word), column};
}

/// The inside of a quoted text and how many bytes it takes with its quotes; \" stands for a quote, any other backslash
/// for itself, since patterns are full of them.
struct Quoted {
    std::string inside;
    std::size_t length = 0; ///< 0 when never closed
};

Quoted readQuoted(std::string_view rest)
{
    Quoted quoted;
    for (std::size_t at = 1; at < rest.size(); ++at) {
        if (rest[at] == '"')
            return {std::move(quoted.inside), at + 1};
        if (rest.substr(at, 2) == "\\\"")
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

base::Result<std::vector<Token>> tokenise(std::string_view expression)
{
    std::vector<Token> tokens;
    for (std::size_t at = 0; at < expression.size();) {
        const std::string_view rest = expression.substr(at);
        const std::size_t column = at + 1;
        const auto* sign =
            std::ranges::find_if(signs, [rest](const Spelling& one) { return rest.starts_with(one.written); });
        if (std::isspace(static_cast<unsigned char>(rest[0])) != 0) {
            ++at;
        } else if (rest[0] == '"') {
            Quoted quoted = readQuoted(rest);
            if (quoted.length == 0)
                return filterError(column, "the quote is never closed");
            tokens.push_back({TokenKind::Text, std::move(quoted.inside), column});
            at += quoted.length;
        } else if (const std::size_t length = wordLength(rest); length > 0) {
            tokens.push_back(wordToken(rest.substr(0, length), column));
            at += length;
        } else if (sign != signs.end()) {
            tokens.push_back({sign->kind, std::string(sign->written), column, sign->comparison});
            at += sign->written.size();
        } else {
            return filterError(column, std::string("'") + rest[0] + "' has no meaning here");
        }
    }
    tokens.push_back({TokenKind::End, {}, expression.size() + 1});
    return tokens;
}

} // namespace flowscent::hunt
