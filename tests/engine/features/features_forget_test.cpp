// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/features/extract.h"
#include "tests/support/flow_builder.h"

using namespace flowscent;

namespace {

constexpr std::size_t timeToLive = 14 + 8; ///< offsets in an Ethernet frame with IPv4
constexpr std::size_t identification = 14 + 4;

/// Who talks, and when: everything that must not matter.
struct Costume {
    const char* client = "10.0.0.1";
    const char* server = "10.0.0.2";
    std::uint16_t clientPort = 40000;
    std::uint16_t serverPort = 443;
    base::Nanoseconds start = test::seconds(1'700'000'000);
    std::uint32_t clientNumbers = 1000;
    std::uint32_t serverNumbers = 5000;
    std::uint8_t macAndMore = 0; ///< added to MAC addresses, TTL and IP ID
};

/// The same talk in any costume: a handshake, three requests, one of them sent twice, and the end.
features::FeatureSet talk(const Costume& costume)
{
    test::Conversation talk;
    talk.client = costume.client;
    talk.server = costume.server;
    talk.clientPort = costume.clientPort;
    talk.serverPort = costume.serverPort;
    talk.now = costume.start;
    using packet::TcpFlag;
    std::uint32_t mine = costume.clientNumbers;
    std::uint32_t theirs = costume.serverNumbers;
    talk.out({.flags = TcpFlag::Syn, .sequence = mine});
    talk.in({.flags = TcpFlag::Syn | TcpFlag::Ack, .sequence = theirs, .acknowledged = ++mine});
    talk.out({.sequence = mine, .acknowledged = ++theirs});
    for (std::uint32_t i = 0; i < 3; ++i) {
        const std::uint32_t asked = 100 + 50 * i;
        for (std::uint32_t times = 0; times < (i == 1 ? 2U : 1U); ++times)
            talk.out(
                {.flags = TcpFlag::Psh | TcpFlag::Ack, .sequence = mine, .acknowledged = theirs, .payload = asked});
        mine += asked;
        talk.in({.flags = TcpFlag::Psh | TcpFlag::Ack, .sequence = theirs, .acknowledged = mine, .payload = 900});
        theirs += 900;
        talk.wait(test::milliseconds(700));
    }
    talk.goodbye(mine, theirs);
    for (test::Frame& frame : talk.frames) {
        for (std::size_t i = 0; i < 12; ++i)
            frame.bytes[i] = static_cast<std::uint8_t>(frame.bytes[i] + costume.macAndMore);
        if (frame.bytes[12] == 0x08) {
            frame.bytes[timeToLive] = static_cast<std::uint8_t>(frame.bytes[timeToLive] - costume.macAndMore);
            frame.bytes[identification] = static_cast<std::uint8_t>(frame.bytes[identification] + costume.macAndMore);
        }
    }
    const auto reported = test::assemble(talk.frames);
    if (reported.size() != 1)
        qFatal("%zu flows instead of one", reported.size());
    return features::extract(reported.front().record);
}

} // namespace

/// The model must learn what a flow does, not who it is: nothing of this may reach it.
class FeaturesForgetTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whoAndWhen_data()
    {
        QTest::addColumn<int>("which");
        const char* names[] = {"addresses",          "ports", "clock", "sequence numbers", "numbers that wrap around",
                               "MAC, TTL and IP ID", "IPv6"};
        for (int i = 0; i < 7; ++i)
            QTest::newRow(names[i]) << i;
    }
    void whoAndWhen()
    {
        QFETCH(const int, which);
        const Costume costumes[] = {{.client = "203.0.113.77", .server = "198.51.100.200"},
                                    {.clientPort = 61234, .serverPort = 8081},
                                    {.start = test::seconds(86'400) + 12'345},
                                    {.clientNumbers = 77'777'777, .serverNumbers = 3'000'000'000},
                                    {.clientNumbers = 0xFFFFFF00, .serverNumbers = 0xFFFFFFF0},
                                    {.macAndMore = 17},
                                    {.client = "2001:db8::99", .server = "2001:db8:1::1"}};
        const auto plain = talk({});
        const auto other = talk(costumes[which]);
        QVERIFY(plain.size() == 1);
        QVERIFY(plain == other);
    }

    /// The comparison above can fail: behaviour does matter.
    void whatIsDoneMatters()
    {
        test::Conversation one;
        one.handshake().out({.sequence = 1001, .acknowledged = 5001, .payload = 10});
        test::Conversation two;
        two.handshake().out({.sequence = 1001, .acknowledged = 5001, .payload = 11});
        const auto features = [](const test::Conversation& talk) {
            return features::extract(test::assemble(talk.frames).front().record);
        };
        QVERIFY(!(features(one) == features(two)));
    }
};

QTEST_GUILESS_MAIN(FeaturesForgetTest)
#include "features_forget_test.moc"
