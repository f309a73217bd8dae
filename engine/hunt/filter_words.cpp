// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/filter_syntax.h"
#include "engine/hunt/filter_values.h"
#include "engine/hunt/text_matcher.h"

namespace flowscent::hunt {

namespace {

base::Result<FilterSyntax> asked(std::string_view field, const Token& word, Comparison comparison, std::string value)
{
    const Token op{TokenKind::Operator, comparison == Comparison::Equal ? "==" : "contains", word.column, comparison};
    return comparisonLeaf(*findField(field), {}, word, op, {TokenKind::Text, std::move(value), word.column});
}

/// Fields of few texts of which the word is one.
std::vector<std::string_view> fieldsWith(const std::string& wanted)
{
    std::vector<std::string_view> found;
    for (const std::string_view name : {"proto", "service", "state", "label", "verdict"}) {
        const auto& field = std::get<CodeField>(findField(name)->access);
        for (std::uint32_t code = 0; code < field.codes; ++code) {
            if (field.name(code) == wanted) {
                found.push_back(name);
                break;
            }
        }
    }
    return found;
}

/// A word that looks like a field is a slip of the hand rather than somebody's name.
bool isSlip(const std::string& word, const NearField& near)
{
    const std::size_t allowed = word.size() <= 3 ? 1 : word.size() / 4;
    return near.begins || near.edits <= allowed;
}

base::Result<FilterSyntax> anyOf(const Token& word, std::initializer_list<std::pair<std::string_view, Comparison>> asks)
{
    std::vector<FilterSyntax> any;
    for (const auto& [field, comparison] : asks) {
        auto one = asked(field, word, comparison, word.text);
        if (!one)
            return one;
        any.push_back(std::move(*one));
    }
    return joined(FilterSyntax::Kind::Any, std::move(any));
}

} // namespace

base::Result<FilterSyntax> wordSyntax(const Token& word)
{
    const std::string& text = word.text;
    const bool quoted = word.kind == TokenKind::Text;
    if (text.empty())
        return filterError(word.column, "there is nothing between the quotes to look for");
    if (text.starts_with("1:") && text.ends_with('='))
        return asked("cid", word, Comparison::Equal, text);
    if (text.find_first_not_of("0123456789") == std::string::npos)
        return asked("port", word, Comparison::Equal, text);
    if (text.starts_with(':') && !text.starts_with("::"))
        return asked("port", word, Comparison::Equal, text.substr(1));
    if (parseAddressRange(text))
        return asked("ip.addr", word, Comparison::Equal, text);
    const std::string wanted = lower(text);
    if (const auto fields = fieldsWith(wanted); !fields.empty()) {
        // "tls" is what the port promises and what the bytes told.
        if (fields.front() == "service")
            return anyOf(word, {{"service", Comparison::Equal}, {"app", Comparison::Equal}});
        return asked(fields.front(), word, Comparison::Equal, text);
    }
    if (!quoted) {
        if (const std::string_view why = whyUnavailable(text); !why.empty())
            return filterError(word.column, std::string(why));
        if (text.find_first_not_of("0123456789./:") == std::string::npos)
            return filterError(word.column, "'" + text.substr(0, 60) +
                                                "' is neither an address, a network such as 10.0.0.0/8 nor a :port");
        if (const NearField near = nearestField(text); isSlip(wanted, near))
            return filterError(word.column, "there is no field '" + text.substr(0, 60) + "'; did you mean '" +
                                                std::string(near.name) +
                                                "'? In quotes it is looked for in hosts, applications and tags");
    }
    return anyOf(word, {{"host", Comparison::Contains}, {"app", Comparison::Equal}, {"tag", Comparison::Equal}});
}

} // namespace flowscent::hunt
