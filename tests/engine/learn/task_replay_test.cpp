// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/learn/task_replay.h"

#include <cmath>
#include <limits>
#include <set>

using namespace flowscent;
using learn::Episode;
using learn::TaskReplay;

namespace {

Episode episode(std::uint32_t number)
{
    return {.ways = 1, .classes = {}, .support = {number}};
}

std::set<std::uint32_t> kept(const TaskReplay& replay)
{
    std::set<std::uint32_t> numbers;
    for (std::size_t i = 0; i < replay.size(); ++i)
        numbers.insert(replay.episode(i).support[0]);
    return numbers;
}

} // namespace

class TaskReplayTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theEasiestMakesRoom()
    {
        TaskReplay replay(3);
        const double losses[] = {1.0, 0.2, 2.0, 0.1, 3.0, 0.5};
        for (std::uint32_t i = 0; i < 6; ++i) {
            replay.remember(episode(i), losses[i]);
            QVERIFY(replay.size() <= 3);
        }
        QCOMPARE(kept(replay), (std::set<std::uint32_t>{0, 2, 4}));
    }

    void aCapacityOfNothingKeepsNothing()
    {
        TaskReplay replay(0);
        replay.remember(episode(1), 5);
        QCOMPARE(replay.size(), std::size_t(0));
    }

    /// Shares are loss^0.6 over their sum; chi-square with 3 degrees of freedom stays below its 99.9 % point.
    void theHarderComesBackMoreOften()
    {
        TaskReplay replay(4);
        const double losses[] = {0.1, 0.5, 1.0, 4.0};
        double total = 0;
        for (std::uint32_t i = 0; i < 4; ++i) {
            replay.remember(episode(i), losses[i]);
            total += std::pow(losses[i], 0.6);
        }
        constexpr int draws = 20'000;
        std::array<int, 4> counts{};
        base::Rng rng(3);
        for (int i = 0; i < draws; ++i)
            ++counts[replay.episode(replay.draw(rng)).support[0]];
        double chiSquare = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            const double expected = draws * std::pow(losses[i], 0.6) / total;
            chiSquare += (counts[i] - expected) * (counts[i] - expected) / expected;
        }
        QVERIFY2(chiSquare < 16.27, qPrintable(QString::number(chiSquare)));
    }

    void whatWasLearnedComesBackLess()
    {
        TaskReplay replay(2);
        replay.remember(episode(0), 1);
        replay.remember(episode(1), 1);
        replay.update(0, 0);
        base::Rng rng(5);
        int first = 0;
        for (int i = 0; i < 1000; ++i)
            first += replay.draw(rng) == 0 ? 1 : 0;
        QVERIFY(first < 30); // rare, but never gone
    }

    void theSameSeedDrawsTheSame()
    {
        TaskReplay replay(5);
        for (std::uint32_t i = 0; i < 5; ++i)
            replay.remember(episode(i), i + 0.5);
        base::Rng one(8);
        base::Rng other(8);
        for (int i = 0; i < 100; ++i)
            QCOMPARE(replay.draw(one), replay.draw(other));
    }

    void aLossThatIsNoNumberIsNoPriority()
    {
        TaskReplay replay(2);
        replay.remember(episode(0), std::numeric_limits<double>::quiet_NaN());
        replay.remember(episode(1), 1);
        base::Rng rng(2);
        int poisoned = 0;
        for (int i = 0; i < 1000; ++i)
            poisoned += replay.episode(replay.draw(rng)).support[0] == 0 ? 1 : 0;
        QVERIFY(poisoned < 30);
    }
};

QTEST_GUILESS_MAIN(TaskReplayTest)
#include "task_replay_test.moc"
