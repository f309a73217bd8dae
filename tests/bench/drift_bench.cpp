// SPDX-License-Identifier: GPL-3.0-or-later
// drift_bench - what a look for drift costs: MMD of 256 against 256 embeddings with 200 permutations, and one more
// score for a full watch's worth of flows.
#include "engine/base/random.h"
#include "engine/detect/budget/drift.h"

#include <chrono>
#include <cstdio>

using namespace flowscent;

namespace {

base::Matrix embeddings(base::Rng& rng)
{
    base::Matrix matrix(256, 64);
    for (float& value : matrix.values)
        value = static_cast<float>(rng.normal());
    return matrix;
}

double since(std::chrono::steady_clock::time_point begun)
{
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
}

} // namespace

int main()
{
    base::Rng rng(1);
    const base::Matrix baseline = embeddings(rng);
    const base::Matrix window = embeddings(rng);
    for (int i = 0; i < 5; ++i) {
        const auto begun = std::chrono::steady_clock::now();
        const auto test = detect::mmdTest(baseline, window);
        std::printf("MMD, 256 flows a side, 200 permutations: %.1f ms (p %.3f)\n", since(begun), test->p);
    }
    std::vector<float> scores(10'000);
    for (float& score : scores)
        score = static_cast<float>(rng.normal());
    detect::ScoreWatch watch(detect::Baseline::from({.scores = scores, .groups = {}, .knownThreats = {}}, 1).value(),
                             1);
    const auto begun = std::chrono::steady_clock::now();
    while (!watch.full())
        watch.see(static_cast<float>(rng.normal()));
    std::printf("watching %zu scores: %.2f us each\n", watch.flows(), 1e3 * since(begun) / double(watch.flows()));
}
