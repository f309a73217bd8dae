// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace flowscent::bench {

/// Gives a copy of traffic addresses of its own, so that its flows are other flows. Bijective, and for each number
/// another mapping: what were two hosts stay two, in one copy and among all. Of IPv4 the second and third byte change
/// and, beyond 65 536 copies, the fourth; of IPv6 four bytes of the interface identifier. Multicast, broadcast,
/// loopback and unspecified addresses mean the same everywhere and stay. Addresses inside tunnels and payload stay,
/// too.
class AddressRewriter {
public:
    static constexpr std::uint32_t most = 1U << 22; ///< numbers

    explicit AddressRewriter(std::uint32_t number);

    /// `datagram` begins with an IP header; what is neither IPv4 nor IPv6 stays as it is. Mends the checksums of IP,
    /// TCP, UDP and ICMP: computed anew where the whole datagram is there, else by what the addresses changed (RFC
    /// 1624). Of an ICMP error the quoted datagram is rewritten, too.
    void rewrite(std::span<std::uint8_t> datagram) const;

private:
    struct Pseudo;
    void rewriteV4(std::span<std::uint8_t> datagram, bool quoted) const;
    void rewriteV6(std::span<std::uint8_t> datagram, bool quoted) const;
    void rewriteAddressV4(std::uint8_t* address) const;
    void rewriteAddressV6(std::uint8_t* address) const;
    void mendTransport(std::span<std::uint8_t> segment, const Pseudo& pseudo, bool quoted) const;

    std::uint8_t m_second;
    std::uint8_t m_third;
    std::uint8_t m_fourth; ///< only its lower six bits are used
    std::uint32_t m_identifier;
};

} // namespace flowscent::bench
