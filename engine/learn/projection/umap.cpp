// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/projection/umap.h"

#include "engine/base/matrix_rows.h"
#include "engine/learn/projection/principal_plane.h"
#include "engine/learn/projection/row_sample.h"
#include "engine/learn/projection/umap_descent.h"

#include <algorithm>
#include <chrono>
#include <numeric>

namespace flowscent::learn {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto betweenPictures = std::chrono::milliseconds(500);
constexpr std::size_t besideRows = 3; ///< how many neighbours say where a row stands that was not laid out
constexpr float firstExtent = 10;     ///< of the map at the outset, in its own unit
constexpr double firstNoise = 1e-4;   ///< so that rows at one spot can come apart
constexpr const char* steps = "laying out the map";

/// The principal plane, scaled to what the descent expects.
base::Result<Places> firstPlaces(const base::Matrix& matrix, base::Rng rng, const std::stop_token& stop)
{
    std::vector<std::uint32_t> all(matrix.rows);
    std::iota(all.begin(), all.end(), 0U);
    const auto plane = principalPlane(matrix, all, stop);
    if (!plane)
        return base::failure(plane.error());
    Places places = project(*plane, matrix, all);
    float extent = 0;
    for (const Place& place : places)
        extent = std::max({extent, std::abs(place.x), std::abs(place.y)});
    const float scale = extent > 0 ? firstExtent / extent : 0;
    for (Place& place : places) {
        place.x = place.x * scale + static_cast<float>(firstNoise * rng.normal());
        place.y = place.y * scale + static_cast<float>(firstNoise * rng.normal());
    }
    return places;
}

/// From places of the sample to places of all rows.
class Spread {
public:
    Spread(std::size_t matrixRows, std::span<const std::uint32_t> rows, RowSample sample)
        : m_matrixRows(matrixRows)
        , m_rows(rows)
        , m_sample(std::move(sample))
    {
    }
    [[nodiscard]] const RowSample& sample() const { return m_sample; }
    void setNearest(Neighbours nearest) { m_nearest = std::move(nearest); }

    [[nodiscard]] Places operator()(const Places& laidOut) const
    {
        Places places(m_matrixRows);
        for (std::size_t i = 0; i < laidOut.size(); ++i)
            places[m_sample.chosen[i]] = laidOut[i];
        for (std::size_t i = 0; i < m_nearest.count(); ++i)
            places[m_sample.others[i]] = beside(laidOut, i);
        for (std::size_t i = 0; i < m_rows.size(); ++i)
            places[m_rows[i]] = places[m_sample.representative[i]];
        return places;
    }

    [[nodiscard]] std::size_t laidOut() const
    {
        return static_cast<std::size_t>(std::ranges::count_if(m_sample.representative, [this](std::uint32_t row) {
            return std::ranges::binary_search(m_sample.chosen, row);
        }));
    }

private:
    [[nodiscard]] Place beside(const Places& laidOut, std::size_t other) const
    {
        Place mean{0, 0};
        float total = 0;
        const auto near = m_nearest.of(other);
        const auto apart = m_nearest.distancesOf(other);
        for (std::size_t i = 0; i < near.size() && near[i] != Neighbours::none; ++i) {
            const float weight = 1 / (std::sqrt(apart[i]) + 1e-6F);
            mean.x += weight * laidOut[near[i]].x;
            mean.y += weight * laidOut[near[i]].y;
            total += weight;
        }
        return {mean.x / total, mean.y / total};
    }

    std::size_t m_matrixRows;
    std::span<const std::uint32_t> m_rows;
    RowSample m_sample;
    Neighbours m_nearest{0, besideRows}; ///< of m_sample.others among m_sample.chosen
};

} // namespace

base::Result<UmapLayout> umap(const base::Matrix& matrix, std::span<const std::uint32_t> rows,
                              std::span<const std::uint32_t> keep, const UmapSettings& settings, const PlacesSink& sink,
                              const base::ProgressSink& progress, const std::stop_token& stop)
{
    const auto finite = finiteRows(matrix, rows);
    Spread spread(matrix.rows, finite, sampleRows(matrix, finite, keep, settings.most, settings.seed));
    if (finite.empty())
        return UmapLayout{.places = Places(matrix.rows)};
    const base::Matrix sample = base::rowsOf(matrix, spread.sample().chosen);
    const base::Rng rng(settings.seed);
    auto first = firstPlaces(sample, rng.fork(1), stop);
    if (!first)
        return base::failure(first.error());
    const NeighbourSettings near{.each = settings.neighbours, .seed = settings.seed};
    if (!spread.sample().others.empty()) {
        auto nearest = nearestKnown(sample, matrix, spread.sample().others,
                                    {.each = besideRows, .trees = 4, .seed = near.seed}, progress, stop);
        if (!nearest)
            return base::failure(nearest.error());
        spread.setNearest(std::move(*nearest));
    }
    const auto neighbours = nearNeighbours(sample, near, progress, stop);
    if (!neighbours)
        return base::failure(neighbours.error());

    const std::size_t epochs = settings.epochs > 0 ? settings.epochs : sample.rows <= 10'000 ? 500 : 200;
    UmapDescent descent(fuzzyGraph(*neighbours), std::move(*first), fitCurve(settings.minDistance), epochs,
                        rng.fork(2));
    auto shown = Clock::now();
    while (!descent.done()) {
        if (stop.stop_requested())
            return layoutStopped();
        descent.step();
        if (progress)
            progress({steps, descent.epoch(), epochs});
        if (sink && !descent.done() && Clock::now() - shown >= betweenPictures) {
            sink(spread(descent.places()));
            shown = Clock::now();
        }
    }
    const std::size_t laidOut = spread.laidOut();
    return UmapLayout{spread(descent.places()), laidOut, finite.size() - laidOut};
}

} // namespace flowscent::learn
