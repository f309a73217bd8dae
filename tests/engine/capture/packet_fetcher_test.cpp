// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include "engine/base/random.h"
#include "engine/capture/capture_file.h"
#include "engine/capture/read_ahead.h"
#include "tests/support/capture_builder.h"

#include <span>

#include <sys/stat.h>

using namespace flowscent;
using namespace flowscent::test;
using capture::CaptureFile;
using capture::PacketFetcher;
using capture::PacketPlace;
using capture::StoredPacket;

namespace {

/// Fifty frames of different lengths; every third belongs to the second interface where there is one.
std::vector<Frame> manyFrames(bool twoInterfaces)
{
    std::vector<Frame> frames;
    for (std::uint32_t i = 0; i < 50; ++i)
        frames.push_back({ethernet(ipv4({}, tcp({.payload = i * 7}))), 1'700'000'000'000'000'000 + i * 1'000'001,
                          i % 5 == 0 ? 2000U : 0U, twoInterfaces && i % 3 == 2 ? 1U : 0U});
    return frames;
}

struct Placed {
    PacketPlace place;
    StoredPacket packet;
};

std::vector<Placed> readInOrder(const std::filesystem::path& file, std::uint16_t index)
{
    std::vector<Placed> packets;
    auto source = CaptureFile::open(file, {.index = index});
    if (!source)
        return packets;
    for (auto packet = source->next(); packet && *packet; packet = source->next()) {
        const capture::PacketView& view = **packet;
        packets.push_back(
            {view.place, {{view.bytes.begin(), view.bytes.end()}, view.originalLength, view.time, view.linkType}});
    }
    return packets;
}

capture::Descriptions descriptionsOf(const std::filesystem::path& file)
{
    auto source = CaptureFile::open(file);
    if (!source)
        return {};
    for (auto packet = source->next(); packet && *packet; packet = source->next()) {
    }
    return source->descriptions();
}

Bytes twoSections()
{
    const Bytes one = pcapng(manyFrames(false), {.interfaces = {{.resolution = 9}}});
    const Bytes two = pcapng(manyFrames(false), {.bigEndian = true, .interfaces = {{.resolution = 3}}});
    return joined(one, two);
}

} // namespace

class PacketFetcherTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const
    {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }

