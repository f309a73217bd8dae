// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/engine/learn/toy_model.h"

#include <chrono>
#include <cmath>

#include <nlohmann/json.hpp>

using namespace flowscent;
using base::Error;
using learn::BaseModel;
using learn::ContinualMemory;
using learn::ContinualOutcome;
using learn::ContinualSettings;
using learn::ContinualTask;

namespace {

const BaseModel& baseModel()
{
    static const BaseModel model = test::toyModel();
    return model;
}

ContinualSettings quick()
{
    return {.stepsPerTask = 60,
            .episodesPerStep = 2,
            .ways = 6,
            .capacity = 200,
            .replayBatch = 32,
            .learningRate = 3e-3,
            .judgements = 40};
}

/// Made-up worlds that share no class.
std::vector<ContinualTask> toyTasks(std::uint64_t count, std::uint64_t first = 11)
{
    std::vector<ContinualTask> tasks;
    for (std::uint64_t i = 0; i < count; ++i)
        tasks.push_back({"world " + std::to_string(first + i), test::toyDataset({.classes = 4, .seed = first + i})});
    return tasks;
}

base::Result<ContinualOutcome> learnAll(const std::vector<ContinualTask>& tasks, const ContinualSettings& settings,
                                        const ContinualMemory* memory = nullptr, const BaseModel& base = baseModel(),
                                        const learn::TaskSink& told = {}, const std::stop_token& stop = {})
{
    return test::plugin().continueTraining(base, memory, tasks, settings, told, {}, stop);
}

std::string bytesOf(const ContinualOutcome& outcome)
{
    return base::serialise(outcome.model.toTensors()) + base::serialise(outcome.memory.toTensors());
}

/// Five tasks with a buffer and without, once for all tests that compare them.
const ContinualOutcome& fiveTasks(std::uint32_t capacity)
{
    static std::map<std::uint32_t, ContinualOutcome> outcomes;
    auto found = outcomes.find(capacity);
    if (found == outcomes.end()) {
        ContinualSettings settings = quick();
        settings.capacity = capacity;
        auto outcome = learnAll(toyTasks(5), settings);
        if (!outcome)
            qFatal("%s", outcome.error().sentence().c_str());
        found = outcomes.emplace(capacity, std::move(*outcome)).first;
    }
    return found->second;
}

} // namespace

