// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/training_flows.h"

#include "app/cli/console.h"

#include "engine/store/corpus.h"

#include <filesystem>

namespace flowscent::cli {

namespace {

constexpr const char* bankSplit = "train";
constexpr const char* without =
    "; zero_shot is left out, and so is who needs a benign bank where the model has none of its own";

bool sameFolder(const std::string& a, const std::string& b)
{
    std::error_code unknown;
    return a == b || std::filesystem::equivalent(a, b, unknown);
}

} // namespace

base::Result<std::optional<learn::Dataset>> trainingFlows(const EvaluateOptions& options, const std::stop_token& stop)
{
    const std::string& folder = options.bankCorpus.empty() ? options.corpus : options.bankCorpus;
    if (options.split == bankSplit && sameFolder(folder, options.corpus)) {
        say(std::string("the split that is hunted in cannot also give the bank") + without);
        return std::nullopt;
    }
    auto corpus = store::readCorpus(folder, bankSplit, progressLine(), stop);
    if (corpus)
        return corpus->dataset.withoutDuplicates();
    if (!options.bankCorpus.empty() || corpus.error().code == base::Error::Code::Cancelled)
        return base::failure(corpus.error());
    say(corpus.error().sentence() + without);
    return std::nullopt;
}

base::Result<std::vector<detect::HuntContestant>>
huntContestants(const Evaluation& evaluation, const learn::Dataset& data, const std::vector<std::string>& unlessGiven)
{
    const EvaluateOptions& options = evaluation.options;
    detect::HuntOpponents opponents{.seed = options.seed,
                                    .methods = options.methods.empty() ? unlessGiven : options.methods};
    std::optional<learn::Dataset> flows;
    if (!options.bankCorpus.empty() || detect::needsTraining(evaluation.judged.encoder->model(), opponents)) {
        auto training = trainingFlows(options, evaluation.stop);
        if (!training)
            return base::failure(training.error());
        flows = std::move(*training);
        opponents.training = flows ? &*flows : nullptr;
    }
    return detect::makeHuntContestants(data, *evaluation.judged.encoder, opponents, evaluation.stop);
}

} // namespace flowscent::cli
