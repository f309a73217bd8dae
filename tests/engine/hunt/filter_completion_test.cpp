// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <algorithm>

#include "engine/base/random.h"
#include "engine/hunt/filter_completion.h"
#include "tests/support/packet_builder.h"

using namespace flowscent;
using hunt::CompletionKind;

namespace {

void put(flow::FlowTable& table, const char* client, const char* server, std::uint16_t port, std::uint8_t protocol,
         const identify::Identity& identity)
{
    flow::FlowRecord record;
    record.key = {test::endpoint(client, 40000), test::endpoint(server, port), protocol};
    record.identity = identity;
    record.state = protocol == 6 ? flow::TcpState::SF : flow::TcpState::None;
    table.append(record);
}

flow::FlowTable makeTable()
{
    auto names = std::make_shared<identify::Names>();
    flow::FlowTable table(names);
    for (int i = 0; i < 1284; ++i)
        put(table, "10.0.0.1", "10.0.0.9", 443, 6,
            {.application = names->add("TLS"), .host = names->add("www.example.com")});
    put(table, "10.0.0.1", "10.0.0.2", 53, 17, {.application = names->add("DNS"), .host = names->add("odd host\"s")});
    put(table, "10.0.0.7", "10.0.0.7", 443, 6, {.host = names->add("www.example.org")});
    return table;
}

} // namespace

class FilterCompletionTest : public QObject {
    Q_OBJECT

    flow::FlowTable m_table = makeTable();
    std::vector<float> m_scores = std::vector<float>(5, 0.5F);
    hunt::FilterContext m_context{.scoresOf = {{"Beacon A", m_scores}}};
    hunt::ValueCounts m_values = hunt::ValueCounts::count(m_table, m_context);

    /// "from-to: item item ...", with the cursor at '|'.
    QString completed(std::string text) const
    {
        const std::size_t cursor = text.find('|');
        text.erase(cursor, 1);
        const hunt::Completions found = hunt::complete(text, cursor, m_values);
        QString written = QStringLiteral("%1-%2:").arg(found.from).arg(found.to);
        for (const hunt::Completion& item : found.items)
            written += QLatin1Char(' ') + QString::fromStdString(item.text);
        return written;
    }

private Q_SLOTS:
    void offersWhatCanStandThere_data()
    {
        QTest::addColumn<QString>("offered");
        const auto row = [](const char* text, const char* offered) {
            QTest::newRow(text) << QString::fromLatin1(offered);
        };
        row("byt|", "0-3: bytes bytes.out bytes.in");
        row("tcp and bytes.o|", "8-15: bytes.out");
        row("by|tes > 5", "0-5: bytes bytes.out bytes.in label.by");
        row("app == |", "7-7: TLS DNS");
        row("host == |", "8-8: www.example.com \"odd host\\\"s\" www.example.org");
        row("host == www|", "8-11: www.example.com www.example.org");
        row("host == \"www|", "8-12: www.example.com www.example.org");
        row("host == \"www|.x\" and tcp", "8-15: www.example.com www.example.org");
        row("host == example|", "8-15: www.example.com www.example.org");
        row("host == nowhere|", "8-15:");
        row("proto == |", "9-9: tcp udp");
        row("proto in |", "9-9: {");
        row("proto in {|", "10-10: tcp udp }");
        row("proto in {tcp, |", "15-15: tcp udp }");
        row("proto in {tcp u|", "14-15: udp");
        row("port.dst == |", "12-12: 443 53");
        row("ip.addr == |", "11-11: 10.0.0.1 10.0.0.9 10.0.0.2 10.0.0.7");
        row("ip.dst == 10.0.0.9|", "10-18: 10.0.0.9");
        row("bytes |", "6-6: == != < <= > >= in and or");
        row("ip.src |", "7-7: == != in and or");
        row("app |", "4-4: == != contains matches in and or");
        row("(tcp |", "5-5: and or )");
        row("tcp == |", "7-7: 1 0");
        row("bytes > 5 |", "10-10: and or");
        row("bytes > 5 a|", "10-11: and");
        row("bytes > |", "8-8:");
        row("score[|", "6-6: \"Beacon A\"");
        row("score[\"Bea|", "6-10: \"Beacon A\"");
        row("score[\"Beacon A\" |", "17-17: ]");
        row("score[\"Beacon A\"] >|", "19-19:");
        row("tcp $ by|", "8-8:");
        row("(|", "1-1:");
        row("www.e|", "0-5: www.example.com www.example.org");
    }
    void offersWhatCanStandThere()
    {
        QFETCH(const QString, offered);
        const QString found = completed(QTest::currentDataTag());
        if (QByteArray(QTest::currentDataTag()) == "(|") // every field: too many to write down
            QVERIFY(found.startsWith(QLatin1String("1-1: ip.addr ip.src")));
        else if (QByteArray(QTest::currentDataTag()) == "bytes > 5 a|") // and the fields that hold an "a"
            QVERIFY(found.startsWith(QLatin1String("10-11: and app agent alarm alpn")) ||
                    found.startsWith(QLatin1String("10-11: and a")));
        else
            QCOMPARE(found, offered);
    }

