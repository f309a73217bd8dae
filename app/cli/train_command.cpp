// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/train_options.h"

#include "engine/learn/backend.h"
#include "engine/learn/training/training_run.h"
#include "engine/store/checkpoint_file.h"
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
    std::string checkpoint;
    std::uint64_t checkpointEvery = 4000;
    std::string resume;
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

void sayPoint(const learn::CurvePoint& point, const learn::TaskReplaySummary& replay)
{
    char line[300];
    std::snprintf(line, sizeof line,
                  "step %5u  loss %.4f  train %.3f -> %.3f  validation %.3f +- %.3f  rate %.2e  gradient %.2f  "
                  "%.0f episodes/s  %.0f s",
                  point.step, point.trainLoss, point.trainAccuracyBefore, point.trainAccuracy, point.validationAccuracy,
                  point.validationError, point.learningRate, point.gradientNorm, point.episodesPerSecond,
                  point.seconds);
    say(line);
    if (replay.capacity == 0)
        return;
    std::snprintf(line, sizeof line,
                  "            replay %.0f %%: %llu of %llu tasks kept, age %.0f (oldest %llu) steps, as good as %.1f "
                  "alike, %llu draws, %llu stale",
                  100 * point.replayShare, static_cast<unsigned long long>(replay.size),
                  static_cast<unsigned long long>(replay.capacity), replay.meanAge,
                  static_cast<unsigned long long>(replay.oldestAge), replay.effectiveSize,
                  static_cast<unsigned long long>(replay.draws), static_cast<unsigned long long>(replay.stale));
    say(line);
}

base::Result<std::unique_ptr<learn::Training>> makeTraining(const TrainOptions& options, const learn::Dataset& training,
                                                            const learn::Dataset& validation,
                                                            const std::optional<learn::WorldAddress>& world)
{
    const auto engine = learn::backend();
    if (!engine)
        return base::failure(engine.error());
    say((*engine)->describe());
    if (options.resume.empty())
        return (*engine)->beginTraining(training, validation, options.settings, world);
    const auto checkpoint = store::loadCheckpoint(options.resume);
    if (!checkpoint)
        return base::failure(checkpoint.error());
    auto resumed = (*engine)->resumeTraining(training, validation, *checkpoint, world);
    if (!resumed) {
        base::Error error = resumed.error();
        if (error.where.empty())
            error.where = options.resume;
        return base::failure(std::move(error));
    }
    say("going on after " + std::to_string((*resumed)->episodesDone()) +
        " episodes, with the settings of the checkpoint");
    return resumed;
}

/// Prints looks, and writes what was asked for as training goes.
class Reporter {
public:
    Reporter(const TrainOptions& options, const learn::Training& training)
        : m_options(options)
        , m_training(training)
    {
    }

    base::Result<void> open(const learn::CurveOrigin& origin)
    {
        if (m_options.events.empty())
            return {};
        auto created = store::EventFile::create(m_options.events, origin);
        if (!created)
            return base::failure(created.error());
        m_events = std::move(*created);
        return {};
    }

    [[nodiscard]] learn::RunListeners listeners()
    {
        learn::RunListeners all;
        all.look = [this](const learn::CurvePoint& point) { looked(point); };
        if (!m_options.checkpoint.empty())
            all.keep = [this](const base::TensorFile& checkpoint) {
                return store::saveCheckpoint(checkpoint, m_options.checkpoint);
            };
        return all;
    }

private:
    void looked(const learn::CurvePoint& point)
    {
        sayPoint(point, m_training.replay());
        if (!m_events)
            return;
        if (auto added = m_events->add(point); !added) {
            fail(added.error()); // a full disk is no reason to lose hours of training
            m_events.reset();
        }
    }

    const TrainOptions& m_options;
    const learn::Training& m_training;
    std::optional<store::EventFile> m_events;
};

int save(const TrainOptions& options, const learn::BaseModel& model, const learn::CurveOrigin& origin)
{
    if (auto saved = store::saveModel(model, options.output); !saved)
        return fail(saved.error());
    say("wrote " + options.output + ", model " + model.identity().substr(0, 16));
    if (!options.curves.empty()) {
        if (auto saved = store::saveCurves(model.training.curve, origin, options.curves); !saved)
            return fail(saved.error());
    }
    return Good;
}

int run(TrainOptions options, const std::stop_token& stop)
{
    const auto world = learn::worldFromEnvironment();
    if (!world)
        return fail(world.error());
    const bool first = !*world || (*world)->rank == 0;
    if (!first) { // what all ranks come to is the same; one writes it
        options.curves.clear();
        options.events.clear();
        options.checkpoint.clear();
    }
    for (const std::string& file : {options.output, options.curves, options.checkpoint}) {
        if (auto writable = checkWritable(file); !writable)
            return fail(writable.error());
    }
    const auto data = readSplit(options.corpus, "train", stop);
    if (!data)
        return fail(data.error());
    const auto validation = readSplit(options.corpus, "val", stop);
    if (!validation)
        return fail(validation.error());
    const auto training = makeTraining(options, data->dataset, validation->dataset, *world);
    if (!training)
        return fail(training.error());

    const learn::CurveOrigin origin{learn::toJson((*training)->settings()), data->dataset.withoutDuplicates().hash()};
    Reporter reporter(options, **training);
    if (auto opened = reporter.open(origin); !opened)
        return fail(opened.error());
    learn::RunControl control;
    const std::stop_callback onStop(stop, [&control] { control.stop(); });
    const auto model =
        learn::runTraining(**training, {.checkpointEvery = options.checkpointEvery}, reporter.listeners(), control);
    if (!options.checkpoint.empty() && (!model || stop.stop_requested()))
        say("to go on from here: --resume " + options.checkpoint);
    if (!model)
        return fail(model.error());
    if (stop.stop_requested())
        say("stopped early; the best model so far is kept");
    return first ? save(options, *model, origin) : static_cast<int>(Good);
}

} // namespace

void addTrainCommand(CLI::App& program, const Choose& choose)
{
    auto options = std::make_shared<TrainOptions>();
    CLI::App* command = program.add_subcommand(
        "train",
        "Meta-train a base model on a labelled corpus; with MASTER_ADDR, MASTER_PORT, RANK and WORLD_SIZE in the "
        "environment, together with other processes");
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
    command->add_option("--checkpoint", options->checkpoint, "Keep what it takes to go on in this file")
        ->type_name("FILE");
    command->add_option("--checkpoint-every", options->checkpointEvery, "Episodes between two checkpoints")
        ->check(CLI::Range(1, 1'000'000'000))
        ->capture_default_str();
    command->add_option("--resume", options->resume, "Go on from this checkpoint, with its settings")
        ->type_name("FILE");
    addTrainSettings(*command, options->settings);
    command->callback(
        [choose, options] { choose([options](const std::stop_token& stop) { return run(*options, stop); }); });
}

} // namespace flowscent::cli
