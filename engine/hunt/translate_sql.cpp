// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/text_matcher.h"
#include "engine/hunt/translation_dialect.h"

#include <algorithm>
#include <array>

namespace flowscent::hunt {

namespace {

/// A condition of SQL over columns named as the fields. What a flow does not have is NULL there, and a comparison with
/// NULL is unknown: behind NOT that would leave rows out which pass here, hence IS NOT TRUE.
class Sql final : public Dialect {
public:
    Sql()
        : Dialect("SQL", "several values of one flow do not stand in one column")
    {
    }

protected:
    std::string both() const override { return " AND "; }
    std::string either() const override { return " OR "; }
    std::string negated(const std::string& text) const override { return "((" + text + ") IS NOT TRUE)"; }

    Text leaf(const FilterSyntax& leaf) override
    {
        if (!leaf.index.empty())
            return refused(leaf.name.column, "SQL cannot ask for the scores of one detector by its name");
        return Dialect::leaf(leaf);
    }

    Text otherLeaf(const FilterSyntax& leaf, std::string_view field) override
    {
        if (std::holds_alternative<NumberField>(leaf.field->access))
            return numberLeaf(leaf, field);
        if (field == "risk" || field == "tag")
            return refused(leaf);
        return textLeaf(leaf, column(field), field == "cid", field == "app");
    }

private:
    static std::string column(std::string_view field)
    {
        if (field == "start" || field == "end") // END is a word of SQL
            return std::string(field) + "_time";
        std::string name(field);
        std::ranges::replace(name, '.', '_');
        return name;
    }

    static std::string quoted(std::string_view text)
    {
        std::string quoted = "'";
        for (const char c : text)
            quoted.append(c == '\'' ? "''" : std::string_view(&c, 1));
        return quoted + "'";
    }

    Text addressLeaf(const FilterSyntax& leaf, End end) override
    {
        std::vector<std::string> columns;
        if (end != End::Server)
            columns.emplace_back("ip_src");
        if (end != End::Client)
            columns.emplace_back("ip_dst");
        std::vector<std::string> texts;
        for (const std::string& name : columns) {
            if (leaf.kind == FilterSyntax::Kind::Presence) {
                texts.push_back(name + " IS NOT NULL");
                continue;
            }
            const auto range = *parseAddressRange(leaf.value.text);
            if (range.last.bytes < range.first.bytes)
                return refused(leaf.value.column, "the range of addresses runs backwards, so it holds none");
            texts.push_back(addressText(name, range));
        }
        const std::string text = any(texts);
        return isNotEqual(leaf) ? "(NOT (" + text + "))" : text;
    }

    std::string addressText(const std::string& name, const AddressRange& range)
    {
        const auto networks = networksOf(range);
        if (networks.size() == 1 && networks.front().isHost())
            return name + " = '" + networks.front().text() + "'";
        note("Networks are written for PostgreSQL's type inet.");
        if (networks.size() == 1)
            return name + " <<= inet '" + networks.front().text() + "'";
        return "(" + name + " BETWEEN inet '" + packet::text(range.first) + "' AND inet '" + packet::text(range.last) +
               "')";
    }

    Text portLeaf(const FilterSyntax& leaf, const PortAsk& ask) override
    {
        std::vector<std::string> texts;
        for (const auto& [which, name] : {std::pair(End::Client, "port_src"), std::pair(End::Server, "port_dst")}) {
            if (ask.end == End::Either || ask.end == which)
                texts.push_back(numberText(leaf, name));
        }
        // `!=` of either end: both are different.
        const std::string text = isNotEqual(leaf) ? all(texts) : any(texts);
        if (ask.transport.empty())
            return text;
        return all({"proto = '" + std::string(ask.transport) + "'", text});
    }

