// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/flow/flow_table.h"
#include "engine/flow/packet_sums.h"
#include "tests/support/flow_builder.h"

#include <algorithm>
#include <limits>
#include <numeric>

using namespace flowscent;
using namespace flowscent::test;
using flow::FlowStatistics;
using flow::Observation;

namespace {

/// What a packet of the UDP conversation below has: enough to count everything again in another way.
struct Sent {
    bool byClient = true;
    double payload = 0;
    double at = 0; ///< s after the first
};

struct Expected {
    std::uint64_t count = 0;
    double sum = 0;
    double smallest = 0;
    double largest = 0;
};

Expected over(const std::vector<double>& values)
{
    if (values.empty())
        return {};
    return {values.size(), std::accumulate(values.begin(), values.end(), 0.0), std::ranges::min(values),
            std::ranges::max(values)};
}

bool agrees(const flow::Sums& sums, const std::vector<double>& values)
{
    const Expected expected = over(values);
    return sums.count == expected.count && qFuzzyCompare(1 + sums.sum, 1 + expected.sum) &&
           qFuzzyCompare(1 + sums.smallest, 1 + expected.smallest) &&
           qFuzzyCompare(1 + sums.largest, 1 + expected.largest);
}

std::vector<double> gaps(const std::vector<double>& times)
{
    std::vector<double> between;
    for (std::size_t i = 1; i < times.size(); ++i)
        between.push_back(times[i] - times[i - 1]);
    return between;
}

} // namespace

class PacketSumsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// A flow's statistics do not tell whether they were added up from what was kept of it or as packets came.
    void anyLengthIsSummedUpTheSameWay_data()
    {
        QTest::addColumn<int>("length");
        for (const int length : {1, 2, 5, 47, 48, 49, 50, 96, 200})
            QTest::addRow("%d packets", length) << length;
    }
    void anyLengthIsSummedUpTheSameWay()
    {
        QFETCH(int, length);
        base::Rng random(static_cast<std::uint64_t>(length));
        Conversation conversation;
        std::vector<Sent> sent;
        base::Nanoseconds passed = 0;
        for (int i = 0; i < length; ++i) {
            const bool byClient = i == 0 || random.below(3) != 0;
            const std::size_t payload = random.below(500);
            const base::Nanoseconds wait = milliseconds(static_cast<std::int64_t>(random.below(1000)));
            conversation.wait(wait);
            passed += i == 0 ? 0 : wait + conversation.gap;
            byClient ? conversation.udpOut(payload) : conversation.udpIn(payload);
            sent.push_back({byClient, static_cast<double>(payload), static_cast<double>(passed) / 1e9});
        }
        const FlowStatistics statistics = assemble(conversation.frames).at(0).record.statistics;

        std::array<std::vector<double>, 2> payloads;
        std::array<std::vector<double>, 2> times;
        std::vector<double> allTimes;
        unsigned turns = 0;
        int speaker = -1;
        for (const Sent& packet : sent) {
            const std::size_t side = packet.byClient ? flow::outward : flow::inward;
            payloads[side].push_back(packet.payload);
            times[side].push_back(packet.at);
            allTimes.push_back(packet.at);
            if (packet.payload == 0)
                continue;
            turns += speaker >= 0 && speaker != static_cast<int>(side) ? 1 : 0;
            speaker = static_cast<int>(side);
        }
        for (const std::size_t side : {flow::outward, flow::inward}) {
            QCOMPARE(statistics.packets[side], std::uint64_t(payloads[side].size()));
            QVERIFY(agrees(statistics.payload[side], payloads[side]));
            QVERIFY(agrees(statistics.gaps[side], gaps(times[side])));
        }
        QVERIFY(agrees(statistics.allGaps, gaps(allTimes)));
        QCOMPARE(statistics.turns, turns);
    }

    /// A table says the same of a long row, whose sums it keeps, and of a short one, which it adds up.
    void aTableAndARecordSayTheSame()
    {
        for (const int length : {3, 48, 49, 120}) {
            Conversation conversation;
            conversation.handshake();
            for (int i = 0; i < length; ++i)
                conversation.out({.sequence = 1001U + static_cast<std::uint32_t>(i) * 10, .payload = 10});
            flow::FlowTable table;
            const flow::FlowRecord record = assemble(conversation.frames).at(0).record;
            table.append(record);
            QVERIFY(table.statistics(flow::FlowId(0)) == record.statistics);
            flow::FlowView bare = table.view(flow::FlowId(0));
            if (record.observations.size() == record.places.size())
                bare.totals = nullptr;
            QVERIFY(bare.statistics() == record.statistics);
        }
    }

    /// 2^32 packets of one kind must not look like none.
    void smallCountersStandStillAtTheirGreatestValue()
    {
        std::uint32_t counter = std::numeric_limits<std::uint32_t>::max() - 1;
        flow::countUpIf(false, counter);
        QCOMPARE(counter, std::numeric_limits<std::uint32_t>::max() - 1);
        flow::countUpIf(true, counter);
        flow::countUpIf(true, counter);
        QCOMPARE(counter, std::numeric_limits<std::uint32_t>::max());
    }
};

QTEST_GUILESS_MAIN(PacketSumsTest)
#include "packet_sums_test.moc"
