// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "engine/flow/community_id.h"
#include "engine/logs/read_log.h"
#include "tests/support/log_text.h"

using namespace flowscent;
using namespace flowscent::logs;
using namespace flowscent::test;
using flow::FlowId;
using flow::inward;
using flow::LineFault;
using flow::outward;
using flow::TcpState;

namespace {

const std::string fixture = FLOWSCENT_SOURCE_DIR "/tests/data/logs/conn.log";

struct Imported {
    flow::FlowTable table;
    flow::LogReport report;

    [[nodiscard]] flow::LineCount fault(LineFault kind) const { return report.faults[static_cast<std::size_t>(kind)]; }
};

Imported import(const std::filesystem::path& file)
{
    Imported imported;
    imported.report = readLog(file, LogKind::ZeekTsv, imported.table, {}, {});
    return imported;
}

} // namespace

class ZeekTsvTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    Imported importText(const std::string& text) const
    {
        return import(saveText(m_folder.filePath(QStringLiteral("conn.log")).toStdString(), text));
    }
    /// A log whose only row is `row` with one word replaced.
    Imported importRow(const std::string& from, const std::string& to) const
    {
        std::string row = connRow(0);
        const std::size_t at = row.find(from);
        Q_ASSERT(at != std::string::npos);
        return importText(connLog({row.replace(at, from.size(), to)}));
    }

