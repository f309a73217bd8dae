// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "engine/hunt/filter.h"

/// Inside the filter language only: what can be asked of a flow.
namespace flowscent::hunt {

/// One flow and all that is known of it.
struct FlowView {
    const flow::FlowTable& table;
    const FilterContext& context;
    std::uint32_t row;
};

inline constexpr double absent = std::numeric_limits<double>::quiet_NaN();

/// One or two numbers in base units (bytes, seconds); NaN where the flow has none.
struct NumberField {
    double (*value)(const FlowView&) = nullptr;
    double (*other)(const FlowView&) = nullptr; ///< of the other end; null for most
};

struct AddressField {
    const packet::IpAddress& (*value)(const FlowView&) = nullptr;
    const packet::IpAddress& (*other)(const FlowView&) = nullptr; ///< of the other end; may be null
};

/// A text out of a small, fixed set: compared once per code and not once per flow.
struct CodeField {
    std::uint32_t (*code)(const FlowView&) = nullptr;
    std::string (*name)(std::uint32_t) = nullptr; ///< lower case; empty where the flow has none
    std::uint32_t codes = 0;
};

/// A text that has to be made for each flow; capitals matter.
struct TextField {
    std::string (*value)(const FlowView&) = nullptr;
};

/// A text that many flows share, out of the table's names; compared in any case.
struct NameField {
    identify::NameId (*name)(const FlowView&) = nullptr;
    bool parts = false; ///< "TLS.YouTube" is also either of its parts
};

/// The names of a flow's risks: any of them may match, and `!=` means that none does.
struct RiskField {};

struct FlagField {
    bool (*value)(const FlowView&) = nullptr;
};

struct FieldEntry {
    Filter::Field field;
    std::variant<NumberField, AddressField, CodeField, TextField, NameField, RiskField, FlagField> access;
};

[[nodiscard]] std::span<const FieldEntry> fieldEntries();
/// By name or by the name that Wireshark gives it ("tcp.dstport", "ipv6.addr"); null when there is none.
[[nodiscard]] const FieldEntry* findField(std::string_view name);
/// The field whose name is fewest edits away, for "did you mean".
[[nodiscard]] std::string_view nearestField(std::string_view name);

} // namespace flowscent::hunt
