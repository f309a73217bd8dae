// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/packet/headers.h"
#include "tests/support/packet_builder.h"

using namespace flowscent::packet;
using namespace flowscent::test;

Q_DECLARE_METATYPE(flowscent::packet::SkipReason)
Q_DECLARE_METATYPE(flowscent::test::Bytes)

class DecodeTest : public QObject {
    Q_OBJECT

    static Bytes someTcp() { return tcp({.from = 4242, .to = 443, .payload = 10}); }

private Q_SLOTS:
    void findsIpBehindEveryLinkLayer_data()
    {
        QTest::addColumn<Bytes>("frame");
        QTest::addColumn<int>("linkType");
        QTest::addColumn<int>("vlan");
        for (const bool v6 : {false, true}) {
            const Bytes ip = v6 ? ipv6({}, someTcp()) : ipv4({}, someTcp());
            const auto row = [&](const char* name, const Bytes& frame, int linkType, int vlan = 0) {
                QTest::addRow("%s, IPv%d", name, v6 ? 6 : 4) << frame << linkType << vlan;
            };
            row("Ethernet", ethernet(ip), 1);
            row("VLAN", ethernet(ip, {7}), 1, 7);
            row("QinQ", ethernet(ip, {100, 7}), 1, 100);
            row("eight tags", ethernet(ip, {1, 2, 3, 4, 5, 6, 7, 8}), 1, 1);
            row("Linux SLL", linuxSll(ip), 113);
            row("Linux SLL2", linuxSll2(ip), 276);
            for (const int raw : {12, 14, 101})
                row("RAW", ip, raw);
            row("one IP version only", ip, v6 ? 229 : 228);
            row("NULL, little-endian", loopback(ip, false), 0);
            row("NULL, big-endian", loopback(ip, true), 0);
            row("LOOP", loopback(ip, true), 108);
            row("LLC and SNAP", snap(ip), 1);
        }
    }
    void findsIpBehindEveryLinkLayer()
    {
        QFETCH(Bytes, frame);
        QFETCH(int, linkType);
        QFETCH(int, vlan);
        const Decoded decoded = decode(frame, linkType);
        QVERIFY(decoded.headers);
        QCOMPARE(decoded.headers->source.port, 4242);
        QCOMPARE(decoded.headers->destination.port, 443);
        QCOMPARE(decoded.headers->payloadLength, 10U);
        QCOMPARE(int{decoded.headers->vlan}, vlan);
        QCOMPARE(std::size_t{decoded.headers->payloadOffset} + 10, frame.size());
    }

