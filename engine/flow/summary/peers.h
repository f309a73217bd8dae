// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include "engine/flow/summary/timeline.h"

namespace flowscent::flow {

/// The first few different values that came along, and whether there were others.
template <class T, std::size_t N>
struct FewOf {
    std::array<T, N> values{};
    std::uint8_t count = 0;
    bool more = false;

    void add(const T& value)
    {
        for (std::size_t i = 0; i < count; ++i) {
            if (values[i] == value)
                return;
        }
        if (count < N)
            values[count++] = value;
        else
            more = true;
    }
    [[nodiscard]] std::span<const T> all() const { return std::span(values).first(count); }
    friend bool operator==(const FewOf&, const FewOf&) = default;
};

/// One address and all it had to do with.
struct Host {
    packet::IpAddress address;
    Amount asClient;             ///< flows that it opened
    Amount asServer;             ///< flows that others opened to it
    std::uint64_t bytesSent = 0; ///< on the wire
    std::uint64_t bytesReceived = 0;
    std::uint32_t peers = 0;     ///< different addresses that it spoke with, itself among them when it did
    base::Nanoseconds first = 0; ///< earliest first packet
    base::Nanoseconds last = 0;  ///< latest last packet
    /// What others called it: TLS server names and HTTP hosts of flows to it. What was asked of it as a DNS server is
    /// no name of its own.
    FewOf<identify::NameId, 3> names;

    [[nodiscard]] std::uint64_t flows() const { return asClient.flows + asServer.flows; }
};

struct ServerPort {
    std::uint8_t protocol = 0;
    std::uint16_t port = 0;

    friend bool operator==(const ServerPort&, const ServerPort&) = default;
};

/// Two addresses and all that went between them, whatever the ports.
struct Conversation {
    std::uint32_t a = 0; ///< host that opened the first of its flows
    std::uint32_t b = 0; ///< the other; the same as `a` where one speaks with itself
    Amount amount;
    std::array<std::uint64_t, 2> packets{}; ///< from a to b, from b to a
    std::array<std::uint64_t, 2> bytes{};   ///< likewise, on the wire; what goes to oneself is all in the first
    base::Nanoseconds first = 0;
    base::Nanoseconds last = 0;
    FewOf<ServerPort, 3> ports; ///< at the flows' servers
    FewOf<identify::NameId, 3> applications;
};

/// Rows by what they belong to, without a vector for each.
struct RowLists {
    std::vector<std::uint32_t> begins; ///< list i is rows[begins[i]] .. rows[begins[i + 1] - 1]
    std::vector<std::uint32_t> rows;

    [[nodiscard]] std::span<const std::uint32_t> of(std::size_t list) const
    {
        return std::span(rows).subspan(begins[list], begins[list + 1] - begins[list]);
    }
};

/// Who spoke, and with whom. Hosts and conversations in the order in which they first come in the rows. Plain value.
struct Peers {
    std::vector<Host> hosts;
    std::vector<Conversation> conversations;
    RowLists hostRows;         ///< flows of each host, in the order of the rows; one with itself is there once
    RowLists conversationRows; ///< flows of each conversation
};

/// Nothing when stopped. At most 2^32 - 1 rows.
[[nodiscard]] std::optional<Peers> peers(const FlowTable& table, std::span<const std::uint32_t> rows,
                                         const std::stop_token& stop);

} // namespace flowscent::flow
