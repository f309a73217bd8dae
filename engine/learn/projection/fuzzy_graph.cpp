// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/projection/fuzzy_graph.h"

#include <algorithm>
#include <cmath>

namespace flowscent::learn {

namespace {

constexpr double leastWidth = 1e-3; ///< of a row's fall-off, in its mean distance: else equal rows would see nobody

/// What one row sees of its neighbours: exp(-(d - rho) / sigma).
class Sight {
public:
    explicit Sight(std::span<const float> squared)
    {
        double sum = 0;
        for (const float distance : squared) {
            if (!std::isfinite(distance))
                break;
            m_distances.push_back(std::sqrt(double{distance}));
            sum += m_distances.back();
        }
        const auto nearest = std::ranges::find_if(m_distances, [](double d) { return d > 0; });
        if (nearest == m_distances.end())
            return; // all of them are equal to it: everything is seen at 1
        m_rho = *nearest;
        m_sigma = widthFor(std::log2(static_cast<double>(m_distances.size())));
        m_sigma = std::max(m_sigma, leastWidth * sum / static_cast<double>(m_distances.size()));
    }

    [[nodiscard]] std::size_t size() const { return m_distances.size(); }
    [[nodiscard]] double weight(std::size_t place) const
    {
        const double beyond = m_distances[place] - m_rho;
        return beyond <= 0 ? 1 : std::exp(-beyond / m_sigma);
    }

private:
    [[nodiscard]] double widthFor(double wanted)
    {
        double low = 0;
        double high = std::numeric_limits<double>::infinity();
        m_sigma = 1;
        for (int step = 0; step < 64; ++step) {
            double sum = 0;
            for (std::size_t i = 0; i < size(); ++i)
                sum += weight(i);
            if (std::abs(sum - wanted) < 1e-5)
                break;
            (sum > wanted ? high : low) = m_sigma;
            m_sigma = std::isinf(high) ? m_sigma * 2 : (low + high) / 2;
        }
        return m_sigma;
    }

    std::vector<double> m_distances;
    double m_rho = 0;
    double m_sigma = 1;
};

/// Both ways of a pair that lie side by side become one.
std::vector<FuzzyEdge> joined(std::vector<FuzzyEdge> seen)
{
    std::ranges::sort(seen, {}, [](const FuzzyEdge& edge) { return std::pair(edge.a, edge.b); });
    std::vector<FuzzyEdge> edges;
    for (const FuzzyEdge& edge : seen) {
        if (!edges.empty() && edges.back().a == edge.a && edges.back().b == edge.b) {
            float& weight = edges.back().weight;
            weight = weight + edge.weight - weight * edge.weight;
        } else {
            edges.push_back(edge);
        }
    }
    return edges;
}

} // namespace

std::vector<FuzzyEdge> fuzzyGraph(const Neighbours& neighbours)
{
    std::vector<FuzzyEdge> seen;
    seen.reserve(neighbours.rows.size());
    for (std::size_t row = 0; row < neighbours.count(); ++row) {
        const Sight sight(neighbours.distancesOf(row));
        for (std::size_t i = 0; i < sight.size(); ++i) {
            const auto [a, b] = std::minmax({static_cast<std::uint32_t>(row), neighbours.of(row)[i]});
            seen.push_back({a, b, static_cast<float>(sight.weight(i))});
        }
    }
    return joined(std::move(seen));
}

/// Levenberg-Marquardt in two unknowns.
UmapCurve fitCurve(double minDistance)
{
    constexpr int points = 300;
    const auto error = [&](UmapCurve curve, double* gradient, double* curvature) {
        double sum = 0;
        for (int i = 0; i < points; ++i) {
            const double d = 3.0 * i / (points - 1);
            const double wanted = d < minDistance ? 1 : std::exp(minDistance - d);
            const double power = std::pow(d, 2 * curve.b);
            const double value = 1 / (1 + curve.a * power);
            const double apart = value - wanted;
            sum += apart * apart;
            if (gradient == nullptr || d == 0)
                continue;
            const double byA = -power * value * value;
            const double byB = -2 * curve.a * power * std::log(d) * value * value;
            gradient[0] += byA * apart;
            gradient[1] += byB * apart;
            curvature[0] += byA * byA;
            curvature[1] += byA * byB;
            curvature[2] += byB * byB;
        }
        return sum;
    };
    UmapCurve best;
    double damping = 1e-3;
    double least = error(best, nullptr, nullptr);
    for (int step = 0; step < 200 && damping < 1e12; ++step) {
        double gradient[2] = {};
        double curvature[3] = {};
        (void)error(best, gradient, curvature);
        const double aa = curvature[0] * (1 + damping);
        const double bb = curvature[2] * (1 + damping);
        const double determinant = aa * bb - curvature[1] * curvature[1];
        const UmapCurve next{best.a - (bb * gradient[0] - curvature[1] * gradient[1]) / determinant,
                             best.b - (aa * gradient[1] - curvature[1] * gradient[0]) / determinant};
        const double sum = next.a > 0 && next.b > 0 ? error(next, nullptr, nullptr) : least;
        if (sum < least) {
            best = next;
            least = sum;
            damping *= 0.3;
        } else {
            damping *= 10;
        }
    }
    return best;
}

} // namespace flowscent::learn
