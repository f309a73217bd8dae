// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/support/flow_builder.h"

using namespace flowscent;
using namespace flowscent::test;
using packet::TcpFlag;

/// Who is the client: each row is the first packet of a flow, sent by `.1` to `.2`.
class DirectionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theClientIsChosenByWhatIsSurest_data()
    {
        QTest::addColumn<int>("protocol");
        QTest::addColumn<int>("flags");
        QTest::addColumn<int>("from");
        QTest::addColumn<int>("to");
        QTest::addColumn<bool>("senderIsClient");
        QTest::addColumn<bool>("guessed");
        const auto row = [](const char* name, int protocol, int flags, int from, int to, bool senderIsClient,
                            bool guessed) {
            QTest::newRow(name) << protocol << flags << from << to << senderIsClient << guessed;
        };
        row("the sender of a SYN", 6, TcpFlag::Syn, 40000, 443, true, false);
        row("the sender of a SYN, even from a served port", 6, TcpFlag::Syn, 20, 40000, true, false);
        row("the receiver of a SYN-ACK", 6, TcpFlag::Syn | TcpFlag::Ack, 443, 40000, false, false);
        row("the receiver of a SYN-ACK, even at a served port", 6, TcpFlag::Syn | TcpFlag::Ack, 40000, 20, false,
            false);
        row("TCP by port, sent by the client", 6, TcpFlag::Ack, 50000, 443, true, true);
        row("TCP by port, sent by the server", 6, TcpFlag::Ack, 443, 50000, false, true);
        row("TCP from a registered port", 6, TcpFlag::Ack, 8080, 50000, false, true);
        row("TCP between equals goes by the first packet", 6, TcpFlag::Ack, 50000, 50001, true, true);
        row("UDP by port, sent by the client", 17, 0, 5353, 53, true, true);
        row("UDP by port, sent by the server", 17, 0, 53, 5353, false, true);
        row("UDP between equals goes by the first packet", 17, 0, 5000, 6000, true, false);
        row("an echo request", 1, 0, 8, 0, true, false);
        row("an echo reply", 1, 0, 0, 0, false, false);
        row("an ICMP error has no answer", 1, 0, 3, 1, true, false);
    }
    void theClientIsChosenByWhatIsSurest()
    {
        QFETCH(int, protocol);
        QFETCH(int, flags);
        QFETCH(int, from);
        QFETCH(int, to);
        QFETCH(bool, senderIsClient);
        QFETCH(bool, guessed);
        const auto source = static_cast<std::uint16_t>(from);
        const auto destination = static_cast<std::uint16_t>(to);
        const Bytes transport =
            protocol == 6    ? tcp({.from = source, .to = destination, .flags = static_cast<std::uint8_t>(flags)})
            : protocol == 17 ? udp(source, destination, 9)
                             : icmp(static_cast<std::uint8_t>(from), static_cast<std::uint8_t>(to));
        const auto flows = assemble(
            {{ethernet(ipPacket(static_cast<std::uint8_t>(protocol), "10.0.0.1", "10.0.0.2", transport)), seconds(1)}});
        QCOMPARE(flows.size(), std::size_t(1));
        const flow::FlowRecord& record = flows[0].record;
        QCOMPARE(packet::text(record.key.client.address), std::string(senderIsClient ? "10.0.0.1" : "10.0.0.2"));
        QCOMPARE(record.directionGuessed, guessed);
        QCOMPARE(record.statistics.packets[flow::outward], std::uint64_t(senderIsClient ? 1 : 0));
        QCOMPARE(record.statistics.packets[flow::inward], std::uint64_t(senderIsClient ? 0 : 1));
    }

    void whatARouterAnnouncesToAGroupAnswersNobody()
    {
        const auto flows = assemble({{ethernet(ipPacket(58, "fe80::1", "ff02::1", icmp(134, 0))), seconds(1)}});
        QCOMPARE(packet::text(flows.at(0).record.key.client.address), std::string("fe80::1"));
    }

    void anAnswerMeetsItsQuestion()
    {
        const auto flows = assemble({{ethernet(ipPacket(1, "10.0.0.1", "10.0.0.2", icmp(8, 0, 56))), seconds(1)},
                                     {ethernet(ipPacket(1, "10.0.0.2", "10.0.0.1", icmp(0, 0, 56))), seconds(2)},
                                     {ethernet(ipPacket(1, "10.0.0.2", "10.0.0.1", icmp(3, 1, 28))), seconds(3)}});
        QCOMPARE(flows.size(), std::size_t(2));
        QCOMPARE(flows[0].record.statistics.packets[flow::inward], std::uint64_t(1));
        QCOMPARE(flows[1].record.key.client.port, 3);
    }

    void aVlanTagIsRememberedButNoPartOfTheKey()
    {
        const Bytes ip = ipPacket(17, "10.0.0.1", "10.0.0.2", udp(5000, 6000, 1));
        const Bytes back = ipPacket(17, "10.0.0.2", "10.0.0.1", udp(6000, 5000, 1));
        const auto flows = assemble({{ethernet(ip, {12}), seconds(1)}, {ethernet(back, {13}), seconds(2)}});
        QCOMPARE(flows.size(), std::size_t(1));
        QCOMPARE(int{flows[0].record.vlan}, 12);
    }

    void oneEndMayTalkToItself()
    {
        const Bytes ip = ipPacket(17, "127.0.0.1", "127.0.0.1", udp(7, 7, 1));
        const auto flows = assemble({{ethernet(ip), seconds(1)}, {ethernet(ip), seconds(2)}});
        QCOMPARE(flows.size(), std::size_t(1));
        QCOMPARE(flows[0].record.statistics.packets[flow::outward], std::uint64_t(2));
    }
};

QTEST_GUILESS_MAIN(DirectionTest)
#include "direction_test.moc"
