// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "engine/base/random.h"
#include "engine/capture/capture_file.h"
#include "tests/support/capture_builder.h"

#include <thread>

#include <sys/resource.h>
#include <sys/stat.h>

using namespace flowscent;
using namespace flowscent::test;
using base::Error;
using capture::CaptureFile;

namespace {

struct Outcome {
    std::vector<Frame> frames;
    std::optional<Error> error;
    std::string remark;
    std::uint64_t bytesDone = 0;
    std::uint64_t bytesTotal = 0;
};

Outcome readAll(const std::filesystem::path& file, const capture::FileOptions& options = {})
{
    Outcome outcome;
    auto source = CaptureFile::open(file, options);
    if (!source)
        return {.error = source.error()};
    for (;;) {
        const auto packet = source->next();
        if (!packet)
            outcome.error = packet.error();
        if (!packet || !*packet)
            break;
        const capture::PacketView& view = **packet;
        outcome.frames.push_back({{view.bytes.begin(), view.bytes.end()}, view.time, view.originalLength});
    }
    outcome.remark = source->remark();
    outcome.bytesDone = source->bytesDone();
    outcome.bytesTotal = source->bytesTotal();
    return outcome;
}

std::filesystem::path data(const QString& name)
{
    return (QStringLiteral(FLOWSCENT_SOURCE_DIR "/tests/data/") + name).toStdString();
}

Bytes bytesOf(const std::filesystem::path& path)
{
    QFile file(QString::fromStdString(path.string()));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray all = file.readAll();
    return {all.begin(), all.end()};
}

bool same(const std::vector<Frame>& one, const std::vector<Frame>& other)
{
    return std::ranges::equal(one, other, [](const Frame& a, const Frame& b) {
        return a.bytes == b.bytes && a.time == b.time && a.originalLength == b.originalLength;
    });
}

/// As `ulimit -v` counts it, in bytes: what bombs must not blow up.
std::uint64_t peakMemory()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

} // namespace

class PackedCaptureTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::vector<Frame> m_plain;

    std::filesystem::path path(const char* name) const
    {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }
    /// Runs a system tool; the packer of what is too large to be kept.
    static bool shell(const std::string& command) { return std::system(command.c_str()) == 0; } // NOLINT

