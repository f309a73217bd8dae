// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/learn/replay/task_replay.h"
#include "tests/engine/learn/replay/chi_square.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include <nlohmann/json.hpp>

using namespace flowscent;
using learn::Episode;
using learn::TaskReplay;
using learn::TaskReplaySettings;
using nlohmann::json;

namespace {

Episode episode(std::uint32_t number)
{
    return {.ways = 1, .classes = {0}, .support = {number}, .supportWay = {0}, .query = {number + 1}, .queryWay = {1}};
}

/// A buffer whose i-th task has the i-th loss.
TaskReplay buffer(const std::vector<double>& losses, TaskReplaySettings settings = {}, std::uint64_t seed = 1)
{
    TaskReplay replay(settings, base::Rng(seed));
    for (std::uint32_t i = 0; i < losses.size(); ++i)
        replay.remember(episode(i), losses[i]);
    return replay;
}

std::set<std::uint32_t> kept(const TaskReplay& replay)
{
    std::set<std::uint32_t> numbers;
    for (const auto& task : replay.tasks())
        numbers.insert(task.episode.support[0]);
    return numbers;
}

void compare(const std::vector<double>& found, const std::vector<double>& expected)
{
    QCOMPARE(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        QVERIFY2(std::abs(found[i] - expected[i]) < 1e-12,
                 qPrintable(QStringLiteral("%1: %2 instead of %3").arg(i).arg(found[i], 0, 'g', 17).arg(expected[i])));
}

std::vector<double> drawCounts(TaskReplay& replay, std::uint32_t draws)
{
    std::vector<double> counts(replay.size());
    for (const auto& task : replay.draw(draws, 0.4))
        ++counts[task.episode.support[0]];
    return counts;
}

/// Loss + leastLoss is 1, 32, 243 and 1024, whose 0.6-th powers are 1, 8, 27 and 64: a hundred in all.
const TaskReplaySettings neat{.capacity = 4, .sharpness = 0.6, .leastLoss = 1.0, .staleAfter = 2, .staleShare = 0.8};
const std::vector<double> neatLosses{0, 31, 242, 1023};

base::TensorFile saved(const TaskReplay& replay)
{
    base::TensorFile file;
    replay.put(file, "tasks");
    return file;
}

/// Has drawn, evicted, turned down and been updated.
TaskReplay lived()
{
    TaskReplay replay = buffer({1.0 / 3, 0.2, 2.0, 0.1, 3.0, 0.5}, {.capacity = 3, .staleAfter = 2}, 9);
    for (int i = 0; i < 10; ++i) {
        for (const auto& task : replay.draw(2, 0.7))
            replay.update(task.id, std::fmod(task.probability * 7, 1.0));
    }
    replay.remember(episode(40), 1.7);
    return replay;
}

} // namespace

class TaskReplayTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theEasiestMakesRoom()
    {
        TaskReplay replay({.capacity = 3}, base::Rng(1));
        const double losses[] = {1.0, 0.2, 2.0, 0.1, 3.0, 0.5};
        const bool taken[] = {true, true, true, false, true, false};
        for (std::uint32_t i = 0; i < 6; ++i) {
            QCOMPARE(replay.remember(episode(i), losses[i]).has_value(), taken[i]);
            QVERIFY(replay.size() <= 3);
        }
        QCOMPARE(kept(replay), (std::set<std::uint32_t>{0, 2, 4}));
        QCOMPARE(replay.summary().evicted, std::uint64_t(1));
        QCOMPARE(replay.summary().turnedDown, std::uint64_t(2));
    }

    void ofEquallyEasyOnesTheOlderMakesRoom()
    {
        TaskReplay replay = buffer({1, 1, 1}, {.capacity = 3});
        QVERIFY(!replay.remember(episode(3), 1)); // no harder than what is there
        QVERIFY(replay.remember(episode(4), 2));
        QCOMPARE(kept(replay), (std::set<std::uint32_t>{1, 2, 4}));
    }

    void aCapacityOfNothingKeepsNothing()
    {
        TaskReplay replay({.capacity = 0}, base::Rng(1));
        QVERIFY(!replay.remember(episode(1), 5));
        QCOMPARE(replay.size(), std::size_t(0));
        QVERIFY(replay.draw(3, 1).empty());
        QVERIFY(replay.probabilities().empty());
        QVERIFY(replay.weights(1).empty());
        QCOMPARE(replay.summary().steps, std::uint64_t(0));
        QVERIFY(replay.summary().effectiveSize == 0);
    }

