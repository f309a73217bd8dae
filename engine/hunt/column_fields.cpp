// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/address_scope.h"
#include "engine/hunt/filter_fields.h"
#include "engine/hunt/service_names.h"
#include "engine/hunt/text_matcher.h"

#include <algorithm>
#include <iterator>

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

std::string stateName(std::uint32_t code)
{
    return code == 0 ? std::string() : lower(std::string(flow::text(static_cast<flow::TcpState>(code))));
}

std::string headingName(std::uint32_t code)
{
    switch (static_cast<Heading>(code)) {
    case Heading::Out:
        return "out";
    case Heading::In:
        return "in";
    case Heading::Lateral:
        return "lateral";
    default:
        return {};
    }
}

/// The file of the flow's first packet, by its whole path and by its last part.
void collectFile(View view, std::vector<std::string_view>& texts)
{
    const auto places = view.table.places(view.id());
    if (places.empty() || places.front().file >= view.context.files.size())
        return;
    const std::string_view path = view.context.files[places.front().file];
    texts.push_back(path);
    if (const std::size_t slash = path.find_last_of('/'); slash != std::string_view::npos)
        texts.push_back(path.substr(slash + 1));
}

std::vector<FieldEntry> endEntries()
{
    using enum Protocol;
    return {
        {{"ip.addr", "address of either end; e.g. ip.addr == 10.0.0.0/8"}, AddressField{clientAddress, serverAddress}},
        {{"ip.src", "address of the client; e.g. ip.src == 10.0.0.5..10.0.0.9"}, AddressField{clientAddress}},
        {{"ip.dst", "address of the server; e.g. ip.dst in {192.0.2.7, 2001:db8::/32}"}, AddressField{serverAddress}},
        {{"port", "port of either end, of ICMP its type or code; e.g. port == 8000..8080"},
         NumberField{clientPort, serverPort}},
        {{"port.src", "port of the client; e.g. port.src < 1024"}, NumberField{clientPort}},
        {{"port.dst", "port of the server; e.g. port.dst in {80, 443}"}, NumberField{serverPort}},
        {{"tcp.port", "TCP port of either end; e.g. tcp.port == 443"},
         NumberField{clientPortOf<Tcp>, serverPortOf<Tcp>}},
        {{"tcp.srcport", "TCP port of the client; e.g. tcp.srcport >= 49152"}, NumberField{clientPortOf<Tcp>}},
        {{"tcp.dstport", "TCP port of the server; e.g. tcp.dstport != 443"}, NumberField{serverPortOf<Tcp>}},
        {{"udp.port", "UDP port of either end; e.g. udp.port == 53"},
         NumberField{clientPortOf<Udp>, serverPortOf<Udp>}},
        {{"udp.srcport", "UDP port of the client; e.g. udp.srcport == 68"}, NumberField{clientPortOf<Udp>}},
        {{"udp.dstport", "UDP port of the server; e.g. udp.dstport > 1023"}, NumberField{serverPortOf<Udp>}},
        {{"tcp", "TCP flows; e.g. tcp and bytes > 1M"}, FlagField{[](View view) { return isProtocol(view, Tcp); }}},
        {{"udp", "UDP flows; e.g. udp and not dns"}, FlagField{[](View view) { return isProtocol(view, Udp); }}},
        {{"icmp", "ICMP flows of IPv4 and IPv6; e.g. icmp and pkts > 100"},
         FlagField{[](View view) { return isProtocol(view, Icmp) || isProtocol(view, Icmp6); }}},
        {{"sctp", "SCTP flows; e.g. not sctp"}, FlagField{[](View view) { return isProtocol(view, Sctp); }}},
        {{"ip", "IPv4 flows; e.g. ip and udp"}, FlagField{[](View view) { return !clientAddress(view).v6; }}},
        {{"ipv6", "IPv6 flows; e.g. ipv6 and tcp"}, FlagField{[](View view) { return clientAddress(view).v6; }}},
        {{"dir", "by the ends' addresses: out (from inside to outside), in, lateral (inside both; private, unique "
                 "local, link-local, loopback, multicast); e.g. dir == lateral"},
         CodeField{
             [](View view) { return static_cast<std::uint32_t>(heading(clientAddress(view), serverAddress(view))); },
             headingName, static_cast<std::uint32_t>(Heading::Count)}},
        {{"proto", "transport protocol: tcp, udp, icmp, icmp6, sctp; e.g. proto != tcp"},
         CodeField{[](View view) -> std::uint32_t { return view.table.protocol[view.row]; },
                   [](std::uint32_t code) { return flow::protocolText(static_cast<std::uint8_t>(code)); }, 256}},
        {{"service", "what usually answers at the server's port: dns, http, tls, ssh, ...; e.g. service in {http tls}"},
         CodeField{[](View view) { return serviceAt(view.table.protocol[view.row], view.table.server[view.row].port); },
                   serviceName, serviceCount()}},
        {{"cid", "Community ID; e.g. cid == 1:LQU9qZlK+B5F3KDmev6m5PMibrg="}, CommunityIdField{}},
    };
}

