// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/filter_tests.h"

#include "engine/flow/community_id.h"
#include "engine/hunt/community_id_search.h"
#include "engine/hunt/filter_values.h"
#include "engine/hunt/identity_fields.h"
#include "engine/hunt/text_matcher.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <type_traits>
#include <utility>

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
    for (Quantity* quantity : {&range->first, &range->last})
        quantity->fromEnd = quantity->fromEnd && field.isTime;
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

/// A test of scores by the name of their detector: the same test, asked where `scores` are that detector's.
RunTest ofDetector(std::string name, RunTest test)
{
    return [name = std::move(name), test = std::move(test)](const RowRun& run, Mask mask) {
        const auto scores = run.context.scoresOf.find(name);
        FilterContext context;
        if (scores != run.context.scoresOf.end())
            context.scores = scores->second;
        else if (name == run.context.detector)
            context.scores = run.context.scores;
        test(RowRun{run.table, context, run.captureEnd, run.begin}, mask);
    };
}

base::Result<RunTest> communityIdTest(const Token& op, const Token& value)
{
    const bool equal = op.comparison == Comparison::Equal;
    if (equal || op.comparison == Comparison::NotEqual) {
        return RunTest([search = CommunityIdSearch(value.text), equal](const RowRun& run, Mask mask) {
            search.find(run.table, run.begin, mask);
            if (!equal)
                std::ranges::for_each(mask, [](std::uint8_t& passes) { passes ^= 1U; });
        });
    }
    auto matches = textMatcher(op, value, false);
    if (!matches)
        return base::failure(matches.error());
    return forEachRow([matches = *matches](const FlowView& flow, const RowRun&) {
        return matches(flow::communityId(flow.table.key(flow.id())));
    });
}

/// Any of a flow's texts. Neighbours often have the same texts (a file's path and name, a detector), so the last
/// answers are kept by where the texts lie.
RunTest anyText(TextsField field, TextMatcher matches, bool without)
{
    return [field, matches = std::move(matches), without](const RowRun& run, Mask mask) {
        struct Answer {
            std::string_view text;
            bool passes = false;
        };
        std::array<Answer, 4> answers{};
        std::size_t oldest = 0;
        std::vector<std::string_view> texts;
        const auto passes = [&](std::string_view text) {
            for (const Answer& answer : answers) {
                if (answer.text.data() == text.data() && answer.text.size() == text.size() && !text.empty())
                    return answer.passes;
            }
            Answer& answer = answers[oldest++ % answers.size()];
            answer = {text, matches(lower(std::string(text)))};
            return answer.passes;
        };
        for (std::uint32_t i = 0; i < mask.size(); ++i) {
            texts.clear();
            field.collect(FlowView{run.table, run.context, run.begin + i}, texts);
            mask[i] = !texts.empty() && std::ranges::any_of(texts, passes) != without ? 1 : 0;
        }
    };
}

base::Result<RunTest> textsTest(TextsField field, Token op, const Token& value)
{
    const bool without = op.comparison == Comparison::NotEqual;
    if (without)
        op.comparison = Comparison::Equal;
    auto matches = textMatcher(op, value, true);
    if (!matches)
        return base::failure(matches.error());
    return anyText(field, std::move(*matches), without);
}

base::Result<RunTest> flagTest(const FieldEntry& entry, FlagField flag, const Token& op, const Token& value)
{
    const std::string wanted = lower(value.text);
    const bool yes = wanted == "1" || wanted == "true" || wanted == "yes";
    const bool no = wanted == "0" || wanted == "false" || wanted == "no";
    if ((!yes && !no) || (op.comparison != Comparison::Equal && op.comparison != Comparison::NotEqual))
        return filterError(op.column, "'" + std::string(entry.field.name) + "' stands alone, or with == 1 or == 0");
    return forEachRow([get = flag.value, wants = yes == (op.comparison == Comparison::Equal)](
                          const FlowView& flow, const RowRun&) { return get(flow) == wants; });
}

base::Result<RunTest> codeComparison(CodeField field, const Token& op, const Token& value)
{
    const auto matches = textMatcher(op, value, true);
    if (!matches)
        return base::failure(matches.error());
    return codeTest(field, *matches);
}

