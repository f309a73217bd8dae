// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/features/extract.h"
#include "engine/features/feature_schema.h"
#include "tests/support/flow_builder.h"

using namespace flowscent;
using packet::TcpFlag;

namespace {

constexpr std::size_t ethernetHeader = 14;

struct Circumstances {
    std::uint16_t clientPort = 40000;
    std::uint16_t serverPort = 80;
    base::Nanoseconds start = test::seconds(1'700'000'000);
};

test::Conversation talk(const Circumstances& at, bool handshake = true)
{
    test::Conversation talk;
    talk.clientPort = at.clientPort;
    talk.serverPort = at.serverPort;
    talk.now = at.start;
    const std::uint32_t c = 1000;
    const std::uint32_t s = 5000;
    if (handshake) {
        talk.out({.flags = TcpFlag::Syn, .sequence = c, .window = 64240});
        talk.in({.flags = TcpFlag::Syn | TcpFlag::Ack, .sequence = s, .acknowledged = c + 1, .window = 65160});
        talk.out({.sequence = c + 1, .acknowledged = s + 1, .window = 502});
    }
    talk.out({.flags = TcpFlag::Psh | TcpFlag::Ack, .sequence = c + 1, .acknowledged = s + 1, .payload = 300});
    talk.wait(test::milliseconds(123)).in({.sequence = s + 1, .acknowledged = c + 301, .payload = 1400});
    talk.in({.flags = TcpFlag::Psh | TcpFlag::Ack, .sequence = s + 1401, .acknowledged = c + 301, .payload = 77});
    talk.in({.flags = TcpFlag::Psh | TcpFlag::Ack, .sequence = s + 1401, .acknowledged = c + 301, .payload = 77});
    talk.out({.sequence = c + 301, .acknowledged = s + 1478});
    talk.goodbye(c + 301, s + 1478);
    return talk;
}

flow::FlowRecord assembled(const std::vector<test::Frame>& frames)
{
    const auto reported = test::assemble(frames);
    if (reported.size() != 1)
        qFatal("expected one flow, got %zu", reported.size());
    return reported.front().record;
}

features::FeatureSet featuresOf(const std::vector<test::Frame>& frames)
{
    return features::extract(assembled(frames));
}

std::vector<test::Frame> withByte(std::vector<test::Frame> frames, std::size_t at, std::uint8_t value)
{
    for (test::Frame& frame : frames)
        frame.bytes.at(at) = value++; // another one in every packet
    return frames;
}

} // namespace

/// Beside features_forget: single header bytes, payload, company, and what a wrong guess of the client costs.
class InvarianceTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bytesOfTheHeadersLeaveTheFeaturesAlone_data()
    {
        QTest::addColumn<std::size_t>("at");
        QTest::newRow("type of service") << ethernetHeader + 1;
        QTest::newRow("IP checksum") << ethernetHeader + 10;
        QTest::newRow("TCP checksum") << ethernetHeader + 20 + 16;
    }
    void bytesOfTheHeadersLeaveTheFeaturesAlone()
    {
        QFETCH(const std::size_t, at);
        const auto frames = talk({}).frames;
        const auto changed = withByte(frames, at, 17);
        QVERIFY(changed.front().bytes != frames.front().bytes);
        QVERIFY(featuresOf(frames) == featuresOf(changed));
    }

    void payloadBytesLeaveTheFeaturesAlone()
    {
        auto frames = talk({}).frames;
        const auto before = featuresOf(frames);
        for (test::Frame& frame : frames) {
            for (std::size_t i = ethernetHeader + 40; i < frame.bytes.size(); ++i)
                frame.bytes[i] = static_cast<std::uint8_t>(~frame.bytes[i]);
        }
        QVERIFY(before == featuresOf(frames));
    }

    void otherConversationsInBetweenLeaveTheFeaturesAlone()
    {
        const Circumstances neighbour{.clientPort = 40001, .start = test::seconds(1'700'000'000) + 5};
        const auto reported = test::assemble(test::merged({talk({}), talk(neighbour)}));
        QCOMPARE(reported.size(), 2U);
        const auto alone = featuresOf(talk({}).frames);
        for (const auto& flow : reported)
            QVERIFY(features::extract(flow.record) == alone);
    }

    /// Without a handshake the ports decide who the client is; when they mislead, the roles are swapped, and the
    /// features must show it: size and direction change sign.
    void theOppositeGuessOfTheDirectionGivesOtherFeatures()
    {
        const auto right = talk({.clientPort = 40000, .serverPort = 80}, false).frames;
        const auto wrong = talk({.clientPort = 80, .serverPort = 40000}, false).frames;
        QVERIFY(assembled(right).directionGuessed);
        QVERIFY(assembled(wrong).directionGuessed);
        const auto one = featuresOf(right);
        const auto other = featuresOf(wrong);
        QVERIFY(one != other);
        for (std::size_t packet = 0; packet < features::sequenceLength; ++packet) {
            const std::size_t at = packet * features::sequenceFields;
            QCOMPARE(one.sequences.row(0)[at], -other.sequences.row(0)[at]);
            QCOMPARE(one.sequences.row(0)[at + 1], -other.sequences.row(0)[at + 1]);
        }
        QCOMPARE(one.statistics.row(0)[0], other.statistics.row(0)[1]); // packets out and in
    }
};

QTEST_GUILESS_MAIN(InvarianceTest)
#include "invariance_test.moc"
