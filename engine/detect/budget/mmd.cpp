// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/budget/mmd.h"

#include "engine/base/matrix_rows.h"
#include "engine/base/random.h"
#include "engine/detect/distance.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

namespace flowscent::detect {

using base::Error;
using base::failure;
using base::Matrix;

namespace {

constexpr std::size_t mostSettable = 4096;
constexpr double roundingSlack = 1e-12; ///< sums of the same kernels in another order

using Rows = std::vector<std::uint32_t>;

/// A symmetric matrix of the pooled rows; only the upper triangle without the diagonal is used.
struct Pairs {
    std::size_t size = 0;
    std::vector<double> values;

    explicit Pairs(std::size_t rows)
        : size(rows)
        , values(rows * rows)
    {
    }
    [[nodiscard]] double* row(std::size_t index) { return values.data() + index * size; }
    [[nodiscard]] const double* row(std::size_t index) const { return values.data() + index * size; }
};

base::Result<void> check(const Matrix& baseline, const Matrix& window, const MmdSettings& settings)
{
    if (baseline.rows < 2 || window.rows < 2)
        return failure(Error::Code::Support, "two flows on each side are the least that can be compared");
    if (baseline.columns != window.columns)
        return failure(Error::Code::Argument, "the window's flows are described by other numbers than the baseline's");
    if (settings.mostFlows < 2 || settings.mostFlows > mostSettable || settings.permutations == 0)
        return failure(Error::Code::Argument, "a comparison needs 2 to 4096 flows a side and one permutation at least");
    if (!base::allFinite(baseline) || !base::allFinite(window))
        return failure(Error::Code::Model, "a flow's embedding holds a number that is not finite");
    return {};
}

void appendSome(Matrix& to, const Matrix& from, std::size_t most, base::Rng rng)
{
    Rows rows(from.rows);
    std::iota(rows.begin(), rows.end(), 0U);
    if (rows.size() > most)
        rows = rng.sample(static_cast<std::uint32_t>(rows.size()), static_cast<std::uint32_t>(most));
    for (const std::uint32_t row : rows) {
        const auto values = from.row(row);
        to.values.insert(to.values.end(), values.begin(), values.end());
    }
    to.columns = from.columns;
    to.rows += rows.size();
}

Pairs squaredDistances(const Matrix& rows)
{
    Pairs pairs(rows.rows);
    for (std::size_t i = 0; i < rows.rows; ++i) {
        for (std::size_t j = i + 1; j < rows.rows; ++j)
            pairs.row(i)[j] = preciseSquaredDistance(rows.row(i), rows.row(j));
    }
    return pairs;
}

/// The median distance between points that differ; 1 when none do. Of an even number, the mean of the middle two.
double medianDistance(const Pairs& squared)
{
    std::vector<double> apart;
    for (std::size_t i = 0; i < squared.size; ++i)
        std::copy_if(squared.row(i) + i + 1, squared.row(i) + squared.size, std::back_inserter(apart),
                     [](double distance) { return distance > 0; });
    if (apart.empty())
        return 1;
    const auto middle = apart.begin() + static_cast<std::ptrdiff_t>(apart.size() / 2);
    std::ranges::nth_element(apart, middle);
    const double upper = std::sqrt(*middle);
    if (apart.size() % 2 == 1)
        return upper;
    return 0.5 * (upper + std::sqrt(*std::max_element(apart.begin(), middle)));
}

/// The kernel of the pooled rows, with what every split shares.
class SplitStatistic {
public:
    explicit SplitStatistic(Pairs kernel)
        : m_kernel(std::move(kernel))
        , m_rowSums(m_kernel.size)
    {
        for (std::size_t i = 0; i < m_kernel.size; ++i) {
            for (std::size_t j = i + 1; j < m_kernel.size; ++j) {
                m_rowSums[i] += m_kernel.row(i)[j];
                m_rowSums[j] += m_kernel.row(i)[j];
            }
        }
        m_total = 0.5 * std::accumulate(m_rowSums.begin(), m_rowSums.end(), 0.0);
    }

    /// The statistic of a split into these rows, ascending, and all others.
    [[nodiscard]] double of(std::span<const std::uint32_t> first) const
    {
        double within = 0; // over unordered pairs
        double touching = 0;
        for (std::size_t i = 0; i < first.size(); ++i) {
            const double* row = m_kernel.row(first[i]);
            for (const std::uint32_t other : first.subspan(i + 1))
                within += row[other];
            touching += m_rowSums[first[i]];
        }
        const double across = touching - 2 * within;
        const auto m = static_cast<double>(first.size());
        const auto n = static_cast<double>(m_kernel.size - first.size());
        return 2 * within / (m * (m - 1)) + 2 * (m_total - within - across) / (n * (n - 1)) - 2 * across / (m * n);
    }

private:
    Pairs m_kernel;
    std::vector<double> m_rowSums; ///< without the diagonal
    double m_total = 0;            ///< over unordered pairs
};

} // namespace

base::Result<MmdTest> mmdTest(const Matrix& baseline, const Matrix& window, const MmdSettings& settings)
{
    if (auto sound = check(baseline, window, settings); !sound)
        return failure(sound.error());
    const base::Rng rng(settings.seed);
    Matrix pooled;
    appendSome(pooled, baseline, settings.mostFlows, rng.fork(1));
    MmdTest test;
    test.baselineFlows = pooled.rows;
    appendSome(pooled, window, settings.mostFlows, rng.fork(2));
    test.windowFlows = pooled.rows - test.baselineFlows;

    Pairs kernel = squaredDistances(pooled);
    test.bandwidth = medianDistance(kernel);
    for (double& value : kernel.values)
        value = std::exp(-value / (2 * test.bandwidth * test.bandwidth));
    const SplitStatistic statistic(std::move(kernel));
    Rows order(pooled.rows);
    std::iota(order.begin(), order.end(), 0U);
    const auto first = std::span(order).first(test.baselineFlows);
    test.squaredMmd = statistic.of(first);
    base::Rng shuffling = rng.fork(3);
    std::uint32_t asFar = 0;
    for (std::uint32_t i = 0; i < settings.permutations; ++i) {
        shuffling.shuffle(std::span(order));
        std::ranges::sort(first);
        if (statistic.of(first) >= test.squaredMmd - roundingSlack)
            ++asFar;
    }
    test.p = (1.0 + asFar) / (1.0 + settings.permutations);
    return test;
}

} // namespace flowscent::detect
