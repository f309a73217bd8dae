// SPDX-License-Identifier: GPL-3.0-or-later
// Filters of packets: Wireshark's display filters and libpcap's capture filters.
#include "engine/hunt/service_names.h"
#include "engine/hunt/text_matcher.h"
#include "engine/hunt/translation_dialect.h"

#include <algorithm>
#include <array>

namespace flowscent::hunt {

namespace {

constexpr std::uint64_t greatestVlan = 4095;

bool hasNegation(const FilterSyntax& node)
{
    return node.kind == FilterSyntax::Kind::Not || isNotEqual(node) ||
           (node.field != nullptr && std::holds_alternative<FlagField>(node.field->access) && !wantsFlag(node)) ||
           std::ranges::any_of(node.children, hasNegation);
}

/// A packet has a sender and a receiver, and either may be the client: what asks for an end is asked both ways round.
class PacketDialect : public Dialect {
public:
    using Dialect::Dialect;

    base::Result<std::string> whole(const FilterSyntax& root) override
    {
        m_directed = false;
        auto text = translated(root);
        if (text && m_directed) {
            m_reversed = true;
            auto other = translated(root);
            m_reversed = false;
            if (!other)
                return other;
            if (*other != *text)
                text = any({*text, *other});
            note(
                "A packet does not tell which end opened the conversation, so conversations with client and server the "
                "other way round are selected, too.");
        }
        if (text && hasNegation(root))
            return all({anyIp(), *text});
        return text;
    }

protected:
    /// "src" or "dst" of an end in the way round that is asked at the moment; empty for either.
    [[nodiscard]] std::string_view side(End end)
    {
        if (end == End::Either)
            return "";
        m_directed = true;
        return (end == End::Client) != m_reversed ? "src" : "dst";
    }
    [[nodiscard]] virtual std::string anyIp() const = 0; ///< all packets that can belong to a flow
    [[nodiscard]] virtual base::Result<std::string> ports(const PortAsk& ask, const WholeRange& range) = 0;
    [[nodiscard]] virtual std::string protocol(std::uint8_t number) = 0;
    [[nodiscard]] virtual base::Result<std::string> addresses(End end, const AddressRange& range) = 0;

    Text portLeaf(const FilterSyntax& leaf, const PortAsk& ask) override
    {
        const auto range = wholeRange(leaf, greatestPort);
        if (!range)
            return base::failure(range.error());
        if (ask.transport.empty())
            note("Here, 'port' also asks for type and code of ICMP; there, only ports of TCP, UDP and SCTP are asked "
                 "for.");
        auto text = ports(ask, *range);
        if (!text || !range->negated)
            return text;
        return all({ask.transport.empty() ? any({"tcp", "udp", "sctp"}) : std::string(ask.transport), negated(*text)});
    }

    Text addressLeaf(const FilterSyntax& leaf, End end) override
    {
        if (leaf.kind == FilterSyntax::Kind::Presence)
            return anyIp();
        const auto range = parseAddressRange(leaf.value.text);
        if (range->last.bytes < range->first.bytes)
            return refused(leaf.value.column, "the range of addresses runs backwards, so it holds none");
        auto text = addresses(end, *range);
        if (!text || !isNotEqual(leaf))
            return text;
        return all({anyIp(), negated(*text)});
    }

    Text flagLeaf(const FilterSyntax& leaf, std::string_view field) override
    {
        std::string text;
        if (field == "tcp" || field == "udp" || field == "sctp" || field == "ip")
            text = field;
        else if (field == "icmp")
            text = any({"icmp", icmp6()});
        else if (field == "ipv6")
            text = ip6();
        else
            return otherLeaf(leaf, field);
        return wantsFlag(leaf) ? text : negated(text);
    }

    Text protocolLeaf(const FilterSyntax& leaf) override
    {
        if (leaf.kind == FilterSyntax::Kind::Presence)
            return anyIp();
        if (!isEqual(leaf) && !isNotEqual(leaf))
            return refusedOperator(leaf);
        const std::uint8_t number = flow::protocolNumber(leaf.value.text);
        if (number == 0)
            return refused(leaf.value.column, "there is no protocol '" + leaf.value.text.substr(0, 40) + "'");
        const std::string text = protocol(number);
        return isEqual(leaf) ? text : all({anyIp(), negated(text)});
    }

