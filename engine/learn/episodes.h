// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/random.h"
#include "engine/learn/dataset.h"

namespace flowscent::learn {

/// One N-way K-shot task as rows of its dataset. support[i] and query[i] belong to way i / shots and i / queries.
struct Episode {
    std::vector<std::uint32_t> support; ///< ways * shots rows, way after way, all distinct
    std::vector<std::uint32_t> query;   ///< ways * queries rows, way after way, none of them in the support
    std::uint32_t ways = 0;
    std::uint32_t shots = 0;
    std::uint32_t queries = 0;
    std::vector<std::uint16_t> classes; ///< the dataset's class of each way
};

struct EpisodeShape {
    std::uint32_t ways = 5;
    std::uint32_t shots = 5;
    std::uint32_t queries = 5;
    bool captureDisjoint = false; ///< a class's supports and queries come from different sessions
};

/// Draws episodes from a dataset. Classes are drawn uniformly, whatever their size. Deterministic from the generator
/// that is handed in. The dataset must outlive the sampler. Not thread-safe.
class EpisodeSampler {
public:
    explicit EpisodeSampler(const Dataset& dataset);

    /// Classes that can fill their places under this shape.
    [[nodiscard]] std::vector<std::uint16_t> eligible(const EpisodeShape& shape) const;
    /// One episode over `classes` (from `eligible`); ways is lowered to their number when there are fewer.
    [[nodiscard]] Episode draw(const EpisodeShape& shape, const std::vector<std::uint16_t>& classes,
                               base::Rng& rng) const;

private:
    struct Split {
        std::vector<std::uint32_t> support;
        std::vector<std::uint32_t> query;
    };
    [[nodiscard]] Split splitClass(std::uint16_t classIndex, const EpisodeShape& shape, base::Rng& rng) const;

    const Dataset& m_dataset;
    std::vector<std::vector<std::uint32_t>> m_rowsOf;                ///< per class
    std::vector<std::vector<std::vector<std::uint32_t>>> m_sessions; ///< per class, rows per session
};

} // namespace flowscent::learn
