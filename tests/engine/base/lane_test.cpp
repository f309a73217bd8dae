// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/bounded_queue.h"
#include "engine/base/lane.h"

#include <atomic>
#include <future>
#include <vector>

using namespace flowscent::base;
using namespace std::chrono_literals;

class LaneTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void doesJobsInTheOrderTheyCame()
    {
        Lane lane("test");
        std::vector<int> done; // touched by the lane alone until it is drained
        for (int i = 0; i < 100; ++i)
            lane.post([&done, i](std::stop_token) { done.push_back(i); });
        lane.drain();
        QCOMPARE(done.size(), std::size_t(100));
        QVERIFY(std::ranges::is_sorted(done));
    }

    void replaceStopsTheRunningJobAndForgetsTheWaitingOnes()
    {
        Lane lane("test");
        std::promise<void> started;
        std::atomic<bool> stopped = false;
        std::atomic<bool> waited = false;
        std::atomic<bool> latest = false;
        lane.post([&](const std::stop_token& stop) {
            started.set_value();
            while (!stop.stop_requested())
                std::this_thread::yield();
            stopped = true;
        });
        lane.post([&](std::stop_token) { waited = true; });
        started.get_future().wait();
        lane.replace([&](const std::stop_token& stop) { latest = !stop.stop_requested(); });
        lane.drain();
        QVERIFY(stopped);
        QVERIFY(!waited);
        QVERIFY(latest);
    }

    void stopLetsWaitingJobsSayThatTheyWereStopped()
    {
        Lane lane("test");
        std::promise<void> started;
        std::atomic<int> toldToStop = 0;
        lane.post([&](const std::stop_token& stop) {
            started.set_value();
            while (!stop.stop_requested())
                std::this_thread::yield();
            ++toldToStop;
        });
        lane.post([&](const std::stop_token& stop) { toldToStop += stop.stop_requested() ? 1 : 0; });
        started.get_future().wait();
        lane.stop();
        lane.drain();
        QCOMPARE(toldToStop, 2);
        lane.post([&](const std::stop_token& stop) { toldToStop += stop.stop_requested() ? 1 : 0; });
        lane.drain();
        QCOMPARE(toldToStop, 2);
    }

    void cancelLeavesTheLaneUsable()
    {
        Lane lane("test");
        lane.cancel();
        std::atomic<bool> ran = false;
        lane.post([&](const std::stop_token& stop) { ran = !stop.stop_requested(); });
        lane.drain();
        QVERIFY(ran);
        QVERIFY(lane.idle());
    }

    void theDestructorStopsTheRunningJob()
    {
        std::atomic<bool> stopped = false;
        {
            std::promise<void> started;
            Lane lane("test");
            lane.post([&](const std::stop_token& stop) {
                started.set_value();
                while (!stop.stop_requested())
                    std::this_thread::yield();
                stopped = true;
            });
            started.get_future().wait();
        }
        QVERIFY(stopped);
    }

    void whatAJobHoldsIsReleasedBeforeTheLaneIsIdle()
    {
        Lane lane("test");
        auto held = std::make_shared<int>(1);
        const std::weak_ptr<int> watch = held;
        lane.post([held = std::move(held)](std::stop_token) {});
        lane.drain();
        QVERIFY(watch.expired());
    }

    void aFullQueueRefusesAndCounts()
    {
        BoundedQueue<int> queue(2);
        QVERIFY(queue.tryPush(1));
        QVERIFY(queue.tryPush(2));
        QVERIFY(!queue.tryPush(3));
        QCOMPARE(queue.dropped(), std::uint64_t(1));
        QCOMPARE(queue.pop({}, 0ms).value(), 1);
        queue.close();
        QVERIFY(!queue.tryPush(4));
        QVERIFY(!queue.finished());
        QCOMPARE(queue.pop({}, 0ms).value(), 2);
        QVERIFY(queue.finished());
        QVERIFY(!queue.pop({}, 1ms));
    }
};

QTEST_GUILESS_MAIN(LaneTest)
#include "lane_test.moc"