private Q_SLOTS:
    void anyOrderGivesWhatReadingInOrderGave_data()
    {
        QTest::addColumn<QByteArray>("file");
        const auto add = [](const char* name, const Bytes& bytes) {
            QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()), int(bytes.size()));
        };
        add("pcap", pcap(manyFrames(false)));
        add("pcap, big-endian nanoseconds", pcap(manyFrames(false), {.bigEndian = true, .nanoseconds = true}));
        add("modified pcap", pcap(manyFrames(false), {.modified = true}));
        add("pcap whose records exceed the snap length", pcap(manyFrames(false), {.snapLength = 200}));
        add("pcapng", pcapng(manyFrames(false)));
        add("pcapng, simple blocks", pcapng(manyFrames(false), {.simpleBlocks = true}));
        const std::vector<PcapngInterface> interfaces{{.resolution = 9},
                                                      {.linkType = 113, .resolution = 6, .offset = 1000}};
        add("pcapng, two interfaces", pcapng(manyFrames(true), {.interfaces = interfaces}));
        add("pcapng, an interface described late and other blocks",
            pcapng(manyFrames(true),
                   {.bigEndian = true, .interfaces = interfaces, .otherBlocks = true, .lateInterfaces = true}));
        add("pcapng, two sections of different byte order", twoSections());
    }
    void anyOrderGivesWhatReadingInOrderGave()
    {
        QFETCH(QByteArray, file);
        const auto* begin = reinterpret_cast<const std::uint8_t*>(file.constData());
        const auto stored = save(path("stored.pcap"), Bytes(begin, begin + file.size()));
        auto expected = readInOrder(stored, 0);
        QVERIFY(expected.size() >= 50);
        base::Rng(7).shuffle(std::span(expected));
        PacketFetcher searching({stored});
        PacketFetcher told({stored}, {descriptionsOf(stored)});
        for (const auto& [place, packet] : expected) {
            for (PacketFetcher* fetcher : {&searching, &told}) {
                const auto fetched = fetcher->fetch(place);
                QVERIFY2(fetched, fetched ? "" : fetched.error().sentence().c_str());
                QVERIFY(fetched->bytes == packet.bytes);
                QCOMPARE(fetched->time, packet.time);
                QCOMPARE(fetched->originalLength, packet.originalLength);
                QCOMPARE(fetched->linkType, packet.linkType);
            }
        }
    }

    void descriptionsAreOfBlocksAlone()
    {
        const auto classic = save(path("classic.pcap"), pcap(manyFrames(false)));
        QVERIFY(descriptionsOf(classic).empty());
        const auto sections = save(path("sections.pcapng"), twoSections());
        const auto told = descriptionsOf(sections);
        const auto second = pcapng(manyFrames(false), {.interfaces = {{.resolution = 9}}}).size();
        QCOMPARE(told.size(), 4U); // a section and its interface, twice
        QCOMPARE(told[0], 0U);
        QCOMPARE(told[2], second);
    }

    void descriptionsOfAnotherFileAreNoticed()
    {
        const auto file = save(path("changed.pcapng"), pcapng(manyFrames(false)));
        const auto last = readInOrder(file, 0).back().place;
        for (const capture::Descriptions& wrong :
             {capture::Descriptions{4}, {last.offset - 4}, {0, last.offset - 4}, {last.offset + 1000}}) {
            const auto fetched = PacketFetcher({file}, {wrong}).fetch(last);
            QVERIFY(!fetched);
            QVERIFY(fetched.error().what.find("has changed") != std::string::npos);
        }
    }

    void packedFilesGiveTheSamePackets_data()
    {
        QTest::addColumn<QString>("file");
        for (const char* file : {"peculiar.pcap.gz", "peculiar.pcap.xz", "peculiar.pcap.zst", "peculiar.pcap.lz4",
                                 "peculiar.pcap.bz2", "infected-aes.zip", "several.tar.gz", "followed.gz"})
            QTest::newRow(file) << QString::fromLatin1(file);
    }
    void packedFilesGiveTheSamePackets()
    {
        QFETCH(const QString, file);
        const std::filesystem::path folder = FLOWSCENT_SOURCE_DIR "/tests/data";
        const auto expected = readInOrder(folder / "captures/peculiar.pcap", 0);
        QCOMPARE(expected.size(), std::size_t(10));
        PacketFetcher fetcher({folder / "packed" / file.toStdString()});
        for (auto packet = expected.rbegin(); packet != expected.rend(); ++packet) {
            const auto fetched = fetcher.fetch(packet->place); // places count unpacked bytes
            QVERIFY2(fetched, fetched ? "" : fetched.error().sentence().c_str());
            QVERIFY(fetched->bytes == packet->packet.bytes);
            QCOMPARE(fetched->time, packet->packet.time);
        }
        const auto beyond = fetcher.fetch({.offset = 1'000'000});
        QVERIFY(!beyond);
        QCOMPARE(beyond.error().where, (folder / "packed" / file.toStdString()).string());
    }

    /// Larger than what is kept in memory: the copy goes to TMPDIR, and leaves no name there.
    void aLargePackedFileIsUnpackedToDisk()
    {
        const Bytes payload(60'000, 0);
        std::vector<Frame> frames;
        for (std::uint32_t i = 0; i < 700; ++i)
            frames.push_back({payload, 1'700'000'000'000'000'000 + i * 1'000});
        const auto file = save(path("large.pcap"), pcapng(frames));
        if (std::system(("gzip -f1 '" + file.string() + "'").c_str()) != 0) // NOLINT
            QSKIP("gzip is not installed");
        QTemporaryDir copies;
        qputenv("TMPDIR", copies.path().toUtf8());
        PacketFetcher fetcher({file.string() + ".gz"});
        const auto places = readInOrder(file.string() + ".gz", 0);
        QCOMPARE(places.size(), frames.size());
        QVERIFY(fetcher.fetch(places.back().place)->time == frames.back().time);
        QVERIFY(fetcher.fetch(places.front().place)->time == frames.front().time);
        QVERIFY(QDir(copies.path()).isEmpty());
        qputenv("TMPDIR", path("nowhere").c_str());
        PacketFetcher homeless({file.string() + ".gz"});
        const auto refused = homeless.fetch(places.back().place);
        qunsetenv("TMPDIR");
        QVERIFY(!refused);
        QVERIFY2(refused.error().what.starts_with("cannot be unpacked in "), refused.error().what.c_str());
    }

    /// More files than may be open at once.
    void manyFilesAreFetchedFrom()
    {
        std::vector<std::filesystem::path> files;
        for (std::uint32_t i = 0; i < 150; ++i) {
            const auto name = "many" + std::to_string(i);
            files.push_back(save(path(name.c_str()), pcap({{ethernet(ipv4({}, tcp({.payload = i})))}})));
        }
        PacketFetcher fetcher(files);
        for (int round = 0; round < 2; ++round) {
            for (std::uint16_t i = 0; i < 150; ++i)
                QCOMPARE(fetcher.fetch({.offset = 24, .file = i})->bytes.size(), std::size_t(54U + i));
        }
    }

    void severalFilesAreToldApart()
    {
        const auto one = save(path("one.pcap"), pcap({{ethernet(ipv4({}, tcp({.payload = 1})))}}));
        const auto two = save(path("two.pcapng"), pcapng({{ethernet(ipv4({}, tcp({.payload = 2})))}}));
        PacketFetcher fetcher({one, two});
        QCOMPARE(fetcher.fetch(readInOrder(two, 1).at(0).place)->bytes.size(), std::size_t(14 + 20 + 20 + 2));
        QCOMPARE(fetcher.fetch(readInOrder(one, 0).at(0).place)->bytes.size(), std::size_t(14 + 20 + 20 + 1));
    }

    void aPlaceThatIsNotThereIsAnError()
    {
        const auto classic = save(path("classic.pcap"), pcap(manyFrames(false)));
        const auto blocks = save(path("blocks.pcapng"), pcapng(manyFrames(false)));
        PacketFetcher fetcher({classic, blocks, path("gone.pcap"), m_folder.path().toStdString()});
        for (const std::uint16_t file : std::vector<std::uint16_t>{0, 1, 2, 3, 9}) {
            const auto beyond = fetcher.fetch({.offset = 0xffff'ffff'ff00, .file = file});
            QVERIFY(!beyond);
            QVERIFY(!beyond.error().what.empty());
        }
    }

    /// The file may be replaced behind our back: any answer is good but a crash or a hang.
    void aFileThatHasShrunkIsAnError()
    {
        for (const auto& bytes : {pcap(manyFrames(false)), pcapng(manyFrames(false))}) {
            const auto file = save(path("shrinking.pcap"), bytes);
            const auto places = readInOrder(file, 0);
            std::filesystem::resize_file(file, bytes.size() / 2);
            PacketFetcher fetcher({file});
            QVERIFY(fetcher.fetch(places.front().place));
            QVERIFY(!fetcher.fetch(places.back().place));
        }
    }

    /// Longer than what is walked at once; the second interface is described in the middle.
    void aLongBlockFileIsFetchedInAnyOrder()
    {
        std::vector<Frame> frames;
        for (std::uint32_t i = 0; i < 3000; ++i)
            frames.push_back({Bytes(40 + i % 1400, static_cast<std::uint8_t>(i)), 1'700'000'000'000'000'000 + i * 1000,
                              0U, i > 2000 ? i % 2 : 0U});
        const auto file = save(path("long.pcapng"),
                               pcapng(frames, {.interfaces = {{.resolution = 9}, {.linkType = 113, .resolution = 6}},
                                               .otherBlocks = true,
                                               .lateInterfaces = true}));
        QVERIFY(std::filesystem::file_size(file) > 2'000'000);
        auto placed = readInOrder(file, 0);
        QCOMPARE(placed.size(), frames.size());
        base::Rng(3).shuffle(std::span(placed));
        PacketFetcher fetcher({file});
        for (const Placed& expected : placed) {
            const auto fetched = fetcher.fetch(expected.place);
            QVERIFY(fetched);
            QVERIFY(fetched->bytes == expected.packet.bytes && fetched->time == expected.packet.time &&
                    fetched->linkType == expected.packet.linkType);
        }
    }

    void announcingIsAHintThatNothingCanHoldUp()
    {
        const auto file = save(path("announced.pcap"), pcap(manyFrames(false)));
        const auto fifo = path("fifo");
        QCOMPARE(mkfifo(fifo.c_str(), 0600), 0); // opening it would wait for a writer
        const std::vector<std::filesystem::path> files{path("missing"), fifo, path("."), file};
        const auto placed = readInOrder(file, 3);
        std::vector<capture::PacketPlace> places{
            {.offset = 24, .file = 0}, {.offset = 24, .file = 1}, {.offset = 24, .file = 2}, {.offset = 24, .file = 9}};
        for (const Placed& packet : placed)
            places.push_back(packet.place);
        capture::announceFetches(files, places);
        capture::PacketFetcher fetcher(files);
        QVERIFY(!placed.empty());
        for (const Placed& packet : placed)
            QVERIFY(fetcher.fetch(packet.place));
    }
};

QTEST_GUILESS_MAIN(PacketFetcherTest)
#include "packet_fetcher_test.moc"
