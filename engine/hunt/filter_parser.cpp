// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/filter_syntax.h"
#include "engine/hunt/filter_tests.h"

#include <optional>
#include <utility>

namespace flowscent::hunt {

namespace {

constexpr int deepestNesting = 64;
constexpr std::size_t longestExpression = 65536;

/// Recursive descent over the tokens; each level of the grammar is one function.
class Parser {
public:
    explicit Parser(std::vector<Token> tokens)
        : m_tokens(std::move(tokens))
    {
    }

    base::Result<FilterSyntax> all()
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

    base::Result<FilterSyntax> alternatives()
    {
        return chain(FilterSyntax::Kind::Any, &Parser::conjunction, [this] { return takeIf(TokenKind::Or); });
    }

    /// Terms side by side without a word between them are joined by "and".
    base::Result<FilterSyntax> conjunction()
    {
        return chain(FilterSyntax::Kind::All, &Parser::negation, [this] {
            const TokenKind kind = peek().kind;
            return takeIf(TokenKind::And) || kind == TokenKind::Not || kind == TokenKind::Open ||
                   kind == TokenKind::Word || kind == TokenKind::Text;
        });
    }

    template <class Continues>
    base::Result<FilterSyntax> chain(FilterSyntax::Kind kind, base::Result<FilterSyntax> (Parser::*operand)(),
                                     Continues continues)
    {
        auto first = (this->*operand)();
        if (!first)
            return first;
        std::vector<FilterSyntax> children;
        children.push_back(std::move(*first));
        while (continues()) {
            auto next = (this->*operand)();
            if (!next)
                return next;
            children.push_back(std::move(*next));
        }
        return joined(kind, std::move(children));
    }

    base::Result<FilterSyntax> negation()
    {
        bool negated = false;
        while (takeIf(TokenKind::Not))
            negated = !negated;
        auto node = term();
        if (!node || !negated)
            return node;
        FilterSyntax outer{.kind = FilterSyntax::Kind::Not};
        outer.children.push_back(std::move(*node));
        return outer;
    }

    base::Result<FilterSyntax> term()
    {
        const Token token = take();
        if (token.kind == TokenKind::Open)
            return bracket(token);
        if (!token.isValue())
            return filterError(token.column, "expected a field, a value or '('");
        const FieldEntry* field = token.kind == TokenKind::Word ? findField(token.text) : nullptr;
        std::string index;
        if (peek().kind == TokenKind::OpenIndex) {
            auto name = indexOf(token, field);
            if (!name)
                return base::failure(name.error());
            index = std::move(*name);
        }
        if (peek().kind == TokenKind::Operator)
            return comparison(token, field, std::move(index));
        if (field != nullptr)
            return presenceLeaf(*field, std::move(index), token);
        return wordSyntax(token);
    }

    /// What stands in brackets behind a field: the name of a detector.
    base::Result<std::string> indexOf(const Token& token, const FieldEntry* field)
    {
        const Token open = take();
        if (field == nullptr || !field->named)
            return filterError(open.column, "'" + token.text.substr(0, 40) +
                                                "' takes no name in brackets; 'score' does: score[\"Beacon-A\"]");
        const Token name = take();
        if (!name.isValue() || name.text.empty())
            return filterError(name.column, "expected the name of a detector, such as \"Beacon-A\"");
        if (!takeIf(TokenKind::CloseIndex))
            return filterError(peek().column, "expected ']' for the bracket at column " + std::to_string(open.column));
        return name.text;
    }

    base::Result<FilterSyntax> bracket(const Token& open)
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

    base::Result<FilterSyntax> comparison(const Token& name, const FieldEntry* field, std::string index)
    {
        if (field == nullptr)
            return noField(name);
        const Token op = take();
        if (op.comparison == Comparison::In)
            return membership(*field, index, name);
        const Token value = take();
        if (!value.isValueBehindOperator())
            return filterError(value.column, "expected a value after '" + op.text + "'");
        return comparisonLeaf(*field, std::move(index), name, op, value);
    }