    void readsTheFieldsOfTcp()
    {
        const auto flags = TcpFlag::Psh | TcpFlag::Ack;
        const Bytes segment = tcp({.from = 1,
                                   .to = 65535,
                                   .flags = flags,
                                   .sequence = 0xfedc'ba98,
                                   .acknowledged = 0x0123'4567,
                                   .window = 0xabcd,
                                   .payload = 3,
                                   .options = 12});
        const auto headers = decode(ethernet(ipv4({.from = "192.0.2.1", .to = "198.51.100.2"}, segment)), 1).headers;
        QVERIFY(headers);
        QCOMPARE(text(headers->source.address), std::string("192.0.2.1"));
        QCOMPARE(text(headers->destination.address), std::string("198.51.100.2"));
        QCOMPARE(int{headers->protocol}, 6);
        QCOMPARE(int{headers->tcpFlags}, int{flags});
        QCOMPARE(headers->tcpSequence, 0xfedc'ba98U);
        QCOMPARE(headers->tcpAcknowledged, 0x0123'4567U);
        QCOMPARE(int{headers->tcpWindow}, 0xabcd);
        QCOMPARE(headers->payloadLength, 3U);
        QCOMPARE(headers->payloadOffset, 14U + 20 + 20 + 12);
        QCOMPARE(headers->ipLength, 20U + 20 + 12 + 3);
    }

    void otherTransportsHavePortsToo()
    {
        const auto datagram = decode(ethernet(ipv4({.protocol = 17}, udp(53, 4444, 30))), 1).headers;
        QVERIFY(datagram && datagram->source.port == 53 && datagram->payloadLength == 30);
        const auto chunk = decode(ethernet(ipv6({.protocol = 132}, sctp(36412, 7, 16))), 1).headers;
        QVERIFY(chunk && chunk->destination.port == 7 && chunk->payloadLength == 16);
    }

    /// Community ID: a query and its answer carry each other's type as port; an error carries type and code.
    void icmpTypesStandForPorts()
    {
        const auto ports = [](std::uint8_t protocol, std::uint8_t type, std::uint8_t code) {
            const bool v6 = protocol == 58;
            const auto headers = decode(ethernet(ipPacket(protocol, v6 ? "fe80::1" : "10.0.0.1",
                                                          v6 ? "fe80::2" : "10.0.0.2", icmp(type, code))),
                                        1)
                                     .headers;
            return std::pair(headers->source.port, headers->destination.port);
        };
        QCOMPARE(ports(1, 8, 0), std::pair(std::uint16_t{8}, std::uint16_t{0}));
        QCOMPARE(ports(1, 0, 0), std::pair(std::uint16_t{0}, std::uint16_t{8}));
        QCOMPARE(ports(1, 3, 13), std::pair(std::uint16_t{3}, std::uint16_t{13}));
        QCOMPARE(ports(58, 128, 0), std::pair(std::uint16_t{128}, std::uint16_t{129}));
        QCOMPARE(ports(58, 140, 1), std::pair(std::uint16_t{140}, std::uint16_t{139}));
        QCOMPARE(ports(58, 1, 4), std::pair(std::uint16_t{1}, std::uint16_t{4}));
    }

    void ipv4OptionsAreSkipped()
    {
        const auto headers = decode(ethernet(ipv4({.options = 40}, someTcp())), 1).headers;
        QVERIFY(headers && headers->source.port == 4242 && headers->payloadLength == 10);
    }

    void ipv6ExtensionHeadersAreWalked()
    {
        const Ipv6Extension hopByHop{0, Bytes(7)};
        const Ipv6Extension routing{43, joined({1}, Bytes(14))};
        const Ipv6Extension authentication{51, joined({4}, Bytes(22))};
        const Ipv6Extension destination{60, Bytes(7)};
        const auto headers =
            decode(ethernet(ipv6({.extensions = {hopByHop, routing, authentication, destination}}, someTcp())), 1)
                .headers;
        QVERIFY(headers);
        QCOMPARE(headers->source.port, 4242);
        QCOMPARE(headers->payloadLength, 10U);
        QCOMPARE(headers->ipLength, 40U + 8 + 16 + 24 + 8 + 30);
    }

    void theFirstFragmentHasPortsAndLaterOnesAreCounted()
    {
        const auto first = decode(ethernet(ipv4({.fragment = 0x2000}, someTcp())), 1).headers;
        QVERIFY(first && first->source.port == 4242);
        const auto later = decode(ethernet(ipv4({.fragment = 0x2001}, someTcp())), 1);
        QVERIFY(!later.headers);
        QCOMPARE(later.skipped, SkipReason::LaterFragment);
        const Ipv6Extension firstFragment{44, {0, 0, 1, 0, 0, 0, 1}};
        QVERIFY(decode(ethernet(ipv6({.extensions = {firstFragment}}, someTcp())), 1).headers);
        const Ipv6Extension laterFragment{44, {0, 1, 0x50, 0, 0, 0, 1}};
        QCOMPARE(decode(ethernet(ipv6({.extensions = {laterFragment}}, someTcp())), 1).skipped,
                 SkipReason::LaterFragment);
    }

    /// 60 bytes is the shortest Ethernet frame: what fills it up is no payload.
    void paddingIsNoPayload()
    {
        const Bytes frame = ethernet(ipv4({}, tcp({.payload = 1})), {}, true);
        QCOMPARE(frame.size(), std::size_t(60));
        QCOMPARE(decode(frame, 1).headers->payloadLength, 1U);
    }

    /// Segmentation offload: the card fills the length in after the capture saw the packet.
    void aLengthOfZeroMeansTheRestOfTheFrame()
    {
        const Bytes segment = tcp({.payload = 3000});
        QCOMPARE(decode(ethernet(ipv4({.totalLength = 0}, segment)), 1).headers->payloadLength, 3000U);
        QCOMPARE(decode(ethernet(ipv6({.payloadLength = 0}, segment)), 1).headers->payloadLength, 3000U);
    }

    void payloadThatWasNotCapturedCounts()
    {
        Bytes frame = ethernet(ipv4({}, tcp({.payload = 1000})));
        frame.resize(14 + 20 + 20);
        QCOMPARE(decode(frame, 1).headers->payloadLength, 1000U);
    }

    void saysWhyAFrameBelongsToNoFlow_data()
    {
        QTest::addColumn<Bytes>("frame");
        QTest::addColumn<int>("linkType");
        QTest::addColumn<SkipReason>("reason");
        const auto row = [](const char* name, const Bytes& frame, SkipReason reason, int linkType = 1) {
            QTest::newRow(name) << frame << linkType << reason;
        };
        row("USB", ethernet(ipv4({}, someTcp())), SkipReason::UnknownLinkType, 189);
        Bytes arp = ethernet(ipv4({}, someTcp()));
        arp[13] = 0x06;
        row("ARP", arp, SkipReason::NotIp);
        row("unknown family", joined({9, 0, 0, 0}, ipv4({}, someTcp())), SkipReason::NotIp, 0);
        row("GRE", ethernet(ipv4({.protocol = 47}, someTcp())), SkipReason::OtherProtocol);
        row("IP version 5", joined({0x55}, Bytes(60)), SkipReason::Malformed, 101);
        Bytes shortHeader = ipv4({}, someTcp());
        shortHeader[0] = 0x44;
        row("IPv4 header of 16 bytes", shortHeader, SkipReason::Malformed, 101);
        row("IPv4 length below its header", ipv4({.totalLength = 19}, someTcp()), SkipReason::Malformed, 101);
        row("no room for the TCP header", ipv4({.totalLength = 39}, someTcp()), SkipReason::Malformed, 101);
        Bytes shortTcp = ipv4({}, someTcp());
        shortTcp[20 + 12] = 0x40;
        row("TCP header of 16 bytes", shortTcp, SkipReason::Malformed, 101);
        row("nine VLAN tags", ethernet(ipv4({}, someTcp()), {1, 2, 3, 4, 5, 6, 7, 8, 9}), SkipReason::Malformed);
        const std::vector<Ipv6Extension> many(17, Ipv6Extension{60, Bytes(7)});
        row("17 extension headers", ipv6({.extensions = many}, someTcp()), SkipReason::Malformed, 101);
        row("an extension header longer than the packet", ipv6({.extensions = {{60, joined({200}, Bytes(6))}}}, {}),
            SkipReason::Malformed, 101);
    }
    void saysWhyAFrameBelongsToNoFlow()
    {
        QFETCH(Bytes, frame);
        QFETCH(int, linkType);
        QFETCH(SkipReason, reason);
        const Decoded decoded = decode(frame, linkType);
        QVERIFY(!decoded.headers);
        QCOMPARE(decoded.skipped, reason);
    }

    void aHeaderCutAnywhereIsCountedAsSuch_data()
    {
        QTest::addColumn<Bytes>("frame");
        QTest::addColumn<int>("linkType");
        QTest::addColumn<int>("headers");
        const auto row = [](const char* name, const Bytes& frame, int linkType, std::size_t headers) {
            QTest::newRow(name) << frame << linkType << int(headers);
        };
        row("Ethernet, VLAN, IPv4, TCP", ethernet(ipv4({}, someTcp()), {5}), 1, 18 + 20 + 20);
        row("SLL, IPv6, UDP", linuxSll(ipv6({.protocol = 17}, udp(1, 2, 50))), 113, 16 + 40 + 8);
        row("SLL2, IPv4, SCTP", linuxSll2(ipv4({.protocol = 132}, sctp(1, 2, 50))), 276, 20 + 20 + 12);
        row("NULL, IPv4, ICMP", loopback(ipv4({.protocol = 1}, icmp(8, 0, 50)), false), 0, 4 + 20 + 4);
        const Ipv6Extension options{60, Bytes(7)};
        row("RAW, IPv6, options, TCP", ipv6({.extensions = {options}}, someTcp()), 101, 40 + 8 + 20);
    }
    void aHeaderCutAnywhereIsCountedAsSuch()
    {
        QFETCH(Bytes, frame);
        QFETCH(int, linkType);
        QFETCH(int, headers);
        for (std::size_t length = 0; length < frame.size(); ++length) {
            // A block of its own, so that the address sanitizer sees a read beyond its end.
            const Bytes cut(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(length));
            const Decoded decoded = decode(cut, linkType);
            QCOMPARE(decoded.headers.has_value(), length >= std::size_t(headers));
            if (!decoded.headers)
                QCOMPARE(decoded.skipped, SkipReason::TruncatedHeader);
        }
    }
};

QTEST_GUILESS_MAIN(DecodeTest)
#include "decode_test.moc"
