// SPDX-License-Identifier: GPL-3.0-or-later
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "engine/capture/capture_file.h"
#include "engine/packet/stream_assembly.h"
#include "tests/support/capture_builder.h"
#include "tests/support/read_back.h"

#include <algorithm>
#include <random>

using namespace flowscent;
using packet::Ack;
using packet::Fin;
using packet::StreamAssembler;
using packet::StreamChunk;
using packet::Syn;

namespace {

constexpr std::uint8_t tcpProtocol = 6;
constexpr std::uint8_t udpProtocol = 17;

/// One packet of a talk: which side, its numbers, what it says.
struct Said {
    std::size_t direction = 0;
    std::uint32_t sequence = 0;
    std::string text;
    std::uint8_t flags = Ack;
    std::uint32_t acknowledged = 0;
    std::size_t captured = SIZE_MAX; ///< bytes of the text
};

test::Bytes frameOf(const Said& said)
{
    const bool out = said.direction == 0;
    test::Bytes segment = test::tcp({.from = static_cast<std::uint16_t>(out ? 40000 : 80),
                                     .to = static_cast<std::uint16_t>(out ? 80 : 40000),
                                     .flags = said.flags,
                                     .sequence = said.sequence,
                                     .acknowledged = said.acknowledged});
    segment.insert(segment.end(), said.text.begin(), said.text.end());
    const std::string client = "10.0.0.1";
    const std::string server = "10.0.0.2";
    return test::ethernet(test::ipPacket(tcpProtocol, out ? client : server, out ? server : client, segment));
}

packet::StreamPiece pieceOf(const Said& said, std::uint32_t number)
{
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(said.text.data());
    return {.direction = said.direction,
            .time = number,
            .packet = number,
            .sequence = said.sequence,
            .acknowledged = said.acknowledged,
            .flags = said.flags,
            .length = static_cast<std::uint32_t>(said.text.size()),
            .bytes = {bytes, std::min(said.captured, said.text.size())}};
}

packet::Stream assembled(const std::vector<Said>& talk, std::size_t limit = StreamAssembler::usualLimit)
{
    StreamAssembler assembler(tcpProtocol, limit);
    std::uint32_t number = 0;
    for (const Said& said : talk)
        assembler.add(pieceOf(said, number++));
    return assembler.finish();
}

/// "> hello" and "< world", a line for each run of one side; holes as Wireshark writes them.
QStringList runs(const packet::Stream& stream)
{
    QStringList lines;
    std::size_t speaker = 2;
    for (const StreamChunk& chunk : stream.chunks) {
        if (chunk.direction != speaker)
            lines << (chunk.direction == 0 ? QStringLiteral("> ") : QStringLiteral("< "));
        speaker = chunk.direction;
        const auto bytes = stream.of(chunk);
        if (chunk.kind == StreamChunk::Kind::Data)
            lines.last() +=
                QString::fromLatin1(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()));
        else if (chunk.kind == StreamChunk::Kind::Missing) // of what was cut off Wireshark says nothing
            lines.last() += QStringLiteral("[%1 bytes missing in capture file]").arg(chunk.length);
    }
    return lines;
}

QString tshark()
{
    return QStandardPaths::findExecutable(QStringLiteral("tshark"));
}

