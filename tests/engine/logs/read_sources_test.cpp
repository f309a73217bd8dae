// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "engine/capture/capture_file.h"
#include "engine/logs/read_sources.h"
#include "tests/support/flow_builder.h"
#include "tests/support/log_text.h"

using namespace flowscent;
using namespace flowscent::test;
using base::Error;
using flow::FlowId;

namespace {

base::Result<flow::ReadOutcome> read(const std::vector<std::filesystem::path>& files)
{
    return logs::readSources(files, {}, {}, {}, {});
}

} // namespace

class ReadSourcesTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const
    {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }
    std::filesystem::path capture() const
    {
        Conversation conversation;
        conversation.udpOut(11).udpIn(22);
        return save(path("capture.pcap"), pcap(conversation.frames));
    }

private Q_SLOTS:
    void aCaptureAloneIsReadAsEver()
    {
        const auto outcome = read({capture()});
        QVERIFY(outcome && !outcome->damage && outcome->logs.empty());
        QCOMPARE(outcome->table->size(), std::size_t(1));
        QVERIFY(outcome->table->hasPackets(FlowId(0)));
    }

    void capturesAndLogsGiveTheRowsOfBoth()
    {
        const auto log = saveText(path("conn.log"), connLog({connRow(0), connRow(1)}));
        const auto outcome = read({log, capture()});
        QVERIFY(outcome && !outcome->damage);
        const flow::FlowTable& table = *outcome->table;
        QCOMPARE(table.size(), std::size_t(3));
        QVERIFY((table.origin ==
                 base::Column<flow::Origin>{flow::Origin::Packets, flow::Origin::ZeekLog, flow::Origin::ZeekLog}));
        QVERIFY((flow::rowsWithPackets(table) == std::vector<std::uint32_t>{0}));
        QCOMPARE(outcome->logs.size(), std::size_t(1));
        QCOMPARE(outcome->files.size(), std::size_t(2));
        // The place still says which of the files as given holds the packet.
        const auto place = table.places(FlowId(0))[1];
        QCOMPARE(int(place.file), 1);
        capture::PacketFetcher fetcher(outcome->files);
        QVERIFY(fetcher.fetch(place));
    }

    void aDamagedLogIsDamageThatNamesTheLine()
    {
        const auto log = saveText(path("conn.log"), connLog({connRow(0), "broken"}));
        const auto outcome = read({capture(), log});
        QVERIFY(outcome && outcome->damage);
        QCOMPARE(outcome->damage->where, log.string());
        QVERIFY2(outcome->damage->what.starts_with("line 9: "), outcome->damage->what.c_str());
        QCOMPARE(outcome->table->size(), std::size_t(2));
    }

    void aCaptureThatCannotBeReadDoesNotSpoilALog()
    {
        const auto log = saveText(path("conn.log"), connLog({connRow(0)}));
        const auto outcome = read({path("missing.pcap"), log});
        QVERIFY(outcome && outcome->damage);
        QCOMPARE(outcome->damage->code, Error::Code::Io);
        QCOMPARE(outcome->table->size(), std::size_t(1));
    }

    void whatIsNeitherIsToldWhatCanBeRead()
    {
        const auto outcome = read({saveText(path("letter.txt"), "Dear colleague, nothing was captured.")});
        QVERIFY(!outcome);
        QCOMPARE(outcome.error().code, Error::Code::Format);
        QVERIFY(outcome.error().what.find("not a capture") != std::string::npos);
        QVERIFY(outcome.error().what.find("conn.log") != std::string::npos);
        QCOMPARE(read({}).error().code, Error::Code::Argument);
    }

    void anotherLogOfZeekAloneIsAnError()
    {
        const auto outcome = read({saveText(path("dns.log"), "#separator \\x09\n#path\tdns\n#fields\tts\tquery\n")});
        QVERIFY(!outcome);
        QVERIFY(outcome.error().what.find("'dns'") != std::string::npos);
    }

    void aLogWithoutFlowsIsSound()
    {
        const auto outcome = read({saveText(path("empty.log"), connLog({}))});
        QVERIFY(outcome && !outcome->damage);
        QCOMPARE(outcome->table->size(), std::size_t(0));
    }

    void snapshotsOfALogKeepTheirRows()
    {
        std::vector<std::string> rows;
        for (int i = 0; i < 20'000; ++i)
            rows.push_back(connRow(i));
        const auto log = saveText(path("long.log"), connLog(rows));
        std::vector<std::shared_ptr<const flow::FlowTable>> snapshots;
        std::vector<base::Progress> reports;
        const auto outcome = logs::readSources(
            {log, capture()}, {}, [&](const base::Progress& progress) { reports.push_back(progress); },
            [&](std::shared_ptr<const flow::FlowTable> table) { snapshots.push_back(std::move(table)); }, {});
        QVERIFY(outcome);
        QVERIFY(!snapshots.empty() && !reports.empty());
        QCOMPARE(reports.back().total, std::uint64_t(std::filesystem::file_size(log)));
        for (const auto& snapshot : snapshots) {
            QVERIFY(snapshot->size() <= outcome->table->size());
            for (std::uint32_t row = 0; row < snapshot->size(); ++row)
                QVERIFY(snapshot->start[row] == outcome->table->start[row]);
        }
    }
};

QTEST_GUILESS_MAIN(ReadSourcesTest)
#include "read_sources_test.moc"
