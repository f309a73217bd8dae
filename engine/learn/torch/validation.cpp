// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/validation.h"

#include "engine/learn/head.h"
#include "engine/learn/torch/torch_encoder.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace flowscent::learn {

using base::failure;

Validation::Validation(Dataset dataset, const TrainSettings& settings)
    : m_dataset(std::move(dataset))
    , m_method(settings.method)
{
    const EpisodeSampler sampler(m_dataset);
    EpisodeShape shape{.ways = 5, .shots = 5, .queries = 5, .captureDisjoint = true};
    auto classes = sampler.eligible(shape);
    if (classes.size() < shape.ways) { // small corpora have no second capture of most classes
        shape.captureDisjoint = false;
        classes = sampler.eligible(shape);
    }
    m_disjoint = shape.captureDisjoint;
    if (classes.size() < 2)
        return;
    base::Rng rng(settings.seed ^ 0x76a11da7e);
    for (std::uint32_t i = 0; i < settings.validationEpisodes; ++i)
        m_episodes.push_back(sampler.draw(shape, classes, rng));
}

base::Result<Validation::Accuracy> Validation::accuracy(const EncoderNet& net, const BaseModel& model) const
{
    const TorchEncoder encoder(std::make_shared<const BaseModel>(model), net);
    const auto embedded = encoder.embed(m_dataset.features, {}, {});
    if (!embedded)
        return failure(embedded.error());
    double sum = 0;
    double squares = 0;
    for (const Episode& episode : m_episodes) {
        const auto one = episodeAccuracy(episode, *embedded, model.heads);
        if (!one)
            return failure(one.error());
        sum += *one;
        squares += *one * *one;
    }
    const auto n = static_cast<double>(m_episodes.size());
    const double mean = sum / n;
    return Accuracy{mean, 1.96 * std::sqrt(std::max(0.0, squares / n - mean * mean) / n)};
}

base::Result<double> Validation::episodeAccuracy(const Episode& episode, const base::Matrix& embedded,
                                                 const HeadParameters& parameters) const
{
    const auto gather = [&embedded](const std::vector<std::uint32_t>& rows) {
        base::Matrix chosen(rows.size(), embedded.columns);
        for (std::size_t i = 0; i < rows.size(); ++i)
            std::ranges::copy(embedded.row(rows[i]), chosen.row(i).begin());
        return chosen;
    };
    const HeadExamples examples{
        gather(episode.support), episode.supportWay, {}, static_cast<std::uint16_t>(episode.ways)};
    const auto head = fitHead(m_method == Method::R2d2 ? HeadKind::Ridge : HeadKind::Prototype, examples, parameters);
    if (!head)
        return failure(head.error());
    const base::Matrix logits = scores(*head, gather(episode.query));
    double correct = 0;
    for (std::size_t i = 0; i < logits.rows; ++i) {
        const auto row = logits.row(i);
        correct += static_cast<std::size_t>(std::ranges::max_element(row) - row.begin()) == episode.queryWay[i] ? 1 : 0;
    }
    return correct / static_cast<double>(logits.rows);
}

} // namespace flowscent::learn
