// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/flow/flow_record.h"

namespace flowscent::flow {

/// Some of a table's flows, a bit each: a million flows are 125 KB however many of them are in, so that choosing all is
/// as quick as choosing one. Grows as needed. Plain value; equal when the same flows are in.
class FlowSet {
public:
    FlowSet() = default;
    explicit FlowSet(std::span<const FlowId> flows);
    [[nodiscard]] static FlowSet ofRows(std::span<const std::uint32_t> rows);
    [[nodiscard]] static FlowSet firstOf(std::size_t flows); ///< 0 .. flows-1

    [[nodiscard]] bool contains(FlowId flow) const
    {
        const std::size_t word = flow.value / bits;
        return word < m_words.size() && (m_words[word] >> (flow.value % bits) & 1U) != 0;
    }
    [[nodiscard]] std::size_t count() const { return m_count; }
    [[nodiscard]] bool empty() const { return m_count == 0; }
    void insert(FlowId flow);
    void erase(FlowId flow);
    void unite(const FlowSet& other);
    void subtract(const FlowSet& other);
    void intersect(const FlowSet& other);

    [[nodiscard]] std::vector<FlowId> flows() const; ///< ascending
    /// Calls `visit(FlowId)` for each, ascending.
    template <class Visit>
    void each(const Visit& visit) const
    {
        for (std::size_t word = 0; word < m_words.size(); ++word) {
            for (std::uint64_t left = m_words[word]; left != 0; left &= left - 1)
                visit(FlowId(static_cast<std::uint32_t>(word * bits + static_cast<unsigned>(std::countr_zero(left)))));
        }
    }
    [[nodiscard]] std::size_t bytes() const { return m_words.capacity() * sizeof(std::uint64_t); }

    friend bool operator==(const FlowSet& a, const FlowSet& b);

private:
    static constexpr std::size_t bits = 64;
    void recount();

    std::vector<std::uint64_t> m_words;
    std::size_t m_count = 0;
};

} // namespace flowscent::flow
