// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/support/flow_builder.h"
#include "tests/support/heap_meter.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include <sys/mman.h>

using namespace flowscent;
using namespace flowscent::test;
using flow::AssemblerCounters;
using packet::SkipReason;

Q_DECLARE_METATYPE(flowscent::test::Bytes)

namespace {

constexpr std::size_t frameHead = 14; ///< bytes of Ethernet before IP

/// Bytes that end where memory ends: who reads one too many does not get away with it, in any build.
class Guarded {
public:
    Guarded()
        : m_pages(static_cast<std::uint8_t*>(
              mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)))
    {
        mprotect(m_pages + page, page, PROT_NONE);
    }
    ~Guarded() { munmap(m_pages, 2 * page); }
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;

    [[nodiscard]] std::span<const std::uint8_t> hold(const Bytes& bytes)
    {
        std::uint8_t* begin = m_pages + page - bytes.size();
        std::ranges::copy(bytes, begin);
        return {begin, bytes.size()};
    }

private:
    static constexpr std::size_t page = 4096;
    std::uint8_t* m_pages;
};

/// What one frame becomes: the flow it is counted to, or why it is counted to none.
struct Fate {
    std::optional<flow::FlowRecord> record;
    SkipReason skipped = SkipReason::Count;
};

Fate fateOf(const Bytes& frame)
{
    Guarded memory;
    Fate fate;
    flow::FlowAssembler assembler({},
                                  [&fate](flow::FlowId, const flow::FlowView& seen) { fate.record = seen.record(); });
    assembler.add({.bytes = memory.hold(frame), .originalLength = static_cast<std::uint32_t>(frame.size())});
    assembler.finish();
    const auto& skipped = assembler.counters().skipped;
    const auto reason = std::ranges::find(skipped, 1U);
    fate.skipped = static_cast<SkipReason>(reason - skipped.begin());
    return fate;
}

Bytes with(Bytes frame, std::size_t at, const Bytes& lie)
{
    std::ranges::copy(lie, frame.begin() + static_cast<std::ptrdiff_t>(at));
    return frame;
}

Bytes ip4(std::uint8_t protocol, const Bytes& payload)
{
    return ethernet(ipv4({.protocol = protocol}, payload));
}

} // namespace

