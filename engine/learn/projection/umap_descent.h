// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <bit>

#include "engine/base/random.h"
#include "engine/learn/projection/fuzzy_graph.h"
#include "engine/learn/projection/place.h"

namespace flowscent::learn {

/// A function of a squared distance, looked up: a power at every pull and push would take most of the time. Linear
/// between 64 points in every octave from 2^-24 to 2^16, which is good to a thousandth for the smooth functions here;
/// beyond them the nearest point counts.
class LookedUp {
public:
    template <class Function>
    explicit LookedUp(const Function& function)
    {
        for (std::size_t i = 0; i < m_values.size(); ++i)
            m_values[i] = static_cast<float>(function(double{std::bit_cast<float>(bitsOf(i))}));
    }
    [[nodiscard]] float operator()(float squared) const
    {
        const float inside = std::clamp(squared, 0x1p-24F, 0x1.fp+15F);
        const auto bits = std::bit_cast<std::uint32_t>(inside);
        const std::size_t at = (bits >> shift) - firstBits;
        const float share = static_cast<float>(bits & ((1U << shift) - 1)) * (1.0F / (1U << shift));
        return m_values[at] + share * (m_values[at + 1] - m_values[at]);
    }

private:
    static constexpr unsigned shift = 17; ///< leaves exponent and six bits of the fraction
    static constexpr std::uint32_t firstBits = (127U - 24) << 6;
    static constexpr std::uint32_t bitsOf(std::size_t index)
    {
        return (firstBits + static_cast<std::uint32_t>(index)) << shift;
    }
    std::array<float, std::size_t{40} * 64 + 1> m_values{};
};

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
        float every;      ///< epochs between two turns, >= 1
        float next;       ///< epoch of the next turn
        float nextSample; ///< epoch of the next negative sample
    };
    void attract(Place& head, Place& tail, float rate) const;
    void repel(Place& head, const Place& other, float rate) const;

    std::vector<Pull> m_pulls;
    Places m_places;
    LookedUp m_attraction; ///< of a squared distance, times the difference of places
    LookedUp m_repulsion;
    std::size_t m_epochs;
    std::size_t m_epoch = 0;
    base::Rng m_rng;
};

} // namespace flowscent::learn
