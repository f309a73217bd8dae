// SPDX-License-Identifier: GPL-3.0-or-later
// What the translations say, and whether the tools they are for understand them and select the same. A tool that is not
// installed is left out, and the test says so.
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <cstring>

#include "engine/flow/read_flows.h"
#include "engine/hunt/filter.h"
#include "engine/hunt/filter_translation.h"

using namespace flowscent;
using hunt::FilterDialect;

namespace {

/// The first packets of a pcap file of this machine's byte order, so that each question is answered in a moment.
QByteArray firstPackets(const QString& file, int packets)
{
    QFile whole(file);
    if (!whole.open(QIODevice::ReadOnly))
        return {};
    QByteArray bytes = whole.read(24);
    for (int i = 0; i < packets; ++i) {
        const QByteArray header = whole.read(16);
        quint32 captured = 0;
        std::memcpy(&captured, header.constData() + 8, sizeof captured);
        bytes += header + whole.read(captured);
    }
    return bytes;
}

struct Ran {
    int code = -1;
    QStringList lines;
    QString said;
};

Ran run(const QString& program, const QStringList& arguments, const QByteArray& input = {})
{
    QProcess process;
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished(120'000) || process.exitStatus() != QProcess::NormalExit)
        return {};
    return {process.exitCode(),
            QString::fromUtf8(process.readAllStandardOutput()).split(QLatin1Char('\n'), Qt::SkipEmptyParts),
            QString::fromUtf8(process.readAllStandardError())};
}

bool isInstalled(const char* program)
{
    return !QStandardPaths::findExecutable(QString::fromLatin1(program)).isEmpty();
}

QString said(const char* expression, FilterDialect dialect)
{
    const auto translation = hunt::translate(expression, dialect);
    return QString::fromStdString(translation ? translation->text : translation.error().sentence());
}

/// Of packets: asked by tshark and tcpdump of the sample as well. `directed` ones select both ways round.
struct PacketCase {
    const char* expression;
    const char* wireshark;
    const char* bpf;
    bool directed = false;
};
constexpr PacketCase packetCases[] = {
    {"tcp", "tcp", "tcp"},
    {"udp", "udp", "udp"},
    {"ipv6", "ipv6", "ip6"},
    {"tcp == 0", "(ip or ipv6) and !(tcp)", "(ip or ip6) and not (tcp)"},
    {"proto == udp", "udp", "udp"},
    {"ip.addr == 198.51.100.10", "ip.addr == 198.51.100.10", "ip host 198.51.100.10"},
    {"198.51.100.0/24", "ip.addr == 198.51.100.0/24", "ip net 198.51.100.0/24"},
    {"ip.addr == 198.51.100.8..198.51.100.11", "ip.addr == 198.51.100.8/30", "ip net 198.51.100.8/30"},
    {"ip.addr == 198.51.100.9..198.51.100.12", "ip.addr in {198.51.100.9..198.51.100.12}",
     "ip host 198.51.100.9 or ip net 198.51.100.10/31 or ip host 198.51.100.12"},
    {"ip.addr == fe80::/10", "ipv6.addr == fe80::/10", "ip6 net fe80::/10"},
    {"ip.addr == 0.0.0.0/0", "ip", "ip"},
    {"ip.addr != 198.51.100.10", "(ip or ipv6) and ((ip or ipv6) and !(ip.addr == 198.51.100.10))",
     "(ip or ip6) and ((ip or ip6) and not (ip host 198.51.100.10))"},
    {"tcp.port == 443", "tcp.port == 443", "tcp port 443"},
    {"tcp.port in {80, 443}", "tcp.port == 80 or tcp.port == 443", "tcp port 80 or tcp port 443"},
    {"tcp.port == 80..90", "tcp.port in {80..90}", "tcp portrange 80-90"},
    {"tcp.port > 50k", "tcp.port >= 50001", "tcp portrange 50001-65535"},
    {"tcp.port != 80", "(ip or ipv6) and (tcp and !(tcp.port == 80))", "(ip or ip6) and (tcp and not (tcp port 80))"},
    {"udp.port < 54", "udp.port <= 53", "udp portrange 0-53"},
    {"not tcp", "(ip or ipv6) and !(tcp)", "(ip or ip6) and not (tcp)"},
    {"tcp and (198.51.100.10 or 198.51.100.101)", "tcp and (ip.addr == 198.51.100.10 or ip.addr == 198.51.100.101)",
     "tcp and (ip host 198.51.100.10 or ip host 198.51.100.101)"},
    {"not (udp.port == 53 or tcp.port == 80)", "(ip or ipv6) and !(udp.port == 53 or tcp.port == 80)",
     "(ip or ip6) and not (udp port 53 or tcp port 80)"},
    {"ip.src == 198.51.100.101 and tcp.dstport == 80",
     "(ip.src == 198.51.100.101 and tcp.dstport == 80) or (ip.dst == 198.51.100.101 and tcp.srcport == 80)",
     "(ip src host 198.51.100.101 and tcp dst port 80) or (ip dst host 198.51.100.101 and tcp src port 80)", true},
    {"service == ntp", "((tcp.dstport == 123 or udp.dstport == 123)) or ((tcp.srcport == 123 or udp.srcport == 123))",
     "", true},
};

} // namespace

class FilterTranslationTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    const QString sample = m_folder.filePath(QStringLiteral("sample.pcap"));
    std::shared_ptr<const flow::FlowTable> m_table;

