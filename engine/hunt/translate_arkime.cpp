// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/service_names.h"
#include "engine/hunt/text_matcher.h"
#include "engine/hunt/translation_dialect.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace flowscent::hunt {

namespace {

/// Arkime's sessions know client and server, as our flows do.
class Arkime final : public Dialect {
public:
    Arkime()
        : Dialect("Arkime", "its sessions have no such field, or none that is known here")
    {
    }

protected:
    std::string both() const override { return " && "; }
    std::string either() const override { return " || "; }
    std::string negated(const std::string& text) const override { return "!(" + text + ")"; }

    Text otherLeaf(const FilterSyntax& leaf, std::string_view field) override
    {
        if (field == "start" || field == "end")
            return refused(leaf.name.column,
                           "Arkime takes times from the bar above its search, not from an expression");
        constexpr std::array<Renamed, 8> numbers{{{"bytes", "bytes"},
                                                  {"bytes.out", "bytes.src"},
                                                  {"bytes.in", "bytes.dst"},
                                                  {"pkts", "packets"},
                                                  {"pkts.out", "packets.src"},
                                                  {"pkts.in", "packets.dst"},
                                                  {"dur", "session.length"},
                                                  {"vlan", "vlan"}}};
        if (const std::string_view name = theirs(numbers, field); !name.empty())
            return numberLeaf(leaf, std::string(name), field == "dur" ? 1000.0 : 1.0);
        return textLeaf(leaf, field);
    }

private:
    Text addressLeaf(const FilterSyntax& leaf, End end) override
    {
        const std::string field = end == End::Either ? "ip" : end == End::Client ? "ip.src" : "ip.dst";
        if (leaf.kind == FilterSyntax::Kind::Presence)
            return field + " == EXISTS!";
        const auto networks = networksOf(*parseAddressRange(leaf.value.text));
        if (networks.empty())
            return refused(leaf.value.column, "the range of addresses runs backwards, so it holds none");
        std::vector<std::string> texts;
        texts.reserve(networks.size());
        for (const Network& network : networks)
            texts.push_back(field + " == " + network.text());
        const std::string text = any(texts);
        return isNotEqual(leaf) ? negated(text) : text;
    }

    Text portLeaf(const FilterSyntax& leaf, const PortAsk& ask) override
    {
        const auto range = wholeRange(leaf, greatestPort);
        if (!range)
            return base::failure(range.error());
        std::string text = ports(ask.end, *range);
        if (range->negated)
            text = negated(text);
        if (ask.transport.empty())
            return text;
        return all({"ip.protocol == " + std::string(ask.transport), text});
    }

    std::string ports(End end, const WholeRange& range) const
    {
        std::vector<std::string> texts;
        for (const auto& [which, field] : {std::pair(End::Client, "port.src"), std::pair(End::Server, "port.dst")}) {
            if (end == End::Either || end == which)
                texts.push_back(between(field, range.first, range.last));
        }
        return any(texts);
    }

    std::string between(const std::string& field, std::uint64_t first, std::uint64_t last) const
    {
        if (first == last)
            return field + " == " + std::to_string(first);
        return all({field + " >= " + std::to_string(first), field + " <= " + std::to_string(last)});
    }

    Text flagLeaf(const FilterSyntax& leaf, std::string_view field) override
    {
        std::string text;
        if (field == "tcp" || field == "udp" || field == "sctp")
            text = "ip.protocol == " + std::string(field);
        else if (field == "icmp")
            text = any({"ip.protocol == 1", "ip.protocol == 58"});
        else if (field == "ip")
            text = "ip.src == 0.0.0.0/0";
        else if (field == "ipv6")
            text = "ip.src == ::/0";
        else
            return refused(leaf);
        return wantsFlag(leaf) ? text : negated(text);
    }

    Text protocolLeaf(const FilterSyntax& leaf) override
    {
        if (leaf.kind == FilterSyntax::Kind::Presence)
            return std::string("ip.protocol == EXISTS!");
        if (!isEqual(leaf) && !isNotEqual(leaf))
            return refusedOperator(leaf);
        const std::uint8_t number = flow::protocolNumber(leaf.value.text);
        if (number == 0)
            return refused(leaf.value.column, "there is no protocol '" + leaf.value.text.substr(0, 40) + "'");
        const std::string text = "ip.protocol == " + std::to_string(number);
        return isEqual(leaf) ? text : negated(text);
    }

    Text serviceLeaf(const FilterSyntax& leaf) override
    {
        if (!isEqual(leaf))
            return refused(leaf);
        std::vector<std::string> texts;
        for (std::uint32_t code = 1; code < serviceCount(); ++code) {
            if (serviceName(code) != lower(leaf.value.text))
                continue;
            for (const std::uint16_t port : servicePorts(code))
                texts.push_back(between("port.dst", port, port));
        }
        if (texts.empty())
            return refused(leaf.value.column, "there is no service '" + leaf.value.text.substr(0, 40) + "'");
        return all({any({"ip.protocol == tcp", "ip.protocol == udp"}), any(texts)});
    }

    base::Result<std::string> numberLeaf(const FilterSyntax& leaf, const std::string& field, double factor) const
    {
        if (leaf.kind == FilterSyntax::Kind::Presence)
            return field + " == EXISTS!";
        const auto range = parseQuantityRange(leaf.value.text);
        const auto whole = [factor](double value) { return decimal(std::round(value * factor)); };
        if (range->first.value == range->last.value && !isNotEqual(leaf))
            return field + " " + std::string(signOf(leaf)) + " " + whole(range->first.value);
        const std::string inside =
            all({field + " >= " + whole(range->first.value), field + " <= " + whole(range->last.value)});
        return isEqual(leaf) ? inside : all({field + " == EXISTS!", negated(inside)});
    }

    base::Result<std::string> textLeaf(const FilterSyntax& leaf, std::string_view field)
    {
        constexpr std::array<Renamed, 11> texts{{{"host", "host"},
                                                 {"http.host", "host.http"},
                                                 {"dns.q", "host.dns"},
                                                 {"agent", "http.user-agent"},
                                                 {"ja3", "tls.ja3"},
                                                 {"ja3s", "tls.ja3s"},
                                                 {"ja4", "tls.ja4"},
                                                 {"hassh", "ssh.hassh"},
                                                 {"hassh.server", "ssh.hasshServer"},
                                                 {"cid", "communityId"},
                                                 {"tag", "tags"}}};
        std::string name(theirs(texts, field));
        if (field == "app")
            name = "protocols";
        if (name.empty())
            return refused(leaf);
        if (field == "app")
            note("Arkime's protocols stand for nDPI's applications; their names may differ.");
        const std::string exists = name + " == EXISTS!";
        if (leaf.kind == FilterSyntax::Kind::Presence)
            return exists;
        if (leaf.op.comparison == Comparison::Matches)
            return refused(leaf.op.column, "Arkime's patterns are of another kind, which matches whole texts only");
        std::string wanted = field == "app" ? lower(leaf.value.text) : leaf.value.text;
        if (wanted.find_first_of("*?\"\\") != std::string::npos)
            return refused(leaf.value.column,
                           "in Arkime the signs * ? \" and \\ of a text cannot stand for themselves");
        if (leaf.op.comparison == Comparison::Contains)
            return name + " == \"*" + wanted + "*\"";
        const std::string text = name + " == \"" + wanted + "\"";
        return isNotEqual(leaf) ? all({exists, negated(text)}) : text;
    }
};

} // namespace

std::unique_ptr<Dialect> arkimeDialect()
{
    return std::make_unique<Arkime>();
}

} // namespace flowscent::hunt