std::vector<FieldEntry> countEntries()
{
    constexpr auto states = static_cast<std::uint32_t>(flow::TcpState::OTH) + 1;
    return {
        {{"bytes", "bytes on the wire, both directions; e.g. bytes > 1.5M"},
         NumberField{[](View view) { return outBytes(view) + inBytes(view); }}},
        {{"bytes.out", "bytes on the wire from the client; e.g. bytes.out >= 10KB"}, NumberField{outBytes}},
        {{"bytes.in", "bytes on the wire from the server; e.g. bytes.in == 0"}, NumberField{inBytes}},
        {{"pkts", "packets, both directions; e.g. pkts < 4"},
         NumberField{[](View view) { return outPackets(view) + inPackets(view); }}},
        {{"pkts.out", "packets from the client; e.g. pkts.out > 10k"}, NumberField{outPackets}},
        {{"pkts.in", "packets from the server; e.g. pkts.in == 0"}, NumberField{inPackets}},
        {{"dur", "seconds from the first packet to the last; e.g. dur > 20ms and dur < 5m"},
         NumberField{[](View view) { return view.table.durationSeconds(view.id()); }}},
        {{"start", "time of the first packet, UTC, or before the capture's end; e.g. start >= \"2026-05-01 12:00\" and "
                   "start < -1h"},
         NumberField{[](View view) { return seconds(view.table.start[view.row]); }, nullptr, true}},
        {{"end", "time of the last packet, UTC, or before the capture's end; e.g. end > -10m"},
         NumberField{[](View view) { return seconds(view.table.last[view.row]); }, nullptr, true}},
        {{"state", "how a TCP flow went, in Zeek's letters: SF, S0, REJ, RSTO, ...; e.g. state == S0"},
         CodeField{[](View view) { return static_cast<std::uint32_t>(view.table.state[view.row]); }, stateName,
                   states}},
        {{"vlan", "VLAN id; absent when untagged; e.g. vlan == 7"}, NumberField{vlanId}},
        {{"tunnel", "what carried the flow inside other datagrams: ip, gre, pptp, erspan, vxlan, gtp, geneve, teredo; "
                    "e.g. tunnel == gre"},
         CodeField{[](View view) { return static_cast<std::uint32_t>(view.table.tunnel[view.row]); },
                   [](std::uint32_t code) { return std::string(packet::text(static_cast<packet::Tunnel>(code))); },
                   static_cast<std::uint32_t>(packet::Tunnel::Count)}},
        {{"icmp.errors", "ICMP errors about the flow while it was open; e.g. icmp.errors > 0"},
         NumberField{[](View view) { return static_cast<double>(view.table.icmpErrors[view.row].count); }}},
        {{"origin", "where the flow was counted: packets, zeek (conn.log), suricata (EVE); e.g. origin == zeek"},
         CodeField{[](View view) { return static_cast<std::uint32_t>(view.table.origin[view.row]); },
                   [](std::uint32_t code) { return std::string(flow::text(static_cast<flow::Origin>(code))); },
                   static_cast<std::uint32_t>(flow::Origin::Count)}},
        {{"guessed", "flows whose direction was guessed; e.g. guessed and tcp"},
         FlagField{[](View view) { return view.table.directionGuessed[view.row] != 0; }}},
        {{"file", "file of the flow's first packet, by its path or its name; e.g. file == \"monday.pcap\""},
         TextsField{collectFile}},
    };
}

} // namespace

std::vector<FieldEntry> columnEntries()
{
    std::vector<FieldEntry> entries = endEntries();
    std::ranges::copy(countEntries(), std::back_inserter(entries));
    return entries;
}

} // namespace flowscent::hunt
