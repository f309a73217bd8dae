// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/features/extract.h"
#include "engine/features/feature_schema.h"
#include "engine/features/scaler.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace flowscent;
using features::FeatureSet;
using flow::inward;
using flow::outward;

namespace {

constexpr std::uint64_t beyond = 5'000'000'000; ///< packets; more than 32 bits hold

/// An hour of four packets a microsecond, each of 100 bytes, one microsecond in ten thousand of another size.
flow::FlowRecord endless()
{
    flow::FlowRecord record;
    record.key.protocol = 6;
    record.last = 3600 * base::nanosecondsPerSecond;
    auto& statistics = record.statistics;
    statistics.packets = {beyond, 2 * beyond};
    statistics.bytes = {beyond * 154, 2 * beyond * 154};
    for (const std::size_t direction : {outward, inward}) {
        const auto packets = static_cast<double>(statistics.packets[direction]);
        statistics.payload[direction] = {statistics.packets[direction], 10 * packets, 100 * packets, 10, 10};
        statistics.gaps[direction] = {statistics.packets[direction] - 1, 3600, 3600 * 1e-6, 1e-7, 1e-5};
        statistics.flags[direction].fill(std::numeric_limits<std::uint32_t>::max());
        statistics.withPayload[direction] = std::numeric_limits<std::uint32_t>::max();
    }
    statistics.allGaps = {3 * beyond - 1, 3600, 3600 * 1e-6, 1e-7, 1e-5};
    statistics.turns = statistics.retransmissions = statistics.outOfOrder = statistics.keepAlives =
        statistics.duplicateAcks = statistics.zeroWindows = statistics.icmpErrors =
            std::numeric_limits<std::uint32_t>::max();
    return record;
}

float valueOf(const FeatureSet& set, std::string_view name)
{
    const auto definitions = features::statisticDefinitions();
    const auto found = std::ranges::find(definitions, name, &features::FeatureDefinition::name);
    if (found == definitions.end())
        qFatal("no such feature");
    return set.statistics.row(0)[static_cast<std::size_t>(found - definitions.begin())];
}

} // namespace

/// Flows longer than 32 bits count, and the floats that a model sees of them.
class LargeCountsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void fiveBillionPacketsAreThatMany()
    {
        const FeatureSet set = features::extract(endless());
        QCOMPARE(valueOf(set, "packets_out"), 5e9F);
        QCOMPARE(valueOf(set, "packets_in"), 1e10F);
        QCOMPARE(valueOf(set, "payload_out"), 5e10F);
        QCOMPARE(valueOf(set, "payload_in"), 1e11F);
        QCOMPARE(valueOf(set, "payload_out_mean"), 10.0F);
        QVERIFY(std::abs(valueOf(set, "payload_out_std")) < 1e-3F);
        QCOMPARE(valueOf(set, "with_payload_out"), 4294967295.0F);
        QCOMPARE(valueOf(set, "packets_out_share"), 1.0F / 3.0F);
        QCOMPARE(valueOf(set, "duration"), 3.6e6F);
        QCOMPARE(valueOf(set, "packet_rate"), static_cast<float>(1.5e10 / 3600.001));
        QCOMPARE(valueOf(set, "turns"), 4294967295.0F);
        QCOMPARE(valueOf(set, "syn"), 2 * 4294967295.0F); // of both directions
        QCOMPARE(valueOf(set, "noise_share"), static_cast<float>(4 * 4294967295.0 / 1.5e10));
        QVERIFY(valueOf(set, "psh_out_share") <= 1.0F);
    }

    /// Also of the largest numbers that the statistics hold, and also for the model, which sees them scaled.
    void everyNumberIsFinite()
    {
        flow::FlowRecord largest = endless();
        largest.last = std::numeric_limits<std::int64_t>::max();
        largest.statistics.packets.fill(std::numeric_limits<std::uint64_t>::max() / 2);
        largest.statistics.bytes.fill(std::numeric_limits<std::uint64_t>::max());
        largest.statistics.handshakeRtt = std::numeric_limits<std::int64_t>::max();
        for (flow::Sums* sums : {&largest.statistics.allGaps, largest.statistics.payload.data(),
                                 &largest.statistics.payload[1], largest.statistics.gaps.data()})
            *sums = {std::numeric_limits<std::uint64_t>::max(), 1e300, 1e308, 0, 1e300};
        for (int i = 0; i < 40; ++i)
            largest.observations.push_back({.sinceStart = i % 2 == 0 ? 0 : std::numeric_limits<std::int64_t>::max(),
                                            .payloadLength = std::numeric_limits<std::uint32_t>::max(),
                                            .tcpWindow = 0});
        for (const flow::FlowRecord& record : {endless(), largest}) {
            const FeatureSet set = features::extract(record);
            for (const base::Matrix* matrix : {&set.sequences, &set.statistics})
                QVERIFY(std::ranges::all_of(matrix->values, [](float value) { return std::isfinite(value); }));
        }
    }
};

QTEST_GUILESS_MAIN(LargeCountsTest)
#include "large_counts_test.moc"
