// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/filter_translation.h"

#include "engine/hunt/text_matcher.h"
#include "engine/hunt/translation_dialect.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace flowscent::hunt {

namespace {

std::string bracketed(const std::vector<std::string>& texts, const std::string& between)
{
    std::string text = texts.size() > 1 ? "(" : "";
    for (std::size_t i = 0; i < texts.size(); ++i)
        text += (i == 0 ? "" : between) + texts[i];
    return texts.size() > 1 ? text + ")" : text;
}

std::unique_ptr<Dialect> dialectOf(FilterDialect dialect)
{
    switch (dialect) {
    case FilterDialect::Wireshark:
        return wiresharkDialect();
    case FilterDialect::Bpf:
        return bpfDialect();
    case FilterDialect::Arkime:
        return arkimeDialect();
    case FilterDialect::Jq:
        return jqDialect();
    case FilterDialect::Sql:
        break;
    }
    return sqlDialect();
}

/// The bracket around the whole is of no use when it is one.
std::string withoutOuterBracket(std::string text)
{
    if (!text.starts_with('(') || !text.ends_with(')'))
        return text;
    int depth = 0;
    char quote = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (quote != 0) {
            if (c == '\\' && quote == '"')
                ++at;
            else if (c == quote)
                quote = 0;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '(') {
            ++depth;
        } else if (c == ')' && --depth == 0 && at + 1 < text.size()) {
            return text;
        }
    }
    return text.substr(1, text.size() - 2);
}

bool overlaps(const AddressRange& range, const AddressRange& network)
{
    return range.first.bytes <= network.last.bytes && network.first.bytes <= range.last.bytes;
}

/// Networks within the range, by halving those that reach beyond it.
void cover(const AddressRange& range, const packet::IpAddress& address, unsigned prefix, std::vector<Network>& found)
{
    const auto network = parseAddressRange(Network{address, prefix}.text());
    if (!network || !overlaps(range, *network))
        return;
    if (range.first.bytes <= network->first.bytes && network->last.bytes <= range.last.bytes) {
        found.push_back({address, prefix});
        return;
    }
    packet::IpAddress upper = address;
    upper.bytes[prefix / 8] = static_cast<std::uint8_t>(upper.bytes[prefix / 8] | 0x80U >> (prefix % 8));
    cover(range, address, prefix + 1, found);
    cover(range, upper, prefix + 1, found);
}

} // namespace

std::string_view text(FilterDialect dialect)
{
    switch (dialect) {
    case FilterDialect::Wireshark:
        return "Wireshark";
    case FilterDialect::Bpf:
        return "BPF";
    case FilterDialect::Arkime:
        return "Arkime";
    case FilterDialect::Jq:
        return "jq on EVE";
    case FilterDialect::Sql:
        return "SQL";
    }
    return "";
}

base::Result<Translation> translate(std::string_view expression, FilterDialect dialect)
{
    if (expression.find_first_not_of(" \t\n\r\v\f") == std::string_view::npos)
        return Translation{};
    const auto syntax = parseFilter(expression);
    if (!syntax)
        return base::failure(syntax.error());
    const std::unique_ptr<Dialect> language = dialectOf(dialect);
    auto text = language->whole(*syntax);
    if (!text)
        return base::failure(text.error());
    return Translation{withoutOuterBracket(std::move(*text)), language->notes()};
}

base::Result<std::string> Dialect::translated(const FilterSyntax& node)
{
    using enum FilterSyntax::Kind;
    if (node.kind == Presence || node.kind == Comparison)
        return leaf(node);
    std::vector<std::string> texts;
    for (const FilterSyntax& child : node.children) {
        auto text = translated(child);
        if (!text)
            return text;
        texts.push_back(std::move(*text));
    }
    if (node.kind == Not)
        return negated(withoutOuterBracket(texts.front()));
    return node.kind == All ? all(texts) : any(texts);
}

base::Result<std::string> Dialect::leaf(const FilterSyntax& leaf)
{
    const std::string_view field = leaf.field->field.name;
    if (const auto end = addressEnd(field))
        return addressLeaf(leaf, *end);
    if (const auto ask = portAsk(field))
        return portLeaf(leaf, *ask);
    if (std::holds_alternative<FlagField>(leaf.field->access))
        return flagLeaf(leaf, field);
    if (field == "proto")
        return protocolLeaf(leaf);
    if (field == "service")
        return serviceLeaf(leaf);
    return otherLeaf(leaf, field);
}

void Dialect::note(std::string_view sentence)
{
    if (std::ranges::find(m_notes, sentence) == m_notes.end())
        m_notes.emplace_back(sentence);
}

tl::unexpected<base::Error> Dialect::refused(const FilterSyntax& leaf) const
{
    return refused(leaf.name.column,
                   m_name + " cannot ask for '" + std::string(leaf.field->field.name) + "': " + m_knows);
}

tl::unexpected<base::Error> Dialect::refusedOperator(const FilterSyntax& leaf) const
{
    return refused(leaf.op.column, m_name + " cannot ask whether '" + std::string(leaf.field->field.name) + "' " +
                                       leaf.op.text + " something");
}

tl::unexpected<base::Error> Dialect::refused(std::size_t column, std::string why)
{
    return base::failure(base::Error::Code::Unavailable, std::move(why), "column " + std::to_string(column));
}

std::string Dialect::any(const std::vector<std::string>& texts) const
{
    return bracketed(texts, either());
}

std::string Dialect::all(const std::vector<std::string>& texts) const
{
    return bracketed(texts, both());
}

