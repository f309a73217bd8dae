// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "engine/capture/capture_file.h"
#include "tests/support/capture_builder.h"

#include <algorithm>
#include <limits>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>

using namespace flowscent;
using namespace flowscent::test;
using base::Error;
using capture::CaptureFile;

namespace {

constexpr std::uint8_t offsetOption[] = {14, 0, 8, 0}; ///< if_tsoffset, little-endian

struct Outcome {
    std::vector<Frame> frames;
    std::vector<int> linkTypes;
    std::optional<Error> error;
};

Outcome readAll(const std::filesystem::path& file)
{
    Outcome outcome;
    auto source = CaptureFile::open(file);
    if (!source)
        return {.error = source.error()};
    for (;;) {
        const auto packet = source->next();
        if (!packet)
            outcome.error = packet.error();
        if (!packet || !*packet)
            return outcome;
        const capture::PacketView& view = **packet;
        outcome.frames.push_back({{view.bytes.begin(), view.bytes.end()}, view.time, view.originalLength});
        outcome.linkTypes.push_back(view.linkType);
    }
}

std::vector<Frame> threeFrames()
{
    return {{ethernet(ipv4({}, tcp({.payload = 5}))), 1'700'000'000'123'456'789, 1500},
            {ethernet(ipv4({.protocol = 17}, udp(53, 5353, 12))), 1'700'000'001'000'000'001, 0},
            {ethernet(ipv6({}, tcp({}))), 1'700'000'002'999'999'999, 0}};
}

} // namespace

Q_DECLARE_METATYPE(flowscent::test::PcapStyle)
Q_DECLARE_METATYPE(flowscent::test::PcapngStyle)

class CaptureFileTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const
    {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }

    static void compareFrames(const Outcome& read, base::Nanoseconds precision)
    {
        const auto written = threeFrames();
        QVERIFY2(!read.error, read.error ? read.error->sentence().c_str() : "");
        QCOMPARE(read.frames.size(), written.size());
        for (std::size_t i = 0; i < written.size(); ++i) {
            QVERIFY(read.frames[i].bytes == written[i].bytes);
            QCOMPARE(read.frames[i].time, written[i].time / precision * precision);
            const auto wire = written[i].originalLength != 0 ? written[i].originalLength : written[i].bytes.size();
            QCOMPARE(std::size_t{read.frames[i].originalLength}, std::size_t{wire});
        }
    }

