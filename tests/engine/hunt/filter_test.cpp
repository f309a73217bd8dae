// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/hunt/filter.h"
#include "tests/support/packet_builder.h"

using namespace flowscent;

namespace {

struct Given {
    const char* client;
    std::uint16_t clientPort;
    const char* server;
    std::uint16_t serverPort;
    std::uint8_t protocol;
    std::int64_t start; ///< seconds since 1970
    double lasted;      ///< seconds
    std::uint64_t packetsOut, packetsIn, bytesOut, bytesIn;
    flow::TcpState state;
    std::uint16_t vlan = 0;
    bool guessed = false;
    flow::Origin origin = flow::Origin::Packets;
};

constexpr std::int64_t noon = 1'777'636'800; // 2026-05-01 12:00:00 UTC, by `date -d`

// The eight flows that all expressions are asked of. Ports of flow 0 are those of the Community ID specification's
// first example, whose hash its authors give as 1:LQU9qZlK+B5F3KDmev6m5PMibrg=.
const std::vector<Given>& givenFlows()
{
    using enum flow::TcpState;
    static const std::vector<Given> flows{
        {"128.232.110.120", 34855, "66.35.250.204", 80, 6, noon, 1.5, 10, 8, 2'000, 40'000, SF},
        {"10.0.0.5", 50000, "10.0.0.9", 443, 6, noon + 60, 300, 500, 900, 90'000, 2'000'000, S1, 7},
        {"10.0.0.5", 50001, "192.168.1.1", 53, 17, noon + 61, 0.02, 1, 1, 80, 200, None},
        {"10.0.0.6", 50002, "10.0.1.9", 22, 6, noon + 3600, 0, 1, 1, 74, 60, REJ},
        {"2001:db8::1", 40000, "2001:db8::2", 8080, 6, noon + 3700, 20, 6, 5, 900, 5'000, RSTO, 0, true},
        {"10.0.0.7", 8, "10.0.0.9", 0, 1, noon + 3800, 4, 5, 5, 490, 490, None},
        {"fe80::1", 5353, "ff02::fb", 5353, 17, noon + 7200, 60, 30, 0, 6'000, 0, None, 7},
        {"10.200.0.1", 1024, "10.0.0.5", 5060, 132, noon + 7201, 0.25, 4, 4, 400, 400, None, 0, false,
         flow::Origin::ZeekLog},
    };
    return flows;
}

flow::FlowTable makeTable()
{
    flow::FlowTable table;
    for (const Given& given : givenFlows()) {
        flow::FlowRecord record;
        record.key = {test::endpoint(given.client, given.clientPort), test::endpoint(given.server, given.serverPort),
                      given.protocol};
        record.start = given.start * base::nanosecondsPerSecond;
        record.last = record.start + static_cast<base::Nanoseconds>(given.lasted * 1e9);
        record.state = given.state;
        record.directionGuessed = given.guessed;
        record.origin = given.origin;
        record.vlan = given.vlan;
        record.statistics.packets = {given.packetsOut, given.packetsIn};
        record.statistics.bytes = {given.bytesOut, given.bytesIn};
        table.append(record);
    }
    return table;
}

QString rowsOf(const std::vector<std::uint32_t>& rows)
{
    QStringList texts;
    for (const std::uint32_t row : rows)
        texts << QString::number(row);
    return texts.join(QLatin1Char(' '));
}

} // namespace

class FilterTest : public QObject {
    Q_OBJECT

    flow::FlowTable m_table = makeTable();

    QString passing(const char* expression, const hunt::FilterContext& context = {}) const
    {
        const auto filter = hunt::Filter::parse(expression);
        return filter ? rowsOf(filter->apply(m_table, context)) : QString::fromStdString(filter.error().sentence());
    }

private Q_SLOTS:
    void anExpressionPassesTheseRows_data()
    {
        QTest::addColumn<QString>("rows");
        const auto rows = [](const char* expression, const char* expected) {
            QTest::newRow(expression) << QString::fromLatin1(expected);
        };
        const char* all = "0 1 2 3 4 5 6 7";
        rows("", all);
        rows("  \t", all);

        rows("ip.addr == 10.0.0.5", "1 2 7");
        rows("ip.src == 10.0.0.5", "1 2");
        rows("ip.dst == 10.0.0.5", "7");
        rows("ip.addr != 10.0.0.5", "0 3 4 5 6");
        rows("ip.addr ne 10.0.0.5", "0 3 4 5 6");
        rows("!ip.addr == 10.0.0.5", "0 3 4 5 6");
        rows("ip.src != 10.0.0.5", "0 3 4 5 6 7");
        rows("ip.addr == 10.0.0.0/24", "1 2 3 5 7");
        rows("ip.addr == 10.0.0.0/8", "1 2 3 5 7");
        rows("ip.dst == 10.0.0.0/23", "1 3 5 7");
        rows("ip.addr == 10.0.0.6..10.0.0.7", "3 5");
        rows("ip.addr == 0.0.0.0/0", "0 1 2 3 5 7");
        rows("ipv6.addr == 2001:db8::/32", "4");
        rows("ip.addr == ::/0", "4 6");
        rows("ip.addr in {10.0.0.6, 10.200.0.1, fe80::1}", "3 6 7");
        rows("ip.src in {10.0.0.0/24 128.232.110.120}", "0 1 2 3 5");

        rows("port == 5353", "6");
        rows("port == 50000", "1");
        rows("port.src == 443", "");
        rows("port.dst == 443", "1");
        rows("tcp.port == 80", "0");
        rows("udp.port == 53", "2");
        rows("tcp.port == 53", "");
        rows("tcp.port != 443", "0 3 4"); // UDP flows have no TCP port to be different
        rows("not tcp.port == 443", "0 2 3 4 5 6 7");
        rows("tcp.dstport lt 100", "0 3");
        rows("port >= 50000 && port <= 50001", "1 2 3"); // flow 3: 50002 is above, 22 is below
        rows("port.src >= 50000 && port.src <= 50001", "1 2");
        rows("tcp.port in {80, 443, 8000..8080}", "0 1 4");
        rows("port == 20..79", "2 3");
        rows("port != 20..79", "0 1 4 5 6 7");

        rows("tcp", "0 1 3 4");
        rows("udp", "2 6");
        rows("icmp", "5");
        rows("sctp", "7");
        rows("ipv6", "4 6");
        rows("ip && udp", "2");
        rows("tcp == 1", "0 1 3 4");
        rows("tcp == false", "2 5 6 7");
        rows("proto == udp", "2 6");
        rows("proto != TCP", "2 5 6 7");
        rows("proto in {udp, icmp}", "2 5 6");
        rows("proto matches \"^[ut]\"", "0 1 2 3 4 6");
        rows("tcp.port", "0 1 3 4");

        rows("bytes > 1M", "1");
        rows("bytes >= 42k", "0 1");
        rows("bytes.out eq 80", "2");
        rows("bytes.in == 0", "6");
        rows("bytes.in > 39.9KB and bytes.in < 2MB", "0");
        rows("pkts gt 100", "1");
        rows("pkts.out >= 10", "0 1 6");
        rows("pkts.in le 1", "2 3 6");
        rows("dur > 1m", "1");
        rows("dur >= 60s", "1 6");
        rows("dur < 100ms", "2 3");
        rows("dur == 250ms", "7");
        rows("dur <= 0.1h and dur > 20", "1 6");

        rows("start >= \"2026-05-01 13:00\"", "3 4 5 6 7");
        rows("start < 2026-05-01T12:01", "0");
        rows("start >= 2026-05-02", "");
        rows("frame.time >= \"2026-05-01 14:00:01\"", "7");
        rows("start > \"2026-05-01 14:00:00.999999\"", "7");
        rows("start >= 2026-05-01T13:59:59.5 and start < \"2026-05-01 14:00:00.5\"", "6");
        rows("start >= -1s", ""); // the capture ends 60 s after the start of flow 6
        rows("start >= -60s", "6 7");
        rows("end > -2h", "1 2 3 4 5 6 7");
        rows("start < 1777636860", "0");

        rows("state == SF", "0");
        rows("state == sf or state == rej", "0 3");
        rows("state contains RST", "4");
        rows("state matches \"^r\"", "3 4");
        rows("state ~ \"^r\"", "3 4");
        rows("state != SF", "1 3 4"); // what is not TCP has no state
        rows("state", "0 1 3 4");
        rows("vlan == 7", "1 6");
        rows("vlan", "1 6");
        rows("vlan.id != 7", "");
        rows("guessed", "4");
        rows("origin == zeek", "7");
        rows("origin == packets and sctp or origin == suricata", "");
        rows("not guessed and tcp", "0 1 3");
        rows("service == dns", "2");
        rows("service in {http ssh}", "0 3 4");

        rows("cid == \"1:LQU9qZlK+B5F3KDmev6m5PMibrg=\"", "0");
        rows("1:LQU9qZlK+B5F3KDmev6m5PMibrg=", "0");
        rows("cid contains LQU9", "0");
        rows("cid contains lqu9", "");
        rows("cid == 1:LQU9qZlK+B5F3KDmev6m5PMibrg= or sctp", "0 7");

        rows("10.0.0.5", "1 2 7");
        rows("10.0.0.0/24", "1 2 3 5 7");
        rows("10.0.1", "3");
        rows("10.0.", "1 2 3 5 7");
        rows("2001:db8:", "4");
        rows("fe80::1", "6");
        rows(":443", "1");
        rows("443", "1");
        rows("dns", "2");
        rows("not dns and udp", "6");
        rows("SF", "0");
        rows("rej", "3");
        rows("tls 10.0.0.5", "1");
        rows("10.0.0.5 udp", "2");

        rows("tcp and bytes > 1k or udp", "0 1 2 4 6");
        rows("tcp and (bytes > 1k or udp)", "0 1 4");
        rows("udp or tcp and bytes > 1k", "0 1 2 4 6");
        rows("(udp or tcp) and bytes > 1k", "0 1 4 6");
        rows("not (tcp or udp)", "5 7");
        rows("!tcp && !udp", "5 7");
        rows("not not tcp", "0 1 3 4");
        rows("!!!tcp", "2 5 6 7");
        rows("((((tcp))))", "0 1 3 4");

        rows("dir == out", "");
        rows("dir == lateral", "1 2 3 5 6 7");
        rows("dir", "1 2 3 5 6 7"); // flows 0 and 4 have no end inside
        rows("dir != lateral", "");
        rows("not dir", "0 4");
        rows("bytes > 4KiB and udp", "6"); // 6000 against 280
        rows("bytes >= 0.042M", "0 1");
        rows("bytes < 1e3", "2 3 5 7");
        rows("dur == 20000us", "2");
        rows("dur in {1.5, 4s}", "0 5");
        rows("dur == 4..20", "4 5");
        rows("dur != 0..100", "1");
        rows("start == 2026-05-01T12:00..2026-05-01T12:01", "0 1");
        rows("start == \"2026-05-01 12:00..2026-05-01 12:01\"", "0 1");
        rows("start >= \"2026-05-01 14:00:00.5\"", "7");
        rows("start >= 2026-05-01T14:00:01Z", "7");
        rows("start <= \"2026-05-01 12:00:00.000000001\"", "0");
        rows("start > -2h and start < -1h", "2 3"); // the capture ends at 14:01:00
        rows("end >= -0s", "6");
        rows("packets > 100", "1");
        rows("duration > 1m", "1");
        rows("communityid == 1:LQU9qZlK+B5F3KDmev6m5PMibrg=", "0");
        rows("cid != 1:LQU9qZlK+B5F3KDmev6m5PMibrg=", "1 2 3 4 5 6 7");
        rows("cid == LQU9", "");
        rows("cid", all);
        rows("ip.addr != 10.0.0.0/8", "0 4 6");
        rows("ip.src != 10.0.0.5..10.0.0.7", "0 4 6 7");
        rows("ip.dst in {ff02::/16, 66.35.250.204}", "0 6");
        rows("ip.addr == fe80::..fe80::ff", "6");
        rows("ip.addr == 2001:db8::1..2001:db8::1", "4");
        rows("port.dst == 0..79 and not icmp", "2 3");
        rows("port.src in {1024, 5353, 34855}", "0 6 7");
        rows("udp.dstport > 100", "6");
        rows("tcp.srcport <= 40000", "0 4");
        rows("proto == sctp or proto == 1", "7"); // protocols have names here
        rows("proto ~ 'icmp'", "5");
        rows("state in {s0 s1 'sf'}", "0 1");
        rows("service != tls and service", "0 2 3 4 6");
        rows("tunnel", "");
        rows("icmp.errors > 0", "");
        rows("origin != zeek", "0 1 2 3 4 5 6");
        rows("tcp && (udp || !ipv6) && bytes", "0 1 3");
        rows("(not tcp) (not udp)", "5 7");
        rows("!(tcp || udp) || port.dst == 443", "1 5 7");
        rows("ip.addr in {10.0.0.6, 10.0.0.0..10.0.0.5, 10.0.0.9, ff00::/8, 10.0.0.9..10.0.0.7}", "1 2 3 5 6 7");
        rows("not ip.src in {10.0.0.0/16, 10.0.0.5, 128.0.0.0/1, 10.0.0.0/24}", "4 6 7");
        rows("port.dst in {1..10, 5..60, 53, 443}", "1 2 3");
        rows("tcp.dstport in {80, 0..22, 8080}", "0 3 4");
        rows("tcp.port in {53, 5353, 5060, 0}", "");
        rows("bytes == 490 or bytes == 280 or bytes == 900..1000", "2 5");
        rows("dur in {0, 4, 20..60, 1.5}", "0 3 4 5 6");
        rows("evil.example", "");
        rows("'evil example'", "");
        rows("mdns", "6");
        rows("http or :5060", "0 4 7");
    }
    void anExpressionPassesTheseRows()
    {
        QFETCH(const QString, rows);
        QCOMPARE(passing(QTest::currentDataTag()), rows);
    }

    void scoresAreAbsentUntilThereAreSome()
    {
        QCOMPARE(passing("score >= 0"), QString());
        QCOMPARE(passing("score != 0.5"), QString());
        const std::vector<float> scores{0.1F, 0.9F, 0.5F, 0.2F, 0.3F, 0.99F, 0.0F, 0.4F};
        const std::vector<std::uint8_t> alarmed{0, 1, 1, 0, 0, 1, 0, 0};
        const hunt::FilterContext context{.scores = scores, .alarmed = alarmed};
        QCOMPARE(passing("score >= 0.5", context), QStringLiteral("1 2 5"));
        QCOMPARE(passing("score < 0.15", context), QStringLiteral("0 6"));
        QCOMPARE(passing("alarm", context), QStringLiteral("1 2 5"));
        QCOMPARE(passing("alarm and not tcp", context), QStringLiteral("2 5"));
        QCOMPARE(passing("score", context), QStringLiteral("0 1 2 3 4 5 6 7"));
    }

    void scoresOfAnOlderSmallerTableLeaveTheNewRowsOut()
    {
        const std::vector<float> scores{0.9F, 0.9F};
        const std::vector<std::uint8_t> alarmed{1};
        QCOMPARE(passing("score > 0.5", {.scores = scores, .alarmed = alarmed}), QStringLiteral("0 1"));
        QCOMPARE(passing("alarm", {.scores = scores, .alarmed = alarmed}), QStringLiteral("0"));
    }

    void labelsAreFoundByTheirWords()
    {
        hunt::SupportSet support;
        support.set(flow::FlowId(1), hunt::Label::Threat);
        support.set(flow::FlowId(4), hunt::Label::NotThreat);
        support.set(flow::FlowId(6), hunt::Label::Unsure);
        const hunt::FilterContext context{.support = &support};
        QCOMPARE(passing("label", context), QStringLiteral("1 4 6"));
        QCOMPARE(passing("not label", context), QStringLiteral("0 2 3 5 7"));
        QCOMPARE(passing("threat", context), QStringLiteral("1"));
        QCOMPARE(passing("label == \"not this\"", context), QStringLiteral("4"));
        QCOMPARE(passing("\"not this\"", context), QStringLiteral("4"));
        QCOMPARE(passing("label != threat", context), QStringLiteral("4 6"));
        QCOMPARE(passing("label in {threat unsure}", context), QStringLiteral("1 6"));
    }

    void longTablesGiveTheSameAnswerAsShortOnes()
    {
        flow::FlowTable table;
        for (int copy = 0; copy < 1000; ++copy) {
            for (std::uint32_t row = 0; row < m_table.size(); ++row)
                table.append(m_table.record(flow::FlowId(row)));
        }
        const auto filter = hunt::Filter::parse("(tcp and bytes > 1k) or not (ip or service)");
        QVERIFY(filter);
        const auto few = filter->apply(m_table, {});
        std::vector<std::uint32_t> expected;
        for (std::uint32_t copy = 0; copy < 1000; ++copy) {
            for (const std::uint32_t row : few)
                expected.push_back(copy * 8 + row);
        }
        QVERIFY(!few.empty() && few.size() < 8);
        QVERIFY(filter->apply(table, {}) == expected);
    }

    void thousandsOfTermsNeitherOverflowNorChangeTheAnswer()
    {
        std::string expression = "tcp";
        for (int i = 0; i < 8000; ++i)
            expression += i % 2 == 0 ? " or tcp" : "|| tcp";
        QCOMPARE(passing(expression.c_str()), QStringLiteral("0 1 3 4"));
        QCOMPARE(passing((std::string(60'001, '!') + "tcp").c_str()), QStringLiteral("2 5 6 7"));
    }

    void anEmptyTableGivesNoRows()
    {
        const auto filter = hunt::Filter::parse("start > -1h or tcp");
        QVERIFY(filter);
        QVERIFY(filter->apply({}, {}).empty());
        QVERIFY(hunt::Filter().apply({}, {}).empty());
    }

    void knowsItsOwnTextAndWhetherItIsEmpty()
    {
        QVERIFY(hunt::Filter().empty());
        QVERIFY(hunt::Filter::parse("   ")->empty());
        const auto filter = hunt::Filter::parse(" bytes > 1M ");
        QVERIFY(filter && !filter->empty());
        QCOMPARE(filter->text(), std::string(" bytes > 1M "));
    }

    void stoppingGivesNoRows()
    {
        std::stop_source stop;
        const auto filter = hunt::Filter::parse("tcp");
        QCOMPARE(filter->apply(m_table, {}, stop.get_token()).size(), std::size_t{4});
        stop.request_stop();
        QVERIFY(filter->apply(m_table, {}, stop.get_token()).empty());
    }

    void everyFieldSaysWhatItIsWithAnExampleThatWorks()
    {
        for (const hunt::Filter::Field& field : hunt::Filter::fields()) {
            const std::string description(field.description);
            const std::size_t example = description.find("e.g. ");
            QVERIFY2(example != std::string::npos, description.c_str());
            const auto filter = hunt::Filter::parse(description.substr(example + 5));
            QVERIFY2(filter.has_value(), description.c_str());
            QVERIFY2(description.find(field.name, example) != std::string::npos, description.c_str());
        }
    }

    void everyListedFieldCanStandAlone()
    {
        QVERIFY(hunt::Filter::fields().size() >= 25);
        for (const hunt::Filter::Field& field : hunt::Filter::fields()) {
            QVERIFY2(hunt::Filter::parse(field.name).has_value(), field.name.data());
            QVERIFY(!field.description.empty());
        }
    }
};

QTEST_GUILESS_MAIN(FilterTest)
#include "filter_test.moc"
