// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/evaluation/evaluate.h"

#include "engine/learn/evaluation/class_tally.h"
#include "engine/learn/evaluation/contestants.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

namespace flowscent::learn {

using base::Error;
using base::failure;

namespace {

constexpr std::size_t threads = 2;

/// What one thread has found out.
struct Share {
    std::vector<ClassTally> tallies; ///< per contestant
    std::vector<double> seconds;

    Share(std::size_t contestants, std::size_t classes)
        : tallies(contestants, ClassTally(classes))
        , seconds(contestants)
    {
    }
};

base::Result<void> playOne(const Episode& episode, std::uint64_t seed, std::span<const Contestant> contestants,
                           Share& share)
{
    for (std::size_t who = 0; who < contestants.size(); ++who) {
        const auto begun = std::chrono::steady_clock::now();
        const auto answer = contestants[who].answer(episode, seed);
        if (!answer)
            return failure(answer.error().code, contestants[who].name + ": " + answer.error().what,
                           answer.error().where);
        share.seconds[who] += std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        share.tallies[who].add(episode, *answer);
    }
    return {};
}

/// All episodes of a round, the next one to whichever thread is free.
base::Result<Share> play(const EpisodeIndex& round, std::span<const Contestant> contestants,
                         const std::function<void()>& tick, const std::stop_token& stop)
{
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::optional<Error> trouble;
    std::vector<Share> shares(threads, Share(contestants.size(), round.classes));
    const auto work = [&](Share& share) {
        for (std::size_t i = next++; i < round.episodes.size() && !stop.stop_requested(); i = next++) {
            const auto played = playOne(round.episodes[i], round.seed + i, contestants, share);
            const std::scoped_lock lock(mutex);
            if (!played) {
                trouble = played.error();
                next = round.episodes.size();
            }
            tick();
        }
    };
    {
        const std::jthread second([&] { work(shares[1]); });
        work(shares[0]);
    }
    if (stop.stop_requested())
        return failure(Error::Code::Cancelled, "the evaluation was stopped");
    if (trouble)
        return failure(*trouble);
    for (std::size_t who = 0; who < contestants.size(); ++who) {
        shares[0].tallies[who].add(shares[1].tallies[who]);
        shares[0].seconds[who] += shares[1].seconds[who];
    }
    return std::move(shares[0]);
}

NwayResult resultOf(std::size_t who, const Share& share, std::span<const Contestant> contestants,
                    const EpisodeIndex& round, const Dataset& data)
{
    const auto forest =
        static_cast<std::size_t>(std::ranges::find(contestants, forestName, &Contestant::name) - contestants.begin());
    const ClassTally& own = share.tallies[who];
    const ClassTally& others = share.tallies[forest];
    const auto asked = own.classes();
    const ClassInterval accuracy = overClasses(
        asked, [&](std::uint16_t i) { return own.rate(i); }, round.seed);
    const ClassInterval lead = overClasses(
        asked, [&](std::uint16_t i) { return own.rate(i) - others.rate(i); }, round.seed);
    NwayResult result{.method = contestants[who].name,
                      .transductive = contestants[who].transductive,
                      .captureDisjoint = round.shape.captureDisjoint,
                      .ways = round.shape.ways,
                      .shots = round.shape.shots,
                      .classes = static_cast<std::uint32_t>(EpisodeSampler(data).eligible(round.shape).size()),
                      .episodes = static_cast<std::uint32_t>(round.episodes.size()),
                      .mean = accuracy.mean,
                      .low = accuracy.low,
                      .high = accuracy.high,
                      .versusForest = lead.mean,
                      .versusForestLow = lead.low,
                      .versusForestHigh = lead.high,
                      .seconds = share.seconds[who]};
    for (const std::uint16_t index : asked)
        result.perClass.emplace_back(data.classNames[index], own.rate(index));
    return result;
}

} // namespace

Dataset evaluationData(const Dataset& all, std::uint32_t minimumPackets)
{
    const Dataset distinct = all.withoutDuplicates();
    std::vector<std::uint32_t> kept;
    for (std::uint32_t row = 0; row < distinct.size(); ++row) {
        const auto statistics = distinct.features.statistics.row(row);
        if (statistics[0] + statistics[1] >= static_cast<float>(minimumPackets)) // packets_out + packets_in
            kept.push_back(row);
    }
    return distinct.rows(kept);
}

base::Result<std::vector<EpisodeIndex>> evaluationEpisodes(const Dataset& data, const EvaluateSettings& settings)
{
    if (settings.ways < 2 || settings.queries == 0 || settings.episodes == 0 ||
        std::ranges::find(settings.shots, 0U) != settings.shots.end())
        return failure(Error::Code::Argument,
                       "an evaluation needs two ways, one shot, one query and one episode at least");
    std::vector<EpisodeIndex> rounds;
    for (const bool disjoint : {true, false}) {
        for (const std::uint32_t shots : settings.shots) {
            const EpisodeShape shape{.ways = settings.ways,
                                     .shots = shots,
                                     .queries = settings.queries,
                                     .captureDisjoint = disjoint,
                                     .mix = settings.mix};
            auto drawn = drawEpisodes(data, shape, settings.episodes, settings.seed + shots);
            if (!drawn)
                return failure(drawn.error());
            rounds.push_back(std::move(*drawn));
        }
    }
    return rounds;
}

base::Result<std::vector<NwayResult>> evaluateEpisodes(const Dataset& data, std::span<const EpisodeIndex> rounds,
                                                       const Encoder& encoder, std::span<const TrainedMethod> others,
                                                       const base::ProgressSink& progress, const std::stop_token& stop)
{
    const auto contestants = makeContestants(data, encoder, others, stop);
    if (!contestants)
        return failure(contestants.error());
    std::uint64_t total = 0;
    for (const EpisodeIndex& round : rounds)
        total += round.episodes.size();
    std::uint64_t done = 0;
    const auto tick = [&] {
        if (++done % 10 == 0 && progress)
            progress({"evaluating episodes", done, total});
    };
    std::vector<NwayResult> results;
    for (const EpisodeIndex& round : rounds) {
        const auto played = play(round, *contestants, tick, stop);
        if (!played)
            return failure(played.error());
        for (std::size_t who = 0; who < contestants->size(); ++who)
            results.push_back(resultOf(who, *played, *contestants, round, data));
    }
    return results;
}

base::Result<std::vector<NwayResult>> evaluateNway(const Dataset& dataset, const Encoder& encoder,
                                                   const EvaluateSettings& settings, const base::ProgressSink& progress,
                                                   const std::stop_token& stop)
{
    if (const auto engine = backend(); !engine)
        return failure(engine.error());
    const Dataset data = evaluationData(dataset, settings.minimumPackets);
    const auto rounds = evaluationEpisodes(data, settings);
    if (!rounds)
        return failure(rounds.error());
    return evaluateEpisodes(data, *rounds, encoder, {}, progress, stop);
}

} // namespace flowscent::learn
