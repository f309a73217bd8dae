// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/filter_tests.h"

#include "engine/hunt/filter_values.h"
#include "engine/hunt/identity_fields.h"
#include "engine/hunt/text_matcher.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

namespace flowscent::hunt {

namespace {

/// A test out of a question about one flow. The question's type stays known, so that the loop is one tight loop.
template <class Passes>
RunTest forEachRow(Passes passes)
{
    return [passes](const RowRun& run, Mask mask) {
        for (std::uint32_t i = 0; i < mask.size(); ++i)
            mask[i] = passes(FlowView{run.table, run.context, run.begin + i}, run) ? 1 : 0;
    };
}

template <class Compare>
RunTest numberRows(NumberField field, Quantity wanted, Compare compare)
{
    return forEachRow([field, wanted, compare](const FlowView& flow, const RowRun& run) {
        const double limit = wanted.fromEnd ? run.captureEnd + wanted.value : wanted.value;
        return compare(field.value(flow), limit) || (field.other != nullptr && compare(field.other(flow), limit));
    });
}

RunTest numberInRange(NumberField field, QuantityRange range, bool inside)
{
    return forEachRow([field, range, inside](const FlowView& flow, const RowRun& run) {
        const double first = range.first.fromEnd ? run.captureEnd + range.first.value : range.first.value;
        const double last = range.last.fromEnd ? run.captureEnd + range.last.value : range.last.value;
        const double value = field.value(flow);
        if (std::isnan(value))
            return false;
        bool holds = first <= value && value <= last;
        if (field.other != nullptr) {
            const double other = field.other(flow);
            holds = holds || (first <= other && other <= last);
        }
        return holds == inside;
    });
}

base::Result<RunTest> numberTest(const FieldEntry& entry, NumberField field, const Token& op, const Token& value)
{
    auto range = parseQuantityRange(value.text);
    const bool takesRange = op.comparison == Comparison::Equal || op.comparison == Comparison::NotEqual;
    const bool textual = op.comparison == Comparison::Contains || op.comparison == Comparison::Matches;
    if (!range || textual || (!takesRange && value.text.find("..") != std::string::npos))
        return filterError(textual ? op.column : value.column,
                           "'" + std::string(entry.field.name) +
                               "' is compared with a number, such as 443, 10k, 1.5s or (with == and in) 1000..2000");
    const bool isTime = entry.field.name == "start" || entry.field.name == "end";
    for (Quantity* quantity : {&range->first, &range->last})
        quantity->fromEnd = quantity->fromEnd && isTime;
    switch (op.comparison) {
    case Comparison::Less:
        return numberRows(field, range->first, std::less<>{});
    case Comparison::LessEqual:
        return numberRows(field, range->first, std::less_equal<>{});
    case Comparison::Greater:
        return numberRows(field, range->first, std::greater<>{});
    case Comparison::GreaterEqual:
        return numberRows(field, range->first, std::greater_equal<>{});
    default:
        return numberInRange(field, *range, op.comparison == Comparison::Equal);
    }
}

base::Result<RunTest> addressTest(AddressField field, const Token& op, const Token& value)
{
    const auto range = parseAddressRange(value.text);
    if (!range)
        return filterError(value.column,
                           "'" + value.text.substr(0, 60) + "' is neither an address nor a network such as 10.0.0.0/8");
    if (op.comparison != Comparison::Equal && op.comparison != Comparison::NotEqual)
        return filterError(op.column, "an address is compared with == or !=, or with 'in {...}'");
    return forEachRow([field, range = *range, equal = op.comparison == Comparison::Equal](const FlowView& flow,
                                                                                          const RowRun&) {
        const bool holds = range.holds(field.value(flow)) || (field.other != nullptr && range.holds(field.other(flow)));
        return holds == equal;
    });
}

RunTest codeRows(CodeField field, std::vector<std::uint8_t> passing)
{
    return forEachRow([field, passing = std::make_shared<const std::vector<std::uint8_t>>(std::move(passing))](
                          const FlowView& flow, const RowRun&) { return (*passing)[field.code(flow)] != 0; });
}

RunTest codeTest(CodeField field, const TextMatcher& matches)
{
    std::vector<std::uint8_t> passing(field.codes);
    for (std::uint32_t code = 0; code < field.codes; ++code) {
        const std::string name = field.name(code);
        passing[code] = !name.empty() && matches(name) ? 1 : 0;
    }
    return codeRows(field, std::move(passing));
}

base::Result<RunTest> textTest(const FieldEntry& entry, const Token& op, const Token& value)
{
    const auto* code = std::get_if<CodeField>(&entry.access);
    const auto matcher = textMatcher(op, value, code != nullptr);
    if (!matcher)
        return base::failure(matcher.error());
    if (code != nullptr)
        return codeTest(*code, *matcher);
    return forEachRow([get = std::get<TextField>(entry.access).value,
                       matches = *matcher](const FlowView& flow, const RowRun&) { return matches(get(flow)); });
}

Token equals(const Token& word)
{
    return {TokenKind::Operator, "==", word.column, Comparison::Equal};
}

base::Result<RunTest> fieldEquals(std::string_view field, const Token& word, std::string value)
{
    return comparisonTest(*findField(field), equals(word), {TokenKind::Word, std::move(value), word.column});
}

/// The test for a word that is one of a field's few texts.
std::optional<RunTest> knownText(const Token& word)
{
    const std::string wanted = lower(word.text);
    for (const char* name : {"proto", "service", "state", "label"}) {
        const auto& field = std::get<CodeField>(findField(name)->access);
        for (std::uint32_t code = 0; code < field.codes; ++code) {
            if (!wanted.empty() && field.name(code) == wanted)
                return codeTest(field, [wanted](const std::string& text) { return text == wanted; });
        }
    }
    return std::nullopt;
}

} // namespace

base::Result<RunTest> comparisonTest(const FieldEntry& field, const Token& op, const Token& value)
{
    if (const auto* number = std::get_if<NumberField>(&field.access))
        return numberTest(field, *number, op, value);
    if (const auto* address = std::get_if<AddressField>(&field.access))
        return addressTest(*address, op, value);
    if (const auto* flag = std::get_if<FlagField>(&field.access)) {
        const std::string wanted = lower(value.text);
        const bool yes = wanted == "1" || wanted == "true" || wanted == "yes";
        const bool no = wanted == "0" || wanted == "false" || wanted == "no";
        if ((!yes && !no) || (op.comparison != Comparison::Equal && op.comparison != Comparison::NotEqual))
            return filterError(op.column, "'" + std::string(field.field.name) + "' stands alone, or with == 1 or == 0");
        return forEachRow([get = flag->value, wants = yes == (op.comparison == Comparison::Equal)](
                              const FlowView& flow, const RowRun&) { return get(flow) == wants; });
    }
    if (const auto* name = std::get_if<NameField>(&field.access))
        return nameTest(*name, op, value);
    if (std::holds_alternative<RiskField>(field.access))
        return riskTest(op, value);
    return textTest(field, op, value);
}

RunTest presenceTest(const FieldEntry& field)
{
    if (const auto* flag = std::get_if<FlagField>(&field.access))
        return forEachRow([get = flag->value](const FlowView& flow, const RowRun&) { return get(flow); });
    if (const auto* number = std::get_if<NumberField>(&field.access))
        return forEachRow(
            [get = number->value](const FlowView& flow, const RowRun&) { return !std::isnan(get(flow)); });
    if (const auto* code = std::get_if<CodeField>(&field.access))
        return codeTest(*code, [](const std::string&) { return true; });
    if (const auto* name = std::get_if<NameField>(&field.access))
        return forEachRow(
            [get = name->name](const FlowView& flow, const RowRun&) { return get(flow) != identify::NameId{}; });
    if (std::holds_alternative<RiskField>(field.access))
        return forEachRow([](const FlowView& flow, const RowRun&) { return risksOf(flow) != 0; });
    return [](const RowRun&, Mask mask) { std::ranges::fill(mask, std::uint8_t{1}); };
}

base::Result<RunTest> wordTest(const Token& word)
{
    const std::string& text = word.text;
    const bool onlyDigits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    if (text.starts_with("1:") && text.ends_with('='))
        return fieldEquals("cid", word, text);
    if (onlyDigits)
        return fieldEquals("port", word, text);
    if (text.starts_with(':') && !text.starts_with("::"))
        return fieldEquals("port", word, text.substr(1));
    if (parseAddressRange(text))
        return fieldEquals("ip.addr", word, text);
    if (auto known = knownText(word))
        return std::move(*known);
    return filterError(word.column, "'" + text.substr(0, 60) +
                                        "' is neither an address, a :port, a service, a state, a label nor a field; "
                                        "did you mean '" +
                                        std::string(nearestField(lower(text))) + "'?");
}

} // namespace flowscent::hunt
