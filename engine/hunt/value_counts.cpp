// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/value_counts.h"

#include "engine/hunt/filter_fields.h"
#include "engine/hunt/identity_fields.h"
#include "engine/hunt/text_matcher.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <unordered_map>

namespace flowscent::hunt {

namespace {

using Value = ValueCounts::Value;
using Values = std::vector<Value>;

/// One look at the stop token in so many rows.
constexpr std::uint32_t rowsAtOnce = 65536;

Values mostFrequent(Values values)
{
    const auto before = [](const Value& a, const Value& b) {
        return a.flows != b.flows ? a.flows > b.flows : a.text < b.text;
    };
    const std::size_t kept = std::min(values.size(), ValueCounts::mostValues);
    std::ranges::partial_sort(values, values.begin() + static_cast<std::ptrdiff_t>(kept), before);
    values.resize(kept);
    return values;
}

class Counter {
public:
    Counter(const flow::FlowTable& table, const FilterContext& context, const std::stop_token& stop)
        : m_table(table)
        , m_context(context)
        , m_stop(stop)
    {
    }

    Values of(const CodeField& field) const
    {
        std::vector<std::uint64_t> counts(field.codes);
        eachRow([&](const FlowView& view) { ++counts[field.code(view)]; });
        Values values;
        for (std::uint32_t code = 0; code < field.codes; ++code) {
            if (const std::string name = field.name(code); counts[code] > 0 && !name.empty())
                values.push_back({name, counts[code]});
        }
        return mostFrequent(std::move(values));
    }

    /// Sorted copies instead of a hash table: a capture with ten million hosts must not cost ten million nodes.
    Values of(const AddressField& field) const
    {
        std::vector<packet::IpAddress> all;
        eachRow([&](const FlowView& view) {
            const packet::IpAddress& one = field.value(view);
            all.push_back(one);
            if (field.other != nullptr && field.other(view) != one)
                all.push_back(field.other(view));
        });
        std::ranges::sort(all);
        struct Run {
            std::size_t first = 0;
            std::uint64_t flows = 0;
        };
        std::vector<Run> runs;
        for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
            while (end < all.size() && all[end] == all[begin])
                ++end;
            runs.push_back({begin, end - begin});
        }
        // Only those that are kept become texts.
        const std::size_t kept = std::min(runs.size(), ValueCounts::mostValues);
        std::ranges::partial_sort(
            runs, runs.begin() + static_cast<std::ptrdiff_t>(kept),
            [](const Run& a, const Run& b) { return a.flows != b.flows ? a.flows > b.flows : a.first < b.first; });
        runs.resize(kept);
        Values values;
        for (const Run& run : runs)
            values.push_back({packet::text(all[run.first]), run.flows});
        return mostFrequent(std::move(values));
    }

    /// Ports and VLANs: whole numbers below 65536.
    Values of(const NumberField& field) const
    {
        std::vector<std::uint64_t> counts(65536);
        const auto add = [&](double number) {
            if (number >= 0 && number < 65536) // false for NaN
                ++counts[static_cast<std::size_t>(number)];
        };
        eachRow([&](const FlowView& view) {
            const double one = field.value(view);
            add(one);
            if (field.other != nullptr && field.other(view) != one)
                add(field.other(view));
        });
        Values values;
        for (std::size_t number = 0; number < counts.size(); ++number) {
            if (counts[number] > 0)
                values.push_back({std::to_string(number), counts[number]});
        }
        return mostFrequent(std::move(values));
    }

    Values of(const NameField& field) const
    {
        std::unordered_map<std::uint32_t, std::uint64_t> counts;
        eachRow([&](const FlowView& view) {
            if (const identify::NameId name = field.name(view); name != identify::NameId{})
                ++counts[name.value];
        });
        Values values;
        for (const auto& [name, flows] : counts)
            values.push_back({std::string(m_table.text(identify::NameId(name))), flows});
        return mostFrequent(std::move(values));
    }

    Values of(const TextsField& field) const
    {
        std::map<std::string, std::uint64_t, std::less<>> counts;
        std::vector<std::string_view> texts;
        eachRow([&](const FlowView& view) {
            texts.clear();
            field.collect(view, texts);
            for (const std::string_view text : texts) {
                if (const auto found = counts.find(text); found != counts.end())
                    ++found->second;
                else
                    counts.emplace(text, 1);
            }
        });
        Values values;
        for (const auto& [text, flows] : counts)
            values.push_back({text, flows});
        return mostFrequent(std::move(values));
    }

    Values of(const RiskField&) const
    {
        std::array<std::uint64_t, 64> counts{};
        eachRow([&](const FlowView& view) {
            for (std::uint64_t risks = risksOf(view); risks != 0; risks &= risks - 1)
                ++counts[static_cast<std::size_t>(__builtin_ctzll(risks))];
        });
        Values values;
        for (unsigned bit = 0; bit < counts.size(); ++bit) {
            if (const std::string name = lower(std::string(identify::riskText(bit))); counts[bit] > 0 && !name.empty())
                values.push_back({name, counts[bit]});
        }
        return mostFrequent(std::move(values));
    }

    template <class Other>
    Values of(const Other&) const
    {
        return {};
    }

private:
    template <class Each>
    void eachRow(Each each) const
    {
        const auto size = static_cast<std::uint32_t>(m_table.size());
        for (std::uint32_t row = 0; row < size; ++row) {
            if (row % rowsAtOnce == 0 && m_stop.stop_requested())
                return;
            each(FlowView{m_table, m_context, row});
        }
    }

    const flow::FlowTable& m_table;
    const FilterContext& m_context;
    const std::stop_token& m_stop;
};

bool isCounted(const FieldEntry& entry)
{
    if (!std::holds_alternative<NumberField>(entry.access))
        return true;
    const std::string_view name = entry.field.name;
    return name == "vlan" || name.starts_with("port") || name.ends_with("port");
}

} // namespace

ValueCounts ValueCounts::count(const flow::FlowTable& table, const FilterContext& context, const std::stop_token& stop)
{
    ValueCounts counts;
    const Counter counter(table, context, stop);
    for (const FieldEntry& entry : fieldEntries()) {
        if (stop.stop_requested())
            break;
        if (isCounted(entry))
            counts.m_values[std::string(entry.field.name)] =
                std::visit([&counter](const auto& field) { return counter.of(field); }, entry.access);
    }
    if (!stop.stop_requested() && !context.scoresOf.empty()) {
        Values detectors;
        for (const auto& [name, scores] : context.scoresOf) {
            const auto scored = std::ranges::count_if(scores, [](float score) { return !std::isnan(score); });
            detectors.push_back({name, static_cast<std::uint64_t>(scored)});
        }
        counts.m_values["score"] = mostFrequent(std::move(detectors));
    }
    return counts;
}

std::span<const ValueCounts::Value> ValueCounts::of(std::string_view field) const
{
    const auto found = m_values.find(field);
    return found == m_values.end() ? std::span<const Value>() : std::span<const Value>(found->second);
}

} // namespace flowscent::hunt