    /// A service is what is registered for the server's port.
    Text serviceLeaf(const FilterSyntax& leaf) override
    {
        if (!isEqual(leaf))
            return leaf.kind == FilterSyntax::Kind::Presence ? base::Result<std::string>(refused(leaf))
                                                             : base::Result<std::string>(refusedOperator(leaf));
        std::vector<std::string> texts;
        for (std::uint32_t code = 1; code < serviceCount(); ++code) {
            if (serviceName(code) != lower(leaf.value.text))
                continue;
            for (const std::uint16_t port : servicePorts(code)) {
                for (const std::string_view transport : {"tcp", "udp"}) {
                    auto text = ports({End::Server, transport}, {port, port, false});
                    if (!text)
                        return text;
                    texts.push_back(std::move(*text));
                }
            }
        }
        if (texts.empty())
            return refused(leaf.value.column, "there is no service '" + leaf.value.text.substr(0, 40) + "'");
        return any(texts);
    }

    [[nodiscard]] virtual std::string icmp6() const = 0;
    [[nodiscard]] virtual std::string ip6() const = 0;

private:
    bool m_reversed = false;
    bool m_directed = false;
};

class Wireshark final : public PacketDialect {
public:
    Wireshark()
        : PacketDialect("Wireshark",
                        "a display filter looks at one packet at a time, not at a flow or what was said of it")
    {
    }

protected:
    std::string negated(const std::string& text) const override { return "!(" + text + ")"; }
    std::string anyIp() const override { return "(ip or ipv6)"; }
    std::string icmp6() const override { return "icmpv6"; }
    std::string ip6() const override { return "ipv6"; }

    Text otherLeaf(const FilterSyntax& leaf, std::string_view field) override
    {
        if (field == "vlan")
            return vlanLeaf(leaf);
        if (field == "start" || field == "end")
            return timeLeaf(leaf);
        if (field == "app")
            return applicationLeaf(leaf);
        return textLeaf(leaf, field);
    }

    base::Result<std::string> ports(const PortAsk& ask, const WholeRange& range) override
    {
        const std::string_view end = side(ask.end);
        std::vector<std::string> texts;
        for (const std::string_view transport : {"tcp", "udp", "sctp"}) {
            if (!ask.transport.empty() && ask.transport != transport)
                continue;
            const std::string field = std::string(transport) + "." + std::string(end) + "port";
            texts.push_back(compared(field, range, greatestPort));
        }
        return any(texts);
    }

    std::string protocol(std::uint8_t number) override
    {
        std::string name = flow::protocolText(number);
        if (name == "icmp6")
            return "icmpv6";
        if (name == "tcp" || name == "udp" || name == "icmp" || name == "sctp")
            return name;
        return "(ip.proto == " + std::to_string(number) + " or ipv6.nxt == " + std::to_string(number) + ")";
    }

    base::Result<std::string> addresses(End end, const AddressRange& range) override
    {
        const std::string_view which = side(end);
        const std::string family = range.first.v6 ? "ipv6" : "ip";
        const std::string field = family + "." + std::string(which.empty() ? "addr" : which);
        const auto networks = networksOf(range);
        if (networks.size() == 1 && networks.front().prefix == 0)
            return family;
        if (networks.size() == 1)
            return field + " == " + networks.front().text();
        return field + " in {" + packet::text(range.first) + ".." + packet::text(range.last) + "}";
    }

private:
    static std::string compared(const std::string& field, const WholeRange& range, std::uint64_t greatest)
    {
        const std::string first = std::to_string(range.first);
        const std::string last = std::to_string(range.last);
        if (range.first == 0 && range.last == greatest)
            return field;
        if (range.first == range.last)
            return field + " == " + first;
        if (range.last == greatest)
            return field + " >= " + first;
        if (range.first == 0)
            return field + " <= " + last;
        return field + " in {" + first + ".." + last + "}"; // one and the same port within both limits
    }

    base::Result<std::string> vlanLeaf(const FilterSyntax& leaf)
    {
        const auto range = wholeRange(leaf, greatestVlan);
        if (!range)
            return base::failure(range.error());
        const std::string text = compared("vlan.id", *range, greatestVlan);
        return range->negated ? all({"vlan", negated(text)}) : text;
    }

