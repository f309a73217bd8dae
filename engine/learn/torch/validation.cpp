// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/validation.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <thread>

namespace flowscent::learn {

using torch::Tensor;

namespace {

constexpr std::int64_t block = 512;  ///< rows at a time
constexpr std::size_t together = 20; ///< episodes at a time
constexpr std::uint64_t ownDraws = 0x76a11da7e;

/// On the calling thread, a batch at a time.
std::vector<double> solved(const FewShotMethod& method, const MetaModel& model, const Tensor& inputs,
                           std::span<const Episode> episodes)
{
    const torch::NoGradGuard still;
    std::vector<double> all;
    for (std::size_t at = 0; at < episodes.size(); at += together) {
        const TaskBatch tasks = gatherTasks(inputs, {}, episodes.subspan(at, std::min(together, episodes.size() - at)));
        const Tensor right = taskAccuracies(method.fit(model, tasks, false)->logits(tasks.query), tasks.queryWay);
        const auto* values = right.data_ptr<float>();
        all.insert(all.end(), values, values + right.numel());
    }
    return all;
}

} // namespace

void onTwoThreads(const std::function<void(std::size_t)>& f)
{
    std::exception_ptr trouble;
    {
        const std::jthread second([&] {
            try {
                f(1);
            } catch (...) {
                trouble = std::current_exception();
            }
        });
        f(0);
    }
    if (trouble)
        std::rethrow_exception(trouble);
}

Tensor embedAll(const MetaModel& model, const Tensor& inputs)
{
    Tensor embedded = torch::empty({inputs.size(0), model.body.embeddingSize});
    onTwoThreads([&](std::size_t half) {
        const torch::NoGradGuard still;
        for (std::int64_t at = static_cast<std::int64_t>(half) * block; at < inputs.size(0); at += 2 * block) {
            const std::int64_t rows = std::min(block, inputs.size(0) - at);
            embedded.narrow(0, at, rows).copy_(model.embed(inputs.narrow(0, at, rows)));
        }
    });
    return embedded;
}

std::vector<double> episodeAccuracies(const FewShotMethod& method, const MetaModel& model, const Tensor& inputs,
                                      std::span<const Episode> episodes)
{
    const bool once = method.worksOnEmbeddings(); // every flow is in several episodes
    const Tensor seen = once ? embedAll(model, inputs) : inputs;
    const MetaModel used = once ? onEmbeddings(model) : model;
    const std::size_t middle = episodes.size() / 2;
    std::array<std::vector<double>, 2> halves;
    onTwoThreads([&](std::size_t half) {
        halves.at(half) = solved(method, used, seen, half == 0 ? episodes.first(middle) : episodes.subspan(middle));
    });
    halves[0].insert(halves[0].end(), halves[1].begin(), halves[1].end());
    return std::move(halves[0]);
}

MetaModel onEmbeddings(const MetaModel& model)
{
    return {{[](const Parameters&, const Tensor& x) { return x; }, model.body.embeddingSize}, model.parameters};
}

Validation::Validation(const Dataset& dataset, Tensor inputs, const TrainSettings& settings)
    : m_inputs(std::move(inputs))
{
    const EpisodeSampler sampler(dataset);
    EpisodeShape shape{.ways = 5, .shots = 5, .queries = 5, .captureDisjoint = true};
    auto classes = sampler.eligible(shape);
    if (classes.size() < shape.ways) { // small corpora have no second capture of most classes
        shape.captureDisjoint = false;
        classes = sampler.eligible(shape);
    }
    m_disjoint = shape.captureDisjoint;
    if (classes.size() < 2)
        return;
    base::Rng rng(settings.seed ^ ownDraws);
    for (std::uint32_t i = 0; i < settings.validationEpisodes; ++i)
        m_episodes.push_back(sampler.draw(shape, classes, rng));
}

Validation::Accuracy Validation::accuracy(const FewShotMethod& method, const MetaModel& model) const
{
    double sum = 0;
    double squares = 0;
    for (const double one : episodeAccuracies(method, model, m_inputs, m_episodes)) {
        sum += one;
        squares += one * one;
    }
    const auto n = static_cast<double>(m_episodes.size());
    const double mean = sum / n;
    return {mean, 1.96 * std::sqrt(std::max(0.0, squares / n - mean * mean) / n)};
}

} // namespace flowscent::learn
