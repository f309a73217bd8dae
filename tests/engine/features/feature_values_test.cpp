// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QFile>

#include "engine/features/extract.h"
#include "engine/features/feature_schema.h"
#include "tests/support/flow_builder.h"

#include <cmath>
#include <map>

using namespace flowscent;

namespace {

QList<QList<QByteArray>> rowsOf(const char* file)
{
    QFile opened(QStringLiteral(FLOWSCENT_SOURCE_DIR "/tests/data/features/") + QLatin1String(file));
    if (!opened.open(QIODevice::ReadOnly))
        qFatal("%s is missing", file);
    QList<QList<QByteArray>> rows;
    for (const QByteArray& line : opened.readAll().trimmed().split('\n'))
        rows << line.split(',');
    return rows.mid(1);
}

/// Plays packets.csv through frames, decoding and flow assembly.
flow::FlowRecord played()
{
    test::Conversation talk;
    talk.gap = 0;
    for (const auto& row : rowsOf("packets.csv")) {
        talk.wait(row[0].toLongLong() * 1000);
        const test::TcpSegment segment{.flags = static_cast<std::uint8_t>(row[2].toUInt()),
                                       .sequence = row[3].toUInt(),
                                       .acknowledged = row[4].toUInt(),
                                       .window = static_cast<std::uint16_t>(row[5].toUInt()),
                                       .payload = row[6].toUInt()};
        row[1] == "1" ? talk.in(segment) : talk.out(segment);
    }
    const auto reported = test::assemble(talk.frames);
    if (reported.size() != 1)
        qFatal("%zu flows instead of one", reported.size());
    return reported.front().record;
}

bool close(double value, double expected)
{
    return std::abs(value - expected) <= 1e-5 * std::max(1.0, std::abs(expected));
}

flow::Observation seen(std::int64_t at, std::uint32_t payload, std::uint8_t marks = 0)
{
    return {.sinceStart = at, .payloadLength = payload, .tcpWindow = 500, .tcpFlags = 0x10, .marks = marks};
}

} // namespace

/// The values, against numpy's reading of the feature table's words (tests/data/features).
class FeatureValuesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void statisticsAreWhatTheirWordsSay()
    {
        std::map<std::string_view, double> expected;
        const auto rows = rowsOf("statistics.csv");
        for (const auto& row : rows)
            expected[{row[0].data(), static_cast<std::size_t>(row[0].size())}] = row[1].toDouble();
        const auto set = features::extract(played());
        const auto definitions = features::statisticDefinitions();
        QCOMPARE(expected.size(), definitions.size());
        for (std::size_t i = 0; i < definitions.size(); ++i) {
            const auto found = expected.find(definitions[i].name);
            QVERIFY2(found != expected.end(), definitions[i].name.data());
            const auto value = static_cast<double>(set.statistics.row(0)[i]);
            QVERIFY2(close(value, found->second), qPrintable(QStringLiteral("%1: %2, not %3")
                                                                 .arg(QLatin1String(definitions[i].name.data()))
                                                                 .arg(value)
                                                                 .arg(found->second)));
        }
    }

    void packetsAreWhatTheirWordsSay()
    {
        const auto expected = rowsOf("sequence.csv");
        const auto set = features::extract(played());
        QCOMPARE(static_cast<std::size_t>(expected.size()), features::sequenceLength);
        for (std::size_t packet = 0; packet < features::sequenceLength; ++packet) {
            for (std::size_t field = 0; field < features::sequenceFields; ++field) {
                const auto value = static_cast<double>(set.sequences.row(0)[packet * features::sequenceFields + field]);
                const double golden =
                    expected[static_cast<qsizetype>(packet)][static_cast<qsizetype>(field)].toDouble();
                QVERIFY2(close(value, golden),
                         qPrintable(QStringLiteral("packet %1, %2: %3, not %4")
                                        .arg(packet)
                                        .arg(QLatin1String(features::sequenceDefinitions()[field].name.data()))
                                        .arg(value)
                                        .arg(golden)));
            }
        }
    }

    void noiseIsCountedAndLeftOut()
    {
        features::NoiseCounters left;
        const auto kept = features::denoise(played().observations, left);
        QCOMPARE(kept.size(), std::size_t(14));
        QCOMPARE(left, (features::NoiseCounters{.retransmissions = 1, .keepAlives = 1, .duplicateAcks = 2}));
        QCOMPARE(left.total(), 4U);
    }

    void onlyTheFirstThirtyTwoThatAreNoNoiseCount()
    {
        flow::FlowRecord record;
        for (std::uint32_t i = 0; i < flow::keptObservations; ++i)
            record.observations.push_back(
                seen(i * 1000, 100 + i, i % 4 == 3 ? std::uint8_t{flow::Retransmission} : std::uint8_t{0}));
        const auto row = features::extract(record).sequences;
        std::uint32_t packet = 0;
        for (std::uint32_t i = 0; i < flow::keptObservations && packet < 32; ++i) {
            if (i % 4 != 3)
                QCOMPARE(row.values[8 * packet++], static_cast<float>(100 + i));
        }
        QCOMPARE(packet, 32U);
        QCOMPARE(row.values[8 * 31 + 7], 1.0F);

        record.observations.resize(3);
        const auto few = features::extract(record).sequences;
        QCOMPARE(few.values[8 * 2 + 7], 1.0F);
        QVERIFY(std::all_of(few.values.begin() + 8 * 3, few.values.end(), [](float value) { return value == 0; }));
    }

    void aTableGivesWhatItsRecordsGive()
    {
        flow::FlowTable table;
        table.append(played());
        table.append({});
        const auto all = features::extract(table, {}, {});
        QCOMPARE(all.size(), std::size_t(2));
        auto apart = features::extract(table.record(flow::FlowId(0)));
        apart.append(features::extract(table.record(flow::FlowId(1))));
        QVERIFY(all == apart);
        const std::uint32_t last[] = {1};
        QVERIFY(all.rows(last) == features::extract(flow::FlowRecord{}));
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(features::extract(table, {}, stop.get_token()).size(), std::size_t(0));
    }

    /// Hostile clocks and counters: whatever they say, the numbers stay finite and bounded.
    void numbersStayFinite()
    {
        flow::FlowRecord none;
        flow::FlowRecord backwards;
        backwards.start = 100;
        backwards.last = -1'000'000'000'000;
        backwards.observations = {seen(0, 10), seen(-5'000'000'000, 20), seen(-9, 0)};
        flow::FlowRecord huge;
        huge.last = std::numeric_limits<std::int64_t>::max();
        huge.statistics.packets = {std::numeric_limits<std::uint64_t>::max() / 2, 1};
        for (auto* sums : {&huge.statistics.payload[0], &huge.statistics.allGaps, &huge.statistics.gaps[1]}) {
            sums->add(1e300);
            sums->add(std::numeric_limits<double>::infinity());
        }
        huge.observations = {seen(std::numeric_limits<std::int64_t>::max(), 4'000'000'000U)};
        for (const auto& record : {none, backwards, huge}) {
            const auto set = features::extract(record);
            for (const auto* values : {&set.sequences.values, &set.statistics.values}) {
                QVERIFY(std::ranges::all_of(
                    *values, [](float value) { return std::isfinite(value) && std::abs(value) <= 1e12F; }));
            }
        }
        QCOMPARE(features::extract(backwards).sequences.values[8 + 2], 0.0F); // no gap runs backwards
    }
};

QTEST_GUILESS_MAIN(FeatureValuesTest)
#include "feature_values_test.moc"