    base::Result<std::string> timeLeaf(const FilterSyntax& leaf)
    {
        if (leaf.kind == FilterSyntax::Kind::Presence)
            return anyIp();
        const auto range = parseQuantityRange(leaf.value.text);
        if (range->first.fromEnd || range->last.fromEnd)
            return refused(leaf.value.column, "Wireshark cannot count back from the end of the capture");
        note("Packets are chosen by their own time, so conversations that cross the edge are cut.");
        const std::string first = decimal(range->first.value);
        const std::string last = decimal(range->last.value);
        std::string text = "(frame.time_epoch >= " + first + " and frame.time_epoch <= " + last + ")";
        if (isEqual(leaf))
            return text;
        if (isNotEqual(leaf))
            return negated(text);
        constexpr std::array<std::pair<Comparison, std::string_view>, 4> signs{{{Comparison::Less, "<"},
                                                                                {Comparison::LessEqual, "<="},
                                                                                {Comparison::Greater, ">"},
                                                                                {Comparison::GreaterEqual, ">="}}};
        for (const auto& [comparison, sign] : signs) {
            if (leaf.op.comparison == comparison)
                text = "frame.time_epoch " + std::string(sign) + " " + first;
        }
        return text;
    }

    /// Applications that Wireshark has a dissector for, by nDPI's names.
    base::Result<std::string> applicationLeaf(const FilterSyntax& leaf)
    {
        constexpr std::array<std::pair<std::string_view, std::string_view>, 24> known{
            {{"tls", "tls"},   {"quic", "quic"}, {"http", "http"},       {"dns", "dns"},
             {"ssh", "ssh"},   {"ftp", "ftp"},   {"ftp_control", "ftp"}, {"smtp", "smtp"},
             {"imap", "imap"}, {"pop3", "pop"},  {"ntp", "ntp"},         {"dhcp", "dhcp"},
             {"snmp", "snmp"}, {"rdp", "rdp"},   {"ldap", "ldap"},       {"kerberos", "kerberos"},
             {"sip", "sip"},   {"mqtt", "mqtt"}, {"mdns", "mdns"},       {"mysql", "mysql"},
             {"vnc", "vnc"},   {"tftp", "tftp"}, {"telnet", "telnet"},   {"netbios", "nbns"}}};
        if (!isEqual(leaf) && !isNotEqual(leaf))
            return refused(leaf);
        const std::string wanted = lower(leaf.value.text);
        const auto* found = std::ranges::find(known, wanted, [](const auto& one) { return one.first; });
        std::string text = found == known.end() ? std::string() : std::string(found->second);
        if (wanted == "smb" || wanted == "smbv1" || wanted == "smbv23")
            text = "(smb or smb2)";
        if (text.empty())
            return refused(leaf.value.column,
                           "Wireshark has no protocol for the application '" + leaf.value.text.substr(0, 60) + "'");
        note("Wireshark tells applications packet by packet: packets of the same conversation without a byte of the "
             "application are left out.");
        return isEqual(leaf) ? text : all({anyIp(), negated(text)});
    }

    base::Result<std::string> textLeaf(const FilterSyntax& leaf, std::string_view field)
    {
        struct Named {
            std::string_view field;
            std::vector<std::string> theirs;
        };
        static const std::vector<Named> known{
            {"host", {"tls.handshake.extensions_server_name", "http.host", "dns.qry.name"}},
            {"sni", {"tls.handshake.extensions_server_name"}},
            {"http.host", {"http.host"}},
            {"dns.q", {"dns.qry.name"}},
            {"alpn", {"tls.handshake.extensions_alpn_str"}},
            {"agent", {"http.user_agent"}},
            {"software", {"http.server"}},
            {"ja3", {"tls.handshake.ja3"}},
            {"ja3s", {"tls.handshake.ja3s"}},
            {"ja4", {"tls.handshake.ja4"}},
            {"hassh", {"ssh.kex.hassh"}},
            {"hassh.server", {"ssh.kex.hasshserver"}},
            {"cid", {"communityid"}},
        };
        const auto found = std::ranges::find(known, field, &Named::field);
        if (found == known.end())
            return refused(leaf);
        if (field == "cid")
            note("Wireshark's Community ID has to be switched on: Analyze, Enabled Protocols, CommunityID.");
        else
            note("Only packets that carry the text are selected; 'Follow stream' shows the rest of their "
                 "conversations.");
        if (field == "ja4")
            note("JA4 needs Wireshark 4.2 or later.");
        std::vector<std::string> any;
        for (const std::string& theirs : found->theirs)
            any.push_back(textCompared(theirs, leaf, field != "cid"));
        const std::string text = this->any(any);
        return isNotEqual(leaf) ? all({this->any(found->theirs), negated(text)}) : text;
    }

