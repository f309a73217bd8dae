// SPDX-License-Identifier: GPL-3.0-or-later
// suggest_bench CORPUS SPLIT [--draws N] [--labels N] [--variant same|other] [--negatives all|own] [--method NAME]
//               [--bank-corpus FOLDER] [--seed N]
//
// Labels to target: hunts of one example each, in which an analyst who knows the truth labels the flow that is
// suggested, twenty times, and the detector is made anew after each. How well it ranks flows that were never asked
// about (average precision at a prevalence of 1 %), by the number of labels, for detect::suggestNext as it is, flows
// drawn at random, the most uncertain and the likeliest; the same hunts and random numbers for all. Means over classes
// of means over draws, differences with 95 % intervals by bootstrap over classes. Ends with the time of one suggestion
// among a hundred thousand flows.
//
// The queries of a hunt (HuntSampler) are halved: one half is asked about, its threats thinned to 1 % (three at least),
// the other is judged on. Flows of the background are asked about by nobody.
#include "engine/detect/evaluation/hunt_draws.h"
#include "engine/detect/evaluation/hunt_metrics.h"
#include "engine/detect/support/part_opinions.h"
#include "engine/detect/support/suggest_next.h"
#include "engine/learn/evaluation/class_tally.h"
#include "engine/learn/evaluation/evaluate.h"
#include "engine/learn/inference/patch_conv_inference.h"
#include "engine/learn/tasks/benign_bank.h"
#include "engine/store/corpus.h"
#include "engine/store/model_file.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <iostream>

#include <CLI/CLI.hpp>

using namespace flowscent;
using base::Result;
using detect::FlowNumbers;

namespace {

struct Options {
    std::string corpus;
    std::string split;
    std::string bankCorpus;
    std::string variant = "same";
    std::string negatives = "all";
    std::string method = "ensemble";
    std::uint32_t draws = 5;
    std::uint32_t labels = 20;
    std::uint64_t seed = 7;
};

struct Strategy {
    const char* name;
    detect::SuggestSettings settings;
};

const std::vector<Strategy>& strategies()
{
    static const std::vector<Strategy> all{
        {"suggest", {}},
        {"random", {.randomShare = 1}},
        {"near_line", {.disagreement = 0, .nearLine = 1, .likely = 0, .unlike = 0, .randomShare = 0}},
        {"likely", {.disagreement = 0, .nearLine = 0, .likely = 1, .unlike = 0, .randomShare = 0}},
    };
    return all;
}
constexpr std::size_t ours = 0;
constexpr std::size_t atRandom = 1;
constexpr std::size_t mostUncertain = 2;

using Curve = std::vector<double>; ///< by number of labels, from none

Result<FlowNumbers> numbersOf(const learn::BaseModel& model, const features::FeatureSet& raw)
{
    const auto net = learn::PatchConvInference::fromTensors(model.weights);
    if (!net)
        return base::failure(net.error());
    const features::FeatureSet scaled = model.scaler.apply(raw);
    FlowNumbers numbers{base::Matrix(raw.size(), net->embeddingSize()), scaled.statistics};
    learn::PatchConvInference::Workspace space;
    net->embedScaled(scaled, 0, raw.size(), numbers.embeddings, space);
    return numbers;
}

/// Rows of one half of a hunt's queries, and which of them are the threat.
struct Half {
    std::vector<std::uint32_t> rows;
    std::vector<bool> isThreat;

