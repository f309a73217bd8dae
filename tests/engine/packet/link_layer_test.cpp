// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/support/packet_builder.h"

using namespace flowscent;
using namespace flowscent::test;
using packet::decode;
using packet::Decoded;
using packet::SkipReason;

Q_DECLARE_METATYPE(flowscent::test::Bytes)
Q_DECLARE_METATYPE(flowscent::packet::SkipReason)

namespace {

Bytes someTcp()
{
    return tcp({.from = 4242, .to = 443, .payload = 10});
}

/// Ethernet with a type of one's own.
Bytes typed(unsigned type, const Bytes& payload)
{
    Bytes frame(12);
    put16(frame, type);
    return joined(frame, payload);
}

/// RFC 3032: labels of four bytes, the last one with the bottom-of-stack bit.
Bytes mpls(std::size_t labels, const Bytes& payload)
{
    Bytes stack;
    for (std::size_t i = 0; i < labels; ++i)
        put32(stack, static_cast<std::uint32_t>((i + 16) << 12 | (i + 1 == labels ? 0x100 : 0) | 64));
    return joined(stack, payload);
}

/// RFC 2516, section 4: version and type, code, session, length.
Bytes pppoe(const Bytes& ppp, std::uint8_t code = 0)
{
    Bytes head{0x11, code, 0, 1};
    put16(head, static_cast<unsigned>(ppp.size()));
    return joined(head, ppp);
}

/// IEEE 802.11 data to an access point, with LLC and SNAP.
Bytes wlan(const Bytes& ip, bool v6, std::uint8_t control = 0x08, std::uint8_t flags = 0x01, std::size_t header = 24)
{
    Bytes frame{control, flags};
    frame.resize(header);
    put32(frame, 0xaaaa0300);
    put16(frame, 0);
    put16(frame, v6 ? 0x86dd : 0x0800);
    return joined(frame, ip);
}

/// A radiotap header with a time stamp, flags and two words of presence bits.
Bytes radiotap(std::uint8_t flags, const Bytes& frame)
{
    Bytes head{0, 0, 25, 0, 0x03, 0, 0, 0x80, 0, 0, 0, 0};
    head.resize(24); // to the next multiple of eight (16), then the time stamp
    head.push_back(flags);
    return joined(head, frame);
}

/// Netfilter's log: a prefix attribute of five bytes, filled up, then the payload.
Bytes nflog(const Bytes& ip, bool v6)
{
    Bytes head{static_cast<std::uint8_t>(v6 ? 10 : 2), 0, 0, 5, 5, 0, 10, 0, 0, 0, 0, 0};
    head.push_back(static_cast<std::uint8_t>((ip.size() + 4) & 0xff));
    head.push_back(static_cast<std::uint8_t>((ip.size() + 4) >> 8));
    head.push_back(9);
    head.push_back(0);
    return joined(head, ip);
}

} // namespace

