// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/evaluation/contestants.h"

#include "engine/base/matrix_rows.h"
#include "engine/learn/evaluation/stacking.h"
#include "engine/learn/inference/head.h"

#include <algorithm>
#include <cmath>

namespace flowscent::learn {

using base::failure;
using base::Matrix;
using base::Result;

namespace {

void softmaxRows(Matrix& logits)
{
    for (std::size_t row = 0; row < logits.rows; ++row) {
        const auto values = logits.row(row);
        const float most = *std::ranges::max_element(values);
        float sum = 0;
        for (float& value : values)
            sum += value = std::exp(value - most);
        for (float& value : values)
            value /= sum;
    }
}

/// The numbers that contestants share.
struct Spaces {
    Matrix embeddings;
    Matrix features; ///< scaled, packets and statistics side by side
    HeadParameters heads;
    const Backend* backend = nullptr;
};
using Shared = std::shared_ptr<const Spaces>;

Result<Matrix> byHead(HeadKind kind, const Spaces& spaces, const std::vector<std::uint32_t>& support,
                      const std::vector<std::uint16_t>& classOf, std::uint16_t ways,
                      const std::vector<std::uint32_t>& query)
{
    const auto head = fitHead(kind, {base::rowsOf(spaces.embeddings, support), classOf, {}, ways}, spaces.heads);
    if (!head)
        return failure(head.error());
    return scores(*head, base::rowsOf(spaces.embeddings, query));
}

Contestant headContestant(const char* name, HeadKind kind, const Shared& spaces)
{
    return {name, false, [kind, spaces](const Episode& episode, std::uint64_t) {
                return byHead(kind, *spaces, episode.support, episode.supportWay,
                              static_cast<std::uint16_t>(episode.ways), episode.query);
            }};
}

Contestant baselineContestant(Baseline kind, const Shared& spaces)
{
    return {std::string(text(kind)), false, [kind, spaces](const Episode& episode, std::uint64_t seed) {
                return spaces->backend->baseline(kind, base::rowsOf(spaces->features, episode.support),
                                                 episode.supportWay, static_cast<std::uint16_t>(episode.ways),
                                                 base::rowsOf(spaces->features, episode.query), seed);
            }};
}

/// Way of every row of an episode's support, for members that are asked about parts of it.
std::vector<std::uint16_t> waysOf(const Episode& episode, const std::vector<std::uint32_t>& rows)
{
    std::vector<std::uint16_t> ways;
    for (const std::uint32_t row : rows) {
        const auto at = std::ranges::find(episode.support, row) - episode.support.begin();
        ways.push_back(episode.supportWay[static_cast<std::size_t>(at)]);
    }
    return ways;
}

Member baselineMember(Baseline kind, const Shared& spaces, const Episode& episode, std::uint64_t seed)
{
    return [=, &episode](const std::vector<std::uint32_t>& known, const std::vector<std::uint32_t>& asked) {
        return spaces->backend->baseline(kind, base::rowsOf(spaces->features, known), waysOf(episode, known),
                                         static_cast<std::uint16_t>(episode.ways),
                                         base::rowsOf(spaces->features, asked), seed);
    };
}

Member ridgeMember(const Shared& spaces, const Episode& episode)
{
    return [=, &episode](const std::vector<std::uint32_t>& known,
                         const std::vector<std::uint32_t>& asked) -> Result<Matrix> {
        auto logits = byHead(HeadKind::Ridge, *spaces, known, waysOf(episode, known),
                             static_cast<std::uint16_t>(episode.ways), asked);
        if (logits)
            softmaxRows(*logits);
        return logits;
    };
}

Contestant pairContestant(Baseline kind, const Shared& spaces)
{
    const std::string name = std::string(text(kind)) + "_and_r2d2";
    return {name, false, [kind, spaces](const Episode& episode, std::uint64_t seed) -> Result<Matrix> {
                auto shares = baselineMember(kind, spaces, episode, seed)(episode.support, episode.query);
                auto ridge = ridgeMember(spaces, episode)(episode.support, episode.query);
                if (!shares || !ridge)
                    return failure((!shares ? shares : ridge).error());
                return combine({*shares, *ridge}, {0.5, 0.5});
            }};
}

Contestant stackedContestant(const Shared& spaces)
{
    return {"stacked", false, [spaces](const Episode& episode, std::uint64_t seed) -> Result<Matrix> {
                const std::vector<Member> members{baselineMember(Baseline::RandomForest, spaces, episode, seed),
                                                  baselineMember(Baseline::GradientBoosting, spaces, episode, seed),
                                                  ridgeMember(spaces, episode)};
                base::Rng rng(seed);
                auto stacked = stack(members, episode.support, episode.supportWay, episode.query, {}, rng);
                if (!stacked)
                    return failure(stacked.error());
                return std::move(stacked->shares);
            }};
}

Result<Contestant> trainedContestant(const TrainedMethod& trained, const Dataset& data, const Backend& backend)
{
    auto learner = backend.learner(trained.model, trained.method);
    if (!learner)
        return failure(learner.error());
    const std::shared_ptr<const Learner> shared = std::move(*learner);
    return Contestant{trained.name, isTransductive(trained.method),
                      [shared, &data](const Episode& episode, std::uint64_t) -> Result<Matrix> {
                          const auto fitted = shared->fit({data.features.rows(episode.support), episode.supportWay,
                                                           static_cast<std::uint16_t>(episode.ways)});
                          if (!fitted)
                              return failure(fitted.error());
                          return (*fitted)->logits(data.features.rows(episode.query));
                      }};
}

} // namespace

Result<std::vector<Contestant>> makeContestants(const Dataset& data, const Encoder& encoder,
                                                std::span<const TrainedMethod> others, const std::stop_token& stop)
{
    const auto engine = backend();
    if (!engine)
        return failure(engine.error());
    auto embeddings = encoder.embed(data.features, {}, stop);
    if (!embeddings)
        return failure(embeddings.error());
    const auto spaces = std::make_shared<const Spaces>(Spaces{std::move(*embeddings),
                                                              sideBySide(encoder.model().scaler.apply(data.features)),
                                                              encoder.model().heads, *engine});
    std::vector<Contestant> all{headContestant("r2d2", HeadKind::Ridge, spaces),
                                headContestant("protonet", HeadKind::Prototype, spaces),
                                headContestant("nearest_neighbour_embedded", HeadKind::NearestNeighbour, spaces)};
    for (const Baseline kind : allBaselines)
        all.push_back(baselineContestant(kind, spaces));
    all.push_back(pairContestant(Baseline::RandomForest, spaces));
    all.push_back(pairContestant(Baseline::GradientBoosting, spaces));
    all.push_back(stackedContestant(spaces));
    for (const TrainedMethod& trained : others) {
        auto contestant = trainedContestant(trained, data, **engine);
        if (!contestant)
            return failure(contestant.error());
        all.push_back(std::move(*contestant));
    }
    return all;
}

} // namespace flowscent::learn
