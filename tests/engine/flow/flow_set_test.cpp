// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/flow/flow_set.h"

#include <algorithm>
#include <set>

using namespace flowscent;
using flow::FlowId;
using flow::FlowSet;

namespace {

std::vector<FlowId> ids(const std::set<std::uint32_t>& values)
{
    return {values.begin(), values.end()};
}

} // namespace

class FlowSetTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void holdsWhatWasPutInAndNothingElse()
    {
        base::Rng rng(3);
        FlowSet set;
        std::set<std::uint32_t> expected;
        for (int i = 0; i < 4000; ++i) {
            const auto value = static_cast<std::uint32_t>(rng.below(1000));
            if (rng.below(3) == 0) {
                set.erase(FlowId(value));
                expected.erase(value);
            } else {
                set.insert(FlowId(value));
                expected.insert(value);
            }
        }
        QCOMPARE(set.count(), expected.size());
        QCOMPARE(set.flows(), ids(expected));
        for (std::uint32_t value = 0; value < 1100; ++value)
            QCOMPARE(set.contains(FlowId(value)), expected.contains(value));
    }

    void allOfATableAreAllAndNoMore_data()
    {
        QTest::addColumn<std::size_t>("flows");
        for (const std::size_t flows : {0U, 1U, 63U, 64U, 65U, 1000U})
            QTest::addRow("%zu", flows) << flows;
    }
    void allOfATableAreAllAndNoMore()
    {
        QFETCH(std::size_t, flows);
        const FlowSet all = FlowSet::firstOf(flows);
        QCOMPARE(all.count(), flows);
        QCOMPARE(all.flows().size(), flows);
        QVERIFY(!all.contains(FlowId(static_cast<std::uint32_t>(flows))));
        QVERIFY(flows == 0 || all.contains(FlowId(static_cast<std::uint32_t>(flows - 1))));
    }

    void setsAreUnitedIntersectedAndSubtracted()
    {
        const FlowSet few(ids({1, 2, 70}));
        const FlowSet others(ids({2, 70, 300}));
        FlowSet all = few;
        all.unite(others);
        QCOMPARE(all.flows(), ids({1, 2, 70, 300}));
        FlowSet shared = few;
        shared.intersect(others);
        QCOMPARE(shared.flows(), ids({2, 70}));
        FlowSet rest = others;
        rest.subtract(few);
        QCOMPARE(rest.flows(), ids({300}));
        QCOMPARE(rest.count(), std::size_t(1));
    }

    void equalWhenTheSameFlowsAreInHoweverTheyGrew()
    {
        FlowSet grown(ids({5, 4000}));
        grown.erase(FlowId(4000));
        QVERIFY(grown == FlowSet(ids({5})));
        QVERIFY(!(grown == FlowSet(ids({6}))));
    }
};

QTEST_APPLESS_MAIN(FlowSetTest)
#include "flow_set_test.moc"