bool isNotEqual(const FilterSyntax& leaf)
{
    return leaf.kind == FilterSyntax::Kind::Comparison && leaf.op.comparison == Comparison::NotEqual;
}

bool isEqual(const FilterSyntax& leaf)
{
    return leaf.kind == FilterSyntax::Kind::Comparison && leaf.op.comparison == Comparison::Equal;
}

bool wantsFlag(const FilterSyntax& leaf)
{
    if (leaf.kind == FilterSyntax::Kind::Presence)
        return true;
    const std::string value = lower(leaf.value.text);
    return (value == "1" || value == "true" || value == "yes") == isEqual(leaf);
}

base::Result<WholeRange> wholeRange(const FilterSyntax& leaf, std::uint64_t greatest)
{
    WholeRange whole{0, greatest, false};
    if (leaf.kind == FilterSyntax::Kind::Presence)
        return whole;
    const auto range = parseQuantityRange(leaf.value.text);
    double first = 0;
    auto last = static_cast<double>(greatest);
    switch (leaf.op.comparison) {
    case Comparison::Less:
        last = std::ceil(range->first.value) - 1;
        break;
    case Comparison::LessEqual:
        last = std::floor(range->first.value);
        break;
    case Comparison::Greater:
        first = std::floor(range->first.value) + 1;
        break;
    case Comparison::GreaterEqual:
        first = std::ceil(range->first.value);
        break;
    default:
        first = std::ceil(range->first.value);
        last = std::floor(range->last.value);
        whole.negated = leaf.op.comparison == Comparison::NotEqual;
    }
    first = std::max(first, 0.0);
    last = std::min(last, static_cast<double>(greatest));
    if (!(first <= last))
        return base::failure(base::Error::Code::Unavailable,
                             "no whole number from 0 to " + std::to_string(greatest) + " is meant by '" + leaf.op.text +
                                 " " + leaf.value.text.substr(0, 40) + "'",
                             "column " + std::to_string(leaf.value.column));
    whole.first = static_cast<std::uint64_t>(first);
    whole.last = last >= static_cast<double>(greatest) ? greatest : static_cast<std::uint64_t>(last);
    return whole;
}

std::string_view theirs(std::span<const Renamed> names, std::string_view ours)
{
    const auto found = std::ranges::find(names, ours, &Renamed::ours);
    return found == names.end() ? std::string_view() : found->theirs;
}

std::string_view signOf(const FilterSyntax& leaf)
{
    switch (leaf.op.comparison) {
    case Comparison::Less:
        return "<";
    case Comparison::LessEqual:
        return "<=";
    case Comparison::Greater:
        return ">";
    case Comparison::GreaterEqual:
        return ">=";
    case Comparison::NotEqual:
        return "!=";
    default:
        return "==";
    }
}

std::optional<PortAsk> portAsk(std::string_view field)
{
    struct Named {
        std::string_view field;
        PortAsk ask;
    };
    static constexpr Named known[] = {
        {"port", {End::Either, ""}},           {"port.src", {End::Client, ""}},
        {"port.dst", {End::Server, ""}},       {"tcp.port", {End::Either, "tcp"}},
        {"tcp.srcport", {End::Client, "tcp"}}, {"tcp.dstport", {End::Server, "tcp"}},
        {"udp.port", {End::Either, "udp"}},    {"udp.srcport", {End::Client, "udp"}},
        {"udp.dstport", {End::Server, "udp"}},
    };
    const auto* found = std::ranges::find(known, field, &Named::field);
    return found == std::end(known) ? std::nullopt : std::optional(found->ask);
}

std::optional<End> addressEnd(std::string_view field)
{
    if (field == "ip.addr")
        return End::Either;
    if (field == "ip.src")
        return End::Client;
    return field == "ip.dst" ? std::optional(End::Server) : std::nullopt;
}

std::string Network::text() const
{
    return packet::text(address) + (isHost() ? std::string() : "/" + std::to_string(prefix));
}

std::vector<Network> networksOf(const AddressRange& range)
{
    std::vector<Network> found;
    packet::IpAddress everything;
    everything.v6 = range.first.v6;
    cover(range, everything, 0, found);
    return found;
}

std::string decimal(double number)
{
    char text[400];
    const auto [end, error] = std::to_chars(text, text + sizeof text, number, std::chars_format::fixed);
    return {text, error == std::errc{} ? end : text};
}

std::string utcText(double seconds, char separator)
{
    // Years beyond four digits are written by no log.
    constexpr double firstDay = -62135596800.0;
    constexpr double lastDay = 253402300799.0;
    const double clamped = std::clamp(seconds, firstDay, lastDay);
    constexpr std::int64_t million = 1'000'000;
    const auto micros =
        static_cast<std::int64_t>(std::llround(clamped * 1e6)); // as exact as seconds since 1970 are here
    const std::int64_t parts = (micros % million + million) % million;
    const std::int64_t whole = (micros - parts) / million;
    const std::int64_t dayNumber = whole >= 0 ? whole / 86400 : (whole - 86399) / 86400;
    const std::int64_t rest = whole - dayNumber * 86400;
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(dayNumber))};
    char text[64];
    const int length =
        std::snprintf(text, sizeof text, "%04d-%02u-%02u%c%02d:%02d:%02d", static_cast<int>(date.year()),
                      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), separator,
                      static_cast<int>(rest / 3600), static_cast<int>(rest / 60 % 60), static_cast<int>(rest % 60));
    std::string written(text, static_cast<std::size_t>(length));
    if (parts > 0) {
        std::snprintf(text, sizeof text, ".%06d", static_cast<int>(parts));
        written += text;
    }
    return written;
}

} // namespace flowscent::hunt
