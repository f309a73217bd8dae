// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/filter_fields.h"

#include "engine/flow/community_id.h"
#include "engine/hunt/identity_fields.h"
#include "engine/hunt/service_names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <vector>

namespace flowscent::hunt {

using flow::inward;
using flow::outward;
using View = const FlowView&;

namespace {

using packet::Protocol;

double seconds(base::Nanoseconds time)
{
    return static_cast<double>(time) / 1e9;
}

const packet::IpAddress& clientAddress(View view)
{
    return view.table.client[view.row].address;
}

const packet::IpAddress& serverAddress(View view)
{
    return view.table.server[view.row].address;
}

bool isProtocol(View view, Protocol protocol)
{
    return view.table.protocol[view.row] == static_cast<std::uint8_t>(protocol);
}

double clientPort(View view)
{
    return view.table.client[view.row].port;
}

double serverPort(View view)
{
    return view.table.server[view.row].port;
}

template <Protocol protocol>
double clientPortOf(View view)
{
    return isProtocol(view, protocol) ? clientPort(view) : absent;
}

template <Protocol protocol>
double serverPortOf(View view)
{
    return isProtocol(view, protocol) ? serverPort(view) : absent;
}

double outBytes(View view)
{
    return static_cast<double>(view.table.bytes[view.row][outward]);
}

double inBytes(View view)
{
    return static_cast<double>(view.table.bytes[view.row][inward]);
}

double outPackets(View view)
{
    return static_cast<double>(view.table.packets[view.row][outward]);
}

double inPackets(View view)
{
    return static_cast<double>(view.table.packets[view.row][inward]);
}

double vlanId(View view)
{
    const std::uint16_t vlan = view.table.vlan[view.row];
    return vlan == 0 ? absent : vlan;
}

double scoreOf(View view)
{
    return view.row < view.context.scores.size() ? static_cast<double>(view.context.scores[view.row]) : absent;
}

std::uint32_t labelCode(View view)
{
    return view.context.support == nullptr
               ? 0
               : static_cast<std::uint32_t>(view.context.support->label(flow::FlowId(view.row)));
}

std::string labelName(std::uint32_t code)
{
    const auto label = static_cast<Label>(code);
    return label == Label::None ? std::string() : std::string(hunt::text(label));
}

std::string stateName(std::uint32_t code)
{
    if (code == 0)
        return {};
    std::string name(flow::text(static_cast<flow::TcpState>(code)));
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return name;
}

std::vector<FieldEntry> makeEntries()
{
    using enum Protocol;
    constexpr auto labels = static_cast<std::uint32_t>(Label::Unsure) + 1;
    constexpr auto states = static_cast<std::uint32_t>(flow::TcpState::OTH) + 1;
    std::vector<FieldEntry> made{
        {{"ip.addr", "address of either end"}, AddressField{clientAddress, serverAddress}},
        {{"ip.src", "address of the client"}, AddressField{clientAddress}},
        {{"ip.dst", "address of the server"}, AddressField{serverAddress}},
        {{"port", "port of either end"}, NumberField{clientPort, serverPort}},
        {{"port.src", "port of the client"}, NumberField{clientPort}},
        {{"port.dst", "port of the server"}, NumberField{serverPort}},
        {{"tcp.port", "TCP port of either end"}, NumberField{clientPortOf<Tcp>, serverPortOf<Tcp>}},
        {{"udp.port", "UDP port of either end"}, NumberField{clientPortOf<Udp>, serverPortOf<Udp>}},
        {{"tcp", "TCP flows"}, FlagField{[](View view) { return isProtocol(view, Tcp); }}},
        {{"udp", "UDP flows"}, FlagField{[](View view) { return isProtocol(view, Udp); }}},
        {{"icmp", "ICMP flows of IPv4 and IPv6"},
         FlagField{[](View view) { return isProtocol(view, Icmp) || isProtocol(view, Icmp6); }}},
        {{"sctp", "SCTP flows"}, FlagField{[](View view) { return isProtocol(view, Sctp); }}},
        {{"ip", "IPv4 flows"}, FlagField{[](View view) { return !clientAddress(view).v6; }}},
        {{"ipv6", "IPv6 flows"}, FlagField{[](View view) { return clientAddress(view).v6; }}},
        {{"proto", "transport protocol: tcp, udp, icmp, icmp6, sctp"},
         CodeField{[](View view) -> std::uint32_t { return view.table.protocol[view.row]; },
                   [](std::uint32_t code) { return flow::protocolText(static_cast<std::uint8_t>(code)); }, 256}},
        {{"service", "what usually answers at the server's port: dns, http, tls, ssh, ..."},
         CodeField{[](View view) { return serviceAt(view.table.protocol[view.row], view.table.server[view.row].port); },
                   serviceName, serviceCount()}},
        {{"state", "how a TCP flow went, in Zeek's letters: SF, S0, REJ, RSTO, ..."},
         CodeField{[](View view) { return static_cast<std::uint32_t>(view.table.state[view.row]); }, stateName,
                   states}},
        {{"cid", "Community ID"},
         TextField{[](View view) { return flow::communityId(view.table.key(flow::FlowId(view.row))); }}},
        {{"bytes", "bytes on the wire, both directions"},
         NumberField{[](View view) { return outBytes(view) + inBytes(view); }}},
        {{"bytes.out", "bytes from the client"}, NumberField{outBytes}},
        {{"bytes.in", "bytes from the server"}, NumberField{inBytes}},
        {{"pkts", "packets, both directions"},
         NumberField{[](View view) { return outPackets(view) + inPackets(view); }}},
        {{"pkts.out", "packets from the client"}, NumberField{outPackets}},
        {{"pkts.in", "packets from the server"}, NumberField{inPackets}},
        {{"dur", "seconds from the first packet to the last"},
         NumberField{[](View view) { return view.table.durationSeconds(flow::FlowId(view.row)); }}},
        {{"start", "time of the first packet: \"2026-05-01 12:00\", or -1h before the capture's end"},
         NumberField{[](View view) { return seconds(view.table.start[view.row]); }}},
        {{"end", "time of the last packet, like start"},
         NumberField{[](View view) { return seconds(view.table.last[view.row]); }}},
        {{"vlan", "VLAN id; absent when untagged"}, NumberField{vlanId}},
        {{"tunnel", "what carried the flow inside other datagrams: ip, gre, pptp, erspan, vxlan, gtp, geneve, teredo"},
         CodeField{[](View view) { return static_cast<std::uint32_t>(view.table.tunnel[view.row]); },
                   [](std::uint32_t code) { return std::string(packet::text(static_cast<packet::Tunnel>(code))); },
                   static_cast<std::uint32_t>(packet::Tunnel::Count)}},
        {{"icmp.errors", "ICMP errors about the flow while it was open"},
         NumberField{[](View view) { return static_cast<double>(view.table.icmpErrors[view.row].count); }}},
        {{"origin", "where the flow was counted: packets, zeek (conn.log), suricata (EVE)"},
         CodeField{[](View view) { return static_cast<std::uint32_t>(view.table.origin[view.row]); },
                   [](std::uint32_t code) { return std::string(flow::text(static_cast<flow::Origin>(code))); },
                   static_cast<std::uint32_t>(flow::Origin::Count)}},
        {{"guessed", "flows whose direction was guessed"},
         FlagField{[](View view) { return view.table.directionGuessed[view.row] != 0; }}},
        {{"label", "your label: threat, \"not this\", unsure"}, CodeField{labelCode, labelName, labels}},
        {{"score", "score of the current detector, 0 to 1"}, NumberField{scoreOf}},
        {{"alarm", "flows above the alarm line"}, FlagField{[](View view) {
             return view.row < view.context.alarmed.size() && view.context.alarmed[view.row] != 0;
         }}},
        {{"tcp.srcport", "TCP port of the client"}, NumberField{clientPortOf<Tcp>}},
        {{"tcp.dstport", "TCP port of the server"}, NumberField{serverPortOf<Tcp>}},
        {{"udp.srcport", "UDP port of the client"}, NumberField{clientPortOf<Udp>}},
        {{"udp.dstport", "UDP port of the server"}, NumberField{serverPortOf<Udp>}},
    };
    std::ranges::copy(identityEntries(), std::back_inserter(made));
    return made;
}

const std::vector<FieldEntry>& entries()
{
    static const std::vector<FieldEntry> made = makeEntries();
    return made;
}

struct Alias {
    std::string_view written;
    std::string_view meant;
};
constexpr std::array<Alias, 16> aliases{{{"ipv6.addr", "ip.addr"},
                                         {"ipv6.src", "ip.src"},
                                         {"ipv6.dst", "ip.dst"},
                                         {"ip.proto", "proto"},
                                         {"vlan.id", "vlan"},
                                         {"icmpv6", "icmp"},
                                         {"frame.time", "start"},
                                         {"frame.time_epoch", "start"},
                                         {"sni", "host"},
                                         {"tls.handshake.extensions_server_name", "host"},
                                         {"http.host", "host"},
                                         {"dns.qry.name", "host"},
                                         {"http.user_agent", "agent"},
                                         {"http.server", "software"},
                                         {"tls.handshake.ja3", "ja3"},
                                         {"tls.handshake.ja3s", "ja3s"}}};

/// Levenshtein distance; field names are short.
std::size_t edits(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            diagonal = above;
        }
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

std::string_view nearestField(std::string_view name)
{
    const auto nearest = std::ranges::min_element(
        entries(), {}, [name](const FieldEntry& entry) { return edits(name.substr(0, 32), entry.field.name); });
    return nearest->field.name;
}

} // namespace flowscent::hunt
