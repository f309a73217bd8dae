// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/features/extract.h"
#include "engine/features/feature_schema.h"
#include "tests/support/flow_builder.h"

#include <cmath>
#include <limits>

using namespace flowscent;
using features::FeatureSet;

namespace {

constexpr std::size_t fields = features::sequenceFields;

std::size_t indexOf(std::span<const features::FeatureDefinition> definitions, std::string_view name)
{
    for (std::size_t i = 0; i < definitions.size(); ++i) {
        if (definitions[i].name == name)
            return i;
    }
    qFatal("no such feature");
}

float statistic(const FeatureSet& set, std::string_view name)
{
    return set.statistics.row(0)[indexOf(features::statisticDefinitions(), name)];
}

float field(const FeatureSet& set, std::size_t packet, std::string_view name)
{
    return set.sequences.row(0)[packet * fields + indexOf(features::sequenceDefinitions(), name)];
}

std::size_t validPackets(const FeatureSet& set)
{
    std::size_t count = 0;
    for (std::size_t packet = 0; packet < features::sequenceLength; ++packet)
        count += field(set, packet, "valid") > 0.5F ? 1U : 0U;
    return count;
}

flow::FlowRecord only(const test::Conversation& talk)
{
    const auto reported = test::assemble(talk.frames);
    if (reported.size() != 1)
        qFatal("expected one flow, got %zu", reported.size());
    return reported.front().record;
}

/// A datagram of `size` bytes and more, each way in turn.
flow::FlowRecord datagrams(std::size_t count, std::size_t size = 10)
{
    test::Conversation talk;
    for (std::size_t i = 0; i < count; ++i)
        i % 2 == 0 ? talk.udpOut(size + i) : talk.udpIn(size + i);
    return only(talk);
}

bool finite(const FeatureSet& set)
{
    const auto fine = [](float value) { return std::isfinite(value) && std::abs(value) <= 1e12F; };
    return std::ranges::all_of(set.sequences.values, fine) && std::ranges::all_of(set.statistics.values, fine);
}

} // namespace

class ExtractTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aLoneDatagramHasSizesAndNoGaps()
    {
        const FeatureSet set = features::extract(datagrams(1, 48));
        QCOMPARE(statistic(set, "packets_out"), 1.0F);
        QCOMPARE(statistic(set, "packets_in"), 0.0F);
        QCOMPARE(statistic(set, "payload_out"), 48.0F);
        QCOMPARE(statistic(set, "payload_out_share"), 1.0F);
        QCOMPARE(statistic(set, "first_payload_out"), 48.0F);
        QCOMPARE(statistic(set, "payload_rate"), 48'000.0F); // over one millisecond at least
        for (const char* name : {"duration", "gap_mean", "gap_std", "gap_max", "gap_min", "gap_cv", "is_tcp", "turns",
                                 "handshake_seen", "handshake_rtt", "first_payload_in", "payload_in_q50"})
            QVERIFY2(statistic(set, name) == 0.0F, name);
        QCOMPARE(validPackets(set), 1U);
        QCOMPARE(field(set, 0, "size"), 48.0F);
        QCOMPARE(field(set, 0, "window_ratio"), 0.0F);
    }

    /// Payloads 10, 12, 14, 16 out: nearest rank takes index round(0.25 * 3) = 1, round(1.5) = 2, round(2.25) = 2.
    void quartilesAreNearestRank()
    {
        const FeatureSet set = features::extract(datagrams(8));
        QCOMPARE(statistic(set, "payload_out_q25"), 12.0F);
        QCOMPARE(statistic(set, "payload_out_q50"), 14.0F);
        QCOMPARE(statistic(set, "payload_out_q75"), 14.0F);
        QCOMPARE(statistic(set, "turns"), 7.0F);
    }

    void aLongFlowIsCutAfterThirtyTwoPackets()
    {
        const FeatureSet set = features::extract(datagrams(45));
        QCOMPARE(validPackets(set), features::sequenceLength);
        QCOMPARE(field(set, 31, "size"), -41.0F);
        QCOMPARE(statistic(set, "packets_out") + statistic(set, "packets_in"), 45.0F);
        QCOMPARE(statistic(set, "payload_out_max"), 54.0F);
    }

    void aShortFlowIsFilledUpWithZeros()
    {
        const FeatureSet set = features::extract(datagrams(3));
        QCOMPARE(validPackets(set), 3U);
        const auto rest = set.sequences.row(0).subspan(3 * fields);
        QCOMPARE(rest.size(), (features::sequenceLength - 3) * fields);
        QVERIFY(std::ranges::all_of(rest, [](float value) { return value == 0; }));
    }

    void aPauseOverAMinuteLooksLikeAMinute()
    {
        test::Conversation talk;
        talk.udpOut(1).wait(test::seconds(100)).udpIn(1);
        QCOMPARE(field(features::extract(only(talk)), 1, "gap"), 60e6F);
    }

    void aClockThatRunsBackwardsGivesNoNegativeTimes()
    {
        test::Conversation talk;
        talk.udpOut(1).wait(-test::seconds(5)).udpIn(2).udpOut(3);
        const FeatureSet set = features::extract(only(talk));
        QVERIFY(finite(set));
        QCOMPARE(field(set, 1, "gap"), 0.0F);
    }

    void aFlowThatEndsBeforeItBeginsLastedNoTime()
    {
        flow::FlowRecord record = datagrams(2);
        record.last = record.start - test::seconds(7);
        const FeatureSet set = features::extract(record);
        QCOMPARE(statistic(set, "duration"), 0.0F);
        QCOMPARE(statistic(set, "packet_rate"), 2000.0F);
    }

    void anEmptyFlowIsAllZero()
    {
        const FeatureSet set = features::extract(flow::FlowRecord{});
        QVERIFY(finite(set));
        QVERIFY(std::ranges::all_of(set.sequences.values, [](float value) { return value == 0; }));
        QVERIFY(std::ranges::all_of(set.statistics.values, [](float value) { return value == 0; }));
    }

    void hostileNumbersStayFinite_data()
    {
        QTest::addColumn<double>("value");
        const double huge = std::numeric_limits<double>::max();
        for (const double value : {huge, -huge, std::numeric_limits<double>::infinity(),
                                   std::numeric_limits<double>::quiet_NaN(), 1e300, -1e300})
            QTest::addRow("%g", value) << value;
    }
    void hostileNumbersStayFinite()
    {
        QFETCH(const double, value);
        flow::FlowRecord record = datagrams(5);
        record.start = std::numeric_limits<std::int64_t>::min() / 2;
        record.last = std::numeric_limits<std::int64_t>::max() / 2;
        for (flow::Sums* sums : {&record.statistics.payload[0], &record.statistics.payload[1],
                                 &record.statistics.gaps[0], &record.statistics.gaps[1], &record.statistics.allGaps}) {
            sums->sum = sums->sumOfSquares = sums->smallest = sums->largest = value;
            sums->count = std::numeric_limits<std::uint64_t>::max();
        }
        record.statistics.packets = {std::numeric_limits<std::uint64_t>::max(), 0};
        record.statistics.handshakeRtt = std::numeric_limits<std::int64_t>::max();
        record.observations[1].payloadLength = std::numeric_limits<std::uint32_t>::max();
        record.observations[2].sinceStart = std::numeric_limits<std::int64_t>::max() / 2;
        record.observations[3].sinceStart = -std::numeric_limits<std::int64_t>::max() / 2;
        QVERIFY(finite(features::extract(record)));
    }

    void aTableGivesWhatItsRecordsGive()
    {
        flow::FlowTable table;
        FeatureSet expected = features::extract(datagrams(2));
        table.append(datagrams(2));
        for (const std::size_t count : {1U, 40U, 5U}) {
            table.append(datagrams(count));
            expected.append(features::extract(datagrams(count)));
        }
        std::uint64_t total = 0;
        const auto set =
            features::extract(table, [&total](const base::Progress& progress) { total = progress.total; }, {});
        QVERIFY(set == expected);
        QCOMPARE(total, 4U);
    }

    void aStoppedTableGivesNothing()
    {
        flow::FlowTable table;
        table.append(datagrams(2));
        std::stop_source source;
        source.request_stop();
        QCOMPARE(features::extract(table, {}, source.get_token()).size(), 0U);
    }

    void rowsCanBePickedInAnyOrder()
    {
        FeatureSet all = features::extract(datagrams(1));
        all.append(features::extract(datagrams(7)));
        const std::vector<std::uint32_t> order{1, 0, 1};
        const FeatureSet picked = all.rows(order);
        QCOMPARE(picked.size(), 3U);
        QVERIFY(picked == all.rows(order));
        QCOMPARE(picked.statistics.row(0)[0], 4.0F);
        QCOMPARE(picked.statistics.row(1)[0], 1.0F);
        QVERIFY(std::ranges::equal(picked.sequences.row(2), all.sequences.row(1)));
    }
};

QTEST_GUILESS_MAIN(ExtractTest)
#include "extract_test.moc"
