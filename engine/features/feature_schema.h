// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace flowscent::features {

/// Bumped whenever a feature is added, removed or computed otherwise: a model of another version is refused.
inline constexpr int schemaVersion = 1;

inline constexpr std::size_t sequenceLength = 32; ///< packets looked at, noise left out
inline constexpr std::size_t sequenceFields = 8;  ///< numbers per packet

/// How a raw number is brought to scale before the median and quartiles are taken.
enum class Squash : std::uint8_t {
    None,
    Log,       ///< log(1 + x), x >= 0
    SignedLog, ///< sign(x) log(1 + |x|)
};

/// One feature, stated once: documentation, tooltips and the model file all come from this table.
struct FeatureDefinition {
    std::string_view name;    ///< "payload_out_mean"
    std::string_view label;   ///< "Mean payload, client to server"
    std::string_view unit;    ///< "bytes", "s", "packets", "ratio", "flag"
    std::string_view formula; ///< in words or symbols, complete
    Squash squash = Squash::None;
};

/// The fields of one packet, in order.
[[nodiscard]] std::span<const FeatureDefinition> sequenceDefinitions();
/// The statistics of a flow, in order; about 40.
[[nodiscard]] std::span<const FeatureDefinition> statisticDefinitions();
/// Hex digest of both tables: models carry it, so that no model meets features it was not trained on.
[[nodiscard]] std::string schemaHash();
/// The tables as Markdown, for the documentation.
[[nodiscard]] std::string schemaMarkdown();

} // namespace flowscent::features
