// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/features/extract.h"

namespace flowscent::learn {

/// Sizes, directions and flags of a flow's first packets (a row of FeatureSet::sequences) as text; flows with the same
/// one are duplicates. Times are left out, since no two runs share them.
[[nodiscard]] std::string quantisedSequence(std::span<const float> packets);

/// Who a flow was, for the audit of shortcuts.
struct FlowIdentity {
    std::uint16_t serverPort = 0; ///< of ICMP, the answering type
    std::uint8_t protocol = 0;    ///< IP protocol number
    std::uint8_t clientHops = 0;  ///< TTL or hop limit of the client's first packet; 0 when unknown
    std::uint8_t serverHops = 0;  ///< of the server's

    friend bool operator==(const FlowIdentity&, const FlowIdentity&) = default;
};

/// Where the flows of a dataset come from: what judging a model needs and no model may see. Row i of every column is
/// row i of the dataset; all columns are empty where nobody knows (a memory's exemplars, made-up flows).
struct Provenance {
    std::vector<std::uint32_t> networkOf; ///< index into networkNames
    std::vector<std::uint32_t> captureOf; ///< index into captureNames; one session may have many captures
    std::vector<FlowIdentity> identity;
    std::vector<std::string> networkNames; ///< the corpus's sites, or the sources of captures without one
    std::vector<std::string> captureNames; ///< the captures' paths in the corpus

    [[nodiscard]] bool known() const { return !networkOf.empty(); }
    /// The named rows, in that order; all names stay.
    [[nodiscard]] Provenance rows(std::span<const std::uint32_t> indices) const;
    friend bool operator==(const Provenance&, const Provenance&) = default;
};

/// Labelled flows of a corpus. Row i of every column is one flow. Plain value; raw (unscaled) features.
struct Dataset {
    features::FeatureSet features;
    std::vector<std::uint16_t> classOf;   ///< index into classNames
    std::vector<std::uint32_t> sessionOf; ///< captures of the same origin share one: never on both sides of a split
    std::vector<std::string> classNames;
    std::vector<bool> threatClass; ///< per class
    std::vector<std::string> sessionNames;
    std::vector<std::string> sources; ///< "ntop/nDPI (LGPL-3.0)", distinct, sorted
    Provenance provenance;            ///< not part of the hash

    [[nodiscard]] std::size_t size() const { return classOf.size(); }
    /// SHA-256 over features and labels, the data's fingerprint in models and reports.
    [[nodiscard]] std::string hash() const;
    /// The named rows, in that order; all names stay.
    [[nodiscard]] Dataset rows(std::span<const std::uint32_t> indices) const;
    /// Keeps flows with identical quantised packet sequences once per class, and drops sequences that occur as threat
    /// and as benign. More than half of public traffic is repetition that would inflate every accuracy.
    [[nodiscard]] Dataset withoutDuplicates() const;
};

} // namespace flowscent::learn
