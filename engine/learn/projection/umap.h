// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>

#include "engine/base/progress.h"
#include "engine/learn/projection/place.h"

namespace flowscent::learn {

struct UmapSettings {
    std::size_t neighbours = 15;
    double minDistance = 0.1;
    std::size_t most = 60'000; ///< different rows that are laid out; the others stand beside their nearest
    std::size_t epochs = 0;    ///< 0: 500 up to 10 000 rows, 200 beyond, as umap-learn
    std::uint64_t seed = 1;
};

struct UmapLayout {
    Places places;
    std::size_t laidOut = 0; ///< rows that were laid out themselves, those equal to one of them included
    std::size_t beside = 0;  ///< rows that stand beside their nearest
};

/// A map on which neighbours stay neighbours: Uniform Manifold Approximation and Projection (McInnes, Healy and
/// Melville, "UMAP: Uniform manifold approximation and projection for dimension reduction", 2018), begun on the
/// principal plane. How far apart two groups lie says little.
///
/// Equal rows share one place (umap-learn's `unique`). Where more than `most` different rows are left, a sample is laid
/// out, which holds every row of `keep` that there is room for, and the others are put at the mean of their three
/// nearest of the sample, weighted by nearness. Rows that are not named, or hold numbers that are not finite, get no
/// place.
///
/// `sink` hears of the map every half second. The same rows and seed give the same map. Cancelled when stopped, within
/// an epoch; about 7 s for 60 000 rows of 128.
[[nodiscard]] base::Result<UmapLayout> umap(const base::Matrix& matrix, std::span<const std::uint32_t> rows,
                                            std::span<const std::uint32_t> keep, const UmapSettings& settings,
                                            const PlacesSink& sink, const base::ProgressSink& progress,
                                            const std::stop_token& stop);

} // namespace flowscent::learn
