// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/filter_completion.h"

#include "engine/hunt/filter_fields.h"
#include "engine/hunt/filter_tokens.h"
#include "engine/hunt/text_matcher.h"

#include <algorithm>
#include <array>

namespace flowscent::hunt {

namespace {

constexpr std::size_t mostItems = 60;

/// What the tokens before the cursor leave room for.
struct Expectation {
    enum class What { Term, FieldDone, Value, SetOpen, SetValue, Index, IndexClose, TermDone };
    What what = What::Term;
    const FieldEntry* field = nullptr;
    Comparison comparison = Comparison::Equal;
    int openBrackets = 0;
};

/// Walks the tokens as the parser would, without minding mistakes.
Expectation expectationAfter(std::span<const Token> tokens)
{
    using enum Expectation::What;
    Expectation now;
    for (const Token& token : tokens) {
        switch (token.kind) {
        case TokenKind::And:
        case TokenKind::Or:
        case TokenKind::Not:
            now.what = Term;
            break;
        case TokenKind::Open:
            ++now.openBrackets;
            now.what = Term;
            break;
        case TokenKind::Close:
            now.openBrackets = std::max(now.openBrackets - 1, 0);
            now.what = TermDone;
            break;
        case TokenKind::Operator:
            now.comparison = token.comparison;
            now.what = token.comparison == Comparison::In ? SetOpen : Value;
            break;
        case TokenKind::OpenSet:
        case TokenKind::Comma:
            now.what = SetValue;
            break;
        case TokenKind::CloseSet:
            now.what = TermDone;
            break;
        case TokenKind::OpenIndex:
            now.what = Index;
            break;
        case TokenKind::CloseIndex:
            now.what = now.field != nullptr ? FieldDone : TermDone;
            break;
        default: // Word and Text
            if (now.what == SetValue)
                break;
            if (now.what == Index) {
                now.what = IndexClose;
            } else if (now.what == Value) {
                now.what = TermDone;
            } else {
                now.field = token.kind == TokenKind::Word ? findField(token.text) : nullptr;
                now.what = now.field != nullptr ? FieldDone : TermDone;
            }
        }
    }
    return now;
}

/// "1 284 flows".
std::string flowsText(std::uint64_t count)
{
    std::string digits = std::to_string(count);
    for (std::size_t at = digits.size(); at > 3; at -= 3)
        digits.insert(at - 3, " ");
    return digits + (count == 1 ? " flow" : " flows");
}

/// Items that begin with what was typed, then those that contain it.
class Choice {
public:
    explicit Choice(std::string typed)
        : m_typed(lower(std::move(typed)))
    {
    }

    void add(std::string_view searched, Completion item)
    {
        const std::size_t at = lower(std::string(searched)).find(m_typed);
        if (at == std::string::npos)
            return;
        auto& items = at == 0 ? m_begin : m_contain;
        if (items.size() < mostItems)
            items.push_back(std::move(item));
    }
    void add(std::string_view text, std::string_view detail, CompletionKind kind)
    {
        add(text, {std::string(text), std::string(detail), kind, 0});
    }
    void addValue(const ValueCounts::Value& value, CompletionKind kind)
    {
        if (auto written = filterValue(value.text))
            add(value.text, {std::move(*written), flowsText(value.flows), kind, value.flows});
    }

