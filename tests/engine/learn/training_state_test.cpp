// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QTest>

#include "engine/learn/training/training_run.h"
#include "tests/engine/learn/toy_model.h"

#include <atomic>
#include <cmath>

using namespace flowscent;
using base::TensorFile;
using learn::CurvePoint;
using learn::Training;
using learn::TrainSettings;

namespace {

learn::Dataset trainingData()
{
    return test::toyDataset({.classes = 12, .seed = 1});
}

learn::Dataset validationData()
{
    return test::toyDataset({.seed = 2});
}

/// A training of a few moments with everything that has a state.
TrainSettings busy()
{
    TrainSettings settings = test::toySettings();
    settings.encoder = learn::EncoderSpec::parse("patch-conv-16-e16").value();
    settings.steps = 12;
    settings.tasksPerStep = 3;
    settings.queries = 3;
    settings.pretrainSteps = 4;
    settings.pretrainFlows = 12;
    settings.validateEvery = 4;
    settings.validationEpisodes = 6;
    settings.replayCapacity = 6;
    settings.replayShare = 0.4;
    settings.averaging = 0.9;
    settings.huntShare = 0.2;
    settings.openShare = 0.2;
    return settings;
}

std::unique_ptr<Training> begun(const TrainSettings& settings)
{
    auto training = test::plugin().beginTraining(trainingData(), validationData(), settings, {});
    if (!training)
        qFatal("%s", training.error().sentence().c_str());
    return std::move(*training);
}

/// Through bytes, as a file would.
TensorFile written(const TensorFile& checkpoint)
{
    const std::string bytes = base::serialise(checkpoint);
    auto read = base::parseTensors({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "checkpoint");
    if (!read)
        qFatal("%s", read.error().sentence().c_str());
    return std::move(*read);
}

base::Result<std::unique_ptr<Training>> resumed(const TensorFile& checkpoint)
{
    return test::plugin().resumeTraining(trainingData(), validationData(), checkpoint, {});
}

void finish(Training& training)
{
    while (!training.finished()) {
        const auto point = training.step();
        if (!point)
            qFatal("%s", point.error().sentence().c_str());
    }
}

std::string bytesOf(const base::Result<learn::BaseModel>& model)
{
    if (!model)
        qFatal("%s", model.error().sentence().c_str());
    return base::serialise(model->toTensors());
}

} // namespace

Q_DECLARE_METATYPE(TrainSettings)

/// A training that is written down, read back, paused, stopped.
class TrainingStateTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Killed at any step and resumed, it ends with the same bytes: every optimizer, schedule and kind of method.
    void goingOnGivesTheBytesOfNeverHavingStopped_data()
    {
        QTest::addColumn<TrainSettings>("settings");
        const auto row = [](const char* name, const std::function<void(TrainSettings&)>& change) {
            TrainSettings settings = busy();
            change(settings);
            QTest::newRow(name) << settings;
        };
        row("adam, r2d2", [](TrainSettings&) {});
        row("adamw, step, meta_sgd", [](TrainSettings& s) {
            s.method = learn::Method::MetaSgd;
            s.optimizer = learn::Optimizer::AdamW;
            s.schedule = learn::Schedule::Step;
            s.stepEvery = 3;
            s.innerLoop.steps = 2;
        });
        row("sgd, plateau, maml++", [](TrainSettings& s) {
            s.method = learn::Method::MamlPlusPlus;
            s.optimizer = learn::Optimizer::Sgd;
            s.learningRate = 0.02;
            s.schedule = learn::Schedule::Plateau;
            s.plateauPatience = 1;
            s.innerLoop.steps = 2;
        });
        row("rmsprop, constant, simpleshot, gru", [](TrainSettings& s) {
            s.method = learn::Method::SimpleShot;
            s.optimizer = learn::Optimizer::RmsProp;
            s.schedule = learn::Schedule::Constant;
            s.encoder = learn::EncoderSpec::parse("gru-8-e8").value();
        });
        row("reptile, no average, no replay", [](TrainSettings& s) {
            s.method = learn::Method::Reptile;
            s.averaging = 0;
            s.replayCapacity = 0;
        });
    }
    void goingOnGivesTheBytesOfNeverHavingStopped()
    {
        QFETCH(const TrainSettings, settings);
        const auto whole = begun(settings);
        finish(*whole);
        const std::string expected = bytesOf(whole->best());
        for (const int at : {0, 2, 7, 13}) { // before, in pretraining, between looks, between looks
            auto first = begun(settings);
            for (int i = 0; i < at; ++i)
                QVERIFY(first->step());
            const TensorFile checkpoint = written(first->checkpoint());
            first.reset();
            const auto second = resumed(checkpoint);
            QVERIFY2(second, second ? "" : second.error().sentence().c_str());
            QVERIFY((*second)->settings() == settings);
            finish(**second);
            QVERIFY2(bytesOf((*second)->best()) == expected, std::to_string(at).c_str());
        }
    }

