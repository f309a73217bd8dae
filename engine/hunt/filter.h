// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "engine/flow/flow_table.h"
#include "engine/hunt/filter_context.h"

namespace flowscent::hunt {

/// A filter expression, compiled once and applied to whole columns. Wireshark's family of syntax over flow fields plus
/// bare words: `ip.addr == 10.0.0.5 && tcp.port == 443`, `bytes > 1M and not dns`, `score["Beacon-A"] >= 0.9`,
/// `10.0.0.0/8`, `:443`, `evil.example`.
///
///     expression  = conjunction { ("||" | "or") conjunction }
///     conjunction = negation { ["&&" | "and"] negation }              terms side by side are joined by "and"
///     negation    = { "!" | "not" } term
///     term        = "(" expression ")" | field | field operator value | field "in" "{" value { [","] value } "}" |
///     word field       = name | name "[" quoted "]" operator    = == eq = | != ne | < lt | <= le | > gt | >= ge |
///     contains | matches ~ (RE2's syntax) value       = word | quoted        443  10k  1.5M  20ms  5m
///     8000..8080  10.0.0.0/8  10.0.0.5..10.0.0.9
///                                        "2026-05-01 12:00"  -1h (before the capture's last packet)
///     quoted      = "..." where \" is a quote and any other backslash itself | '...' where everything is itself
///
/// `ip.addr != x` means that neither end is x; a comparison with what a flow does not have (a score before there is
/// one, the TCP port of a UDP flow) does not hold, whatever the operator. A word on its own is looked for among
/// addresses, ports, protocols, services, states, labels, verdicts, Community IDs, hosts, applications and tags.
/// Immutable; may be used from any thread.
class Filter {
public:
    /// An Error's `where` is "column N", see filterErrorPlace; `what` names what was expected and the nearest field.
    [[nodiscard]] static base::Result<Filter> parse(std::string_view expression);
    Filter(); ///< passes everything
    ~Filter();
    Filter(const Filter&);
    Filter(Filter&&) noexcept;
    Filter& operator=(const Filter&);
    Filter& operator=(Filter&&) noexcept;

    /// Rows that pass, ascending; none once stopped. Long tables are read by the calling thread and a second one: a
    /// million flows take some 10 ms for a comparison of a number, an address or a code, see tests/bench/filter_bench.
    [[nodiscard]] std::vector<std::uint32_t> apply(const flow::FlowTable& table, const FilterContext& context,
                                                   const std::stop_token& stop = {}) const;
    [[nodiscard]] const std::string& text() const;
    [[nodiscard]] bool empty() const;

    struct Field {
        std::string_view name;
        std::string_view description; ///< what it is, its unit and an example
    };
    /// For tool tips and completion; other names of the same fields are left out.
    [[nodiscard]] static std::span<const Field> fields();

private:
    struct Program;
    std::shared_ptr<const Program> m_program;
};

/// The column that an Error of Filter::parse or of translate is about: 1 for the first byte; nothing for other errors.
[[nodiscard]] std::optional<std::size_t> filterErrorColumn(const base::Error& error);

/// A run of bytes of an expression. `column` may be one past its end, where something is missing.
struct FilterErrorPlace {
    std::size_t column = 1; ///< 1-based, in bytes of UTF-8
    std::size_t length = 1; ///< of the token that stands there, at least 1
};
[[nodiscard]] std::optional<FilterErrorPlace> filterErrorPlace(std::string_view expression, const base::Error& error);

/// The text as a value of an expression: quoted when it has to be. Nothing for the few texts that no quotes can hold:
/// those with a single quote that end with a backslash.
[[nodiscard]] std::optional<std::string> filterValue(std::string_view text);

} // namespace flowscent::hunt
