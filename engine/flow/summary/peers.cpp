// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/summary/peers.h"

#include "engine/flow/pair_key.h"
#include "engine/flow/slot_index.h"
#include "engine/flow/summary/batches.h"

#include <algorithm>
#include <cstring>
#include <random>

namespace flowscent::flow {

namespace {

constexpr std::size_t ahead = 12; ///< rows whose places in memory are fetched before they are needed

bool sameAddress(const packet::IpAddress& a, const packet::IpAddress& b)
{
    return a.v6 == b.v6 && wordsOf(a) == wordsOf(b);
}

/// Gives numbers to hosts and conversations first and adds up afterwards: then what has to be searched is small enough
/// for the processor's caches, and where a sum lies is known long before it is added to.
class Gatherer {
public:
    Gatherer(const FlowTable& table, std::span<const std::uint32_t> rows)
        : m_table(table)
        , m_rows(rows)
        , m_hash((std::uint64_t{std::random_device()()} << 32) | std::random_device()())
    {
    }

    [[nodiscard]] bool run(const std::stop_token& stop)
    {
        return numberHosts(stop) && numberConversations(stop) && addUp(stop);
    }

    [[nodiscard]] Peers take()
    {
        for (const Conversation& talk : m_peers.conversations) {
            ++m_peers.hosts[talk.a].peers;
            if (talk.b != talk.a)
                ++m_peers.hosts[talk.b].peers;
        }
        listRows();
        return std::move(m_peers);
    }

private:
    struct Ends {
        std::uint32_t client = 0;
        std::uint32_t server = 0;
    };

    [[nodiscard]] std::uint64_t hashOf(const packet::IpAddress& address) const
    {
        return m_hash.of({address, 0}, {}, address.v6 ? 1 : 0);
    }

    /// The numbers of the two in the place of an address, to be hashed like one.
    [[nodiscard]] std::uint64_t hashOf(const Ends& ends) const
    {
        const auto [low, high] = std::minmax(ends.client, ends.server);
        packet::Endpoint pair;
        std::memcpy(pair.address.bytes.data(), &low, sizeof low);
        std::memcpy(pair.address.bytes.data() + sizeof low, &high, sizeof high);
        return m_hash.of(pair, {}, 2);
    }

    [[nodiscard]] bool numberHosts(const std::stop_token& stop)
    {
        m_ends.reserve(m_rows.size());
        return inBatches(m_rows, stop, [this](std::uint32_t row) {
            if (const std::size_t later = m_ends.size() + ahead; later < m_rows.size()) {
                m_hostIndex.prefetch(hashOf(m_table.client[m_rows[later]].address));
                m_hostIndex.prefetch(hashOf(m_table.server[m_rows[later]].address));
            }
            const std::uint32_t client = hostOf(m_table.client[row].address);
            m_ends.push_back({client, hostOf(m_table.server[row].address)});
        });
    }

    std::uint32_t hostOf(const packet::IpAddress& address)
    {
        const std::uint64_t hash = hashOf(address);
        auto slot =
            m_hostIndex.find(hash, [&](std::uint32_t known) { return sameAddress(m_addresses[known], address); });
        if (slot == SlotIndex::none) {
            slot = static_cast<std::uint32_t>(m_addresses.size());
            m_addresses.push_back(address);
            m_hostIndex.insert(hash, slot);
        }
        return slot;
    }

    [[nodiscard]] bool numberConversations(const std::stop_token& stop)
    {
        m_talkOf.reserve(m_rows.size());
        return inBatches(m_rows, stop, [this](std::uint32_t) {
            const std::size_t at = m_talkOf.size();
            if (at + ahead < m_ends.size())
                m_talkIndex.prefetch(hashOf(m_ends[at + ahead]));
            m_talkOf.push_back(talkOf(m_ends[at]));
        });
    }

    std::uint32_t talkOf(const Ends& ends)
    {
        const std::uint64_t hash = hashOf(ends);
        auto slot = m_talkIndex.find(hash, [&](std::uint32_t known) {
            const Ends& talk = m_talks[known];
            return (talk.client == ends.client && talk.server == ends.server) ||
                   (talk.client == ends.server && talk.server == ends.client);
        });
        if (slot == SlotIndex::none) {
            slot = static_cast<std::uint32_t>(m_talks.size());
            m_talks.push_back(ends);
            m_talkIndex.insert(hash, slot);
        }
        return slot;
    }

    [[nodiscard]] bool addUp(const std::stop_token& stop)
    {
        m_peers.hosts.resize(m_addresses.size());
        m_peers.conversations.resize(m_talks.size());
        for (std::size_t i = 0; i < m_addresses.size(); ++i)
            m_peers.hosts[i].address = m_addresses[i];
        for (std::size_t i = 0; i < m_talks.size(); ++i) {
            m_peers.conversations[i].a = m_talks[i].client;
            m_peers.conversations[i].b = m_talks[i].server;
        }
        std::size_t at = 0;
        return inBatches(m_rows, stop, [this, &at](std::uint32_t row) {
            if (const std::size_t later = at + ahead; later < m_rows.size()) {
                __builtin_prefetch(&m_peers.hosts[m_ends[later].client], 1);
                __builtin_prefetch(&m_peers.hosts[m_ends[later].server], 1);
                __builtin_prefetch(&m_peers.conversations[m_talkOf[later]], 1);
            }
            addToHosts(row, m_ends[at].client, m_ends[at].server);
            addToConversation(row, m_peers.conversations[m_talkOf[at]], m_ends[at].client);
            ++at;
        });
    }