QByteArray followed(const QString& file, const char* protocol, int stream)
{
    QProcess process;
    process.start(tshark(),
                  {QStringLiteral("-n"), QStringLiteral("-q"), QStringLiteral("-r"), file, QStringLiteral("-z"),
                   QStringLiteral("follow,%1,raw,%2").arg(QLatin1String(protocol)).arg(stream)});
    return process.waitForFinished(60'000) ? process.readAllStandardOutput() : QByteArray();
}

/// The same lines out of `tshark -z follow,tcp,raw`: hex, what the second side says behind a tab.
QStringList followedRuns(const QByteArray& output)
{
    QStringList lines;
    bool body = false;
    int speaker = -1;
    for (QByteArray line : output.split('\n')) {
        if (line.startsWith("Node 1:")) {
            body = true;
            continue;
        }
        if (!body || line.startsWith("=") || line.trimmed().isEmpty())
            continue;
        const int side = line.startsWith('\t') ? 1 : 0;
        if (side != speaker)
            lines << (side == 0 ? QStringLiteral("> ") : QStringLiteral("< "));
        speaker = side;
        QString bytes = QString::fromLatin1(QByteArray::fromHex(line));
        if (bytes.endsWith(QStringLiteral("missing in capture file]") + QChar(0))) // as the C string that it is there
            bytes.chop(1);
        lines.last() += bytes;
    }
    return lines;
}

QStringList tsharkRuns(const std::vector<Said>& talk)
{
    const QTemporaryDir folder;
    std::vector<test::Frame> frames;
    for (const Said& said : talk)
        frames.push_back({.bytes = frameOf(said), .time = 1'000'000'000 + static_cast<int>(frames.size()) * 1'000'000});
    const QString file = folder.filePath(QStringLiteral("talk.pcap"));
    test::save(file.toStdString(), test::pcap(frames));
    return followedRuns(followed(file, "tcp", 0));
}

const std::vector<Said> opening{{0, 999, "", Syn}, {1, 4999, "", Syn | Ack, 1000}, {0, 1000, "", Ack, 5000}};

std::vector<Said> opened(std::vector<Said> rest)
{
    std::vector<Said> all = opening;
    all.insert(all.end(), rest.begin(), rest.end());
    return all;
}

} // namespace

class StreamAssemblyTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isWhatWiresharkFollows_data()
    {
        QTest::addColumn<std::vector<Said>>("talk");
        QTest::addColumn<QStringList>("expected");
        const auto row = [](const char* name, const std::vector<Said>& talk, const std::vector<const char*>& expected) {
            QStringList lines;
            for (const char* line : expected)
                lines << QString::fromLatin1(line);
            QTest::newRow(name) << talk << lines;
        };
        row("a question and an answer",
            opened({{0, 1000, "hello", Ack, 5000}, {1, 5000, "world", Ack, 1005}, {0, 1005, "bye", Ack, 5005}}),
            {"> hello", "< world", "> bye"});
        row("sent twice", opened({{0, 1000, "hello"}, {0, 1000, "hello"}, {0, 1005, " you"}}), {"> hello you"});
        row("sent twice with more behind it", opened({{0, 1000, "hello"}, {0, 1000, "HELLO you"}}), {"> hello you"});
        row("overlapping a little", opened({{0, 1000, "hello"}, {0, 1003, "XX you"}}), {"> hello you"});
        row("in the wrong order", opened({{0, 1005, " you"}, {0, 1000, "hello"}, {0, 1009, "!"}}), {"> hello you!"});
        row("backwards", opened({{0, 1004, "e"}, {0, 1003, "d"}, {0, 1002, "c"}, {0, 1001, "b"}, {0, 1000, "a"}}),
            {"> abcde"});
        row("a hole that the other side acknowledges",
            opened({{0, 1000, "hello"}, {0, 1009, "!", Ack, 5000}, {1, 5000, "yes", Ack, 1010}, {0, 1010, "?"}}),
            {"> hello[4 bytes missing in capture file]!", "< yes", "> ?"});
        row("a hole that is filled in time",
            opened({{0, 1000, "hello"}, {0, 1009, "!"}, {1, 5000, "", Ack, 1005}, {0, 1005, " you"}}),
            {"> hello you!"});
        row("an opening that speaks", {{0, 999, "hello", Syn}, {1, 4999, "", Syn | Ack, 1005}, {0, 1005, "!"}},
            {"> hello!"});
        row("a goodbye with a last word", opened({{0, 1000, "bye", Fin | Ack}, {1, 5000, "so", Fin | Ack, 1004}}),
            {"> bye", "< so"});
        row("keep-alive probes with their byte of garbage",
            opened({{0, 1000, "hello"}, {0, 1004, "X"}, {0, 1004, std::string(1, '\0')}, {0, 1005, "!"}}),
            {"> hello!"});
        row("numbers that wrap", {{0, 0xfffffffb, "", Syn}, {0, 0xfffffffc, "abcd"}, {0, 0, "efg"}, {0, 3, "h"}},
            {"> abcdefgh"});
        row("numbers that wrap in the wrong order",
            {{0, 0xfffffffb, "", Syn}, {0, 2, "gh"}, {0, 0xfffffffe, "cdef"}, {0, 0xfffffffc, "ab"}}, {"> abcdefgh"});
        row("no opening seen", {{0, 77, "mid"}, {1, 99, "dle", Ack, 80}}, {"> mid", "< dle"});
        row("what came before the beginning", {{0, 1000, "hello"}, {0, 990, "earlier123"}, {0, 1005, "!"}},
            {"> hello!"});
        row("both sides in the wrong order",
            opened({{1, 5003, "de"}, {0, 1002, "BC"}, {1, 5000, "abc"}, {0, 1000, "XA"}}), {"< abcde", "> XABC"});
    }
    void isWhatWiresharkFollows()
    {
        QFETCH(const std::vector<Said>, talk);
        QFETCH(const QStringList, expected);
        QCOMPARE(runs(assembled(talk)), expected);
        if (tshark().isEmpty())
            QSKIP("tshark is not installed");
        QStringList theirs = tsharkRuns(talk);
        if (!theirs.isEmpty() && expected.first().at(0) != theirs.first().at(0)) { // its first speaker is its client
            for (QString& line : theirs)
                line[0] = line[0] == u'>' ? u'<' : u'>';
        }
        QCOMPARE(theirs, expected);
    }

    /// Two hundred talks cut, doubled and shuffled at random: every byte is the sender's own.
    void shuffledTalksComeOutAsTheyWereSaid()
    {
        std::mt19937 random(7);
        for (int talk = 0; talk < 200; ++talk) {
            const auto begin = static_cast<std::uint32_t>(random());
            std::string text;
            for (int i = 0; i < 500; ++i)
                text += static_cast<char>('a' + random() % 26);
            std::vector<Said> pieces;
            for (std::size_t at = 0; at < text.size();) {
                const std::size_t length = 1 + random() % 40;
                pieces.push_back({0, begin + static_cast<std::uint32_t>(at), text.substr(at, length)});
                at += 1 + random() % length; // overlaps the next
            }
            std::shuffle(pieces.begin(), pieces.end(), random);
            pieces.insert(pieces.begin(), {0, begin - 1, "", Syn});
            const packet::Stream stream = assembled(pieces);
            QCOMPARE(runs(stream), QStringList{QStringLiteral("> ") + QString::fromStdString(text)});
            QCOMPARE(stream.data[0], std::uint64_t(500));
            std::uint64_t sent = 0;
            for (const Said& piece : pieces)
                sent += piece.text.size();
            QCOMPARE(stream.repeated[0], sent - 500);
        }
    }

    void theFirstOfTwoThatWaitWins()
    {
        const auto stream = assembled(opened({{0, 1004, "EF"}, {0, 1002, "cdefgh"}, {0, 1000, "ab"}}));
        QCOMPARE(runs(stream), QStringList{QStringLiteral("> abcdEFgh")});
        QCOMPARE(stream.repeated[0], std::uint64_t(2));
    }

    void chunksTellTheirPlaceTimeAndPacket()
    {
        const auto stream = assembled(opened({{0, 1000, "hello"}, {1, 5000, "ok"}, {0, 1105, "late"}}));
        const std::vector<StreamChunk> expected{
            {StreamChunk::Kind::Data, 0, 3, 0, 5, 0, 3},
            {StreamChunk::Kind::Data, 1, 4, 5, 2, 0, 4},
            {StreamChunk::Kind::Missing, 0, 5, 7, 100, 5, 5},
            {StreamChunk::Kind::Data, 0, 5, 7, 4, 105, 5},
        };
        QVERIFY(stream.chunks == expected);
        QCOMPARE(stream.missing[0], std::uint64_t(100));
        QCOMPARE(stream.data[0], std::uint64_t(9));
    }

    void whatTheCaptureCutOffIsSaid()
    {
        const auto stream = assembled(opened({{0, 1000, "hello", Ack, 0, 2}, {0, 1005, "you", Ack, 0, 0}}));
        QCOMPARE(stream.chunks.size(), std::size_t(3));
        QCOMPARE(stream.data[0], std::uint64_t(2));
        QCOMPARE(stream.missing[0], std::uint64_t(6));
        QVERIFY(stream.chunks[1].kind == StreamChunk::Kind::Cut);
        QCOMPARE(stream.chunks[1].offset, std::uint64_t(2));
        QCOMPARE(stream.chunks[2].length, std::uint32_t(3));
    }

    void aSideThatIsFullStopsAndSaysSo()
    {
        std::vector<Said> talk = opening;
        for (std::uint32_t i = 0; i < 100; ++i)
            talk.push_back({0, 1000 + i * 100, std::string(100, 'x')});
        talk.push_back({1, 5000, "ok"});
        const auto stream = assembled(talk, 1000);
        QVERIFY(stream.full[0]);
        QVERIFY(!stream.full[1]);
        QCOMPARE(stream.data[0], std::uint64_t(600)); // six times a hundred bytes and what keeping them takes
        QCOMPARE(runs(stream).last(), QStringLiteral("< ok"));
    }

    void piecesThatWaitForeverAreBounded()
    {
        StreamAssembler assembler(tcpProtocol, 10'000);
        assembler.add(pieceOf({0, 0, "", Syn}, 0));
        for (std::uint32_t i = 1; i < 10'000; ++i)
            assembler.add(pieceOf({0, 10 + i * 2, "x"}, i));
        const auto stream = assembler.finish();
        QVERIFY(stream.full[0]);
        QVERIFY(stream.chunks.size() <= 10'000 / 64);
    }

    void datagramsStandAsTheyCame()
    {
        StreamAssembler assembler(udpProtocol);
        assembler.add(pieceOf({0, 0, "ask"}, 0));
        assembler.add(pieceOf({1, 0, "tell"}, 1));
        assembler.add(pieceOf({1, 0, ""}, 2));
        assembler.add(pieceOf({1, 0, "tell"}, 3));
        const auto stream = assembler.finish();
        QCOMPARE(runs(stream), QStringList({QStringLiteral("> ask"), QStringLiteral("< telltell")}));
        QCOMPARE(stream.chunks.size(), std::size_t(3));
        QCOMPARE(stream.chunks[2].offset, std::uint64_t(4));
    }

    /// The conversations of the sample that ships with the program, as tshark numbers them.
    void theSamplesStreamsAreTsharks_data()
    {
        QTest::addColumn<QString>("protocol");
        QTest::newRow("tcp") << QStringLiteral("tcp");
        QTest::newRow("udp") << QStringLiteral("udp");
    }
    void theSamplesStreamsAreTsharks()
    {
        if (tshark().isEmpty())
            QSKIP("tshark is not installed");
        QFETCH(const QString, protocol);
        const std::uint8_t number = protocol == QStringLiteral("tcp") ? tcpProtocol : udpProtocol;
        const QString sample = QStringLiteral(FLOWSCENT_SOURCE_DIR "/resources/samples/first-hunt.pcap");
        const auto all = test::readBack(std::filesystem::path(sample.toStdString()));
        struct Talk {
            packet::Endpoint client;
            StreamAssembler assembler;
        };
        std::vector<std::pair<std::pair<packet::Endpoint, packet::Endpoint>, Talk>> talks; // in order of appearance
        std::uint32_t count = 0;
        for (const auto& read : all.packets) {
            const auto headers = packet::decode(read.bytes, read.linkType).headers;
            if (!headers || headers->protocol != number)
                continue;
            const auto ends = std::minmax(headers->source, headers->destination);
            auto found = std::ranges::find(talks, std::pair(ends.first, ends.second), [](auto& t) { return t.first; });
            if (found == talks.end()) {
                talks.push_back({{ends.first, ends.second}, {headers->source, StreamAssembler(number)}});
                found = std::prev(talks.end());
            }
            const std::size_t direction = headers->source == found->second.client ? 0 : 1;
            found->second.assembler.add(packet::streamPiece(*headers, read.bytes, direction, read.time, count++));
        }
        QVERIFY(talks.size() > 20);
        for (const std::size_t at : {0U, 1U, 5U, 12U, 20U}) {
            const QStringList theirs =
                followedRuns(followed(sample, protocol.toLatin1().constData(), static_cast<int>(at)));
            QCOMPARE(runs(talks[at].second.assembler.finish()), theirs);
        }
    }
};

QTEST_GUILESS_MAIN(StreamAssemblyTest)
#include "stream_assembly_test.moc"
