// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/features/extract.h"

namespace flowscent::learn {

/// Labelled flows of a corpus. Row i of every column is one flow. Plain value; raw (unscaled) features.
struct Dataset {
    features::FeatureSet features;
    std::vector<std::uint16_t> classOf;   ///< index into classNames
    std::vector<std::uint32_t> sessionOf; ///< captures of the same origin share one: never on both sides of a split
    std::vector<std::string> classNames;
    std::vector<bool> threatClass; ///< per class
    std::vector<std::string> sessionNames;
    std::vector<std::string> sources; ///< "ntop/nDPI (LGPL-3.0)", distinct, sorted

    [[nodiscard]] std::size_t size() const { return classOf.size(); }
    /// SHA-256 over features and labels, the data's fingerprint in models and reports.
    [[nodiscard]] std::string hash() const;
    /// Keeps flows with identical quantised packet sequences once per class, and drops sequences that occur as threat
    /// and as benign. More than half of public traffic is repetition that would inflate every accuracy.
    [[nodiscard]] Dataset withoutDuplicates() const;
};

} // namespace flowscent::learn