/// Frames built from the formats' descriptions.
class LinkLayerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsIpBehindEveryLinkLayer_data()
    {
        QTest::addColumn<Bytes>("frame");
        QTest::addColumn<int>("linkType");
        for (const bool v6 : {false, true}) {
            const Bytes ip = v6 ? ipv6({}, someTcp()) : ipv4({}, someTcp());
            const unsigned type = v6 ? 0x86dd : 0x0800;
            const Bytes protocol{0, static_cast<std::uint8_t>(v6 ? 0x57 : 0x21)};
            const Bytes compressed{protocol[1]};
            const Bytes etherType{static_cast<std::uint8_t>(type >> 8), static_cast<std::uint8_t>(type & 0xff)};
            Bytes hdlc{0x0f, 0};
            put16(hdlc, type);
            Bytes cisco{0x18, 0x41};
            put16(cisco, type);
            Bytes snapped{0x18, 0x41, 0x03, 0x00, 0x80, 0, 0, 0};
            put16(snapped, type);
            const Bytes relay{0x18, 0x41, 0x03, static_cast<std::uint8_t>(v6 ? 0x8e : 0xcc)};
            const auto row = [&](const char* name, const Bytes& frame, int linkType) {
                QTest::addRow("%s, IPv%d", name, v6 ? 6 : 4) << frame << linkType;
            };
            row("MPLS", typed(0x8847, mpls(1, ip)), 1);
            row("MPLS, three labels", typed(0x8847, mpls(3, ip)), 1);
            row("an Ethernet pseudo-wire", typed(0x8847, mpls(1, joined(Bytes(4), typed(type, ip)))), 1);
            row("VN-Tag", typed(0x8926, joined(joined({0, 2, 0, 3}, etherType), ip)), 1);
            row("PPPoE", typed(0x8864, pppoe(joined(protocol, ip))), 1);
            row("PPPoE alone", pppoe(joined(protocol, ip)), 51);
            row("PPP", joined(protocol, ip), 9);
            row("PPP, compressed", joined(compressed, ip), 9);
            row("PPP, framed", joined(joined({0xff, 0x03}, protocol), ip), 50);
            row("PPP with MPLS", joined({0x02, 0x81}, mpls(2, ip)), 9);
            row("PPP with a direction", joined(joined({1, 0xff, 0x03}, protocol), ip), 204);
            row("Cisco HDLC", joined(hdlc, ip), 104);
            row("frame relay", joined(relay, ip), 107);
            row("frame relay, SNAP", joined(snapped, ip), 107);
            row("frame relay, Cisco's", joined(cisco, ip), 107);
            row("802.11", wlan(ip, v6), 105);
            row("802.11, between access points", wlan(ip, v6, 0x08, 0x03, 30), 105);
            row("802.11, quality of service", wlan(ip, v6, 0x88, 0x01, 26), 105);
            row("802.11, quality and extended control", wlan(ip, v6, 0x88, 0x81, 30), 105);
            row("radiotap", radiotap(0, wlan(ip, v6)), 127);
            row("radiotap, padded", radiotap(0x20, wlan(ip, v6, 0x88, 0x01, 28)), 127);
            row("NFLOG", nflog(ip, v6), 239);
        }
    }
    void findsIpBehindEveryLinkLayer()
    {
        QFETCH(Bytes, frame);
        QFETCH(int, linkType);
        const Decoded decoded = decode(frame, linkType);
        QVERIFY2(decoded.headers, std::string(packet::text(decoded.skipped)).c_str());
        QCOMPARE(decoded.headers->source.port, 4242);
        QCOMPARE(decoded.headers->destination.port, 443);
        QCOMPARE(std::size_t{decoded.headers->payloadOffset} + 10, frame.size());
        for (std::size_t length = 0; length < frame.size() - 10; ++length) {
            const Bytes cut(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(length));
            QVERIFY(!decode(cut, linkType).headers);
        }
    }

    void saysWhyThereIsNone_data()
    {
        QTest::addColumn<Bytes>("frame");
        QTest::addColumn<int>("linkType");
        QTest::addColumn<SkipReason>("reason");
        const Bytes ip = ipv4({}, someTcp());
        const auto row = [](const char* name, const Bytes& frame, int linkType, SkipReason reason) {
            QTest::newRow(name) << frame << linkType << reason;
        };
        row("seventeen labels", typed(0x8847, mpls(17, ip)), 1, SkipReason::Malformed);
        row("MPLS without IP", typed(0x8847, mpls(1, Bytes(10, 0x10))), 1, SkipReason::NotIp);
        row("PPPoE's discovery", typed(0x8864, pppoe(joined({0, 0x21}, ip), 9)), 1, SkipReason::NotIp);
        row("PPP's link control", joined({0xc0, 0x21}, ip), 9, SkipReason::NotIp);
        row("802.11 beacon", wlan(ip, false, 0x80), 105, SkipReason::NotIp);
        row("802.11 without data", wlan(ip, false, 0x48), 105, SkipReason::NotIp);
        row("802.11, encrypted", wlan(ip, false, 0x08, 0x41), 105, SkipReason::NotIp);
        row("radiotap shorter than itself", Bytes{0, 0, 7, 0, 0, 0, 0, 0, 0, 0}, 127, SkipReason::Malformed);
        row("NFLOG without payload", Bytes{2, 0, 0, 5, 8, 0, 10, 0, 1, 2, 3, 4}, 239, SkipReason::NotIp);
        row("NFLOG that stands still", Bytes{2, 0, 0, 5, 0, 0, 9, 0, 1, 2, 3, 4}, 239, SkipReason::Malformed);
    }
    void saysWhyThereIsNone()
    {
        QFETCH(Bytes, frame);
        QFETCH(int, linkType);
        QFETCH(SkipReason, reason);
        const Decoded decoded = decode(frame, linkType);
        QVERIFY(!decoded.headers);
        QCOMPARE(decoded.skipped, reason);
    }

    /// Frames within frames within frames: a megabyte of them must not overflow the stack.
    void endlessNestingIsRefused()
    {
        Bytes layers = typed(0x8847, {});
        for (int i = 0; i < 50'000; ++i)
            put(layers, joined(mpls(1, Bytes(4)), typed(0x8847, {})));
        QCOMPARE(decode(joined(layers, ipv4({}, someTcp())), 1).skipped, SkipReason::Malformed);
        Bytes llc(12);
        put16(llc, 100);
        for (int i = 0; i < 50'000; ++i) {
            put32(llc, 0xaaaa0300);
            put16(llc, 0);
            put16(llc, 0x8847);
            put(llc, joined(mpls(1, Bytes(4)), typed(100, {})));
        }
        QCOMPARE(decode(llc, 1).skipped, SkipReason::Malformed);
    }
};

QTEST_GUILESS_MAIN(LinkLayerTest)
#include "link_layer_test.moc"
