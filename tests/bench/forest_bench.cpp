// SPDX-License-Identifier: GPL-3.0-or-later
// forest_bench CORPUS SPLIT [SHOTS] [TASKS] [OTHERS] - our forest beside OpenCV's, which LibTorch's plugin brings, on
// the flows of a corpus: CPU time of fitting SHOTS (5) flows of a threat against OTHERS (1064) that are none, CPU time
// of scoring 100 000 flows, and the average precision over TASKS (40) drawn tasks: a threat's other flows among all
// other benign ones. The first line is for the machine: one addition a number, the rate at which flows come out of
// memory.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <iostream>
#include <numeric>

#include "engine/base/random.h"
#include "engine/learn/backend.h"
#include "engine/learn/inference/forest.h"
#include "engine/learn/tasks/episode_index.h"
#include "engine/store/corpus.h"
#include "engine/store/model_file.h"

using namespace flowscent;
using base::Matrix;
using base::Result;

namespace {

constexpr std::size_t scored = 100'000;

double cpuMilliseconds()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

struct Flows {
    Matrix numbers;
    std::vector<std::vector<std::uint32_t>> threats; ///< rows of each threat
    std::vector<std::uint32_t> benign;
};

Result<Flows> read(const std::string& corpus, const std::string& split)
{
    const auto report = store::readCorpus(corpus, split, {}, {});
    if (!report)
        return base::failure(report.error());
    const auto model = store::loadModel(store::shippedModel());
    if (!model)
        return base::failure(model.error());
    const learn::Dataset data = report->dataset.withoutDuplicates();
    Flows flows{learn::sideBySide(model->scaler.apply(data.features)), {}, {}};
    flows.threats.resize(data.classNames.size());
    for (std::uint32_t row = 0; row < data.size(); ++row) {
        if (data.threatClass[data.classOf[row]])
            flows.threats[data.classOf[row]].push_back(row);
        else
            flows.benign.push_back(row);
    }
    return flows;
}

struct Task {
    Matrix support;
    std::vector<std::uint8_t> isThreat;
    Matrix query;
    std::vector<bool> isWanted;
};

Matrix pick(const Matrix& from, std::span<const std::uint32_t> rows)
{
    Matrix chosen(rows.size(), from.columns);
    for (std::size_t i = 0; i < rows.size(); ++i)
        std::ranges::copy(from.row(rows[i]), chosen.row(i).begin());
    return chosen;
}

Task draw(const Flows& flows, std::size_t shots, std::size_t others, base::Rng& rng)
{
    std::vector<const std::vector<std::uint32_t>*> able;
    for (const auto& threat : flows.threats) {
        if (threat.size() > shots)
            able.push_back(&threat);
    }
    std::vector<std::uint32_t> threat = *able[rng.below(able.size())];
    std::vector<std::uint32_t> benign = flows.benign;
    rng.shuffle(std::span(threat));
    rng.shuffle(std::span(benign));
    others = std::min(others, benign.size() / 2);
    std::vector<std::uint32_t> support(threat.begin(), threat.begin() + static_cast<std::ptrdiff_t>(shots));
    support.insert(support.end(), benign.begin(), benign.begin() + static_cast<std::ptrdiff_t>(others));
    std::vector<std::uint32_t> query(threat.begin() + static_cast<std::ptrdiff_t>(shots), threat.end());
    const std::size_t wanted = query.size();
    query.insert(query.end(), benign.begin() + static_cast<std::ptrdiff_t>(others), benign.end());
    Task task{pick(flows.numbers, support), {}, pick(flows.numbers, query), {}};
    for (std::size_t i = 0; i < support.size(); ++i)
        task.isThreat.push_back(i < shots ? 1 : 0);
    for (std::size_t i = 0; i < query.size(); ++i)
        task.isWanted.push_back(i < wanted);
    return task;
}

/// Ties are one step, as in scikit-learn.
double averagePrecision(const std::vector<double>& scores, const std::vector<bool>& isWanted)
{
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
    double sum = 0;
    double found = 0;
    double before = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        found += isWanted[order[i]] ? 1 : 0;
        if (i + 1 < order.size() && scores[order[i + 1]] == scores[order[i]])
            continue;
        sum += (found - before) * found / static_cast<double>(i + 1);
        before = found;
    }
    return sum / found;
}

struct Contestant {
    const char* name;
    /// Shares of the rows; adds the time of fitting and of scoring, in milliseconds.
    std::function<Result<std::vector<double>>(const Task&, const Matrix&, std::uint64_t seed, double& fit,
                                              double& score)>
        ask;
};

