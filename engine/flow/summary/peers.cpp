// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/summary/peers.h"

#include "engine/flow/pair_key.h"
#include "engine/flow/slot_index.h"
#include "engine/flow/summary/batches.h"

#include <algorithm>
#include <random>

namespace flowscent::flow {

namespace {

constexpr std::uint32_t nobody = UINT32_MAX;
constexpr std::size_t ahead = 8; ///< rows whose places in the index are fetched before they are looked for

bool sameAddress(const packet::IpAddress& a, const packet::IpAddress& b)
{
    return a.v6 == b.v6 && wordsOf(a) == wordsOf(b);
}

/// Looks a row's host and conversation up and adds up what it says of them.
class Gatherer {
public:
    explicit Gatherer(const FlowTable& table)
        : m_table(table)
        , m_hash((std::uint64_t{std::random_device()()} << 32) | std::random_device()())
    {
    }

    void prefetch(std::uint32_t row) const
    {
        m_hostIndex.prefetch(hashOf(m_table.client[row].address));
        m_hostIndex.prefetch(hashOf(m_table.server[row].address));
    }

    void add(std::uint32_t row)
    {
        const std::uint32_t client = hostOf(m_table.client[row].address, row);
        const std::uint32_t server = hostOf(m_table.server[row].address, row);
        addToHosts(row, client, server);
        const std::uint32_t talk = conversationOf(client, server, row);
        addToConversation(row, m_peers.conversations[talk], client);
        m_talks.push_back(talk);
    }

    [[nodiscard]] Peers finish(std::span<const std::uint32_t> rows)
    {
        for (const Conversation& talk : m_peers.conversations) {
            ++m_peers.hosts[talk.a].peers;
            if (talk.b != talk.a)
                ++m_peers.hosts[talk.b].peers;
        }
        listRows(rows);
        return std::move(m_peers);
    }

private:
    [[nodiscard]] std::uint64_t hashOf(const packet::IpAddress& address) const
    {
        return m_hash.of({address, 0}, {}, address.v6 ? 1 : 0);
    }

    std::uint32_t hostOf(const packet::IpAddress& address, std::uint32_t row)
    {
        const std::uint64_t hash = hashOf(address);
        const auto known = m_hostIndex.find(
            hash, [&](std::uint32_t slot) { return sameAddress(m_peers.hosts[slot].address, address); });
        if (known != SlotIndex::none)
            return known;
        const auto fresh = static_cast<std::uint32_t>(m_peers.hosts.size());
        Host host;
        host.address = address;
        host.first = m_table.start[row];
        host.last = m_table.last[row];
        m_peers.hosts.push_back(host);
        m_hostIndex.insert(hash, fresh);
        return fresh;
    }

    /// Most rows come from someone whose last conversation was the same: that one is looked at first.
    std::uint32_t conversationOf(std::uint32_t client, std::uint32_t server, std::uint32_t row)
    {
        const auto is = [&](std::uint32_t slot) {
            const Conversation& talk = m_peers.conversations[slot];
            return (talk.a == client && talk.b == server) || (talk.a == server && talk.b == client);
        };
        m_latest.resize(m_peers.hosts.size(), nobody);
        if (m_latest[client] != nobody && is(m_latest[client]))
            return m_latest[client];
        const auto [low, high] = std::minmax(client, server);
        packet::Endpoint pair; // the numbers of the two in the place of an address, to be hashed like one
        std::memcpy(pair.address.bytes.data(), &low, sizeof low);
        std::memcpy(pair.address.bytes.data() + sizeof low, &high, sizeof high);
        const std::uint64_t hash = m_hash.of(pair, {}, 2);
        auto found = m_talkIndex.find(hash, is);
        if (found == SlotIndex::none) {
            found = static_cast<std::uint32_t>(m_peers.conversations.size());
            Conversation talk;
            talk.a = client;
            talk.b = server;
            talk.first = m_table.start[row];
            talk.last = m_table.last[row];
            m_peers.conversations.push_back(talk);
            m_talkIndex.insert(hash, found);
        }
        m_latest[client] = found;
        return found;
    }

    void addToHosts(std::uint32_t row, std::uint32_t client, std::uint32_t server)
    {
        Host& opener = m_peers.hosts[client];
        Host& answerer = m_peers.hosts[server];
        opener.asClient.add(m_table, row);
        answerer.asServer.add(m_table, row);
        opener.bytesSent += m_table.bytes[row][outward];
        opener.bytesReceived += m_table.bytes[row][inward];
        answerer.bytesSent += m_table.bytes[row][inward];
        answerer.bytesReceived += m_table.bytes[row][outward];
        for (Host* host : {&opener, &answerer}) {
            host->first = std::min(host->first, m_table.start[row]);
            host->last = std::max(host->last, m_table.last[row]);
        }
        const identify::Identity identity = m_table.identity(FlowId(row));
        if (identity.host != identify::NameId{} && identity.spoken != identify::Spoken::Dns)
            answerer.names.add(identity.host);
    }

    void addToConversation(std::uint32_t row, Conversation& talk, std::uint32_t client) const
    {
        const std::size_t out = talk.a == client ? outward : inward;
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
        talk.first = std::min(talk.first, m_table.start[row]);
        talk.last = std::max(talk.last, m_table.last[row]);
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
    void listRows(std::span<const std::uint32_t> rows)
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
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const Conversation& talk = talks[m_talks[i]];
            ofTalks.rows[talkAt[m_talks[i]]++] = rows[i];
            ofHosts.rows[hostAt[talk.a]++] = rows[i];
            if (talk.b != talk.a)
                ofHosts.rows[hostAt[talk.b]++] = rows[i];
        }
    }

    const FlowTable& m_table;
    PairHash m_hash;
    SlotIndex m_hostIndex;
    SlotIndex m_talkIndex;
    Peers m_peers;
    std::vector<std::uint32_t> m_talks;  ///< per row that was added
    std::vector<std::uint32_t> m_latest; ///< per host: the conversation of the latest flow that it opened
};

} // namespace

std::optional<Peers> peers(const FlowTable& table, std::span<const std::uint32_t> rows, const std::stop_token& stop)
{
    Gatherer gatherer(table);
    std::size_t at = 0;
    const bool complete = inBatches(rows, stop, [&](std::uint32_t row) {
        if (at + ahead < rows.size())
            gatherer.prefetch(rows[at + ahead]);
        gatherer.add(row);
        ++at;
    });
    return complete ? std::optional(gatherer.finish(rows)) : std::nullopt;
}

} // namespace flowscent::flow
