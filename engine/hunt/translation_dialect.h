// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/hunt/filter_syntax.h"
#include "engine/hunt/filter_values.h"

/// Inside the translation of filters only: what the dialects have in common.
namespace flowscent::hunt {

enum class End { Either, Client, Server };

/// A number's comparison as the whole numbers that it holds for.
struct WholeRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    bool negated = false; ///< `!=`: the flow has a number, and it is none of these
};

/// A comparison of ports: whose, and over which transport ("" for any).
struct PortAsk {
    End end = End::Either;
    std::string_view transport;
};

/// One language. Leaves are asked one by one; the text of a leaf binds tighter than its `not`.
class Dialect {
public:
    virtual ~Dialect() = default;

    [[nodiscard]] base::Result<std::string> translated(const FilterSyntax& node);
    [[nodiscard]] const std::vector<std::string>& notes() const { return m_notes; }
    /// The whole expression, e.g. with what has to stand around it.
    [[nodiscard]] virtual base::Result<std::string> whole(const FilterSyntax& root) { return translated(root); }

protected:
    explicit Dialect(std::string_view name, std::string_view knows)
        : m_name(name)
        , m_knows(knows)
    {
    }

    using Text = base::Result<std::string>;
    /// Gives the leaf to one of those below, by what it asks for; `field` is the field's name.
    [[nodiscard]] virtual Text leaf(const FilterSyntax& leaf);
    [[nodiscard]] virtual Text addressLeaf(const FilterSyntax& leaf, End end) = 0;
    [[nodiscard]] virtual Text portLeaf(const FilterSyntax& leaf, const PortAsk& ask) = 0;
    [[nodiscard]] virtual Text flagLeaf(const FilterSyntax& leaf, std::string_view field) = 0;
    [[nodiscard]] virtual Text protocolLeaf(const FilterSyntax& leaf) { return otherLeaf(leaf, "proto"); }
    [[nodiscard]] virtual Text serviceLeaf(const FilterSyntax& leaf) { return otherLeaf(leaf, "service"); }
    [[nodiscard]] virtual Text otherLeaf(const FilterSyntax& leaf, std::string_view field) = 0;
    [[nodiscard]] virtual std::string both() const { return " and "; }
    [[nodiscard]] virtual std::string either() const { return " or "; }
    [[nodiscard]] virtual std::string negated(const std::string& text) const { return "not (" + text + ")"; }

    void note(std::string_view sentence);
    /// "BPF cannot ask for 'score': it knows ..."
    [[nodiscard]] tl::unexpected<base::Error> refused(const FilterSyntax& leaf) const;
    [[nodiscard]] tl::unexpected<base::Error> refusedOperator(const FilterSyntax& leaf) const;
    [[nodiscard]] static tl::unexpected<base::Error> refused(std::size_t column, std::string why);
    [[nodiscard]] std::string any(const std::vector<std::string>& texts) const; ///< in brackets when several
    [[nodiscard]] std::string all(const std::vector<std::string>& texts) const;

    [[nodiscard]] const std::string& name() const { return m_name; }

private:
    std::string m_name;
    std::string m_knows;
    std::vector<std::string> m_notes;
};

/// Whether a flag is asked to be set ("tcp", "tcp == 1") or not.
[[nodiscard]] bool wantsFlag(const FilterSyntax& leaf);
/// Whether the leaf is `field != value`.
[[nodiscard]] bool isNotEqual(const FilterSyntax& leaf);
[[nodiscard]] bool isEqual(const FilterSyntax& leaf);

/// Of a number's comparison: the whole numbers up to `greatest` for which it holds. Argument error when there are none.
[[nodiscard]] base::Result<WholeRange> wholeRange(const FilterSyntax& leaf, std::uint64_t greatest);

[[nodiscard]] std::optional<PortAsk> portAsk(std::string_view field);
[[nodiscard]] std::optional<End> addressEnd(std::string_view field);

inline constexpr std::uint64_t greatestPort = 65535;

/// A field's name there.
struct Renamed {
    std::string_view ours;
    std::string_view theirs;
};
/// Empty for a field that is not among the names.
[[nodiscard]] std::string_view theirs(std::span<const Renamed> names, std::string_view ours);
/// The sign of a plain comparison: "==", "!=", "<", ...
[[nodiscard]] std::string_view signOf(const FilterSyntax& leaf);

/// The networks that make up a range of addresses, ascending: {address, bits}.
struct Network {
    packet::IpAddress address;
    unsigned prefix = 0;

    [[nodiscard]] bool isHost() const { return prefix == (address.v6 ? 128U : 32U); }
    [[nodiscard]] std::string text() const;
};
[[nodiscard]] std::vector<Network> networksOf(const AddressRange& range);

/// "1777636800.25": without an exponent, no more digits than needed.
[[nodiscard]] std::string decimal(double number);
/// "2026-05-01 12:00:05.25" of seconds since 1970, UTC; `separator` stands between day and time.
[[nodiscard]] std::string utcText(double seconds, char separator);

[[nodiscard]] std::unique_ptr<Dialect> wiresharkDialect();
[[nodiscard]] std::unique_ptr<Dialect> bpfDialect();
[[nodiscard]] std::unique_ptr<Dialect> arkimeDialect();
[[nodiscard]] std::unique_ptr<Dialect> jqDialect();
[[nodiscard]] std::unique_ptr<Dialect> sqlDialect();

} // namespace flowscent::hunt
