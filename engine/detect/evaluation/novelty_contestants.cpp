// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evaluation/novelty_contestants.h"

#include "engine/base/matrix_rows.h"
#include "engine/detect/evaluation/shrunk_covariance.h"
#include "engine/detect/novelty.h"
#include "engine/learn/tasks/episode_index.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace flowscent::detect {

using base::failure;
using base::Matrix;
using base::Result;

namespace {

using Scores = std::vector<double>;

/// The numbers that contestants share.
struct Spaces {
    Matrix features; ///< scaled, packets and statistics side by side
    Matrix embeddings;
    std::shared_ptr<const NoveltyBank> bank; ///< null without
    learn::HeadParameters heads;
    const learn::Backend* backend = nullptr;
};
using Shared = std::shared_ptr<const Spaces>;

learn::HeadExamples examplesOf(const learn::Episode& episode, const Spaces& spaces)
{
    return {base::rowsOf(spaces.embeddings, episode.support),
            episode.supportWay,
            {},
            static_cast<std::uint16_t>(episode.ways)};
}

/// One number from each row of logits.
template <class Reduce>
Scores reduced(const Matrix& logits, const Reduce& reduce)
{
    Scores scores;
    for (std::size_t row = 0; row < logits.rows; ++row)
        scores.push_back(reduce(logits.row(row)));
    return scores;
}

double minusLargest(std::span<const float> values)
{
    return -double{*std::ranges::max_element(values)};
}

double minusLogSum(std::span<const float> values)
{
    const double most = *std::ranges::max_element(values);
    double sum = 0;
    for (const float value : values)
        sum += std::exp(double{value} - most);
    return -most - std::log(sum);
}

using Reduce = double (*)(std::span<const float>);

NoveltyContestant byHead(const char* name, learn::HeadKind kind, Reduce reduce, const Shared& spaces)
{
    return {name, [=](const learn::Episode& episode, std::uint64_t) -> Result<Scores> {
                const auto head = learn::fitHead(kind, examplesOf(episode, *spaces), spaces->heads);
                if (!head)
                    return failure(head.error());
                return reduced(learn::scores(*head, base::rowsOf(spaces->embeddings, episode.query)), reduce);
            }};
}

Matrix meansOf(const learn::HeadExamples& examples)
{
    Matrix means(examples.ways, examples.embeddings.columns);
    std::vector<float> counts(examples.ways);
    for (const std::uint16_t way : examples.classOf)
        counts[way] += 1;
    for (std::size_t row = 0; row < examples.embeddings.rows; ++row) {
        const std::uint16_t way = examples.classOf[row];
        for (std::size_t i = 0; i < means.columns; ++i)
            means.row(way)[i] += examples.embeddings.row(row)[i] / counts[way];
    }
    return means;
}

std::vector<float> minus(std::span<const float> a, std::span<const float> b)
{
    std::vector<float> difference(a.begin(), a.end());
    for (std::size_t i = 0; i < difference.size(); ++i)
        difference[i] -= b[i];
    return difference;
}

NoveltyContestant byMahalanobis(const Shared& spaces)
{
    return {"mahalanobis", [=](const learn::Episode& episode, std::uint64_t) -> Result<Scores> {
                const learn::HeadExamples examples = examplesOf(episode, *spaces);
                const Matrix means = meansOf(examples);
                Matrix centred = examples.embeddings;
                for (std::size_t row = 0; row < centred.rows; ++row)
                    std::ranges::copy(minus(centred.row(row), means.row(examples.classOf[row])),
                                      centred.row(row).begin());
                const ShrunkCovariance covariance = shrunkCovariance(centred);
                return reduced(base::rowsOf(spaces->embeddings, episode.query), [&](std::span<const float> query) {
                    double nearest = std::numeric_limits<double>::infinity();
                    for (std::size_t way = 0; way < means.rows; ++way)
                        nearest = std::min(nearest, mahalanobis(covariance, minus(query, means.row(way))));
                    return nearest;
                });
            }};
}

NoveltyContestant byForest(const Shared& spaces)
{
    return {noveltyForest, [=](const learn::Episode& episode, std::uint64_t seed) -> Result<Scores> {
                const auto shares = spaces->backend->baseline(
                    learn::Baseline::RandomForest, base::rowsOf(spaces->features, episode.support), episode.supportWay,
                    static_cast<std::uint16_t>(episode.ways), base::rowsOf(spaces->features, episode.query), seed);
                if (!shares)
                    return failure(shares.error());
                return reduced(*shares, minusLargest);
            }};
}

NoveltyContestant byNovelty(const Shared& spaces)
{
    return {"flowscent", [=](const learn::Episode& episode, std::uint64_t) -> Result<Scores> {
                const auto novelty = fitNovelty(spaces->bank, examplesOf(episode, *spaces), spaces->heads);
                if (!novelty)
                    return failure(novelty.error());
                return noveltyScores(*novelty, base::rowsOf(spaces->embeddings, episode.query));
            }};
}

} // namespace

Result<std::vector<NoveltyContestant>> makeNoveltyContestants(const learn::Dataset& data, const learn::Encoder& encoder,
                                                              const features::FeatureSet& bank,
                                                              const std::stop_token& stop)
{
    const auto engine = learn::backend();
    if (!engine)
        return failure(engine.error());
    Spaces made{.features = learn::sideBySide(encoder.model().scaler.apply(data.features)),
                .embeddings = {},
                .bank = nullptr,
                .heads = encoder.model().heads,
                .backend = *engine};
    auto embeddings = encoder.embed(data.features, {}, stop);
    if (!embeddings)
        return failure(embeddings.error());
    made.embeddings = std::move(*embeddings);
    if (bank.size() > 0) {
        auto rows = encoder.embed(bank, {}, stop);
        if (!rows)
            return failure(rows.error());
        auto ready = noveltyBank(std::move(*rows));
        if (!ready)
            return failure(ready.error());
        made.bank = std::move(*ready);
    }
    const auto spaces = std::make_shared<const Spaces>(std::move(made));
    std::vector<NoveltyContestant> all;
    if (spaces->bank)
        all.push_back(byNovelty(spaces));
    all.push_back(byForest(spaces));
    all.push_back(byHead("r2d2_max_logit", learn::HeadKind::Ridge, minusLargest, spaces));
    all.push_back(byHead("r2d2_energy", learn::HeadKind::Ridge, minusLogSum, spaces));
    all.push_back(byHead("prototype_distance", learn::HeadKind::Prototype, minusLargest, spaces));
    all.push_back(byMahalanobis(spaces));
    all.push_back(byHead("nearest_neighbour", learn::HeadKind::NearestNeighbour, minusLargest, spaces));
    return all;
}

} // namespace flowscent::detect
