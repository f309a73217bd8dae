// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/filter_parser.h"

#include "engine/hunt/filter_tests.h"

#include <utility>

namespace flowscent::hunt {

namespace {

constexpr int deepestNesting = 64;
constexpr std::size_t longestExpression = 65536;

FilterNode leaf(RunTest test)
{
    return {FilterNode::Kind::Test, std::move(test), {}};
}

/// Recursive descent over the tokens; each level of the grammar is one function.
class Parser {
public:
    explicit Parser(std::vector<Token> tokens)
        : m_tokens(std::move(tokens))
    {
    }

    base::Result<FilterNode> all()
    {
        auto node = alternatives();
        if (node && peek().kind != TokenKind::End)
            return filterError(peek().column, "expected 'and', 'or' or the end");
        return node;
    }

private:
    [[nodiscard]] const Token& peek() const { return m_tokens[m_at]; }
    /// The End token is never passed.
    const Token& take() { return m_tokens[m_at + 1 < m_tokens.size() ? m_at++ : m_at]; }
    bool takeIf(TokenKind kind) { return peek().kind == kind && (take(), true); }

    base::Result<FilterNode> alternatives()
    {
        return chain(FilterNode::Kind::Any, &Parser::conjunction, [this] { return takeIf(TokenKind::Or); });
    }

    /// Terms side by side without a word between them are joined by "and".
    base::Result<FilterNode> conjunction()
    {
        return chain(FilterNode::Kind::All, &Parser::negation, [this] {
            const TokenKind kind = peek().kind;
            return takeIf(TokenKind::And) || kind == TokenKind::Not || kind == TokenKind::Open ||
                   kind == TokenKind::Word || kind == TokenKind::Text;
        });
    }

    template <class Continues>
    base::Result<FilterNode> chain(FilterNode::Kind kind, base::Result<FilterNode> (Parser::*operand)(),
                                   Continues continues)
    {
        auto first = (this->*operand)();
        if (!first)
            return first;
        FilterNode joined{kind, {}, {}};
        joined.children.push_back(std::move(*first));
        while (continues()) {
            auto next = (this->*operand)();
            if (!next)
                return next;
            joined.children.push_back(std::move(*next));
        }
        return joined.children.size() == 1 ? std::move(joined.children.front()) : std::move(joined);
    }

    base::Result<FilterNode> negation()
    {
        bool negated = false;
        while (takeIf(TokenKind::Not))
            negated = !negated;
        auto node = term();
        if (!node || !negated)
            return node;
        FilterNode outer{FilterNode::Kind::Not, {}, {}};
        outer.children.push_back(std::move(*node));
        return outer;
    }

    base::Result<FilterNode> term()
    {
        const Token token = take();
        if (token.kind == TokenKind::Open)
            return bracket(token);
        if (token.kind != TokenKind::Word && token.kind != TokenKind::Text)
            return filterError(token.column, "expected a field, a value or '('");
        const FieldEntry* field = token.kind == TokenKind::Word ? findField(token.text) : nullptr;
        if (peek().kind == TokenKind::Operator)
            return comparison(token, field);
        if (field != nullptr)
            return leaf(presenceTest(*field));
        auto test = wordTest(token);
        return test ? base::Result<FilterNode>(leaf(std::move(*test))) : base::failure(test.error());
    }

    base::Result<FilterNode> bracket(const Token& open)
    {
        if (m_depth == deepestNesting)
            return filterError(open.column, "brackets are nested too deeply");
        ++m_depth;
        auto inner = alternatives();
        --m_depth;
        if (inner && !takeIf(TokenKind::Close))
            return filterError(peek().column, "expected ')' for the bracket at column " + std::to_string(open.column));
        return inner;
    }

    base::Result<FilterNode> comparison(const Token& name, const FieldEntry* field)
    {
        if (field == nullptr)
            return filterError(name.column, "there is no field '" + name.text.substr(0, 40) + "'; did you mean '" +
                                                std::string(nearestField(name.text)) + "'?");
        const Token op = take();
        if (op.comparison == Comparison::In)
            return membership(*field);
        const Token value = take();
        if (value.kind != TokenKind::Word && value.kind != TokenKind::Text)
            return filterError(value.column, "expected a value after '" + op.text + "'");
        return compared(*field, op, value);
    }

    /// `in {a, b c}` is == a or == b or == c; commas may be left out, as in Wireshark before 4.0.
    base::Result<FilterNode> membership(const FieldEntry& field)
    {
        if (!takeIf(TokenKind::OpenSet))
            return filterError(peek().column, "expected '{' after 'in'");
        FilterNode any{FilterNode::Kind::Any, {}, {}};
        for (;;) {
            const Token value = take();
            if (value.kind == TokenKind::CloseSet && !any.children.empty())
                return any;
            if (value.kind == TokenKind::Comma && !any.children.empty())
                continue;
            if (value.kind != TokenKind::Word && value.kind != TokenKind::Text)
                return filterError(value.column, any.children.empty() ? "expected a value" : "expected a value or '}'");
            auto one = compared(field, {TokenKind::Operator, "==", value.column, Comparison::Equal}, value);
            if (!one)
                return one;
            any.children.push_back(std::move(*one));
        }
    }

    static base::Result<FilterNode> compared(const FieldEntry& field, const Token& op, const Token& value)
    {
        auto test = comparisonTest(field, op, value);
        return test ? base::Result<FilterNode>(leaf(std::move(*test))) : base::failure(test.error());
    }

    std::vector<Token> m_tokens;
    std::size_t m_at = 0;
    int m_depth = 0;
};

} // namespace

base::Result<FilterNode> compileFilter(std::string_view expression)
{
    if (expression.size() > longestExpression)
        return filterError(longestExpression + 1, "the expression is too long");
    auto tokens = tokenise(expression);
    if (!tokens)
        return base::failure(tokens.error());
    return Parser(std::move(*tokens)).all();
}

} // namespace flowscent::hunt
