// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

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

struct Imported {
    flow::FlowTable table;
    flow::LogReport report;
};

Imported import(const std::filesystem::path& file)
{
    Imported imported;
    imported.report = readLog(file, LogKind::SuricataEve, imported.table, {}, {});
    return imported;
}

} // namespace

class SuricataEveTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    Imported importText(const std::string& text) const
    {
        return import(saveText(m_folder.filePath(QStringLiteral("eve.json")).toStdString(), text));
    }
    /// The fault of a log whose only event has `from` replaced.
    std::optional<LineFault> faultOf(const std::string& from, const std::string& to) const
    {
        std::string text = eveFlow();
        const std::size_t at = text.find(from);
        Q_ASSERT(at != std::string::npos);
        const auto report = importText(text.replace(at, from.size(), to)).report;
        for (std::size_t i = 0; i < report.faults.size(); ++i) {
            if (report.faults[i] == flow::LineCount{1, 1})
                return static_cast<LineFault>(i);
        }
        return std::nullopt;
    }

private Q_SLOTS:
    void aWholeEventIsRead()
    {
        const auto [table, report] = import(FLOWSCENT_SOURCE_DIR "/tests/data/logs/eve.json");
        QVERIFY(!report.damage());
        QCOMPARE(report.flows, std::uint64_t(6));
        QVERIFY((report.otherEvents == flow::LineCount{2, 1}));
        QVERIFY((report.foreignCommunityIds == flow::LineCount{1, 3})); // its seed is 1
        const flow::FlowRecord web = table.record(FlowId(0));
        QCOMPARE(packet::text(web.key.client.address), std::string("192.0.2.10"));
        QCOMPARE(web.key.server.port, std::uint16_t(80));
        QCOMPARE(int(web.key.protocol), 6);
        QCOMPARE(web.start, base::Nanoseconds(1'700'000'000'123'456'000)); // written with +0100
        QCOMPARE(web.last, base::Nanoseconds(1'700'000'001'623'456'000));
        QCOMPARE(web.statistics.packets[outward], std::uint64_t(10));
        QCOMPARE(web.statistics.bytes[inward], std::uint64_t(5302));
        QCOMPARE(web.state, TcpState::SF);
        QCOMPARE(web.end, flow::FlowEnd::TcpClose);
        QCOMPARE(web.origin, flow::Origin::SuricataEve);
        QVERIFY(web.observations.empty() && web.places.empty());
        QCOMPARE(table.vlan[1], std::uint16_t(10));
        QCOMPARE(packet::text(table.client[1].address), std::string("2001:db8::10"));
        QCOMPARE(table.state[2], TcpState::S0);
        QVERIFY(table.client[3].port == 8 && table.server[3].port == 0 && table.protocol[3] == 1);
        QVERIFY(table.client[4].port == 128 && table.server[4].port == 129 && table.protocol[4] == 58);
        QCOMPARE(table.end[4], flow::FlowEnd::SourceEnded);
        QVERIFY(table.directionGuessed[5] == 1 && table.state[5] == TcpState::OTH);
    }

    /// What the letters mean is said by Zeek's documentation of conn_state.
    void flagsBecomeZeeksLetters_data()
    {
        QTest::addColumn<QString>("client");
        QTest::addColumn<QString>("server");
        QTest::addColumn<QString>("letters");
        const auto row = [](const char* client, const char* server, const char* letters) {
            QTest::addRow("%s %s", client, server) << client << server << letters;
        };
        row("02", "00", "S0");
        row("1a", "1a", "S1");
        row("1b", "1b", "SF");
        row("1f", "1b", "SF");
        row("02", "14", "REJ");
        row("1b", "1a", "S2");
        row("1a", "1b", "S3");
        row("1e", "1a", "RSTO");
        row("1a", "1e", "RSTR");
        row("06", "00", "RSTOS0");
        row("00", "16", "RSTRH");
        row("03", "00", "SH");
        row("00", "13", "SHR");
        row("18", "18", "OTH");
    }
    void flagsBecomeZeeksLetters()
    {
        QFETCH(QString, client);
        QFETCH(QString, server);
        QFETCH(QString, letters);
        std::string text = eveFlow(",\"tcp\":{\"tcp_flags_ts\":\"" + client.toStdString() + "\",\"tcp_flags_tc\":\"" +
                                   server.toStdString() + "\"}");
        text.replace(text.find("UDP"), 3, "TCP");
        const auto table = importText(text).table;
        QCOMPARE(table.size(), std::size_t(1));
        QCOMPARE(QString::fromStdString(std::string(flow::text(table.state[0]))), letters);
    }

    void aFlowWithoutFlagsHasNoState()
    {
        std::string text = eveFlow();
        text.replace(text.find("UDP"), 3, "TCP");
        QCOMPARE(importText(text).table.state[0], TcpState::None);
    }

    void protocolsWithoutPortsAndNumbersAreRead()
    {
        std::string text = eveFlow();
        text.replace(text.find("\"src_port\":49152,"), 17, "");
        text.replace(text.find("\"dest_port\":80,"), 15, "");
        std::string gre = text;
        gre.replace(gre.find("UDP"), 3, "GRE");
        std::string number = text;
        number.replace(number.find("UDP"), 3, "089");
        const auto table = importText(gre + number).table;
        QVERIFY((table.protocol == base::Column<std::uint8_t>{47, 89}));
    }

    void wrongValuesAreNamed()
    {
        QVERIFY(!faultOf("988", "989"));
        QCOMPARE(faultOf("192.0.2.10", "192.0.2"), LineFault::BadAddress);
        QCOMPARE(faultOf("\"src_ip\":\"192.0.2.10\"", "\"src_ip\":17"), LineFault::BadAddress);
        QCOMPARE(faultOf("\"src_ip\"", "\"source\""), LineFault::MissingField);
        QCOMPARE(faultOf("\"src_port\"", "\"source_port\""), LineFault::MissingField);
        QCOMPARE(faultOf("49152", "65536"), LineFault::BadNumber);
        QCOMPARE(faultOf("988", "-1"), LineFault::BadNumber);
        QCOMPARE(faultOf("UDP", "NEWPROTO"), LineFault::BadProtocol);
        QCOMPARE(faultOf("\"UDP\"", "17"), LineFault::BadProtocol);
        QCOMPARE(faultOf("\"start\"", "\"begin\""), LineFault::MissingField);
        QCOMPARE(faultOf("22:13:20.123456", "22:13:60.123456x"), LineFault::BadTime);
        QCOMPARE(faultOf("22:13:21.623456", "22:13:19.000000"), LineFault::BadTime); // ends before it begins
        QCOMPARE(faultOf("\"event_type\":\"flow\",", ""), LineFault::MissingField);
        QCOMPARE(faultOf("{\"timestamp\"", "{timestamp"), LineFault::Malformed);
        QCOMPARE(faultOf("}\n", ""), LineFault::CutOff);
    }

    void netflowEventsAreCountedAsOthers()
    {
        std::string text = eveFlow();
        text.replace(text.find("\"flow\""), 6, "\"netflow\"");
        const auto report = importText(text + eveFlow()).report;
        QCOMPARE(report.flows, std::uint64_t(1));
        QVERIFY((report.otherEvents == flow::LineCount{1, 1}));
    }

    void aLineTooLongIsCountedAndTheNextIsRead()
    {
        const std::string huge = "{\"event_type\":\"flow\",\"payload\":\"" + std::string(3'000'000, 'A') + "\"}\n";
        const auto [table, report] = importText(eveFlow() + huge + eveFlow());
        QCOMPARE(table.size(), std::size_t(2));
        QVERIFY((report.faults[std::size_t(LineFault::TooLong)] == flow::LineCount{1, 2}));
    }
};

QTEST_GUILESS_MAIN(SuricataEveTest)
#include "suricata_eve_test.moc"
