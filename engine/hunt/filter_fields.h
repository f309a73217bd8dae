// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/hunt/filter.h"

/// Inside the filter language only: what can be asked of a flow.
namespace flowscent::hunt {

/// One flow and all that is known of it.
struct FlowView {
    const flow::FlowTable& table;
    const FilterContext& context;
    std::uint32_t row;

    [[nodiscard]] flow::FlowId id() const { return flow::FlowId(row); }
};

inline constexpr double absent = std::numeric_limits<double>::quiet_NaN();

/// One or two numbers in base units (bytes, seconds); NaN where the flow has none.
struct NumberField {
    double (*value)(const FlowView&) = nullptr;
    double (*other)(const FlowView&) = nullptr; ///< of the other end; null for most
    bool isTime = false;                        ///< seconds since 1970: "-1h" counts from the capture's end
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

/// The Community ID, which is a hash over the flow's key; capitals matter.
struct CommunityIdField {};

/// A text that many flows share, out of the table's names; compared in any case.
struct NameField {
    identify::NameId (*name)(const FlowView&) = nullptr;
    bool parts = false; ///< "TLS.YouTube" is also either of its parts
};

/// Texts from outside the table, compared in any case: any of them may match, and `!=` means that there are some and
/// none does.
struct TextsField {
    /// Adds the flow's texts, which live as long as the context.
    void (*collect)(const FlowView&, std::vector<std::string_view>& texts) = nullptr;
};

/// The names of a flow's risks: any of them may match, and `!=` means that none does.
struct RiskField {};

struct FlagField {
    bool (*value)(const FlowView&) = nullptr;
};

using FieldAccess =
    std::variant<NumberField, AddressField, CodeField, CommunityIdField, NameField, TextsField, RiskField, FlagField>;

struct FieldEntry {
    Filter::Field field;
    FieldAccess access;
    bool named = false; ///< may be followed by ["name"]
};

[[nodiscard]] std::span<const FieldEntry> fieldEntries();
/// By name or by the name that Wireshark gives it ("tcp.dstport", "ipv6.addr"); null when there is none.
[[nodiscard]] const FieldEntry* findField(std::string_view name);
/// Why a field that people know from elsewhere cannot be asked for here; empty for all other names.
[[nodiscard]] std::string_view whyUnavailable(std::string_view name);

struct NearField {
    std::string_view name;
    std::size_t edits = 0; ///< letters to change, drop, add or swap; 0 when only capitals differ
    bool begins = false;   ///< the field's name begins with what was written
};
/// The field that was most likely meant, for "did you mean": one that begins so, else the one fewest edits away.
[[nodiscard]] NearField nearestField(std::string_view name);

/// The fields by where they come from: the table's columns, the packets kept of each flow, what a flow's first bytes
/// told, and the context.
[[nodiscard]] std::vector<FieldEntry> columnEntries();
[[nodiscard]] std::vector<FieldEntry> shapeEntries();
[[nodiscard]] std::vector<FieldEntry> identityEntries();
[[nodiscard]] std::vector<FieldEntry> judgementEntries();

} // namespace flowscent::hunt
