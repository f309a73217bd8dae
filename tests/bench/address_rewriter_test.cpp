// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/packet/headers.h"
#include "tests/bench/address_rewriter.h"
#include "tests/support/packet_builder.h"

#include <set>

using namespace flowscent;
using namespace flowscent::test;
using bench::AddressRewriter;

namespace {

constexpr int rawIp = 12;

Bytes rewritten(Bytes datagram, std::uint32_t number)
{
    AddressRewriter(number).rewrite(datagram);
    return datagram;
}

/// RFC 1071: over everything that a checksum covers, the checksum too, the sum is all ones.
unsigned sum(const Bytes& bytes, std::size_t begin, std::size_t length, unsigned begun = 0)
{
    for (std::size_t i = 0; i < length; ++i)
        begun += i % 2 == 0 ? bytes[begin + i] * 256U : bytes[begin + i];
    while (begun > 0xffff)
        begun = (begun & 0xffff) + (begun >> 16);
    return begun;
}

bool holds(const Bytes& datagram, std::uint8_t protocol)
{
    const bool v6 = datagram[0] >> 4 == 6;
    const std::size_t header = v6 ? 40 : 20;
    const std::size_t length = datagram.size() - header;
    const unsigned pseudo = sum(datagram, v6 ? 8 : 12, v6 ? 32 : 8, static_cast<unsigned>(protocol + length));
    return (v6 || sum(datagram, 0, header) == 0xffff) && sum(datagram, header, length, pseudo) == 0xffff;
}

packet::Headers headersOf(const Bytes& datagram)
{
    return packet::decode(datagram, rawIp).headers.value();
}

} // namespace

class AddressRewriterTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyCopyIsBetweenOtherHosts()
    {
        std::set<std::string> seen;
        for (std::uint32_t number = 0; number < 70'000; ++number) {
            const auto headers = headersOf(rewritten(ipv4({.from = "10.0.0.1", .to = "10.0.0.200"}, tcp({})), number));
            QVERIFY(seen.insert(packet::text(headers.source.address)).second);
            QCOMPARE(headers.source.port, std::uint16_t(40000));
        }
        for (std::uint32_t number = 0; number < 70'000; ++number) {
            const auto headers = headersOf(rewritten(ipv6({}, tcp({})), number));
            QVERIFY(seen.insert(packet::text(headers.source.address)).second);
        }
    }

    void noHostOfACopyBecomesAnother()
    {
        std::set<std::string> seen;
        for (int last = 0; last < 256; ++last) {
            const std::string from = "10.1.2." + std::to_string(last);
            const auto headers = headersOf(rewritten(ipv4({.from = from}, tcp({})), 0x3a0000));
            const std::string text = packet::text(headers.source.address);
            QVERIFY(seen.insert(text).second);
            QCOMPARE(text.ends_with(".255"), last == 255);
        }
    }

    void whatMeansTheSameEverywhereStays()
    {
        for (const char* to : {"224.0.0.251", "255.255.255.255", "127.0.0.1", "0.0.0.0"})
            QCOMPARE(packet::text(headersOf(rewritten(ipv4({.to = to}, tcp({})), 77)).destination.address),
                     std::string(to));
        for (const char* to : {"ff02::fb", "::1", "::"})
            QCOMPARE(packet::text(headersOf(rewritten(ipv6({.to = to}, tcp({})), 77)).destination.address),
                     std::string(to));
    }

    void checksumsHold_data()
    {
        QTest::addColumn<Bytes>("datagram");
        QTest::addColumn<int>("protocol");
        Bytes summed = udp(53, 5353, 11);
        summed[6] = 1; // some checksum: one of zero says that there is none
        QTest::newRow("TCP") << ipv4({}, tcp({.payload = 33})) << 6;
        QTest::newRow("UDP") << ipv4({.protocol = 17}, summed) << 17;
        QTest::newRow("TCP, IPv6") << ipv6({}, tcp({.payload = 8})) << 6;
        QTest::newRow("UDP, IPv6") << ipv6({.protocol = 17}, summed) << 17;
        QTest::newRow("ICMPv6") << ipv6({.protocol = 58}, icmp(128, 0, 5)) << 58;
    }
    void checksumsHold()
    {
        QFETCH(const Bytes, datagram);
        QFETCH(const int, protocol);
        const Bytes first = rewritten(datagram, 4321);
        QVERIFY(holds(first, static_cast<std::uint8_t>(protocol)));
        // The checksum of a datagram that was cut can only be mended: it must become that of the whole.
        const Bytes whole = rewritten(first, 99);
        QVERIFY(rewritten(Bytes(first.begin(), first.end() - 1), 99) == Bytes(whole.begin(), whole.end() - 1));
    }

    void aChecksumThatWasLeftOutStaysSo()
    {
        const Bytes datagram = rewritten(ipv4({.protocol = 17}, udp(53, 5353, 11)), 5);
        QCOMPARE(int(datagram[26]) + int(datagram[27]), 0);
    }

    void anErrorSpeaksAboutTheFlowOfItsCopy()
    {
        const Bytes error =
            ipv4({.from = "10.0.0.2", .to = "10.0.0.1", .protocol = 1}, joined(icmp(3, 3), ipv4({}, tcp({}))));
        const Bytes datagram = rewritten(error, 1234);
        const auto decoded = packet::decode(datagram, rawIp);
        QVERIFY(decoded.quoted);
        const auto flow = headersOf(rewritten(ipv4({}, tcp({})), 1234));
        QVERIFY(decoded.quoted->source == flow.source && decoded.quoted->destination == flow.destination);
        QCOMPARE(sum(datagram, 20, datagram.size() - 20), 0xffffU);
    }
};

QTEST_GUILESS_MAIN(AddressRewriterTest)
#include "address_rewriter_test.moc"
