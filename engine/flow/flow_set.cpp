// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/flow_set.h"

#include <algorithm>
#include <functional>

namespace flowscent::flow {

FlowSet::FlowSet(std::span<const FlowId> flows)
{
    for (const FlowId flow : flows)
        insert(flow);
}

FlowSet FlowSet::ofRows(std::span<const std::uint32_t> rows)
{
    FlowSet set;
    for (const std::uint32_t row : rows)
        set.insert(FlowId(row));
    return set;
}

FlowSet FlowSet::firstOf(std::size_t flows)
{
    FlowSet set;
    set.m_words.assign(flows / bits, ~std::uint64_t{0});
    if (flows % bits != 0)
        set.m_words.push_back((std::uint64_t{1} << flows % bits) - 1);
    set.m_count = flows;
    return set;
}

void FlowSet::insert(FlowId flow)
{
    const std::size_t word = flow.value / bits;
    if (word >= m_words.size())
        m_words.resize(word + 1);
    const std::uint64_t bit = std::uint64_t{1} << flow.value % bits;
    m_count += (m_words[word] & bit) == 0 ? 1U : 0U;
    m_words[word] |= bit;
}

void FlowSet::erase(FlowId flow)
{
    if (!contains(flow))
        return;
    m_words[flow.value / bits] &= ~(std::uint64_t{1} << flow.value % bits);
    --m_count;
}

void FlowSet::unite(const FlowSet& other)
{
    if (m_words.size() < other.m_words.size())
        m_words.resize(other.m_words.size());
    std::ranges::transform(other.m_words, m_words, m_words.begin(), std::bit_or{});
    recount();
}

void FlowSet::subtract(const FlowSet& other)
{
    for (std::size_t word = 0; word < std::min(m_words.size(), other.m_words.size()); ++word)
        m_words[word] &= ~other.m_words[word];
    recount();
}

void FlowSet::intersect(const FlowSet& other)
{
    m_words.resize(std::min(m_words.size(), other.m_words.size()));
    for (std::size_t word = 0; word < m_words.size(); ++word)
        m_words[word] &= other.m_words[word];
    recount();
}

void FlowSet::recount()
{
    m_count = 0;
    for (const std::uint64_t word : m_words)
        m_count += static_cast<std::size_t>(std::popcount(word));
}

std::vector<FlowId> FlowSet::flows() const
{
    std::vector<FlowId> all;
    all.reserve(m_count);
    each([&all](FlowId flow) { all.push_back(flow); });
    return all;
}

bool operator==(const FlowSet& a, const FlowSet& b)
{
    if (a.m_count != b.m_count)
        return false;
    const std::size_t shared = std::min(a.m_words.size(), b.m_words.size());
    return std::equal(a.m_words.begin(), a.m_words.begin() + static_cast<std::ptrdiff_t>(shared), b.m_words.begin());
}

} // namespace flowscent::flow
