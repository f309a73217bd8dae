// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evaluation/hunt_contestants.h"

#include "engine/base/matrix_rows.h"
#include "engine/detect/combined_logit.h"
#include "engine/detect/detector.h"
#include "engine/detect/evaluation/neighbour_ratio.h"
#include "engine/detect/fine_tuned_detector.h"
#include "engine/learn/inference/head.h"
#include "engine/learn/tasks/benign_bank.h"
#include "engine/learn/tasks/episode_index.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace flowscent::detect {

using base::failure;
using base::Matrix;
using base::Result;
using learn::Baseline;

namespace {

constexpr const char* zeroShotName = "zero_shot";
constexpr std::size_t embeddedNeighbours = 3;
constexpr float sideWeight = 5.0F; ///< of each side of a ridge: its lambda was learned on 5 shots a class

/// One kind of numbers: those of the dataset's flows, and of the bank's.
struct Space {
    Matrix flows;
    Matrix bank; ///< no rows without a bank
};

/// The numbers that contestants share.
struct Spaces {
    Space features; ///< scaled, packets and statistics side by side
    Space embeddings;
    Space identity;
    FlowNumbers flows;   ///< as detectors see them
    HuntScores zeroShot; ///< of every flow
    Foundation foundation;
    const learn::Backend* backend = nullptr;
    const learn::Dataset* data = nullptr;
    learn::FineTuneSettings fineTuning;
};
using Shared = std::shared_ptr<const Spaces>;

/// Support first, as restWay and threatWay.
struct Sides {
    Matrix rows;
    std::vector<std::uint16_t> wayOf;
};

Sides sidesOf(const HuntTask& task, const Space& space, bool withBank)
{
    Sides sides{base::rowsOf(space.flows, task.support), {}};
    base::append(sides.rows, base::rowsOf(space.flows, task.background));
    if (withBank)
        base::append(sides.rows, space.bank);
    sides.wayOf.assign(sides.rows.rows, restWay);
    std::fill_n(sides.wayOf.begin(), task.support.size(), threatWay);
    return sides;
}

Result<HuntScores> baselineScores(const learn::Backend& backend, Baseline kind, const Sides& sides, const Matrix& query,
                                  std::uint64_t seed)
{
    const auto shares = backend.baseline(kind, sides.rows, sides.wayOf, 2, query, seed);
    if (!shares)
        return failure(shares.error());
    HuntScores scores(shares->rows);
    for (std::size_t row = 0; row < shares->rows; ++row)
        scores[row] = shares->row(row)[threatWay];
    return scores;
}

HuntContestant baseline(const char* name, Baseline kind, Space Spaces::*space, bool withBank, const Shared& spaces)
{
    return {name, {}, [=](const HuntTask& task, std::span<const HuntScores>, std::uint64_t seed) {
                const Space& numbers = (*spaces).*space;
                return baselineScores(*spaces->backend, kind, sidesOf(task, numbers, withBank),
                                      base::rowsOf(numbers.flows, task.query), seed);
            }};
}

HuntContestant neighbours(const char* name, Space Spaces::*space, std::size_t count, const Shared& spaces)
{
    return {name, {}, [=](const HuntTask& task, std::span<const HuntScores>, std::uint64_t) -> Result<HuntScores> {
                const Matrix& numbers = ((*spaces).*space).flows;
                return neighbourRatio(base::rowsOf(numbers, task.support), base::rowsOf(numbers, task.background),
                                      base::rowsOf(numbers, task.query), count);
            }};
}

/// Differences of the two logits.
Result<HuntScores> ridgeScores(const Spaces& spaces, const HuntTask& task, bool withBank)
{
    Sides sides = sidesOf(task, spaces.embeddings, withBank);
    const auto threats = static_cast<float>(task.support.size());
    const float rest = static_cast<float>(sides.rows.rows) - threats;
    std::vector<float> weights;
    for (const std::uint16_t way : sides.wayOf)
        weights.push_back(sideWeight / (way == threatWay ? threats : rest));
    const auto head =
        learn::fitHead(learn::HeadKind::Ridge, {std::move(sides.rows), std::move(sides.wayOf), std::move(weights), 2},
                       spaces.foundation.model->heads);
    if (!head)
        return failure(head.error());
    const Matrix logits = learn::scores(*head, base::rowsOf(spaces.embeddings.flows, task.query));
    HuntScores scores(logits.rows);
    for (std::size_t row = 0; row < logits.rows; ++row)
        scores[row] = double{logits.row(row)[threatWay]} - double{logits.row(row)[restWay]};
    return scores;
}

HuntContestant ridge(const char* name, bool withBank, const Shared& spaces)
{
    return {name, {}, [=](const HuntTask& task, std::span<const HuntScores>, std::uint64_t) {
                return ridgeScores(*spaces, task, withBank);
            }};
}

HuntContestant forestAndRidge()
{
    return {"forest_bank_and_ridge_bank",
            {huntForestWithBank, "ridge_bank"},
            [](const HuntTask&, std::span<const HuntScores> members, std::uint64_t) -> Result<HuntScores> {
                HuntScores mean(members[0].size());
                for (std::size_t i = 0; i < mean.size(); ++i)
                    mean[i] = 0.5 * members[0][i] + 0.5 / (1.0 + std::exp(-members[1][i]));
                return mean;
            }};
}

HuntContestant zeroShot(const Shared& spaces)
{
    return {
        zeroShotName, {}, [=](const HuntTask& task, std::span<const HuntScores>, std::uint64_t) -> Result<HuntScores> {
            HuntScores scores;
            for (const std::uint32_t row : task.query)
                scores.push_back(spaces->zeroShot[row]);
            return scores;
        }};
}

/// Combined logits: scores are a monotone function of them that could only make ties.
HuntContestant detector(const std::string& name, Method method, const Shared& spaces)
{
    return {name, {}, [=](const HuntTask& task, std::span<const HuntScores>, std::uint64_t seed) -> Result<HuntScores> {
                const FlowNumbers& flows = spaces->flows;
                const auto detector =
                    adapt(spaces->foundation, {flows.rows(task.support), {}, flows.rows(task.background)},
                          {.method = method, .seed = seed});
                if (!detector)
                    return failure(detector.error());
                return combinedLogits(*detector, flows.rows(task.query));
            }};
}

HuntContestant fineTunedDetector(const std::string& name, learn::FineTuneScope scope, const Shared& spaces)
{
    const auto score = [=](const HuntTask& task, std::span<const HuntScores>,
                           std::uint64_t seed) -> Result<HuntScores> {
        const features::FeatureSet& flows = spaces->data->features;
        learn::FineTuneSettings tuning = spaces->fineTuning;
        tuning.scope = scope;
        tuning.seed = seed;
        const auto detector =
            adaptFineTuned(*spaces->backend, *spaces->foundation.model,
                           {flows.rows(task.support), {}, flows.rows(task.background)}, {.seed = seed}, tuning, {});
        if (!detector)
            return failure(detector.error());
        const auto encoder = spaces->backend->encoder(detector->base);
        if (!encoder)
            return failure(encoder.error());
        const auto query = describe(**encoder, flows.rows(task.query), {}, {});
        if (!query)
            return failure(query.error());
        return combinedLogits(*detector, *query);
    };
    return {.name = name, .members = {}, .score = score, .onlyIfAsked = true};
}

Matrix identityOf(const learn::Dataset& data)
{
    Matrix numbers(data.size(), 4);
    for (std::size_t row = 0; row < data.size(); ++row) {
        const learn::FlowIdentity& who = data.provenance.identity[row];
        std::ranges::copy(std::array{static_cast<float>(who.serverPort), static_cast<float>(who.protocol),
                                     static_cast<float>(who.clientHops), static_cast<float>(who.serverHops)},
                          numbers.row(row).begin());
    }
    return numbers;
}

Result<HuntScores> zeroShotScores(const learn::Backend& backend, const learn::Dataset& training,
                                  const features::Scaler& scaler, const Matrix& flows, std::uint64_t seed)
{
    Sides sides{learn::sideBySide(scaler.apply(training.features)), {}};
    for (const std::uint16_t index : training.classOf)
        sides.wayOf.push_back(training.threatClass[index] ? threatWay : restWay);
    return baselineScores(backend, Baseline::RandomForest, sides, flows, seed);
}

/// Names; none stand for all.
struct Wanted {
    std::vector<std::string> names;

