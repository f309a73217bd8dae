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
        row("start > \"2026-05-01 05:00:00.\"", "column 9", "compared with a number");
        row("start > \"2026-05-01 05:00:00.1234567890\"", "column 9", "compared with a number");
        row("evil.example", "column 1", "is neither an address");
        row("scor", "column 1", "did you mean 'score'?");
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
