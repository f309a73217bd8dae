// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/features/feature_schema.h"
#include "engine/learn/augment/alterations.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace flowscent;
using learn::PacketSketch;
using learn::PacketSketches;

namespace {

constexpr std::size_t fields = features::sequenceFields;

PacketSketch out(std::uint32_t payload, double gap = 0)
{
    return {.payload = payload, .fromServer = false, .gap = gap};
}

PacketSketch in(std::uint32_t payload, double gap = 0)
{
    return {.payload = payload, .fromServer = true, .gap = gap};
}

PacketSketch pushed(PacketSketch packet)
{
    packet.push = true;
    return packet;
}

PacketSketch flagged(PacketSketch packet)
{
    packet.opensOrCloses = true;
    return packet;
}

/// Any conversation at all: sizes, pauses, flags and windows by chance; the first gap is 0.
PacketSketches anyFlow(base::Rng& rng)
{
    PacketSketches packets;
    const std::uint64_t count = rng.below(40);
    for (std::uint64_t i = 0; i < count; ++i)
        packets.push_back({.payload = static_cast<std::uint32_t>(rng.below(3) == 0 ? 0 : 1 + rng.below(3000)),
                           .fromServer = rng.below(3) == 0,
                           .gap = i == 0 ? 0.0 : std::exp(rng.uniform() * 19),
                           .opensOrCloses = rng.below(8) == 0,
                           .push = rng.below(4) == 0,
                           .windowRatio = rng.normal()});
    return packets;
}

std::uint64_t bytes(const PacketSketches& packets, bool fromServer)
{
    std::uint64_t sum = 0;
    for (const PacketSketch& packet : packets)
        sum += packet.fromServer == fromServer ? packet.payload : 0U;
    return sum;
}

/// Of everything that passed, before the first packet too: a joined segment leaves later than the first of its packets.
double allTime(const PacketSketches& packets)
{
    return learn::timeOf(packets) + (packets.empty() ? 0.0 : packets[0].gap);
}

bool sameTime(const PacketSketches& one, const PacketSketches& other)
{
    return std::abs(allTime(one) - allTime(other)) <= 1e-9 * (1 + allTime(one));
}

bool gapsAreFine(const PacketSketches& packets)
{
    return std::ranges::all_of(packets, [](const PacketSketch& packet) { return packet.gap >= 0; });
}

std::size_t indexOf(std::string_view name)
{
    const auto definitions = features::sequenceDefinitions();
    const auto found = std::ranges::find(definitions, name, &features::FeatureDefinition::name);
    if (found == definitions.end())
        qFatal("no such field");
    return static_cast<std::size_t>(found - definitions.begin());
}

} // namespace

class AlterationsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Field by field against the schema's names and words.
    void aRowSaysWhatTheSchemaSays()
    {
        PacketSketches packets{flagged(out(0, 5)), flagged(in(0, 100)), pushed(out(300, 70e6)), out(200, 7)};
        packets[0].windowRatio = 0.5; // the client's first is its reference from now on
        packets[2].windowRatio = 0.75;
        std::vector<float> row(features::sequenceLength * fields, 9.0F);
        learn::writePackets(packets, row);
        const std::vector<std::pair<std::string_view, std::vector<float>>> expected{
            {"size", {0, 0, 300, 200}},        {"direction", {1, -1, 1, 1}}, {"gap", {0, 100, 60e6F, 7}},
            {"opens_or_closes", {1, 1, 0, 0}}, {"push", {0, 0, 1, 0}},       {"window_ratio", {0, 0, 0.25F, -0.5F}},
            {"burst", {0, 0, 0, 1}},           {"valid", {1, 1, 1, 1}}};
        QCOMPARE(expected.size(), fields);
        for (const auto& [name, values] : expected) {
            for (std::size_t i = 0; i < values.size(); ++i)
                QVERIFY2(row[i * fields + indexOf(name)] == values[i], name.data());
        }
        QVERIFY(std::all_of(row.begin() + 4 * fields, row.end(), [](float value) { return value == 0; }));
    }

    void aRowReadAndWrittenIsTheSame()
    {
        base::Rng rng(1);
        for (int i = 0; i < 200; ++i) {
            std::vector<float> row(features::sequenceLength * fields);
            learn::writePackets(anyFlow(rng), row);
            std::vector<float> again(row.size(), 9.0F);
            learn::writePackets(learn::readPackets(row), again);
            QVERIFY(row == again);
        }
    }

    /// 1448 + 1448 + 104 = 3000 bytes in segments of 1000. The second segment's last byte (2000) came with the second
    /// packet, 10 us after the first; the third's with the third.
    void aMessageIsCutAnew()
    {
        PacketSketches packets{in(1448, 50), in(1448, 10), pushed(in(104, 20))};
        packets[1].windowRatio = 0.5;
        const auto segments = learn::resegment(packets, 1000);
        PacketSketches expected{in(1000, 50), in(1000, 10), pushed(in(1000, 20))};
        expected[1].windowRatio = 0.5;
        QVERIFY(segments == expected);
    }

    /// One packet of 2500 bytes: its pieces leave together, 1000 + 1000 + 500; PSH and FIN belong to the last.
    void aLargePacketIsSplit()
    {
        const auto segments = learn::resegment({out(10), flagged(pushed(out(2500, 30)))}, 1000);
        QVERIFY(segments == (PacketSketches{out(1000, 30), out(1000), flagged(pushed(out(510)))}));
    }

    /// 500 + 500 + 500 without PSH in between fit in one segment of 2000, which leaves with the last.
    void smallPacketsOfAMessageAreJoined()
    {
        const auto segments = learn::resegment({in(500, 5), in(500, 6), pushed(in(500, 7))}, 2000);
        QVERIFY(segments == (PacketSketches{pushed(in(1500, 18))}));
    }

    /// PSH, an empty packet, the other direction, a pause of more than 200 ms and a flag all end a message.
    void whatIsNoMessageStaysApart()
    {
        for (const PacketSketches& packets :
             {PacketSketches{pushed(out(10)), out(10)}, PacketSketches{out(10), out(0), out(10)},
              PacketSketches{out(10), in(10), out(10)}, PacketSketches{out(10), out(10, 200'001)},
              PacketSketches{in(0), flagged(in(10)), in(10)}, PacketSketches{flagged(out(10)), out(10)}})
            QVERIFY(learn::resegment(packets, 1460) == packets);
    }

    void segmentsKeepBytesTimeAndOrder()
    {
        base::Rng rng(2);
        for (int i = 0; i < 500; ++i) {
            const auto packets = anyFlow(rng);
            const auto size = static_cast<std::uint32_t>(64 + rng.below(3000));
            const auto segments = learn::resegment(packets, size);
            QCOMPARE(bytes(segments, false), bytes(packets, false));
            QCOMPARE(bytes(segments, true), bytes(packets, true));
            QVERIFY(sameTime(segments, packets));
            QVERIFY(gapsAreFine(segments));
            for (const auto member : {&PacketSketch::push, &PacketSketch::opensOrCloses})
                QVERIFY(std::ranges::count(segments, true, member) <= std::ranges::count(packets, true, member));
            const auto empty = [](const PacketSketch& packet) { return packet.payload == 0; };
            QCOMPARE(std::ranges::count_if(segments, empty), std::ranges::count_if(packets, empty));
            QVERIFY(std::ranges::all_of(segments, [&](const PacketSketch& packet) {
                return packet.payload <= size || packet.opensOrCloses; // a SYN with data stays whole
            }));
            const auto again = learn::resegment(segments, size);
            QCOMPARE(again.size(), segments.size());
            QVERIFY(again == segments);
        }
    }

    /// Doubled: 3 ms within a burst stay; 20 ms of a turn are 40; of 5 s, one second travels: 6 s; a minute stays.
    void roundTripsAreScaledWhereTheDirectionChanges()
    {
        const PacketSketches packets{out(1), in(1, 20e3), in(1, 3e3), out(1, 5e6), in(1, 60e6)};
        const auto scaled = learn::scaleRoundTrips(packets, 2);
        QVERIFY(scaled == (PacketSketches{out(1), in(1, 40e3), in(1, 3e3), out(1, 6e6), in(1, 60e6)}));
        QVERIFY(learn::scaleRoundTrips(packets, 1) == packets);
        const auto halved = learn::scaleRoundTrips(packets, 0.5);
        QVERIFY(halved == (PacketSketches{out(1), in(1, 10e3), in(1, 3e3), out(1, 4.5e6), in(1, 60e6)}));
    }

    void thereAndBackIsTheSameForRoundTripsBelowASecond()
    {
        const PacketSketches packets{out(1), in(1, 20e3), out(1, 250e3)};
        const auto back = learn::scaleRoundTrips(learn::scaleRoundTrips(packets, 2), 0.5);
        QVERIFY(back == packets); // powers of two are exact
    }

    /// Factors are exp(0.3 z - 0.045): mean 1, deviation of the logarithm 0.3. 20 000 draws, 5 standard errors.
    void jitterHasMeanOneAndTheStatedDeviation()
    {
        PacketSketches packets(20'001, out(1, 1000));
        packets[0].gap = 0;
        base::Rng rng(3);
        const auto shaken = learn::jitter(packets, 0.3, rng);
        double sum = 0;
        double logs = 0;
        double squares = 0;
        for (std::size_t i = 1; i < shaken.size(); ++i) {
            const double factor = shaken[i].gap / 1000;
            QVERIFY(factor > 0);
            sum += factor;
            logs += std::log(factor);
            squares += std::log(factor) * std::log(factor);
        }
        QVERIFY(shaken[0].gap == 0);
        QVERIFY(std::abs(sum / 20'000 - 1) < 5 * 0.307 / std::sqrt(20'000));
        const double mean = logs / 20'000;
        QVERIFY(std::abs(mean + 0.045) < 5 * 0.3 / std::sqrt(20'000));
        QVERIFY(std::abs(std::sqrt(squares / 20'000 - mean * mean) - 0.3) < 5 * 0.3 / std::sqrt(40'000));
        QVERIFY(learn::jitter(packets, 0, rng) == packets);
    }

    /// With a rate of 1 only what is spared is left: the first and the FIN, which comes as late as before.
    void theNextPacketWaitsForALostOne()
    {
        base::Rng rng(4);
        const PacketSketches packets{out(5), in(6, 10), in(7, 20), flagged(out(0, 30)), in(8, 40)};
        QVERIFY(learn::lose(packets, 1, rng) == (PacketSketches{out(5), flagged(out(0, 60))}));
        QVERIFY(learn::lose(packets, 0, rng) == packets);
    }

    /// Binomial: 10 000 packets at 3 %, standard deviation 17.1; five of them.
    void asManyAreLostAndDoubledAsStated()
    {
        PacketSketches packets(10'000, out(1, 100));
        base::Rng rng(5);
        const auto lost = static_cast<double>(packets.size() - learn::lose(packets, 0.03, rng).size());
        QVERIFY2(std::abs(lost - 300) < 86, qPrintable(QString::number(lost)));
        const auto doubled = static_cast<double>(learn::duplicate(packets, 0.03, rng).size() - packets.size());
        QVERIFY2(std::abs(doubled - 300) < 86, qPrintable(QString::number(doubled)));
    }

    void copiesComeBeforeTheNextPacketAndTakeNoTime()
    {
        base::Rng rng(6);
        const PacketSketches packets{out(5), in(6, 10), out(7, 5000)};
        const auto twice = learn::duplicate(packets, 1, rng);
        QCOMPARE(twice.size(), std::size_t(6));
        for (std::size_t i = 0; i < 3; ++i) {
            QCOMPARE(twice[2 * i].payload, packets[i].payload);
            QCOMPARE(twice[2 * i + 1].payload, packets[i].payload);
            QCOMPARE(twice[2 * i + 1].fromServer, packets[i].fromServer);
            QVERIFY(twice[2 * i + 1].gap <= 1000);
        }
        QVERIFY(gapsAreFine(twice));
        const double withoutLastCopy = learn::timeOf(twice) - twice.back().gap;
        QVERIFY(std::abs(withoutLastCopy - 5010) < 1e-9);
        QVERIFY(learn::duplicate(packets, 0, rng) == packets);
    }

    void lossKeepsTimeBetweenWhatIsLeft()
    {
        base::Rng rng(7);
        for (int i = 0; i < 500; ++i) {
            const auto packets = anyFlow(rng);
            auto ended = packets;
            if (!ended.empty())
                ended.back().opensOrCloses = true; // spared, so that all the time is there
            const auto left = learn::lose(ended, 0.3, rng);
            QVERIFY(left.empty() == ended.empty());
            QVERIFY(sameTime(left, ended));
            QVERIFY(gapsAreFine(left));
        }
    }

    void aCutLeavesTheFirst()
    {
        const PacketSketches packets{out(5), in(6, 10), in(7, 20)};
        QVERIFY(learn::truncate(packets, 2) == (PacketSketches{out(5), in(6, 10)}));
        QVERIFY(learn::truncate(learn::truncate(packets, 2), 2) == learn::truncate(packets, 2));
        QVERIFY(learn::truncate(packets, 3) == packets);
        QVERIFY(learn::truncate(packets, 32) == packets);
    }

    void nothingAndOnePacketAreFine()
    {
        base::Rng rng(8);
        const PacketSketches nothing;
        const PacketSketches one{pushed(out(100))};
        QVERIFY(learn::resegment(nothing, 536).empty() && learn::resegment(one, 536) == one);
        QVERIFY(learn::scaleRoundTrips(nothing, 2).empty() && learn::scaleRoundTrips(one, 2) == one);
        QVERIFY(learn::jitter(nothing, 1, rng).empty() && learn::jitter(one, 1, rng) == one);
        QVERIFY(learn::lose(nothing, 1, rng).empty() && learn::lose(one, 1, rng) == one);
        QVERIFY(learn::duplicate(nothing, 1, rng).empty() && learn::duplicate(one, 1, rng).size() == 2);
        QVERIFY(learn::truncate(nothing, 4).empty() && learn::truncate(one, 4) == one);
    }
};

QTEST_GUILESS_MAIN(AlterationsTest)
#include "alterations_test.moc"
