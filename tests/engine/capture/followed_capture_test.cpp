// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "engine/capture/capture_file.h"
#include "tests/support/capture_builder.h"

#include <fstream>
#include <thread>

#include <sys/stat.h>

using namespace flowscent;
using namespace flowscent::test;
using base::Error;
using capture::CaptureFile;

namespace {

std::vector<Frame> twentyFrames()
{
    std::vector<Frame> frames;
    for (std::uint32_t i = 0; i < 20; ++i)
        frames.push_back({ethernet(ipv4({}, tcp({.payload = i}))), 1'700'000'000'000'000'000 + i * 1'000'000});
    return frames;
}

void append(const std::filesystem::path& file, std::span<const std::uint8_t> bytes)
{
    std::ofstream out(file, std::ios::binary | std::ios::app);
    out.write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
}

} // namespace

class FollowedCaptureTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const
    {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }
    /// Reads on until a packet or an end comes.
    static base::Result<std::optional<capture::PacketView>> patiently(CaptureFile& source)
    {
        auto packet = source.next();
        for (int i = 0; i < 300 && packet && !*packet && !source.finished(); ++i)
            packet = source.next();
        return packet;
    }

private Q_SLOTS:
    void everyPieceOfAGrowingFileIsWaitedFor_data()
    {
        QTest::addColumn<bool>("blocks");
        QTest::newRow("pcap") << false;
        QTest::newRow("pcapng") << true;
    }
    /// The reader meets the most different half-written states: the file grows by a few bytes whenever all is seen.
    void everyPieceOfAGrowingFileIsWaitedFor()
    {
        QFETCH(const bool, blocks);
        auto frames = twentyFrames();
        frames.resize(2);
        const Bytes bytes = blocks ? pcapng(frames, {.otherBlocks = true}) : pcap(frames);
        const auto file = save(path("slowly"), {});
        std::stop_source stop;
        auto source = CaptureFile::open(file, {.follow = true, .stop = stop.get_token()});
        QVERIFY(source && source->live());
        std::size_t seen = 0;
        for (std::size_t i = 0; i < bytes.size(); i += (i % 17) + 1) {
            append(file, std::span(bytes).subspan(i, std::min((i % 17) + 1, bytes.size() - i)));
            auto packet = source->next();
            QVERIFY2(packet, packet ? "" : packet.error().sentence().c_str());
            seen += *packet ? 1U : 0U;
        }
        for (auto packet = source->next(); packet && *packet; packet = source->next())
            ++seen;
        QCOMPARE(seen, frames.size());
        QVERIFY(!source->finished());
    }

    void whatAnotherThreadWritesArrives()
    {
        const auto frames = twentyFrames();
        const Bytes bytes = pcap(frames);
        const auto file = save(path("written"), {});
        std::stop_source stop;
        auto source = CaptureFile::open(file, {.follow = true, .stop = stop.get_token()});
        QVERIFY(source);
        const std::jthread writer([&] {
            for (std::size_t i = 0; i < bytes.size(); i += 100) {
                append(file, std::span(bytes).subspan(i, std::min<std::size_t>(100, bytes.size() - i)));
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
        });
        for (const Frame& frame : frames) {
            const auto packet = patiently(*source);
            QVERIFY(packet && *packet);
            QVERIFY(std::ranges::equal((*packet)->bytes, frame.bytes));
            QCOMPARE((*packet)->time, frame.time);
            QVERIFY((*packet)->place.offset >= 24);
        }
        QVERIFY(source->next() && !source->finished());
    }

    void stopEndsItWithoutAnError()
    {
        Bytes bytes = pcap(twentyFrames());
        bytes.resize(bytes.size() - 5);
        std::stop_source stop;
        auto source = CaptureFile::open(save(path("stopped"), bytes), {.follow = true, .stop = stop.get_token()});
        QVERIFY(source);
        for (int i = 0; i < 19; ++i)
            QVERIFY(patiently(*source)->has_value());
        stop.request_stop();
        const auto end = source->next();
        QVERIFY(end && !*end);
        QVERIFY(source->finished());
    }

    void aFileThatBecomesAnotherIsSaid_data()
    {
        QTest::addColumn<QString>("what");
        QTest::newRow("shortened") << QStringLiteral("the file was shortened");
        QTest::newRow("replaced") << QStringLiteral("the file was replaced by another");
        QTest::newRow("removed") << QStringLiteral("the file was removed or renamed");
    }
    void aFileThatBecomesAnotherIsSaid()
    {
        QFETCH(const QString, what);
        const auto bytes = pcap(twentyFrames());
        const auto file = save(path("changing"), bytes);
        auto source = CaptureFile::open(file, {.follow = true});
        QVERIFY(source);
        for (int i = 0; i < 20; ++i)
            QVERIFY(patiently(*source)->has_value());
        if (what.endsWith(QStringLiteral("shortened")))
            std::filesystem::resize_file(file, 30);
        else if (what.endsWith(QStringLiteral("another")))
            std::filesystem::rename(save(path("other"), bytes), file);
        else
            std::filesystem::remove(file);
        const auto end = patiently(*source);
        QVERIFY(!end);
        QCOMPARE(end.error().code, Error::Code::Io);
        QVERIFY2(end.error().what.starts_with("cannot be read on after packet 20"), end.error().what.c_str());
        QVERIFY2(end.error().what.ends_with(what.toStdString()), end.error().what.c_str());
        QVERIFY(source->finished());
    }

    void damageIsNotWaitedFor()
    {
        Bytes bytes = pcap(twentyFrames());
        bytes[24 + 8 + 3] = 0xff; // the first record claims 4 GB
        auto source = CaptureFile::open(save(path("damaged"), bytes), {.follow = true});
        const auto packet = source->next();
        QVERIFY(!packet);
        QCOMPARE(packet.error().code, Error::Code::Format);
    }

    void whatIsNoCaptureIsNotWaitedFor()
    {
        auto letter = CaptureFile::open(save(path("letter"), Bytes(10, 'x')), {.follow = true});
        QVERIFY(letter);
        const auto packet = letter->next();
        QVERIFY(!packet);
        QCOMPARE(packet.error().what, std::string("is not a capture file (neither pcap nor pcapng)"));
        auto packed = CaptureFile::open(FLOWSCENT_SOURCE_DIR "/tests/data/packed/peculiar.pcap.gz", {.follow = true});
        QVERIFY(packed);
        QCOMPARE(packed->next().error().what, std::string("is packed, and cannot be followed while it is written"));
    }

    void aPipeIsFollowedUntilItsWriterLeaves()
    {
        const auto pipe = path("pipe");
        QCOMPARE(mkfifo(pipe.c_str(), 0600), 0);
        const std::jthread writer([&pipe] {
            const Bytes bytes = pcap(twentyFrames());
            std::ofstream out(pipe, std::ios::binary);
            for (const std::uint8_t byte : bytes)
                out.put(static_cast<char>(byte)).flush();
        });
        auto source = CaptureFile::open(pipe, {.follow = true});
        QVERIFY(source);
        int packets = 0;
        while (!source->finished()) {
            const auto packet = source->next();
            QVERIFY(packet);
            packets += *packet ? 1 : 0;
        }
        QCOMPARE(packets, 20);
    }
};

QTEST_GUILESS_MAIN(FollowedCaptureTest)
#include "followed_capture_test.moc"
