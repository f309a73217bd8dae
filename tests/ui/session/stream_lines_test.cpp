// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "ui/session/stream_desk.h"
#include "ui/session/stream_lines.h"

#include <random>

using namespace flowscent;
using ui::StreamLines;
using ui::StreamMode;
using ui::StreamSides;

namespace {

struct Talk {
    std::shared_ptr<ui::FlowStream> flow = std::make_shared<ui::FlowStream>();
    packet::StreamAssembler assembler{17};
    std::uint32_t packet = 0;

    Talk& say(std::size_t direction, const std::string& text, std::uint32_t sent = 0)
    {
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
        assembler.add({.direction = direction,
                       .time = packet,
                       .packet = packet,
                       .length = std::max(sent, static_cast<std::uint32_t>(text.size())),
                       .bytes = {bytes, text.size()}});
        ++packet;
        return *this;
    }
    std::shared_ptr<const ui::FlowStream> done()
    {
        flow->stream = assembler.finish();
        return flow;
    }
};

QStringList texts(const StreamLines& lines)
{
    QStringList all;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto line = lines.at(i);
        const auto& stream = lines.flow().stream;
        if (line.hole)
            all << QStringLiteral("[%1]").arg(stream.chunks[line.chunk].length);
        else
            all << QString::fromLatin1(reinterpret_cast<const char*>(stream.bytes.data() + line.begin),
                                       static_cast<qsizetype>(line.length));
    }
    return all;
}

std::vector<std::uint8_t> bytes(const char* text)
{
    const QByteArray typed(text);
    return {typed.begin(), typed.end()};
}

} // namespace

class StreamLinesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void textBreaksAtFeedsSpeakersAndHoles()
    {
        const auto flow =
            Talk().say(0, "GET /\nHo").say(0, "st: a\n\n").say(1, "200").say(1, "cut", 10).say(0, "x").done();
        const auto lines = StreamLines::lay(flow, StreamMode::Text, StreamSides::Both, {});
        QCOMPARE(texts(*lines),
                 QStringList({QStringLiteral("GET /\n"), QStringLiteral("Host: a\n"), QStringLiteral("\n"),
                              QStringLiteral("200cut"), QStringLiteral("[7]"), QStringLiteral("x")}));
        QVERIFY(lines->at(0).opens);
        QVERIFY(!lines->at(1).opens);
        QVERIFY(lines->at(3).opens);
        QCOMPARE(lines->lineOf(7), std::optional<std::size_t>(1));
        QCOMPARE(lines->lineOf(flow->stream.chunks.back().begin), std::optional<std::size_t>(5));
        QCOMPARE(lines->lineOf(1000), std::optional<std::size_t>());
    }

    void oneSideLeavesTheOtherOut()
    {
        const auto flow = Talk().say(0, "a\nb").say(1, "c").say(0, "d").done();
        const auto client = StreamLines::lay(flow, StreamMode::Text, StreamSides::Client, {});
        QCOMPARE(texts(*client), QStringList({QStringLiteral("a\n"), QStringLiteral("b"), QStringLiteral("d")}));
        QCOMPARE(client->lineOf(3), std::optional<std::size_t>()); // what the server said
        QCOMPARE(texts(*StreamLines::lay(flow, StreamMode::Text, StreamSides::Server, {})),
                 QStringList{QStringLiteral("c")});
    }

    void longTextWrapsAndHexHasSixteenABreak()
    {
        const auto flow = Talk().say(0, std::string(300, 'x')).done();
        const auto text = StreamLines::lay(flow, StreamMode::Text, StreamSides::Both, {});
        QCOMPARE(text->size(), std::size_t(3));
        QCOMPARE(text->at(2).length, std::uint32_t(300 - 256));
        const auto hex = StreamLines::lay(flow, StreamMode::Hex, StreamSides::Both, {});
        QCOMPARE(hex->size(), std::size_t(19));
        QCOMPARE(hex->at(18).length, std::uint32_t(12));
    }

    /// Whatever the stream: the lines hold every byte once and in order, and each byte finds its line.
    void linesHoldEveryByteOnce()
    {
        std::mt19937 random(3);
        for (int round = 0; round < 50; ++round) {
            Talk talk;
            for (int piece = 0; piece < 20; ++piece) {
                std::string text(random() % 300, '\0');
                for (char& sign : text)
                    sign = static_cast<char>(random() % 12 == 0 ? '\n' : random() % 256);
                talk.say(random() % 2, text, static_cast<std::uint32_t>(text.size() + random() % 2));
            }
            const auto flow = talk.done();
            for (const auto mode : {StreamMode::Text, StreamMode::Hex}) {
                const auto lines = StreamLines::lay(flow, mode, StreamSides::Both, {});
                std::uint32_t next = 0;
                for (std::size_t i = 0; i < lines->size(); ++i) {
                    const auto line = lines->at(i);
                    if (line.hole)
                        continue;
                    QCOMPARE(line.begin, next);
                    QVERIFY(line.length > 0);
                    next += line.length;
                    QCOMPARE(lines->lineOf(line.begin), std::optional(i));
                    QCOMPARE(lines->lineOf(next - 1), std::optional(i));
                }
                QCOMPARE(next, static_cast<std::uint32_t>(flow->stream.bytes.size()));
            }
        }
    }

    void findsWhatIsThereWhereverPacketsEnd()
    {
        const auto flow = Talk().say(0, "Pass").say(0, "word: aaa").say(1, "pass").say(0, "word").done();
        const auto find = [&](const char* what, bool fold, StreamSides sides = StreamSides::Both) {
            return ui::findInStream(flow->stream, sides, bytes(what), fold, {})->positions;
        };
        QCOMPARE(find("password", true), std::vector<std::uint32_t>{0}); // not from one speaker to the other
        QCOMPARE(find("password", false), std::vector<std::uint32_t>{});
        QCOMPARE(find("aa", false), (std::vector<std::uint32_t>{10, 11}));
        QCOMPARE(find("pass", true, StreamSides::Server), std::vector<std::uint32_t>{13});
        QCOMPARE(find("", true), std::vector<std::uint32_t>{});
    }

    void hexIsReadHoweverItIsSpaced()
    {
        const std::vector<std::uint8_t> crlf{13, 10};
        for (const char* text : {"0d 0a", "0D0A", "0d:0a", " 0d0a "})
            QCOMPARE(ui::bytesOfHex(QString::fromLatin1(text)), crlf);
        for (const char* text : {"", "0", "0d0", "0x0d", "zz"})
            QVERIFY(ui::bytesOfHex(QString::fromLatin1(text)).empty());
    }
};

QTEST_GUILESS_MAIN(StreamLinesTest)
#include "stream_lines_test.moc"