    void sharesAreLossToTheSharpness()
    {
        compare(buffer(neatLosses, neat).probabilities(), {0.01, 0.08, 0.27, 0.64});
        TaskReplaySettings flat = neat;
        flat.sharpness = 0;
        compare(buffer(neatLosses, flat).probabilities(), {0.25, 0.25, 0.25, 0.25});
    }

    /// Chi-square with 3 degrees of freedom, below its 99.9 % point; seed 3.
    void tasksComeBackInProportion()
    {
        constexpr std::uint32_t draws = 100'000;
        TaskReplay replay = buffer(neatLosses, neat, 3);
        const double statistic = test::chiSquare(
            drawCounts(replay, draws), std::vector<double>{0.01 * draws, 0.08 * draws, 0.27 * draws, 0.64 * draws});
        qInfo("chi-square %.2f, 99.9 %% point 16.27", statistic);
        QVERIFY(statistic < 16.27);
    }

    /// N P = 0.04, 0.32, 1.08, 2.56. With beta 1 the weights are 1 / (N P) = 25, 3.125, 0.9259..., 0.390625 over their
    /// maximum 25; with beta 0.5 the square roots of that; with beta 0 all are 1.
    void weightsUndoTheProportions()
    {
        const TaskReplay replay = buffer(neatLosses, neat);
        compare(replay.weights(1), {1, 1.0 / 8, 1.0 / 27, 1.0 / 64});
        compare(replay.weights(0.5), {1, std::sqrt(1.0 / 8), std::sqrt(1.0 / 27), 1.0 / 8});
        compare(replay.weights(0), {1, 1, 1, 1});
    }

    void aDrawTellsItsProbabilityAndWeight()
    {
        TaskReplay replay = buffer(neatLosses, neat);
        const auto drawn = replay.draw(50, 1);
        QCOMPARE(drawn.size(), std::size_t(50));
        const std::vector<double> shares{0.01, 0.08, 0.27, 0.64};
        for (const auto& task : drawn) {
            const std::uint32_t number = task.episode.support[0];
            QVERIFY(task.episode == episode(number));
            QCOMPARE(task.id, std::uint64_t(number));
            compare({task.probability, task.weight}, {shares[number], 0.01 / shares[number]});
        }
    }

    /// By hand. The floor is 0.8 / 4 = 0.2. Nobody is drawn (batches of 0), so after three steps all are stale: P =
    /// 0.01 and 0.08 are raised to 0.2 each, 0.6 is left for 0.27 and 0.64: 0.6 * 27 / 91 = 0.178... is below the floor
    /// in turn and is raised, too. The last one gets the remaining 0.4.
    void whatWasNotDrawnForLongIsRaised()
    {
        TaskReplay replay = buffer(neatLosses, neat);
        for (int step = 0; step < 2; ++step) {
            (void)replay.draw(0, 1);
            compare(replay.probabilities(), {0.01, 0.08, 0.27, 0.64});
            QCOMPARE(replay.summary().stale, std::uint64_t(0));
        }
        (void)replay.draw(0, 1);
        QCOMPARE(replay.summary().stale, std::uint64_t(4));
        QCOMPARE(replay.summary().longestUndrawn, std::uint64_t(3));
        compare(replay.probabilities(), {0.2, 0.2, 0.2, 0.4});
        compare(replay.weights(1), {1, 1, 1, 0.5});
    }

    /// By hand: the newcomer (loss 0, 1 of 1 + 8 + 27 + 64 + 1 = 101) is not stale and stays low. Floor 0.8 / 5 = 0.16:
    /// 1/101 and 8/101 are raised, 0.68 is left for 27, 64 and 1 of 92: 0.19957 (above 0.16), 0.47304 and 0.00739.
    void whatIsFreshIsNotRaised()
    {
        TaskReplaySettings settings = neat;
        settings.capacity = 5;
        TaskReplay replay = buffer(neatLosses, settings);
        for (int step = 0; step < 3; ++step)
            (void)replay.draw(0, 1);
        replay.remember(episode(9), 0);
        compare(replay.probabilities(), {0.16, 0.16, 0.68 * 27 / 92, 0.68 * 64 / 92, 0.68 / 92});
    }

