// SPDX-License-Identifier: GPL-3.0-or-later
// adapt_bench [FLOWS [EXAMPLES]] - adapts to 5 examples and scores all flows (100 000 unless given) from cached
// numbers, as one press of a labelling key does. Peer in the same run: reading the same numbers once from memory (a
// plain sum), since no score can be had without that. A bank of 1000 flows stands in for the model's own where it has
// none.
#include "engine/base/random.h"
#include "engine/detect/detector.h"
#include "engine/store/model_file.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <numeric>

using namespace flowscent;

namespace {

constexpr std::size_t background = 256;
constexpr std::size_t bank = 1000;
constexpr int rounds = 40;

float uniform(base::Rng& rng)
{
    return static_cast<float>(rng.uniform()) * 2 - 1;
}

/// Flows around forty centres, as traffic is: a few services, each with its spread.
base::Matrix madeNumbers(std::size_t flows, std::size_t size, std::uint64_t seed)
{
    base::Rng rng(seed);
    base::Matrix centres(40, size);
    std::ranges::generate(centres.values, [&] { return uniform(rng); });
    base::Matrix numbers(flows, size);
    for (std::size_t row = 0; row < flows; ++row) {
        const auto centre = centres.row(row % centres.rows);
        std::ranges::transform(centre, numbers.row(row).begin(),
                               [&](float value) { return value + 0.2F * uniform(rng); });
    }
    return numbers;
}

detect::FlowNumbers rowsOf(const detect::FlowNumbers& from, std::size_t first, std::size_t step, std::size_t count)
{
    std::vector<std::uint32_t> rows(count);
    for (std::size_t i = 0; i < count; ++i)
        rows[i] = static_cast<std::uint32_t>(first + i * step);
    return from.rows(rows);
}

template <class Work>
std::vector<double> milliseconds(Work work)
{
    std::vector<double> times;
    for (int round = 0; round < rounds; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        work();
        times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    }
    std::ranges::sort(times);
    return times;
}

void print(const char* what, const std::vector<double>& times, double limit)
{
    const double median = times[times.size() / 2];
    std::cout << std::left << std::setw(34) << what << std::right << std::fixed << std::setprecision(2) << std::setw(9)
              << median << std::setw(9) << times[times.size() * 95 / 100] << std::setw(9) << median / limit << '\n';
}

} // namespace

int main(int argc, char** argv)
{
    const std::size_t flows = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
    auto loaded = store::loadModel(store::shippedModel());
    if (!loaded || flows < 1'000 || flows > 10'000'000) {
        std::cerr << (loaded ? "between 1 000 and 10 000 000 flows" : loaded.error().sentence()) << '\n';
        return 1;
    }
    const std::size_t examples = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 5;
    if (examples < 1 || examples * 40 > flows) {
        std::cerr << "between 1 example and one for every 40 flows\n";
        return 1;
    }
    const auto model = std::make_shared<const learn::BaseModel>(std::move(*loaded));
    const detect::FlowNumbers all{madeNumbers(flows, model->embeddingSize, 1),
                                  madeNumbers(flows, features::statisticDefinitions().size(), 2)};
    const detect::Foundation foundation{model, rowsOf(all, 3, flows / bank - 1, bank)};
    const detect::DescribedInput input{.threat = rowsOf(all, 0, 40, examples),
                                       .notThreat = {},
                                       .background = rowsOf(all, 1, flows / background - 1, background)};

    float sink = 0;
    const auto reading = milliseconds([&] {
        for (const base::Matrix* numbers : {&all.embeddings, &all.statistics})
            sink += std::reduce(numbers->values.begin(), numbers->values.end(), 0.0F);
    });
    const double limit = reading[reading.size() / 2];
    std::cout << flows << " flows, " << examples << " examples, " << background << " background\n"
              << "                                   median      p95  x reading\n";
    print("reading the numbers once [ms]", reading, limit);
    for (const auto method : detect::allMethods) {
        const auto adapted = [&] { return detect::adapt(foundation, input, {.method = method}); };
        const std::string name(detect::text(method));
        print((name + ": adapt [ms]").c_str(), milliseconds([&] { sink += static_cast<float>(adapted()->line); }),
              limit);
        print((name + ": adapt and score all [ms]").c_str(), milliseconds([&] {
                  const auto detector = adapted();
                  sink += detect::score(*detector, all).back();
              }),
              limit);
    }
    return std::isfinite(sink) ? 0 : 1; // keeps the work from being optimised away
}
