// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/hunt/filter.h"

using namespace flowscent;

class FilterErrorsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void namesTheColumnAndWhatIsWrong_data()
    {
        QTest::addColumn<QString>("where");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* expression, const char* where, const char* says) {
            QTest::newRow(expression) << QString::fromLatin1(where) << QString::fromLatin1(says);
        };
        row("byte > 5", "column 1", "did you mean 'bytes'?");
        row("tcp and ip.adr == 10.0.0.1", "column 9", "did you mean 'ip.addr'?");
        row("bytes.uot > 5", "column 1", "did you mean 'bytes.out'?");
        row("bytes >", "column 8", "expected a value after '>'");
        row("bytes > > 5", "column 9", "expected a value");
        row("bytes > many", "column 9", "compared with a number");
        row("bytes > 5x", "column 9", "compared with a number");
        row("bytes contains 5", "column 7", "compared with a number");
        row("bytes > 1..5", "column 9", "compared with a number");
        row("ip.addr == 10.0.0.300", "column 12", "neither an address nor a network");
        row("ip.addr == 10.0.0.0/33", "column 12", "neither an address nor a network");
        row("ip.addr == 10.0.0.1..fe80::1", "column 12", "neither an address nor a network");
        row("ip.addr > 10.0.0.1", "column 9", "compared with == or !=");
        row("(tcp or udp", "column 12", "expected ')' for the bracket at column 1");
        row("tcp)", "column 4", "expected 'and', 'or' or the end");
        row("tcp and", "column 8", "expected a field, a value or '('");
        row("or tcp", "column 1", "expected a field, a value or '('");
        row("not", "column 4", "expected a field, a value or '('");
        row("()", "column 2", "expected a field, a value or '('");
        row("tcp.port in 80", "column 13", "expected '{'");
        row("tcp.port in {", "column 14", "expected a value");
        row("tcp.port in {}", "column 14", "expected a value");
        row("tcp.port in {80", "column 16", "expected a value or '}'");
        row("tcp.port in {80, tcp == 1}", "column 18", "compared with a number");
        row("state == \"SF", "column 10", "the quote is never closed");
        row("state < SF", "column 7", "a text is compared with");
        row("state matches \"(\"", "column 15", "the pattern cannot be read");
        row("tcp > 3", "column 5", "'tcp' stands alone");
        row("tcp $ udp", "column 5", "'$' has no meaning here");
        row("start > 2026-13-01", "column 9", "compared with a number");
        row("start > \"2026-05-01 25:00\"", "column 9", "compared with a number");
        row("10.0.0.300", "column 1", "is neither an address");
        row("tcp and 10.0.0.0/33", "column 9", "is neither an address");
        row("scor", "column 1", "did you mean 'score'?");
        row("bytes.uot", "column 1", "did you mean 'bytes.out'?");
        row("ip.sr", "column 1", "did you mean 'ip.src'?");
        row("tcp.dst", "column 1", "did you mean 'tcp.dstport'?");
        row("TCP.port == 80", "column 1", "did you mean 'tcp.port'?");
        row("soucre == 5", "column 1", "did you mean");
        row("mac == 00:11:22:33:44:55", "column 1", "keeps no MAC addresses");
        row("tcp and eth.addr", "column 9", "keeps no MAC addresses");
        row("country == DE", "column 1", "no database of networks and countries");
        row("asn in {64500}", "column 1", "no database of networks and countries");
        row("iface == eth0", "column 1", "which interface");
        row("score[", "column 7", "expected the name of a detector");
        row("score[] > 0.5", "column 7", "expected the name of a detector");
        row("score[\"\"] > 0.5", "column 7", "expected the name of a detector");
        row("score[\"a\" > 0.5", "column 11", "expected ']' for the bracket at column 6");
        row("bytes[\"a\"] > 5", "column 6", "takes no name in brackets");
        row("evil[\"a\"]", "column 5", "takes no name in brackets");
        row("score[\"a\"] > high", "column 14", "compared with a number");
        row("tag > 5", "column 5", "a text is compared with");
        row("verdict < threat", "column 9", "a text is compared with");
        row("\"\"", "column 1", "nothing between the quotes");
        row("note == 'open", "column 9", "the quote is never closed");
        row("start > \"2026-05-01 12:00:05.\"", "column 9", "compared with a number");
        row("bookmark > 1", "column 10", "'bookmark' stands alone");
        row("cid > 5", "column 5", "a text is compared with");
        row("tcp = = 1", "column 7", "expected a value");
    }
    void namesTheColumnAndWhatIsWrong()
    {
        QFETCH(const QString, where);
        QFETCH(const QString, says);
        const auto filter = hunt::Filter::parse(QTest::currentDataTag());
        QVERIFY(!filter);
        QCOMPARE(filter.error().code, base::Error::Code::Format);
        QCOMPARE(QString::fromStdString(filter.error().where), where);
        QVERIFY2(QString::fromStdString(filter.error().what).contains(says), filter.error().what.c_str());
    }

    void anEditorLearnsWhichBytesAreWrong_data()
    {
        QTest::addColumn<qulonglong>("column");
        QTest::addColumn<qulonglong>("length");
        const auto row = [](const char* expression, qulonglong column, qulonglong length) {
            QTest::newRow(expression) << column << length;
        };
        row("tcp and ip.adr == 10.0.0.1", 9, 6);
        row("bytes > many", 9, 4);
        row("note == \"open", 9, 5);
        row("tcp $ udp", 5, 1);
        row("bytes >", 8, 1);
        row("state matches \"(\"", 15, 3);
    }
    void anEditorLearnsWhichBytesAreWrong()
    {
        QFETCH(const qulonglong, column);
        QFETCH(const qulonglong, length);
        const std::string_view expression = QTest::currentDataTag();
        const auto filter = hunt::Filter::parse(expression);
        QVERIFY(!filter);
        QCOMPARE(hunt::filterErrorColumn(filter.error()), std::optional<std::size_t>(column));
        const auto place = hunt::filterErrorPlace(expression, filter.error());
        QVERIFY(place);
        QCOMPARE(qulonglong(place->column), column);
        QCOMPARE(qulonglong(place->length), length);
    }

    void errorsOfOthersHaveNoColumn()
    {
        for (const char* where : {"", "row 5", "column", "column x", "column 0", "column 5x"})
            QVERIFY(!hunt::filterErrorColumn({base::Error::Code::Format, "odd", where}));
        QVERIFY(!hunt::filterErrorPlace("tcp", {base::Error::Code::Io, "full", "disk"}));
    }

    void valuesAreWrittenAsTheyAreRead()
    {
        for (const std::string text : {"443", "evil.example", "not this", "and", "", "a\"b", "a\\", "\\\"", "it's",
                                       "{x}", "1:LQU9qZlK+B5F3KDmev6m5PMibrg=", "\xff\x01 \n", "a'b\\c"}) {
            const auto written = hunt::filterValue(text);
            QVERIFY(written);
            const auto filter = hunt::Filter::parse("note == " + *written);
            QVERIFY2(filter.has_value(), written->c_str());
            const hunt::FlowTexts notes{{flow::FlowId(0), text}};
            flow::FlowTable table;
            table.append({});
            QCOMPARE(filter->apply(table, {.notes = &notes}).size(), std::size_t{1});
        }
        QCOMPARE(hunt::filterValue("443"), std::optional<std::string>("443"));
        QCOMPARE(hunt::filterValue("not this"), std::optional<std::string>("\"not this\""));
        QVERIFY(!hunt::filterValue("it's\\"));
    }

    void deepNestingIsRefusedAndNotFollowed()
    {
        const auto nested = [](std::size_t depth) { return std::string(depth, '(') + "tcp" + std::string(depth, ')'); };
        QVERIFY(hunt::Filter::parse(nested(64)));
        const auto refused = hunt::Filter::parse(nested(65));
        QVERIFY(!refused);
        QVERIFY(refused.error().what.find("nested too deeply") != std::string::npos);
        QVERIFY(!hunt::Filter::parse(nested(20'000)));
    }

    void anEndlessExpressionIsRefused() { QVERIFY(!hunt::Filter::parse(std::string(100'000, ' ') + "tcp")); }

    void randomTextNeverCrashes()
    {
        base::Rng rng(20261123);
        const std::vector<std::string> pieces{
            "ip.addr", "==", "!=",   "(",     ")",  "{",       "}",     ",",    "\"",    "not",  "and", "or",
            "!",       "in", "10.0", "..",    "/8", "matches", "tcp",   "port", "score", "1:",   ":",   "-1h",
            "\xff",    "~",  "=",    "start", " ",  "1e999",   "state", "(?P",  "[",     "0x10", "."};
        int understood = 0;
        for (int round = 0; round < 20'000; ++round) {
            std::string expression;
            for (std::uint64_t piece = rng.below(12); piece > 0; --piece)
                expression += pieces[rng.below(pieces.size())] + (rng.below(2) == 0 ? " " : "");
            if (const auto filter = hunt::Filter::parse(expression)) {
                ++understood;
                QVERIFY(filter->apply({}, {}).empty());
            } else {
                QVERIFY(filter.error().where.starts_with("column "));
            }
        }
        QVERIFY(understood > 100);
    }
};

QTEST_GUILESS_MAIN(FilterErrorsTest)
#include "filter_errors_test.moc"