    /// Draws of one step are independent, so the floor holds for all of them. 3 degrees of freedom, seed 4.
    void theRaisedSharesAreThoseDrawn()
    {
        TaskReplay replay = buffer(neatLosses, neat, 4);
        for (int step = 0; step < 3; ++step)
            (void)replay.draw(0, 1);
        const double statistic =
            test::chiSquare(drawCounts(replay, 50'000), std::vector<double>{10'000, 10'000, 10'000, 20'000});
        qInfo("chi-square %.2f, 99.9 %% point 16.27", statistic);
        QVERIFY(statistic < 16.27);
    }

    /// The easiest of 32 has P = (1e-3)^0.6 / (31 * 1.001^0.6 + ...) = 0.0005: alone it would wait 2 000 draws on
    /// average. With the floor it has 0.5 / 32 at least once it is stale, so the chance that it waits another 1 000
    /// steps of one draw is (1 - 0.0156)^1000 = 1.4e-7.
    void nothingStarves()
    {
        std::vector<double> losses(32, 1.0);
        losses[7] = 0;
        TaskReplay replay = buffer(losses, {.capacity = 32, .staleAfter = 100, .staleShare = 0.5}, 5);
        QVERIFY(replay.probabilities()[7] < 0.0006);
        std::uint64_t longest = 0;
        for (int step = 0; step < 20'000; ++step) {
            (void)replay.draw(1, 1);
            longest = std::max(longest, replay.summary().longestUndrawn);
        }
        QVERIFY2(longest > 100 && longest < 1100, qPrintable(QString::number(longest)));
    }

    void aShareOfOneMakesAllStaleOnesAlike()
    {
        TaskReplaySettings settings = neat;
        settings.staleShare = 1;
        TaskReplay replay = buffer(neatLosses, settings);
        for (int step = 0; step < 3; ++step)
            (void)replay.draw(0, 1);
        compare(replay.probabilities(), {0.25, 0.25, 0.25, 0.25});
    }

    /// Schaul et al. anneal beta from 0.4 to 1.
    void betaRunsInAStraightLine()
    {
        const learn::LinearAnnealing beta{.from = 0.4, .to = 1.0, .steps = 100};
        QCOMPARE(beta.at(0), 0.4);
        QCOMPARE(beta.at(50), 0.7);
        QCOMPARE(beta.at(100), 1.0);
        QCOMPARE(beta.at(100'000), 1.0);
        QCOMPARE((learn::LinearAnnealing{.steps = 0}.at(0)), 1.0);
    }

    void whatWasLearnedComesBackLess()
    {
        TaskReplay replay = buffer({1, 1});
        replay.update(0, 0);
        QVERIFY(replay.probabilities()[0] < 0.03); // rare, but never gone
        QVERIFY(replay.probabilities()[0] > 0);
        replay.update(77, 5); // left in the meantime
        QCOMPARE(replay.size(), std::size_t(2));
    }

    void aLossThatIsNoNumberIsNoPriority()
    {
        for (const double loss :
             {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), -3.0})
            QCOMPARE(buffer({loss}).tasks()[0].loss, 0.0);
        QCOMPARE(buffer({1e300}).tasks()[0].loss, 1e6);
    }

    /// Two tasks remembered at step 0 and one at step 2, looked at after step 3: ages 3, 3 and 1. Equal losses: P =
    /// 1/3.
    void theSummaryCounts()
    {
        TaskReplay replay = buffer({1, 1}, {.capacity = 3});
        (void)replay.draw(4, 1);
        (void)replay.draw(2, 1);
        replay.remember(episode(2), 1);
        (void)replay.draw(0, 1);
        const auto summary = replay.summary();
        QCOMPARE(summary.size, std::uint64_t(3));
        QCOMPARE(summary.steps, std::uint64_t(3));
        QCOMPARE(summary.draws, std::uint64_t(6));
        QCOMPARE(summary.meanAge, 7.0 / 3);
        QCOMPARE(summary.oldestAge, std::uint64_t(3));
        QVERIFY(std::abs(summary.effectiveSize - 3) < 1e-12);
        QCOMPARE(replay.tasks()[0].draws + replay.tasks()[1].draws, std::uint64_t(6));
        // 1 / (0.01^2 + 0.08^2 + 0.27^2 + 0.64^2)
        QVERIFY(std::abs(buffer(neatLosses, neat).summary().effectiveSize - 1 / 0.489) < 1e-9);
    }

    void theSameSeedDrawsTheSame()
    {
        TaskReplay one = buffer({0.5, 1.5, 2.5}, {}, 8);
        TaskReplay other = buffer({0.5, 1.5, 2.5}, {}, 8);
        for (int i = 0; i < 100; ++i)
            QCOMPARE(one.draw(1, 1)[0].id, other.draw(1, 1)[0].id);
        QVERIFY(one == other);
    }

    void aSavedOneGoesOnAsIfNothingHadHappened()
    {
        TaskReplay running = lived();
        const std::string bytes = base::serialise(saved(running));
        const auto file =
            base::parseTensors({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "checkpoint");
        QVERIFY(file);
        auto resumed = TaskReplay::take(*file, "tasks", 50, 1);
        QVERIFY2(resumed, resumed ? "" : resumed.error().sentence().c_str());
        QVERIFY(*resumed == running);
        for (int i = 0; i < 100; ++i) {
            const auto expected = running.draw(1, 0.5)[0];
            const auto found = resumed->draw(1, 0.5)[0];
            QCOMPARE(found.id, expected.id);
            QVERIFY(found.weight == expected.weight && found.probability == expected.probability);
            running.update(found.id, 1.0 / (i + 1));
            resumed->update(found.id, 1.0 / (i + 1));
        }
        QCOMPARE(base::serialise(saved(*resumed)), base::serialise(saved(running)));
    }

    void damagedOnesAreRefused_data()
    {
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QString>("value");
        QTest::newRow("capacity below size") << "/settings/capacity"
                                             << "2";
        QTest::newRow("negative sharpness") << "/settings/sharpness"
                                            << "-1";
        QTest::newRow("nothing keeps alive") << "/settings/least_loss"
                                             << "0";
        QTest::newRow("share over one") << "/settings/stale_share"
                                        << "1.5";
        QTest::newRow("no generator") << "/generator"
                                      << "[0,0,0,0]";
        QTest::newRow("loss is no number") << "/tasks/0/loss"
                                           << "null";
        QTest::newRow("negative loss") << "/tasks/0/loss"
                                       << "-1";
        QTest::newRow("from the future") << "/tasks/0/last_drawn"
                                         << "11";
        QTest::newRow("drawn before it was there") << "/tasks/2/last_drawn"
                                                   << "3";
        QTest::newRow("ids out of order") << "/tasks/0/id"
                                          << "5";
        QTest::newRow("id of the future") << "/tasks/2/id"
                                          << "99";
        QTest::newRow("more draws than there were") << "/tasks/0/draws"
                                                    << "1000";
        QTest::newRow("row out of range") << "/tasks/0/episode/support"
                                          << "[50]";
        QTest::newRow("class out of range") << "/tasks/0/episode/classes"
                                            << "[1]";
        QTest::newRow("way out of range") << "/tasks/0/episode/support_way"
                                          << "[1]";
        QTest::newRow("query way out of range") << "/tasks/0/episode/query_way"
                                                << "[2]";
        QTest::newRow("a way too many") << "/tasks/0/episode/ways"
                                        << "2";
        QTest::newRow("ways overflow") << "/tasks/0/episode/ways"
                                       << "4294967296";
        QTest::newRow("lists disagree") << "/tasks/0/episode/query"
                                        << "[1,2]";
        QTest::newRow("no list") << "/tasks/0/episode/query"
                                 << "{}";
        QTest::newRow("no table") << "/tasks"
                                  << "7";
    }
    void damagedOnesAreRefused()
    {
        QFETCH(QString, pointer);
        QFETCH(QString, value);
        base::TensorFile file = saved(lived());
        QVERIFY(TaskReplay::take(file, "tasks", 50, 1));
        json state = json::parse(file.metadata["tasks"]);
        state.at(json::json_pointer(pointer.toStdString())) = json::parse(value.toStdString());
        file.metadata["tasks"] = state.dump();
        const auto taken = TaskReplay::take(file, "tasks", 50, 1);
        QVERIFY(!taken);
        QCOMPARE(taken.error().code, base::Error::Code::Model);
    }

    void textThatIsNoBufferIsRefused()
    {
        for (const std::string& text :
             {std::string(), std::string("{"), std::string(100'000, '['), std::string("[1]")}) {
            base::TensorFile file;
            file.metadata["tasks"] = text;
            QVERIFY(!TaskReplay::take(file, "tasks", 50, 1));
        }
        QVERIFY(!TaskReplay::take({}, "tasks", 50, 1));
    }
};

QTEST_GUILESS_MAIN(TaskReplayTest)
#include "task_replay_test.moc"