    void addToHosts(std::uint32_t row, std::uint32_t client, std::uint32_t server)
    {
        Host& opener = m_peers.hosts[client];
        Host& answerer = m_peers.hosts[server];
        for (Host* host : {&opener, &answerer}) {
            const bool fresh = host->flows() == 0;
            host->first = fresh ? m_table.start[row] : std::min(host->first, m_table.start[row]);
            host->last = fresh ? m_table.last[row] : std::max(host->last, m_table.last[row]);
        }
        opener.asClient.add(m_table, row);
        answerer.asServer.add(m_table, row);
        opener.bytesSent += m_table.bytes[row][outward];
        opener.bytesReceived += m_table.bytes[row][inward];
        answerer.bytesSent += m_table.bytes[row][inward];
        answerer.bytesReceived += m_table.bytes[row][outward];
        const identify::Identity identity = m_table.identity(FlowId(row));
        if (identity.host != identify::NameId{} && identity.spoken != identify::Spoken::Dns)
            answerer.names.add(identity.host);
    }

    void addToConversation(std::uint32_t row, Conversation& talk, std::uint32_t client) const
    {
        const std::size_t out = talk.a == client ? outward : inward;
        const bool fresh = talk.amount.flows == 0;
        talk.first = fresh ? m_table.start[row] : std::min(talk.first, m_table.start[row]);
        talk.last = fresh ? m_table.last[row] : std::max(talk.last, m_table.last[row]);
        talk.amount.add(m_table, row);
        if (talk.a == talk.b) {
            talk.packets[0] += m_table.packets[row][outward] + m_table.packets[row][inward];
            talk.bytes[0] += m_table.bytes[row][outward] + m_table.bytes[row][inward];
        } else {
            for (std::size_t way = 0; way < 2; ++way) {
                talk.packets[way] += m_table.packets[row][way == 0 ? out : 1 - out];
                talk.bytes[way] += m_table.bytes[row][way == 0 ? out : 1 - out];
            }
        }
        const std::uint8_t protocol = m_table.protocol[row];
        constexpr std::uint8_t icmp = 1;
        constexpr std::uint8_t icmp6 = 58;
        const bool ports = protocol != icmp && protocol != icmp6;
        talk.ports.add({protocol, ports ? m_table.server[row].port : std::uint16_t{0}});
        const identify::NameId application = m_table.identity(FlowId(row)).application;
        if (application != identify::NameId{})
            talk.applications.add(application);
    }

    /// How long each list is, where it begins, and then its rows.
    void listRows()
    {
        const auto& talks = m_peers.conversations;
        RowLists& ofTalks = m_peers.conversationRows;
        RowLists& ofHosts = m_peers.hostRows;
        ofTalks.begins.assign(talks.size() + 1, 0);
        ofHosts.begins.assign(m_peers.hosts.size() + 1, 0);
        for (std::size_t i = 0; i < talks.size(); ++i) {
            const auto flows = static_cast<std::uint32_t>(talks[i].amount.flows);
            ofTalks.begins[i + 1] = flows;
            ofHosts.begins[talks[i].a + 1] += flows;
            if (talks[i].b != talks[i].a)
                ofHosts.begins[talks[i].b + 1] += flows;
        }
        for (RowLists* lists : {&ofTalks, &ofHosts}) {
            for (std::size_t i = 1; i < lists->begins.size(); ++i)
                lists->begins[i] += lists->begins[i - 1];
            lists->rows.resize(lists->begins.back());
        }
        std::vector<std::uint32_t> talkAt = ofTalks.begins;
        std::vector<std::uint32_t> hostAt = ofHosts.begins;
        for (std::size_t i = 0; i < m_rows.size(); ++i) {
            const auto [client, server] = m_ends[i];
            ofTalks.rows[talkAt[m_talkOf[i]]++] = m_rows[i];
            ofHosts.rows[hostAt[client]++] = m_rows[i];
            if (server != client)
                ofHosts.rows[hostAt[server]++] = m_rows[i];
        }
    }

    const FlowTable& m_table;
    std::span<const std::uint32_t> m_rows;
    PairHash m_hash; ///< seeded at random: no capture can aim its addresses at one place
    SlotIndex m_hostIndex;
    SlotIndex m_talkIndex;
    std::vector<packet::IpAddress> m_addresses; ///< per host
    std::vector<Ends> m_talks;                  ///< per conversation
    std::vector<Ends> m_ends;                   ///< per row: hosts
    std::vector<std::uint32_t> m_talkOf;        ///< per row: conversation
    Peers m_peers;
};

} // namespace

std::optional<Peers> peers(const FlowTable& table, std::span<const std::uint32_t> rows, const std::stop_token& stop)
{
    Gatherer gatherer(table, rows);
    return gatherer.run(stop) ? std::optional(gatherer.take()) : std::nullopt;
}

} // namespace flowscent::flow
