// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/learn/tasks/task_stream.h"
#include "tests/engine/learn/toy_dataset.h"

#include <algorithm>
#include <set>

using namespace flowscent;
using learn::DrawnTask;
using learn::TaskStream;
using learn::TrainSettings;

namespace {

const learn::Dataset& toys()
{
    static const learn::Dataset dataset = test::toyDataset({.classes = 16, .flowsPerClass = 30});
    return dataset;
}

TrainSettings settings()
{
    TrainSettings s;
    s.tasksPerStep = 4;
    s.ways = 6;
    s.fewestWays = 3;
    s.shots = 4;
    s.queries = 5;
    s.replayCapacity = 10;
    s.replayShare = 0.5;
    s.steps = 100;
    return s;
}

std::vector<double> lossesOf(std::size_t count, double loss)
{
    std::vector<double> losses(count);
    for (std::size_t i = 0; i < count; ++i)
        losses[i] = loss + 0.1 * static_cast<double>(i);
    return losses;
}

/// A few batches with made-up losses.
std::vector<DrawnTask> drawn(TaskStream& stream, std::uint32_t from, std::uint32_t to)
{
    std::vector<DrawnTask> all;
    for (std::uint32_t step = from; step < to; ++step) {
        const auto tasks = stream.next(step);
        stream.learned(tasks, lossesOf(tasks.size(), step % 3));
        all.insert(all.end(), tasks.begin(), tasks.end());
    }
    return all;
}

bool same(const std::vector<DrawnTask>& ones, const std::vector<DrawnTask>& others)
{
    return std::ranges::equal(ones, others, [](const DrawnTask& one, const DrawnTask& other) {
        return one.episode == other.episode && one.replayed == other.replayed && one.weight == other.weight;
    });
}

} // namespace

class TaskStreamTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void newTasksOfABatchShareTheirShapeWithinTheBounds()
    {
        TrainSettings s = settings();
        s.replayCapacity = 0;
        TaskStream stream(toys(), s);
        std::vector<std::uint32_t> ways;
        std::vector<std::size_t> shots;
        for (std::uint32_t step = 0; step < 200; ++step) {
            const auto tasks = stream.next(step);
            QCOMPARE(tasks.size(), 4U);
            for (const DrawnTask& task : tasks) {
                QCOMPARE(task.episode.ways, tasks[0].episode.ways);
                QCOMPARE(task.episode.support.size(), tasks[0].episode.support.size());
                QVERIFY(!task.replayed && task.weight == 1);
            }
            ways.push_back(tasks[0].episode.ways);
            shots.push_back(tasks[0].episode.support.size() / tasks[0].episode.ways);
        }
        for (std::uint32_t way = 3; way <= 6; ++way)
            QVERIFY(std::ranges::count(ways, way) > 25); // of 50 expected
        QCOMPARE(std::ranges::min(ways), 3U);
        QCOMPARE(std::ranges::max(ways), 6U);
        QCOMPARE(std::ranges::min(shots), 1U);
        QCOMPARE(std::ranges::max(shots), 4U);
    }

    void kindsComeUpAsOftenAsTheSettingsSay()
    {
        TrainSettings s = settings();
        s.replayCapacity = 0;
        s.huntShare = 0.3;
        s.openShare = 0.2;
        s.benignPerThreat = 7;
        TaskStream stream(toys(), s);
        int hunts = 0;
        int open = 0;
        for (std::uint32_t step = 0; step < 1000; ++step) {
            const learn::Episode episode = stream.next(step)[0].episode;
            const auto threats = std::ranges::count(episode.supportWay, 1);
            const bool hunt = episode.ways == 2;
            hunts += hunt ? 1 : 0;
            if (hunt)
                QCOMPARE(std::ranges::count(episode.supportWay, 0), 7 * threats);
            open += std::ranges::count(episode.queryWay, episode.ways) > 0 ? 1 : 0;
        }
        QVERIFY2(std::abs(hunts - 300) < 60, std::to_string(hunts).c_str()); // four deviations
        QVERIFY2(std::abs(open - 200) < 52, std::to_string(open).c_str());
    }

    void episodesStayWithinOneNetworkAsOftenAsTheSettingsSay()
    {
        learn::Dataset networked = toys();
        networked.provenance.networkNames = {"even", "odd"};
        for (std::uint32_t row = 0; row < networked.size(); ++row)
            networked.provenance.networkOf.push_back(row % 2);
        TrainSettings s = settings();
        s.replayCapacity = 0;
        s.tasksPerStep = 1;
        s.ownNetworkShare = 0.4;
        TaskStream stream(networked, s);
        int own = 0;
        for (std::uint32_t step = 0; step < 1000; ++step) {
            const learn::Episode episode = stream.next(step)[0].episode;
            std::set<std::uint32_t> networks;
            for (const std::uint32_t row : episode.support)
                networks.insert(networked.provenance.networkOf[row]);
            for (const std::uint32_t row : episode.query)
                networks.insert(networked.provenance.networkOf[row]);
            own += networks.size() == 1 ? 1 : 0;
        }
        QVERIFY2(std::abs(own - 400) < 62, std::to_string(own).c_str()); // four deviations
        s.ownNetworkShare = 1;
        TaskStream unknowing(toys(), s); // knows no networks: draws as ever
        QCOMPARE(unknowing.next(0).size(), 1U);
    }

    void aCorpusWithoutThreatsHasNoHunts()
    {
        learn::Dataset benign = toys();
        benign.threatClass.assign(benign.threatClass.size(), false);
        TrainSettings s = settings();
        s.huntShare = 1;
        TaskStream stream(benign, s);
        QVERIFY(stream.possible());
        QCOMPARE(stream.next(0)[0].episode.ways, 6U);
    }

    void pastTasksComeBackWithTheirWeights()
    {
        TaskStream stream(toys(), settings());
        const auto all = drawn(stream, 0, 60);
        const auto replayed =
            std::ranges::count_if(all, [](const DrawnTask& task) { return task.replayed.has_value(); });
        QCOMPARE(replayed, 2 * 59); // none in the first step, then half of every batch
        QVERIFY(std::ranges::all_of(all, [](const DrawnTask& task) { return task.weight > 0 && task.weight <= 1; }));
        QVERIFY(std::ranges::any_of(all, [](const DrawnTask& task) { return task.weight < 0.95; }));
        QCOMPARE(stream.replay().size, 10U);
        QCOMPARE(stream.replay().draws, 118U);
    }

    void theStreamIsItsSeedAndTheLosses()
    {
        TaskStream one(toys(), settings());
        TaskStream same1(toys(), settings());
        TrainSettings other = settings();
        other.seed = 2;
        TaskStream another(toys(), other);
        const auto all = drawn(one, 0, 20);
        QVERIFY(same(all, drawn(same1, 0, 20)));
        QVERIFY(!same(all, drawn(another, 0, 20)));
    }

    void whatIsWrittenDownGoesOnAlike()
    {
        TaskStream stream(toys(), settings());
        (void)drawn(stream, 0, 15);
        base::TensorFile file;
        stream.put(file, "x/");
        TaskStream read(toys(), settings());
        QVERIFY(read.take(file, "x/"));
        QVERIFY(same(drawn(stream, 15, 30), drawn(read, 15, 30)));
    }

    void aMarkIsComeBackTo()
    {
        TaskStream stream(toys(), settings());
        (void)drawn(stream, 0, 15);
        const auto mark = stream.mark();
        const auto first = drawn(stream, 15, 25);
        stream.rewind(mark);
        QVERIFY(same(first, drawn(stream, 15, 25)));
    }

    void tooLittleDataIsImpossible()
    {
        const learn::Dataset few = test::toyDataset({.classes = 5, .flowsPerClass = 4});
        QVERIFY(!TaskStream(few, settings()).possible());
    }
};

QTEST_GUILESS_MAIN(TaskStreamTest)
#include "task_stream_test.moc"
