// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/console.h"

#include "engine/store/corpus.h"
#include "engine/store/curve_files.h"
#include "engine/store/model_file.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <optional>

namespace flowscent::cli {

namespace {

struct TrainOptions {
    std::string corpus;
    std::string output;
    std::string curves;
    std::string events; ///< folder of TensorBoard's event files
    std::string method = "r2d2";
    std::string optimizer = "adam";
    learn::TrainSettings settings;
};

base::Result<store::CorpusReport> readSplit(const std::string& corpus, const std::string& split,
                                            const std::stop_token& stop)
{
    auto report = store::readCorpus(corpus, split, progressLine(), stop);
    if (!report)
        return report;
    const learn::Dataset& data = report->dataset;
    say(split + ": " + std::to_string(data.size()) + " labelled flows of " + std::to_string(data.classNames.size()) +
        " classes from " + std::to_string(report->captures) + " captures; " + std::to_string(report->unmatchedLabels) +
        " label rows without a flow, " + std::to_string(report->remarks.size()) + " remarks");
    for (const std::string& remark : report->remarks)
        say("  " + remark);
    return report;
}

void sayPoint(const learn::CurvePoint& point)
{
    char line[200];
    std::snprintf(line, sizeof line,
                  "step %4u  loss %.4f  train %.3f  validation %.3f +- %.3f  rate %.2e  gradient %.2f  %.0f s",
                  point.step, point.trainLoss, point.trainAccuracy, point.validationAccuracy, point.validationError,
                  point.learningRate, point.gradientNorm, point.seconds);
    say(line);
}

int run(const TrainOptions& options, const std::stop_token& stop)
{
    learn::TrainSettings settings = options.settings;
    const auto method = learn::parseMethod(options.method);
    const auto optimizer = learn::parseOptimizer(options.optimizer);
    if (!method || !optimizer)
        return fail(!method ? method.error() : optimizer.error());
    settings.method = *method;
    settings.optimizer = *optimizer;
    for (const std::string& file : {options.output, options.curves}) {
        if (auto writable = checkWritable(file); !writable)
            return fail(writable.error());
    }
    const auto training = readSplit(options.corpus, "train", stop);
    if (!training)
        return fail(training.error());
    const auto validation = readSplit(options.corpus, "val", stop);
    if (!validation)
        return fail(validation.error());
    const auto engine = learn::backend();
    if (!engine)
        return fail(engine.error());
    say((*engine)->describe());

    const learn::CurveOrigin origin{learn::toJson(settings), training->dataset.withoutDuplicates().hash()};
    std::optional<store::EventFile> events;
    if (!options.events.empty()) {
        auto created = store::EventFile::create(options.events, origin);
        if (!created)
            return fail(created.error());
        events = std::move(*created);
    }
    std::vector<learn::CurvePoint> curve;
    const auto model = (*engine)->train(
        training->dataset, validation->dataset, settings,
        [&](const learn::CurvePoint& point) {
            curve.push_back(point);
            sayPoint(point);
            if (!events)
                return;
            if (auto added = events->add(point); !added) {
                fail(added.error()); // a full disk is no reason to lose hours of training
                events.reset();
            }
        },
        stop);
    if (!model)
        return fail(model.error());
    if (stop.stop_requested())
        say("stopped early; the best model so far is kept");
    if (auto saved = store::saveModel(*model, options.output); !saved)
        return fail(saved.error());
    say("wrote " + options.output + ", model " + model->identity().substr(0, 16));
    if (!options.curves.empty()) {
        if (auto saved = store::saveCurves(curve, origin, options.curves); !saved)
            return fail(saved.error());
    }
    return Good;
}

} // namespace

void addTrainCommand(CLI::App& program, const Choose& choose)
{
    auto options = std::make_shared<TrainOptions>();
    learn::TrainSettings& settings = options->settings;
    CLI::App* command = program.add_subcommand("train", "Meta-train a base model on a labelled corpus");
    command->add_option("--corpus", options->corpus, "Folder with a manifest.csv and splits train and val")
        ->type_name("DIR")
        ->required();
    command->add_option("--out", options->output, "The model file to write")->type_name("FILE")->required();
    command
        ->add_option("--curves", options->curves,
                     "Write the curves to this file: JSON when its name ends in .json, else CSV")
        ->type_name("FILE");
    command
        ->add_option("--tensorboard", options->events,
                     "Write an event file for TensorBoard into this folder as training goes")
        ->type_name("DIR");
    command->add_option("--method", options->method, "r2d2 or protonet")
        ->check(CLI::IsMember({"r2d2", "protonet"}))
        ->capture_default_str();
    command->add_option("--optimizer", options->optimizer, "adam, adamw or sgd")
        ->check(CLI::IsMember({"adam", "adamw", "sgd"}))
        ->capture_default_str();
    command->add_option("--seed", settings.seed, "Decides every random draw")->capture_default_str();
    command->add_option("--steps", settings.steps, "Meta-batches at most")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    command->add_option("--tasks", settings.tasksPerStep, "Episodes in a meta-batch")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    command->add_option("--ways", settings.ways, "Classes in a training episode, at most")
        ->check(CLI::Range(2, 64))
        ->capture_default_str();
    command->add_option("--shots", settings.shots, "Supports per class, at most")
        ->check(CLI::Range(1, 50))
        ->capture_default_str();
    command->add_option("--queries", settings.queries, "Queries per class")
        ->check(CLI::Range(1, 50))
        ->capture_default_str();
    command->add_option("--learning-rate", settings.learningRate, "Largest rate, after the warm-up")
        ->check(CLI::Range(1e-7, 10.0))
        ->capture_default_str();
    command->add_option("--weight-decay", settings.weightDecay, "Of the encoder's weights")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command->add_option("--validate-every", settings.validateEvery, "Steps")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    command->add_option("--patience", settings.patience, "Validations without a better one before stopping")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    command->add_option("--replay", settings.replayCapacity, "Past tasks kept for experience replay; 0 for none")
        ->check(CLI::Range(0, 100'000))
        ->capture_default_str();
    command->add_option("--replay-share", settings.replayShare, "Share of a meta-batch that is replayed")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command->callback(
        [choose, options] { choose([options](const std::stop_token& stop) { return run(*options, stop); }); });
}

} // namespace flowscent::cli
