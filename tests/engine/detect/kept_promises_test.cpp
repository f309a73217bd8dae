// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/detect/evaluation/kept_promises.h"

#include <algorithm>
#include <numeric>
#include <set>

using namespace flowscent;
using base::Rng;
using detect::BaselineDeal;
using detect::BaselineFrom;

namespace {

/// 1, 2, ..., n.
std::vector<float> rising(std::size_t flows)
{
    std::vector<float> scores(flows);
    std::iota(scores.begin(), scores.end(), 1.0F);
    return scores;
}

/// Even places draw the line, odd ones judge it.
BaselineDeal evenAndOdd(std::uint32_t flows)
{
    BaselineDeal dealt;
    for (std::uint32_t place = 0; place < flows; ++place)
        (place % 2 == 0 ? dealt.baseline : dealt.heldOut).push_back(place);
    return dealt;
}

} // namespace

class KeptPromisesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyFlowIsOnOneSide()
    {
        std::vector<std::uint32_t> captureOf;
        for (std::uint32_t i = 0; i < 501; ++i)
            captureOf.push_back(i % 23);
        for (const auto from : {BaselineFrom::OtherCaptures, BaselineFrom::SameCaptures}) {
            for (std::uint64_t seed = 0; seed < 20; ++seed) {
                const auto dealt = detect::deal(captureOf, from, Rng(seed));
                std::set<std::uint32_t> all(dealt.baseline.begin(), dealt.baseline.end());
                all.insert(dealt.heldOut.begin(), dealt.heldOut.end());
                QCOMPARE(all.size(), std::size_t(501));
                QCOMPARE(dealt.baseline.size() + dealt.heldOut.size(), std::size_t(501));
                QVERIFY(std::ranges::is_sorted(dealt.baseline) && std::ranges::is_sorted(dealt.heldOut));
                QVERIFY(dealt.baseline.size() >= 251 && dealt.baseline.size() < 251 + 22);
            }
        }
    }

    void noCaptureIsOnBothSides()
    {
        std::vector<std::uint32_t> captureOf;
        for (std::uint32_t i = 0; i < 300; ++i)
            captureOf.push_back(i * i % 17);
        std::set<std::set<std::uint32_t>> choices;
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            const auto dealt = detect::deal(captureOf, BaselineFrom::OtherCaptures, Rng(seed));
            std::set<std::uint32_t> baseline;
            for (const std::uint32_t place : dealt.baseline)
                baseline.insert(captureOf[place]);
            for (const std::uint32_t place : dealt.heldOut)
                QVERIFY(!baseline.contains(captureOf[place]));
            choices.insert(baseline);
        }
        QVERIFY(choices.size() > 10);
    }

    void ofOneCaptureNothingIsHeldOut()
    {
        const std::vector<std::uint32_t> captureOf(40, 5);
        const auto dealt = detect::deal(captureOf, BaselineFrom::OtherCaptures, Rng(1));
        QVERIFY(dealt.heldOut.empty());
        QVERIFY(!detect::judgePromise(rising(40), dealt, {}, 0.5, 10).value());
    }

    /// Baseline 1, 3, ..., 1999 of 1000 flows: 10 of 1001 places, so the line lies above 1981, the tenth highest. Held
    /// out are 2, 4, ..., 2000, of which 1982 to 2000 alarm.
    void aPromiseByHand()
    {
        const std::vector<float> threats{5, 1980, 1983, 5000};
        const auto promise = detect::judgePromise(rising(2000), evenAndOdd(2000), threats, 0.01, 10).value();
        QVERIFY(promise.has_value());
        QCOMPARE(promise->normal.promised, 10.0 / 1001);
        QCOMPARE(promise->normal.flows, std::uint64_t(1000));
        QCOMPARE(promise->normal.alarms, std::uint64_t(10));
        QCOMPARE(promise->threats, std::uint64_t(4));
        QCOMPARE(promise->found, std::uint64_t(2));
    }

    void aLineNeedsTenFlowsAboveItToBeJudged()
    {
        QVERIFY(detect::judgePromise(rising(2000), evenAndOdd(2000), {}, 0.01, 10).value());
        QVERIFY(!detect::judgePromise(rising(1998), evenAndOdd(1998), {}, 0.01, 10).value());
        QVERIFY(!detect::judgePromise(rising(2000), evenAndOdd(2000), {}, 0.001, 10).value());
        QVERIFY(detect::judgePromise(rising(2000), evenAndOdd(2000), {}, 0.001, 1).value());
    }
};

QTEST_GUILESS_MAIN(KeptPromisesTest)
#include "kept_promises_test.moc"
