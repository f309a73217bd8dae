// SPDX-License-Identifier: GPL-3.0-or-later
// fine_tune_bench - milliseconds of fine-tuning the shipped model's encoder on 1, 5 and 20 examples against 256
// background flows and a bank of 1000, all made up: what a slow adaptation adds to the fast one. Peer in the same run:
// embedding the same flows once.
#include "engine/base/random.h"
#include "engine/features/feature_schema.h"
#include "engine/store/model_file.h"

#include <algorithm>
#include <chrono>
#include <iostream>

using namespace flowscent;

namespace {

constexpr int rounds = 15;

features::FeatureSet madeFlows(std::size_t flows, double shift, std::uint64_t seed)
{
    base::Rng rng(seed);
    features::FeatureSet made{base::Matrix(flows, features::sequenceLength * features::sequenceFields),
                              base::Matrix(flows, features::statisticDefinitions().size())};
    for (std::size_t row = 0; row < flows; ++row) {
        for (std::size_t packet = 0; packet < 16; ++packet) {
            made.sequences.row(row)[packet * features::sequenceFields] = static_cast<float>(rng.below(1400));
            made.sequences.row(row)[(packet + 1) * features::sequenceFields - 1] = 1;
        }
        for (float& value : made.statistics.row(row))
            value = static_cast<float>(100 * rng.uniform() + shift);
    }
    return made;
}

template <class Work>
double median(Work work)
{
    std::vector<double> times;
    for (int round = 0; round < rounds; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        work();
        times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    }
    std::ranges::nth_element(times, times.begin() + rounds / 2);
    return times[rounds / 2];
}

} // namespace

int main()
{
    auto model = store::loadModel(store::shippedModel());
    const auto engine = learn::backend();
    if (!model || !engine) {
        std::cerr << (model ? engine.error() : model.error()).sentence() << '\n';
        return 1;
    }
    model->bank = madeFlows(1000, 0, 1);
    const features::FeatureSet background = madeFlows(256, 0, 2);
    const auto encoder = (*engine)->encoder(std::make_shared<const learn::BaseModel>(*model));
    if (!encoder) {
        std::cerr << encoder.error().sentence() << '\n';
        return 1;
    }
    std::cout << "embedding 256 flows: " << median([&] { (void)(*encoder)->embed(background, {}, {}); }) << " ms\n";
    for (const auto scope : {learn::FineTuneScope::Last, learn::FineTuneScope::All}) {
        for (const std::size_t examples : {1U, 5U, 20U}) {
            const learn::FineTuneExamples given{madeFlows(examples, 30, 3), {}, background};
            double steps = 0;
            const double time = median([&] {
                const auto tuned = (*engine)->fineTuned(*model, given, {.scope = scope}, {});
                steps = tuned ? tuned->training.metrics.at("fine_tuned.steps") : -1;
            });
            std::cout << learn::text(scope) << ", " << examples << " examples: " << time << " ms, " << steps
                      << " steps kept\n";
        }
    }
    return 0;
}
