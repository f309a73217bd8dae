// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/arrangement.h"

#include "ui/session/filter_input.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <ranges>
#include <string_view>

namespace flowscent::ui {

namespace {

using identify::Identity;
using Rows = std::vector<std::uint32_t>;

/// Keys are gathered once: following a row into wide columns at every comparison costs ten times as much.
template <class KeyOf>
void sortBy(Rows& rows, std::size_t flows, bool descending, const KeyOf& keyOf)
{
    using Key = std::decay_t<decltype(keyOf(0U))>;
    std::vector<Key> keys(flows);
    for (const std::uint32_t row : rows)
        keys[row] = keyOf(row);
    const auto key = [&keys](std::uint32_t row) -> const Key& { return keys[row]; };
    if (descending)
        std::ranges::stable_sort(rows, std::greater<>{}, key);
    else
        std::ranges::stable_sort(rows, std::less<>{}, key);
}

float scoreOf(const std::shared_ptr<const Scores>& scores, std::uint32_t flow)
{
    return scores && flow < scores->values.size() ? scores->values[flow] : unscored;
}

/// Unscored flows go to the end of either order.
float placed(float score, bool descending)
{
    constexpr float beyond = std::numeric_limits<float>::infinity();
    return std::isnan(score) ? (descending ? -beyond : beyond) : score;
}

class Sorter {
public:
    Sorter(const ArrangeInput& input, Rows& rows)
        : m_input(input)
        , m_table(*input.table)
        , m_rows(rows)
    {
    }

    void sort(const SortBy& order) { byColumn(order.column, order.descending); }

private:
    template <class KeyOf>
    void by(bool descending, const KeyOf& keyOf)
    {
        sortBy(m_rows, m_table.size(), descending, keyOf);
    }

    void byScore(bool descending, const auto& scoreOfFlow)
    {
        by(descending, [&](std::uint32_t flow) { return placed(scoreOfFlow(flow), descending); });
    }

    void byColumn(FlowColumn column, bool descending)
    {
        using flow::inward, flow::outward;
        const auto score = [this](std::uint32_t flow) { return scoreOf(m_input.scores, flow); };
        const auto kept = [this](std::uint32_t flow) { return scoreOf(m_input.kept, flow); };
        switch (column) {
        case FlowColumn::Label:
            return by(descending, [&](std::uint32_t flow) { return labelOrder(flow); });
        case FlowColumn::Verdict:
        case FlowColumn::Score:
            return byScore(descending, score);
        case FlowColumn::Rank:
            return byScore(!descending, score); // rank 1 is the highest score
        case FlowColumn::KeptScore:
            return byScore(descending, kept);
        case FlowColumn::Change:
            return byScore(descending, [&](std::uint32_t flow) { return score(flow) - kept(flow); });
        case FlowColumn::Start:
            return by(descending, [&](std::uint32_t flow) { return m_table.start[flow]; });
        case FlowColumn::Duration:
            return by(descending, [&](std::uint32_t flow) { return m_table.last[flow] - m_table.start[flow]; });
        case FlowColumn::Source:
            return by(descending, [&](std::uint32_t flow) { return addressKey(m_table.client[flow]); });
        case FlowColumn::SourcePort:
            return by(descending, [&](std::uint32_t flow) { return m_table.client[flow].port; });
        case FlowColumn::Destination:
            return by(descending, [&](std::uint32_t flow) { return addressKey(m_table.server[flow]); });
        case FlowColumn::DestinationPort:
            return by(descending, [&](std::uint32_t flow) { return m_table.server[flow].port; });
        case FlowColumn::Protocol:
            return by(descending, [&](std::uint32_t flow) { return m_table.protocol[flow]; });
        case FlowColumn::PacketsOut:
            return by(descending, [&](std::uint32_t flow) { return m_table.packets[flow][outward]; });
        case FlowColumn::PacketsIn:
            return by(descending, [&](std::uint32_t flow) { return m_table.packets[flow][inward]; });
        case FlowColumn::BytesOut:
            return by(descending, [&](std::uint32_t flow) { return m_table.bytes[flow][outward]; });
        case FlowColumn::BytesIn:
            return by(descending, [&](std::uint32_t flow) { return m_table.bytes[flow][inward]; });
        case FlowColumn::State:
            return by(descending, [&](std::uint32_t flow) { return m_table.state[flow]; });
        case FlowColumn::Application:
            return byName(descending, &Identity::application);
        case FlowColumn::Host:
            return byName(descending, &Identity::host);
        case FlowColumn::Category:
            return byName(descending, &Identity::category);
        case FlowColumn::Alpn:
            return byName(descending, &Identity::alpn);
        case FlowColumn::Agent:
            return byName(descending, &Identity::agent);
        case FlowColumn::Software:
            return byName(descending, &Identity::software);
        case FlowColumn::ClientPrint:
            return byName(descending, &Identity::clientPrint);
        case FlowColumn::ServerPrint:
            return byName(descending, &Identity::serverPrint);
        case FlowColumn::Ja4:
            return byName(descending, &Identity::ja4);
        case FlowColumn::Risks:
            return by(descending, [&](std::uint32_t flow) { return std::popcount(identityOf(flow).risks); });
        case FlowColumn::Shape:
        case FlowColumn::CommunityId:
        case FlowColumn::Count:
            return; // pictures and hashes have no order that anybody wants
        }
    }

    [[nodiscard]] Identity identityOf(std::uint32_t flow) const { return m_table.identity(flow::FlowId(flow)); }

    /// By alphabet; flows without a text come last.
    void byName(bool descending, identify::NameId Identity::*name)
    {
        by(descending, [this, name, descending](std::uint32_t flow) {
            const std::string_view text = m_table.text(identityOf(flow).*name);
            return std::pair(text.empty() != descending, text);
        });
    }

    /// IPv4 before IPv6, then by value.
    static std::pair<bool, std::array<std::uint8_t, 16>> addressKey(const packet::Endpoint& end)
    {
        return {end.address.v6, end.address.bytes};
    }

    /// Labelled flows first, threats before all.
    [[nodiscard]] int labelOrder(std::uint32_t flow) const
    {
        const hunt::Label label = m_input.support.label(flow::FlowId(flow));
        return label == hunt::Label::None ? 4 : static_cast<int>(label);
    }

    const ArrangeInput& m_input;
    const flow::FlowTable& m_table;
    Rows& m_rows;
};

} // namespace

std::optional<std::vector<std::uint32_t>> arrange(const ArrangeInput& input, const Arrangement& arrangement,
                                                  const std::stop_token& stop)
{
    const FilterInput known(input);
    Rows rows = arrangement.filter.apply(*input.table, known.context(), stop);
    if (arrangement.within)
        std::erase_if(rows, [&](std::uint32_t row) { return !arrangement.within->contains(flow::FlowId(row)); });
    Sorter sorter(input, rows);
    for (const SortBy& order : arrangement.order | std::views::reverse) {
        if (stop.stop_requested())
            return std::nullopt;
        sorter.sort(order);
    }
    if (stop.stop_requested())
        return std::nullopt;
    return rows;
}

} // namespace flowscent::ui
