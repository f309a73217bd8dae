// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/flow/flow_table.h"

namespace flowscent::hunt {

/// What the hunter said of a flow.
enum class Label : std::uint8_t {
    None,
    Threat,    ///< an example of what is hunted
    NotThreat, ///< a counter-example
    Unsure     ///< stored, never trained on
};
[[nodiscard]] std::string_view text(Label label);

/// The labels of one hunt. Plain value; copying it is a snapshot for another thread. A byte per flow up to the last
/// labelled one: a million labels are a megabyte, set and copied in milliseconds.
class SupportSet {
public:
    [[nodiscard]] Label label(flow::FlowId flow) const
    {
        return flow.value < m_labels.size() ? m_labels[flow.value] : Label::None;
    }
    void set(flow::FlowId flow, Label label);                        ///< Label::None removes
    [[nodiscard]] std::vector<flow::FlowId> with(Label label) const; ///< ascending
    [[nodiscard]] std::size_t count(Label label) const               ///< 0 for None
    {
        return m_counts[static_cast<std::size_t>(label)];
    }
    [[nodiscard]] bool empty() const { return m_labels.empty(); }
    friend bool operator==(const SupportSet&, const SupportSet&) = default;

private:
    std::vector<Label> m_labels; ///< per flow; the last is never None, so that equal sets are equal bytes
    std::array<std::size_t, 4> m_counts{};
};

/// `count` flows drawn from 0 .. flows-1 that carry no label: unlabelled, so they may hold the threat itself, and are
/// shown as such. The same seed and labels give the same flows; a new label changes as few of them as possible.
[[nodiscard]] std::vector<flow::FlowId> drawBackground(std::size_t flows, const SupportSet& support, std::size_t count,
                                                       std::uint64_t seed);

/// The same among the rows that come from packets: others cannot be embedded, so they never stand for anything.
[[nodiscard]] std::vector<flow::FlowId> drawBackground(const flow::FlowTable& table, const SupportSet& support,
                                                       std::size_t count, std::uint64_t seed);

/// Labelled rows of logs, which take no part in adapting.
[[nodiscard]] std::size_t countWithoutPackets(const flow::FlowTable& table, const std::vector<flow::FlowId>& flows);

} // namespace flowscent::hunt
