// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/safetensors.h"
#include "engine/features/scaler.h"
#include "engine/learn/tasks/episodes.h"

namespace flowscent::learn {

/// Episodes written down, so that anybody can ask any method the very same questions again, here or elsewhere. Row
/// numbers are those of the dataset with this hash, counted from 0.
///
/// As text: JSON Lines. The first line is the head,
///   {"format":"flowscent-episodes","version":1,"corpus_sha256":"...","rows":1733,"classes":117,"seed":7,
///    "shape":{"kind":"classes","ways":5,"shots":5,"queries":5,...},"episodes":600}
/// and each of the others one episode,
///   {"ways":2,"classes":[4,9],"support":[17,3],"support_way":[0,1],"query":[5,8],"query_way":[0,1]}
/// where query_way equal to ways means a class absent from the support.
struct EpisodeIndex {
    std::string corpusHash;    ///< Dataset::hash()
    std::uint32_t rows = 0;    ///< Dataset::size()
    std::uint32_t classes = 0; ///< of the dataset
    std::uint64_t seed = 0;    ///< what the episodes were drawn with
    EpisodeShape shape;        ///< likewise
    std::vector<Episode> episodes;

    friend bool operator==(const EpisodeIndex&, const EpisodeIndex&) = default;
};

/// Enough for a million episodes of 50 flows; the limit to read a file with.
inline constexpr std::uint64_t largestEpisodeIndex = 512ULL << 20;

/// `count` episodes over all eligible classes. Argument error when fewer classes than ways are eligible.
[[nodiscard]] base::Result<EpisodeIndex> drawEpisodes(const Dataset& dataset, const EpisodeShape& shape,
                                                      std::uint32_t count, std::uint64_t seed);

/// The same value always gives the same bytes.
[[nodiscard]] std::string toJsonLines(const EpisodeIndex& index);

/// Reads an index back and holds it against the dataset that it is to be used with: the same hash, rows and classes
/// that exist, every row once in its episode, of the class of its way, every way with an example. `where` is what
/// errors call the text. Format errors name the line; Argument error when the dataset is another one.
[[nodiscard]] base::Result<EpisodeIndex> parseEpisodeIndex(std::string_view text, const Dataset& dataset,
                                                           const std::string& where);

/// Packets' and flows' numbers side by side, n x (sequences + statistics): what baselines learn from.
[[nodiscard]] base::Matrix sideBySide(const features::FeatureSet& scaled);

/// What goes with an index: the tensors "features" (sideBySide of the scaled features), "class" and "session" (one
/// number per row), and "corpus_sha256" in the metadata.
[[nodiscard]] base::TensorFile featureTable(const Dataset& dataset, const features::Scaler& scaler);

} // namespace flowscent::learn