    std::vector<Completion> taken()
    {
        for (Completion& item : m_contain)
            m_begin.push_back(std::move(item));
        if (m_begin.size() > mostItems)
            m_begin.resize(mostItems);
        for (Completion& item : m_begin) {
            // A word that looks like a field's misspelt name is only taken in quotes.
            if (item.kind == CompletionKind::Word && !Filter::parse(item.text))
                item.text = '"' + item.text + '"';
        }
        return std::move(m_begin);
    }
    [[nodiscard]] const std::string& typed() const { return m_typed; }

private:
    std::string m_typed;
    std::vector<Completion> m_begin;
    std::vector<Completion> m_contain;
};

void addTerms(Choice& choice, const ValueCounts& values)
{
    for (const Filter::Field& field : Filter::fields())
        choice.add(field.name, field.description, CompletionKind::Field);
    choice.add("not", "the term behind it does not hold", CompletionKind::Operator);
    if (choice.typed().empty())
        return; // words by the hundred are of use to those who have begun to write one
    for (const std::string_view field : {"service", "state", "label", "verdict", "app", "tag", "host", "ip.addr"}) {
        for (const ValueCounts::Value& value : values.of(field)) {
            // A field's name would mean the field, and a number a port.
            const bool number = value.text.find_first_not_of("0123456789.:/") == std::string::npos;
            if (findField(value.text) == nullptr && (!number || field == "ip.addr"))
                choice.addValue(value, CompletionKind::Word);
        }
    }
}

struct Sign {
    std::string_view text;
    std::string_view detail;
};
constexpr std::array<Sign, 2> equalities{{{"==", "is"}, {"!=", "is not"}}};
constexpr std::array<Sign, 4> orders{
    {{"<", "is less than"}, {"<=", "is at most"}, {">", "is more than"}, {">=", "is at least"}}};
constexpr std::array<Sign, 2> searches{
    {{"contains", "contains the text"}, {"matches", "matches the pattern (RE2), also written ~"}}};

void addConnectives(Choice& choice, int openBrackets)
{
    choice.add("and", "both hold", CompletionKind::Operator);
    choice.add("or", "at least one holds", CompletionKind::Operator);
    if (openBrackets > 0)
        choice.add(")", "end of the bracket", CompletionKind::Operator);
}

void addOperators(Choice& choice, const Expectation& expected)
{
    const auto addAll = [&choice](std::span<const Sign> signs) {
        for (const Sign& sign : signs)
            choice.add(sign.text, sign.detail, CompletionKind::Operator);
    };
    const FieldAccess& access = expected.field->access;
    if (!std::holds_alternative<FlagField>(access)) {
        addAll(equalities);
        if (std::holds_alternative<NumberField>(access))
            addAll(orders);
        else if (!std::holds_alternative<AddressField>(access))
            addAll(searches);
        choice.add("in", "is one of: in {a, b}", CompletionKind::Operator);
    }
    addConnectives(choice, expected.openBrackets);
}

/// Values that the field could have though no flow of this capture has them.
void addPossible(Choice& choice, const FieldEntry& entry, std::span<const ValueCounts::Value> seen)
{
    const auto isSeen = [seen](const std::string& text) {
        return std::ranges::find(seen, text, &ValueCounts::Value::text) != seen.end();
    };
    const auto* codes = std::get_if<CodeField>(&entry.access);
    // Two hundred IP protocols are no help.
    for (std::uint32_t code = 0; codes != nullptr && codes->codes < 100 && code < codes->codes; ++code) {
        const std::string name = codes->name(code);
        if (const auto written = filterValue(name); written && !name.empty() && !isSeen(name))
            choice.add(name, {*written, flowsText(0), CompletionKind::Value, 0});
    }
    if (std::holds_alternative<FlagField>(entry.access)) {
        choice.add("1", "yes", CompletionKind::Value);
        choice.add("0", "no", CompletionKind::Value);
    }
}

void addValues(Choice& choice, const Expectation& expected, const ValueCounts& values)
{
    if (expected.field == nullptr || expected.field->named) // of score, the names of detectors were counted
        return;
    const auto seen = values.of(expected.field->field.name);
    for (const ValueCounts::Value& value : seen)
        choice.addValue(value, CompletionKind::Value);
    addPossible(choice, *expected.field, seen);
}

void addIndices(Choice& choice, const ValueCounts& values)
{
    for (const ValueCounts::Value& value : values.of("score"))
        choice.addValue(value, CompletionKind::Value);
}

/// What is being written at the cursor: it narrows the choice and is replaced.
struct Written {
    std::vector<Token> before; ///< tokens that are complete
    std::string typed;
    std::size_t from = 0;
    std::size_t to = 0;
    bool readable = true;
};

std::string unquoted(std::string_view text)
{
    std::string inside;
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[0] == '"' && text.substr(at, 2) == "\\\"")
            ++at;
        inside += text[at];
    }
    return inside;
}

Written writtenAt(std::string_view expression, std::size_t cursor)
{
    const TokenRun left = readTokens(expression.substr(0, cursor));
    Written written{left.tokens, {}, cursor, cursor, true};
    if (!left.error.what.empty()) {
        // A quote that is not closed yet is a value being written; so is what follows it up to its end.
        written.from = *filterErrorColumn(left.error) - 1;
        written.typed = unquoted(expression.substr(written.from, cursor - written.from));
        written.readable = expression[written.from] == '"' || expression[written.from] == '\'';
    } else if (!left.tokens.empty()) {
        const Token& last = left.tokens.back();
        const bool touches = last.column - 1 + last.length == cursor;
        const bool isWord = last.kind == TokenKind::Word || last.kind == TokenKind::And || last.kind == TokenKind::Or ||
                            last.kind == TokenKind::Not ||
                            (last.kind == TokenKind::Operator && last.text.find_first_of("=<>!~") == std::string::npos);
        const bool isSign = last.kind == TokenKind::Operator && !isWord;
        if (touches && (isWord || isSign)) {
            written.from = last.column - 1;
            written.typed = last.text;
            written.before.pop_back();
            // Behind a whole sign the value comes; "<" may still become "<=", which typing it says well enough.
            if (isSign) {
                written.before.push_back(last);
                written.from = cursor;
                written.typed.clear();
            }
        }
    }
    if (written.from == cursor)
        return written;
    // The rest of the token right of the cursor goes with it.
    const TokenRun whole = readTokens(expression);
    const auto token = std::ranges::find(whole.tokens, written.from + 1, &Token::column);
    written.to = token == whole.tokens.end() ? expression.size() : token->column - 1 + token->length;
    written.to = std::max(written.to, cursor);
    return written;
}

} // namespace

Completions complete(std::string_view expression, std::size_t cursor, const ValueCounts& values)
{
    cursor = std::min(cursor, expression.size());
    Written written = writtenAt(expression, cursor);
    if (!written.readable)
        return {cursor, cursor, {}}; // a sign without a meaning
    const Expectation expected = expectationAfter(written.before);
    Choice choice(std::move(written.typed));
    switch (expected.what) {
        using enum Expectation::What;
    case Term:
        addTerms(choice, values);
        break;
    case FieldDone:
        addOperators(choice, expected);
        if (!choice.typed().empty()) // another term may stand beside this one
            addTerms(choice, values);
        break;
    case Value:
        addValues(choice, expected, values);
        break;
    case SetValue:
        addValues(choice, expected, values);
        choice.add("}", "end of the set", CompletionKind::Operator);
        break;
    case SetOpen:
        choice.add("{", "a set of values", CompletionKind::Operator);
        break;
    case Index:
        addIndices(choice, values);
        break;
    case IndexClose:
        choice.add("]", "end of the name", CompletionKind::Operator);
        break;
    case TermDone:
        addConnectives(choice, expected.openBrackets);
        if (!choice.typed().empty())
            addTerms(choice, values);
        break;
    }
    return {written.from, written.to, choice.taken()};
}

} // namespace flowscent::hunt