    static void addPacketCases()
    {
        QTest::addColumn<int>("index");
        for (int i = 0; i < int(std::size(packetCases)); ++i)
            QTest::newRow(packetCases[i].expression) << i;
    }

    /// Packets of the flows that pass.
    std::uint64_t packetsOf(const char* expression) const
    {
        std::uint64_t packets = 0;
        for (const std::uint32_t row : hunt::Filter::parse(expression)->apply(*m_table, {}))
            packets += m_table->packets[row][0] + m_table->packets[row][1];
        return packets;
    }

    void select(const PacketCase& asked, std::uint64_t theirs) const
    {
        const std::uint64_t ours = packetsOf(asked.expression);
        if (asked.directed)
            QVERIFY2(theirs >= ours, asked.expression);
        else
            QCOMPARE(theirs, ours);
    }

private Q_SLOTS:
    void initTestCase()
    {
        QFile written(sample);
        QVERIFY(written.open(QIODevice::WriteOnly));
        constexpr int packets = 6000;
        const QString whole = QStringLiteral(FLOWSCENT_SOURCE_DIR "/resources/samples/first-hunt.pcap");
        QVERIFY(written.write(firstPackets(whole, packets)) > packets * 16);
        written.close();
        const auto read = flow::readFlows({sample.toStdString()}, {}, {}, {}, {});
        QVERIFY(read);
        m_table = read->table;
    }

    void saysItForPackets_data() { addPacketCases(); }
    void saysItForPackets()
    {
        QFETCH(const int, index);
        const PacketCase& asked = packetCases[index];
        QCOMPARE(said(asked.expression, FilterDialect::Bpf).isEmpty(), false);
        if (*asked.bpf != '\0') {
            QCOMPARE(said(asked.expression, FilterDialect::Wireshark), QString::fromLatin1(asked.wireshark));
            QCOMPARE(said(asked.expression, FilterDialect::Bpf), QString::fromLatin1(asked.bpf));
        }
        QCOMPARE(hunt::translate(asked.expression, FilterDialect::Wireshark)->notes.empty(), !asked.directed);
    }

    void wiresharkSelectsTheSamePackets_data() { addPacketCases(); }
    void wiresharkSelectsTheSamePackets()
    {
        if (!isInstalled("tshark"))
            QSKIP("tshark is not installed, so nobody says whether Wireshark would take it");
        QFETCH(const int, index);
        const PacketCase& asked = packetCases[index];
        const Ran ran = run(QStringLiteral("tshark"),
                            {QStringLiteral("-n"), QStringLiteral("-r"), sample, QStringLiteral("-Y"),
                             said(asked.expression, FilterDialect::Wireshark), QStringLiteral("-T"),
                             QStringLiteral("fields"), QStringLiteral("-e"), QStringLiteral("frame.number")});
        QVERIFY2(ran.code == 0, qPrintable(ran.said));
        select(asked, std::uint64_t(ran.lines.size()));
    }

