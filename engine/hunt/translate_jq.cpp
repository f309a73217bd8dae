// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/service_names.h"
#include "engine/hunt/text_matcher.h"
#include "engine/hunt/translation_dialect.h"

#include <algorithm>
#include <array>

namespace flowscent::hunt {

namespace {

constexpr std::uint64_t greatestCount = std::uint64_t{1} << 53; ///< whole numbers up to here are exact everywhere

std::string escaped(std::string_view text)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string quoted = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f)
            quoted.append("\\u00").append({digits[byte >> 4], digits[byte & 15]});
        else
            quoted.append(c == '"' || c == '\\' ? "\\" : "") += c;
    }
    return quoted + '"';
}

/// Flow records of Suricata's EVE log, line by line.
class Jq final : public Dialect {
public:
    Jq()
        : Dialect("jq on EVE", "a flow record of EVE does not tell it")
    {
    }

    base::Result<std::string> whole(const FilterSyntax& root) override
    {
        auto text = translated(root);
        if (!text)
            return text;
        return std::string(m_networks ? "def v4: if test(\"^[0-9.]+$\") then split(\".\") | map(tonumber) | .[0] * "
                                        "16777216 + .[1] * 65536 + .[2] * 256 + .[3] else -1 end; "
                                      : "") +
               "select(.event_type == \"flow\" and " + *text + ")";
    }

protected:
    std::string negated(const std::string& text) const override { return "(" + text + " | not)"; }

    Text otherLeaf(const FilterSyntax& leaf, std::string_view field) override
    {
        if (field == "start" || field == "end")
            return timeLeaf(leaf, field);
        constexpr std::array<Renamed, 7> numbers{
            {{"bytes", "((.flow.bytes_toserver // 0) + (.flow.bytes_toclient // 0))"},
             {"bytes.out", "(.flow.bytes_toserver // 0)"},
             {"bytes.in", "(.flow.bytes_toclient // 0)"},
             {"pkts", "((.flow.pkts_toserver // 0) + (.flow.pkts_toclient // 0))"},
             {"pkts.out", "(.flow.pkts_toserver // 0)"},
             {"pkts.in", "(.flow.pkts_toclient // 0)"},
             {"dur", "(.flow.age // 0)"}}};
        if (field == "dur")
            note("EVE gives the age of a flow in whole seconds.");
        if (const std::string_view name = theirs(numbers, field); !name.empty())
            return numberLeaf(leaf, std::string(name));
        if (field == "vlan")
            return vlanLeaf(leaf);
        if (field == "app")
            note("Suricata's app_proto stands for nDPI's application; their names may differ.");
        constexpr std::array<Renamed, 2> texts{{{"app", ".app_proto"}, {"cid", ".community_id"}}};
        const std::string_view name = theirs(texts, field);
        return name.empty() ? base::Result<std::string>(refused(leaf)) : textLeaf(leaf, std::string(name));
    }

private:
    static std::vector<std::string> ends(End end, std::string_view what)
    {
        std::vector<std::string> fields;
        if (end != End::Server)
            fields.push_back(".src_" + std::string(what));
        if (end != End::Client)
            fields.push_back(".dest_" + std::string(what));
        return fields;
    }

    Text addressLeaf(const FilterSyntax& leaf, End end) override
    {
        const auto fields = ends(end, "ip");
        std::vector<std::string> texts;
        for (const std::string& field : fields) {
            if (leaf.kind == FilterSyntax::Kind::Presence) {
                texts.push_back("(" + field + " != null)");
                continue;
            }
            auto text = addressText(leaf, field, *parseAddressRange(leaf.value.text));
            if (!text)
                return text;
            texts.push_back(std::move(*text));
        }
        const std::string text = any(texts);
        return isNotEqual(leaf) ? negated(text) : text;
    }