    [[nodiscard]] bool has(std::string_view name) const
    {
        return names.empty() || std::ranges::find(names, name) != names.end();
    }
};

Wanted withMembers(const std::vector<std::string>& names, const std::vector<HuntContestant>& all)
{
    Wanted wanted{names};
    for (const HuntContestant& contestant : all) {
        if (!names.empty() && std::ranges::find(names, contestant.name) != names.end())
            wanted.names.insert(wanted.names.end(), contestant.members.begin(), contestant.members.end());
    }
    return wanted;
}

constexpr std::array<std::string_view, 3> needBank{huntForestWithBank, "ridge_bank", "forest_bank_and_ridge_bank"};

/// Whether there is what a contestant rests on.
bool equipped(const HuntContestant& contestant, const Spaces& spaces)
{
    if (contestant.name == zeroShotName)
        return !spaces.zeroShot.empty();
    return std::ranges::find(needBank, contestant.name) == needBank.end() || spaces.foundation.bank.size() > 0;
}

Result<Shared> makeSpaces(const learn::Dataset& data, const learn::Encoder& encoder, const HuntOpponents& opponents,
                          const std::stop_token& stop)
{
    const auto engine = learn::backend();
    if (!engine)
        return failure(engine.error());
    const features::Scaler& scaler = encoder.model().scaler;
    Spaces spaces;
    spaces.backend = *engine;
    spaces.data = &data;
    spaces.fineTuning = opponents.fineTuning;
    spaces.features.flows = learn::sideBySide(scaler.apply(data.features));
    spaces.identity.flows = identityOf(data);
    auto flows = describe(encoder, data.features, {}, stop);
    if (!flows)
        return failure(flows.error());
    spaces.flows = std::move(*flows);
    spaces.embeddings.flows = spaces.flows.embeddings;
    auto foundation = makeFoundation(encoder, withBank(encoder.model(), opponents.training, opponents.seed));
    if (!foundation)
        return failure(foundation.error());
    spaces.foundation = std::move(*foundation);
    spaces.embeddings.bank = spaces.foundation.bank.embeddings;
    spaces.features.bank = learn::sideBySide(scaler.apply(spaces.foundation.model->bank));
    if (opponents.training != nullptr && Wanted{opponents.methods}.has(zeroShotName)) {
        auto scores = zeroShotScores(**engine, *opponents.training, scaler, spaces.features.flows, opponents.seed);
        if (!scores)
            return failure(scores.error());
        spaces.zeroShot = std::move(*scores);
    }
    return std::make_shared<const Spaces>(std::move(spaces));
}

std::vector<HuntContestant> everybody(const Shared& spaces)
{
    return {detector(shippedDefault, AdaptSettings{}.method, spaces),
            fineTunedDetector("flowscent_fine_tuned", learn::FineTuneScope::Last, spaces),
            fineTunedDetector("flowscent_fine_tuned_all", learn::FineTuneScope::All, spaces),
            baseline(huntForest, Baseline::RandomForest, &Spaces::features, false, spaces),
            baseline(huntForestWithBank, Baseline::RandomForest, &Spaces::features, true, spaces),
            ridge("r2d2", false, spaces),
            ridge("ridge_bank", true, spaces),
            forestAndRidge(),
            baseline("logistic_regression", Baseline::BalancedLogisticRegression, &Spaces::features, false, spaces),
            neighbours("nearest_neighbour", &Spaces::features, 1, spaces),
            neighbours("nearest_neighbour_embedded", &Spaces::embeddings, embeddedNeighbours, spaces),
            zeroShot(spaces),
            baseline("identity", Baseline::ShareForest, &Spaces::identity, false, spaces)};
}

} // namespace

