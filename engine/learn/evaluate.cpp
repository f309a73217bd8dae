// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/evaluate.h"

#include "engine/learn/episodes.h"
#include "engine/learn/head.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

namespace flowscent::learn {

using base::Matrix;

namespace {

constexpr std::size_t bootstraps = 2000;

enum Contestant : std::size_t {
    Ridge,
    Prototypes,
    NearestEmbedded,
    NearestRaw,
    Logistic,
    Forest,
    ForestAndRidge,
    Contestants
};
constexpr std::array<const char*, Contestants> contestantNames{"r2d2",
                                                               "protonet",
                                                               "nearest_neighbour_embedded",
                                                               "nearest_neighbour",
                                                               "logistic_regression",
                                                               "random_forest",
                                                               "random_forest_and_r2d2"};

Matrix pick(const Matrix& from, const std::vector<std::uint32_t>& rows)
{
    Matrix chosen(rows.size(), from.columns);
    for (std::size_t i = 0; i < rows.size(); ++i)
        std::ranges::copy(from.row(rows[i]), chosen.row(i).begin());
    return chosen;
}

/// Packets and statistics side by side: what the opponents see, the same scaled numbers that the encoder sees.
Matrix beside(const features::FeatureSet& set)
{
    Matrix joined(set.size(), set.sequences.columns + set.statistics.columns);
    for (std::size_t row = 0; row < set.size(); ++row) {
        const auto to = joined.row(row);
        std::ranges::copy(set.statistics.row(row), std::ranges::copy(set.sequences.row(row), to.begin()).out);
    }
    return joined;
}

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

/// Logits or probabilities of every contestant on one episode's queries.
class Arena {
public:
    Arena(const Matrix& embeddings, const Matrix& raw, const Encoder& encoder, const Backend& backend)
        : m_embeddings(embeddings)
        , m_raw(raw)
        , m_encoder(encoder)
        , m_backend(backend)
    {
    }

    base::Result<Matrix> answer(Contestant who, const Episode& episode, std::uint64_t seed) const
    {
        switch (who) {
        case Ridge:
            return byHead(HeadKind::Ridge, m_embeddings, episode);
        case Prototypes:
            return byHead(HeadKind::Prototype, m_embeddings, episode);
        case NearestEmbedded:
            return byHead(HeadKind::NearestNeighbour, m_embeddings, episode);
        case NearestRaw:
            return byHead(HeadKind::NearestNeighbour, m_raw, episode);
        case Logistic:
            return byBaseline(Baseline::LogisticRegression, episode, seed);
        case Forest:
            return byBaseline(Baseline::RandomForest, episode, seed);
        default:
            return byAverage(episode, seed);
        }
    }

private:
    base::Result<Matrix> byHead(HeadKind kind, const Matrix& space, const Episode& episode) const
    {
        const HeadExamples examples{
            pick(space, episode.support), episode.supportWay, {}, static_cast<std::uint16_t>(episode.ways)};
        const auto head = fitHead(kind, examples, m_encoder.model().heads);
        if (!head)
            return base::failure(head.error());
        return scores(*head, pick(space, episode.query));
    }

    base::Result<Matrix> byBaseline(Baseline kind, const Episode& episode, std::uint64_t seed) const
    {
        return m_backend.baseline(kind, pick(m_raw, episode.support), episode.supportWay,
                                  static_cast<std::uint16_t>(episode.ways), pick(m_raw, episode.query), seed);
    }

    base::Result<Matrix> byAverage(const Episode& episode, std::uint64_t seed) const
    {
        auto forest = byBaseline(Baseline::RandomForest, episode, seed);
        auto ridge = byHead(HeadKind::Ridge, m_embeddings, episode);
        if (!forest || !ridge)
            return base::failure(!forest ? forest.error() : ridge.error());
        softmaxRows(*ridge);
        for (std::size_t i = 0; i < forest->values.size(); ++i)
            forest->values[i] += ridge->values[i];
        return forest;
    }

    const Matrix& m_embeddings;
    const Matrix& m_raw;
    const Encoder& m_encoder;
    const Backend& m_backend;
};

/// Correct answers and queries per class, for the bootstrap over classes.
struct Tally {
    std::vector<double> correct;
    std::vector<double> asked;

    explicit Tally(std::size_t classes)
        : correct(classes)
        , asked(classes)
    {
    }

