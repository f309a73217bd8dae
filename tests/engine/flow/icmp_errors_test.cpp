// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/support/flow_builder.h"

using namespace flowscent;
using namespace flowscent::test;

namespace {

/// A router's message about a datagram, of which it quotes the first `quoted` bytes.
Bytes errorAbout(const Bytes& datagram, bool v6, std::uint8_t type, std::uint8_t code, std::size_t quoted)
{
    Bytes message = icmp(type, code);
    message.resize(8);
    message.insert(message.end(), datagram.begin(),
                   datagram.begin() + static_cast<std::ptrdiff_t>(std::min(quoted, datagram.size())));
    return v6 ? ipv6({.from = "2001:db8::99", .to = "2001:db8::1", .protocol = 58}, message)
              : ipv4({.from = "10.0.0.99", .to = "10.0.0.1", .protocol = 1}, message);
}

} // namespace

class IcmpErrorsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void anErrorCountsForTheFlowItSpeaksAbout_data()
    {
        QTest::addColumn<bool>("v6");
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("quoted");
        QTest::addColumn<bool>("counts");
        QTest::newRow("port unreachable, head and eight bytes") << false << 3 << 28 << true;
        QTest::newRow("time exceeded, the whole datagram") << false << 11 << 500 << true;
        QTest::newRow("no ports quoted") << false << 3 << 22 << false;
        QTest::newRow("not even a head") << false << 3 << 12 << false;
        QTest::newRow("an echo reply quotes nothing") << false << 0 << 28 << false;
        QTest::newRow("IPv6 unreachable") << true << 1 << 500 << true;
        QTest::newRow("IPv6 packet too big") << true << 2 << 48 << true;
        QTest::newRow("IPv6 echo") << true << 128 << 48 << false;
    }
    void anErrorCountsForTheFlowItSpeaksAbout()
    {
        QFETCH(bool, v6);
        QFETCH(int, type);
        QFETCH(int, quoted);
        QFETCH(bool, counts);
        const Bytes datagram =
            v6 ? ipv6({.protocol = 17}, udp(5000, 6000, 100)) : ipv4({.protocol = 17}, udp(5000, 6000, 100));
        const auto flows =
            assemble({{ethernet(datagram), seconds(1)},
                      {ethernet(errorAbout(datagram, v6, static_cast<std::uint8_t>(type), 3, std::size_t(quoted))),
                       seconds(2)}});
        QCOMPARE(flows.size(), std::size_t(2)); // the message is traffic of its own, too
        const auto& spokenOf = flows[0].record;
        QCOMPARE(spokenOf.statistics.icmpErrors, counts ? 1U : 0U);
        QCOMPARE(spokenOf.statistics.packets[flow::outward] + spokenOf.statistics.packets[flow::inward],
                 std::uint64_t(1));
        if (counts) {
            QCOMPARE(int(spokenOf.statistics.icmpType), type);
            QCOMPARE(int(spokenOf.statistics.icmpCode), 3);
        }
    }

    void anErrorAboutNobodyIsItsOwnFlowOnly()
    {
        const auto flows =
            assemble({{ethernet(errorAbout(ipv4({.protocol = 17}, udp(1, 2, 3)), false, 3, 1, 28)), seconds(1)}});
        QCOMPARE(flows.size(), std::size_t(1));
        QCOMPARE(flows[0].record.statistics.icmpErrors, 0U);
    }
};

QTEST_GUILESS_MAIN(IcmpErrorsTest)
#include "icmp_errors_test.moc"
