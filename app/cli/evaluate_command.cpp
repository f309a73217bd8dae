// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/evaluation.h"

#include "engine/detect/evaluation/hunt_contestants.h"
#include "engine/learn/evaluation/evaluate.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>

namespace flowscent::cli {

namespace {

/// What --protocol may name, in the order of the help.
constexpr std::array protocols{
    Protocol{"nway", "telling classes apart", evaluateNway},
    Protocol{"hunt", "finding the rest of a threat among benign flows", evaluateHunts},
    Protocol{"openset", "telling flows of unseen classes from those of seen ones", evaluateOpenSet},
    Protocol{"label-noise", "hunts with every fifth example marked by mistake", evaluateLabelNoise},
    Protocol{"evasion", "hunts for threats that pad, split, delay or add packets", evaluateEvasion},
    Protocol{"calibration", "whether false-alarm budgets are kept and scores are probabilities", evaluateCalibration},
    Protocol{"evidence", "whether the features that alarms are explained by are those they rest on", evaluateEvidence},
};

std::vector<std::string> protocolNames()
{
    std::vector<std::string> names;
    for (const Protocol& protocol : protocols)
        names.emplace_back(protocol.name);
    return names;
}

std::string protocolHelp()
{
    std::string help;
    for (const Protocol& protocol : protocols)
        help += (help.empty() ? "" : "; ") + std::string(protocol.name) + ": " + std::string(protocol.help);
    return help;
}

int run(const EvaluateOptions& options, const std::stop_token& stop)
{
    if (auto writable = checkWritable(options.json); !writable)
        return fail(writable.error());
    const auto judged = judgedModel(options.model, options.corpus, options.split, stop);
    if (!judged)
        return fail(judged.error());
    const learn::Dataset data = learn::evaluationData(judged->corpus.dataset, options.minimumPackets);
    const Evaluation evaluation{options, *judged, data, stop};
    const auto report = std::ranges::find(protocols, options.protocol, &Protocol::name)->run(evaluation);
    if (!report)
        return fail(report.error());
    if (auto published = publish(*report, evaluation); !published)
        return fail(published.error());
    return Good;
}

void addInputs(CLI::App& command, EvaluateOptions& options)
{
    command.add_option("--corpus", options.corpus, "Folder with a manifest.csv, or of labelled captures")
        ->type_name("DIR")
        ->required();
    command.add_option("--split", options.split, "val or test; mixed for whole captures without a manifest")
        ->check(CLI::IsMember({"train", "val", "test", "mixed"}))
        ->capture_default_str();
    command.add_option("--model", options.model, "Base model; the shipped one unless given")->type_name("FILE");
    command.add_option("--json", options.json, "Write the figures to this file")->type_name("FILE");
    command.add_option("--protocol", options.protocol, protocolHelp())
        ->check(CLI::IsMember(protocolNames()))
        ->capture_default_str();
    command.add_option("--seed", options.seed, "Decides every random draw")->capture_default_str();
    command.add_option("--min-packets", options.minimumPackets, "Keep flows with at least so many packets")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command
        .add_option("--shots", options.shots,
                    "Numbers of examples; 1 5; in hunts 1 5 10, with label noise 5 10, of evasion 5; unless given")
        ->delimiter(',')
        ->check(CLI::Range(1, 50));
}

void addEpisodeOptions(CLI::App& command, EvaluateOptions& options)
{
    command
        .add_option("--also", options.alsoModels,
                    "Further models, each of which takes part with the method that it was trained with")
        ->type_name("FILE");
    command
        .add_option("--episodes-out", options.episodesOut,
                    "Write the episodes and their features into this folder, so that they can be asked elsewhere")
        ->type_name("DIR");
    command.add_option("--episodes-in", options.episodesIn, "Ask these episodes, written by --episodes-out, instead")
        ->type_name("FILE");
    command.add_option("--query-mix", options.mix, "How often each class is asked for: balanced or dirichlet (2)")
        ->check(CLI::IsMember({"balanced", "dirichlet"}))
        ->capture_default_str();
    command.add_option("--ways", options.ways, "Classes in an episode")
        ->check(CLI::Range(2, 64))
        ->capture_default_str();
    command.add_option("--queries", options.queries, "Queries per class")
        ->check(CLI::Range(1, 50))
        ->capture_default_str();
    command.add_option("--episodes", options.episodes, "Episodes per regime and number of shots")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
}

void addHuntOptions(CLI::App& command, EvaluateOptions& options)
{
    command
        .add_option("--baseline-alarms", options.leastBaselineAlarms,
                    "In calibration, judge a promise only where the baseline has so many flows above the line")
        ->check(CLI::Range(1.0, 1e6));
    command.add_option("--draws", options.draws, "Hunts per class, variant and number of examples")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command.add_option("--method", options.methods, "In hunts, only these methods")
        ->delimiter(',')
        ->check(CLI::IsMember(detect::huntMethods()));
    command
        .add_option("--bank-corpus", options.bankCorpus,
                    "In hunts, the corpus whose training split gives the benign bank; --corpus unless given")
        ->type_name("DIR");
}

} // namespace

void addEvaluateCommand(CLI::App& program, const Choose& choose)
{
    auto options = std::make_shared<EvaluateOptions>();
    CLI::App* command =
        program.add_subcommand("evaluate", "Judge a base model on episodes of a corpus, beside its opponents");
    addInputs(*command, *options);
    addEpisodeOptions(*command, *options);
    addHuntOptions(*command, *options);
    command->callback(
        [choose, options] { choose([options](const std::stop_token& stop) { return run(*options, stop); }); });
}

} // namespace flowscent::cli
