// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/column.h"

#include <cstdint>
#include <vector>

#include <QtTest>

using flowscent::base::Column;

class ColumnTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void holdsWhatAVectorWouldHold()
    {
        // Past the size at which blocks become pages of their own, and past the next few growths.
        Column<std::uint64_t> column;
        std::vector<std::uint64_t> vector;
        for (std::uint64_t i = 0; i < 3'000'000; ++i) {
            column.push_back(i * 0x9e3779b97f4a7c15ULL);
            vector.push_back(i * 0x9e3779b97f4a7c15ULL);
        }
        QCOMPARE(column.size(), vector.size());
        QVERIFY(std::equal(column.begin(), column.end(), vector.begin()));
    }

    void newValuesAreEmptyEvenWhereOthersWere()
    {
        Column<int> column{1, 2, 3};
        column.clear();
        column.resize(500'000);
        QCOMPARE(std::count(column.begin(), column.end(), 0), 500'000);
    }

    void copiesAreApart()
    {
        Column<int> first{1, 2, 3};
        Column<int> second = first;
        second[1] = 7;
        QVERIFY(first == (Column<int>{1, 2, 3}));
        QVERIFY(second == (Column<int>{1, 7, 3}));
        first = std::move(second);
        QVERIFY(first == (Column<int>{1, 7, 3}));
        first = first; // NOLINT(clang-diagnostic-self-assign-overloaded)
        QVERIFY(first == (Column<int>{1, 7, 3}));
        QVERIFY(!(first == Column<int>{1, 7}));
    }

    void appendsRuns()
    {
        Column<char> column;
        column.append(nullptr, 0);
        QVERIFY(column.empty());
        column.append("abc", 3);
        column.append("de", 2);
        QCOMPARE(std::string(column.begin(), column.end()), std::string("abcde"));
    }

    void refusesSizesThatCannotBe()
    {
        Column<std::uint64_t> column;
        QVERIFY_THROWS_EXCEPTION(std::bad_alloc, column.reserve(SIZE_MAX / 2));
        QVERIFY(column.empty());
    }
};

QTEST_GUILESS_MAIN(ColumnTest)
#include "column_test.moc"
