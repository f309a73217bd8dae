// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/train_options.h"

#include <CLI/CLI.hpp>

namespace flowscent::cli {

namespace {

/// An option whose words an engine's function reads.
template <class Field, class Parse>
CLI::Option* addWord(CLI::App& command, const std::string& name, Field& field, const Parse& parse,
                     const std::string& now, const std::string& help)
{
    return command
        .add_option_function<std::string>(
            name,
            [&field, parse](const std::string& word) {
                const auto value = parse(word);
                if (!value)
                    throw CLI::ValidationError(value.error().what);
                field = *value;
            },
            help)
        ->default_str(now);
}

void addTaskOptions(CLI::App& command, learn::TrainSettings& settings)
{
    command.add_option("--steps", settings.steps, "Meta-batches at most")->check(CLI::Range(1, 1'000'000));
    command.add_option("--tasks", settings.tasksPerStep, "Episodes in a meta-batch")->check(CLI::Range(1, 4096));
    command.add_option("--ways", settings.ways, "Classes in a training episode, at most")->check(CLI::Range(2, 64));
    command.add_option("--fewest-ways", settings.fewestWays, "Classes in a training episode, at least")
        ->check(CLI::Range(2, 64));
    command.add_option("--shots", settings.shots, "Supports per class, at most")->check(CLI::Range(1, 50));
    command.add_option("--queries", settings.queries, "Queries per class")->check(CLI::Range(1, 50));
    command.add_flag("--capture-disjoint", settings.captureDisjoint,
                     "Supports and queries of a class come from different captures");
    command.add_option("--hunt-share", settings.huntShare, "Share of meta-batches that look for a threat among benign")
        ->check(CLI::Range(0.0, 1.0));
    command.add_option("--benign-per-threat", settings.benignPerThreat, "Benign supports for each threat in those")
        ->check(CLI::Range(1, 1000));
    command.add_option("--open-share", settings.openShare, "Share of meta-batches that also ask for unknown classes")
        ->check(CLI::Range(0.0, 1.0));
    command
        .add_option("--own-network-share", settings.ownNetworkShare,
                    "Share of meta-batches whose episodes stay within one network each")
        ->check(CLI::Range(0.0, 1.0));
    command.add_option("--pretrain-steps", settings.pretrainSteps, "Batches of contrastive pretraining first")
        ->check(CLI::Range(0, 1'000'000));
    command.add_option("--pretrain-flows", settings.pretrainFlows, "Flows in such a batch, each seen twice")
        ->check(CLI::Range(2, 65536));
    command.add_option("--contrast-share", settings.contrastShare, "Weight of the contrastive loss in it")
        ->check(CLI::Range(0.0, 1.0));
    command.add_flag("--augment,!--no-augment", settings.augment, "Change packet sequences as networks do, in it");
    command.add_option("--replay", settings.replayCapacity, "Past tasks kept for experience replay; 0 for none")
        ->check(CLI::Range(0, 100'000));
    command.add_option("--replay-share", settings.replayShare, "Share of a meta-batch that is replayed")
        ->check(CLI::Range(0.0, 1.0));
    command.add_option("--replay-staleness", settings.replayStaleness, "Steps after which a past task comes up more")
        ->check(CLI::Range(1, 1'000'000));
}

void addInnerLoopOptions(CLI::App& command, learn::InnerLoopSettings& settings)
{
    command.add_option("--inner-steps", settings.steps, "Inner steps in training")->check(CLI::Range(0, 100));
    command.add_option("--inner-steps-to-apply", settings.stepsToApply, "Inner steps when a support is taken up")
        ->check(CLI::Range(0, 100));
    command.add_option("--inner-rate", settings.rate, "Inner learning rate, to begin with")
        ->check(CLI::Range(1e-6, 100.0));
    command.add_option("--inner-clip", settings.clip, "Norm of a task's inner gradient")->check(CLI::Range(1e-6, 1e6));
    command.add_flag("--learn-inner-rates", settings.learnRates, "Learn a rate for every tensor and step");
    command.add_flag("--multi-step-loss", settings.multiStepLoss, "Count the query loss after every inner step");
    command.add_flag("--anneal-order", settings.annealOrder, "First order in the first third of the training");
}

void addOptimizerOptions(CLI::App& command, learn::TrainSettings& settings)
{
    addWord(command, "--optimizer", settings.optimizer, learn::parseOptimizer, "adam", "adam, adamw, sgd or rmsprop");
    command.add_option("--learning-rate", settings.learningRate, "Largest rate, after the warm-up")
        ->check(CLI::Range(1e-7, 10.0));
    command.add_option("--momentum", settings.momentum, "Of sgd and rmsprop")->check(CLI::Range(0.0, 0.999));
    command.add_option("--weight-decay", settings.weightDecay, "Of the encoder's weights")->check(CLI::Range(0.0, 1.0));
    command.add_option("--gradient-clip", settings.gradientClip, "Norm of the gradient")->check(CLI::Range(1e-6, 1e9));
    addWord(command, "--schedule", settings.schedule, learn::parseSchedule, "cosine",
            "What the rate does after the warm-up: cosine, step, plateau or constant");
    command.add_option("--warm-up", settings.warmUp, "Steps of linear warm-up")->check(CLI::Range(0, 1'000'000));
    command.add_option("--step-every", settings.stepEvery, "Steps between two cuts of the rate (step)")
        ->check(CLI::Range(1, 1'000'000));
    command.add_option("--step-factor", settings.stepFactor, "What a cut multiplies the rate with (step, plateau)")
        ->check(CLI::Range(1e-6, 1.0));
    command
        .add_option("--plateau-patience", settings.plateauPatience, "Looks without a better one before a cut (plateau)")
        ->check(CLI::Range(1, 10'000));
    command.add_option("--averaging", settings.averaging, "Decay of the moving average of the weights; 0 for none")
        ->check(CLI::Range(0.0, 0.99999));
    command
        .add_option("--companion-share", settings.companionShare,
                    "r2d2 and protonet: weight of the other one's loss, so that both heads are usable")
        ->check(CLI::Range(0.0, 10.0));
    command.add_option("--validate-every", settings.validateEvery, "Steps between two looks at the validation split")
        ->check(CLI::Range(1, 100'000));
    command.add_option("--validation-episodes", settings.validationEpisodes, "Episodes of a look")
        ->check(CLI::Range(1, 100'000));
    command.add_option("--patience", settings.patience, "Looks without a better one before stopping")
        ->check(CLI::Range(1, 10'000));
}

} // namespace

void addTrainSettings(CLI::App& command, learn::TrainSettings& settings)
{
    command.option_defaults()->always_capture_default();
    addWord(command, "--method", settings.method, learn::parseMethod, "r2d2", learn::methodNames());
    addWord(command, "--encoder", settings.encoder, learn::EncoderSpec::parse, settings.encoder.text(),
            "patch-conv-64, mlp-128x2, cnn-32x2, gru-32, transformer-32x1, ...: kind, width, depth");
    command.add_option("--seed", settings.seed, "Decides every random draw");
    addTaskOptions(command, settings);
    addInnerLoopOptions(command, settings.innerLoop);
    addOptimizerOptions(command, settings);
}

} // namespace flowscent::cli