/// Lengths within packets are claims like those of records: a packet is counted once, to a flow or to a reason.
class LyingHeadersTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aLieIsSkippedForAReasonOrCountedAsItClaims_data()
    {
        QTest::addColumn<Bytes>("frame");
        QTest::addColumn<int>("reason");  // Count when the packet makes a flow
        QTest::addColumn<int>("payload"); // bytes that the flow then has
        const auto skipped = [](const char* name, const Bytes& frame, SkipReason reason) {
            QTest::newRow(name) << frame << static_cast<int>(reason) << 0;
        };
        const auto counted = [](const char* name, const Bytes& frame, int payload) {
            QTest::newRow(name) << frame << static_cast<int>(SkipReason::Count) << payload;
        };
        const Bytes segment = ip4(6, tcp({.payload = 10}));
        const Bytes datagram = ip4(17, udp(1000, 2000, 10));
        const std::size_t transport = frameHead + 20;
        counted("the truth", segment, 10);
        counted("IPv4 of no length", with(segment, frameHead + 2, {0, 0}), 10); // as offloading cards leave it
        skipped("IPv4 shorter than its header", with(segment, frameHead + 2, {0, 19}), SkipReason::Malformed);
        skipped("IPv4 without its TCP header", with(segment, frameHead + 2, {0, 39}), SkipReason::Malformed);
        counted("IPv4 shorter than the frame", with(segment, frameHead + 2, {0, 43}), 3);
        counted("IPv4 longer than the frame", with(segment, frameHead + 2, {0xff, 0xff}), 65'535 - 40);
        skipped("IPv4 header of 16 bytes", with(segment, frameHead, {0x44}), SkipReason::Malformed);
        skipped("IPv4 header of no bytes", with(segment, frameHead, {0x40}), SkipReason::Malformed);
        skipped("IPv4 header longer than the datagram", with(segment, frameHead, {0x4f}), SkipReason::Malformed);
        skipped("TCP header of 16 bytes", with(segment, transport + 12, {0x40}), SkipReason::Malformed);
        skipped("TCP header of no bytes", with(segment, transport + 12, {0}), SkipReason::Malformed);
        counted("TCP header longer than the segment", with(segment, transport + 12, {0xf0}), 0);
        counted("UDP of no length", with(datagram, transport + 4, {0, 0}), 10); // IP's length is the one to go by
        counted("UDP of 65535 bytes", with(datagram, transport + 4, {0xff, 0xff}), 10);
        skipped("UDP cut by IP's length", with(datagram, frameHead + 2, {0, 27}), SkipReason::Malformed);

        const Bytes six = ethernet(ipv6({.protocol = 17}, udp(1000, 2000, 10)));
        counted("IPv6 of no length", with(six, frameHead + 4, {0, 0}), 10);
        counted("IPv6 longer than the frame", with(six, frameHead + 4, {0xff, 0xff}), 65'535 - 8);
        skipped("IPv6 shorter than UDP", with(six, frameHead + 4, {0, 7}), SkipReason::Malformed);
        const Bytes options =
            ethernet(ipv6({.protocol = 17, .extensions = {{0, Bytes(7)}, {60, Bytes(7)}}}, udp(1000, 2000, 10)));
        counted("IPv6 options", options, 10);
        skipped("IPv6 options longer than the datagram", with(options, frameHead + 41, {0xff}), SkipReason::Malformed);
        skipped("IPv6 options up to the end", with(options, frameHead + 49, {2}), SkipReason::TruncatedHeader);
        Bytes endless = ipv6({.protocol = 0}, Bytes(2000)); // options whose next header is options again
        skipped("IPv6 options without end", ethernet(endless), SkipReason::Malformed);
        skipped("a later fragment at the end of all offsets", ethernet(ipv4({.fragment = 0x1fff}, Bytes(40))),
                SkipReason::LaterFragment);
        skipped("SCTP without its header", ip4(132, Bytes(11)), SkipReason::TruncatedHeader);
        counted("ICMP of four bytes", ip4(1, {8, 0, 0, 0}), 0);
        counted("an ICMP error that quotes nothing", ip4(1, {3, 1, 0, 0, 0, 0, 0, 0}), 0);
    }
    void aLieIsSkippedForAReasonOrCountedAsItClaims()
    {
        QFETCH(const Bytes, frame);
        QFETCH(const int, reason);
        QFETCH(const int, payload);
        const Fate fate = fateOf(frame);
        QCOMPARE(static_cast<int>(fate.skipped), reason);
        QCOMPARE(fate.record.has_value(), fate.skipped == SkipReason::Count);
        if (!fate.record)
            return;
        const auto& counted = fate.record->statistics.payload;
        QCOMPARE(counted[flow::outward].sum + counted[flow::inward].sum, static_cast<double>(payload));
    }

    /// Every byte of every header says everything it can.
    void everyPacketIsCountedOnceWhateverItsHeadersSay_data()
    {
        QTest::addColumn<Bytes>("frame");
        const Bytes segment = tcp({.payload = 3, .options = 12});
        const Bytes inner = ipv4({.from = "172.16.0.1", .to = "172.16.0.2"}, segment);
        QTest::newRow("TCP") << ip4(6, segment);
        QTest::newRow("TCP in two VLANs") << ethernet(ipv4({.options = 8}, segment), {5, 6});
        QTest::newRow("UDP") << ip4(17, udp(53, 5000, 3));
        QTest::newRow("SCTP") << ip4(132, sctp(5000, 38412));
        QTest::newRow("IPv6 with options")
            << ethernet(ipv6({.extensions = {{0, Bytes(7)}, {43, Bytes(7)}, {51, Bytes(7)}}}, segment));
        QTest::newRow("a fragment of IPv4") << ethernet(ipv4({.fragment = 0x2003}, segment));
        QTest::newRow("a fragment of IPv6") << ethernet(ipv6({.extensions = {{44, Bytes(7)}}}, segment));
        QTest::newRow("an ICMP error") << ip4(1, joined({3, 1, 0, 0, 0, 0, 0, 0}, inner));
        QTest::newRow("an ICMPv6 error") << ethernet(
            ipv6({.protocol = 58}, joined({1, 4, 0, 0, 0, 0, 0, 0}, ipv6({}, segment))));
        QTest::newRow("IP in IP") << ip4(4, inner);
        QTest::newRow("GRE") << ip4(47, joined({0xb0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1}, inner));
        const auto tunnelled = [](std::uint16_t port, const Bytes& head, const Bytes& carried) {
            const Bytes payload = joined(head, carried);
            Bytes bytes = udp(40000, port, payload.size());
            bytes.resize(8);
            return ip4(17, joined(bytes, payload));
        };
        QTest::newRow("VXLAN") << tunnelled(4789, {8, 0, 0, 0, 0, 0, 1, 0}, ethernet(inner));
        QTest::newRow("GENEVE") << tunnelled(6081, {1, 0, 0x65, 0x58, 0, 0, 1, 0, 0, 1, 0, 0}, ethernet(inner));
        QTest::newRow("GTP") << tunnelled(2152, {0x32, 0xff, 0, 64, 0, 0, 0, 1, 0, 0, 0, 0}, inner);
        QTest::newRow("LLC and SNAP") << snap(ipv4({}, segment));
    }
    void everyPacketIsCountedOnceWhateverItsHeadersSay()
    {
        QFETCH(const Bytes, frame);
        Guarded memory;
        const HeapMeter heap;
        std::uint64_t inFlows = 0;
        double mostPayload = 0;
        flow::FlowAssembler assembler({}, [&](flow::FlowId, const flow::FlowView& seen) {
            const auto statistics = seen.statistics();
            inFlows += statistics.packets[0] + statistics.packets[1];
            mostPayload = std::max({mostPayload, statistics.payload[0].largest, statistics.payload[1].largest});
        });
        std::uint64_t given = 0;
        for (std::size_t at = 0; at < frame.size(); ++at) {
            for (unsigned value = 0; value < 256; ++value) {
                const Bytes lying = with(frame, at, {static_cast<std::uint8_t>(value)});
                assembler.add({.bytes = memory.hold(lying),
                               .originalLength = static_cast<std::uint32_t>(frame.size()),
                               .time = static_cast<base::Nanoseconds>(given++) * 1000});
                if (value % 16 == 0) { // and cut off behind the lie
                    const Bytes cut(lying.begin(), lying.begin() + static_cast<std::ptrdiff_t>(at + 1));
                    assembler.add({.bytes = memory.hold(cut),
                                   .originalLength = static_cast<std::uint32_t>(frame.size()),
                                   .time = static_cast<base::Nanoseconds>(given++) * 1000});
                }
            }
        }
        assembler.finish();
        const AssemblerCounters& counters = assembler.counters();
        QCOMPARE(counters.packets, given);
        QCOMPARE(inFlows + std::accumulate(counters.skipped.begin(), counters.skipped.end(), std::uint64_t{0}), given);
        QVERIFY(inFlows > 0);
        QVERIFY(mostPayload <= 65'535);
        QVERIFY(heap.most() < (64 << 20));
    }
};

QTEST_GUILESS_MAIN(LyingHeadersTest)
#include "lying_headers_test.moc"