std::shared_ptr<const learn::BaseModel> withBank(const learn::BaseModel& model, const learn::Dataset* training,
                                                 std::uint64_t seed)
{
    auto equipped = std::make_shared<learn::BaseModel>(model);
    if (model.bank.size() == 0 && training != nullptr)
        equipped->bank = learn::drawBenignBank(*training, learn::benignBankFlows, seed);
    return equipped;
}

bool needsTraining(const learn::BaseModel& model, const HuntOpponents& opponents)
{
    return model.bank.size() == 0 || Wanted{opponents.methods}.has(zeroShotName);
}

std::vector<std::string> huntMethods()
{
    std::vector<std::string> names;
    for (const HuntContestant& contestant : everybody(nullptr))
        names.push_back(contestant.name);
    return names;
}

Result<std::vector<HuntContestant>> makeHuntContestants(const learn::Dataset& data, const learn::Encoder& encoder,
                                                        const HuntOpponents& opponents, const std::stop_token& stop)
{
    const auto known = huntMethods();
    for (const std::string& name : opponents.methods) {
        if (std::ranges::find(known, name) == known.end())
            return failure(base::Error::Code::Argument, "there is no method '" + name + "' in hunts");
    }
    const auto spaces = makeSpaces(data, encoder, opponents, stop);
    if (!spaces)
        return failure(spaces.error());
    std::vector<HuntContestant> all = everybody(*spaces);
    const Wanted wanted = withMembers(opponents.methods, all);
    std::erase_if(all, [&](const HuntContestant& contestant) {
        const bool unasked = contestant.onlyIfAsked && opponents.methods.empty();
        return unasked || !wanted.has(contestant.name) || !equipped(contestant, **spaces);
    });
    return all;
}

} // namespace flowscent::detect
