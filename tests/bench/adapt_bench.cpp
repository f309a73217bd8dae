// SPDX-License-Identifier: GPL-3.0-or-later
// adapt_bench [FLOWS] - adapts to 5 examples and scores all flows (100 000 unless given) from cached embeddings, as one
// press of a labelling key does. Peer in the same run: reading the same embeddings once from memory (a plain sum),
// since no score can be had without that.
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

constexpr std::size_t examples = 5;
constexpr std::size_t background = 256;
constexpr int rounds = 40;

float uniform(base::Rng& rng)
{
    return static_cast<float>(rng.uniform()) * 2 - 1;
}

/// Flows around forty centres, as traffic is: a few services, each with its spread.
base::Matrix madeEmbeddings(std::size_t flows, std::size_t size)
{
    base::Rng rng(1);
    base::Matrix centres(40, size);
    std::ranges::generate(centres.values, [&] { return uniform(rng); });
    base::Matrix embeddings(flows, size);
    for (std::size_t row = 0; row < flows; ++row) {
        const auto centre = centres.row(row % centres.rows);
        std::ranges::transform(centre, embeddings.row(row).begin(),
                               [&](float value) { return value + 0.2F * uniform(rng); });
    }
    return embeddings;
}

base::Matrix rowsOf(const base::Matrix& from, std::size_t first, std::size_t step, std::size_t count)
{
    base::Matrix rows(count, from.columns);
    for (std::size_t i = 0; i < count; ++i)
        std::ranges::copy(from.row(first + i * step), rows.row(i).begin());
    return rows;
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
    const auto model = std::make_shared<const learn::BaseModel>(std::move(*loaded));
    const base::Matrix embeddings = madeEmbeddings(flows, model->embeddingSize);
    const detect::EmbeddedInput input{.threat = rowsOf(embeddings, 0, 40, examples),
                                      .notThreat = {},
                                      .background = rowsOf(embeddings, 1, flows / background - 1, background)};

    float sink = 0;
    const auto reading =
        milliseconds([&] { sink += std::reduce(embeddings.values.begin(), embeddings.values.end(), 0.0F); });
    const double limit = reading[reading.size() / 2];
    std::cout << flows << " flows, " << examples << " examples, " << background << " background\n"
              << "                                   median      p95  x reading\n";
    print("reading the embeddings once [ms]", reading, limit);
    for (const auto method :
         {detect::Method::Blend, detect::Method::Ridge, detect::Method::Prototype, detect::Method::Nearest}) {
        const auto adapted = [&] { return detect::adapt(model, input, {.method = method}); };
        const std::string name(detect::text(method));
        print((name + ": adapt [ms]").c_str(), milliseconds([&] { sink += static_cast<float>(adapted()->line); }),
              limit);
        print((name + ": adapt and score all [ms]").c_str(), milliseconds([&] {
                  const auto detector = adapted();
                  sink += detect::score(*detector, embeddings).back();
              }),
              limit);
    }
    return std::isfinite(sink) ? 0 : 1; // keeps the work from being optimised away
}