private Q_SLOTS:
    void initTestCase()
    {
        m_plain = readAll(data(QStringLiteral("captures/peculiar.pcap"))).frames;
        QCOMPARE(m_plain.size(), std::size_t(10));
    }

    void everyPackingGivesTheSamePackets_data()
    {
        QTest::addColumn<QString>("file");
        for (const char* file : {"peculiar.pcap.gz",
                                 "peculiar.pcap.xz",
                                 "peculiar.pcap.zst",
                                 "peculiar.pcap.lz4",
                                 "peculiar.pcap.bz2",
                                 "halves.gz",
                                 "halves.xz",
                                 "halves.zst",
                                 "halves.lz4",
                                 "halves.bz2",
                                 "padded.gz",
                                 "skippable.zst",
                                 "twice.gz",
                                 "deflated.zip",
                                 "stored.zip",
                                 "streamed.zip",
                                 "infected.zip",
                                 "infected-aes.zip",
                                 "several.zip",
                                 "folder.zip",
                                 "nested.zip",
                                 "several.tar.gz",
                                 "one.tar"})
            QTest::newRow(file) << QString::fromLatin1(file);
    }
    void everyPackingGivesTheSamePackets()
    {
        QFETCH(const QString, file);
        const auto read = readAll(data(QStringLiteral("packed/") + file));
        QVERIFY2(!read.error, read.error ? read.error->sentence().c_str() : "");
        QVERIFY(same(read.frames, m_plain));
        QCOMPARE(read.bytesTotal, std::uint64_t(std::filesystem::file_size(data(QStringLiteral("packed/") + file))));
        QVERIFY(read.bytesDone > 0 && read.bytesDone <= read.bytesTotal);
    }

    void everyPackingComesThroughAPipe_data() { everyPackingGivesTheSamePackets_data(); }
    void everyPackingComesThroughAPipe()
    {
        QFETCH(const QString, file);
        const auto pipe = path("pipe");
        std::filesystem::remove(pipe);
        QCOMPARE(mkfifo(pipe.c_str(), 0600), 0);
        const Bytes bytes = bytesOf(data(QStringLiteral("packed/") + file));
        const std::jthread writer([&] { save(pipe, bytes); });
        const auto read = readAll(pipe);
        QVERIFY2(!read.error, read.error ? read.error->sentence().c_str() : "");
        QVERIFY(same(read.frames, m_plain));
    }

    void anArchiveOfSeveralSaysWhatWasRead()
    {
        for (const char* file : {"packed/several.zip", "packed/several.tar.gz"}) {
            const std::string remark = readAll(data(QLatin1String(file))).remark;
            QVERIFY2(remark.starts_with("only peculiar.pcap, the first capture in it, was read"), remark.c_str());
        }
        for (const char* file : {"packed/deflated.zip", "packed/folder.zip", "packed/one.tar", "packed/nested.zip"})
            QCOMPARE(readAll(data(QLatin1String(file))).remark, std::string());
    }

    void whatCannotBeUnpackedSaysWhy_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("sentence");
        const auto password = QStringLiteral("is encrypted, and not with the password \"infected\": unpack it first");
        QTest::newRow("ZipCrypto") << "secret.zip" << password;
        QTest::newRow("AES") << "secret-aes.zip" << password;
        QTest::newRow("lzma") << "lzma.zip"
                              << "peculiar.pcap in it is packed with lzma: unpack it first";
        QTest::newRow("much memory") << "claims-1-gib.xz"
                                     << "unpacking takes more than 256 MiB of memory; unpack it first, with xz -d";
        QTest::newRow("no capture") << "nothing.zip"
                                    << "holds no capture (neither pcap nor pcapng)";
        QTest::newRow("a letter") << "letter.gz"
                                  << "is not a capture file (neither pcap nor pcapng)";
        QTest::newRow("nothing") << "empty.gz"
                                 << "is empty: not even a capture's header is there";
    }
    void whatCannotBeUnpackedSaysWhy()
    {
        QFETCH(const QString, file);
        QFETCH(const QString, sentence);
        const auto source = CaptureFile::open(data(QStringLiteral("packed/") + file));
        QVERIFY(!source);
        QCOMPARE(QString::fromStdString(source.error().what), sentence);
        QCOMPARE(source.error().code, Error::Code::Format);
        QCOMPARE(source.error().where, data(QStringLiteral("packed/") + file).string());
    }

    /// Every cut of a gzip file keeps as many packets as Python's zlib finds in it.
    void aCutGzipFileKeepsWhatCameBefore()
    {
        QFile expected(QString::fromStdString(data(QStringLiteral("packed/cuts.csv")).string()));
        QVERIFY(expected.open(QIODevice::ReadOnly));
        const Bytes whole = bytesOf(data(QStringLiteral("packed/peculiar.pcap.gz")));
        expected.readLine();
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const auto columns = expected.readLine().trimmed().split(',');
            QCOMPARE(columns[0].toULongLong(), qulonglong(length));
            const auto file = save(path("cut.gz"), Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(length)));
            const auto read = readAll(file);
            QVERIFY2(read.error, columns[0]);
            const std::size_t packets = columns[2].toULongLong();
            QCOMPARE(read.frames.size(), packets);
            QVERIFY(same(read.frames, {m_plain.begin(), m_plain.begin() + std::ptrdiff_t(packets)}));
            if (length < 3)
                continue; // not to be told from nothing, or from a letter
            QCOMPARE(read.error->code, Error::Code::Truncated);
            const std::string begins = packets > 0 ? "cut off after packet " + std::to_string(packets) + " (byte " : "";
            QVERIFY2(read.error->what.starts_with(begins), read.error->what.c_str());
            QVERIFY2(read.error->what.find("cut off") != std::string::npos, read.error->what.c_str());
        }
        QCOMPARE(expected.readLine().trimmed().split(',')[2], QByteArray("10")); // the whole file
    }

    /// What can be kept differs: zstd, bzip2 and lz4 unpack whole blocks only. But nothing wrong is ever made of it.
    void everyCutIsNoticed_data() { everyPackingGivesTheSamePackets_data(); }
    void everyCutIsNoticed()
    {
        QFETCH(const QString, file);
        if (file == QStringLiteral("padded.gz") || file == QStringLiteral("one.tar") ||
            file == QStringLiteral("several.tar.gz"))
            QSKIP("ends with what may be missing");
        const Bytes whole = bytesOf(data(QStringLiteral("packed/") + file));
        const bool archive = file.endsWith(QStringLiteral(".zip")); // whose table of contents comes after the files
        const bool two = file.startsWith(QStringLiteral("halves")) || file.startsWith(QStringLiteral("skippable"));
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const auto read = readAll(save(path("cut"), Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(length))));
            QVERIFY(read.frames.size() <= m_plain.size());
            QVERIFY(same(read.frames, {m_plain.begin(), m_plain.begin() + std::ptrdiff_t(read.frames.size())}));
            const bool complete = read.frames.size() == m_plain.size();
            QVERIFY2(read.error || (archive && complete) || two || complete, std::to_string(length).c_str());
        }
    }

    void aDamagedFileNeverGivesWrongPacketsUnnoticed_data()
    {
        QTest::addColumn<QString>("file");
        for (const char* file : {"peculiar.pcap.gz", "peculiar.pcap.xz", "peculiar.pcap.bz2", "deflated.zip"})
            QTest::newRow(file) << QString::fromLatin1(file);
    }
    /// These carry checksums.
    void aDamagedFileNeverGivesWrongPacketsUnnoticed()
    {
        QFETCH(const QString, file);
        const Bytes whole = bytesOf(data(QStringLiteral("packed/") + file));
        int noticed = 0;
        for (std::size_t at = 0; at < whole.size(); ++at) {
            Bytes damaged = whole;
            damaged[at] ^= 0x10;
            const auto read = readAll(save(path("damaged"), damaged));
            QVERIFY2(read.error || same(read.frames, m_plain), std::to_string(at).c_str());
            noticed += read.error ? 1 : 0;
        }
        QVERIFY2(noticed > int(whole.size()) / 2, std::to_string(noticed).c_str());
    }

    void whatFollowsAGzipFileIsDamage()
    {
        const auto read = readAll(data(QStringLiteral("packed/followed.gz")));
        QVERIFY(same(read.frames, m_plain));
        QVERIFY(read.error);
        QCOMPARE(read.error->code, Error::Code::Format);
        QCOMPARE(read.error->what, std::string("damaged after packet 10 (byte 2320 of what it unpacks to): something "
                                               "that is not gzip follows"));
    }

    /// 200 MB of zeros behind a capture's header, packed to 200 kB.
    void aBombIsStreamed_data()
    {
        QTest::addColumn<QString>("command");
        QTest::newRow("gzip") << QStringLiteral("gzip -1");
        QTest::newRow("xz") << QStringLiteral("xz -0");
        QTest::newRow("bzip2") << QStringLiteral("bzip2 -1");
    }
    void aBombIsStreamed()
    {
        QFETCH(const QString, command);
        save(path("head.pcap"), pcap({}));
        const std::string tool = command.toStdString();
        if (!shell("command -v " + tool.substr(0, tool.find(' ')) + " >/dev/null"))
            QSKIP("the packer is not installed");
        const auto bomb = path("bomb");
        QVERIFY(shell("{ cat '" + path("head.pcap").string() + "'; head -c 200000000 /dev/zero; } | " + tool + " > '" +
                      bomb.string() + "'"));
        const auto before = peakMemory();
        auto source = CaptureFile::open(bomb);
        QVERIFY(source);
        std::uint64_t packets = 0; // an empty record is sixteen zeros
        base::Result<std::optional<capture::PacketView>> packet;
        for (packet = source->next(); packet && *packet; packet = source->next())
            ++packets;
        QVERIFY(packet);
        QCOMPARE(packets, std::uint64_t(200'000'000 / 16));
        QVERIFY2(peakMemory() < before + (32U << 20), "memory grew with what was unpacked");

        const auto zeros = path("zeros");
        QVERIFY(shell("head -c 200000000 /dev/zero | " + tool + " > '" + zeros.string() + "'"));
        const auto refused = CaptureFile::open(zeros);
        QVERIFY(!refused);
        QCOMPARE(refused.error().what, std::string("is not a capture file (neither pcap nor pcapng)"));
    }

    void stopEndsUnpacking()
    {
        std::stop_source stop;
        stop.request_stop();
        const auto read = readAll(data(QStringLiteral("packed/peculiar.pcap.gz")), {.stop = stop.get_token()});
        QVERIFY(read.error);
        QCOMPARE(read.error->code, Error::Code::Cancelled);
    }
};

QTEST_GUILESS_MAIN(PackedCaptureTest)
#include "packed_capture_test.moc"
