// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "engine/logs/line_reader.h"
#include "tests/support/log_text.h"

#include <fstream>

#include <sys/resource.h>

using namespace flowscent;
using namespace flowscent::logs;

namespace {

struct Read {
    std::vector<std::string> texts;
    std::vector<std::uint64_t> tooLong;
    bool lastEnded = true;
};

Read linesOf(const std::filesystem::path& file)
{
    Read read;
    auto reader = LineReader::open(file, {});
    while (const auto line = reader->next()) {
        read.texts.emplace_back(line->text);
        if (line->tooLong)
            read.tooLong.push_back(line->number);
        read.lastEnded = line->ended;
    }
    return read;
}

} // namespace

class LineReaderTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    Read linesOfText(const std::string& text) const
    {
        return linesOf(test::saveText(m_folder.filePath(QStringLiteral("text")).toStdString(), text));
    }

private Q_SLOTS:
    void linesEndWithLineFeedOrWithCarriageReturnToo()
    {
        const Read read = linesOfText("\xEF\xBB\xBFone\r\n\ntwo\r\nthree");
        QVERIFY((read.texts == std::vector<std::string>{"one", "", "two", "three"}));
        QVERIFY(!read.lastEnded);
        QVERIFY(linesOfText("one\n").lastEnded);
        QVERIFY(linesOfText("").texts.empty());
    }

    void linesMayCrossTheBuffer()
    {
        std::string text;
        std::vector<std::string> lines;
        for (int i = 0; i < 40; ++i) {
            lines.emplace_back(200'000, static_cast<char>('a' + i % 26));
            text += lines.back() + '\n';
        }
        QVERIFY(linesOfText(text).texts == lines);
    }

    void theLongestLineIsReadAndOneMoreIsNot()
    {
        const Read read =
            linesOfText("a\n" + std::string(longestLine, 'b') + "\n" + std::string(longestLine + 1, 'c') + "\nd\n");
        QCOMPARE(read.texts.size(), std::size_t(4));
        QCOMPARE(read.texts[1].size(), longestLine);
        QVERIFY((read.tooLong == std::vector<std::uint64_t>{3}));
        QVERIFY(read.texts[2].empty());
        QCOMPARE(read.texts[3], std::string("d"));
    }

    /// 100 MB without a line break: the line is passed over, and memory stays where it was.
    void aHugeLineTakesNoMemory()
    {
        const std::string file = m_folder.filePath(QStringLiteral("huge")).toStdString();
        {
            std::ofstream stream(file, std::ios::binary);
            const std::string piece(1'000'000, 'x');
            for (int i = 0; i < 100; ++i)
                stream << piece;
            stream << "\nafter\n";
        }
        rusage before{};
        getrusage(RUSAGE_SELF, &before);
        const Read read = linesOf(file);
        rusage after{};
        getrusage(RUSAGE_SELF, &after);
        QVERIFY((read.tooLong == std::vector<std::uint64_t>{1}));
        QCOMPARE(read.texts.back(), std::string("after"));
        QVERIFY2(after.ru_maxrss - before.ru_maxrss < 32 * 1024, "more than 32 MB for a line that is not kept");
    }

    void aMissingFileIsAnErrorOfTheSystem()
    {
        const auto reader = LineReader::open(m_folder.filePath(QStringLiteral("none")).toStdString(), {});
        QVERIFY(!reader);
        QCOMPARE(reader.error().code, base::Error::Code::Io);
    }
};

QTEST_GUILESS_MAIN(LineReaderTest)
#include "line_reader_test.moc"