    void add(std::uint32_t row, bool threat)
    {
        rows.push_back(row);
        isThreat.push_back(threat);
    }
};

struct Halves {
    Half asked;
    Half judged;
};

Halves halved(const detect::HuntDraw& draw, base::Rng rng)
{
    std::vector<std::uint32_t> order = rng.sample(static_cast<std::uint32_t>(draw.task.query.size()), UINT32_MAX);
    Halves halves;
    std::size_t turn[2] = {};
    std::size_t others = 0;
    std::vector<std::uint32_t> threats;
    for (const std::uint32_t place : order) {
        const bool threat = draw.isThreat[place];
        if (turn[threat ? 1 : 0]++ % 2 == 0) {
            halves.judged.add(draw.task.query[place], threat);
        } else if (threat) {
            threats.push_back(draw.task.query[place]);
        } else {
            halves.asked.add(draw.task.query[place], false);
            ++others;
        }
    }
    threats.resize(std::min(threats.size(), std::max<std::size_t>(3, others / 99)));
    for (const std::uint32_t row : threats)
        halves.asked.add(row, true);
    return halves;
}

struct Arena {
    const detect::Foundation& foundation;
    const FlowNumbers& flows;
    detect::AdaptSettings settings;
    std::uint32_t labels;
};

/// One analyst's session.
Result<Curve> play(const Arena& arena, const detect::HuntTask& task, const Halves& halves,
                   const detect::SuggestSettings& strategy, std::uint64_t seed)
{
    FlowNumbers pool = arena.flows.rows(halves.asked.rows);
    pool.append(arena.flows.rows(task.support)); // known already: what is suggested should not be more of it
    std::vector<std::uint32_t> known;
    for (auto row = static_cast<std::uint32_t>(halves.asked.rows.size()); row < pool.size(); ++row)
        known.push_back(row);
    const FlowNumbers judged = arena.flows.rows(halves.judged.rows);
    detect::DescribedInput input{arena.flows.rows(task.support), {}, arena.flows.rows(task.background)};
    detect::SuggestState state{.seed = seed, .asked = {}};
    Curve curve;
    for (std::uint32_t labels = 0;; ++labels) {
        const auto detector = detect::adapt(arena.foundation, input, arena.settings);
        if (!detector)
            return base::failure(detector.error());
        const auto logits = detect::combinedLogits(*detector, judged);
        curve.push_back(
            detect::averagePrecision(detect::ranked(logits, halves.judged.isThreat), detect::huntPrevalence));
        if (labels == arena.labels)
            return curve;
        const auto scores = detect::score(*detector, pool);
        const auto parts = detect::partOpinions(*detector, pool);
        const auto next = detect::suggestNext({pool.embeddings, scores, parts, known}, state, strategy);
        if (next) {
            const std::vector<std::uint32_t> row{next->row};
            (halves.asked.isThreat[next->row] ? input.threat : input.notThreat).append(pool.rows(row));
        }
    }
}

/// Mean over draws of each strategy's curve in one class.
struct ClassCurves {
    std::string name;
    std::vector<Curve> curves;
};

Result<std::vector<ClassCurves>> playAll(const Arena& arena, const learn::Dataset& data, const Options& options)
{
    const detect::HuntSampler sampler(data);
    const detect::HuntShape shape{options.variant == "same" ? detect::HuntVariant::Same : detect::HuntVariant::Other,
                                  options.negatives == "all" ? detect::HuntNegatives::All : detect::HuntNegatives::Own,
                                  1};
    std::vector<ClassCurves> all;
    for (const std::uint16_t threat : sampler.classes()) {
        if (!sampler.possible(threat, shape))
            continue;
        ClassCurves one{data.classNames[threat],
                        std::vector<Curve>(strategies().size(), Curve(options.labels + std::size_t{1}))};
        for (std::uint32_t number = 0; number < options.draws; ++number) {
            const auto draw = sampler.draw(threat, shape, options.seed, number);
            const Halves halves = halved(draw, detect::namedRng(options.seed, one.name).fork(number));
            for (std::size_t who = 0; who < strategies().size(); ++who) {
                const auto curve = play(arena, draw.task, halves, strategies()[who].settings, options.seed + number);
                if (!curve)
                    return base::failure(curve.error());
                for (std::size_t i = 0; i < curve->size(); ++i)
                    one.curves[who][i] += (*curve)[i] / options.draws;
            }
        }
        std::cerr << one.name << " done\n";
        all.push_back(std::move(one));
    }
    return all;
}

double mean(const Curve& curve)
{
    double sum = 0;
    for (std::size_t i = 1; i < curve.size(); ++i)
        sum += curve[i] / static_cast<double>(curve.size() - 1);
    return sum;
}

/// Labels until a class's curve has half of what the best of all curves gains; one more than all when it never has.
double labelsToTarget(const ClassCurves& one, std::size_t who)
{
    double best = 0;
    for (const Curve& curve : one.curves)
        best = std::max(best, std::ranges::max(curve));
    const Curve& curve = one.curves[who];
    const double target = 0.5 * (curve[0] + best);
    return static_cast<double>(std::ranges::find_if(curve, [&](double value) { return value >= target; }) -
                               curve.begin());
}

void printInterval(const char* what, const std::vector<ClassCurves>& all,
                   const std::function<double(std::size_t)>& value)
{
    std::vector<std::uint16_t> places;
    for (std::uint16_t i = 0; i < all.size(); ++i)
        places.push_back(i);
    const auto interval = learn::overClasses(
        places, [&](std::uint16_t place) { return value(place); }, 7);
    std::printf("  %-42s %+.3f [%+.3f, %+.3f]\n", what, interval.mean, interval.low, interval.high);
}

void print(const std::vector<ClassCurves>& all)
{
    std::printf("%-14s", "labels");
    for (std::size_t labels = 0; labels < all[0].curves[0].size(); ++labels)
        std::printf(" %5zu", labels);
    std::printf("    1-%zu to target\n", all[0].curves[0].size() - 1);
    for (std::size_t who = 0; who < strategies().size(); ++who) {
        std::printf("%-14s", strategies()[who].name);
        double area = 0;
        double target = 0;
        for (const ClassCurves& one : all) {
            area += mean(one.curves[who]) / static_cast<double>(all.size());
            target += labelsToTarget(one, who) / static_cast<double>(all.size());
        }
        for (std::size_t labels = 0; labels < all[0].curves[0].size(); ++labels) {
            double sum = 0;
            for (const ClassCurves& one : all)
                sum += one.curves[who][labels] / static_cast<double>(all.size());
            std::printf(" %.3f", sum);
        }
        std::printf("  %.3f     %5.1f\n", area, target);
    }
    for (const std::size_t other : {atRandom, mostUncertain}) {
        std::printf("suggest minus %s\n", strategies()[other].name);
        for (const std::size_t labels : {std::size_t{3}, std::size_t{5}, std::size_t{10}, std::size_t{20}}) {
            if (labels < all[0].curves[0].size())
                printInterval((std::to_string(labels) + " labels").c_str(), all, [&](std::size_t place) {
                    return all[place].curves[ours][labels] - all[place].curves[other][labels];
                });
        }
        printInterval("mean over all numbers of labels", all, [&](std::size_t place) {
            return mean(all[place].curves[ours]) - mean(all[place].curves[other]);
        });
        printInterval("labels to half of the best gain", all, [&](std::size_t place) {
            return labelsToTarget(all[place], ours) - labelsToTarget(all[place], other);
        });
    }
    for (const ClassCurves& one : all)
        std::printf("  %-40s suggest %.3f, random %.3f, near_line %.3f\n", one.name.c_str(), mean(one.curves[ours]),
                    mean(one.curves[atRandom]), mean(one.curves[mostUncertain]));
}

/// The processor's time: others may be busy beside us.
double millisecondsUsed()
{
    return 1000.0 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

void printTime()
{
    constexpr std::size_t flows = 100'000;
    base::Rng rng(1);
    base::Matrix embeddings(flows, 64);
    std::ranges::generate(embeddings.values, [&] { return static_cast<float>(rng.uniform()); });
    std::vector<float> scores(flows);
    std::ranges::generate(scores, [&] { return static_cast<float>(rng.uniform()); });
    const std::vector<std::vector<float>> parts{scores, {scores.rbegin(), scores.rend()}, scores};
    const auto labelled = rng.sample(flows, 30);
    for (const bool warm : {true, false}) {
        std::vector<double> times;
        detect::SuggestState state;
        for (int round = 0; round < 21; ++round) {
            const double begin = millisecondsUsed();
            const detect::SuggestView view{
                embeddings, warm ? std::span<const float>(scores) : std::span<const float>(),
                warm ? std::span<const std::vector<float>>(parts) : std::span<const std::vector<float>>(), labelled};
            if (!detect::suggestNext(view, state, {.randomShare = 0}))
                return;
            times.push_back(millisecondsUsed() - begin);
        }
        std::ranges::sort(times);
        std::printf("one suggestion among %zu flows, %s: median %.1f ms of one core, most %.1f ms\n", flows,
                    warm ? "with a detector" : "without one", times[times.size() / 2], times.back());
    }
}

/// Of the model; of the training split where the model has none.
Result<features::FeatureSet> bankOf(const learn::BaseModel& model, const Options& options)
{
    if (model.bank.size() > 0)
        return model.bank;
    const auto read =
        store::readCorpus(options.bankCorpus.empty() ? options.corpus : options.bankCorpus, "train", {}, {});
    if (!read)
        return base::failure(read.error());
    return learn::drawBenignBank(read->dataset.withoutDuplicates(), learn::benignBankFlows, options.seed);
}

Result<int> run(const Options& options)
{
    auto model = store::loadModel(store::shippedModel());
    if (!model)
        return base::failure(model.error());
    const auto method = detect::parseMethod(options.method);
    if (!method)
        return base::failure(method.error());
    auto bank = bankOf(*model, options);
    if (!bank)
        return base::failure(bank.error());
    const auto read = store::readCorpus(options.corpus, options.split, {}, {});
    if (!read)
        return base::failure(read.error());
    const learn::Dataset data = learn::evaluationData(read->dataset, 1);
    const auto flows = numbersOf(*model, data.features);
    auto bankNumbers = numbersOf(*model, *bank);
    if (!flows || !bankNumbers)
        return base::failure(flows ? bankNumbers.error() : flows.error());
    const detect::Foundation foundation{std::make_shared<const learn::BaseModel>(std::move(*model)),
                                        std::move(*bankNumbers)};
    const Arena arena{foundation, *flows, {.method = *method}, options.labels};
    const auto all = playAll(arena, data, options);
    if (!all)
        return base::failure(all.error());
    if (all->empty())
        return base::failure(base::Error::Code::Support, "no threat of the split can be hunted so");
    std::printf("%s, %s capture, %s networks, %zu classes, %u draws, %s\n", options.split.c_str(),
                options.variant.c_str(), options.negatives.c_str(), all->size(), options.draws, options.method.c_str());
    print(*all);
    printTime();
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    Options options;
    CLI::App program("How many labels a suggestion saves");
    program.add_option("CORPUS", options.corpus)->required();
    program.add_option("SPLIT", options.split)->required();
    program.add_option("--bank-corpus", options.bankCorpus);
    program.add_option("--variant", options.variant)->check(CLI::IsMember({"same", "other"}));
    program.add_option("--negatives", options.negatives)->check(CLI::IsMember({"all", "own"}));
    program.add_option("--method", options.method);
    program.add_option("--draws", options.draws)->check(CLI::Range(1, 1000));
    program.add_option("--labels", options.labels)->check(CLI::Range(1, 200));
    program.add_option("--seed", options.seed);
    CLI11_PARSE(program, argc, argv);
    const auto done = run(options);
    if (!done) {
        std::cerr << done.error().sentence() << '\n';
        return 1;
    }
    return *done;
}
