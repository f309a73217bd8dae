// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/filter_fields.h"

#include "engine/hunt/text_matcher.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace flowscent::hunt {

namespace {

const std::vector<FieldEntry>& entries()
{
    static const std::vector<FieldEntry> made = [] {
        std::vector<FieldEntry> all;
        for (auto* group : {columnEntries, shapeEntries, identityEntries, judgementEntries})
            std::ranges::copy(group(), std::back_inserter(all));
        return all;
    }();
    return made;
}

struct Alias {
    std::string_view written;
    std::string_view meant;
};
constexpr std::array<Alias, 26> aliases{{{"ipv6.addr", "ip.addr"},
                                         {"ipv6.src", "ip.src"},
                                         {"ipv6.dst", "ip.dst"},
                                         {"ip.proto", "proto"},
                                         {"vlan.id", "vlan"},
                                         {"icmpv6", "icmp"},
                                         {"frame.time", "start"},
                                         {"frame.time_epoch", "start"},
                                         {"duration", "dur"},
                                         {"packets", "pkts"},
                                         {"communityid", "cid"},
                                         {"app.conf", "confidence"},
                                         {"tls.handshake.extensions_server_name", "sni"},
                                         {"dns.qry.name", "dns.q"},
                                         {"ua", "agent"},
                                         {"http.user_agent", "agent"},
                                         {"http.server", "software"},
                                         {"tls.handshake.extensions_alpn_str", "alpn"},
                                         {"tls.handshake.ja3", "ja3"},
                                         {"tls.handshake.ja3s", "ja3s"},
                                         {"tls.handshake.ja4", "ja4"},
                                         {"ssh.kex.hassh", "hassh"},
                                         {"ssh.kex.hasshserver", "hassh.server"},
                                         {"alert", "alarm"},
                                         {"verdict.p", "p"},
                                         {"bookmarked", "bookmark"}}};

struct Unavailable {
    std::string_view name;
    std::string_view why;
};
constexpr std::string_view noMacs = "the flow table keeps no MAC addresses; look at the flow's packets for them";
constexpr std::string_view noPlaces =
    "no database of networks and countries comes with this program; compare ip.addr with a network such as "
    "203.0.113.0/24";
constexpr std::string_view noInterface =
    "the flow table does not keep which interface a packet came through; compare 'file' or 'vlan'";
constexpr std::array<Unavailable, 12> unavailable{{{"mac", noMacs},
                                                   {"mac.src", noMacs},
                                                   {"mac.dst", noMacs},
                                                   {"eth.addr", noMacs},
                                                   {"eth.src", noMacs},
                                                   {"eth.dst", noMacs},
                                                   {"asn", noPlaces},
                                                   {"country", noPlaces},
                                                   {"ip.geoip.country", noPlaces},
                                                   {"ip.geoip.asnum", noPlaces},
                                                   {"iface", noInterface},
                                                   {"frame.interface_name", noInterface}}};

/// Levenshtein's distance, with two letters swapped as one edit (optimal string alignment); field names are short.
std::size_t edits(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::vector<std::size_t> next(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        next[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            next[j] = std::min({row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                next[j] = std::min(next[j], before[j - 2] + 1);
        }
        before.swap(row);
        row.swap(next);
    }
    return row[b.size()];
}

} // namespace

std::span<const FieldEntry> fieldEntries()
{
    return entries();
}

const FieldEntry* findField(std::string_view name)
{
    const auto* alias = std::ranges::find(aliases, name, &Alias::written);
    const std::string_view meant = alias == aliases.end() ? name : alias->meant;
    const auto found = std::ranges::find(entries(), meant, [](const FieldEntry& entry) { return entry.field.name; });
    return found == entries().end() ? nullptr : &*found;
}

std::string_view whyUnavailable(std::string_view name)
{
    const auto* found = std::ranges::find(unavailable, name, &Unavailable::name);
    return found == unavailable.end() ? std::string_view() : found->why;
}

NearField nearestField(std::string_view name)
{
    const std::string written = lower(std::string(name.substr(0, 32)));
    NearField nearest;
    const auto consider = [&](std::string_view field) {
        const NearField one{field, edits(written, field), written.size() >= 2 && field.starts_with(written)};
        const bool nearer = one.begins != nearest.begins ? one.begins : one.edits < nearest.edits;
        if (nearest.name.empty() || nearer)
            nearest = one;
    };
    for (const FieldEntry& entry : entries())
        consider(entry.field.name);
    for (const Alias& alias : aliases)
        consider(alias.written);
    return nearest;
}

} // namespace flowscent::hunt
