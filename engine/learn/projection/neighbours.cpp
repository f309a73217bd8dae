// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/projection/neighbours.h"

#include "engine/base/each_index.h"
#include "engine/learn/inference/row_kernels.h"
#include "engine/learn/projection/place.h"
#include "engine/learn/projection/projection_trees.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>
#include <numeric>

namespace flowscent::learn {

namespace {

constexpr std::size_t searchedWhole = 1500; ///< rows; fewer than that are compared each with each
constexpr std::size_t blockRows = 4096;     ///< between two looks at the stop token
constexpr std::size_t placedRows = 131'072; ///< at once: so many that a leaf, once laid out for comparing, serves many

// --- Squared distance of two rows -----------------------------------------------------------------------------------

template <std::size_t floats>
[[gnu::always_inline]] inline float squaredDistance(const float* a, const float* b, std::size_t size)
{
    typedef float Vector __attribute__((vector_size(floats * sizeof(float)))); // NOLINT: `using` takes no such size
    Vector sums[2] = {};
    std::size_t i = 0;
    for (; i + 2 * floats <= size; i += 2 * floats) {
        for (std::size_t half = 0; half < 2; ++half) {
            Vector x;
            Vector y;
            std::memcpy(&x, a + i + half * floats, sizeof(Vector));
            std::memcpy(&y, b + i + half * floats, sizeof(Vector));
            x -= y;
            sums[half] += x * x;
        }
    }
    sums[0] += sums[1];
    float lanes[floats];
    std::memcpy(lanes, &sums[0], sizeof(lanes));
    float sum = 0;
    for (const float lane : lanes)
        sum += lane;
    for (; i < size; ++i)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

/// Distances of one row to many, wherever they lie.
struct DistanceJob {
    const base::Matrix& matrix;
    const float* row;
    std::span<const std::uint32_t> others;
    float* into;
};

template <std::size_t floats>
[[gnu::always_inline]] inline void measure(const DistanceJob& job)
{
    for (std::size_t i = 0; i < job.others.size(); ++i) {
        const float* other = job.matrix.values.data() + job.others[i] * job.matrix.columns;
        job.into[i] = squaredDistance<floats>(job.row, other, job.matrix.columns);
    }
}

void onAny(const DistanceJob& job)
{
    measure<4>(job);
}

FLOWSCENT_FOR_AVX2 void onAvx2(const DistanceJob& job)
{
    measure<8>(job);
}

FLOWSCENT_FOR_AVX512 void onAvx512(const DistanceJob& job)
{
    measure<16>(job);
}

void distances(const DistanceJob& job)
{
    switch (base::widest()) {
    case base::Instructions::Any:
        return onAny(job);
    case base::Instructions::Avx2:
        return onAvx2(job);
    case base::Instructions::Avx512:
        return onAvx512(job);
    }
}

// --- Searching a leaf whole -----------------------------------------------------------------------------------------

/// Rows side by side, as eachRow wants them.
std::vector<float> sideBySide(const base::Matrix& matrix, std::span<const std::uint32_t> rows)
{
    const std::size_t width = padded(rows.size());
    std::vector<float> lanes(matrix.columns * width);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto values = matrix.row(rows[i]);
        for (std::size_t k = 0; k < values.size(); ++k)
            lanes[k * width + i] = values[k];
    }
    return lanes;
}

/// One of the rows to be told its neighbours: its numbers, and the row of the answer.
struct Asker {
    const float* values;
    std::uint32_t answer;
};

/// Compares every asker with every member; `self` is who must not be its own neighbour (none: nobody).
template <class Self>
void search(const base::Matrix& matrix, std::span<const std::uint32_t> members, std::span<const Asker> askers,
            Neighbours& answer, Self self)
{
    const std::size_t width = padded(members.size());
    const std::vector<float> lanes = sideBySide(matrix, members);
    std::vector<float> found(askers.size() * width);
    std::vector<const float*> from(askers.size());
    std::vector<float*> into(askers.size());
    for (std::size_t i = 0; i < askers.size(); ++i) {
        from[i] = askers[i].values;
        into[i] = found.data() + i * width;
    }
    eachRow(RowOperation::SquaredDistance, from, {lanes.data(), matrix.columns, width}, nullptr, into);
    for (std::size_t i = 0; i < askers.size(); ++i) {
        for (std::size_t j = 0; j < members.size(); ++j) {
            if (!self(askers[i].answer, members[j]))
                answer.offer(askers[i].answer, members[j], into[i][j]);
        }
    }
}

bool same(std::uint32_t a, std::uint32_t b)
{
    return a == b;
}

// --- Neighbours of neighbours ---------------------------------------------------------------------------------------

/// Marks without clearing: a mark is good for one round.
class Seen {
public:
    explicit Seen(std::size_t size)
        : m_round(size)
    {
    }
    void next() { ++m_now; }
    [[nodiscard]] bool add(std::uint32_t index) { return std::exchange(m_round[index], m_now) != m_now; }

private:
    std::vector<std::uint32_t> m_round;
    std::uint32_t m_now = 0;
};

void exploreBlock(const base::Matrix& matrix, const Neighbours& known, Neighbours& better, std::size_t from,
                  std::size_t to)
{
    Seen seen(matrix.rows);
    std::vector<std::uint32_t> candidates;
    std::vector<float> apart;
    for (std::size_t row = from; row < to; ++row) {
        seen.next();
        (void)seen.add(static_cast<std::uint32_t>(row));
        for (const std::uint32_t near : known.of(row)) {
            if (near != Neighbours::none)
                (void)seen.add(near);
        }
        candidates.clear();
        for (const std::uint32_t near : known.of(row)) {
            if (near == Neighbours::none)
                break;
            for (const std::uint32_t next : known.of(near)) {
                if (next != Neighbours::none && seen.add(next))
                    candidates.push_back(next);
            }
        }
        apart.resize(candidates.size());
        distances({matrix, matrix.row(row).data(), candidates, apart.data()});
        for (std::size_t i = 0; i < candidates.size(); ++i)
            better.offer(row, candidates[i], apart[i]);
    }
}

} // namespace

Neighbours::Neighbours(std::size_t count, std::size_t neighbours)
    : each(neighbours)
    , rows(count * neighbours, none)
    , distances(count * neighbours, std::numeric_limits<float>::infinity())
{
}

void Neighbours::offer(std::size_t row, std::uint32_t neighbour, float distance)
{
    float* apart = &distances[row * each];
    std::uint32_t* who = &rows[row * each];
    const std::size_t last = each - 1;
    const auto nearer = [&](std::size_t place) {
        return distance < apart[place] || (distance == apart[place] && neighbour < who[place]);
    };
    if (!nearer(last))
        return;
    if (std::find(who, who + each, neighbour) != who + each)
        return;
    std::size_t place = last;
    for (; place > 0 && nearer(place - 1); --place) {
        apart[place] = apart[place - 1];
        who[place] = who[place - 1];
    }
    apart[place] = distance;
    who[place] = neighbour;
}

base::Result<Neighbours> exactNeighbours(const base::Matrix& matrix, std::size_t each, const std::stop_token& stop)
{
    constexpr std::size_t some = 256;
    Neighbours answer(matrix.rows, std::min(each, matrix.rows - std::min<std::size_t>(matrix.rows, 1)));
    if (answer.each == 0)
        return answer;
    std::vector<std::uint32_t> all(matrix.rows);
    std::iota(all.begin(), all.end(), 0U);
    for (std::size_t from = 0; from < matrix.rows; from += some) {
        std::vector<Asker> askers;
        for (std::size_t row = from; row < std::min(matrix.rows, from + some); ++row)
            askers.push_back({matrix.row(row).data(), static_cast<std::uint32_t>(row)});
        for (std::size_t begin = 0; begin < matrix.rows; begin += some) {
            if (stop.stop_requested())
                return layoutStopped();
            search(matrix, std::span(all).subspan(begin, std::min(some, all.size() - begin)), askers, answer, same);
        }
    }
    return answer;
}

base::Result<Neighbours> nearNeighbours(const base::Matrix& matrix, const NeighbourSettings& settings,
                                        const base::ProgressSink& progress, const std::stop_token& stop)
{
    if (matrix.rows <= searchedWhole)
        return exactNeighbours(matrix, settings.each, stop);
    Neighbours answer(matrix.rows, settings.each);
    const ProjectionTrees trees(matrix, settings.trees, base::Rng(settings.seed));
    for (std::size_t tree = 0; tree < trees.trees(); ++tree) {
        const auto searchLeaf = [&](std::size_t leaf) { // every row lies in one leaf: threads do not meet
            std::vector<Asker> askers;
            for (const std::uint32_t row : trees.leaf(tree, leaf))
                askers.push_back({matrix.row(row).data(), row});
            search(matrix, trees.leaf(tree, leaf), askers, answer, same);
        };
        base::eachIndex(trees.leaves(), searchLeaf, "looking for neighbours", {}, stop);
        if (progress)
            progress({"looking for neighbours", tree + 1, trees.trees() + settings.explorations});
        if (stop.stop_requested())
            return layoutStopped();
    }
    for (std::size_t round = 0; round < settings.explorations; ++round) {
        const Neighbours known = answer;
        const auto explore = [&](std::size_t block) {
            exploreBlock(matrix, known, answer, block * blockRows, std::min(matrix.rows, (block + 1) * blockRows));
        };
        base::eachIndex((matrix.rows + blockRows - 1) / blockRows, explore, "looking for neighbours", {}, stop);
        if (progress)
            progress({"looking for neighbours", trees.trees() + round + 1, trees.trees() + settings.explorations});
        if (stop.stop_requested())
            return layoutStopped();
    }
    return answer;
}

base::Result<Neighbours> nearestKnown(const base::Matrix& known, const base::Matrix& matrix,
                                      std::span<const std::uint32_t> rows, const NeighbourSettings& settings,
                                      const base::ProgressSink& progress, const std::stop_token& stop)
{
    assert(known.rows > 0);
    Neighbours answer(rows.size(), std::min(settings.each, known.rows));
    const ProjectionTrees trees(known, settings.trees, base::Rng(settings.seed));
    const auto placeBlock = [&](std::size_t block) {
        const std::size_t begin = block * placedRows;
        const auto asking = rows.subspan(begin, std::min(placedRows, rows.size() - begin));
        const auto leaves = trees.leavesOf(matrix, asking);
        for (std::size_t tree = 0; tree < trees.trees() && !stop.stop_requested(); ++tree) {
            std::vector<std::vector<Asker>> askers(trees.leaves());
            for (std::size_t i = 0; i < asking.size(); ++i)
                askers[leaves[tree][i]].push_back(
                    {matrix.row(asking[i]).data(), static_cast<std::uint32_t>(begin + i)});
            for (std::size_t leaf = 0; leaf < askers.size() && !stop.stop_requested(); ++leaf) {
                if (!askers[leaf].empty())
                    search(known, trees.leaf(tree, leaf), askers[leaf], answer, [](auto, auto) { return false; });
            }
        }
    };
    base::eachIndex((rows.size() + placedRows - 1) / (placedRows), placeBlock, "placing the others", progress, stop);
    if (stop.stop_requested())
        return layoutStopped();
    return answer;
}

} // namespace flowscent::learn
