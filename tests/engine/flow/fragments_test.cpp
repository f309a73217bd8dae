// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <algorithm>

#include "tests/support/flow_builder.h"

using namespace flowscent;
using namespace flowscent::test;
using packet::SkipReason;

namespace {

constexpr std::size_t whole = 1000; ///< payload bytes of the datagram
constexpr unsigned more = 0x2000;

/// A UDP datagram in three pieces: 8 + 392, 400 and 208 bytes.
std::vector<Bytes> pieces(std::uint16_t identification = 7, const std::string& from = "10.0.0.1")
{
    const Bytes datagram = udp(5000, 6000, whole);
    std::vector<Bytes> result;
    for (std::size_t at = 0; at < datagram.size(); at += 400) {
        const auto begin = datagram.begin() + static_cast<std::ptrdiff_t>(at);
        const auto end = datagram.begin() + static_cast<std::ptrdiff_t>(std::min(at + 400, datagram.size()));
        const unsigned place = static_cast<unsigned>(at / 8) | (end == datagram.end() ? 0 : more);
        Bytes ip = ipv4({.from = from, .protocol = 17, .fragment = place}, Bytes(begin, end));
        ip[4] = static_cast<std::uint8_t>(identification >> 8);
        ip[5] = static_cast<std::uint8_t>(identification);
        result.push_back(ethernet(ip));
    }
    return result;
}

/// The pieces in that order, a millisecond apart.
std::vector<Frame> sent(const std::vector<Bytes>& pieces, const std::vector<std::size_t>& order)
{
    std::vector<Frame> frames;
    for (const std::size_t piece : order)
        frames.push_back({pieces[piece], seconds(10) + milliseconds(static_cast<std::int64_t>(frames.size()))});
    return frames;
}

flow::AssemblerCounters countersOf(const std::vector<Frame>& frames)
{
    flow::FlowAssembler assembler({}, [](flow::FlowId, const flow::FlowView&) {});
    for (const Frame& frame : frames)
        assembler.add(view(frame));
    assembler.finish();
    return assembler.counters();
}

} // namespace

class FragmentsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void piecesInAnyOrderAreOneFlow()
    {
        std::vector<std::size_t> order{0, 1, 2};
        do {
            const auto frames = sent(pieces(), order);
            const auto flows = assemble(frames);
            QCOMPARE(flows.size(), std::size_t(1));
            const auto& statistics = flows[0].record.statistics;
            QCOMPARE(statistics.packets[flow::outward], std::uint64_t(3));
            QCOMPARE(statistics.payload[flow::outward].sum, double(whole));
            QCOMPARE(flows[0].record.key.server.port, std::uint16_t(6000));
            QCOMPARE(flows[0].record.places.size(), std::size_t(3));
            const auto counters = countersOf(frames);
            QCOMPARE(counters.packets, std::uint64_t(3));
            QCOMPARE(counters.skipped[std::size_t(SkipReason::LaterFragment)], std::uint64_t(0));
            QCOMPARE(counters.clockWentBack, std::uint64_t(0));
        } while (std::ranges::next_permutation(order).found);
    }

    void piecesWithoutTheirFirstAreCounted()
    {
        const auto frames = sent(pieces(), {1, 2});
        QVERIFY(assemble(frames).empty());
        const auto counters = countersOf(frames);
        QCOMPARE(counters.packets, std::uint64_t(2));
        QCOMPARE(counters.skipped[std::size_t(SkipReason::LaterFragment)], std::uint64_t(2));
    }

    void datagramsThatDifferInTheirNumberOrSenderStayApart()
    {
        std::vector<Frame> frames = sent(pieces(7), {0});
        for (const auto& other : {sent(pieces(8), {1}), sent(pieces(7, "10.0.0.9"), {1})})
            frames.insert(frames.end(), other.begin(), other.end());
        QCOMPARE(assemble(frames).size(), std::size_t(1));
        QCOMPARE(countersOf(frames).skipped[std::size_t(SkipReason::LaterFragment)], std::uint64_t(2));
    }

    void aNumberUsedAgainMuchLaterIsAnotherDatagram()
    {
        std::vector<Frame> frames = sent(pieces(), {0});
        frames.push_back({pieces()[1], seconds(10 + 31)});
        QCOMPARE(countersOf(frames).skipped[std::size_t(SkipReason::LaterFragment)], std::uint64_t(1));
    }

    void aFlowOfTcpSeesNoRetransmissionInItsPieces()
    {
        const Bytes segment = tcp({.from = 40000, .to = 80, .sequence = 5000, .payload = 1000});
        std::vector<Frame> frames;
        for (const std::size_t at : {std::size_t{0}, std::size_t{800}}) {
            const auto begin = segment.begin() + static_cast<std::ptrdiff_t>(at);
            const auto end = at == 0 ? begin + 800 : segment.end();
            frames.push_back(
                {ethernet(ipv4({.protocol = 6, .fragment = at == 0 ? more : unsigned(at / 8)}, Bytes(begin, end))),
                 seconds(1) + static_cast<base::Nanoseconds>(at)});
        }
        frames.push_back(
            {ethernet(ipv4({}, tcp({.from = 40000, .to = 80, .sequence = 6000, .payload = 100}))), seconds(2)});
        const auto flows = assemble(frames);
        QCOMPARE(flows.size(), std::size_t(1));
        const auto& statistics = flows[0].record.statistics;
        QCOMPARE(statistics.retransmissions + statistics.outOfOrder + statistics.keepAlives, 0U);
        QCOMPARE(statistics.payload[flow::outward].sum, 1100.0);
    }

    void aFloodOfPiecesCostsBoundedMemoryAndLosesNoPacket()
    {
        std::vector<Frame> frames;
        for (std::uint32_t number = 0; number < 20'000; ++number)
            frames.push_back({pieces(static_cast<std::uint16_t>(number))[1], seconds(10)});
        const auto counters = countersOf(frames);
        QCOMPARE(counters.packets, std::uint64_t(20'000));
        QCOMPARE(counters.skipped[std::size_t(SkipReason::LaterFragment)], std::uint64_t(20'000));
    }
};

QTEST_GUILESS_MAIN(FragmentsTest)
#include "fragments_test.moc"