Contestant ours(const char* name, const learn::ForestSettings& settings)
{
    return {name,
            [settings](const Task& task, const Matrix& rows, std::uint64_t seed, double& fit,
                       double& score) -> Result<std::vector<double>> {
                const double begun = cpuMilliseconds();
                const auto forest = learn::fitForest(task.support, task.isThreat, settings, seed);
                if (!forest)
                    return base::failure(forest.error());
                const double fitted = cpuMilliseconds();
                auto shares = learn::forestShares(*forest, rows);
                fit += fitted - begun;
                score += cpuMilliseconds() - fitted;
                return shares;
            }};
}

/// Fits and scores in one: the time of fitting is that of a call with one row to score.
Contestant theirs(const learn::Backend& backend)
{
    return {"OpenCV",
            [&backend](const Task& task, const Matrix& rows, std::uint64_t seed, double& fit,
                       double& score) -> Result<std::vector<double>> {
                const std::vector<std::uint16_t> classes(task.isThreat.begin(), task.isThreat.end());
                const auto asked = [&](const Matrix& some) {
                    return backend.baseline(learn::Baseline::RandomForest, task.support, classes, 2, some, seed);
                };
                Matrix one(1, rows.columns);
                const double begun = cpuMilliseconds();
                (void)asked(one);
                const double fitted = cpuMilliseconds();
                const auto shares = asked(rows);
                if (!shares)
                    return base::failure(shares.error());
                fit += fitted - begun;
                score += cpuMilliseconds() - fitted - (fitted - begun);
                std::vector<double> threat;
                for (std::size_t row = 0; row < shares->rows; ++row)
                    threat.push_back(double{shares->row(row)[1]});
                return threat;
            }};
}

Result<void> compare(const Flows& flows, std::size_t shots, std::size_t tasks, std::size_t others)
{
    const auto backend = learn::backend();
    if (!backend)
        return base::failure(backend.error());
    using enum learn::ForestBalance;
    const std::vector<Contestant> all{
        theirs(**backend),
        ours("forest", {}),
        ours("forest, ends", {.endsAtConstants = true}),
        ours("forest, balanced, ends", {.balance = All, .endsAtConstants = true}),
        ours("extra, ends", {.endsAtConstants = true, .extra = true}),
        ours("extra, balanced, ends", {.balance = All, .endsAtConstants = true, .extra = true}),
        ours("forest, balanced", {.balance = All}),
        ours("forest, balanced each tree", {.balance = EachTree}),
        ours("extra", {.extra = true}),
        ours("extra, balanced", {.balance = All, .extra = true}),
        ours("extra, 60 columns", {.columnsPerNode = 60, .extra = true}),
        ours("forest, 60 columns", {.columnsPerNode = 60}),
        ours("forest, 500 trees", {.trees = 500})};
    Matrix many(scored, flows.numbers.columns);
    for (std::size_t row = 0; row < many.rows; ++row)
        std::ranges::copy(flows.numbers.row(row * 7919 % flows.numbers.rows), many.row(row).begin());
    const double begun = cpuMilliseconds();
    const float sum = std::accumulate(many.values.begin(), many.values.end(), 0.0F);
    std::printf("adding up %zu x %zu numbers takes %.1f ms (%g)\n", many.rows, many.columns, cpuMilliseconds() - begun,
                double{sum});
    std::printf("%-28s %9s %9s %10s %10s\n", "", "fit ms", "best", "score ms", "AP");
    for (const Contestant& contestant : all) {
        base::Rng rng(1);
        double fit = 0;
        double least = INFINITY;
        double precision = 0;
        double score = 0;
        double ignored = 0;
        for (std::size_t i = 0; i < tasks; ++i) {
            const Task task = draw(flows, shots, others, rng);
            const double before = fit;
            const auto shares = contestant.ask(task, task.query, i, fit, ignored);
            if (!shares)
                return base::failure(shares.error());
            least = std::min(least, fit - before);
            precision += averagePrecision(*shares, task.isWanted);
            if (i == 0 && !contestant.ask(task, many, i, ignored, score))
                return {};
        }
        const auto count = static_cast<double>(tasks);
        std::printf("%-28s %9.2f %9.2f %10.1f %10.4f\n", contestant.name, fit / count, least, score, precision / count);
    }
    return {};
}

std::size_t numberOr(std::size_t otherwise, int place, int argc, char** argv)
{
    return argc > place ? std::strtoull(argv[place], nullptr, 10) : otherwise;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 3) {
        std::cerr << "forest_bench CORPUS SPLIT [SHOTS] [TASKS] [OTHERS]\n";
        return 2;
    }
    const auto flows = read(argv[1], argv[2]);
    const auto done =
        flows ? compare(*flows, numberOr(5, 3, argc, argv), numberOr(40, 4, argc, argv), numberOr(1064, 5, argc, argv))
              : Result<void>(base::failure(flows.error()));
    if (!done) {
        std::cerr << done.error().sentence() << '\n';
        return 1;
    }
    return 0;
}