    void valuesComeWithTheirFlows()
    {
        const hunt::Completions found = hunt::complete("app == ", 7, m_values);
        QCOMPARE(found.items[0], (hunt::Completion{"TLS", "1 284 flows", CompletionKind::Value, 1284}));
        QCOMPARE(found.items[1], (hunt::Completion{"DNS", "1 flow", CompletionKind::Value, 1}));
    }

    void possibleValuesFollowThoseThatAreThere()
    {
        const hunt::Completions found = hunt::complete("state == ", 9, m_values);
        QCOMPARE(found.items.front(), (hunt::Completion{"sf", "1 285 flows", CompletionKind::Value, 1285}));
        QVERIFY(std::ranges::find(found.items, std::string("rsto"), &hunt::Completion::text) != found.items.end());
        QCOMPARE(found.items.back().count, std::uint64_t{0});
    }

    void aFlowWithItselfCountsOnce()
    {
        const auto seen = m_values.of("ip.addr");
        QCOMPARE(seen.back(), (hunt::ValueCounts::Value{"10.0.0.7", 1}));
        QVERIFY(m_values.of("nothing").empty());
        QVERIFY(m_values.of("bytes").empty());
    }

    void onlyTheMostFrequentAreKept()
    {
        flow::FlowTable table;
        for (std::uint16_t i = 0; i < 3000; ++i) {
            flow::FlowRecord record;
            record.key = {test::endpoint("10.0.0.1", i), test::endpoint("10.0.0.2", i % 1500), 17};
            table.append(record);
        }
        const auto values = hunt::ValueCounts::count(table, {});
        QCOMPARE(values.of("port.src").size(), hunt::ValueCounts::mostValues);
        QCOMPARE(values.of("port.dst").front(), (hunt::ValueCounts::Value{"0", 2}));
    }

    void stoppingEndsTheCount()
    {
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(hunt::ValueCounts::count(m_table, {}, stop.get_token()).of("proto").empty());
    }

    void whateverIsOfferedCanBeRead()
    {
        base::Rng rng(11);
        const std::vector<std::string> pieces{"host", "==",  "(",      ")",       "in", "{",   "\"odd", "www", "tcp",
                                              "and",  "not", "score[", "Beacon ", "]",  "app", "'",     "1",   "byt"};
        int offered = 0;
        for (int round = 0; round < 3000; ++round) {
            std::string text;
            for (std::uint64_t piece = rng.below(8); piece > 0; --piece)
                text += pieces[rng.below(pieces.size())] + (rng.below(3) == 0 ? "" : " ");
            const std::size_t cursor = rng.below(text.size() + 3);
            const hunt::Completions found = hunt::complete(text, cursor, m_values);
            QVERIFY(found.from <= found.to && found.to <= text.size());
            for (const hunt::Completion& item : found.items) {
                ++offered;
                if (item.kind == CompletionKind::Word || item.kind == CompletionKind::Field)
                    QVERIFY2(hunt::Filter::parse(item.text).has_value(), item.text.c_str());
                if (item.kind == CompletionKind::Value)
                    QVERIFY2(hunt::Filter::parse("note == " + item.text).has_value(), item.text.c_str());
            }
        }
        QVERIFY(offered > 1000);
    }
};

QTEST_GUILESS_MAIN(FilterCompletionTest)
#include "filter_completion_test.moc"
