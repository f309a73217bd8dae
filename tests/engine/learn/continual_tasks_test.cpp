// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/learn/training/continual.h"
#include "tests/engine/learn/toy_dataset.h"

#include <algorithm>
#include <cmath>
#include <set>

using namespace flowscent;
using base::Error;
using learn::ContinualSettings;
using learn::ContinualTask;

namespace {

base::Result<learn::TaskSplit> split(const learn::Dataset& flows, std::uint64_t seed = 1,
                                     const std::vector<learn::PastTask>& past = {})
{
    base::Rng rng(seed);
    return learn::splitTask({"today", flows}, past, ContinualSettings{}, rng);
}

std::set<std::vector<float>> rowsOf(const learn::Dataset& flows)
{
    std::set<std::vector<float>> rows;
    for (std::size_t row = 0; row < flows.size(); ++row) {
        const auto values = flows.features.statistics.row(row);
        rows.insert({values.begin(), values.end()});
    }
    return rows;
}

std::size_t flowsOf(const learn::Dataset& flows, std::size_t index)
{
    return static_cast<std::size_t>(std::ranges::count(flows.classOf, index));
}

} // namespace

/// Labelled flows on their way to a continual training; no LibTorch.
class ContinualTasksTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Of 24 flows a class three in ten, rounded down, are held: 7.
    void everyFlowIsLearnedOrHeld()
    {
        const auto flows = test::toyDataset({.classes = 4});
        const auto parts = split(flows);
        QVERIFY(parts);
        QCOMPARE(parts->training.size() + parts->held.size(), flows.size());
        for (std::size_t index = 0; index < 4; ++index) {
            QCOMPARE(flowsOf(parts->held, index), 7U);
            QCOMPARE(flowsOf(parts->training, index), 17U);
        }
        auto all = rowsOf(parts->training);
        all.merge(rowsOf(parts->held));
        QVERIFY(all == rowsOf(flows));
        QVERIFY(parts->training.classNames == flows.classNames);
    }

    void theSeedDecidesWhichFlowsAreHeld()
    {
        const auto flows = test::toyDataset({.classes = 4});
        QVERIFY(split(flows, 1)->held.features == split(flows, 1)->held.features);
        QVERIFY(split(flows, 1)->held.features != split(flows, 2)->held.features);
    }

    void flowsThatJudgeAnEarlierTaskAreNotLearned()
    {
        const auto flows = test::toyDataset({.classes = 4});
        const auto before = split(flows);
        const auto again = split(flows, 2, {{.name = "yesterday", .held = learn::heldFrom(before->held)}});
        QVERIFY(again);
        QCOMPARE(again->training.size() + again->held.size(), before->training.size());
        auto all = rowsOf(again->training);
        all.merge(rowsOf(again->held));
        QVERIFY(all == rowsOf(before->training));
    }

    void fourFlowsAreTheLeast()
    {
        const auto parts = split(test::toyDataset({.classes = 2, .flowsPerClass = 4}));
        QVERIFY(parts);
        QCOMPARE(parts->held.size(), 4U);
        QCOMPARE(parts->training.size(), 4U);
        const auto refused = split(test::toyDataset({.classes = 2, .flowsPerClass = 3}));
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, Error::Code::Support);
        QVERIFY2(refused.error().what.find("'class 1.0' has 3 distinct flows") != std::string::npos,
                 refused.error().what.c_str());
    }

    void repetitionIsNoEvidence()
    {
        auto flows = test::toyDataset({.classes = 2, .flowsPerClass = 6});
        for (std::size_t row = 1; row < 6; ++row)
            std::ranges::copy(flows.features.sequences.row(0), flows.features.sequences.row(row).begin());
        const auto refused = split(flows);
        QVERIFY(!refused);
        QVERIFY2(refused.error().what.find("has 1 distinct flow,") != std::string::npos, refused.error().what.c_str());
    }

    void tasksThatTeachNothingAreRefused()
    {
        for (const auto& flows : {learn::Dataset{}, test::toyDataset({.classes = 1})}) {
            const auto refused = split(flows);
            QVERIFY(!refused);
            QCOMPARE(refused.error().code, Error::Code::Support);
            QVERIFY(refused.error().what.find("two classes") != std::string::npos);
        }
    }

    void brokenFlowsAreRefused()
    {
        const auto good = test::toyDataset({.classes = 2});
        auto broken = good;
        broken.features.statistics.row(3)[5] = NAN;
        QCOMPARE(split(broken).error().code, Error::Code::Support);
        broken = good;
        broken.features.sequences.row(3)[5] = INFINITY;
        QCOMPARE(split(broken).error().code, Error::Code::Support);
        broken = good;
        broken.classOf[0] = 2;
        QCOMPARE(split(broken).error().code, Error::Code::Argument);
        broken = good;
        broken.sessionOf.pop_back();
        QCOMPARE(split(broken).error().code, Error::Code::Argument);
        broken = good;
        broken.features.statistics.columns -= 1;
        QCOMPARE(split(broken).error().code, Error::Code::Argument);
    }

    void aTaskIsMadeOfNamedClasses()
    {
        const auto flows = test::toyDataset({.classes = 6});
        const std::vector<std::string> wanted{"class 1.4", "class 1.1", "class 1.4"};
        const auto task = learn::taskOf(flows, "mine", wanted);
        QVERIFY(task);
        QCOMPARE(task->flows.classNames, (std::vector<std::string>{"class 1.4", "class 1.1"}));
        QVERIFY(task->flows.threatClass == (std::vector<bool>{true, false})); // as toy classes are
        QCOMPARE(task->flows.size(), 48U);
        const std::vector<std::string> unknown{"class 1.4", "nobody"};
        QCOMPARE(learn::taskOf(flows, "mine", unknown).error().code, Error::Code::Argument);
    }

    void groupsShareNoClass()
    {
        const auto flows = test::toyDataset({.classes = 11});
        base::Rng rng(1);
        const auto tasks = learn::groupedTasks(flows, 3, 10, 0, rng);
        QCOMPARE(tasks.size(), 3U); // two classes are left over
        std::set<std::string> names;
        for (const ContinualTask& task : tasks)
            names.insert(task.flows.classNames.begin(), task.flows.classNames.end());
        QCOMPARE(names.size(), 9U);
        QCOMPARE(learn::groupedTasks(flows, 3, 10, 2, rng).size(), 2U);
        QCOMPARE(learn::groupedTasks(flows, 3, 25, 0, rng).size(), 0U); // a class has 24 flows
        QCOMPARE(learn::groupedTasks(flows, 12, 10, 0, rng).size(), 0U);
    }

    void settingsComeBackFromJson()
    {
        const ContinualSettings settings{.seed = 1ULL << 60, .ways = 7, .capacity = 0, .alpha = 0.25, .judgements = 3};
        const auto back = learn::continualSettingsFromJson(learn::toJson(settings));
        QVERIFY(back);
        QVERIFY(*back == settings);
        QVERIFY(*learn::continualSettingsFromJson("{}") == ContinualSettings{});
        for (const char* bad : {"", "[]", "{\"ways\": 1}", "{\"alpha\": \"x\"}", "{\"learning_rate\": 0}"})
            QCOMPARE(learn::continualSettingsFromJson(bad).error().code, Error::Code::Model);
    }

    void nonsenseIsRefusedByName()
    {
        const auto refusal = learn::check({.beta = NAN});
        QVERIFY(!refusal);
        QCOMPARE(refusal.error().code, Error::Code::Argument);
        QVERIFY(refusal.error().what.find("'beta'") != std::string::npos);
        QVERIFY(learn::check({}));
    }

    void theLogSaysWhatTheBufferHolds()
    {
        learn::LearnedTask task{.name = "beacons", .replayBatch = 64, .replayShare = 0.625};
        task.memory = {.classes = {{"class a", 7, 30}, {"class b", 9, 9}},
                       .size = 16,
                       .capacity = 20,
                       .offered = 39,
                       .meanAge = 12.25,
                       .oldestAge = 37};
        std::string log;
        for (const std::string& line : learn::logLines(task))
            log += line + "\n";
        for (const char* said : {"beacons", "replay batch 2 x 64", "62.5 % of the flows",
                                 "16 of 20 flows, of 39 offered", "mean 12.2, oldest 37", "7 of 30", "9 of 9"})
            QVERIFY2(log.find(said) != std::string::npos, (std::string(said) + "\n" + log).c_str());
    }
};

QTEST_GUILESS_MAIN(ContinualTasksTest)
#include "continual_tasks_test.moc"