    static std::string textCompared(const std::string& field, const FilterSyntax& leaf, bool anyCase)
    {
        if (leaf.kind == FilterSyntax::Kind::Presence)
            return field;
        const bool pattern = leaf.op.comparison == Comparison::Matches;
        std::string quoted = "\"";
        for (const char c : anyCase && !pattern ? lower(leaf.value.text) : leaf.value.text)
            quoted.append(c == '"' || c == '\\' ? "\\" : "") += c;
        quoted += '"';
        if (pattern)
            return field + " matches " + quoted; // Wireshark's patterns mind no case
        return (anyCase ? "lower(" + field + ")" : field) +
               (leaf.op.comparison == Comparison::Contains ? " contains " : " == ") + quoted;
    }
};

/// Behind `vlan` a capture filter reads everything as inside the tag, so it stands once and in front.
class Bpf final : public PacketDialect {
public:
    Bpf()
        : PacketDialect("BPF", "a capture filter knows addresses, ports and protocols of single packets")
    {
    }

    base::Result<std::string> whole(const FilterSyntax& root) override
    {
        std::vector<FilterSyntax> tags;
        std::vector<FilterSyntax> rest;
        const bool chain = root.kind == FilterSyntax::Kind::All;
        for (const FilterSyntax& term : chain ? root.children : std::vector<FilterSyntax>{root})
            (term.field != nullptr && term.field->field.name == "vlan" ? tags : rest).push_back(term);
        if (tags.empty())
            return PacketDialect::whole(root);
        if (tags.size() > 1)
            return refused(tags[1].name.column, "a capture filter can ask for one VLAN only");
        const auto range = wholeRange(tags.front(), greatestVlan);
        if (!range)
            return base::failure(range.error());
        const bool every = range->first == 0 && range->last == greatestVlan && !range->negated;
        if (!every && (range->first != range->last || range->negated))
            return refused(tags.front().op.column, "a capture filter asks for one VLAN: vlan == 7");
        const std::string tag = every ? "vlan" : "vlan " + std::to_string(range->first);
        if (rest.empty())
            return tag;
        auto inside = PacketDialect::whole(joined(FilterSyntax::Kind::All, std::move(rest)));
        if (!inside)
            return inside;
        return all({tag, *inside});
    }

protected:
    std::string anyIp() const override { return "(ip or ip6)"; }
    std::string icmp6() const override { return "icmp6"; }
    std::string ip6() const override { return "ip6"; }

    Text otherLeaf(const FilterSyntax& leaf, std::string_view field) override
    {
        if (field == "vlan")
            return refused(
                leaf.name.column,
                "in a capture filter 'vlan' changes how all that follows is read, so it can only be joined to "
                "the rest by 'and'");
        return refused(leaf);
    }

    base::Result<std::string> ports(const PortAsk& ask, const WholeRange& range) override
    {
        std::string text(ask.transport);
        if (const std::string_view end = side(ask.end); !end.empty())
            text.append(text.empty() ? "" : " ").append(end);
        text += text.empty() ? "" : " ";
        if (range.first == range.last)
            return text + "port " + std::to_string(range.first);
        return text + "portrange " + std::to_string(range.first) + "-" + std::to_string(range.last);
    }

    std::string protocol(std::uint8_t number) override
    {
        std::string name = flow::protocolText(number);
        if (name == "tcp" || name == "udp" || name == "icmp" || name == "icmp6" || name == "sctp")
            return name;
        return "(ip proto " + std::to_string(number) + " or ip6 proto " + std::to_string(number) + ")";
    }

    base::Result<std::string> addresses(End end, const AddressRange& range) override
    {
        const std::string_view which = side(end);
        const std::string family = range.first.v6 ? "ip6" : "ip";
        std::vector<std::string> texts;
        for (const Network& network : networksOf(range)) {
            if (network.prefix == 0)
                return family;
            texts.push_back(family + (which.empty() ? "" : " ") + std::string(which) +
                            (network.isHost() ? " host " : " net ") + network.text());
        }
        return any(texts);
    }
};

} // namespace

std::unique_ptr<Dialect> wiresharkDialect()
{
    return std::make_unique<Wireshark>();
}

std::unique_ptr<Dialect> bpfDialect()
{
    return std::make_unique<Bpf>();
}

} // namespace flowscent::hunt