    base::Result<std::string> addressText(const FilterSyntax& leaf, const std::string& field, const AddressRange& range)
    {
        if (range.last.bytes < range.first.bytes)
            return refused(leaf.value.column, "the range of addresses runs backwards, so it holds none");
        if (range.first == range.last && !range.first.v6)
            return "(" + field + " == \"" + packet::text(range.first) + "\")";
        if (!range.first.v6) {
            m_networks = true;
            const auto number = [](const packet::IpAddress& address) {
                std::uint32_t value = 0;
                for (std::size_t i = 0; i < 4; ++i)
                    value = value << 8 | address.bytes[i];
                return std::to_string(value);
            };
            return "((" + field + " // \"\" | v4) as $ip | $ip >= " + number(range.first) +
                   " and $ip <= " + number(range.last) + ")";
        }
        if (range.first == range.last)
            return "(" + field + " == \"" + packet::text(range.first) + "\" or " + field + " == \"" +
                   inFull(range.first, 32) + "\")";
        const auto networks = networksOf(range);
        if (networks.size() != 1 || networks.front().prefix % 4 != 0)
            return refused(
                leaf.value.column,
                "jq compares IPv6 addresses as texts: only networks of a multiple of four bits can be asked for");
        note("IPv6 networks are compared as Suricata writes addresses: all eight groups in full.");
        return "(" + field + " // \"\" | startswith(\"" +
               (networks.front().prefix == 0 ? std::string() : inFull(range.first, networks.front().prefix / 4)) +
               "\") and contains(\":\"))";
    }

    /// "2001:0db8:0000:", as many digits of hex with the colons that follow them.
    static std::string inFull(const packet::IpAddress& address, unsigned digits)
    {
        constexpr std::string_view hex = "0123456789abcdef";
        std::string text;
        for (unsigned i = 0; i < digits; ++i) {
            const std::uint8_t byte = address.bytes[i / 2];
            text += hex[i % 2 == 0 ? byte >> 4 : byte & 15];
            if (i % 4 == 3 && i != 31)
                text += ':';
        }
        return text;
    }

    Text portLeaf(const FilterSyntax& leaf, const PortAsk& ask) override
    {
        const auto range = wholeRange(leaf, greatestPort);
        if (!range)
            return base::failure(range.error());
        std::vector<std::string> texts;
        for (const std::string& field : ends(ask.end, "port"))
            texts.push_back(between("(" + field + " // -1)", range->first, range->last));
        std::string text = any(texts);
        if (range->negated)
            text = all({"(.src_port != null)", negated(text)});
        if (ask.transport.empty())
            return text;
        return all({"(.proto == \"" + std::string(ask.transport == "tcp" ? "TCP" : "UDP") + "\")", text});
    }

    std::string between(const std::string& field, std::uint64_t first, std::uint64_t last) const
    {
        if (first == last)
            return "(" + field + " == " + std::to_string(first) + ")";
        return "(" + field + " >= " + std::to_string(first) + " and " + field + " <= " + std::to_string(last) + ")";
    }

    Text flagLeaf(const FilterSyntax& leaf, std::string_view field) override
    {
        std::string text;
        if (field == "tcp" || field == "udp" || field == "sctp")
            text = "(.proto == \"" + std::string(field == "tcp" ? "TCP" : field == "udp" ? "UDP" : "SCTP") + "\")";
        else if (field == "icmp")
            text = "(.proto == \"ICMP\" or .proto == \"IPv6-ICMP\")";
        else if (field == "ip" || field == "ipv6")
            text = "(.src_ip // \"\" | contains(\"" + std::string(field == "ip" ? "." : ":") + "\"))";
        else
            return refused(leaf);
        return wantsFlag(leaf) ? text : negated(text);
    }

    Text protocolLeaf(const FilterSyntax& leaf) override
    {
        if (leaf.kind == FilterSyntax::Kind::Presence)
            return std::string("(.proto != null)");
        if (!isEqual(leaf) && !isNotEqual(leaf))
            return refusedOperator(leaf);
        constexpr std::array<Renamed, 5> names{
            {{"tcp", "TCP"}, {"udp", "UDP"}, {"icmp", "ICMP"}, {"icmp6", "IPv6-ICMP"}, {"sctp", "SCTP"}}};
        const std::string_view name = theirs(names, lower(leaf.value.text));
        if (name.empty())
            return refused(leaf.value.column,
                           "Suricata's name of the protocol '" + leaf.value.text.substr(0, 40) + "' is not known here");
        return "(.proto " + std::string(signOf(leaf)) + " \"" + std::string(name) + "\")";
    }

