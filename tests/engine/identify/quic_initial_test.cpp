// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/identify/quic_initial.h"
#include "tests/engine/identify/hello_builder.h"
#include "tests/engine/identify/rfc9001_packets.h"

using namespace flowscent::identify;
namespace test = flowscent::test;

namespace {

test::Bytes opened(const test::Bytes& packet, bool fromClient)
{
    Bytes datagram = packet;
    const auto initial = nextInitial(datagram);
    if (!initial)
        return {};
    const auto frames = openInitial(*initial, test::fromHex(test::rfc9001Connection), fromClient);
    FirstBytes stream;
    if (!frames || !collectCrypto(*frames, stream))
        return {};
    return {stream.bytes().begin(), stream.bytes().end()};
}

} // namespace

class QuicInitialTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void opensTheClientsPacketOfTheRfc()
    {
        QCOMPARE(opened(test::fromHex(test::rfc9001ClientPacket), true), test::fromHex(test::rfc9001ClientHello));
    }

    void opensTheServersPacketOfTheRfc()
    {
        QCOMPARE(opened(test::fromHex(test::rfc9001ServerPacket), false), test::fromHex(test::rfc9001ServerHello));
    }

    void opensNothingWhoseSealIsBroken()
    {
        test::Bytes packet = test::fromHex(test::rfc9001ClientPacket);
        QVERIFY(opened(packet, false).empty()); // the other side's keys
        packet.back() ^= 1;
        QVERIFY(opened(packet, true).empty());
    }

    void findsThePacketBehindAnother()
    {
        const test::Bytes client = test::fromHex(test::rfc9001ClientPacket);
        const test::Bytes both = test::joined(client, test::fromHex(test::rfc9001ServerPacket));
        Bytes datagram = both;
        QVERIFY(nextInitial(datagram).has_value());
        const auto second = nextInitial(datagram);
        QVERIFY(second.has_value());
        QCOMPARE(second->packet.size(), both.size() - client.size());
        QVERIFY(!nextInitial(datagram).has_value());
    }

    void refusesCutPackets()
    {
        const test::Bytes whole = test::fromHex(test::rfc9001ClientPacket);
        for (std::size_t length = 0; length < whole.size(); ++length) {
            Bytes datagram = Bytes(whole).first(length);
            QVERIFY(!nextInitial(datagram).has_value());
        }
    }

    void refusesOtherVersionsAndShortHeaders()
    {
        for (const auto* hex : {"c0000000020883", "40aabbccdd", "c0ff00001700"}) {
            const test::Bytes packet = test::joined(test::fromHex(hex), test::Bytes(1200));
            Bytes datagram = packet;
            QVERIFY(!nextInitial(datagram).has_value());
        }
    }

    /// RFC 9000, sections 19.3 and 19.6: an acknowledgement of two ranges, then pieces out of order.
    void collectsPiecesFromBetweenOtherFrames()
    {
        FirstBytes stream;
        QVERIFY(collectCrypto(test::fromHex("02"
                                            "05"
                                            "4064"
                                            "01"
                                            "00"
                                            "01"
                                            "01"
                                            "0603026c6f"
                                            "000000"
                                            "01"
                                            "060003"
                                            "68656c"),
                              stream));
        QCOMPARE(std::string(characters(stream.bytes())), "hello");
        QVERIFY(!collectCrypto(test::fromHex("0600ff68"), stream)); // longer than the packet
        QVERIFY(!collectCrypto(test::fromHex("08000000"), stream)); // a STREAM frame
    }
};

QTEST_GUILESS_MAIN(QuicInitialTest)
#include "quic_initial_test.moc"
