// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "engine/flow/read_flows.h"
#include "tests/support/flow_builder.h"

using namespace flowscent;
using namespace flowscent::test;
using base::Error;
using flow::FlowId;
using flow::FlowTable;
using flow::readFlows;

namespace {

/// `count` conversations that overlap: each lasts longer than the start of the next, the first longest of all.
std::vector<Frame> overlapping(std::size_t count, int packets)
{
    std::vector<Conversation> conversations(count);
    for (std::size_t i = 0; i < count; ++i) {
        conversations[i].client = "10.0." + std::to_string(i / 200) + "." + std::to_string(i % 200 + 1);
        conversations[i].now += milliseconds(static_cast<std::int64_t>(i));
        conversations[i].gap = i == 0 ? seconds(100) : milliseconds(7);
        for (int k = 0; k < packets; ++k)
            conversations[i].udpOut(static_cast<std::size_t>(k));
    }
    return merged(conversations);
}

std::shared_ptr<const FlowTable> tableOf(const std::vector<std::filesystem::path>& files)
{
    const auto outcome = readFlows(files, {}, {}, {}, {});
    return outcome ? outcome->table : nullptr;
}

} // namespace

class ReadFlowsTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const
    {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }

private Q_SLOTS:
    void oneThreadAndTwoGiveTheSame()
    {
        const std::vector<std::filesystem::path> files{save(path("first.pcap"), pcap(overlapping(300, 9))),
                                                       path("gone"),
                                                       save(path("second.pcap"), pcap(overlapping(200, 4)))};
        const auto one = readFlows(files, {}, {}, {}, {}, flow::Reading::OneThread);
        const auto two = readFlows(files, {}, {}, {}, {}, flow::Reading::TwoThreads);
        QVERIFY(one && two);
        QVERIFY(one->counters == two->counters);
        QCOMPARE(one->damage->sentence(), two->damage->sentence());
        QCOMPARE(one->table->size(), two->table->size());
        QVERIFY(one->table->size() >= 300);
        for (std::uint32_t row = 0; row < one->table->size(); ++row)
            QVERIFY(one->table->record(FlowId(row)) == two->table->record(FlowId(row)));
    }

    void saysWhereTheFirstPacketWithoutAFlowIs()
    {
        std::vector<Frame> frames = overlapping(200, 5);
        const auto at = [&frames](std::size_t number) {
            return frames.begin() + static_cast<std::ptrdiff_t>(number) - 1;
        };
        at(700)->bytes[14] = 0x52; // an IP header of version 5
        at(600)->bytes[14] = 0x52;
        at(900)->bytes.resize(20);
        for (const auto reading : {flow::Reading::OneThread, flow::Reading::TwoThreads}) {
            const auto outcome = readFlows({save(path("odd.pcap"), pcap(frames))}, {}, {}, {}, {}, reading);
            QVERIFY(outcome);
            QCOMPARE(outcome->counters.packets, std::uint64_t(1000));
            const auto& first = outcome->counters.firstSkipped;
            QCOMPARE(first[std::size_t(packet::SkipReason::Malformed)], std::uint64_t(600));
            QCOMPARE(first[std::size_t(packet::SkipReason::TruncatedHeader)], std::uint64_t(900));
            QCOMPARE(first[std::size_t(packet::SkipReason::NotIp)], std::uint64_t(0));
        }
    }

    void rowsAreInOrderOfTheFirstPacketAlthoughFlowsEndInAnother()
    {
        const auto table = tableOf({save(path("overlap.pcap"), pcap(overlapping(300, 5)))});
        QVERIFY(table);
        QCOMPARE(table->size(), std::size_t(300));
        QVERIFY(std::ranges::is_sorted(table->start));
        QCOMPARE(packet::text(table->client[0].address), std::string("10.0.0.1"));
        for (std::uint32_t row = 0; row < table->size(); ++row)
            QCOMPARE(table->places(FlowId(row)).size(), std::size_t(5));
    }

    void severalFilesAreReadAsOneCapture()
    {
        Conversation conversation;
        conversation.udpOut(1).udpOut(2).udpOut(3);
        const auto& frames = conversation.frames;
        const auto one = save(path("one.pcap"), pcap({frames[0]}));
        const auto two = save(path("two.pcapng"), pcapng({frames[1], frames[2]}));
        const auto outcome = readFlows({one, two}, {}, {}, {}, {});
        QVERIFY(outcome && !outcome->damage);
        QCOMPARE(outcome->table->size(), std::size_t(1));
        QCOMPARE(outcome->counters.packets, std::uint64_t(3));
        const auto places = outcome->table->places(FlowId(0));
        QCOMPARE(int(places[0].file), 0);
        QCOMPARE(int(places[2].file), 1);
    }

    /// Two sensors that took turns: only in order of time do their packets make the same flows.
    void filesThatOverlapGiveTheFlowsOfTheWhole()
    {
        const auto frames = overlapping(200, 8);
        std::vector<Frame> halves[2];
        for (std::size_t i = 0; i < frames.size(); ++i)
            halves[i * 7 / 5 % 2].push_back(frames[i]);
        const auto whole = tableOf({save(path("whole.pcap"), pcap(frames))});
        const auto merged =
            tableOf({save(path("half0.pcap"), pcap(halves[0])), save(path("half1.pcapng"), pcapng(halves[1]))});
        QVERIFY(whole && merged);
        QCOMPARE(merged->size(), whole->size());
        for (std::uint32_t row = 0; row < whole->size(); ++row) {
            QVERIFY(merged->key(FlowId(row)) == whole->key(FlowId(row)));
            QCOMPARE(merged->start[row], whole->start[row]);
            QCOMPARE(merged->last[row], whole->last[row]);
            QVERIFY(merged->packets[row] == whole->packets[row]);
            QVERIFY(std::ranges::equal(merged->observations(FlowId(row)), whole->observations(FlowId(row))));
        }
    }

    void damageNamesEveryFile()
    {
        Bytes cut = pcap(overlapping(10, 2));
        cut.resize(cut.size() - 3);
        const auto one = save(path("one-cut.pcap"), cut);
        const auto two = save(path("two-cut.pcap"), cut);
        const auto outcome = readFlows({one, two, path("missing.pcap")}, {}, {}, {}, {});
        QVERIFY(outcome && outcome->damage);
        QCOMPARE(outcome->damage->where, one.string());
        QVERIFY2(outcome->damage->what.ends_with("; 2 more files are not whole: " + two.string() + ", " +
                                                 path("missing.pcap").string()),
                 outcome->damage->what.c_str());
        QCOMPARE(outcome->counters.packets, std::uint64_t(38));
    }

    void packedCapturesAreReadAndOtherFilesInThemRemarked()
    {
        const std::filesystem::path data = FLOWSCENT_SOURCE_DIR "/tests/data";
        const auto plain = readFlows({data / "captures/peculiar.pcap"}, {}, {}, {}, {});
        const auto packed = readFlows({data / "packed/several.zip"}, {}, {}, {}, {});
        QVERIFY(plain && packed && !packed->damage);
        QVERIFY(packed->counters == plain->counters);
        QCOMPARE(packed->table->size(), plain->table->size());
        QVERIFY(packed->remark.find("several.zip: only peculiar.pcap") != std::string::npos);
        QCOMPARE(plain->remark, std::string());
    }

    void aCaptureWithoutPacketsHasNoFlows()
    {
        const auto outcome = readFlows({save(path("none.pcap"), pcap({}))}, {}, {}, {}, {});
        QVERIFY(outcome && !outcome->damage && !outcome->cancelled);
        QCOMPARE(outcome->table->size(), std::size_t(0));
    }

    void aCaptureThatWasCutKeepsItsGoodPart()
    {
        Bytes bytes = pcap(overlapping(10, 2));
        bytes.resize(bytes.size() - 3);
        const auto outcome = readFlows({save(path("cut.pcap"), bytes)}, {}, {}, {}, {});
        QVERIFY(outcome);
        QVERIFY(outcome->damage);
        QCOMPARE(outcome->damage->code, Error::Code::Truncated);
        QVERIFY2(outcome->damage->what.starts_with("cut off after packet 19"), outcome->damage->what.c_str());
        QCOMPARE(outcome->counters.packets, std::uint64_t(19));
        QCOMPARE(outcome->table->size(), std::size_t(10));
    }

    void aFileThatCannotBeReadDoesNotSpoilTheOthers()
    {
        const auto good = save(path("good.pcap"), pcap(overlapping(3, 1)));
        const auto outcome = readFlows({path("missing.pcap"), good}, {}, {}, {}, {});
        QVERIFY(outcome);
        QVERIFY(outcome->damage && outcome->damage->where == path("missing.pcap").string());
        QCOMPARE(outcome->table->size(), std::size_t(3));
        QCOMPARE(int(outcome->table->places(FlowId(0))[0].file), 1);
    }

    void nothingReadableIsAnError()
    {
        QCOMPARE(readFlows({}, {}, {}, {}, {}).error().code, Error::Code::Argument);
        const auto missing = readFlows({path("missing.pcap")}, {}, {}, {}, {});
        QVERIFY(!missing);
        QCOMPARE(missing.error().code, Error::Code::Io);
        const auto letter = readFlows({save(path("letter.txt"), Bytes(100, 'x'))}, {}, {}, {}, {});
        QVERIFY(!letter);
        QCOMPARE(letter.error().code, Error::Code::Format);
    }

    void aRequestToStopLeavesWhatWasRead()
    {
        std::stop_source stop;
        stop.request_stop();
        const auto file = save(path("long.pcap"), pcap(overlapping(500, 20)));
        const auto outcome = readFlows({file}, {}, {}, {}, stop.get_token());
        QVERIFY(outcome && outcome->cancelled);
        QVERIFY(outcome->counters.packets > 0 && outcome->counters.packets <= 2048);
        QVERIFY(outcome->table->size() > 0);
    }

    void progressNamesTheFileAndGrows()
    {
        const auto file = save(path("long.pcap"), pcap(overlapping(500, 20)));
        std::vector<base::Progress> reports;
        const auto outcome =
            readFlows({file}, {}, [&](const base::Progress& progress) { reports.push_back(progress); }, {}, {});
        QVERIFY(outcome);
        QVERIFY(!reports.empty());
        QVERIFY(reports[0].what.find("long.pcap") != std::string::npos);
        QCOMPARE(reports[0].total, std::uint64_t(std::filesystem::file_size(file)));
        QVERIFY(reports[0].done > 0 && reports.back().done <= reports.back().total);
        QVERIFY(std::ranges::is_sorted(reports, {}, &base::Progress::done));
    }

    /// Rows that a person has already seen and marked must stay the same flows while the rest is read.
    void snapshotsKeepTheirIds()
    {
        std::vector<std::shared_ptr<const FlowTable>> snapshots;
        const auto file = save(path("snapshots.pcap"), pcap(overlapping(20'000, 10)));
        const auto outcome = readFlows(
            {file}, {}, {}, [&](std::shared_ptr<const FlowTable> table) { snapshots.push_back(std::move(table)); }, {});
        QVERIFY(outcome);
        QVERIFY2(!snapshots.empty(), "no rows before the end");
        const FlowTable& whole = *outcome->table;
        for (const auto& snapshot : snapshots) {
            QVERIFY(snapshot->size() <= whole.size());
            for (std::uint32_t row = 0; row < snapshot->size(); ++row) {
                QVERIFY(snapshot->key(FlowId(row)) == whole.key(FlowId(row)));
                QCOMPARE(snapshot->start[row], whole.start[row]);
                QVERIFY(snapshot->places(FlowId(row)).size() <= whole.places(FlowId(row)).size());
            }
        }
    }
};

QTEST_GUILESS_MAIN(ReadFlowsTest)
#include "read_flows_test.moc"
