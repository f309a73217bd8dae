// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/summary/shares.h"

#include "engine/flow/slot_index.h"
#include "engine/flow/summary/batches.h"

#include <algorithm>

namespace flowscent::flow {

namespace {

constexpr std::uint8_t icmp = 1;
constexpr std::uint8_t icmp6 = 58;

/// Keys are numbers that a capture can choose (ports) or that count up (names): spread them over the index.
std::uint64_t spread(std::uint32_t key)
{
    return key * 0x9e3779b97f4a7c15ULL >> 16;
}

class Counter {
public:
    void add(const FlowTable& table, std::uint32_t row, std::uint32_t key)
    {
        if (m_latest >= m_shares.size() || m_shares[m_latest].key != key)
            m_latest = find(key);
        m_shares[m_latest].amount.add(table, row);
    }
    [[nodiscard]] std::vector<Share> take() { return std::move(m_shares); }

private:
    std::uint32_t find(std::uint32_t key)
    {
        const std::uint64_t hash = spread(key);
        auto slot = m_index.find(hash, [&](std::uint32_t known) { return m_shares[known].key == key; });
        if (slot == SlotIndex::none) {
            slot = static_cast<std::uint32_t>(m_shares.size());
            m_shares.push_back({key, {}});
            m_index.insert(hash, slot);
        }
        return slot;
    }

    std::vector<Share> m_shares;
    SlotIndex m_index;
    std::uint32_t m_latest = 0;
};

std::uint32_t serviceKey(const FlowTable& table, std::uint32_t row)
{
    const std::uint8_t protocol = table.protocol[row];
    const bool ports = protocol != icmp && protocol != icmp6;
    return std::uint32_t{protocol} << 16 | (ports ? table.server[row].port : 0U);
}

std::uint32_t durationKey(const FlowTable& table, std::uint32_t row)
{
    const double seconds = table.durationSeconds(FlowId(row));
    return static_cast<std::uint32_t>(std::ranges::upper_bound(durationEdges, seconds) - durationEdges.begin());
}

/// Counts rows by a key.
template <class KeyOf>
std::optional<std::vector<Share>> counted(const FlowTable& table, std::span<const std::uint32_t> rows,
                                          const std::stop_token& stop, const KeyOf& keyOf)
{
    Counter counter;
    if (!inBatches(rows, stop, [&](std::uint32_t row) { counter.add(table, row, keyOf(row)); }))
        return std::nullopt;
    return counter.take();
}

std::optional<std::vector<Share>> unordered(const FlowTable& table, std::span<const std::uint32_t> rows, ShareBy by,
                                            const std::stop_token& stop)
{
    switch (by) {
    case ShareBy::Protocol:
        return counted(table, rows, stop, [&](std::uint32_t row) { return std::uint32_t{table.protocol[row]}; });
    case ShareBy::Application:
        return counted(table, rows, stop,
                       [&](std::uint32_t row) { return table.identity(FlowId(row)).application.value; });
    case ShareBy::Category:
        return counted(table, rows, stop,
                       [&](std::uint32_t row) { return table.identity(FlowId(row)).category.value; });
    case ShareBy::Service:
        return counted(table, rows, stop, [&](std::uint32_t row) { return serviceKey(table, row); });
    case ShareBy::State:
        return counted(table, rows, stop,
                       [&](std::uint32_t row) { return static_cast<std::uint32_t>(table.state[row]); });
    case ShareBy::Duration:
        return counted(table, rows, stop, [&](std::uint32_t row) { return durationKey(table, row); });
    }
    return std::vector<Share>();
}

} // namespace

std::optional<std::vector<Share>> shares(const FlowTable& table, std::span<const std::uint32_t> rows, ShareBy by,
                                         const std::stop_token& stop)
{
    auto all = unordered(table, rows, by, stop);
    if (!all)
        return std::nullopt;
    if (by == ShareBy::State)
        std::erase_if(*all, [](const Share& share) { return share.key == static_cast<std::uint32_t>(TcpState::None); });
    std::ranges::sort(*all, [by](const Share& a, const Share& b) {
        if (by != ShareBy::Duration && a.amount.flows != b.amount.flows)
            return a.amount.flows > b.amount.flows;
        return a.key < b.key;
    });
    return all;
}

} // namespace flowscent::flow