    void otherDataIsRefused()
    {
        const auto training = begun(busy());
        const auto refused = test::plugin().resumeTraining(test::toyDataset({.classes = 12, .seed = 9}),
                                                           validationData(), written(training->checkpoint()), {});
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, base::Error::Code::Model);
        QVERIFY(refused.error().what.find("other data") != std::string::npos);
    }

    void damagedCheckpointsAreRefused_data()
    {
        using Damage = std::function<void(TensorFile&)>;
        QTest::addColumn<Damage>("damage");
        const auto row = [](const char* name, const Damage& damage) { QTest::newRow(name) << damage; };
        row("a model", [](TensorFile& file) { file.metadata["flowscent.format"] = "flowscent-model/1"; });
        row("no settings", [](TensorFile& file) { file.metadata.erase("flowscent.settings"); });
        row("nonsense settings", [](TensorFile& file) { file.metadata["flowscent.settings"] = R"({"steps": -1})"; });
        row("no progress", [](TensorFile& file) { file.metadata.erase("flowscent.progress"); });
        row("progress is no JSON", [](TensorFile& file) { file.metadata["flowscent.progress"] = "{"; });
        row("progress is empty", [](TensorFile& file) { file.metadata["flowscent.progress"] = "{}"; });
        row("a tensor is missing", [](TensorFile& file) { file.tensors.erase("parameters/encoder.out.bias"); });
        row("a tensor has another shape", [](TensorFile& file) {
            file.tensors["parameters/encoder.out.bias"] = {{1}, {0}};
        });
        row("the best is missing", [](TensorFile& file) { file.tensors.erase("best/encoder.out.bias"); });
        row("a moment is missing", [](TensorFile& file) { file.tensors.erase("optimizer/encoder.out.bias/exp_avg"); });
        row("no optimizer", [](TensorFile& file) { file.metadata.erase("optimizer/steps"); });
        row("no generator", [](TensorFile& file) { file.metadata.erase("tasks/generator"); });
        row("a generator of zeros", [](TensorFile& file) { file.metadata["tasks/generator"] = "[0,0,0,0]"; });
        row("no replay", [](TensorFile& file) { file.metadata.erase("tasks/replay"); });
    }
    void damagedCheckpointsAreRefused()
    {
        QFETCH(const std::function<void(TensorFile&)>, damage);
        static const TensorFile sound = [] {
            const auto training = begun(busy());
            for (int i = 0; i < 10; ++i)
                (void)training->step();
            return written(training->checkpoint());
        }();
        QVERIFY(resumed(sound));
        TensorFile damaged = sound;
        damage(damaged);
        const auto refused = resumed(damaged);
        QVERIFY(!refused);
        QVERIFY(!refused.error().what.empty());
        QVERIFY(refused.error().what.find("failed") == std::string::npos); // no exception of a library reached the door
    }

    void scalingKnowsTheTrainingSplitAlone()
    {
        const auto one = begun(busy());
        auto other =
            test::plugin().beginTraining(trainingData(), test::toyDataset({.classes = 9, .seed = 77}), busy(), {});
        QVERIFY(other);
        finish(*one);
        finish(**other);
        QVERIFY(one->best()->scaler == (*other)->best()->scaler);
        QVERIFY(one->best()->scaler == features::Scaler::fit(trainingData().withoutDuplicates().features));
    }

    void aRunPausesGoesOnAndKeepsTheBest()
    {
        TrainSettings endless = busy();
        endless.steps = endless.patience = 1'000'000;
        std::atomic<std::uint32_t> at = 0;
        std::atomic<int> looks = 0;
        learn::TrainingRun run(begun(endless), {.checkpointEvery = 0},
                               {.look = [&looks](const CurvePoint&) { ++looks; },
                                .tick = [&at](const CurvePoint& point) { at = point.step; }});
        QTRY_VERIFY(looks > 1);
        QCOMPARE(run.state(), learn::TrainingRun::State::Running);
        run.pause();
        QCOMPARE(run.state(), learn::TrainingRun::State::Paused);
        QTest::qWait(150); // the step that was being taken
        const std::uint32_t paused = at;
        const int pausedLooks = looks;
        QTest::qWait(300);
        QCOMPARE(at.load(), paused);
        QCOMPARE(looks.load(), pausedLooks);
        run.resume();
        QTRY_VERIFY(looks > pausedLooks + 1);
        QVERIFY(at > paused);
        run.stopAndKeepBest();
        const auto model = run.result();
        QVERIFY(model);
        QCOMPARE(model->training.curve.size(), static_cast<std::size_t>(looks.load()));
        QCOMPARE(run.state(), learn::TrainingRun::State::Finished);
    }

    /// A pause waits for ever; a stop must wake it.
    void aPausedRunCanBeStopped()
    {
        TrainSettings endless = busy();
        endless.steps = endless.patience = 1'000'000;
        learn::TrainingRun run(begun(endless), {}, {});
        run.pause();
        run.stopAndKeepBest();
        (void)run.result();
        QCOMPARE(run.state(), learn::TrainingRun::State::Finished);
    }

    /// Five times a second or more, as long as steps are shorter than that.
    void aRunSaysWhereItIsSeveralTimesASecond()
    {
        TrainSettings endless = busy();
        endless.steps = endless.patience = 1'000'000;
        endless.validateEvery = 100'000;
        std::atomic<int> ticks = 0;
        std::atomic<int> steps = 0;
        learn::TrainingRun run(begun(endless), {}, {.tick = [&](const CurvePoint& point) {
                                   ++ticks;
                                   steps = static_cast<int>(point.step);
                                   QVERIFY(std::isnan(point.validationAccuracy));
                                   QVERIFY(point.trainLoss > 0 && point.episodesPerSecond > 0);
                               }});
        QTRY_VERIFY(ticks > 8);
        run.stopAndKeepBest();
        (void)run.result();
        QVERIFY(steps > ticks); // not after every step
    }

    void checkpointsComeWhenDueAndAFullDiskEndsTheRun()
    {
        learn::RunControl control;
        int kept = 0;
        const auto training = begun(busy());
        const auto model = learn::runTraining(*training, {.checkpointEvery = 9},
                                              {.keep = [&kept](const TensorFile&) -> base::Result<void> {
                                                  ++kept;
                                                  return {};
                                              }},
                                              control);
        QVERIFY(model);
        QCOMPARE(kept, 12 * 3 / 9 + 1); // and one at the end
        const auto other = begun(busy());
        const auto failed =
            learn::runTraining(*other, {.checkpointEvery = 9}, {.keep = [](const TensorFile&) -> base::Result<void> {
                return base::failure(base::Error::Code::Io, "the disk is full");
            }},
                               control);
        QVERIFY(!failed);
        QCOMPARE(failed.error().what, std::string("the disk is full"));
        QVERIFY(!other->finished());
    }
};

QTEST_GUILESS_MAIN(TrainingStateTest)
#include "training_state_test.moc"