/// Learning made-up tasks one after the other, through the plugin.
class ContinualTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void replayKeepsWhatWasLearned()
    {
        const ContinualOutcome& with = fiveTasks(200);
        const ContinualOutcome& without = fiveTasks(0);
        for (const ContinualOutcome* outcome : {&with, &without}) {
            for (const std::string& line : learn::reportLines(*outcome))
                qInfo("%s", line.c_str());
        }
        QCOMPARE(with.classifier.perTask.size(), 5U);
        QCOMPARE(with.classifier.forgetting.tasks, 4U);
        // The class head must tell 20 classes apart, and without replay nothing speaks for the first 16.
        QVERIFY(*with.classifier.perTask[0].accuracy > *without.classifier.perTask[0].accuracy + 0.2);
        QVERIFY(*with.classifier.forgetting.value + 0.3 < *without.classifier.forgetting.value);
        QVERIFY(*with.classifier.accuracy.value > *without.classifier.accuracy.value + 0.2);
        // Episodes fit their own head, so they lose less; with replay the first task stays as good as it was.
        QVERIFY(*with.fewShot.perTask[0].backwardTransfer > -0.1);
        QVERIFY(*with.fewShot.accuracy.value > 0.75);
    }

    void everyTaskIsLearned()
    {
        double gained = 0;
        for (const learn::LearnedTask& task : fiveTasks(200).learned) {
            const QByteArray said = QByteArray::number(task.classifier) + ", " + QByteArray::number(task.fewShot);
            QVERIFY2(task.classifier > 0.5, said.constData()); // of up to 20 classes, chance 0.05
            QVERIFY2(task.fewShot > 0.6, said.constData());    // of four, chance 0.25
            gained += (task.fewShot - task.before) / 5;
            QCOMPARE(task.newClasses, 4U);
            QCOMPARE(task.trained + task.held, 4U * 24U);
        }
        QVERIFY(gained > 0.05);
    }

    void theLogCountsWhatWasReplayed()
    {
        const auto& learned = fiveTasks(200).learned;
        QCOMPARE(learned.size(), 5U);
        QCOMPARE(learned[0].replayShare, 0.0);
        QCOMPARE(learned[0].replayBatch, 0U);
        QVERIFY(std::isnan(learned[0].logitLoss) && std::isnan(learned[0].replayLoss));
        // Four classes of 17 flows a task: 2 episodes of 6 ways, 3 of them old, 5 shots and 5 queries; 32 new flows and
        // 2 x 32 replayed ones. (2 * 30 + 64) of (2 * 60 + 32 + 64).
        QVERIFY(std::abs(learned[1].replayShare - 124.0 / 216.0) < 1e-9);
        for (std::size_t i = 0; i < learned.size(); ++i) {
            const auto& memory = learned[i].memory;
            QCOMPARE(memory.offered, (i + 1) * 68);
            QCOMPARE(memory.size, std::min<std::uint64_t>(200, (i + 1) * 68));
            QCOMPARE(memory.classes.size(), (i + 1) * 4);
        }
        for (const auto& one : learned[4].memory.classes)
            QCOMPARE(one.kept, 10U); // 200 places, 20 classes
        QVERIFY(learned[4].memory.oldestAge > 4 * 68);
        QCOMPARE(fiveTasks(0).learned[4].memory.size, 0U);
        QCOMPARE(fiveTasks(0).learned[4].replayShare, 0.0);
    }

    /// Flows of the first task were stored when the head had four classes, those of the last when it had twenty.
    void storedLogitsStandForTheClassesOfTheirTime()
    {
        const ContinualMemory& memory = fiveTasks(200).memory;
        QCOMPARE(memory.exemplars.classNames().size(), 20U);
        std::size_t right = 0;
        for (std::uint32_t id = 0; id < 20; ++id) {
            for (const learn::Exemplar& exemplar : memory.exemplars.exemplars(id)) {
                const std::size_t known = (id / 4 + 1) * 4;
                QCOMPARE(exemplar.logits.size(), known);
                for (std::uint32_t i = 0; i < known; ++i)
                    QCOMPARE(exemplar.logitClasses[i], i);
                const auto best = std::ranges::max_element(exemplar.logits) - exemplar.logits.begin();
                right += static_cast<std::uint32_t>(best) == id ? 1U : 0U;
            }
        }
        QVERIFY(right > 180); // of 200: the head had just learned them
    }

    void theBaseModelIsUntouched()
    {
        const std::string before = base::serialise(baseModel().toTensors());
        const ContinualOutcome& outcome = fiveTasks(200);
        QCOMPARE(base::serialise(baseModel().toTensors()), before);
        QVERIFY(outcome.model.identity() != baseModel().identity());
        QVERIFY(outcome.model.scaler == baseModel().scaler);
        QCOMPARE(outcome.memory.model, outcome.model.identity());
    }

    void theRecordGoesOn()
    {
        const auto& record = fiveTasks(200).model.training;
        const auto& before = baseModel().training;
        QCOMPARE(record.curve.size(), before.curve.size() + 5);
        QCOMPARE(record.curve.back().step, before.curve.back().step + 5 * 60);
        QVERIFY(record.corpusHash != before.corpusHash);
        QCOMPARE(record.metrics.at("continual.tasks"), 5.0);
        QCOMPARE(record.metrics.at("continual.class_head.forgetting"), *fiveTasks(200).classifier.forgetting.value);
        QCOMPARE(record.metrics.at("base.best_step"), before.metrics.at("best_step"));
        const auto configuration = nlohmann::json::parse(record.configuration);
        QCOMPARE(configuration.at("continued").size(), 5U);
        QCOMPARE(configuration.at("continued")[0].at("from").get<std::string>(), baseModel().identity());
        QCOMPARE(configuration.at("continued")[0].at("settings").at("replay_batch").get<int>(), 32);
        QCOMPARE(learn::settingsFromJson(record.configuration)->steps,
                 learn::settingsFromJson(before.configuration)->steps);
        const auto back = BaseModel::fromTensors(fiveTasks(200).model.toTensors());
        QVERIFY(back && back->identity() == fiveTasks(200).model.identity());
        QVERIFY(test::plugin().encoder(std::make_shared<const BaseModel>(*back)));
    }

    void theSameSeedGivesTheSameBytes()
    {
        const auto tasks = toyTasks(2);
        ContinualSettings settings = quick();
        settings.stepsPerTask = 15;
        const auto one = learnAll(tasks, settings);
        QVERIFY(one);
        QVERIFY(bytesOf(*one) == bytesOf(*learnAll(tasks, settings)));
        settings.seed = 2;
        QVERIFY(bytesOf(*one) != bytesOf(*learnAll(tasks, settings)));
    }

    /// Today's task and tomorrow's, with the files in between: the same as both on one day.
    void goingOnFromTheFilesIsGoingOn()
    {
        const auto tasks = toyTasks(2);
        ContinualSettings settings = quick();
        settings.stepsPerTask = 15;
        const auto both = learnAll(tasks, settings);
        const auto today = learnAll({tasks[0]}, settings);
        QVERIFY(both && today);
        const auto memory = ContinualMemory::fromTensors(today->memory.toTensors());
        const auto model = BaseModel::fromTensors(today->model.toTensors());
        QVERIFY(memory && model);
        const auto tomorrow = learnAll({tasks[1]}, settings, &*memory, *model);
        QVERIFY2(tomorrow.has_value(), tomorrow ? "" : tomorrow.error().sentence().c_str());
        QCOMPARE(tomorrow->model.identity(), both->model.identity());
        QVERIFY(tomorrow->memory == both->memory);
        QCOMPARE(tomorrow->classifier.perTask.size(), 2U);
    }

    void moreFlowsOfAKnownClassAreNoNewClass()
    {
        const auto task = toyTasks(1)[0];
        ContinualSettings settings = quick();
        settings.stepsPerTask = 10;
        const auto outcome = learnAll({task, task}, settings);
        QVERIFY(outcome);
        QCOMPARE(outcome->learned[1].newClasses, 0U);
        QCOMPARE(outcome->memory.headWeights.rows, 4U);
    }

    void aMemoryOfAnotherModelIsRefused()
    {
        const auto refused = learnAll(toyTasks(1), quick(), &fiveTasks(200).memory);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, Error::Code::Model);
        QVERIFY(refused.error().what.find("another model") != std::string::npos);
    }

    void tasksThatCannotBeLearnedAreAClearError()
    {
        auto broken = test::toyDataset({.classes = 2});
        broken.features.statistics.row(0)[0] = NAN;
        for (const auto& flows : {test::toyDataset({.classes = 1, .flowsPerClass = 1}),
                                  test::toyDataset({.classes = 1}), broken, learn::Dataset{}}) {
            const auto refused = learnAll({{"bad", flows}}, quick());
            QVERIFY(!refused);
            QCOMPARE(refused.error().code, Error::Code::Support);
            QVERIFY(refused.error().what.find("'bad'") != std::string::npos);
        }
        QCOMPARE(learnAll({}, quick()).error().code, Error::Code::Argument);
        ContinualSettings settings = quick();
        settings.judgements = 0;
        QCOMPARE(learnAll(toyTasks(1), settings).error().code, Error::Code::Argument);
    }

    void aStopKeepsFinishedTasks()
    {
        ContinualSettings settings = quick();
        settings.stepsPerTask = 10;
        const auto tasks = toyTasks(3);
        std::stop_source stop;
        const auto cut = learnAll(
            tasks, settings, nullptr, baseModel(), [&stop](const learn::LearnedTask&) { stop.request_stop(); },
            stop.get_token());
        QVERIFY(cut);
        QVERIFY(bytesOf(*cut) == bytesOf(*learnAll({tasks[0]}, settings)));
        const auto none = learnAll(tasks, settings, nullptr, baseModel(), {}, stop.get_token());
        QVERIFY(!none);
        QCOMPARE(none.error().code, Error::Code::Cancelled);
    }

    void everyMethodGoesOn_data()
    {
        QTest::addColumn<int>("method");
        for (const learn::Method method : {learn::Method::ProtoNet, learn::Method::SimpleShot, learn::Method::Anil})
            QTest::newRow(std::string(learn::text(method)).c_str()) << static_cast<int>(method);
    }
    void everyMethodGoesOn()
    {
        QFETCH(int, method);
        learn::TrainSettings training = test::toySettings();
        training.method = static_cast<learn::Method>(method);
        training.steps = 10;
        ContinualSettings settings = quick();
        settings.stepsPerTask = 10;
        const auto outcome = learnAll(toyTasks(2), settings, nullptr, test::toyModel(training));
        QVERIFY2(outcome.has_value(), outcome ? "" : outcome.error().sentence().c_str());
        QVERIFY(std::isfinite(outcome->learned[1].freshLoss) && std::isfinite(outcome->learned[1].logitLoss));
        QVERIFY(*outcome->fewShot.accuracy.value > 0.25);
    }
};

QTEST_GUILESS_MAIN(ContinualTest)
#include "continual_test.moc"
