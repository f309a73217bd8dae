// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/csv.h"

#include <sstream>

using namespace flowscent::base;

namespace {

std::vector<std::vector<std::string>> readAll(const std::string& text)
{
    std::istringstream stream(text);
    CsvReader reader(stream, "test.csv");
    std::vector<std::vector<std::string>> records;
    for (auto record = reader.next(); record && *record; record = reader.next())
        records.push_back(**record);
    return records;
}

} // namespace

class CsvTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void splitsFieldsAndSkipsEmptyLines()
    {
        const std::vector<std::vector<std::string>> expected{{"a", "b"}, {"1", ""}};
        QVERIFY(readAll("a,b\r\n\n1,\n") == expected);
    }

    void quotedFieldsMayHoldCommasQuotesAndLineBreaks()
    {
        const std::vector<std::vector<std::string>> expected{{"x,y", "say \"no\"", "two\nlines"}};
        QVERIFY(readAll("\"x,y\",\"say \"\"no\"\"\",\"two\nlines\"\n") == expected);
    }

    void theLastLineNeedsNoLineBreak() { QCOMPARE(readAll("a\nb").size(), std::size_t(2)); }

    void aQuoteThatNeverEndsIsAnErrorThatNamesItsLine()
    {
        std::istringstream stream("a\n\"open\nmore\n");
        CsvReader reader(stream, "labels.csv");
        QVERIFY(reader.next());
        const auto record = reader.next();
        QVERIFY(!record);
        QCOMPARE(record.error().sentence(), std::string("labels.csv: a quote opened in line 2 is never closed"));
    }

    void aLineWithoutEndIsRefused()
    {
        std::istringstream stream(std::string(3 << 20, 'x'));
        CsvReader reader(stream, "huge.csv");
        const auto record = reader.next();
        QVERIFY(!record);
        QCOMPARE(record.error().code, Error::Code::Format);
    }

    void whatIsWrittenReadsBack()
    {
        for (const std::string text : {"plain", "with,comma", "with \"quotes\"", "with\nbreak", ""}) {
            const auto records = readAll("first," + csvField(text) + "\n");
            QCOMPARE(records.size(), std::size_t(1));
            QCOMPARE(records[0][1], text);
        }
    }
};

QTEST_GUILESS_MAIN(CsvTest)
#include "csv_test.moc"
