// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/filter.h"

#include "engine/base/each_index.h"
#include "engine/hunt/filter_fields.h"
#include "engine/hunt/filter_syntax.h"

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

/// Rows that one thread reads before it takes the next; tables of one block need no second thread.
constexpr std::uint32_t block = 32 * FilterNode::longestRun;

double lastPacket(const flow::FlowTable& table)
{
    return table.size() == 0 ? 0.0 : static_cast<double>(std::ranges::max(table.last)) / 1e9;
}

std::vector<std::uint32_t> passing(const FilterNode& root, RowRun run, std::uint32_t end)
{
    std::vector<std::uint32_t> rows;
    std::array<std::uint8_t, FilterNode::longestRun> memory;
    for (; run.begin < end; run.begin += FilterNode::longestRun) {
        const Mask mask(memory.data(), std::min<std::size_t>(FilterNode::longestRun, end - run.begin));
        root.evaluate(run, mask);
        for (std::uint32_t i = 0; i < mask.size(); ++i) {
            if (mask[i] != 0)
                rows.push_back(run.begin + i);
        }
    }
    return rows;
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
    auto syntax = parseFilter(expression);
    if (!syntax)
        return base::failure(syntax.error());
    filter.m_program =
        std::make_shared<const Program>(Program{std::string(expression), compileFilter(std::move(*syntax))});
    return filter;
}

std::vector<std::uint32_t> Filter::apply(const flow::FlowTable& table, const FilterContext& context,
                                         const std::stop_token& stop) const
{
    const auto size = static_cast<std::uint32_t>(table.size());
    std::vector<std::uint32_t> rows;
    if (empty()) {
        rows.resize(size);
        std::iota(rows.begin(), rows.end(), 0U);
        return rows;
    }
    const double captureEnd = lastPacket(table);
    const std::size_t blocks = (std::size_t{size} + block - 1) / block;
    std::vector<std::vector<std::uint32_t>> found(blocks);
    const auto read = [&](std::size_t index) {
        const auto begin = static_cast<std::uint32_t>(index * block);
        found[index] =
            passing(*m_program->root, {table, context, captureEnd, begin}, std::min(size - begin, block) + begin);
    };
    if (blocks == 1 && !stop.stop_requested())
        read(0);
    else if (blocks > 1)
        base::eachIndex(blocks, read, {}, {}, stop);
    if (stop.stop_requested())
        return rows;
    std::size_t count = 0;
    for (const auto& some : found)
        count += some.size();
    rows.reserve(count);
    for (const auto& some : found)
        rows.insert(rows.end(), some.begin(), some.end());
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
