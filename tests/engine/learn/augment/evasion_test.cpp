// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/features/feature_schema.h"
#include "engine/learn/augment/evasion.h"
#include "tests/support/flow_builder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

using namespace flowscent;
using features::FeatureSet;
using learn::Evasion;
using learn::EvasionKind;
using learn::PacketSketch;
using learn::PacketSketches;

namespace {

FeatureSet extracted(const test::Conversation& talk)
{
    const auto reported = test::assemble(talk.frames);
    if (reported.size() != 1)
        qFatal("expected one flow, got %zu", reported.size());
    return features::extract(reported.front().record);
}

/// Every fourth datagram from the client, eight sizes in turn. What lies before each is the conversation's gap.
test::Conversation datagrams(int count, base::Nanoseconds pause, const std::function<std::size_t(std::size_t)>& size)
{
    test::Conversation talk;
    talk.gap = pause;
    for (int i = 0; i < count; ++i) {
        const auto payload = static_cast<std::size_t>(40 + 35 * (i % 8));
        i % 4 == 0 ? talk.udpOut(size(payload)) : talk.udpIn(size(500 + payload));
    }
    return talk;
}

std::size_t same(std::size_t size)
{
    return size;
}

FeatureSet evaded(const FeatureSet& flow, const Evasion& evasion)
{
    base::Rng rng(1);
    return learn::evade(flow, evasion, rng);
}

/// The first statistic that is not within `tolerance` of its size; empty when there is none.
QByteArray difference(const FeatureSet& found, const FeatureSet& expected, double tolerance)
{
    for (std::size_t i = 0; i < expected.statistics.columns; ++i) {
        const auto& name = features::statisticDefinitions()[i].name;
        const double is = found.statistics.row(0)[i];
        const double should = expected.statistics.row(0)[i];
        if (!(std::abs(is - should) <= tolerance * (1 + std::abs(should))))
            return QByteArray(name.data(), static_cast<qsizetype>(name.size())) + ": " + QByteArray::number(is) +
                   " instead of " + QByteArray::number(should);
    }
    return {};
}

const PacketSketches talk{{.payload = 0, .opensOrCloses = true},
                          {.payload = 0, .fromServer = true, .gap = 4e4, .opensOrCloses = true},
                          {.payload = 0, .gap = 10},
                          {.payload = 301, .gap = 100, .push = true},
                          {.payload = 1448, .fromServer = true, .gap = 5e4},
                          {.payload = 1500, .fromServer = true, .gap = 5, .push = true},
                          {.payload = 0, .gap = 20},
                          {.payload = 1, .gap = 61e6, .push = true}};

PacketSketches after(const Evasion& evasion)
{
    base::Rng rng(2);
    return learn::evaded(talk, evasion, rng);
}

std::uint64_t bytesOf(const PacketSketches& packets)
{
    std::uint64_t sum = 0;
    for (const PacketSketch& packet : packets)
        sum += packet.payload;
    return sum;
}

} // namespace

class EvasionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatChangesNothingLeavesEveryBit_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<double>("strength");
        QTest::newRow("multiples of 1") << int(EvasionKind::PadToMultiple) << 1.0;
        QTest::newRow("0 bytes more") << int(EvasionKind::PadRandomly) << 0.0;
        QTest::newRow("one piece") << int(EvasionKind::Split) << 1.0;
        QTest::newRow("as long") << int(EvasionKind::Delay) << 1.0;
        QTest::newRow("no jitter") << int(EvasionKind::Jitter) << 0.0;
        QTest::newRow("no dummies") << int(EvasionKind::Dummies) << 0.0;
    }
    void whatChangesNothingLeavesEveryBit()
    {
        QFETCH(const int, kind);
        QFETCH(const double, strength);
        const Evasion evasion{static_cast<EvasionKind>(kind), strength};
        QVERIFY(after(evasion) == talk);
        for (const int count : {1, 9, 70}) {
            const FeatureSet flow = extracted(datagrams(count, test::milliseconds(30), same));
            const FeatureSet again = evaded(flow, evasion);
            QVERIFY(again.sequences == flow.sequences && again.statistics == flow.statistics);
        }
    }

    void paddingStopsAtAFullSegmentAndSparesTheRest()
    {
        const std::array<std::uint32_t, 8> expected{0, 0, 0, 512, 1448, 1500, 0, 512};
        const auto padded = after({EvasionKind::PadToMultiple, 512});
        for (std::size_t i = 0; i < expected.size(); ++i) {
            QCOMPARE(padded[i].payload, expected[i]);
            QCOMPARE(padded[i].gap, talk[i].gap);
        }
        const auto random = after({EvasionKind::PadRandomly, 255});
        QVERIFY(random[3].payload >= 301 && random[3].payload <= 556 && random[5].payload == 1500);
        QCOMPARE(random[0].payload, 0U);
    }

    void piecesAddUp()
    {
        const auto pieces = after({EvasionKind::Split, 2});
        QCOMPARE(bytesOf(pieces), bytesOf(talk));
        QCOMPARE(pieces.size(), talk.size() + 3); // a byte is not split
        QCOMPARE(pieces[3].payload, 151U);
        QCOMPARE(pieces[4].payload, 150U);
        QVERIFY(!pieces[3].push && pieces[4].push);
        QCOMPARE(pieces[4].gap, 20.0);
        QCOMPARE(pieces[5].gap, 5e4 - 20); // the next packet comes when it came
        QCOMPARE(pieces[7].gap, 0.0);      // 5 us behind what now takes 20
    }

    /// What carries nothing is the kernel's, and how long a pause of a minute is nobody knows.
    void delaysComeBeforeWhatTheProgramSays()
    {
        const auto late = after({EvasionKind::Delay, 10});
        for (std::size_t i = 0; i < talk.size(); ++i)
            QCOMPARE(late[i].gap, i >= 3 && i <= 5 ? 10 * talk[i].gap : talk[i].gap);
    }

    void dummiesComeBehindWhatIsSaid()
    {
        const auto more = after({EvasionKind::Dummies, 1});
        QCOMPARE(more.size(), talk.size() + 4);
        QVERIFY(more[4].payload >= 1 && more[4].payload <= 1400 && more[4].push && !more[4].fromServer);
        QVERIFY(more[6].fromServer);
        QVERIFY(more[4].gap <= 1e3 && std::abs(more[4].gap + more[5].gap - 5e4) < 1e-6);
        std::size_t added = 0;
        for (std::uint64_t seed = 0; seed < 500; ++seed) {
            base::Rng rng(seed);
            added += learn::evaded(talk, {EvasionKind::Dummies, 0.25}, rng).size() - talk.size();
        }
        // 2 000 chances of a quarter: 500, within four deviations of a binomial
        QVERIFY(std::abs(double(added) - 500) < 4 * std::sqrt(2000 * 0.25 * 0.75));
    }

    /// The same conversation with padded datagrams, through assembler and extraction, is the golden value.
    void aPaddedFlowIsThatOfTheOtherSender()
    {
        const auto up = [](std::size_t size) { return (size + 127) / 128 * 128; };
        const FeatureSet padded =
            evaded(extracted(datagrams(20, test::milliseconds(30), same)), {EvasionKind::PadToMultiple, 128});
        const FeatureSet golden = extracted(datagrams(20, test::milliseconds(30), up));
        QVERIFY(padded.sequences == golden.sequences);
        const auto apart = difference(padded, golden, 1e-4);
        QVERIFY2(apart.isEmpty(), apart.constData());
    }

    void aDelayedFlowIsThatOfTheSlowerSender()
    {
        const FeatureSet late =
            evaded(extracted(datagrams(20, test::milliseconds(30), same)), {EvasionKind::Delay, 10});
        const FeatureSet golden = extracted(datagrams(20, test::milliseconds(300), same));
        QVERIFY(late.sequences == golden.sequences);
        const auto apart = difference(late, golden, 1e-4);
        QVERIFY2(apart.isEmpty(), apart.constData());
    }

    /// Behind 32 packets the rest is supposed to be like the beginning. Here it is, but for how many gaps there
    /// are: 96 datagrams in rounds of eight, so that what is supposed comes within a twentieth of what extraction says.
    void aLongFlowChangesAsItsBeginning()
    {
        const auto up = [](std::size_t size) { return (size + 127) / 128 * 128; };
        const FeatureSet flow = extracted(datagrams(96, test::milliseconds(30), same));
        const auto padded = difference(evaded(flow, {EvasionKind::PadToMultiple, 128}),
                                       extracted(datagrams(96, test::milliseconds(30), up)), 0.05);
        QVERIFY2(padded.isEmpty(), padded.constData());
        const auto late = difference(evaded(flow, {EvasionKind::Delay, 10}),
                                     extracted(datagrams(96, test::milliseconds(300), same)), 0.05);
        QVERIFY2(late.isEmpty(), late.constData());
    }

    void whateverARowClaimsNumbersStayFinite()
    {
        base::Rng rng(3);
        FeatureSet wild{base::Matrix(40, features::sequenceLength * features::sequenceFields),
                        base::Matrix(40, features::statisticDefinitions().size())};
        for (base::Matrix* numbers : {&wild.sequences, &wild.statistics}) {
            for (float& value : numbers->values)
                value = static_cast<float>(std::pow(10, 8 * rng.uniform()) * (rng.uniform() < 0.3 ? -1 : 1));
        }
        for (const Evasion& evasion : {Evasion{EvasionKind::PadToMultiple, 512}, Evasion{EvasionKind::PadRandomly, 255},
                                       Evasion{EvasionKind::Split, 4}, Evasion{EvasionKind::Delay, 10},
                                       Evasion{EvasionKind::Jitter, 1.5}, Evasion{EvasionKind::Dummies, 1}}) {
            const FeatureSet result = learn::evade(wild, evasion, rng);
            for (const base::Matrix* numbers : {&result.sequences, &result.statistics})
                QVERIFY(std::ranges::all_of(numbers->values, [](float value) { return std::isfinite(value); }));
        }
    }
};

QTEST_GUILESS_MAIN(EvasionTest)
#include "evasion_test.moc"
