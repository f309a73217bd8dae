// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/support/packet_builder.h"

using namespace flowscent;
using namespace flowscent::test;
using packet::decode;
using packet::Decoded;
using packet::SkipReason;
using packet::Tunnel;

Q_DECLARE_METATYPE(flowscent::test::Bytes)
Q_DECLARE_METATYPE(flowscent::packet::Tunnel)

namespace {

constexpr int raw = 101;

Bytes inner(bool v6)
{
    const Bytes segment = tcp({.from = 4242, .to = 443, .payload = 10});
    return v6 ? ipv6({.from = "2001:db8::a", .to = "2001:db8::b"}, segment)
              : ipv4({.from = "192.0.2.10", .to = "192.0.2.11"}, segment);
}

/// RFC 2890: flags and version, type, then four bytes for each flag.
Bytes gre(unsigned flags, unsigned type, std::size_t optional, const Bytes& payload)
{
    Bytes head;
    put16(head, flags);
    put16(head, type);
    head.resize(4 + optional);
    return joined(head, payload);
}

/// A datagram of UDP to a tunnel's port.
Bytes overUdp(bool v6, std::uint16_t from, std::uint16_t to, const Bytes& payload)
{
    Bytes head = udp(from, to, payload.size());
    head.resize(8);
    const Bytes datagram = joined(head, payload);
    return v6 ? ipv6({.protocol = 17}, datagram) : ipv4({.protocol = 17}, datagram);
}

Bytes outer(bool v6, std::uint8_t protocol, const Bytes& payload)
{
    return v6 ? ipv6({.protocol = protocol}, payload) : ipv4({.protocol = protocol}, payload);
}

} // namespace

class TunnelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theInnerFlowIsTheFlow_data()
    {
        QTest::addColumn<Bytes>("frame");
        QTest::addColumn<Tunnel>("tunnel");
        for (const bool outside : {false, true}) {
            for (const bool inside : {false, true}) {
                const Bytes ip = inner(inside);
                const unsigned type = inside ? 0x86dd : 0x0800;
                const std::uint8_t ppp = inside ? 0x57 : 0x21;
                const auto row = [&](const char* name, std::uint8_t protocol, const Bytes& payload, Tunnel tunnel) {
                    QTest::addRow("%s: IPv%d in IPv%d", name, inside ? 6 : 4, outside ? 6 : 4)
                        << outer(outside, protocol, payload) << tunnel;
                };
                row("IP", inside ? 41 : 4, ip, Tunnel::Ip);
                row("GRE", 47, gre(0, type, 0, ip), Tunnel::Gre);
                row("GRE with checksum, key and number", 47, gre(0xb000, type, 12, ip), Tunnel::Gre);
                row("bridged", 47, gre(0x2000, 0x6558, 4, ethernet(ip, {5})), Tunnel::Gre);
                row("ERSPAN I", 47, gre(0, 0x88be, 0, ethernet(ip)), Tunnel::Erspan);
                row("ERSPAN II", 47, gre(0x1000, 0x88be, 4 + 8, ethernet(ip)), Tunnel::Erspan);
                row("ERSPAN III", 47, gre(0x1000, 0x22eb, 4 + 12, ethernet(ip)), Tunnel::Erspan);
                row("PPTP", 47, gre(0x3081, 0x880b, 4 + 4 + 4, joined({0xff, 0x03, 0x00, ppp}, ip)), Tunnel::Pptp);
                const auto over = [&](const char* name, std::uint16_t port, const Bytes& payload, Tunnel tunnel) {
                    QTest::addRow("%s: IPv%d in IPv%d", name, inside ? 6 : 4, outside ? 6 : 4)
                        << overUdp(outside, 50000, port, payload) << tunnel;
                };
                // RFC 7348, section 5: flag I, then the 24-bit network identifier.
                over("VXLAN", 4789, joined({0x08, 0, 0, 0, 0, 0, 42, 0}, ethernet(ip)), Tunnel::Vxlan);
                over("VXLAN of Linux", 8472, joined({0x08, 0, 0, 0, 0, 0, 42, 0}, ethernet(ip, {7})), Tunnel::Vxlan);
                // RFC 8926, section 3.4: options in units of four bytes.
                over("Geneve", 6081, joined({0, 0, 0x65, 0x58, 0, 0, 42, 0}, ethernet(ip)), Tunnel::Geneve);
                over("Geneve with options", 6081,
                     joined({2, 0, 0x65, 0x58, 0, 0, 42, 0, 1, 2, 3, 4, 5, 6, 7, 8}, ethernet(ip)), Tunnel::Geneve);
                // 3GPP TS 29.281, figures 5.1-1 and 5.2.1-1.
                over("GTP-U", 2152, joined({0x30, 0xff, 0, 0, 0, 0, 0, 1}, ip), Tunnel::Gtp);
                over("GTP-U with a number", 2152, joined({0x32, 0xff, 0, 0, 0, 0, 0, 1, 0, 9, 0, 0}, ip), Tunnel::Gtp);
                over("GTP-U with an extension", 2152,
                     joined({0x34, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 9, 0}, ip), Tunnel::Gtp);
                if (inside) { // RFC 4380, sections 5.1.1
                    over("Teredo", 3544, ip, Tunnel::Teredo);
                    over("Teredo with its origin", 3544, joined({0, 0, 1, 2, 3, 4, 5, 6}, ip), Tunnel::Teredo);
                    over("Teredo with authentication", 3544,
                         joined({0, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 1, 2, 3, 4, 5, 6}, ip), Tunnel::Teredo);
                }
                row("GRE in IP", inside ? 41 : 4, outer(inside, 47, gre(0, type, 0, ip)), Tunnel::Ip);
            }
        }
    }
    void theInnerFlowIsTheFlow()
    {
        QFETCH(Bytes, frame);
        QFETCH(Tunnel, tunnel);
        const Decoded decoded = decode(frame, raw);
        QVERIFY2(decoded.headers, std::string(packet::text(decoded.skipped)).c_str());
        QCOMPARE(decoded.headers->tunnel, tunnel);
        QCOMPARE(decoded.headers->source.port, 4242);
        const std::string client = packet::text(decoded.headers->source.address);
        QVERIFY2(client == "192.0.2.10" || client == "2001:db8::a", client.c_str());
        QCOMPARE(decoded.headers->payloadLength, 10U);
        QCOMPARE(std::size_t{decoded.headers->payloadOffset} + 10, frame.size());
        for (std::size_t length = 0; length < frame.size() - 10; ++length) {
            const Bytes cut(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(length));
            const auto headers = decode(cut, raw).headers; // over UDP, what is cut is still the outer flow
            QVERIFY(!headers || (headers->tunnel == Tunnel::None && headers->source.port == 50000));
        }
    }

    void whatOnlyUsesATunnelsPortIsItsOwnFlow()
    {
        for (const std::uint16_t port : std::initializer_list<std::uint16_t>{4789, 8472, 6081, 2152, 3544}) {
            for (const Bytes& payload : {Bytes{}, Bytes(3), Bytes(40), Bytes(64, 0xff)}) {
                const Decoded decoded = decode(overUdp(false, 50000, port, payload), raw);
                QVERIFY(decoded.headers);
                QCOMPARE(decoded.headers->tunnel, Tunnel::None);
                QCOMPARE(decoded.headers->destination.port, port);
                QCOMPARE(decoded.headers->payloadLength, static_cast<std::uint32_t>(payload.size()));
            }
        }
    }

    void aPlainFlowIsInNoTunnel() { QCOMPARE(decode(inner(false), raw).headers->tunnel, Tunnel::None); }

    void aTunnelWithoutIpIsCounted()
    {
        QCOMPARE(decode(outer(false, 47, gre(0, 0x0806, 0, Bytes(28))), raw).skipped, SkipReason::OtherProtocol);
        QCOMPARE(decode(outer(false, 47, gre(0x0002, 0x0800, 0, inner(false))), raw).skipped,
                 SkipReason::OtherProtocol); // GRE of a version that is not known
        QCOMPARE(decode(outer(false, 4, Bytes(40)), raw).skipped, SkipReason::Malformed);
    }

    void endlessTunnelsAreRefused()
    {
        Bytes frame = inner(false);
        for (int i = 0; i < 4; ++i)
            frame = ipv4({.protocol = 4}, frame);
        QVERIFY(decode(frame, raw).headers);
        QCOMPARE(decode(ipv4({.protocol = 4}, frame), raw).skipped, SkipReason::Malformed);
    }
};

QTEST_GUILESS_MAIN(TunnelTest)
#include "tunnel_test.moc"