    Text serviceLeaf(const FilterSyntax& leaf) override
    {
        if (!isEqual(leaf))
            return refused(leaf);
        std::vector<std::string> texts;
        for (std::uint32_t code = 1; code < serviceCount(); ++code) {
            if (serviceName(code) == lower(leaf.value.text)) {
                for (const std::uint16_t port : servicePorts(code))
                    texts.push_back(between("(.dest_port // -1)", port, port));
            }
        }
        if (texts.empty())
            return refused(leaf.value.column, "there is no service '" + leaf.value.text.substr(0, 40) + "'");
        return all({"(.proto == \"TCP\" or .proto == \"UDP\")", any(texts)});
    }

    base::Result<std::string> numberLeaf(const FilterSyntax& leaf, const std::string& value) const
    {
        if (leaf.kind == FilterSyntax::Kind::Presence)
            return "(" + value + " >= 0)";
        const auto range = parseQuantityRange(leaf.value.text);
        if (range->first.value == range->last.value)
            return "(" + value + " " + std::string(signOf(leaf)) + " " + decimal(range->first.value) + ")";
        const std::string inside = "(" + value + " >= " + decimal(range->first.value) + " and " + value +
                                   " <= " + decimal(range->last.value) + ")";
        return isNotEqual(leaf) ? negated(inside) : inside;
    }

    base::Result<std::string> vlanLeaf(const FilterSyntax& leaf) const
    {
        const auto range = wholeRange(leaf, greatestCount);
        if (!range)
            return base::failure(range.error());
        const std::string text = "(.vlan // [] | any(" + between(".", range->first, range->last) + "))";
        return range->negated ? all({"(.vlan != null)", negated(text)}) : text;
    }

    base::Result<std::string> timeLeaf(const FilterSyntax& leaf, std::string_view field)
    {
        const std::string value = "(.flow." + std::string(field) + " // \"\")[0:26]";
        if (leaf.kind == FilterSyntax::Kind::Presence)
            return "(.flow." + std::string(field) + " != null)";
        const auto range = parseQuantityRange(leaf.value.text);
        if (range->first.fromEnd || range->last.fromEnd)
            return refused(leaf.value.column, "jq reads line by line and cannot count back from the end of the log");
        note("Times are compared as texts, which is right for a sensor that writes UTC.");
        const auto text = [](double seconds) {
            std::string written = utcText(seconds, 'T');
            return "\"" + written + (written.size() == 19 ? ".000000" : "") + "\"";
        };
        if (range->first.value == range->last.value)
            return "(" + value + " " + std::string(signOf(leaf)) + " " + text(range->first.value) + ")";
        const std::string inside =
            "(" + value + " >= " + text(range->first.value) + " and " + value + " <= " + text(range->last.value) + ")";
        return isNotEqual(leaf) ? negated(inside) : inside;
    }

    base::Result<std::string> textLeaf(const FilterSyntax& leaf, const std::string& value) const
    {
        const std::string exists = "(" + value + " != null)";
        const std::string lowered = "(" + value + " // \"\" | ascii_downcase";
        const bool anyCase = value != ".community_id";
        const std::string wanted = escaped(anyCase ? lower(leaf.value.text) : leaf.value.text);
        const std::string subject = anyCase ? lowered : "(" + value + " // \"\"";
        if (leaf.kind == FilterSyntax::Kind::Presence)
            return exists;
        if (leaf.op.comparison == Comparison::Matches)
            return "(" + value + " // \"\" | test(" + escaped(leaf.value.text) + (anyCase ? "; \"i\"))" : "))");
        if (leaf.op.comparison == Comparison::Contains)
            return subject + " | contains(" + wanted + "))";
        const std::string same = subject + " | . == " + wanted + ")";
        return isNotEqual(leaf) ? all({exists, negated(same)}) : same;
    }

    bool m_networks = false;
};

} // namespace

std::unique_ptr<Dialect> jqDialect()
{
    return std::make_unique<Jq>();
}

} // namespace flowscent::hunt
