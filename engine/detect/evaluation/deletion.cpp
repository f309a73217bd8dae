// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evaluation/deletion.h"

#include "engine/base/each_index.h"
#include "engine/detect/evidence/evidence.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <numeric>
#include <optional>
#include <span>

namespace flowscent::detect {

using base::Error;
using base::failure;

namespace {

using Set = std::vector<FeatureIndex>;

struct Hunt {
    std::uint16_t threat = 0;
    HuntShape shape;
    std::uint32_t number = 0;
};

/// How far one flow's logit falls for one number of masked features.
struct Fall {
    double named = 0;
    double chance = 0;
    double chanceAmongUnlike = 0;
    double luckiest = 0; ///< of all chance sets
};

struct Explained {
    std::vector<Fall> falls; ///< per entry of DeletionSettings::masked
    double completeness = 0;
    double steps = 0;
    std::optional<std::size_t> flip; ///< its size
    bool twinAlarms = false;
    double milliseconds = 0;
};

std::vector<Hunt> huntsOf(const HuntSampler& sampler, const DeletionSettings& settings)
{
    std::vector<Hunt> hunts;
    for (const std::uint32_t shots : settings.shots) {
        const HuntShape shape{HuntVariant::Same, HuntNegatives::All, shots};
        for (const std::uint16_t threat : sampler.classes()) {
            for (std::uint32_t i = 0; i < settings.draws && sampler.possible(threat, shape); ++i)
                hunts.push_back({threat, shape, i});
        }
    }
    return hunts;
}

Set firstOf(const std::vector<FeatureIndex>& order, std::size_t count)
{
    return {order.begin(), order.begin() + static_cast<std::ptrdiff_t>(std::min(order.size(), count))};
}

Set drawn(const Set& from, std::size_t count, base::Rng& rng)
{
    Set set;
    for (const std::uint32_t place :
         rng.sample(static_cast<std::uint32_t>(from.size()), static_cast<std::uint32_t>(count)))
        set.push_back(from[place]);
    return set;
}

/// Features that the mask changes at all: those to which the twin differs have an attribution, but for a slope of 0.
Set unlikeOf(const Evidence& evidence)
{
    Set set;
    for (const FeatureEvidence& one : evidence.features) {
        if (one.attribution != 0)
            set.push_back(one.feature);
    }
    return set;
}

double mean(std::span<const double> values)
{
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// The flow as it is, then for every number of masked features: the named ones, chance sets, chance sets among those
/// unlike normal.
base::Result<std::vector<Fall>> fallsOf(const Explainer& explainer, const features::FeatureSet& raw, std::uint32_t row,
                                        const Evidence& evidence, const DeletionSettings& settings, base::Rng& rng,
                                        const std::stop_token& stop)
{
    Set all(namedFeatures().size());
    std::iota(all.begin(), all.end(), FeatureIndex{0});
    const Set unlike = unlikeOf(evidence);
    std::vector<Set> sets{Set{}};
    for (const std::uint32_t masked : settings.masked) {
        sets.push_back(firstOf(evidence.raising, masked));
        for (const Set& from : {all, unlike}) {
            for (std::uint32_t i = 0; i < settings.randomSets; ++i)
                sets.push_back(drawn(from, masked, rng));
        }
    }
    const auto logits = explainer.logitsWithNormal(raw, row, sets, stop);
    if (!logits)
        return failure(logits.error());
    const std::size_t draws = settings.randomSets;
    const std::span<const double> answers(*logits);
    const auto fall = [&](double logit) { return answers.front() - logit; };
    std::vector<Fall> falls;
    for (std::size_t at = 1; at < answers.size(); at += 1 + 2 * draws) {
        const auto chance = answers.subspan(at + 1, 2 * draws);
        falls.push_back({.named = fall(answers[at]),
                         .chance = fall(mean(chance.first(draws))),
                         .chanceAmongUnlike = fall(mean(chance.last(draws))),
                         .luckiest = fall(std::ranges::min(chance))});
    }
    return falls;
}

base::Result<Explained> explainOne(const Explainer& explainer, const features::FeatureSet& raw, std::uint32_t row,
                                   const DeletionSettings& settings, base::Rng& rng, const std::stop_token& stop)
{
    const auto begun = std::chrono::steady_clock::now();
    const auto evidence = explainer.explain(raw, row, {}, stop);
    if (!evidence)
        return failure(evidence.error());
    Explained explained{
        .completeness = evidence->completenessError,
        .steps = static_cast<double>(evidence->steps),
        .milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count()};
    explained.twinAlarms = evidence->twinLogit >= evidence->line;
    if (evidence->flip && evidence->flip->found())
        explained.flip = evidence->flip->features.size();
    auto falls = fallsOf(explainer, raw, row, *evidence, settings, rng, stop);
    if (!falls)
        return failure(falls.error());
    explained.falls = std::move(*falls);
    return explained;
}

/// Rows of the threats above the line, a draw of them when there are many.
base::Result<std::vector<std::uint32_t>> alarmsOf(const Detector& detector, const learn::Encoder& encoder,
                                                  const features::FeatureSet& raw, const HuntDraw& draw,
                                                  std::size_t most, base::Rng& rng, const std::stop_token& stop)
{
    std::vector<std::uint32_t> threats;
    for (std::size_t i = 0; i < draw.isThreat.size(); ++i) {
        if (draw.isThreat[i])
            threats.push_back(draw.task.query[i]);
    }
    const auto numbers = describe(encoder, raw.rows(threats), {}, stop);
    if (!numbers)
        return failure(numbers.error());
    const auto scores = score(detector, *numbers);
    std::vector<std::uint32_t> alarms;
    for (std::size_t i = 0; i < threats.size(); ++i) {
        if (verdict(scores[i]) == Verdict::Threat)
            alarms.push_back(threats[i]);
    }
    rng.shuffle(std::span(alarms));
    alarms.resize(std::min(alarms.size(), most));
    return alarms;
}

base::Result<std::vector<Explained>> playOne(const HuntSampler& sampler, const Hunt& hunt, const learn::Dataset& data,
                                             const std::shared_ptr<const learn::Encoder>& encoder,
                                             const Foundation& foundation, const DeletionSettings& settings,
                                             const std::stop_token& stop)
{
    const HuntDraw draw = sampler.draw(hunt.threat, hunt.shape, settings.seed, hunt.number);
    base::Rng rng = namedRng(settings.seed, data.classNames[hunt.threat] + " deletion").fork(hunt.number);
    const features::FeatureSet& raw = data.features;
    const AdaptInput input{raw.rows(draw.task.support), {}, raw.rows(draw.task.background)};
    const AdaptSettings adapting{.method = settings.method};
    const auto detector = adapt(*encoder, foundation, input, adapting, stop);
    if (!detector)
        return failure(detector.error());
    const auto alarms = alarmsOf(*detector, *encoder, raw, draw, settings.mostFlows, rng, stop);
    if (!alarms)
        return failure(alarms.error());
    std::vector<Explained> all;
    if (alarms->empty())
        return all;
    const auto explainer = Explainer::of(encoder, foundation, *detector, input, adapting.seed, stop);
    if (!explainer)
        return failure(explainer.error());
    for (const std::uint32_t row : *alarms) {
        auto explained = explainOne(*explainer, raw, row, settings, rng, stop);
        if (!explained)
            return failure(explained.error());
        all.push_back(std::move(*explained));
    }
    return all;
}

/// One shape and number of masked features: means over a class's flows, then over classes.
DeletionResult judge(const std::map<std::uint16_t, std::vector<Fall>>& byClass, std::uint32_t shots,
                     std::uint32_t masked, const learn::Dataset& data, std::uint64_t seed)
{
    DeletionResult result{.shots = shots, .masked = masked};
    std::vector<std::uint16_t> classes;
    for (const auto& [index, falls] : byClass) {
        classes.push_back(index);
        result.flows += falls.size();
    }
    const auto over = [&](auto value) {
        const auto mean = [&](std::uint16_t index) {
            const auto& falls = byClass.at(index);
            double sum = 0;
            for (const Fall& fall : falls)
                sum += value(fall);
            return sum / static_cast<double>(falls.size());
        };
        return std::pair(learn::overClasses(classes, mean, seed), mean);
    };
    const auto won = [](const Fall& fall) { return fall.named > fall.chance ? 1.0 : 0.0; };
    result.wins = over(won).first;
    result.winsAmongUnlike =
        over([](const Fall& fall) { return fall.named > fall.chanceAmongUnlike ? 1.0 : 0.0; }).first;
    result.winsOverEvery = over([](const Fall& fall) { return fall.named > fall.luckiest ? 1.0 : 0.0; }).first;
    result.namedFall = over([](const Fall& fall) { return fall.named; }).first;
    result.chanceFall = over([](const Fall& fall) { return fall.chance; }).first;
    for (const std::uint16_t index : classes)
        result.perClass.emplace_back(data.classNames[index], over(won).second(index));
    return result;
}

void addFigures(EvidenceQuality& quality, const std::vector<std::vector<Explained>>& outcomes)
{
    std::size_t flips = 0;
    for (const auto& outcome : outcomes) {
        quality.silentHunts += outcome.empty() ? 1U : 0U;
        for (const Explained& one : outcome) {
            ++quality.flows;
            quality.completenessMean += one.completeness;
            quality.completenessMost = std::max(quality.completenessMost, one.completeness);
            quality.stepsMean += one.steps;
            quality.millisecondsMean += one.milliseconds;
            quality.twinAlarmShare += one.twinAlarms ? 1.0 : 0.0;
            flips += one.flip ? 1U : 0U;
            quality.flipFeatures += static_cast<double>(one.flip.value_or(0));
        }
    }
    const auto flows = static_cast<double>(std::max<std::size_t>(quality.flows, 1));
    for (double* mean :
         {&quality.completenessMean, &quality.stepsMean, &quality.millisecondsMean, &quality.twinAlarmShare})
        *mean /= flows;
    quality.flipShare = static_cast<double>(flips) / flows;
    quality.flipFeatures /= static_cast<double>(std::max<std::size_t>(flips, 1));
}

} // namespace

base::Result<EvidenceQuality> testEvidence(const learn::Dataset& data,
                                           const std::shared_ptr<const learn::Encoder>& encoder,
                                           const DeletionSettings& settings, const base::ProgressSink& progress,
                                           const std::stop_token& stop)
{
    const auto zero = [](const std::vector<std::uint32_t>& numbers) {
        return numbers.empty() || std::ranges::find(numbers, 0U) != numbers.end();
    };
    if (zero(settings.shots) || zero(settings.masked) || settings.draws == 0 || settings.mostFlows == 0 ||
        settings.randomSets == 0)
        return failure(Error::Code::Argument, "a deletion test needs shots, draws, flows and features");
    if (!data.provenance.known())
        return failure(Error::Code::Support, "there are no flows to hunt in, or nobody knows where they come from");
    const HuntSampler sampler(data);
    const std::vector<Hunt> hunts = huntsOf(sampler, settings);
    if (hunts.empty())
        return failure(Error::Code::Support, "no threat has enough distinct flows, or there are no benign ones");

    const auto foundation = makeFoundation(*encoder, std::make_shared<const learn::BaseModel>(encoder->model()));
    if (!foundation)
        return failure(foundation.error());
    std::vector<base::Result<std::vector<Explained>>> answers(hunts.size());
    const auto play = [&](std::size_t i) {
        answers[i] = playOne(sampler, hunts[i], data, encoder, *foundation, settings, stop);
    };
    base::eachIndex(hunts.size(), play, "explaining alarms", progress, stop);
    if (stop.stop_requested())
        return failure(Error::Code::Cancelled, "the deletion test was stopped");
    std::vector<std::vector<Explained>> outcomes;
    for (auto& answer : answers) {
        if (!answer)
            return failure(answer.error());
        outcomes.push_back(std::move(*answer));
    }

    EvidenceQuality quality;
    addFigures(quality, outcomes);
    if (quality.flows == 0)
        return failure(Error::Code::Support, "no threat scored above the line: there is nothing to explain");
    for (const std::uint32_t shots : settings.shots) {
        for (std::size_t place = 0; place < settings.masked.size(); ++place) {
            std::map<std::uint16_t, std::vector<Fall>> byClass;
            for (std::size_t i = 0; i < hunts.size(); ++i) {
                for (const Explained& one : outcomes[i]) {
                    if (hunts[i].shape.shots == shots)
                        byClass[hunts[i].threat].push_back(one.falls[place]);
                }
            }
            if (!byClass.empty())
                quality.deletion.push_back(judge(byClass, shots, settings.masked[place], data, settings.seed));
        }
    }
    return quality;
}

} // namespace flowscent::detect