    void libpcapSelectsTheSamePackets_data() { addPacketCases(); }
    void libpcapSelectsTheSamePackets()
    {
        if (!isInstalled("tcpdump"))
            QSKIP("tcpdump is not installed, so nobody says whether libpcap would take it");
        QFETCH(const int, index);
        const PacketCase& asked = packetCases[index];
        const Ran ran = run(QStringLiteral("tcpdump"), {QStringLiteral("-nqt"), QStringLiteral("-r"), sample,
                                                        said(asked.expression, FilterDialect::Bpf)});
        QVERIFY2(ran.code == 0, qPrintable(ran.said));
        select(asked, std::uint64_t(ran.lines.size()));
    }

    void wiresharkKnowsEveryFieldThatIsSaid()
    {
        if (!isInstalled("tshark"))
            QSKIP("tshark is not installed, so nobody says whether Wireshark would take it");
        QStringList filters;
        for (const char* expression : {"host contains example",
                                       "sni == \"a\\\"b\"",
                                       "http.host matches \"^a.*\\.b\"",
                                       "dns.q != evil.example",
                                       "alpn",
                                       "agent contains curl",
                                       "software contains nginx",
                                       "ja3 == abc",
                                       "ja3s",
                                       "hassh == abc",
                                       "hassh.server",
                                       "cid == 1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
                                       "vlan == 7",
                                       "vlan != 5..9",
                                       "vlan",
                                       "start >= \"2026-05-01 12:00\" and end < 2026-05-02",
                                       "start == 2026-05-01..2026-05-02",
                                       "app == smb",
                                       "app == dns or app == kerberos",
                                       "proto == 47",
                                       "port == 53",
                                       "port != 20..25",
                                       "service == dns",
                                       "port.src > 1024 and not icmp",
                                       "ip and sctp"}) {
            const auto translation = hunt::translate(expression, FilterDialect::Wireshark);
            QVERIFY2(translation.has_value(), expression);
            filters << QLatin1Char('(') + QString::fromStdString(translation->text) + QLatin1Char(')');
        }
        // One run instead of one each: starting tshark takes longer than asking it.
        const Ran ran = run(QStringLiteral("tshark"),
                            {QStringLiteral("-n"), QStringLiteral("-c"), QStringLiteral("1"), QStringLiteral("-r"),
                             sample, QStringLiteral("-Y"), filters.join(QLatin1String(" or "))});
        QVERIFY2(ran.code == 0, qPrintable(ran.said));
    }

    void libpcapTakesTheRest_data()
    {
        QTest::addColumn<QString>("bpf");
        const auto row = [](const char* expression, const char* bpf) {
            QTest::newRow(expression) << QString::fromLatin1(bpf);
        };
        row("vlan == 7", "vlan 7");
        row("tcp and vlan == 7 and 10.0.0.5", "vlan 7 and (tcp and ip host 10.0.0.5)");
        row("vlan", "vlan");
        row("proto == 47", "ip proto 47 or ip6 proto 47");
        row("port == 53", "port 53");
        row("port.src >= 1024", "src portrange 1024-65535 or dst portrange 1024-65535");
        row("icmp", "icmp or icmp6");
        row("sctp and ipv6", "sctp and ip6");
        row("2001:db8::/33", "ip6 net 2001:db8::/33");
    }
    void libpcapTakesTheRest()
    {
        QFETCH(const QString, bpf);
        QCOMPARE(said(QTest::currentDataTag(), FilterDialect::Bpf), bpf);
        if (!isInstalled("tcpdump"))
            return;
        const Ran ran = run(QStringLiteral("tcpdump"), {QStringLiteral("-d"), QStringLiteral("-r"), sample, bpf});
        QVERIFY2(ran.code == 0, qPrintable(ran.said));
    }