private Q_SLOTS:
    void readsEveryKindOfPcap_data()
    {
        QTest::addColumn<PcapStyle>("style");
        QTest::newRow("little-endian microseconds") << PcapStyle{};
        QTest::newRow("big-endian microseconds") << PcapStyle{.bigEndian = true};
        QTest::newRow("little-endian nanoseconds") << PcapStyle{.nanoseconds = true};
        QTest::newRow("big-endian nanoseconds") << PcapStyle{.bigEndian = true, .nanoseconds = true};
        QTest::newRow("modified") << PcapStyle{.modified = true};
        QTest::newRow("big-endian modified") << PcapStyle{.bigEndian = true, .modified = true};
    }
    void readsEveryKindOfPcap()
    {
        QFETCH(PcapStyle, style);
        const auto read = readAll(save(path("kind.pcap"), pcap(threeFrames(), style)));
        compareFrames(read, style.nanoseconds ? 1 : 1000);
    }

    void readsEveryKindOfPcapng_data()
    {
        QTest::addColumn<PcapngStyle>("style");
        QTest::addColumn<qlonglong>("precision");
        QTest::newRow("microseconds") << PcapngStyle{} << 1000LL;
        QTest::newRow("big-endian") << PcapngStyle{.bigEndian = true} << 1000LL;
        QTest::newRow("nanoseconds") << PcapngStyle{.interfaces = {{.resolution = 9}}} << 1LL;
        QTest::newRow("milliseconds") << PcapngStyle{.interfaces = {{.resolution = 3}}} << 1'000'000LL;
        QTest::newRow("2^-32 seconds") << PcapngStyle{.interfaces = {{.resolution = 0x80 | 32}}} << 1LL;
        QTest::newRow("offset") << PcapngStyle{.interfaces = {{.offset = 1'600'000'000}}} << 1000LL;
        QTest::newRow("other blocks between") << PcapngStyle{.otherBlocks = true} << 1000LL;
    }
    void readsEveryKindOfPcapng()
    {
        QFETCH(PcapngStyle, style);
        QFETCH(qlonglong, precision);
        compareFrames(readAll(save(path("kind.pcapng"), pcapng(threeFrames(), style))), precision);
    }

    void pcapngWithoutTimesIsRead()
    {
        const auto read = readAll(save(path("simple.pcapng"), pcapng(threeFrames(), {.simpleBlocks = true})));
        QVERIFY(!read.error);
        QCOMPARE(read.frames.size(), std::size_t(3));
        QVERIFY(read.frames[2].bytes == threeFrames()[2].bytes);
    }

    void everyPacketHasTheLinkTypeOfItsInterface()
    {
        std::vector<Frame> frames = threeFrames();
        frames[2].interface = 1;
        const PcapngStyle style{.interfaces = {{.linkType = 1}, {.linkType = 113}}, .lateInterfaces = true};
        const auto read = readAll(save(path("mixed.pcapng"), pcapng(frames, style)));
        compareFrames(read, 1000);
        QCOMPARE(read.linkTypes, (std::vector<int>{1, 1, 113}));
    }

    void aNewSectionBringsItsOwnByteOrderAndInterfaces()
    {
        const Bytes first =
            pcapng(threeFrames(), {.interfaces = {{.linkType = 1, .resolution = 9}, {.linkType = 113}}});
        const Bytes second = pcapng(threeFrames(), {.bigEndian = true, .interfaces = {{.linkType = 276}}});
        const auto read = readAll(save(path("sections.pcapng"), joined(first, second)));
        QVERIFY(!read.error);
        QCOMPARE(read.linkTypes, (std::vector<int>{1, 1, 1, 276, 276, 276}));
        QCOMPARE(read.frames[0].time, threeFrames()[0].time);
        QCOMPARE(read.frames[3].time, threeFrames()[0].time / 1000 * 1000);
    }

    /// The draft's block 2, which old files still have.
    void obsoletePacketBlocksAreRead()
    {
        Bytes block;
        put32(block, 2);
        put32(block, 12 + 20 + 8);
        put16(block, 0);          // interface
        put16(block, 0xffff);     // drops: unknown
        put32(block, 0x000603b5); // 2023-11-14 22:13:20 UTC in microseconds
        put32(block, 0x9d6c8000);
        put32(block, 6);
        put32(block, 60);
        put(block, {1, 2, 3, 4, 5, 6, 0, 0});
        put32(block, 12 + 20 + 8);
        const auto read = readAll(save(path("old.pcapng"), joined(pcapng({}, {.bigEndian = true}), block)));
        QVERIFY2(!read.error, read.error ? read.error->sentence().c_str() : "");
        QCOMPARE(read.frames.size(), std::size_t(1));
        QVERIFY(read.frames[0].bytes == (Bytes{1, 2, 3, 4, 5, 6}));
        QCOMPARE(read.frames[0].originalLength, 60U);
        QCOMPARE(read.frames[0].time / base::nanosecondsPerSecond, (0x000603b59d6c8000LL) / 1'000'000);
    }

    /// A block that nobody knows may be longer than any packet; it is passed over without being held.
    void unknownBlocksOfAnyLengthArePassedOver()
    {
        Bytes block;
        const std::uint32_t length = 20U << 20;
        put32(block, 0x0bad);
        put32(block, length);
        block.resize(length - 4);
        put32(block, length);
        const Bytes before = pcapng({}, {.bigEndian = true});
        Bytes packets = pcapng(threeFrames(), {.bigEndian = true});
        packets.erase(packets.begin(), packets.begin() + static_cast<std::ptrdiff_t>(before.size()));
        compareFrames(readAll(save(path("long.pcapng"), joined(joined(before, block), packets))), 1000);
    }

    void aHundredThousandInterfacesAreNoTrouble()
    {
        std::vector<Frame> frames = threeFrames();
        frames[2].interface = 99'999;
        PcapngStyle style;
        style.interfaces.assign(100'000, {.linkType = 113, .resolution = 9});
        const auto read = readAll(save(path("crowd.pcapng"), pcapng(frames, style)));
        compareFrames(read, 1);
    }

    void impossibleTimesStayAtTheEdge()
    {
        const std::vector<Frame> frames{{Bytes(20), 1'700'000'000'000'000'000}};
        for (const std::int64_t offset : {std::numeric_limits<std::int64_t>::max(), std::int64_t{9'300'000'000},
                                          std::int64_t{-9'300'000'000}, std::numeric_limits<std::int64_t>::min()}) {
            Bytes bytes = pcapng(frames, {.interfaces = {{.offset = 1}}});
            const auto option =
                std::search(bytes.begin(), bytes.end(), std::begin(offsetOption), std::end(offsetOption));
            QVERIFY(option != bytes.end());
            for (unsigned i = 0; i < 8; ++i)
                option[4 + i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(offset) >> (8 * i));
            const auto read = readAll(save(path("never.pcapng"), bytes));
            QCOMPARE(read.frames.size(), std::size_t(1));
            QVERIFY(read.frames[0].time >= 0);
            QCOMPARE(read.frames[0].time / base::nanosecondsPerSecond, offset > 0 ? 9'223'372'035 : 0);
        }
    }

    void whatContradictsItselfIsNamed()
    {
        const auto reason = [this](Bytes bytes, std::size_t at, std::uint32_t value) {
            for (unsigned i = 0; i < 4; ++i)
                bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
            const auto read = readAll(save(path("contradiction.pcapng"), bytes));
            return read.error ? read.error->what : std::string("accepted");
        };
        const Bytes bytes = pcapng(threeFrames());
        const std::size_t first = pcapng({}).size();
        const auto length = static_cast<std::uint32_t>(bytes[first + 4]);
        QVERIFY(reason(bytes, first + 8, 7).find("names interface 7") != std::string::npos);
        QVERIFY(reason(bytes, first + 20, 4000).find("claims 4000 bytes") != std::string::npos);
        QVERIFY(reason(bytes, first + length - 4, 8).find("two different lengths") != std::string::npos);
        QVERIFY(reason(bytes, 12, 2).find("version 2") != std::string::npos);
        QVERIFY(reason(bytes, 8, 0x12345678).find("byte order") != std::string::npos);
    }

    void linkTypesAreNamedAsLibpcapDoes()
    {
        const auto raw = readAll(save(path("raw.pcap"), pcap({{ipv4({}, tcp({}))}}, {.linkType = 101})));
        QCOMPARE(raw.linkTypes, std::vector<int>{12});
        const auto sll2 = readAll(save(path("sll2.pcap"), pcap({{linuxSll2(ipv4({}, tcp({})))}}, {.linkType = 276})));
        QCOMPARE(sll2.linkTypes, std::vector<int>{276});
    }

    void aSnapLengthSmallerThanARecordLosesNoPlace()
    {
        const auto file = save(path("snap.pcap"), pcap(threeFrames(), {.snapLength = 60}));
        auto source = CaptureFile::open(file);
        QVERIFY(source);
        std::vector<std::uint64_t> offsets;
        for (auto packet = source->next(); packet && *packet; packet = source->next())
            offsets.push_back((*packet)->place.offset);
        const auto frames = threeFrames();
        const std::vector<std::uint64_t> expected{24, 24 + 16 + frames[0].bytes.size(),
                                                  24 + 2 * 16 + frames[0].bytes.size() + frames[1].bytes.size()};
        QCOMPARE(offsets, expected);
    }

    void aCaptureWithoutPacketsIsNoError()
    {
        for (const auto& bytes : {pcap({}), pcapng({})}) {
            const auto read = readAll(save(path("none.pcap"), bytes));
            QVERIFY(!read.error);
            QVERIFY(read.frames.empty());
        }
    }

    /// Whatever is missing at the end: the packets before are given, then one sentence says where it was cut.
    void cutAnywhereKeepsWhatIsWhole_data()
    {
        QTest::addColumn<QByteArray>("whole");
        QTest::addColumn<int>("header");
        const auto add = [](const char* name, const Bytes& bytes, std::size_t header) {
            QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()), int(bytes.size()))
                                << int(header);
        };
        add("pcap", pcap(threeFrames()), pcap({}).size());
        add("pcapng", pcapng(threeFrames()), 28); // a section without interfaces is whole
    }
    void cutAnywhereKeepsWhatIsWhole()
    {
        QFETCH(QByteArray, whole);
        QFETCH(int, header);
        const auto frames = threeFrames();
        std::size_t before = 0;
        for (int length = 1; length < whole.size(); ++length) {
            const auto* begin = reinterpret_cast<const std::uint8_t*>(whole.constData());
            const auto read = readAll(save(path("cut.pcap"), Bytes(begin, begin + length)));
            QVERIFY(read.frames.size() < frames.size() && read.frames.size() >= before);
            before = read.frames.size();
            for (std::size_t i = 0; i < before; ++i)
                QVERIFY(read.frames[i].bytes == frames[i].bytes);
            if (length < header) {
                QVERIFY2(read.error, "a capture cut within its header was accepted");
            } else if (read.error) {
                QCOMPARE(read.error->code, Error::Code::Truncated);
                const std::string after =
                    before == 0 ? "before the first packet" : "after packet " + std::to_string(before);
                QVERIFY2(read.error->what.starts_with("cut off " + after), read.error->what.c_str());
            }
        }
        QCOMPARE(before, frames.size() - 1);
    }

    /// Capture programs end their files with a block of statistics: it is what a full disk cuts off.
    void whereItIsCutOffIsWhereTheBlockBegins()
    {
        Bytes statistics;
        put32(statistics, 5);
        put32(statistics, 108);
        statistics.resize(104);
        put32(statistics, 108);
        const Bytes packets = pcapng(threeFrames(), {.bigEndian = true});
        Bytes bytes = joined(packets, statistics);
        bytes.pop_back();
        const auto read = readAll(save(path("statistics.pcapng"), bytes));
        QVERIFY(read.error);
        QCOMPARE(read.error->what, "cut off after packet 3 (byte " + std::to_string(packets.size()) + ")");
    }

    void aRecordThatLiesAboutItsLengthEndsTheCapture()
    {
        Bytes bytes = pcap(threeFrames());
        const std::size_t second = 24 + 16 + threeFrames()[0].bytes.size();
        for (const std::uint32_t lie : {0xffff'ffffU, 0x7fff'ffffU, 0x0400'0000U}) {
            Bytes lying = bytes;
            for (unsigned i = 0; i < 4; ++i)
                lying[second + 8 + i] = static_cast<std::uint8_t>(lie >> (8 * i));
            const auto read = readAll(save(path("lying.pcap"), lying));
            QCOMPARE(read.frames.size(), std::size_t(1));
            QVERIFY(read.error);
            QVERIFY2(read.error->what.find("after packet 1") != std::string::npos, read.error->what.c_str());
        }
    }

    void aPcapngBlockThatLiesAboutItsLengthEndsTheCapture()
    {
        const Bytes bytes = pcapng(threeFrames());
        const std::size_t first = pcapng({}).size() + pcapng({}).size() % 4;
        for (const std::uint32_t lie : {0U, 8U, 0xffff'fff0U, 0x00ff'fff0U}) {
            Bytes lying = bytes;
            for (unsigned i = 0; i < 4; ++i)
                lying[first + 20 + 12 + i] =
                    static_cast<std::uint8_t>(lie >> (8 * i)); // somewhere inside, then its length
            for (unsigned i = 0; i < 4; ++i)
                lying[first + 4 + i] = static_cast<std::uint8_t>(lie >> (8 * i));
            const auto read = readAll(save(path("lying.pcapng"), lying));
            QVERIFY(read.frames.size() < 3);
            QVERIFY(read.error);
        }
    }

    void whatIsNoCaptureIsRefusedInOneSentence()
    {
        const auto sentence = [](const std::filesystem::path& file) {
            const auto source = CaptureFile::open(file);
            return source ? std::string("accepted") : source.error().what;
        };
        const std::string text = "hello, this is a letter and no capture at all\n";
        QCOMPARE(sentence(save(path("letter.txt"), Bytes(text.begin(), text.end()))),
                 std::string("is not a capture file (neither pcap nor pcapng)"));
        QVERIFY(sentence(save(path("empty.pcap"), {})).starts_with("is empty"));
        QCOMPARE(sentence(m_folder.path().toStdString()), std::string("is a directory, not a capture"));
        QCOMPARE(sentence(path("missing.pcap")), std::string("cannot be opened: No such file or directory"));
    }

    void aFileThatMayNotBeReadSaysSo()
    {
        if (geteuid() == 0)
            QSKIP("the super-user may read everything");
        const auto file = save(path("secret.pcap"), pcap({}));
        chmod(file.c_str(), 0);
        const auto source = CaptureFile::open(file);
        QVERIFY(!source);
        QCOMPARE(source.error().what, std::string("you have no permission to read this file"));
    }

    void aPipeIsReadButHasNoPlaces()
    {
        const auto pipe = path("pipe");
        QCOMPARE(mkfifo(pipe.c_str(), 0600), 0);
        const std::jthread writer([&pipe] { save(pipe, pcap(threeFrames())); });
        auto source = CaptureFile::open(pipe);
        QVERIFY(source);
        QCOMPARE(source->bytesTotal(), std::uint64_t(0));
        int packets = 0;
        for (auto packet = source->next(); packet && *packet; packet = source->next()) {
            ++packets;
            QVERIFY((*packet)->place == capture::PacketPlace{});
        }
        QCOMPARE(packets, 3);
    }
};

QTEST_GUILESS_MAIN(CaptureFileTest)
#include "capture_file_test.moc"
