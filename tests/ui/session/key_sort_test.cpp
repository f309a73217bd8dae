// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "ui/session/key_sort.h"

#include <algorithm>
#include <limits>
#include <numeric>

using namespace flowscent;
using Keys = std::vector<std::uint64_t>;
using Rows = std::vector<std::uint32_t>;

namespace {

/// What the standard library makes of the same rows.
Rows expected(const Rows& rows, const Keys& keys)
{
    Rows sorted = rows;
    std::ranges::stable_sort(sorted, {}, [&](std::uint32_t row) { return keys[row]; });
    return sorted;
}

Rows shuffled(std::size_t count)
{
    Rows rows(count);
    std::iota(rows.begin(), rows.end(), 0U);
    base::Rng(5).shuffle(std::span(rows));
    return rows;
}

} // namespace

/// The sort behind every heading: as the standard library's stable one, but digit by digit and on two threads.
class KeySortTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sortsLikeTheStandardLibraryAndKeepsTheOrderOfTies_data()
    {
        QTest::addColumn<std::size_t>("count");
        QTest::addColumn<quint64>("bound");
        for (const std::size_t count :
             {0U, 1U, 2U, 1000U, 5000U, 40'000U, 100'001U}) { // below and above a thread's worth
            for (const quint64 bound : {quint64{3}, quint64{70'000}, std::numeric_limits<quint64>::max()})
                QTest::addRow("%zu rows, keys below %llu", count, static_cast<unsigned long long>(bound))
                    << count << bound;
        }
    }

    void sortsLikeTheStandardLibraryAndKeepsTheOrderOfTies()
    {
        QFETCH(std::size_t, count);
        QFETCH(quint64, bound);
        base::Rng random(7);
        Keys keys(count);
        std::ranges::generate(keys, [&] { return random.below(bound); });
        if (count > 2)
            keys[1] = std::numeric_limits<std::uint64_t>::max();
        const Rows rows = shuffled(count);
        Rows sorted = rows;
        ui::sortByKey(sorted, [&](std::uint32_t row) { return keys[row]; });
        QVERIFY(sorted == expected(rows, keys));
    }

    void sortsAPartOfTheRows()
    {
        Keys keys(50'000);
        std::iota(keys.rbegin(), keys.rend(), 0U);
        const Rows rows{49'999, 3, 20'000, 7};
        Rows sorted = rows;
        ui::sortByKey(sorted, [&](std::uint32_t row) { return keys[row]; });
        QCOMPARE(sorted, (Rows{49'999, 20'000, 7, 3}));
    }

    void partsCoverEveryIndexOnce()
    {
        for (const std::size_t count : {std::size_t{0}, std::size_t{5}, std::size_t{100'003}}) {
            std::vector<std::uint8_t> seen(count);
            ui::inParts(count, [&](std::size_t begin, std::size_t end) {
                for (std::size_t i = begin; i < end; ++i)
                    ++seen[i];
            });
            QVERIFY(std::ranges::all_of(seen, [](std::uint8_t times) { return times == 1; }));
        }
    }
};

QTEST_GUILESS_MAIN(KeySortTest)
#include "key_sort_test.moc"