    void saysItForRecords_data()
    {
        QTest::addColumn<FilterDialect>("dialect");
        QTest::addColumn<QString>("text");
        const auto row = [](const char* expression, FilterDialect dialect, const char* text) {
            QTest::addRow("%s: %s", hunt::text(dialect).data(), expression) << dialect << QString::fromLatin1(text);
        };
        using enum FilterDialect;
        row("ip.addr == 10.0.0.0/8", Arkime, "ip == 10.0.0.0/8");
        row("ip.src == 10.0.0.5 and port.dst == 443", Arkime, "ip.src == 10.0.0.5 && port.dst == 443");
        row("ip.addr != 10.0.0.5", Arkime, "!(ip == 10.0.0.5)");
        row("tcp.port == 443", Arkime, "ip.protocol == tcp && (port.src == 443 || port.dst == 443)");
        row("bytes.out > 1.5M or not udp", Arkime, "bytes.src > 1500000 || !(ip.protocol == udp)");
        row("dur >= 1.5s", Arkime, "session.length >= 1500");
        row("host contains example", Arkime, "host == \"*example*\"");
        row("app == TLS", Arkime, "protocols == \"tls\"");
        row("tag != later", Arkime, "tags == EXISTS! && !(tags == \"later\")");
        row("ja3 == abc", Arkime, "tls.ja3 == \"abc\"");
        row("cid == 1:LQU9qZlK+B5F3KDmev6m5PMibrg=", Arkime, "communityId == \"1:LQU9qZlK+B5F3KDmev6m5PMibrg=\"");
        row("ip.src == 10.0.0.5", Jq, "select(.event_type == \"flow\" and (.src_ip == \"10.0.0.5\"))");
        row("ip.src == 10.0.0.5", Sql, "ip_src = '10.0.0.5'");
        row("ip.addr == 10.0.0.0/8", Sql, "ip_src <<= inet '10.0.0.0/8' OR ip_dst <<= inet '10.0.0.0/8'");
        row("bytes > 1M and not tcp", Sql, "(bytes_out + bytes_in) > 1000000 AND ((proto = 'tcp') IS NOT TRUE)");
        row("score >= 0.9 or label == threat", Sql, "score >= 0.9 OR LOWER(label) = 'threat'");
        row("note contains \"50%'s\"", Sql, "LOWER(note) LIKE '%50!%''s%' ESCAPE '!'");
        row("start >= \"2026-05-01 12:00:05.25\"", Sql, "start_time >= '2026-05-01 12:00:05.250000+00'");
        row("host ~ '^a'", Sql, "host ~* '^a'");
        row("", Sql, "");
    }
    void saysItForRecords()
    {
        QFETCH(const FilterDialect, dialect);
        QFETCH(const QString, text);
        const QByteArray tag = QTest::currentDataTag();
        QCOMPARE(said(tag.mid(tag.indexOf(": ") + 2).constData(), dialect), text);
    }