    static tl::unexpected<base::Error> noField(const Token& name)
    {
        if (const std::string_view why = whyUnavailable(name.text); !why.empty())
            return filterError(name.column, std::string(why));
        return filterError(name.column, "there is no field '" + name.text.substr(0, 40) + "'; did you mean '" +
                                            std::string(nearestField(name.text).name) + "'?");
    }

    /// `in {a, b c}` is == a or == b or == c; commas may be left out, as in Wireshark before 4.0.
    base::Result<FilterSyntax> membership(const FieldEntry& field, const std::string& index, const Token& name)
    {
        if (!takeIf(TokenKind::OpenSet))
            return filterError(peek().column, "expected '{' after 'in'");
        std::vector<FilterSyntax> any;
        for (;;) {
            const Token value = take();
            if (value.kind == TokenKind::CloseSet && !any.empty())
                return joined(FilterSyntax::Kind::Any, std::move(any));
            if (value.kind == TokenKind::Comma && !any.empty())
                continue;
            if (!value.isValueBehindOperator())
                return filterError(value.column, any.empty() ? "expected a value" : "expected a value or '}'");
            auto one =
                comparisonLeaf(field, index, name, {TokenKind::Operator, "==", value.column, Comparison::Equal}, value);
            if (!one)
                return one;
            any.push_back(std::move(*one));
        }
    }

    std::vector<Token> m_tokens;
    std::size_t m_at = 0;
    int m_depth = 0;
};

/// Many alternatives of one field (`ip.addr in {...}`) as one question: asked one by one, a hundred addresses would
/// take a hundred times as long.
std::optional<RunTest> asSet(const FilterSyntax& syntax)
{
    constexpr std::size_t fewest = 3;
    if (syntax.kind != FilterSyntax::Kind::Any || syntax.children.size() < fewest)
        return std::nullopt;
    const FieldEntry* field = syntax.children.front().field;
    std::vector<std::string> values;
    for (const FilterSyntax& child : syntax.children) {
        if (child.kind != FilterSyntax::Kind::Comparison || child.field != field ||
            child.op.comparison != Comparison::Equal)
            return std::nullopt;
        values.push_back(child.value.text);
    }
    return setTest(*field, values);
}

} // namespace

base::Result<FilterSyntax> parseFilter(std::string_view expression)
{
    if (expression.size() > longestExpression)
        return filterError(longestExpression + 1, "the expression is too long");
    auto tokens = tokenise(expression);
    if (!tokens)
        return base::failure(tokens.error());
    return Parser(std::move(*tokens)).all();
}

base::Result<FilterSyntax> comparisonLeaf(const FieldEntry& field, std::string index, const Token& name,
                                          const Token& op, const Token& value)
{
    auto test = comparisonTest(field, index, op, value);
    if (!test)
        return base::failure(test.error());
    return FilterSyntax{
        FilterSyntax::Kind::Comparison, &field, std::move(index), name, op, value, {}, std::move(*test)};
}

FilterSyntax presenceLeaf(const FieldEntry& field, std::string index, const Token& name)
{
    RunTest test = presenceTest(field, index);
    return {FilterSyntax::Kind::Presence, &field, std::move(index), name, {}, {}, {}, std::move(test)};
}

FilterSyntax joined(FilterSyntax::Kind kind, std::vector<FilterSyntax> children)
{
    if (children.size() == 1)
        return std::move(children.front());
    FilterSyntax node{.kind = kind};
    node.children = std::move(children);
    return node;
}

FilterNode compileFilter(FilterSyntax syntax)
{
    using enum FilterSyntax::Kind;
    if (syntax.kind == Presence || syntax.kind == Comparison)
        return {FilterNode::Kind::Test, std::move(syntax.test), {}};
    if (auto one = asSet(syntax))
        return {FilterNode::Kind::Test, std::move(*one), {}};
    FilterNode node{syntax.kind == All   ? FilterNode::Kind::All
                    : syntax.kind == Any ? FilterNode::Kind::Any
                                         : FilterNode::Kind::Not,
                    {},
                    {}};
    node.children.reserve(syntax.children.size());
    for (FilterSyntax& child : syntax.children)
        node.children.push_back(compileFilter(std::move(child)));
    return node;
}

} // namespace flowscent::hunt
