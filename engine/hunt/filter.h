// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "engine/flow/flow_table.h"
#include "engine/hunt/support_set.h"

namespace flowscent::hunt {

/// What a filter may look at besides the table. Spans may be empty (no scores yet).
struct FilterContext {
    std::span<const float> scores;         ///< per flow
    std::span<const std::uint8_t> alarmed; ///< per flow, 1 when the verdict is "threat"
    const SupportSet* support = nullptr;
};

/// A filter expression, compiled once and applied to whole columns. Wireshark's family of syntax over flow fields plus
/// bare words: `ip.addr == 10.0.0.5 && tcp.port == 443`, `bytes > 1M and not dns`, `score >= 0.9`, `10.0.0.0/8`,
/// `:443`. `ip.addr != x` means that neither end is x; a comparison with what a flow does not have (a score before
/// there is one, the TCP port of a UDP flow) does not hold, whatever the operator. Immutable; may be used from any
/// thread. Comparisons take a few milliseconds for a million flows, those with `cid` half a second (a hash per flow).
class Filter {
public:
    /// An Error's `where` is "column N" (1-based); `what` names what was expected and the nearest field.
    [[nodiscard]] static base::Result<Filter> parse(std::string_view expression);
    Filter(); ///< passes everything
    ~Filter();
    Filter(const Filter&);
    Filter(Filter&&) noexcept;
    Filter& operator=(const Filter&);
    Filter& operator=(Filter&&) noexcept;

    /// Rows that pass, ascending.
    [[nodiscard]] std::vector<std::uint32_t> apply(const flow::FlowTable& table, const FilterContext& context) const;
    [[nodiscard]] const std::string& text() const;
    [[nodiscard]] bool empty() const;

    struct Field {
        std::string_view name;
        std::string_view description;
    };
    [[nodiscard]] static std::span<const Field> fields();

private:
    struct Program;
    std::shared_ptr<const Program> m_program;
};

} // namespace flowscent::hunt
