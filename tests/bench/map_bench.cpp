// SPDX-License-Identifier: GPL-3.0-or-later
// map_bench [ROWS...] - what a map of that many flows costs (10 000, 100 000 and 1 000 000 unless said otherwise), by
// the clock: principal plane, places on it, and UMAP with its default settings. Rows of 128 numbers around 40 centres
// that themselves lie on a few directions, as embeddings do.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <numeric>

#include "engine/base/random.h"
#include "engine/learn/projection/neighbours.h"
#include "engine/learn/projection/principal_plane.h"
#include "engine/learn/projection/umap.h"

using namespace flowscent;

namespace {

constexpr std::size_t columns = 128;
constexpr std::size_t centres = 40;
constexpr std::size_t directions = 12;

base::Matrix madeEmbeddings(std::size_t rows)
{
    base::Rng rng(7);
    base::Matrix basis(directions, columns);
    base::Matrix middle(centres, directions);
    for (float& value : basis.values)
        value = static_cast<float>(rng.normal());
    for (float& value : middle.values)
        value = static_cast<float>(2 * rng.normal());
    base::Matrix made(rows, columns);
    for (std::size_t row = 0; row < rows; ++row) {
        const auto centre = middle.row(rng.below(centres));
        for (std::size_t d = 0; d < directions; ++d) {
            const float along = centre[d] + 0.3F * static_cast<float>(rng.normal());
            for (std::size_t k = 0; k < columns; ++k)
                made.row(row)[k] += along * basis.row(d)[k];
        }
        for (float& value : made.row(row))
            value += 0.05F * static_cast<float>(rng.uniform());
    }
    return made;
}

template <class Work>
double milliseconds(const Work& work)
{
    const auto begun = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
}

void measure(std::size_t rows)
{
    const base::Matrix matrix = madeEmbeddings(rows);
    std::vector<std::uint32_t> all(rows);
    std::iota(all.begin(), all.end(), 0U);
    learn::PrincipalPlane plane;
    const double fit = milliseconds([&] { plane = learn::principalPlane(matrix, all, {}).value(); });
    const double places = milliseconds([&] { (void)learn::project(plane, matrix, all); });
    std::printf("%8zu rows: plane %.1f ms, places %.1f ms\n", rows, fit, places);
    std::string stage;
    auto begun = std::chrono::steady_clock::now();
    const auto progress = [&](const base::Progress& at) {
        if (at.what == stage)
            return;
        const auto now = std::chrono::steady_clock::now();
        std::printf("          until %s: %.2f s\n", at.what.c_str(),
                    std::chrono::duration<double>(now - begun).count());
        stage = at.what;
    };
    const double refined =
        milliseconds([&] { (void)learn::umap(matrix, all, {}, {}, [](const learn::Places&) {}, progress, {}); });
    std::printf("          UMAP in all %.2f s\n", refined / 1000);
    if (rows <= 20'000) {
        const auto near = learn::nearNeighbours(matrix, {}, {}, {}).value();
        const auto exact = learn::exactNeighbours(matrix, near.each, {}).value();
        std::size_t found = 0;
        for (std::size_t row = 0; row < rows; ++row) {
            for (const std::uint32_t other : near.of(row))
                found += std::ranges::count(exact.of(row), other) > 0 ? 1U : 0U;
        }
        std::printf("          neighbours found: %.4f\n", double(found) / double(rows * near.each));
    }
}

} // namespace

int main(int argc, char** argv)
{
    std::vector<std::size_t> sizes{10'000, 100'000, 1'000'000};
    if (argc > 1) {
        sizes.clear();
        for (int i = 1; i < argc; ++i)
            sizes.push_back(std::strtoull(argv[i], nullptr, 10));
    }
    for (const std::size_t rows : sizes)
        measure(rows);
}
