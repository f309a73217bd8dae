// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "engine/logs/read_log.h"
#include "tests/support/log_text.h"

using namespace flowscent;
using namespace flowscent::logs;
using namespace flowscent::test;
using flow::FlowId;
using flow::LineFault;

namespace {

struct Imported {
    flow::FlowTable table;
    flow::LogReport report;

    [[nodiscard]] flow::LineCount fault(LineFault kind) const { return report.faults[static_cast<std::size_t>(kind)]; }
};

Imported import(const std::filesystem::path& file, LogKind kind = LogKind::ZeekJson)
{
    Imported imported;
    imported.report = readLog(file, kind, imported.table, {}, {});
    return imported;
}

const std::string ends =
    R"("id.orig_h":"192.0.2.1","id.orig_p":1024,"id.resp_h":"192.0.2.2","id.resp_p":53,"proto":"udp","conn_state":"SF")";

std::string line(const std::string& members)
{
    return "{" + members + "}\n";
}

} // namespace

class ZeekJsonTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    Imported importText(const std::string& text) const
    {
        return import(saveText(m_folder.filePath(QStringLiteral("conn.json")).toStdString(), text));
    }

private Q_SLOTS:
    /// The two fixtures say the same in two formats.
    void jsonGivesTheFlowsOfTheTable()
    {
        const std::string folder = FLOWSCENT_SOURCE_DIR "/tests/data/logs/";
        const auto [json, report] = import(folder + "conn.json.log");
        const auto tsv = import(folder + "conn.log", LogKind::ZeekTsv).table;
        QVERIFY(!report.damage());
        QCOMPARE(report.foreignCommunityIds.count, std::uint64_t(0));
        QCOMPARE(json.size(), tsv.size());
        for (std::uint32_t row = 0; row < tsv.size(); ++row)
            QVERIFY(json.record(FlowId(row)) == tsv.record(FlowId(row)));
    }

    void timesMayBeMillisecondsOrText()
    {
        const auto table =
            importText(line(R"("ts":1700000000123,)" + ends) + line(R"("ts":"2023-11-14T22:13:20.123456Z",)" + ends))
                .table;
        QCOMPARE(table.start[0], base::Nanoseconds(1'700'000'000'123'000'000));
        QCOMPARE(table.start[1], base::Nanoseconds(1'700'000'000'123'456'000));
    }

    void escapesMeanTheirCharacters()
    {
        const auto imported = importText(
            R"({"t\u0073":1.5,"id.orig_h":"192.0.\u0032.1","id.orig_p":1024,"id.resp_h":"192.0.2.2","id.resp_p":53,)"
            R"("proto":"\u0075dp","conn_state":"SF","service":"\"\\\n\ud83d\ude00"})"
            "\n");
        QVERIFY(!imported.report.damage());
        QCOMPARE(packet::text(imported.table.client[0].address), std::string("192.0.2.1"));
        QCOMPARE(int(imported.table.protocol[0]), 17);
    }

    void ofAMemberThatComesTwiceTheLastCounts()
    {
        const auto table = importText(line(R"("ts":1.5,)" + ends + R"(,"id.resp_p":54)")).table;
        QCOMPARE(table.server[0].port, std::uint16_t(54));
    }

    void nullIsUnset()
    {
        const auto table = importText(line(R"("ts":1.5,"duration":null,"orig_bytes":null,)" + ends)).table;
        QCOMPARE(table.size(), std::size_t(1));
        QCOMPARE(table.durationSeconds(FlowId(0)), 0.0);
    }

    void otherLogsInTheSameStreamAreCounted()
    {
        const auto imported =
            importText(line(R"("_path":"dns","ts":1.5,"query":"x","id.orig_h":"192.0.2.1")") +
                       line(R"("_path":"conn","ts":1.5,)" + ends) +
                       line(R"("ts":1.5,"id.orig_h":"192.0.2.1","id.orig_p":1,"id.resp_h":"192.0.2.2","id.resp_p":53,)"
                            R"("proto":"udp","query":"x")"));
        QCOMPARE(imported.table.size(), std::size_t(1));
        QVERIFY((imported.report.otherEvents == flow::LineCount{2, 1}));
        QVERIFY(!imported.report.damage());
    }

    void whatIsNoJsonIsCounted()
    {
        const std::string good = line(R"("ts":1.5,)" + ends);
        const std::string deep = "{\"ts\":" + std::string(5000, '[') + std::string(5000, ']') + "}\n";
        const auto imported = importText(good + "{\"ts\":}\n" + "[1,2]\n" + "{\"a\":\"\xff\xfe\"}\n" + deep +
                                         "{\"ts\":1e999," + ends + "}\n" + good);
        QCOMPARE(imported.table.size(), std::size_t(2));
        QVERIFY((imported.fault(LineFault::Malformed) == flow::LineCount{5, 2}));
    }

    void numbersOutOfRangeAreCounted()
    {
        const auto imported =
            importText(line(R"("ts":1.5,"orig_pkts":-1,)" + ends) + line(R"("ts":1.5,"orig_pkts":1e300,)" + ends) +
                       line(R"("ts":1.5,"orig_pkts":18446744073709551615,)" + ends) +
                       line(R"("ts":1.5,"orig_pkts":[3],)" + ends) + line(R"("ts":1.5,"orig_pkts":{"a":1},)" + ends));
        // A list's first value is taken; an object is no number, but its members are passed over.
        QCOMPARE(imported.fault(LineFault::BadNumber).count, std::uint64_t(3));
        QCOMPARE(imported.table.size(), std::size_t(2));
    }

    void aLastLineThatIsCutIsCountedAndAWholeOneIsRead()
    {
        const std::string good = line(R"("ts":1.5,)" + ends);
        for (std::size_t length = 1; length < good.size() - 1; ++length) {
            const auto imported = importText(good + good.substr(0, length));
            QCOMPARE(imported.table.size(), std::size_t(1));
            QVERIFY((imported.fault(LineFault::CutOff) == flow::LineCount{1, 2}));
        }
        QCOMPARE(importText(good + good.substr(0, good.size() - 1)).table.size(), std::size_t(2));
    }
};

QTEST_GUILESS_MAIN(ZeekJsonTest)
#include "zeek_json_test.moc"
