// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/features/extract.h"
#include "engine/features/feature_schema.h"
#include "tests/support/flow_builder.h"

using namespace flowscent;
using features::NoiseCounters;
using packet::TcpFlag;

namespace {

flow::FlowRecord only(const test::Conversation& talk)
{
    const auto reported = test::assemble(talk.frames);
    if (reported.size() != 1)
        qFatal("expected one flow, got %zu", reported.size());
    return reported.front().record;
}

/// Three requests of 100 bytes; `meddle` adds noise after the first.
template <class Meddle>
flow::FlowRecord requests(Meddle meddle)
{
    test::Conversation talk;
    talk.handshake();
    talk.out({.flags = TcpFlag::Psh | TcpFlag::Ack, .sequence = 1001, .acknowledged = 5001, .payload = 100});
    talk.in({.sequence = 5001, .acknowledged = 1101, .payload = 50});
    meddle(talk);
    talk.out({.flags = TcpFlag::Psh | TcpFlag::Ack, .sequence = 1101, .acknowledged = 5051, .payload = 100});
    return only(talk);
}

constexpr auto nothing = [](test::Conversation&) {};
constexpr auto retransmission = [](test::Conversation& talk) {
    talk.out({.flags = TcpFlag::Psh | TcpFlag::Ack, .sequence = 1001, .acknowledged = 5001, .payload = 100});
};
constexpr auto keepAlive = [](test::Conversation& talk) { talk.out({.sequence = 1100, .acknowledged = 5051}); };
constexpr auto duplicateAck = [](test::Conversation& talk) {
    talk.out({.sequence = 1101, .acknowledged = 5051}); // this one acknowledges the answer
    talk.out({.sequence = 1101, .acknowledged = 5051});
};

std::size_t validPackets(const features::FeatureSet& set)
{
    std::size_t count = 0;
    for (std::size_t packet = 0; packet < features::sequenceLength; ++packet)
        count += set.sequences.row(0)[packet * features::sequenceFields + 7] > 0.5F ? 1U : 0U;
    return count;
}

flow::Observation seen(std::uint8_t marks, std::uint32_t payload = 10)
{
    return {.sinceStart = 0, .payloadLength = payload, .tcpWindow = 1, .tcpFlags = TcpFlag::Ack, .marks = marks};
}

} // namespace

Q_DECLARE_METATYPE(features::NoiseCounters)

class DenoiseTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aCleanFlowLosesNothing()
    {
        const auto record = requests(nothing);
        NoiseCounters left;
        QCOMPARE(features::denoise(record.observations, left), record.observations);
        QCOMPARE(left, NoiseCounters{});
    }

    void noiseIsCountedByKind_data()
    {
        QTest::addColumn<std::uint8_t>("mark");
        QTest::addColumn<NoiseCounters>("expected");
        QTest::newRow("retransmission") << std::uint8_t(flow::Retransmission) << NoiseCounters{.retransmissions = 1};
        QTest::newRow("out of order") << std::uint8_t(flow::OutOfOrder) << NoiseCounters{.outOfOrder = 1};
        QTest::newRow("keep-alive") << std::uint8_t(flow::KeepAlive) << NoiseCounters{.keepAlives = 1};
        QTest::newRow("duplicate ACK") << std::uint8_t(flow::DuplicateAck) << NoiseCounters{.duplicateAcks = 1};
    }
    void noiseIsCountedByKind()
    {
        QFETCH(const std::uint8_t, mark);
        QFETCH(const NoiseCounters, expected);
        const std::vector observations{seen(0, 1), seen(mark, 2), seen(flow::FromServer, 3)};
        NoiseCounters left;
        const auto kept = features::denoise(observations, left);
        QCOMPARE(kept, (std::vector{observations[0], observations[2]}));
        QCOMPARE(left, expected);
    }

    void aRetransmissionOnTheWireLeavesThePacketsAlone() { leavesTheSequenceAlone(retransmission, 1); }
    void aKeepAliveOnTheWireLeavesThePacketsAlone() { leavesTheSequenceAlone(keepAlive, 1); }

    void theFirstAcknowledgementStaysTheSecondGoes()
    {
        const auto record = requests(duplicateAck);
        NoiseCounters left;
        QCOMPARE(features::denoise(record.observations, left).size(), record.observations.size() - 1);
        QCOMPARE(left, NoiseCounters{.duplicateAcks = 1});
    }

    void aSegmentThatFillsAGapIsLeftOut()
    {
        test::Conversation talk;
        talk.handshake();
        talk.out({.sequence = 1101, .acknowledged = 5001, .payload = 100});
        talk.out({.sequence = 1001, .acknowledged = 5001, .payload = 100});
        const auto record = only(talk);
        NoiseCounters left;
        QCOMPARE(features::denoise(record.observations, left).size(), 4U);
        QCOMPARE(left, NoiseCounters{.outOfOrder = 1});
    }

    void noiseMakesRoomForLaterPackets()
    {
        std::vector<flow::Observation> observations(10, seen(flow::Retransmission));
        for (std::uint32_t i = 0; i < 38; ++i)
            observations.push_back(seen(0, i));
        NoiseCounters left;
        const auto kept = features::denoise(observations, left);
        QCOMPARE(kept.size(), features::sequenceLength);
        QCOMPARE(kept.front().payloadLength, 0U);
        QCOMPARE(kept.back().payloadLength, 31U);
        QCOMPARE(left.retransmissions, 10U);
    }

    void whatComesAfterTheLastPacketIsNotCounted()
    {
        std::vector<flow::Observation> observations(features::sequenceLength, seen(0));
        observations.push_back(seen(flow::Retransmission));
        NoiseCounters left;
        (void)features::denoise(observations, left);
        QCOMPARE(left.total(), 0U);
    }

    void aFlowOfNoiseAloneHasNoPackets()
    {
        flow::FlowRecord record;
        record.observations.assign(5, seen(flow::DuplicateAck));
        QCOMPARE(validPackets(features::extract(record)), 0U);
    }

private:
    /// The same conversation with and without: equal but for the gap that the noise took.
    template <class Noise>
    void leavesTheSequenceAlone(Noise noise, std::uint32_t removed)
    {
        const auto clean = features::extract(requests(nothing));
        const auto noisy = requests(noise);
        NoiseCounters left;
        (void)features::denoise(noisy.observations, left);
        QCOMPARE(left.total(), removed);
        const auto set = features::extract(noisy);
        QCOMPARE(validPackets(set), validPackets(clean));
        for (std::size_t i = 0; i < set.sequences.columns; ++i) {
            if (i % features::sequenceFields != 2)
                QCOMPARE(set.sequences.row(0)[i], clean.sequences.row(0)[i]);
        }
        const auto* name = "noise_share";
        const auto* found =
            std::ranges::find(features::statisticDefinitions(), name, &features::FeatureDefinition::name).base();
        const auto at = static_cast<std::size_t>(found - features::statisticDefinitions().data());
        QCOMPARE(clean.statistics.row(0)[at], 0.0F);
        QCOMPARE(set.statistics.row(0)[at], static_cast<float>(removed) / 7.0F);
    }
};

QTEST_GUILESS_MAIN(DenoiseTest)
#include "denoise_test.moc"
