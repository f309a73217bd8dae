// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/filter.h"

#include "engine/hunt/filter_fields.h"
#include "engine/hunt/filter_parser.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

namespace flowscent::hunt {

struct Filter::Program {
    std::string text;
    std::optional<FilterNode> root; ///< nothing in the filter that passes everything
};

namespace {

double lastPacket(const flow::FlowTable& table)
{
    return table.size() == 0 ? 0.0 : static_cast<double>(std::ranges::max(table.last)) / 1e9;
}

} // namespace

Filter::Filter()
    : m_program(std::make_shared<const Program>())
{
}
Filter::~Filter() = default;
Filter::Filter(const Filter&) = default;
Filter::Filter(Filter&&) noexcept = default;
Filter& Filter::operator=(const Filter&) = default;
Filter& Filter::operator=(Filter&&) noexcept = default;

base::Result<Filter> Filter::parse(std::string_view expression)
{
    Filter filter;
    if (expression.find_first_not_of(" \t\n\r\v\f") == std::string_view::npos)
        return filter;
    auto root = compileFilter(expression);
    if (!root)
        return base::failure(root.error());
    filter.m_program = std::make_shared<const Program>(Program{std::string(expression), std::move(*root)});
    return filter;
}

std::vector<std::uint32_t> Filter::apply(const flow::FlowTable& table, const FilterContext& context) const
{
    const auto size = static_cast<std::uint32_t>(table.size());
    std::vector<std::uint32_t> rows;
    if (empty()) {
        rows.resize(size);
        std::iota(rows.begin(), rows.end(), 0U);
        return rows;
    }
    std::array<std::uint8_t, FilterNode::longestRun> memory;
    RowRun run{table, context, lastPacket(table), 0};
    for (; run.begin < size; run.begin += FilterNode::longestRun) {
        const Mask mask(memory.data(), std::min<std::size_t>(FilterNode::longestRun, size - run.begin));
        m_program->root->evaluate(run, mask);
        for (std::uint32_t i = 0; i < mask.size(); ++i) {
            if (mask[i] != 0)
                rows.push_back(run.begin + i);
        }
    }
    return rows;
}

const std::string& Filter::text() const
{
    return m_program->text;
}

bool Filter::empty() const
{
    return !m_program->root;
}

std::span<const Filter::Field> Filter::fields()
{
    static const auto fields = [] {
        std::vector<Field> listed;
        for (const FieldEntry& entry : fieldEntries())
            listed.push_back(entry.field);
        return listed;
    }();
    return fields;
}

} // namespace flowscent::hunt
