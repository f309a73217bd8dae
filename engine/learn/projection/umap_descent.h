// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/random.h"
#include "engine/learn/projection/fuzzy_graph.h"
#include "engine/learn/projection/place.h"

namespace flowscent::learn {

/// Moves rows on the map so that those that belong together come together and others keep apart: stochastic gradient
/// descent with negative samples (McInnes, Healy and Melville 2018, algorithm 5; gradients clipped at 4, five negative
/// samples, step falling from 1 to 0, as umap-learn does). One thread; the same edges, places and generator give the
/// same map.
class UmapDescent {
public:
    /// `places` has a place for every row; `epochs` > 0.
    UmapDescent(const std::vector<FuzzyEdge>& edges, Places places, const UmapCurve& curve, std::size_t epochs,
                base::Rng rng);

    [[nodiscard]] bool done() const { return m_epoch == m_epochs; }
    [[nodiscard]] std::size_t epoch() const { return m_epoch; }
    void step(); ///< one epoch
    [[nodiscard]] const Places& places() const { return m_places; }

private:
    struct Pull {
        std::uint32_t head;
        std::uint32_t tail;
        float every;       ///< epochs between two turns, >= 1
        float next;        ///< epoch of the next turn
        float nextSample;  ///< epoch of the next negative sample
    };
    void attract(Place& head, Place& tail, float rate) const;
    void repel(Place& head, const Place& other, float rate) const;

    std::vector<Pull> m_pulls;
    Places m_places;
    float m_a;
    float m_b;
    std::size_t m_epochs;
    std::size_t m_epoch = 0;
    base::Rng m_rng;
};

} // namespace flowscent::learn
