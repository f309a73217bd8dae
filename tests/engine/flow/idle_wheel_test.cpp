// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/flow/idle_wheel.h"

#include <map>

using flowscent::base::Rng;
using flowscent::flow::IdleWheel;
using Time = std::uint64_t;

class IdleWheelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Against a plain map: an entry is seen once, never before its due time and at most 1/32 of the horizon after.
    void entriesAreSeenOnceAndInTime_data()
    {
        QTest::addColumn<qulonglong>("horizon");
        for (const qulonglong horizon : {0ULL, 1ULL, 63ULL, 64ULL, 1000ULL, 120'000'000'000ULL})
            QTest::addRow("horizon %llu", horizon) << horizon;
    }
    void entriesAreSeenOnceAndInTime()
    {
        QFETCH(qulonglong, horizon);
        Rng random(horizon);
        IdleWheel<int> wheel(horizon);
        std::map<int, Time> due;
        Time now = 0;
        Time before = 0;
        for (int entry = 0; entry < 5000; ++entry) {
            const Time when = now + random.below(horizon + 1);
            wheel.put(entry, when);
            due[entry] = when;
            now += random.below(horizon / 50 + 2);
            wheel.advance(now, [&](std::span<const int> entries) {
                for (const int seen : entries) {
                    QVERIFY(due.contains(seen));
                    QVERIFY(due[seen] < now);
                    QVERIFY(due[seen] + horizon / 32 + 2 >= before);
                    due.erase(seen);
                }
            });
            before = now;
        }
        wheel.advance(now + 2 * horizon + 10, [&due](std::span<const int> entries) {
            for (const int seen : entries)
                QCOMPARE(due.erase(seen), std::size_t(1));
        });
        QVERIFY(due.empty());
    }

    void aLongSilenceShowsEverythingOnce()
    {
        IdleWheel<int> wheel(1000);
        for (int entry = 0; entry < 100; ++entry)
            wheel.put(entry, static_cast<Time>(entry * 10));
        int seen = 0;
        wheel.advance(Time{1} << 62,
                      [&seen](std::span<const int> entries) { seen += static_cast<int>(entries.size()); });
        QCOMPARE(seen, 100);
    }

    void aVisitorMayPutEntriesBack()
    {
        IdleWheel<int> wheel(1000);
        wheel.put(1, 100);
        int seen = 0;
        for (Time now = 0; now < 10'000; now += 100) {
            wheel.advance(now, [&](std::span<const int> entries) {
                QCOMPARE(entries.size(), std::size_t(1));
                ++seen;
                wheel.put(entries[0], now + 900);
            });
        }
        QVERIFY2(seen >= 9 && seen <= 11, QByteArray::number(seen).constData());
    }
};

QTEST_GUILESS_MAIN(IdleWheelTest)
#include "idle_wheel_test.moc"