    void refusesWhatALanguageCannotAsk_data()
    {
        QTest::addColumn<FilterDialect>("dialect");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* expression, FilterDialect dialect, const char* sentence) {
            QTest::addRow("%s: %s", hunt::text(dialect).data(), expression) << dialect << QString::fromLatin1(sentence);
        };
        using enum FilterDialect;
        row("tcp and score > 0.5", Bpf, "column 9: BPF cannot ask for 'score'");
        row("tcp and score > 0.5", Wireshark, "column 9: Wireshark cannot ask for 'score'");
        row("host == x", Bpf, "column 1: BPF cannot ask for 'host'");
        row("evil.example", Bpf, "column 1: BPF cannot ask for 'host'");
        row("udp or vlan == 7", Bpf, "column 8: in a capture filter 'vlan' changes");
        row("vlan == 7 vlan == 8", Bpf, "column 11: a capture filter can ask for one VLAN only");
        row("port == 70000", Bpf, "column 9: no whole number from 0 to 65535");
        row("port == 1.5", Wireshark, "column 9: no whole number");
        row("bytes > 5", Wireshark, "column 1: Wireshark cannot ask for 'bytes'");
        row("start > -1h", Wireshark, "column 9: Wireshark cannot count back");
        row("app == youtube", Wireshark, "column 8: Wireshark has no protocol");
        row("proto == nonsense", Wireshark, "column 10: there is no protocol 'nonsense'");
        row("ip.addr == 10.0.0.9..10.0.0.5", Bpf, "column 12: the range of addresses runs backwards");
        row("start > 2026-05-01", Arkime, "column 1: Arkime takes times from the bar");
        row("host ~ x", Arkime, "column 6: Arkime's patterns");
        row("entropy > 1", Arkime, "column 1: Arkime cannot ask for 'entropy'");
        row("sni == x", Jq, "column 1: jq on EVE cannot ask for 'sni'");
        row("ip.addr == 2001:db8::/33", Jq, "column 12: jq compares IPv6 addresses as texts");
        row("score[\"a\"] > 0.5", Sql, "column 1: SQL cannot ask for the scores of one detector");
        row("tag == x", Sql, "column 1: SQL cannot ask for 'tag'");
        row("start > -1h", Sql, "column 9: the end of this capture");
        row("bytes >", Sql, "column 8: expected a value");
    }
    void refusesWhatALanguageCannotAsk()
    {
        QFETCH(const FilterDialect, dialect);
        QFETCH(const QString, sentence);
        const QByteArray tag = QTest::currentDataTag();
        const QString text = said(tag.mid(tag.indexOf(": ") + 2).constData(), dialect);
        QVERIFY2(text.startsWith(sentence), qPrintable(text));
    }

    void jqSelectsTheSameRecords_data()
    {
        QTest::addColumn<QString>("lines");
        const auto row = [](const char* expression, const char* lines) {
            QTest::newRow(expression) << QString::fromLatin1(lines);
        };
        row("ip.addr == 10.0.0.5", "0 1");
        row("ip.src != 10.0.0.5", "1 2");
        row("ip.addr == 10.0.0.0/24", "0 1");
        row("ip.dst == 10.0.0.1..10.0.0.9", "1");
        row("ip.addr == 2001:db8::/32", "2");
        row("ip.addr == 2001:db8::1", "2");
        row("tcp.dstport == 443", "0");
        row("port == 53", "1");
        row("port.src in {40000..40001}", "0 1");
        row("not tcp", "1 2");
        row("icmp", "2");
        row("proto != udp", "0 2");
        row("bytes > 1k", "0");
        row("pkts.in == 0..1", "1 2");
        row("app == tls", "0");
        row("app != tls", "1");
        row("not app == tls", "1 2");
        row("app ~ \"^d\"", "1");
        row("vlan == 7", "1");
        row("start >= \"2026-05-01 12:00:01\"", "1 2");
        row("dur > 1m", "0");
        row("tls and (bytes > 5M or 10.0.0.5)", "0");
        row("cid contains LQU", "0");
        row("ipv6 or port < 100", "1 2");
    }
    void jqSelectsTheSameRecords()
    {
        if (!isInstalled("jq"))
            QSKIP("jq is not installed");
        QFETCH(const QString, lines);
        const QByteArray log =
            R"({"n":0,"event_type":"flow","src_ip":"10.0.0.5","src_port":40000,"dest_ip":"203.0.113.5","dest_port":443,)"
            R"("proto":"TCP","app_proto":"tls","community_id":"1:LQU9qZlK+B5F3KDmev6m5PMibrg=","flow":{"pkts_toserver":9,)"
            R"("pkts_toclient":8,"bytes_toserver":900,"bytes_toclient":8000,"start":"2026-05-01T12:00:00.500000+0000",)"
            R"("age":61}})"
            "\n"
            R"({"n":1,"event_type":"flow","src_ip":"10.0.1.7","src_port":40001,"dest_ip":"10.0.0.5","dest_port":53,)"
            R"("proto":"UDP","app_proto":"dns","vlan":[7,8],"flow":{"pkts_toserver":1,"pkts_toclient":1,)"
            R"("bytes_toserver":80,"bytes_toclient":200,"start":"2026-05-01T12:00:01.000000+0000","age":0}})"
            "\n"
            R"({"n":2,"event_type":"flow","src_ip":"2001:0db8:0000:0000:0000:0000:0000:0001",)"
            R"("dest_ip":"2001:0db8:0000:0000:0000:0000:0000:0002","proto":"IPv6-ICMP","flow":{"pkts_toserver":1,)"
            R"("pkts_toclient":0,"bytes_toserver":80,"bytes_toclient":0,"start":"2026-05-01T12:00:09.000000+0000",)"
            R"("age":0}})"
            "\n"
            R"({"n":3,"event_type":"alert","src_ip":"10.0.0.5","dest_ip":"10.0.0.5","proto":"TCP"})"
            "\n";
        const QString program = said(QTest::currentDataTag(), FilterDialect::Jq) + QLatin1String(" | .n");
        const Ran ran = run(QStringLiteral("jq"), {program}, log);
        QVERIFY2(ran.code == 0, qPrintable(program + QLatin1String(": ") + ran.said));
        QCOMPARE(ran.lines.join(QLatin1Char(' ')), lines);
    }

    void sqlSelectsTheSameRows_data()
    {
        QTest::addColumn<QString>("rows");
        const auto row = [](const char* expression, const char* rows) {
            QTest::newRow(expression) << QString::fromLatin1(rows);
        };
        row("ip.addr == 10.0.0.5", "0 1");
        row("ip.addr != 10.0.0.5", "2");
        row("port == 53", "1");
        row("port != 53", "0 2");
        row("tcp.port != 443", "2");
        row("not tcp", "1");
        row("bytes > 1k", "0");
        row("score < 0.5", "1");
        row("score != 0.9", "1");
        row("not score > 0.5", "1 2");
        row("score", "0 1");
        row("app == youtube", "0");
        row("app == tls", "0");
        row("app != tls", "1");
        row("host contains EVIL", "1");
        row("host contains '%'", "");
        row("dur == 1..100 or state == rej", "0 2");
        row("note == \"it's\"", "2");
        row("start >= \"2026-05-01 12:00:01\"", "1 2");
        row("bookmark", "2");
        row("not bookmark and udp", "1");
    }
    void sqlSelectsTheSameRows()
    {
        if (!isInstalled("sqlite3"))
            QSKIP("sqlite3 is not installed");
        QFETCH(const QString, rows);
        const QString script =
            QStringLiteral(
                "CREATE TABLE flows(n, ip_src, port_src, ip_dst, port_dst, proto, bytes_out, bytes_in, dur, "
                "state, start_time, score, app, host, note, bookmark);"
                "INSERT INTO flows VALUES"
                "(0,'10.0.0.5',40000,'203.0.113.5',443,'tcp',900,8000,61,'SF','2026-05-01 12:00:00+00',0.9,"
                "'TLS.YouTube',NULL,NULL,0),"
                "(1,'10.0.1.7',40001,'10.0.0.5',53,'udp',80,200,0.5,NULL,'2026-05-01 12:00:01+00',0.2,'DNS',"
                "'www.Evil.example',NULL,0),"
                "(2,'10.0.0.8',40002,'10.0.0.9',80,'tcp',60,0,0,'REJ','2026-05-01 12:00:09+00',NULL,NULL,NULL,"
                "'it''s',1);"
                "SELECT n FROM flows WHERE %1 ORDER BY n;")
                .arg(said(QTest::currentDataTag(), FilterDialect::Sql));
        const Ran ran = run(QStringLiteral("sqlite3"), {QStringLiteral(":memory:")}, script.toUtf8());
        QVERIFY2(ran.code == 0, qPrintable(script + ran.said));
        QCOMPARE(ran.lines.join(QLatin1Char(' ')), rows);
    }
};

QTEST_GUILESS_MAIN(FilterTranslationTest)
#include "filter_translation_test.moc"
