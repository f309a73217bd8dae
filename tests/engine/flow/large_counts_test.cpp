// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/flow/flow_table.h"
#include "tests/support/flow_builder.h"

#include <limits>
#include <type_traits>

using namespace flowscent;
using namespace flowscent::test;
using flow::FlowId;

namespace {

constexpr std::uint64_t beyond = 5'000'000'000; ///< more than 32 bits hold

} // namespace

/// Counts beyond 2^32. What only four billion packets can show is shown by the bench four_billion.
class LargeCountsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bytesOfFewPacketsExceed32Bits()
    {
        Conversation conversation;
        conversation.udpOut(1).udpOut(1).udpOut(1).udpIn(1).udpIn(1);
        for (Frame& frame : conversation.frames)
            frame.originalLength = 0xffff'ffff; // a record may say so
        const auto flows = assemble(conversation.frames);
        QCOMPARE(flows.size(), std::size_t(1));
        const auto& bytes = flows[0].record.statistics.bytes;
        QCOMPARE(bytes[flow::outward], std::uint64_t{3} * 0xffff'ffff);
        QCOMPARE(bytes[flow::inward], std::uint64_t{2} * 0xffff'ffff);
    }

    void sumsGoOnBeyond32Bits()
    {
        flow::Sums sums{.count = 0xffff'ffff,
                        .sum = 4.0 * 0xffff'ffff,
                        .sumOfSquares = 16.0 * 0xffff'ffff,
                        .smallest = 4,
                        .largest = 4};
        for (int i = 0; i < 3; ++i)
            sums.add(4);
        QCOMPARE(sums.count, std::uint64_t{0x1'0000'0002});
        QCOMPARE(sums.sum, 4.0 * 0x1'0000'0002);
        QCOMPARE(sums.mean(), 4.0);
        QCOMPARE(sums.deviation(), 0.0);
        sums.add(1500);
        QCOMPARE(sums.largest, 1500.0);
        QCOMPARE(sums.sum, 4.0 * 0x1'0000'0002 + 1500);
        QVERIFY(sums.deviation() > 0.02 && sums.deviation() < 0.03); // 1496 / sqrt(2^32)
    }

    void aTableKeepsLargeCounts()
    {
        flow::FlowRecord record;
        record.last = 3600 * base::nanosecondsPerSecond;
        record.statistics.packets = {beyond, beyond + 1};
        record.statistics.bytes = {beyond * 1500, std::numeric_limits<std::uint64_t>::max()};
        record.statistics.payload[flow::inward] = {.count = beyond, .sum = 1e13, .sumOfSquares = 1e17, .largest = 1e5};
        record.statistics.flags[flow::outward][4] = std::numeric_limits<std::uint32_t>::max();
        flow::FlowTable table;
        table.append(record);
        QVERIFY(table.record(FlowId(0)) == record);
        static_assert(std::is_same_v<decltype(flow::AssemblerCounters::packets), std::uint64_t>);
        static_assert(std::is_same_v<decltype(flow::AssemblerCounters::clockWentBack), std::uint64_t>);
    }

    /// 256 TiB and 65536 files, the last of each.
    void placesKeepAllTheirBits()
    {
        constexpr std::uint64_t last = (std::uint64_t{1} << 48) - 1;
        Conversation conversation;
        conversation.udpOut(1).udpIn(1).udpOut(1);
        const std::vector<capture::PacketPlace> places{
            {.offset = last, .file = 65'535}, {.offset = 0x1'0000'0000, .file = 0}, {.offset = 0, .file = 65'535}};
        flow::FlowTable table;
        flow::FlowAssembler assembler({}, [&table](FlowId id, const flow::FlowView& seen) { table.put(id, seen); });
        for (std::size_t i = 0; i < places.size(); ++i) {
            capture::PacketView packet = view(conversation.frames[i]);
            packet.place = places[i];
            assembler.add(packet);
        }
        assembler.finish();
        QVERIFY(std::ranges::equal(table.places(FlowId(0)), places));
        std::vector<std::uint16_t> to(65'536, 1);
        to[65'535] = 2;
        table.renumberFiles(to);
        const auto renumbered = table.places(FlowId(0));
        QCOMPARE(std::uint64_t{renumbered[0].offset}, last);
        QCOMPARE(int(renumbered[0].file), 2);
        QCOMPARE(std::uint64_t{renumbered[1].offset}, std::uint64_t{0x1'0000'0000});
        QCOMPARE(int(renumbered[1].file), 1);
    }
};

QTEST_GUILESS_MAIN(LargeCountsTest)
#include "large_counts_test.moc"