    void add(const Episode& episode, const Matrix& answer)
    {
        for (std::size_t i = 0; i < episode.query.size(); ++i) {
            const auto values = answer.row(i);
            const auto best = static_cast<std::size_t>(std::ranges::max_element(values) - values.begin());
            const std::size_t way = episode.queryWay[i];
            asked[episode.classes[way]] += 1;
            correct[episode.classes[way]] += best == way ? 1 : 0;
        }
    }
    /// Few episodes leave some classes out; those have no rate, rather than a rate of 0.
    [[nodiscard]] std::vector<std::uint16_t> askedOf(std::vector<std::uint16_t> classes) const
    {
        std::erase_if(classes, [this](std::uint16_t index) { return asked[index] == 0; });
        return classes;
    }
    [[nodiscard]] double rate(std::size_t index) const
    {
        return asked[index] > 0 ? correct[index] / asked[index] : 0.0;
    }
};

struct Interval {
    double mean = 0;
    double low = 0;
    double high = 0;
};

/// Mean over classes with a 95 % percentile bootstrap over classes; episodes share classes, so that resampling episodes
/// alone would promise too much.
template <class PerClass>
Interval overClasses(const std::vector<std::uint16_t>& classes, const PerClass& value, std::uint64_t seed)
{
    Interval interval;
    for (const std::uint16_t index : classes)
        interval.mean += value(index) / static_cast<double>(classes.size());
    base::Rng rng(seed);
    std::vector<double> means(bootstraps);
    for (double& mean : means) {
        for (std::size_t i = 0; i < classes.size(); ++i)
            mean += value(classes[rng.below(classes.size())]) / static_cast<double>(classes.size());
    }
    std::ranges::sort(means);
    interval.low = means[bootstraps / 40];
    interval.high = means[bootstraps - 1 - bootstraps / 40];
    return interval;
}

Dataset withEnoughPackets(const Dataset& dataset, std::uint32_t minimum)
{
    std::vector<std::uint32_t> kept;
    for (std::uint32_t row = 0; row < dataset.size(); ++row) {
        const auto statistics = dataset.features.statistics.row(row);
        if (statistics[0] + statistics[1] >= static_cast<float>(minimum)) // packets_out + packets_in
            kept.push_back(row);
    }
    Dataset result = dataset;
    result.features = dataset.features.rows(kept);
    result.classOf.clear();
    result.sessionOf.clear();
    for (const std::uint32_t row : kept) {
        result.classOf.push_back(dataset.classOf[row]);
        result.sessionOf.push_back(dataset.sessionOf[row]);
    }
    return result;
}

struct Round {
    EpisodeShape shape;
    std::uint32_t episodes;
    std::uint64_t seed;
};

base::Result<std::vector<NwayResult>> play(const Round& round, const EpisodeSampler& sampler, const Dataset& dataset,
                                           const Arena& arena, const std::function<void()>& tick,
                                           const std::stop_token& stop)
{
    const auto classes = sampler.eligible(round.shape);
    if (classes.size() < round.shape.ways)
        return base::failure(base::Error::Code::Argument, "only " + std::to_string(classes.size()) +
                                                              " classes have enough distinct flows for " +
                                                              std::to_string(round.shape.ways) + "-way episodes");
    std::vector<Tally> tallies(Contestants, Tally(dataset.classNames.size()));
    std::array<double, Contestants> seconds{};
    base::Rng rng(round.seed);
    for (std::uint32_t number = 0; number < round.episodes; ++number) {
        if (stop.stop_requested())
            return base::failure(base::Error::Code::Cancelled, "the evaluation was stopped");
        const Episode episode = sampler.draw(round.shape, classes, rng);
        for (std::size_t who = 0; who < Contestants; ++who) {
            const auto begun = std::chrono::steady_clock::now();
            const auto answer = arena.answer(static_cast<Contestant>(who), episode, round.seed + number);
            if (!answer)
                return base::failure(answer.error());
            seconds[who] += std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
            tallies[who].add(episode, *answer);
        }
        tick();
    }
    std::vector<NwayResult> results;
    const auto asked = tallies[Forest].askedOf(classes);
    for (std::size_t who = 0; who < Contestants; ++who) {
        const Interval accuracy = overClasses(
            asked, [&](std::size_t i) { return tallies[who].rate(i); }, round.seed);
        const Interval lead = overClasses(
            asked, [&](std::size_t i) { return tallies[who].rate(i) - tallies[Forest].rate(i); }, round.seed);
        NwayResult result{.method = contestantNames[who],
                          .captureDisjoint = round.shape.captureDisjoint,
                          .ways = round.shape.ways,
                          .shots = round.shape.shots,
                          .classes = static_cast<std::uint32_t>(classes.size()),
                          .episodes = round.episodes,
                          .mean = accuracy.mean,
                          .low = accuracy.low,
                          .high = accuracy.high,
                          .versusForest = lead.mean,
                          .versusForestLow = lead.low,
                          .versusForestHigh = lead.high,
                          .seconds = seconds[who]};
        for (const std::uint16_t index : asked)
            result.perClass.emplace_back(dataset.classNames[index], tallies[who].rate(index));
        results.push_back(std::move(result));
    }
    return results;
}

} // namespace

base::Result<std::vector<NwayResult>> evaluateNway(const Dataset& all, const Encoder& encoder,
                                                   const EvaluateSettings& settings, const base::ProgressSink& progress,
                                                   const std::stop_token& stop)
{
    if (settings.ways < 2 || settings.queries == 0 || settings.episodes == 0 ||
        std::ranges::find(settings.shots, 0U) != settings.shots.end())
        return base::failure(base::Error::Code::Argument,
                             "an evaluation needs two ways, one shot, one query and one episode at least");
    const auto engine = backend();
    if (!engine)
        return base::failure(engine.error());
    const Dataset dataset = withEnoughPackets(all.withoutDuplicates(), settings.minimumPackets);
    const auto embeddings = encoder.embed(dataset.features, {}, stop);
    if (!embeddings)
        return base::failure(embeddings.error());
    const Matrix raw = beside(encoder.model().scaler.apply(dataset.features));
    const Arena arena(*embeddings, raw, encoder, **engine);
    const EpisodeSampler sampler(dataset);

    std::vector<NwayResult> results;
    std::uint64_t done = 0;
    const std::uint64_t total = std::uint64_t{2} * settings.shots.size() * settings.episodes;
    const auto tick = [&] {
        if (++done % 10 == 0 && progress)
            progress({"evaluating episodes", done, total});
    };
    for (const bool disjoint : {true, false}) {
        for (const std::uint32_t shots : settings.shots) {
            const Round round{
                {settings.ways, shots, settings.queries, disjoint}, settings.episodes, settings.seed + shots};
            auto played = play(round, sampler, dataset, arena, tick, stop);
            if (!played)
                return base::failure(played.error());
            results.insert(results.end(), played->begin(), played->end());
        }
    }
    return results;
}

} // namespace flowscent::learn
