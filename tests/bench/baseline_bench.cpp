// SPDX-License-Identifier: GPL-3.0-or-later
// baseline_bench CORPUS SPLIT FOLDER [--ways N] [--shots N] [--queries N] [--episodes N] [--seed N] [--disjoint]
//
// Draws episodes of a corpus's split, asks every baseline (and, without --baselines-only, the meta-learner and
// ensembles of both), and writes into FOLDER what compare_sklearn needs to ask scikit-learn the same: episodes.jsonl
// (the index), features.safetensors, and answers.json (how many queries of each episode were answered rightly, and the
// seconds).
#include "engine/base/atomic_file.h"
#include "engine/learn/backend.h"
#include "engine/learn/evaluation/stacking.h"
#include "engine/learn/inference/head.h"
#include "engine/learn/tasks/episode_index.h"
#include "engine/store/corpus.h"
#include "engine/store/model_file.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

using namespace flowscent;
using base::Matrix;
using base::Result;

namespace {

struct Options {
    std::string corpus;
    std::string split;
    std::string folder;
    learn::EpisodeShape shape;
    std::uint32_t episodes = 600;
    std::uint64_t seed = 7;
    double prior = learn::StackSettings{}.prior;
    bool baselinesOnly = false;
};

Matrix pick(const Matrix& from, const std::vector<std::uint32_t>& rows)
{
    Matrix chosen(rows.size(), from.columns);
    for (std::size_t i = 0; i < rows.size(); ++i)
        std::ranges::copy(from.row(rows[i]), chosen.row(i).begin());
    return chosen;
}

struct Contestant {
    std::string name;
    std::function<Result<Matrix>(const learn::Episode&, std::uint64_t seed)> ask;
};

std::uint32_t right(const learn::Episode& episode, const Matrix& shares)
{
    std::uint32_t count = 0;
    for (std::size_t i = 0; i < shares.rows; ++i)
        count += std::ranges::max_element(shares.row(i)) - shares.row(i).begin() == episode.queryWay[i] ? 1U : 0U;
    return count;
}

std::vector<std::uint16_t> waysOf(const learn::Episode& episode, const std::vector<std::uint32_t>& rows)
{
    std::vector<std::uint16_t> ways;
    for (const std::uint32_t row : rows) {
        const auto place = std::ranges::find(episode.support, row) - episode.support.begin();
        ways.push_back(episode.supportWay[static_cast<std::size_t>(place)]);
    }
    return ways;
}

/// A member that asks a baseline in the space of the features. The episode must outlive it.
learn::Member memberOf(learn::Baseline kind, const learn::Backend& backend, const Matrix& features,
                       const learn::Episode& episode, std::uint64_t seed)
{
    return [=, &backend, &features, &episode](const std::vector<std::uint32_t>& known,
                                              const std::vector<std::uint32_t>& asked) {
        return backend.baseline(kind, pick(features, known), waysOf(episode, known),
                                static_cast<std::uint16_t>(episode.ways), pick(features, asked), seed);
    };
}

/// The meta-learner: the ridge on embeddings, its logits as shares.
learn::Member ridgeOf(const learn::HeadParameters& parameters, const Matrix& embeddings, const learn::Episode& episode)
{
    return [&](const std::vector<std::uint32_t>& known, const std::vector<std::uint32_t>& asked) -> Result<Matrix> {
        const auto head = learn::fitHead(
            learn::HeadKind::Ridge,
            {pick(embeddings, known), waysOf(episode, known), {}, static_cast<std::uint16_t>(episode.ways)},
            parameters);
        if (!head)
            return base::failure(head.error());
        Matrix shares = learn::scores(*head, pick(embeddings, asked));
        for (std::size_t row = 0; row < shares.rows; ++row) {
            const auto values = shares.row(row);
            const float most = std::ranges::max(values);
            float sum = 0;
            for (float& value : values)
                sum += value = std::exp(value - most);
            for (float& value : values)
                value /= sum;
        }
        return shares;
    };
}

struct Arena {
    const learn::Backend& backend;
    const Matrix& features;
    const Matrix& embeddings;
    const learn::HeadParameters& heads;
};

Contestant ensemble(const std::string& name, const Arena& arena, const std::vector<learn::Baseline>& baselines,
                    const learn::StackSettings& settings)
{
    return {name, [=, &arena](const learn::Episode& episode, std::uint64_t seed) -> Result<Matrix> {
                std::vector<learn::Member> members{ridgeOf(arena.heads, arena.embeddings, episode)};
                for (const learn::Baseline kind : baselines)
                    members.push_back(memberOf(kind, arena.backend, arena.features, episode, seed));
                base::Rng rng(seed);
                auto stacked = learn::stack(members, episode.support, episode.supportWay, episode.query, settings, rng);
                if (!stacked)
                    return base::failure(stacked.error());
                return std::move(stacked->shares);
            }};
}

std::vector<Contestant> contestants(const Arena& arena, const Options& options)
{
    using enum learn::Baseline;
    std::vector<Contestant> all;
    for (const learn::Baseline kind : learn::allBaselines) {
        all.push_back({std::string(learn::text(kind)), [kind, &arena](const auto& episode, auto seed) {
                           return memberOf(kind, arena.backend, arena.features, episode, seed)(episode.support,
                                                                                               episode.query);
                       }});
    }
    if (options.baselinesOnly)
        return all;
    const learn::StackSettings averaged{.folds = 0};
    const learn::StackSettings stacked{.prior = options.prior};
    all.push_back(ensemble("r2d2", arena, {}, averaged));
    all.push_back(ensemble("r2d2+forest, average", arena, {RandomForest}, averaged));
    all.push_back(ensemble("r2d2+forest, stack", arena, {RandomForest}, stacked));
    all.push_back(ensemble("r2d2+boosting, average", arena, {GradientBoosting}, averaged));
    all.push_back(ensemble("r2d2+boosting, stack", arena, {GradientBoosting}, stacked));
    const std::vector<learn::Baseline> four{RandomForest, LogisticRegression, LinearSvm, NearestNeighbour};
    all.push_back(ensemble("r2d2+4, average", arena, four, averaged));
    all.push_back(ensemble("r2d2+4, stack", arena, four, stacked));
    return all;
}

Result<nlohmann::ordered_json> play(const Contestant& contestant, const learn::EpisodeIndex& index)
{
    std::vector<std::uint32_t> counts;
    double rightly = 0;
    double asked = 0;
    const auto begun = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < index.episodes.size(); ++i) {
        const auto shares = contestant.ask(index.episodes[i], index.seed + i);
        if (!shares)
            return base::failure(shares.error());
        counts.push_back(right(index.episodes[i], *shares));
        rightly += counts.back();
        asked += static_cast<double>(index.episodes[i].query.size());
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    std::printf("%-24s %6.2f %%  %8.2f s  %7.2f ms an episode\n", contestant.name.c_str(), 100 * rightly / asked,
                seconds, 1000 * seconds / static_cast<double>(index.episodes.size()));
    return nlohmann::ordered_json{{"method", contestant.name}, {"right", counts}, {"seconds", seconds}};
}

Result<void> run(const Options& options)
{
    const auto corpus = store::readCorpus(options.corpus, options.split, {}, {});
    if (!corpus)
        return base::failure(corpus.error());
    auto model = store::loadModel(store::shippedModel());
    const auto backend = learn::backend();
    if (!model || !backend)
        return base::failure(!model ? model.error() : backend.error());
    const learn::Dataset dataset = corpus->dataset.withoutDuplicates();
    const auto index = learn::drawEpisodes(dataset, options.shape, options.episodes, options.seed);
    if (!index)
        return base::failure(index.error());
    const base::TensorFile table = learn::featureTable(dataset, model->scaler);
    const auto features = table.matrix("features");
    if (!features)
        return base::failure(features.error());
    const auto encoder = (*backend)->encoder(std::make_shared<const learn::BaseModel>(std::move(*model)));
    if (!encoder)
        return base::failure(encoder.error());
    const auto embeddings = (*encoder)->embed(dataset.features, {}, {});
    if (!embeddings)
        return base::failure(embeddings.error());
    const Arena arena{**backend, *features, *embeddings, (*encoder)->model().heads};

    const std::filesystem::path folder(options.folder);
    nlohmann::ordered_json answers = nlohmann::ordered_json::array();
    for (const Contestant& contestant : contestants(arena, options)) {
        auto played = play(contestant, *index);
        if (!played)
            return base::failure(played.error());
        answers.push_back(std::move(*played));
    }
    struct File {
        const char* name;
        std::string bytes;
    };
    for (const auto& [name, bytes] :
         {File{"episodes.jsonl", learn::toJsonLines(*index)}, File{"features.safetensors", base::serialise(table)},
          File{"answers.json", answers.dump() + "\n"}}) {
        if (auto written = base::writeAtomically(folder / name, bytes); !written)
            return written;
    }
    return {};
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App program("The baselines' accuracy, and all that others need to answer the same episodes");
    Options options;
    program.add_option("corpus", options.corpus)->required();
    program.add_option("split", options.split)->required();
    program.add_option("folder", options.folder)->required();
    program.add_option("--ways", options.shape.ways)->check(CLI::Range(2, 64));
    program.add_option("--shots", options.shape.shots)->check(CLI::Range(1, 50));
    program.add_option("--queries", options.shape.queries)->check(CLI::Range(1, 50));
    program.add_flag("--disjoint", options.shape.captureDisjoint);
    program.add_option("--episodes", options.episodes)->check(CLI::Range(1, 100'000));
    program.add_option("--seed", options.seed);
    program.add_option("--prior", options.prior, "Rows that the plain average of an ensemble is worth");
    program.add_flag("--baselines-only", options.baselinesOnly, "Leave the meta-learner and the ensembles out");
    CLI11_PARSE(program, argc, argv);
    if (const auto done = run(options); !done) {
        std::cerr << done.error().sentence() << '\n';
        return 1;
    }
    return 0;
}
