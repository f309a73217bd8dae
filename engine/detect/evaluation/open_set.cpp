// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evaluation/open_set.h"

#include "engine/detect/evaluation/novelty_metrics.h"
#include "engine/detect/evaluation/play_each.h"
#include "engine/learn/tasks/episode_index.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>

namespace flowscent::detect {

using base::Error;
using base::failure;

namespace {

constexpr double acceptedShare = 0.95;

/// What one contestant made of one episode: figures of each unseen class.
struct Answer {
    std::map<std::uint16_t, std::pair<double, double>> ofClass; ///< auroc, fpr95
    double seconds = 0;
};
using Answers = std::vector<Answer>; ///< per contestant

Answer judged(const learn::Episode& episode, const std::vector<double>& scores, const learn::Dataset& data)
{
    std::vector<double> seen;
    std::map<std::uint16_t, std::vector<double>> unseen;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        if (episode.queryWay[i] < episode.ways)
            seen.push_back(scores[i]);
        else
            unseen[data.classOf[episode.query[i]]].push_back(scores[i]);
    }
    Answer answer;
    for (const auto& [index, own] : unseen)
        answer.ofClass[index] = {noveltyAuroc(seen, own), falseAcceptance(seen, own, acceptedShare)};
    return answer;
}

base::Result<Answers> playOne(const learn::Episode& episode, std::uint64_t seed, const learn::Dataset& data,
                              std::span<const NoveltyContestant> contestants)
{
    Answers answers;
    for (const NoveltyContestant& contestant : contestants) {
        const auto begun = std::chrono::steady_clock::now();
        const auto scores = contestant.score(episode, seed);
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        if (!scores)
            return failure(scores.error().code, contestant.name + ": " + scores.error().what, scores.error().where);
        if (scores->size() != episode.query.size() ||
            !std::ranges::all_of(*scores, [](double score) { return std::isfinite(score); }))
            return failure(Error::Code::Model, contestant.name + " did not give every query a finite score");
        answers.push_back(judged(episode, *scores, data));
        answers.back().seconds = seconds;
    }
    return answers;
}

/// Means of every class over the episodes that it was unseen in.
struct ClassMeans {
    double auroc = 0;
    double fpr95 = 0;
    double episodes = 0;
};
using Means = std::map<std::uint16_t, ClassMeans>;

Means meansOf(const std::vector<Answers>& played, std::size_t who)
{
    Means means;
    for (const Answers& answers : played) {
        for (const auto& [index, figures] : answers[who].ofClass) {
            means[index].auroc += figures.first;
            means[index].fpr95 += figures.second;
            means[index].episodes += 1;
        }
    }
    for (auto& [index, mean] : means) {
        mean.auroc /= mean.episodes;
        mean.fpr95 /= mean.episodes;
    }
    return means;
}

std::vector<OpenSetResult> resultsOf(const learn::EpisodeIndex& round, const std::vector<Answers>& played,
                                     const learn::Dataset& data, std::span<const NoveltyContestant> contestants)
{
    const auto forest = std::ranges::find(contestants, noveltyForest, &NoveltyContestant::name);
    const Means opponent =
        forest == contestants.end() ? Means{} : meansOf(played, static_cast<std::size_t>(forest - contestants.begin()));
    std::vector<OpenSetResult> results;
    for (std::size_t who = 0; who < contestants.size(); ++who) {
        const Means means = meansOf(played, who);
        OpenSetResult result{.method = contestants[who].name,
                             .captureDisjoint = round.shape.captureDisjoint,
                             .shots = round.shape.shots,
                             .episodes = static_cast<std::uint32_t>(round.episodes.size())};
        std::vector<std::uint16_t> classes;
        for (const auto& [index, mean] : means) {
            classes.push_back(index);
            result.perClass.push_back({data.classNames[index], mean.auroc, mean.fpr95});
        }
        const auto over = [&](const auto& value) { return learn::overClasses(classes, value, round.seed); };
        result.auroc = over([&](std::uint16_t index) { return means.at(index).auroc; });
        result.fpr95 = over([&](std::uint16_t index) { return means.at(index).fpr95; });
        if (forest != contestants.end())
            result.versusForest =
                over([&](std::uint16_t index) { return means.at(index).auroc - opponent.at(index).auroc; });
        for (const Answers& answers : played)
            result.seconds += answers[who].seconds;
        results.push_back(std::move(result));
    }
    return results;
}

/// Rounds that enough classes can fill.
std::vector<learn::EpisodeIndex> roundsOf(const learn::Dataset& data, const OpenSetSettings& settings)
{
    std::vector<learn::EpisodeIndex> rounds;
    const learn::EpisodeSampler sampler(data);
    for (const bool disjoint : {true, false}) {
        for (const std::uint32_t shots : settings.shots) {
            const learn::EpisodeShape shape{.ways = settings.seenClasses,
                                            .shots = shots,
                                            .queries = settings.queries,
                                            .captureDisjoint = disjoint,
                                            .openClasses = settings.unseenClasses};
            if (sampler.eligible(shape).size() < settings.seenClasses + settings.unseenClasses)
                continue;
            if (auto drawn = learn::drawEpisodes(data, shape, settings.episodes, settings.seed + shots))
                rounds.push_back(std::move(*drawn));
        }
    }
    return rounds;
}

} // namespace

base::Result<std::vector<OpenSetResult>> playOpenSets(const learn::Dataset& data,
                                                      std::span<const NoveltyContestant> contestants,
                                                      const OpenSetSettings& settings,
                                                      const base::ProgressSink& progress, const std::stop_token& stop)
{
    if (settings.seenClasses < 2 || settings.unseenClasses == 0 || settings.queries == 0 || settings.episodes == 0 ||
        settings.shots.empty() || std::ranges::find(settings.shots, 0U) != settings.shots.end())
        return failure(Error::Code::Argument,
                       "open sets need two seen classes, an unseen one, a shot, a query and an episode at least");
    const auto rounds = roundsOf(data, settings);
    if (rounds.empty())
        return failure(Error::Code::Support, "fewer than " +
                                                 std::to_string(settings.seenClasses + settings.unseenClasses) +
                                                 " classes have enough distinct flows for seen and unseen ones");
    std::vector<OpenSetResult> results;
    for (const learn::EpisodeIndex& round : rounds) {
        const auto play = [&](std::size_t i) { return playOne(round.episodes[i], round.seed + i, data, contestants); };
        const auto played =
            playEach<Answers>(round.episodes.size(), play, "asking about unseen classes", progress, stop);
        if (!played)
            return failure(played.error());
        auto some = resultsOf(round, *played, data, contestants);
        std::ranges::move(some, std::back_inserter(results));
    }
    return results;
}

} // namespace flowscent::detect
