// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/support/flow_builder.h"

using namespace flowscent;
using namespace flowscent::test;
using flow::ObservationMark;
using packet::TcpFlag;

namespace {

/// Marks of every packet of the conversation's only flow, direction left out.
std::vector<int> marks(const Conversation& conversation)
{
    const auto flows = assemble(conversation.frames);
    std::vector<int> found;
    for (const auto& observation : flows.at(0).record.observations)
        found.push_back(observation.marks & flow::noiseMarks);
    return found;
}

flow::FlowStatistics statistics(const Conversation& conversation)
{
    return assemble(conversation.frames).at(0).record.statistics;
}

/// A client in the middle of a transfer: `next` is the sequence number of its first segment here.
Conversation sending(const std::vector<std::pair<std::uint32_t, std::size_t>>& segments)
{
    Conversation conversation;
    for (const auto& [sequence, length] : segments)
        conversation.out({.sequence = sequence, .acknowledged = 1, .payload = length});
    return conversation;
}

constexpr int clean = 0;

} // namespace

/// What denoising rests on: which packets of a TCP flow say nothing new.
class TcpNoiseTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void segmentsInOrderAreClean()
    {
        QCOMPARE(marks(sending({{100, 10}, {110, 20}, {130, 1}, {131, 1}})), (std::vector<int>{0, 0, 0, 0}));
    }

    void aSegmentSentAgainIsARetransmission()
    {
        QCOMPARE(marks(sending({{100, 10}, {110, 20}, {100, 10}, {110, 20}})),
                 (std::vector<int>{clean, clean, ObservationMark::Retransmission, ObservationMark::Retransmission}));
        QCOMPARE(statistics(sending({{100, 10}, {100, 10}})).retransmissions, 1U);
    }

    void aSegmentThatBringsSomethingNewIsNoRetransmission()
    {
        QCOMPARE(marks(sending({{100, 10}, {105, 10}})), (std::vector<int>{clean, clean}));
    }

    void aSegmentThatFillsAGapIsOutOfOrder()
    {
        QCOMPARE(marks(sending({{100, 10}, {120, 10}, {110, 10}, {130, 10}})),
                 (std::vector<int>{clean, clean, ObservationMark::OutOfOrder, clean}));
        QCOMPARE(statistics(sending({{100, 10}, {120, 10}, {110, 10}})).outOfOrder, 1U);
    }

    void aGapIsFilledOnlyOnce()
    {
        QCOMPARE(marks(sending({{100, 10}, {120, 10}, {110, 10}, {110, 10}})),
                 (std::vector<int>{clean, clean, ObservationMark::OutOfOrder, ObservationMark::Retransmission}));
    }

    void aGapMayBeFilledInPieces()
    {
        QCOMPARE(marks(sending({{100, 10}, {130, 10}, {110, 10}, {120, 10}})),
                 (std::vector<int>{clean, clean, ObservationMark::OutOfOrder, ObservationMark::OutOfOrder}));
    }

    void severalGapsAreRemembered()
    {
        QCOMPARE(marks(sending({{100, 10}, {120, 10}, {140, 10}, {110, 10}, {130, 10}})),
                 (std::vector<int>{clean, clean, clean, ObservationMark::OutOfOrder, ObservationMark::OutOfOrder}));
    }

    void sequenceNumbersWrapAround()
    {
        QCOMPARE(marks(sending({{0xffff'fff0, 0x20}, {0x10, 10}, {0x1a, 10}})),
                 (std::vector<int>{clean, clean, clean}));
        QCOMPARE(marks(sending({{0xffff'fff0, 0x20}, {0x10, 10}, {0xffff'fff0, 0x20}})),
                 (std::vector<int>{clean, clean, ObservationMark::Retransmission}));
        QCOMPARE(marks(sending({{0xffff'ffe0, 0x10}, {0x10, 10}, {0xffff'fff0, 0x20}})),
                 (std::vector<int>{clean, clean, ObservationMark::OutOfOrder}));
    }

    void aProbeBelowTheNextByteIsAKeepAlive()
    {
        Conversation conversation;
        conversation.handshake();
        conversation.out({.sequence = 1001, .acknowledged = 5001, .payload = 100});
        conversation.in({.sequence = 5001, .acknowledged = 1101});
        conversation.out({.sequence = 1100, .acknowledged = 5001});               // without a byte
        conversation.out({.sequence = 1100, .acknowledged = 5001, .payload = 1}); // with one
        const auto found = marks(conversation);
        QCOMPARE(found[5], int{ObservationMark::KeepAlive});
        QCOMPARE(found[6], int{ObservationMark::KeepAlive});
        QCOMPARE(statistics(conversation).keepAlives, 2U);
    }

    void anAcknowledgementThatRepeatsItselfIsADuplicate()
    {
        Conversation conversation;
        conversation.handshake();
        conversation.in({.sequence = 5001, .acknowledged = 1001, .payload = 100});
        conversation.out({.sequence = 1001, .acknowledged = 5101});
        conversation.out({.sequence = 1001, .acknowledged = 5101});
        conversation.out({.sequence = 1001, .acknowledged = 5101, .window = 2048}); // a window update says something
        conversation.out({.sequence = 1001, .acknowledged = 5201, .window = 2048});
        QCOMPARE(marks(conversation),
                 (std::vector<int>{clean, clean, clean, clean, clean, ObservationMark::DuplicateAck, clean, clean}));
        QCOMPARE(statistics(conversation).duplicateAcks, 1U);
    }

    void aWholeConversationIsClean()
    {
        Conversation conversation;
        conversation.handshake();
        conversation.out({.sequence = 1001, .acknowledged = 5001, .payload = 200});
        conversation.in({.sequence = 5001, .acknowledged = 1201});
        conversation.in({.sequence = 5001, .acknowledged = 1201, .payload = 1460});
        conversation.in({.sequence = 6461, .acknowledged = 1201, .payload = 40});
        conversation.out({.sequence = 1201, .acknowledged = 6501});
        conversation.goodbye(1201, 6501);
        for (const int mark : marks(conversation))
            QCOMPARE(mark, clean);
    }

    /// Only the statistics say how much noise there was; the sums that a model sees leave it out.
    void noiseIsLeftOutOfSumsButCounted()
    {
        const auto counted = statistics(sending({{100, 10}, {100, 10}, {110, 30}}));
        QCOMPARE(counted.packets[flow::outward], std::uint64_t(3));
        QCOMPARE(counted.payload[flow::outward].count, std::uint64_t(2));
        QCOMPARE(counted.payload[flow::outward].sum, 40.0);
        QCOMPARE(counted.withPayload[flow::outward], 2U);
        QCOMPARE(counted.allGaps.count, std::uint64_t(1));
        QCOMPARE(counted.allGaps.sum, 0.02);
    }

    void retransmittedSynAndFinAreRetransmissions()
    {
        Conversation conversation;
        conversation.out({.flags = TcpFlag::Syn, .sequence = 1000});
        conversation.out({.flags = TcpFlag::Syn, .sequence = 1000});
        QCOMPARE(marks(conversation), (std::vector<int>{clean, ObservationMark::Retransmission}));
    }
};

QTEST_GUILESS_MAIN(TcpNoiseTest)
#include "tcp_noise_test.moc"
