// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/support/flow_builder.h"

using namespace flowscent;
using namespace flowscent::test;
using flow::FlowEnd;
using packet::TcpFlag;

/// What a SYN that comes in the middle means.
class PortReuseTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aNewSynEndsAConversationThatNeverClosed()
    {
        Conversation conversation;
        conversation.handshake().out({.sequence = 1001, .acknowledged = 5001, .payload = 100});
        conversation.out({.flags = TcpFlag::Syn, .sequence = 900'000});
        const auto flows = assemble(conversation.frames);
        QCOMPARE(flows.size(), std::size_t(2));
        QCOMPARE(flows[0].record.end, FlowEnd::PortReused);
        QCOMPARE(flows[0].record.statistics.packets[flow::outward], std::uint64_t(3));
        QCOMPARE(flows[1].record.statistics.packets[flow::outward], std::uint64_t(1));
    }

    void theSameSynAgainIsARetransmission()
    {
        Conversation conversation;
        conversation.handshake().out({.flags = TcpFlag::Syn, .sequence = 1000});
        const auto flows = assemble(conversation.frames);
        QCOMPARE(flows.size(), std::size_t(1));
        QCOMPARE(flows[0].record.statistics.retransmissions, 1U);
    }

    void dataThatOvertookTheSynIsTurnedRound()
    {
        // Between equal ports the first packet decides, and here that is the server's.
        Conversation conversation;
        conversation.clientPort = 50000;
        conversation.serverPort = 50001;
        conversation.in({.sequence = 5001, .acknowledged = 1001, .payload = 70});
        conversation.out({.flags = TcpFlag::Syn, .sequence = 1000});
        conversation.out({.sequence = 1001, .acknowledged = 5071, .payload = 30});
        const auto flows = assemble(conversation.frames);
        QCOMPARE(flows.size(), std::size_t(1));
        const flow::FlowRecord& record = flows[0].record;
        QVERIFY(record.key.client == endpoint("10.0.0.1", 50000));
        QVERIFY(record.key.server == endpoint("10.0.0.2", 50001));
        QVERIFY(!record.directionGuessed);
        QCOMPARE(record.statistics.packets[flow::outward], std::uint64_t(2));
        QCOMPARE(record.statistics.packets[flow::inward], std::uint64_t(1));
        QCOMPARE(record.statistics.payload[flow::inward].sum, 70.0);
        QCOMPARE(record.statistics.payload[flow::outward].sum, 30.0);
        QCOMPARE(int(record.observations[0].marks & flow::FromServer), int(flow::FromServer));
        QCOMPARE(int(record.observations[2].marks & flow::FromServer), 0);
    }

    void aSynFarFromWhatWasSeenBeginsAnotherFlow()
    {
        Conversation conversation;
        conversation.out({.sequence = 5'000'000, .acknowledged = 1, .payload = 10});
        conversation.out({.flags = TcpFlag::Syn, .sequence = 1000});
        const auto flows = assemble(conversation.frames);
        QCOMPARE(flows.size(), std::size_t(2));
        QVERIFY(flows[0].record.directionGuessed);
        QVERIFY(!flows[1].record.directionGuessed);
    }

    void attemptsThatNobodyAnswersAreOneFlow()
    {
        Conversation conversation;
        for (const std::uint32_t sequence : {1000U, 77'000U, 990'000U})
            conversation.out({.flags = TcpFlag::Syn, .sequence = sequence});
        QCOMPARE(assemble(conversation.frames).size(), std::size_t(1));
    }
};

QTEST_GUILESS_MAIN(PortReuseTest)
#include "port_reuse_test.moc"
