// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "tests/support/flow_builder.h"

using namespace flowscent;
using namespace flowscent::test;
using flow::FlowEnd;
using packet::TcpFlag;

namespace {

std::vector<FlowEnd> ends(const std::vector<Reported>& reported)
{
    std::vector<FlowEnd> result;
    for (const Reported& one : reported)
        result.push_back(one.record.end);
    return result;
}

Conversation closedByFin()
{
    Conversation conversation;
    conversation.handshake();
    return conversation.goodbye(1001, 5001);
}

std::uint64_t packetsOf(const flow::FlowRecord& record)
{
    return record.statistics.packets[0] + record.statistics.packets[1];
}

} // namespace

class FlowAssemblerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bothDirectionsMakeOneFlow()
    {
        Conversation conversation;
        conversation.udpOut(10).udpIn(500).udpOut(20);
        const auto flows = assemble(conversation.frames);
        QCOMPARE(flows.size(), std::size_t(1));
        const flow::FlowRecord& record = flows[0].record;
        QCOMPARE(record.end, FlowEnd::SourceEnded);
        QCOMPARE(record.start, conversation.frames.front().time);
        QCOMPARE(record.last, conversation.frames.back().time);
        QCOMPARE(record.statistics.packets, (std::array<std::uint64_t, 2>{2, 1}));
        QCOMPARE(record.statistics.bytes, (std::array<std::uint64_t, 2>{2 * 42 + 30, 42 + 500}));
        QCOMPARE(record.statistics.turns, 2U);
        QCOMPARE(record.observations.size(), std::size_t(3));
        QCOMPARE(record.observations[1].sinceStart, milliseconds(10));
        QCOMPARE(record.observations[1].payloadLength, 500U);
        QCOMPARE(int{record.observations[1].marks}, int{flow::FromServer});
        QCOMPARE(record.places.size(), std::size_t(3));
    }

    void bytesAreThoseOnTheWire()
    {
        Conversation conversation;
        conversation.udpOut(1000);
        conversation.frames[0].originalLength = 1042;
        conversation.frames[0].bytes.resize(60);
        QCOMPARE(assemble(conversation.frames).at(0).record.statistics.bytes[flow::outward], std::uint64_t(1042));
    }

    void flagsAndWindowsAreCountedPerDirection()
    {
        Conversation conversation = closedByFin();
        conversation.in({.flags = TcpFlag::Psh | TcpFlag::Urg | TcpFlag::Ack, .sequence = 5002, .window = 0});
        const auto statistics = assemble(conversation.frames).at(0).record.statistics;
        QCOMPARE(statistics.flags[flow::outward], (std::array<std::uint32_t, 6>{1, 1, 0, 0, 3, 0}));
        QCOMPARE(statistics.flags[flow::inward], (std::array<std::uint32_t, 6>{1, 1, 0, 1, 3, 1}));
        QCOMPARE(statistics.zeroWindows, 1U);
    }

    void onlyTheFirstPacketsAreObservedButAllAreCounted()
    {
        Conversation conversation;
        for (int i = 0; i < 200; ++i)
            conversation.udpOut(1);
        const auto record = assemble(conversation.frames).at(0).record;
        QCOMPARE(record.observations.size(), flow::keptObservations);
        QCOMPARE(record.places.size(), std::size_t(200));
        QCOMPARE(record.statistics.payload[flow::outward].count, std::uint64_t(200));
    }

    void aFlowEndsAfterTheIdleTimeout()
    {
        Conversation conversation;
        conversation.udpOut(1).udpOut(1).wait(seconds(120)).udpOut(1); // 120.01 s: just too long
        const auto flows = assemble(conversation.frames);
        QCOMPARE(ends(flows), (std::vector{FlowEnd::Idle, FlowEnd::SourceEnded}));
        QCOMPARE(packetsOf(flows[0].record), std::uint64_t(2));
        QCOMPARE(flows[0].record.last, conversation.frames[1].time);
    }

    void silenceUpToTheTimeoutKeepsAFlowOpen()
    {
        Conversation conversation;
        conversation.gap = seconds(120);
        for (int i = 0; i < 20; ++i)
            conversation.udpOut(1);
        QCOMPARE(assemble(conversation.frames).size(), std::size_t(1));
    }

    void otherTrafficLetsAnIdleFlowEnd()
    {
        Conversation silent;
        silent.udpOut(1);
        Conversation busy;
        busy.clientPort = 40001;
        busy.gap = seconds(10);
        for (int i = 0; i < 20; ++i)
            busy.udpOut(1);
        const auto flows = assemble(merged({silent, busy}));
        QCOMPARE(flows[0].id, flow::FlowId(0));
        QCOMPARE(ends(flows), (std::vector{FlowEnd::Idle, FlowEnd::SourceEnded}));
    }

    void theClockAloneLetsAFlowEnd()
    {
        std::vector<Reported> reported;
        flow::FlowAssembler assembler({}, [&](flow::FlowId id, const flow::FlowView& seen) {
            reported.push_back({id, seen.record()});
        });
        Conversation conversation;
        conversation.udpOut(1);
        assembler.advanceTo(seconds(5)); // before any packet there is nothing to do
        assembler.add(view(conversation.frames[0]));
        assembler.advanceTo(conversation.now + seconds(119));
        QCOMPARE(assembler.openFlows(), std::size_t(1));
        assembler.advanceTo(conversation.now + seconds(123));
        QCOMPARE(assembler.openFlows(), std::size_t(0));
        QCOMPARE(ends(reported), std::vector{FlowEnd::Idle});
    }

    void aLongFlowIsCutAtTheActiveTimeout()
    {
        Conversation conversation;
        conversation.gap = seconds(60);
        for (int i = 0; i < 130; ++i)
            conversation.udpOut(1);
        const auto flows = assemble(conversation.frames);
        QCOMPARE(ends(flows), (std::vector{FlowEnd::ActiveTimeout, FlowEnd::ActiveTimeout, FlowEnd::SourceEnded}));
        QCOMPARE(flows[0].record.last - flows[0].record.start, seconds(3600));
    }

    void finOnBothSidesEndsAfterTheLinger()
    {
        Conversation conversation = closedByFin();
        conversation.wait(milliseconds(500)).in({.sequence = 5002, .acknowledged = 1002}); // a late acknowledgement
        Conversation other;
        other.clientPort = 1;
        other.now = conversation.now + seconds(1);
        other.udpOut(1);
        const auto flows = assemble(merged({conversation, other}));
        QCOMPARE(ends(flows), (std::vector{FlowEnd::TcpClose, FlowEnd::SourceEnded}));
        QCOMPARE(packetsOf(flows[0].record), std::uint64_t(7));
        QCOMPARE(flows[0].record.state, flow::TcpState::SF);
    }

    void halfClosedStaysOpen()
    {
        Conversation conversation;
        conversation.handshake();
        conversation.out({.flags = TcpFlag::Fin | TcpFlag::Ack, .sequence = 1001, .acknowledged = 5001});
        conversation.in({.sequence = 5001, .acknowledged = 1002});
        conversation.wait(seconds(60)).in({.sequence = 5001, .acknowledged = 1002, .payload = 100});
        QCOMPARE(ends(assemble(conversation.frames)), std::vector{FlowEnd::SourceEnded});
    }

    void aResetEndsTheFlow()
    {
        Conversation conversation;
        conversation.handshake();
        conversation.in({.flags = TcpFlag::Rst, .sequence = 5001});
        QCOMPARE(ends(assemble(conversation.frames)), std::vector{FlowEnd::TcpClose});
    }

    void aPortUsedAgainOpensANewFlow()
    {
        Conversation conversation = closedByFin();
        conversation.out({.flags = TcpFlag::Syn, .sequence = 77'000});
        const auto flows = assemble(conversation.frames);
        QCOMPARE(ends(flows), (std::vector{FlowEnd::TcpClose, FlowEnd::SourceEnded}));
        QCOMPARE(flows[1].record.state, flow::TcpState::S0);
    }

    void aSynSentAgainOpensNoNewFlow()
    {
        Conversation conversation;
        for (int i = 0; i < 3; ++i)
            conversation.out({.flags = TcpFlag::Syn, .sequence = 1000}).wait(seconds(3));
        QCOMPARE(assemble(conversation.frames).size(), std::size_t(1));
    }

    void packetsAfterTheLingerOpenANewFlow()
    {
        Conversation conversation = closedByFin();
        conversation.wait(seconds(2)).in({.sequence = 5002, .acknowledged = 1002});
        const auto flows = assemble(conversation.frames);
        QCOMPARE(flows.size(), std::size_t(2));
        QCOMPARE(flows[1].record.state, flow::TcpState::OTH);
        QVERIFY(flows[1].record.directionGuessed);
    }

    void oneWrongTimeStampEndsNothing()
    {
        Conversation conversation;
        for (int i = 0; i < 10; ++i)
            conversation.udpOut(1);
        conversation.frames[4].time = 0;
        std::uint64_t backwards = 0;
        flow::FlowAssembler assembler({}, [](flow::FlowId, const flow::FlowView&) {});
        for (const Frame& frame : conversation.frames)
            assembler.add(view(frame));
        backwards = assembler.counters().clockWentBack;
        QCOMPARE(backwards, std::uint64_t(1));
    }

    void timesThatRunBackwardsEndNothing()
    {
        Conversation conversation;
        for (int i = 0; i < 50; ++i)
            conversation.udpOut(1);
        std::vector<Frame> frames = conversation.frames;
        std::ranges::reverse(frames);
        const auto flows = assemble(frames);
        QCOMPARE(flows.size(), std::size_t(1));
        QCOMPARE(flows[0].record.start, frames.front().time);
        QCOMPARE(flows[0].record.last, frames.front().time);
        QCOMPARE(flows[0].record.statistics.allGaps.smallest, 0.0);
    }

    /// A clock set anew must not keep flows open for ever.
    void aClockThatWasSetBackStillLetsFlowsEnd()
    {
        Conversation before;
        before.udpOut(1);
        Conversation after;
        after.clientPort = 40001;
        after.now = seconds(1000);
        after.gap = seconds(30);
        for (int i = 0; i < 10; ++i)
            after.udpOut(1);
        std::vector<Frame> frames = before.frames;
        frames.insert(frames.end(), after.frames.begin(), after.frames.end());
        const auto flows = assemble(frames);
        QCOMPARE(flows[0].id, flow::FlowId(0));
        QCOMPARE(flows[0].record.end, FlowEnd::Idle);
    }

    void extremeTimesAreTaken()
    {
        std::vector<Frame> frames;
        for (int i = 0; i < 2000; ++i) {
            Conversation conversation;
            conversation.now = i % 2 == 0 ? 0 : INT64_MAX;
            conversation.gap = 0;
            conversation.clientPort = static_cast<std::uint16_t>(40000 + i % 7);
            conversation.udpOut(1);
            frames.push_back(conversation.frames[0]);
        }
        std::uint64_t packets = 0;
        for (const Reported& reported : assemble(frames))
            packets += packetsOf(reported.record);
        QCOMPARE(packets, std::uint64_t(2000));
    }

    void checkpointsShowTheFlowAsItGoes()
    {
        Conversation conversation;
        for (int i = 0; i < 10; ++i)
            conversation.udpOut(1);
        const auto flows = assemble(conversation.frames, {.checkpoints = {3, 8, 100}});
        QCOMPARE(ends(flows), (std::vector{FlowEnd::Open, FlowEnd::Open, FlowEnd::SourceEnded}));
        QCOMPARE(packetsOf(flows[0].record), std::uint64_t(3));
        QCOMPARE(packetsOf(flows[1].record), std::uint64_t(8));
        QCOMPARE(flows[0].id, flows[2].id);
    }

    void placesAreLeftOutWhenNobodyWantsThem()
    {
        QVERIFY(assemble(Conversation().udpOut(1).frames, {.keepPlaces = false}).at(0).record.places.empty());
    }

    void whatBelongsToNoFlowIsCounted()
    {
        Bytes arp = ethernet(ipPacket(17, "10.0.0.1", "10.0.0.2", udp(1, 2)));
        arp[12] = 0x08;
        arp[13] = 0x06;
        flow::FlowAssembler assembler({}, [](flow::FlowId, const flow::FlowView&) {});
        const Frame frame{arp};
        assembler.add(view(frame));
        QCOMPARE(assembler.counters().packets, std::uint64_t(1));
        QCOMPARE(assembler.counters().skipped[static_cast<std::size_t>(packet::SkipReason::NotIp)], std::uint64_t(1));
        QCOMPARE(assembler.openFlows(), std::size_t(0));
    }

    void openFlowsAreShownInOrderOfTheirFirstPacket()
    {
        std::vector<Conversation> conversations(50);
        for (std::size_t i = 0; i < conversations.size(); ++i) {
            conversations[i].clientPort = static_cast<std::uint16_t>(50000 - i * 7);
            conversations[i].now += milliseconds(static_cast<std::int64_t>(i));
            conversations[i].udpOut(i);
        }
        flow::FlowAssembler assembler({}, [](flow::FlowId, const flow::FlowView&) {});
        for (const Frame& frame : merged(conversations))
            assembler.add(view(frame));
        std::uint32_t next = 0;
        assembler.forEachOpen([&](flow::FlowId id, const flow::FlowView& record) {
            QCOMPARE(id, flow::FlowId(next));
            QCOMPARE(record.key.client.port, conversations[next].clientPort);
            QCOMPARE(record.end, FlowEnd::Open);
            ++next;
        });
        QCOMPARE(next, 50U);
    }

    /// Whatever happens, every packet is in exactly one flow, every id is reported once, and the same packets give the
    /// same flows although the hash seed differs from one assembler to the next.
    void nothingIsLostAndNothingDependsOnTheHashSeed()
    {
        base::Rng random(20260101);
        std::vector<Frame> frames;
        Conversation conversation;
        for (int i = 0; i < 20'000; ++i) {
            conversation.clientPort = static_cast<std::uint16_t>(40000 + random.below(300));
            conversation.gap =
                static_cast<base::Nanoseconds>(random.below(random.below(200) == 0 ? 200'000'000'000 : 400'000'000));
            const auto flags = static_cast<std::uint8_t>(1U << random.below(5));
            const auto sequence = static_cast<std::uint32_t>(random.below(5000));
            const TcpSegment segment{.flags = flags, .sequence = sequence, .payload = random.below(100)};
            random.below(2) == 0 ? conversation.out(segment) : conversation.in(segment);
        }
        const auto first = assemble(conversation.frames);
        const auto second = assemble(conversation.frames);
        QCOMPARE(first.size(), second.size());
        std::uint64_t packets = 0;
        std::vector<bool> seen(first.size());
        for (std::size_t i = 0; i < first.size(); ++i) {
            QVERIFY(first[i].id == second[i].id && first[i].record == second[i].record);
            QVERIFY(!seen.at(first[i].id.value));
            seen[first[i].id.value] = true;
            packets += packetsOf(first[i].record);
        }
        QCOMPARE(packets, std::uint64_t(20'000));
        QVERIFY(first.size() > 1000);
    }
};

QTEST_GUILESS_MAIN(FlowAssemblerTest)
#include "flow_assembler_test.moc"