    static std::string numberText(const FilterSyntax& leaf, const std::string& name)
    {
        if (leaf.kind == FilterSyntax::Kind::Presence)
            return name + " IS NOT NULL";
        const auto range = parseQuantityRange(leaf.value.text);
        const auto written = [&leaf](double value) {
            const auto* number = std::get_if<NumberField>(&leaf.field->access);
            return number != nullptr && number->isTime ? "'" + utcText(value, ' ') + "+00'" : decimal(value);
        };
        constexpr std::array<std::pair<Comparison, std::string_view>, 4> signs{{{Comparison::Less, " < "},
                                                                                {Comparison::LessEqual, " <= "},
                                                                                {Comparison::Greater, " > "},
                                                                                {Comparison::GreaterEqual, " >= "}}};
        for (const auto& [comparison, sign] : signs) {
            if (leaf.op.comparison == comparison)
                return name + std::string(sign) + written(range->first.value);
        }
        if (range->first.value == range->last.value)
            return name + (isNotEqual(leaf) ? " <> " : " = ") + written(range->first.value);
        return "(" + name + (isNotEqual(leaf) ? " NOT BETWEEN " : " BETWEEN ") + written(range->first.value) + " AND " +
               written(range->last.value) + ")";
    }

    base::Result<std::string> numberLeaf(const FilterSyntax& leaf, std::string_view field)
    {
        if (leaf.kind == FilterSyntax::Kind::Comparison && std::get<NumberField>(leaf.field->access).isTime) {
            const auto range = parseQuantityRange(leaf.value.text);
            if (range->first.fromEnd || range->last.fromEnd)
                return refused(leaf.value.column,
                               "the end of this capture means nothing to a table: write the time itself");
        }
        if (field == "bytes" || field == "pkts") {
            const std::string name(field);
            return numberText(leaf, "(" + name + "_out + " + name + "_in)");
        }
        return numberText(leaf, column(field));
    }

    Text flagLeaf(const FilterSyntax& leaf, std::string_view field) override
    {
        std::string text = column(field);
        if (field == "tcp" || field == "udp" || field == "sctp")
            text = "proto = '" + std::string(field) + "'";
        else if (field == "icmp")
            text = "proto IN ('icmp', 'icmp6')";
        else if (field == "ip" || field == "ipv6")
            text = "family(ip_src) = " + std::string(field == "ip" ? "4" : "6");
        if (text.starts_with("family"))
            note("The family of an address is asked as PostgreSQL does.");
        return wantsFlag(leaf) ? text : negated(text);
    }

    base::Result<std::string> textLeaf(const FilterSyntax& leaf, const std::string& name, bool exact, bool parts)
    {
        if (leaf.kind == FilterSyntax::Kind::Presence)
            return name + " IS NOT NULL";
        const std::string wanted = exact ? leaf.value.text : lower(leaf.value.text);
        const std::string subject = exact ? name : "LOWER(" + name + ")";
        if (wanted.find('\0') != std::string::npos)
            return refused(leaf.value.column, "a text of SQL cannot hold a zero byte");
        switch (leaf.op.comparison) {
        case Comparison::Matches:
            note("Patterns are written for PostgreSQL.");
            return name + (exact ? " ~ " : " ~* ") + quoted(leaf.value.text);
        case Comparison::Contains:
            return subject + " LIKE " + quoted("%" + wildcardsEscaped(wanted) + "%") + " ESCAPE '!'";
        default:
            break;
        }
        const bool without = isNotEqual(leaf);
        if (parts && wanted.find('.') == std::string::npos)
            return "('.' || " + subject + " || '.')" + (without ? " NOT LIKE " : " LIKE ") +
                   quoted("%." + wildcardsEscaped(wanted) + ".%") + " ESCAPE '!'";
        return subject + (without ? " <> " : " = ") + quoted(wanted);
    }

    static std::string wildcardsEscaped(std::string_view text)
    {
        std::string escaped;
        for (const char c : text)
            escaped.append(c == '%' || c == '_' || c == '!' ? "!" : "") += c;
        return escaped;
    }
};

} // namespace

std::unique_ptr<Dialect> sqlDialect()
{
    return std::make_unique<Sql>();
}

} // namespace flowscent::hunt
