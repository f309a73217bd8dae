// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/community_id_search.h"

#include "engine/packet/icmp.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace flowscent::hunt {

namespace {

constexpr std::size_t lanes = 4;
/// A number of each of four hashes; the compiler puts it into one register.
using Lanes [[gnu::vector_size(lanes * sizeof(std::uint32_t))]] = std::uint32_t;
using Block = std::array<std::uint8_t, 64>;

/// What Community ID hashes, padded to the one block that FIPS 180-4 makes of it: at most 40 of its 55 bytes are used.
Block blockOf(const flow::FlowKey& key)
{
    using packet::Protocol;
    packet::Endpoint first = key.client;
    packet::Endpoint second = key.server;
    const bool v6 = key.protocol == static_cast<std::uint8_t>(Protocol::Icmp6);
    const bool icmp = v6 || key.protocol == static_cast<std::uint8_t>(Protocol::Icmp);
    const bool oneWay = icmp && packet::icmpCounterpart(static_cast<std::uint8_t>(first.port), v6) != second.port;
    if (!oneWay && second < first)
        std::swap(first, second);
    Block block{};
    std::size_t at = 2; // the seed, which is 0
    for (const packet::Endpoint* end : {&first, &second}) {
        const std::size_t length = end->address.v6 ? 16 : 4;
        std::copy_n(end->address.bytes.begin(), length, block.begin() + static_cast<std::ptrdiff_t>(at));
        at += length;
    }
    block[at] = key.protocol;
    at += 2;
    for (const packet::Endpoint* end : {&first, &second}) {
        block[at++] = static_cast<std::uint8_t>(end->port >> 8);
        block[at++] = static_cast<std::uint8_t>(end->port & 0xff);
    }
    block[at] = 0x80;
    block[63] = static_cast<std::uint8_t>(8 * at & 0xff);
    block[62] = static_cast<std::uint8_t>(8 * at >> 8);
    return block;
}

Lanes rotated(Lanes value, int bits)
{
    return (value << bits) | (value >> (32 - bits));
}

Lanes all(std::uint32_t value)
{
    return Lanes{value, value, value, value};
}

/// SHA-1 (FIPS 180-4) of four messages of one block each.
std::array<Lanes, 5> sha1(const std::array<Block, lanes>& blocks)
{
    std::array<Lanes, 16> words;
    for (std::size_t i = 0; i < words.size(); ++i) {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            const std::uint8_t* bytes = &blocks[lane][4 * i];
            words[i][lane] = std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
                             std::uint32_t{bytes[2]} << 8 | std::uint32_t{bytes[3]};
        }
    }
    const std::array<Lanes, 5> initial{all(0x67452301), all(0xefcdab89), all(0x98badcfe), all(0x10325476),
                                       all(0xc3d2e1f0)};
    auto [a, b, c, d, e] = initial;
    for (std::size_t round = 0; round < 80; ++round) {
        if (round >= 16)
            words[round % 16] = rotated(
                words[(round + 13) % 16] ^ words[(round + 8) % 16] ^ words[(round + 2) % 16] ^ words[round % 16], 1);
        Lanes mixed;
        if (round < 20)
            mixed = (d ^ (b & (c ^ d))) + 0x5a827999;
        else if (round < 40)
            mixed = (b ^ c ^ d) + 0x6ed9eba1;
        else if (round < 60)
            mixed = ((b & c) | (d & (b | c))) + 0x8f1bbcdc;
        else
            mixed = (b ^ c ^ d) + 0xca62c1d6;
        const Lanes next = rotated(a, 5) + mixed + e + words[round % 16];
        e = d;
        d = c;
        c = rotated(b, 30);
        b = a;
        a = next;
    }
    return {initial[0] + a, initial[1] + b, initial[2] + c, initial[3] + d, initial[4] + e};
}

std::optional<std::uint32_t> base64Value(char c)
{
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::size_t value = alphabet.find(c);
    return value == std::string_view::npos ? std::nullopt : std::optional(static_cast<std::uint32_t>(value));
}

/// The 20 bytes behind "1:", as five words. Only the one spelling that a Community ID has.
std::optional<std::array<std::uint32_t, 5>> digestOf(std::string_view text)
{
    if (text.size() != 30 || !text.starts_with("1:") || text.back() != '=')
        return std::nullopt;
    std::array<std::uint32_t, 5> digest{};
    std::size_t bit = 0;
    for (const char c : text.substr(2, 27)) {
        const auto value = base64Value(c);
        if (!value)
            return std::nullopt;
        for (int i = 5; i >= 0; --i, ++bit) {
            const std::uint32_t one = *value >> i & 1U;
            if (bit < 160)
                digest[bit / 32] |= one << (31 - bit % 32);
            else if (one != 0)
                return std::nullopt; // bits behind the last byte are zero
        }
    }
    return digest;
}

} // namespace

CommunityIdSearch::CommunityIdSearch(std::string_view communityId)
    : m_digest(digestOf(communityId))
{
}

void CommunityIdSearch::find(const flow::FlowTable& table, std::uint32_t begin, std::span<std::uint8_t> mask) const
{
    std::ranges::fill(mask, std::uint8_t{0});
    if (!m_digest)
        return;
    std::array<Block, lanes> blocks{};
    for (std::size_t row = 0; row < mask.size(); row += lanes) {
        const std::size_t count = std::min(lanes, mask.size() - row);
        for (std::size_t lane = 0; lane < count; ++lane)
            blocks[lane] = blockOf(table.key(flow::FlowId(begin + static_cast<std::uint32_t>(row + lane))));
        const auto digests = sha1(blocks);
        for (std::size_t lane = 0; lane < count; ++lane) {
            bool same = true;
            for (std::size_t word = 0; word < 5; ++word)
                same = same && digests[word][lane] == (*m_digest)[word];
            mask[row + lane] = same ? 1 : 0;
        }
    }
}

} // namespace flowscent::hunt
