// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/projection/umap_descent.h"

#include <algorithm>
#include <cmath>

namespace flowscent::learn {

namespace {

constexpr float negativeSamples = 5; ///< for every pull
constexpr float mostGradient = 4;

float clip(float gradient)
{
    return std::clamp(gradient, -mostGradient, mostGradient);
}

float squared(const Place& a, const Place& b)
{
    return (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y);
}

} // namespace

UmapDescent::UmapDescent(const std::vector<FuzzyEdge>& edges, Places places, const UmapCurve& curve, std::size_t epochs,
                         base::Rng rng)
    : m_places(std::move(places))
    , m_attraction([&](double d) {
        return -2 * curve.a * curve.b * std::pow(d, curve.b - 1) / (1 + curve.a * std::pow(d, curve.b));
    })
    , m_repulsion([&](double d) { return 2 * curve.b / ((0.001 + d) * (1 + curve.a * std::pow(d, curve.b))); })
    , m_epochs(epochs)
    , m_rng(rng)
{
    float greatest = 0;
    for (const FuzzyEdge& edge : edges)
        greatest = std::max(greatest, edge.weight);
    m_pulls.reserve(2 * edges.size());
    for (const FuzzyEdge& edge : edges) {
        if (edge.weight * static_cast<float>(epochs) < greatest)
            continue; // would never have its turn
        const float every = greatest / edge.weight;
        for (const auto& [head, tail] : {std::pair(edge.a, edge.b), std::pair(edge.b, edge.a)})
            m_pulls.push_back({head, tail, every, every, every / negativeSamples});
    }
    // A row's pulls side by side: its place stays at hand.
    std::ranges::stable_sort(m_pulls, {}, &Pull::head);
}

void UmapDescent::attract(Place& head, Place& tail, float rate) const
{
    const float apart = squared(head, tail);
    if (apart <= 0)
        return;
    const float factor = m_attraction(apart);
    const float x = rate * clip(factor * (head.x - tail.x));
    const float y = rate * clip(factor * (head.y - tail.y));
    head.x += x;
    head.y += y;
    tail.x -= x;
    tail.y -= y;
}

void UmapDescent::repel(Place& head, const Place& other, float rate) const
{
    const float apart = squared(head, other);
    if (apart <= 0)
        return;
    const float factor = m_repulsion(apart);
    head.x += rate * clip(factor * (head.x - other.x));
    head.y += rate * clip(factor * (head.y - other.y));
}

void UmapDescent::step()
{
    const auto now = static_cast<float>(m_epoch + 1);
    const float rate = 1 - static_cast<float>(m_epoch) / static_cast<float>(m_epochs);
    const std::uint64_t rows = m_places.size();
    for (Pull& pull : m_pulls) {
        if (pull.next > now)
            continue;
        Place& head = m_places[pull.head];
        attract(head, m_places[pull.tail], rate);
        pull.next += pull.every;
        const float betweenSamples = pull.every / negativeSamples;
        for (; pull.nextSample <= now; pull.nextSample += betweenSamples) {
            const auto other = static_cast<std::uint32_t>((m_rng.next() >> 32) * rows >> 32);
            if (other != pull.head)
                repel(head, m_places[other], rate);
        }
    }
    ++m_epoch;
}

} // namespace flowscent::learn