/// Many ranges at once: those that overlap are one, so a binary search finds the only one that could hold a value.
template <class Value>
class RangeSet {
public:
    template <class Range>
    explicit RangeSet(const std::vector<Range>& ranges)
    {
        std::vector<std::pair<Value, Value>> sorted;
        for (const Range& range : ranges) {
            if (!before(range.last, range.first))
                sorted.emplace_back(range.first, range.last);
        }
        std::ranges::sort(sorted, before, &std::pair<Value, Value>::first);
        for (const auto& [first, last] : sorted) {
            if (m_first.empty() || before(m_last.back(), first)) {
                m_first.push_back(first);
                m_last.push_back(last);
            } else if (before(m_last.back(), last)) {
                m_last.back() = last;
            }
        }
    }

    [[nodiscard]] bool holds(const Value& value) const
    {
        const auto after = std::upper_bound(m_first.begin(), m_first.end(), value, before);
        // A NaN is before nothing, so it would be found behind the last range.
        return after != m_first.begin() && value == value &&
               !before(m_last[static_cast<std::size_t>(after - m_first.begin()) - 1], value);
    }

private:
    static bool before(const Value& a, const Value& b)
    {
        if constexpr (std::is_same_v<Value, packet::IpAddress>)
            return a.v6 != b.v6 ? b.v6 : a.bytes < b.bytes;
        else
            return a < b;
    }

    std::vector<Value> m_first;
    std::vector<Value> m_last;
};

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

} // namespace

base::Result<RunTest> comparisonTest(const FieldEntry& field, const std::string& index, const Token& op,
                                     const Token& value)
{
    auto test = std::visit(Overloaded{
                               [&](const NumberField& number) { return numberTest(field, number, op, value); },
                               [&](const AddressField& address) { return addressTest(address, op, value); },
                               [&](const CodeField& code) { return codeComparison(code, op, value); },
                               [&](const CommunityIdField&) { return communityIdTest(op, value); },
                               [&](const NameField& name) { return nameTest(name, op, value); },
                               [&](const TextsField& texts) { return textsTest(texts, op, value); },
                               [&](const RiskField&) { return riskTest(op, value); },
                               [&](const FlagField& flag) { return flagTest(field, flag, op, value); },
                           },
                           field.access);
    if (!test || index.empty())
        return test;
    return ofDetector(index, std::move(*test));
}

RunTest presenceTest(const FieldEntry& field, const std::string& index)
{
    RunTest test = std::visit(
        Overloaded{
            [](const NumberField& number) {
                return forEachRow([get = number.value, other = number.other](const FlowView& flow, const RowRun&) {
                    return !std::isnan(get(flow)) || (other != nullptr && !std::isnan(other(flow)));
                });
            },
            [](const CodeField& code) { return codeTest(code, [](const std::string&) { return true; }); },
            [](const NameField& name) {
                return forEachRow(
                    [get = name.name](const FlowView& flow, const RowRun&) { return get(flow) != identify::NameId{}; });
            },
            [](const TextsField& texts) {
                return anyText(
                    texts, [](const std::string&) { return true; }, false);
            },
            [](const RiskField&) {
                return forEachRow([](const FlowView& flow, const RowRun&) { return risksOf(flow) != 0; });
            },
            [](const FlagField& flag) {
                return forEachRow([get = flag.value](const FlowView& flow, const RowRun&) { return get(flow); });
            },
            [](const auto&) {
                return RunTest([](const RowRun&, Mask mask) { std::ranges::fill(mask, std::uint8_t{1}); });
            },
        },
        field.access);
    return index.empty() ? test : ofDetector(index, std::move(test));
}

std::optional<RunTest> setTest(const FieldEntry& field, std::span<const std::string> values)
{
    if (const auto* address = std::get_if<AddressField>(&field.access)) {
        std::vector<AddressRange> ranges;
        for (const std::string& value : values)
            ranges.push_back(*parseAddressRange(value));
        return forEachRow(
            [field = *address, set = RangeSet<packet::IpAddress>(ranges)](const FlowView& flow, const RowRun&) {
                return set.holds(field.value(flow)) || (field.other != nullptr && set.holds(field.other(flow)));
            });
    }
    const auto* number = std::get_if<NumberField>(&field.access);
    if (number == nullptr || number->isTime || field.named)
        return std::nullopt;
    struct Range {
        double first = 0;
        double last = 0;
    };
    std::vector<Range> ranges;
    for (const std::string& value : values) {
        const auto range = parseQuantityRange(value);
        ranges.push_back({range->first.value, range->last.value});
    }
    return forEachRow([field = *number, set = RangeSet<double>(ranges)](const FlowView& flow, const RowRun&) {
        return set.holds(field.value(flow)) || (field.other != nullptr && set.holds(field.other(flow)));
    });
}

} // namespace flowscent::hunt