private Q_SLOTS:
    void aWholeRowIsRead()
    {
        const auto [table, report] = import(fixture);
        QVERIFY(!report.damage());
        QCOMPARE(report.flows, std::uint64_t(7));
        const flow::FlowRecord web = table.record(FlowId(0));
        QCOMPARE(packet::text(web.key.client.address), std::string("192.0.2.10"));
        QCOMPARE(web.key.client.port, std::uint16_t(49152));
        QCOMPARE(packet::text(web.key.server.address), std::string("198.51.100.80"));
        QCOMPARE(web.key.server.port, std::uint16_t(80));
        QCOMPARE(int(web.key.protocol), 6);
        QCOMPARE(web.start, base::Nanoseconds(1'700'000'000'123'456'000));
        QCOMPARE(web.last, base::Nanoseconds(1'700'000'001'623'456'000));
        QCOMPARE(web.state, TcpState::SF);
        QCOMPARE(web.statistics.packets[outward], std::uint64_t(10));
        QCOMPARE(web.statistics.packets[inward], std::uint64_t(9));
        QCOMPARE(web.statistics.bytes[outward], std::uint64_t(848));
        QCOMPARE(web.statistics.bytes[inward], std::uint64_t(5176));
        QCOMPARE(web.statistics.payload[outward].sum, 320.0);
        QCOMPARE(web.statistics.payload[inward].sum, 4800.0);
        QVERIFY(!web.directionGuessed);
        QCOMPARE(web.origin, flow::Origin::ZeekLog);
        QVERIFY(!table.hasPackets(FlowId(0)) && web.observations.empty() && web.places.empty());
    }

    void whatIsUnsetIsNothing()
    {
        const auto table = import(fixture).table;
        QCOMPARE(table.durationSeconds(FlowId(2)), 0.0);
        QCOMPARE(table.statistics(flow::FlowId(2)).payload[outward].sum, 0.0);
        QCOMPARE(table.state[2], TcpState::S0);
        QCOMPARE(table.vlan[0], std::uint16_t(0));
        QCOMPARE(table.vlan[1], std::uint16_t(10));
    }

    /// The log's identifiers were computed by Python from the specification.
    void icmpHasTheEndsThatCommunityIdWants()
    {
        const auto [table, report] = import(fixture);
        QCOMPARE(report.foreignCommunityIds.count, std::uint64_t(0));
        QCOMPARE(flow::communityId(table.key(FlowId(3))), std::string("1:Zppbw9Bg+QguRXQoFwr/ZwtRffI="));
        QVERIFY(table.protocol[3] == 1 && table.client[3].port == 8 && table.server[3].port == 0);
        QVERIFY(table.protocol[4] == 58 && table.client[4].port == 128 && table.server[4].port == 129);
        QVERIFY(table.client[5].port == 3 && table.server[5].port == 1); // one-way: type and code
        QCOMPARE(table.state[3], TcpState::None);
    }

    void aDirectionThatZeekGuessedIsGuessed()
    {
        const auto table = import(fixture).table;
        QVERIFY(table.directionGuessed[6] == 1 && table.directionGuessed[0] == 0 && table.directionGuessed[1] == 0);
    }

    void aForeignCommunityIdIsCounted()
    {
        std::string text = connLog({connRow(0) + " 1:fFwpvlvNXrFipNEIdVUyHN6zOck=", connRow(1) + " 1:other"});
        text.replace(text.find("resp_ip_bytes\n"), 14, "resp_ip_bytes\tcommunity_id\n");
        const auto report = importText(text).report;
        QCOMPARE(report.flows, std::uint64_t(2));
        QVERIFY((report.foreignCommunityIds == flow::LineCount{1, 9}));
    }

    void theHeaderSaysHowToRead()
    {
        std::string text = connLog({connRow(0)});
        text = text.substr(text.find("#fields"));
        std::ranges::replace(text, '\t', ';');
        const auto [table, report] = importText("#separator \\x3b\n#unset_field;nil\n" + text);
        QVERIFY(!report.damage());
        QCOMPARE(table.size(), std::size_t(1));
        QCOMPARE(table.server[0].port, std::uint16_t(80));
    }

    void joinedLogsMayChangeTheirColumns()
    {
        const std::string other =
            "#separator \\x09\n#unset_field\t?\n#fields\tproto\tts\tid.resp_p\tid.resp_h\tid.orig_p"
            "\tid.orig_h\tconn_state\torig_bytes\nudp\t5.25\t53\t2001:db8::53\t5353\t2001:db8::1"
            "\tSF\t?\n";
        const auto [table, report] = importText(connLog({connRow(0)}) + "#close\t2023\n" + other);
        QVERIFY(!report.damage());
        QCOMPARE(table.size(), std::size_t(2));
        QVERIFY(table.protocol[1] == 17 && table.server[1].port == 53 && table.start[1] == 5'250'000'000);
    }

    void windowsLineEndsAreLineEnds()
    {
        std::string text = connLog({connRow(0), connRow(1)});
        for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2)
            text.replace(at, 1, "\r\n");
        const auto [table, report] = importText(text);
        QVERIFY(!report.damage());
        QCOMPARE(table.size(), std::size_t(2));
        QCOMPARE(table.bytes[1][inward], std::uint64_t(5176));
    }

    void everyDamagedLineIsCountedAndTheOthersAreKept()
    {
        const auto imported = importText(connLog({connRow(0), "short row", connRow(1), "another short row"}));
        QCOMPARE(imported.table.size(), std::size_t(2));
        QVERIFY((imported.fault(LineFault::Malformed) == flow::LineCount{2, 9}));
        const auto damage = imported.report.damage();
        QVERIFY(damage);
        QCOMPARE(damage->code, base::Error::Code::Format);
        QVERIFY2(damage->what.starts_with("line 9: "), damage->what.c_str());
        QVERIFY2(damage->what.find("2 of 11 lines") != std::string::npos, damage->what.c_str());
        QVERIFY(damage->where.ends_with("conn.log"));
    }

    void wrongValuesAreNamed_data()
    {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::addColumn<int>("fault");
        const auto row = [](const char* name, const char* from, const char* to, LineFault fault) {
            QTest::newRow(name) << from << to << int(fault);
        };
        row("address", "192.0.2.10", "192.0.2.999", LineFault::BadAddress);
        row("two families", "192.0.2.10", "2001:db8::1", LineFault::BadAddress);
        row("port", "49152", "70000", LineFault::BadNumber);
        row("negative", "848", "-848", LineFault::BadNumber);
        row("huge", "848", "18446744073709551615", LineFault::BadNumber);
        row("no time", "1700000000.5", "soon", LineFault::BadTime);
        row("unset time", "1700000000.5", "-", LineFault::MissingField);
        row("unset address", "192.0.2.10", "-", LineFault::MissingField);
        row("negative duration", "1.5", "-1.5", LineFault::BadTime);
        row("endless duration", "1.5", "9223372035.0", LineFault::BadTime);
        row("protocol", "tcp", "unknown_transport", LineFault::BadProtocol);
    }
    void wrongValuesAreNamed()
    {
        QFETCH(QString, from);
        QFETCH(QString, to);
        QFETCH(int, fault);
        const std::string original = " " + from.toStdString() + " ";
        // The first word has no blank before it.
        const auto imported = from.startsWith(QLatin1String("1700"))
                                  ? importRow(from.toStdString() + " ", to.toStdString() + " ")
                                  : importRow(original, " " + to.toStdString() + " ");
        QCOMPARE(imported.table.size(), std::size_t(0));
        QVERIFY((imported.report.faults[std::size_t(fault)] == flow::LineCount{1, 8}));
        QCOMPARE(imported.report.leftOut(), std::uint64_t(1));
    }

    void aLastLineThatMayBeCutIsLeftOut()
    {
        const std::string whole = connLog({connRow(0), connRow(1)});
        const std::size_t begin = whole.find(connRow(1).substr(0, 12));
        for (std::size_t length = begin + 1; length < whole.size(); ++length) {
            const auto imported = importText(whole.substr(0, length));
            QCOMPARE(imported.table.size(), std::size_t(1));
            QCOMPARE(imported.report.damage()->code, base::Error::Code::Truncated);
            QVERIFY((imported.fault(LineFault::CutOff) == flow::LineCount{1, 9}));
        }
        QCOMPARE(importText(whole).table.size(), std::size_t(2));
    }

    void anotherLogOfZeekIsNamed()
    {
        const auto report = importText("#separator \\x09\n#path\tdns\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h"
                                       "\tid.resp_p\tproto\tquery\n1.0\tC\t192.0.2.1\t1\t192.0.2.2\t53\tudp\tx\n")
                                .report;
        QVERIFY(report.trouble);
        QCOMPARE(report.trouble->what, std::string("is Zeek's log of 'dns', not of connections: open conn.log"));
    }

    void aRequestToStopIsHeard()
    {
        std::stop_source stop;
        stop.request_stop();
        std::vector<std::string> rows(5000, connRow(0));
        const auto file = saveText(m_folder.filePath(QStringLiteral("long.log")).toStdString(), connLog(rows));
        flow::FlowTable table;
        (void)readLog(file, LogKind::ZeekTsv, table, {}, stop.get_token());
        QVERIFY(table.size() < 2048);
    }
};

QTEST_GUILESS_MAIN(ZeekTsvTest)
#include "zeek_tsv_test.moc"
