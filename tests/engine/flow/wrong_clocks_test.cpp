// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "engine/base/random.h"
#include "engine/flow/read_flows.h"
#include "tests/support/block_writer.h"
#include "tests/support/flow_builder.h"

#include <algorithm>
#include <limits>

using namespace flowscent;
using namespace flowscent::test;
using flow::FlowEnd;

namespace {

constexpr base::Nanoseconds year = 365 * 86'400 * base::nanosecondsPerSecond;
constexpr base::Nanoseconds now = 1'700'000'000 * base::nanosecondsPerSecond;                  ///< 2023
constexpr base::Nanoseconds latest = 9'223'372'035 * base::nanosecondsPerSecond + 999'999'999; ///< of any file

/// One packet of a conversation with this number, at that time.
Frame at(base::Nanoseconds time, std::uint16_t conversation = 0)
{
    Conversation one;
    one.clientPort = static_cast<std::uint16_t>(40'000 + conversation);
    one.now = time;
    one.udpOut(1);
    return one.frames[0];
}

struct Result {
    std::vector<Reported> flows; ///< as they ended
    flow::AssemblerCounters counters;
    std::size_t mostOpen = 0;

    [[nodiscard]] std::size_t of(std::uint16_t conversation) const
    {
        return static_cast<std::size_t>(std::ranges::count(
            flows, 40'000 + conversation, [](const Reported& flow) { return int{flow.record.key.client.port}; }));
    }
};

/// Runs packets through an assembler and holds the flows to what is true of every clock.
Result run(const std::vector<Frame>& frames)
{
    Result result;
    flow::FlowAssembler assembler({}, [&result](flow::FlowId id, const flow::FlowView& seen) {
        result.flows.push_back({id, seen.record()});
    });
    for (const Frame& frame : frames) {
        assembler.add(view(frame));
        result.mostOpen = std::max(result.mostOpen, assembler.openFlows());
    }
    assembler.finish();
    result.counters = assembler.counters();
    return result;
}

/// Every packet in one flow, every flow once, no flow that ends before it begins, no gap that is negative.
void checkSane(const Result& result, std::size_t packets)
{
    std::uint64_t counted = 0;
    std::vector<bool> seen(result.flows.size());
    for (const auto& [id, record] : result.flows) {
        QVERIFY(id.value < seen.size() && !seen[id.value]);
        seen[id.value] = true;
        QVERIFY(record.end != FlowEnd::Open);
        QVERIFY(record.last >= record.start);
        for (const flow::Sums& gaps : {record.statistics.allGaps, record.statistics.gaps[0], record.statistics.gaps[1]})
            QVERIFY(gaps.smallest >= 0 && gaps.sum >= 0 && gaps.largest < 1e10);
        counted += record.statistics.packets[0] + record.statistics.packets[1];
        QCOMPARE(std::uint64_t{record.places.size()}, record.statistics.packets[0] + record.statistics.packets[1]);
    }
    QCOMPARE(counted, std::uint64_t{packets});
    QCOMPARE(result.counters.packets, std::uint64_t{packets});
}

} // namespace

/// Clocks that jump by years, back, forth and to and fro: of cards that were never set, and of two in one file.
class WrongClocksTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

private Q_SLOTS:
    /// As a card sends it whose clock was read before it was set.
    void onePacketOfTheWrongYearEndsNoFlowBehindIt_data()
    {
        QTest::addColumn<qint64>("wrong");
        QTest::newRow("the beginning of time") << qint64{0};
        QTest::newRow("ten years before") << qint64{now - 10 * year};
        QTest::newRow("five minutes before") << qint64{now - seconds(300)};
    }
    void onePacketOfTheWrongYearEndsNoFlowBehindIt()
    {
        QFETCH(const qint64, wrong);
        std::vector<Frame> frames;
        for (int i = 0; i < 20; ++i)
            frames.push_back(at(now + milliseconds(i), static_cast<std::uint16_t>(i % 3)));
        frames.push_back(at(wrong, 1));
        for (int i = 20; i < 40; ++i)
            frames.push_back(at(now + milliseconds(i), static_cast<std::uint16_t>(i % 3)));
        const Result result = run(frames);
        checkSane(result, 41);
        QCOMPARE(result.flows.size(), std::size_t(3));
        QCOMPARE(result.counters.clockWentBack, std::uint64_t(1));
        for (const Reported& flow : result.flows) {
            QVERIFY(flow.record.start >= now && flow.record.last < now + seconds(1));
            QCOMPARE(flow.record.end, FlowEnd::SourceEnded);
        }
    }

    /// A step forward cannot be told from silence: flows end as after one, but only once.
    void onePacketOfAFarYearEndsFlowsOnce()
    {
        for (const base::Nanoseconds wrong : {now + seconds(300), now + year, now + 200 * year, latest}) {
            std::vector<Frame> frames;
            for (int i = 0; i < 20; ++i)
                frames.push_back(at(now + milliseconds(i), static_cast<std::uint16_t>(i % 2)));
            for (int round = 0; round < 5; ++round) {
                frames.push_back(at(std::min(wrong, latest - round) + round, 7));
                for (int i = 0; i < 20; ++i)
                    frames.push_back(at(now + milliseconds(20 + round * 20 + i), static_cast<std::uint16_t>(i % 2)));
            }
            const Result result = run(frames);
            checkSane(result, frames.size());
            QCOMPARE(result.of(0), std::size_t(2));
            QCOMPARE(result.of(1), std::size_t(2));
            QCOMPARE(result.of(7), std::size_t(1));
            QCOMPARE(result.counters.clockWentBack, std::uint64_t(5));
        }
    }

    /// Two cards of one machine, one of whose clocks was never set: their packets come by turns.
    void twoClocksInOneCaptureSplitNoFlow_data()
    {
        QTest::addColumn<qint64>("other");
        QTest::newRow("never set") << qint64{0};
        QTest::newRow("years before") << qint64{now - 3 * year};
        QTest::newRow("an hour before") << qint64{now - seconds(3600)};
    }
    void twoClocksInOneCaptureSplitNoFlow()
    {
        QFETCH(const qint64, other);
        std::vector<Frame> frames;
        for (int i = 0; i < 600; ++i) { // ten minutes
            frames.push_back(at(now + seconds(i), static_cast<std::uint16_t>(i % 4)));
            frames.push_back(at(other + seconds(i), static_cast<std::uint16_t>(10 + i % 4)));
        }
        const Result result = run(frames);
        checkSane(result, 1200);
        QCOMPARE(result.flows.size(), std::size_t(8));
        QCOMPARE(result.counters.clockWentBack, std::uint64_t(600));
        for (const Reported& flow : result.flows)
            QVERIFY(flow.record.last - flow.record.start <= seconds(600));
    }

    /// And flows that are over end, or memory would not be bounded by those that are open.
    void silentFlowsEndUnderTwoClocks()
    {
        std::vector<Frame> frames;
        for (int i = 0; i < 20'000; ++i) {
            frames.push_back(at(now + seconds(i), static_cast<std::uint16_t>(i % 20'000)));
            frames.push_back(at(seconds(i), 20'001));
        }
        const Result result = run(frames);
        checkSane(result, 40'000);
        QVERIFY2(result.mostOpen < 300, std::to_string(result.mostOpen).c_str());
        QCOMPARE(result.of(20'001), std::size_t(6)); // 20 000 s, cut every hour
    }

    void aClockThatIsSetBackByYearsGoesOnFromThere()
    {
        std::vector<Frame> frames;
        for (int i = 0; i < 10; ++i)
            frames.push_back(at(now + seconds(i)));
        for (int i = 0; i < 1000; ++i)
            frames.push_back(at(now - 10 * year + seconds(i), static_cast<std::uint16_t>(1 + i % 2)));
        const Result result = run(frames);
        checkSane(result, 1010);
        QCOMPARE(result.flows.size(), std::size_t(3));
        QCOMPARE(result.flows[0].record.end, FlowEnd::Idle);
        QCOMPARE(result.flows[0].record.key.client.port, std::uint16_t(40'000));
        QCOMPARE(result.counters.clockWentBack, std::uint64_t(1));
    }

    void timesThatOnlyRunBackwardsAreCounted()
    {
        std::vector<Frame> frames;
        for (int i = 0; i < 100; ++i)
            frames.push_back(at(now - i * year / 2));
        const Result result = run(frames);
        checkSane(result, 100);
        QCOMPARE(result.flows.size(), std::size_t(1));
        QCOMPARE(result.flows[0].record.start, now);
        QCOMPARE(result.flows[0].record.last, now);
        QCOMPARE(result.counters.clockWentBack, std::uint64_t(99));
    }

    void anyTimesAtAllAreTaken()
    {
        base::Rng random(4);
        const std::vector<base::Nanoseconds> edges{0, 1, now, now + 1, latest, latest - 1, std::int64_t{1} << 62};
        std::vector<Frame> frames;
        for (int i = 0; i < 20'000; ++i) {
            const auto any = static_cast<base::Nanoseconds>(random.below(std::uint64_t{1} << 63));
            frames.push_back(
                at(i % 3 == 0 ? any : edges[random.below(edges.size())], static_cast<std::uint16_t>(random.below(50))));
        }
        checkSane(run(frames), frames.size());
    }

    /// From a file, whose ticks and offsets go as far as they can: the assembler gets what the reader made of them.
    void extremesOfAFileMakeSaneFlows()
    {
        BlockWriter file;
        file.section();
        const auto offset = [&file](std::int64_t seconds) {
            return BlockWriter::Option{14, file.number(static_cast<std::uint64_t>(seconds), 8)};
        };
        file.interface(1, {{9, {9}}}).interface(1, {{9, {0}}, offset(std::numeric_limits<std::int64_t>::min())});
        file.interface(1, {{9, {0x80}}, offset(std::numeric_limits<std::int64_t>::max())}).interface(1);
        for (std::uint32_t i = 0; i < 1000; ++i) {
            const std::uint64_t ticks = i % 5 == 0 ? UINT64_MAX : i % 5 == 1 ? 0 : std::uint64_t{1} << (i % 64);
            file.enhanced(
                {.interface = i % 4, .ticks = ticks, .bytes = at(0, static_cast<std::uint16_t>(i % 7)).bytes});
        }
        const auto saved = save(m_folder.filePath(QStringLiteral("extremes.pcapng")).toStdString(), file.bytes);
        for (const auto reading : {flow::Reading::OneThread, flow::Reading::TwoThreads}) {
            const auto outcome = flow::readFlows({saved}, {}, {}, {}, {}, reading);
            QVERIFY(outcome && !outcome->damage);
            std::uint64_t packets = 0;
            for (std::uint32_t row = 0; row < outcome->table->size(); ++row) {
                const double lasted = outcome->table->durationSeconds(flow::FlowId(row));
                QVERIFY(lasted >= 0 && lasted <= 3600);
                packets += outcome->table->places(flow::FlowId(row)).size();
            }
            QCOMPARE(packets, std::uint64_t(1000));
            QVERIFY(outcome->counters.clockWentBack > 100 && outcome->counters.clockWentBack < 1000);
        }
    }

    /// A file with a wrong clock beside one with a right one: both keep their flows.
    void aFileOfAnotherCenturyIsMergedWithoutHarm()
    {
        std::vector<Frame> right;
        std::vector<Frame> wrong;
        for (int i = 0; i < 100; ++i) {
            right.push_back(at(now + seconds(i), 1));
            wrong.push_back(at(i % 10 == 9 ? now + seconds(i) : seconds(i), 2)); // 1970, and now and then right
        }
        const auto one = save(m_folder.filePath(QStringLiteral("right.pcap")).toStdString(), pcap(right));
        const auto two = save(m_folder.filePath(QStringLiteral("wrong.pcap")).toStdString(), pcap(wrong));
        const auto outcome = flow::readFlows({one, two}, {}, {}, {}, {});
        QVERIFY(outcome && !outcome->damage);
        QCOMPARE(outcome->counters.packets, std::uint64_t(200));
        std::vector<std::size_t> ofRight;
        for (std::uint32_t row = 0; row < outcome->table->size(); ++row) {
            QVERIFY(outcome->table->durationSeconds(flow::FlowId(row)) >= 0);
            if (outcome->table->client[row].port == 40'001)
                ofRight.push_back(outcome->table->places(flow::FlowId(row)).size());
        }
        QCOMPARE(ofRight, std::vector<std::size_t>{100});
    }
};

QTEST_GUILESS_MAIN(WrongClocksTest)
#include "wrong_clocks_test.moc"
