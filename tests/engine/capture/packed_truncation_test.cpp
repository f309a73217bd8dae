// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/block_writer.h"
#include "tests/support/capture_builder.h"
#include "tests/support/read_back.h"

#include <algorithm>
#include <cstdlib>

using namespace flowscent;
using namespace flowscent::test;
using base::Error;

namespace {

Bytes bytesOf(const std::filesystem::path& path)
{
    QFile file(QString::fromStdString(path.string()));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray all = file.readAll();
    return {all.begin(), all.end()};
}

/// Two sections of either byte order, with packets that do not pack too well.
Bytes blocks()
{
    BlockWriter file;
    for (const bool bigEndian : {false, true}) {
        file.section(bigEndian).interface(1, {{9, {9}}});
        for (std::uint32_t i = 0; i < 12; ++i)
            file.enhanced({.ticks = 1'700'000'000'000'000'000 + std::uint64_t{i} * i * 7919,
                           .bytes = ethernet(ipv4({}, tcp({.sequence = i * 2'654'435'761U, .payload = i})))});
        file.interface(113).simple({.bytes = counting(60)});
    }
    return file.bytes;
}

/// Every length of a small file; of a larger one some, and all near its end.
std::vector<std::size_t> cuts(std::size_t whole)
{
    std::vector<std::size_t> lengths;
    for (std::size_t length = 1; length < whole; ++length) {
        if (whole < 600 || length % 41 == 0 || length + 40 > whole)
            lengths.push_back(length);
    }
    return lengths;
}

/// The packet that a sentence says was the last, and the byte behind it.
struct Said {
    std::size_t packets = 0;
    std::optional<std::uint64_t> byte;
};
Said said(const std::string& sentence)
{
    const auto number = [&](const char* words) {
        const auto at = sentence.find(words);
        return at == std::string::npos
                   ? std::nullopt
                   : std::optional<std::uint64_t>(std::stoull(sentence.substr(at + std::string(words).size())));
    };
    return {number("after packet ").value_or(0), number("(byte ")};
}

} // namespace

/// Packed captures that were cut off: what can be unpacked is read, and the rest is called cut off, not something else.
class PackedTruncationTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::size_t m_kept = 0; ///< most packets that a cut file gave

    std::filesystem::path path(const char* name) const
    {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }

    /// `told` is the number of bytes from which on the format can be told.
    void cutEverywhere(const Bytes& packed, const ReadBack& whole, std::size_t told)
    {
        m_kept = 0;
        for (const std::size_t length : cuts(packed.size())) {
            const auto file =
                saveAnew(path("cut"), {packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(length)});
            const ReadBack read = readBack(file);
            const std::string context = std::to_string(length) + ": " + read.what();
            QVERIFY2(read.packets.size() <= whole.packets.size(), context.c_str());
            QVERIFY2(std::equal(read.packets.begin(), read.packets.end(), whole.packets.begin()), context.c_str());
            QVERIFY2(read.packets.size() >= m_kept, context.c_str()); // a longer piece never gives less
            m_kept = read.packets.size();
            if (!read.error) {
                QVERIFY2(read.packets.size() == whole.packets.size(), context.c_str()); // only tables were cut off
                continue;
            }
            QVERIFY2(read.error->where == file.string(), context.c_str());
            if (length < told)
                continue;
            QVERIFY2(read.error->code == Error::Code::Truncated, context.c_str());
            QVERIFY2(read.error->what.find("cut off") != std::string::npos, context.c_str());
            QCOMPARE(said(read.error->what).packets, read.packets.size());
            if (read.packets.empty())
                continue;
            const auto byte = said(read.error->what).byte;
            QVERIFY2(byte && *byte > read.packets.back().place.offset, context.c_str());
            QVERIFY2(read.error->what.ends_with(" of what it unpacks to)"), context.c_str());
        }
    }

private Q_SLOTS:
    void aCutCaptureIsCalledCutOff_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("told");
        for (const char* file :
             {"peculiar.pcap.gz", "peculiar.pcap.xz", "peculiar.pcap.zst", "peculiar.pcap.lz4", "peculiar.pcap.bz2",
              "padded.gz", "skippable.zst", "twice.gz", "deflated.zip", "stored.zip", "streamed.zip", "infected.zip",
              "infected-aes.zip", "several.zip", "folder.zip", "nested.zip", "several.tar.gz"})
            QTest::newRow(file) << QString::fromLatin1(file) << 4;
        QTest::newRow("one.tar") << QStringLiteral("one.tar") << 262;
    }
    void aCutCaptureIsCalledCutOff()
    {
        QFETCH(const QString, file);
        QFETCH(const int, told);
        const auto packed = (QStringLiteral(FLOWSCENT_SOURCE_DIR "/tests/data/packed/") + file).toStdString();
        const ReadBack whole = readBack(packed);
        QVERIFY(!whole.error);
        QCOMPARE(whole.packets.size(), std::size_t(10));
        cutEverywhere(bytesOf(packed), whole, static_cast<std::size_t>(told));
    }

    void soIsAPackedBlockFile_data()
    {
        QTest::addColumn<QString>("command");
        for (const char* command : {"gzip -1", "gzip -9", "xz -0", "zstd -q", "lz4 -q", "bzip2 -1"})
            QTest::newRow(command) << QString::fromLatin1(command);
    }
    void soIsAPackedBlockFile()
    {
        QFETCH(const QString, command);
        const std::string tool = command.toStdString();
        if (std::system(("command -v " + tool.substr(0, tool.find(' ')) + " >/dev/null").c_str()) != 0) // NOLINT
            QSKIP("the packer is not installed");
        const ReadBack whole = readBack(saveAnew(path("blocks.pcapng"), blocks()));
        QCOMPARE(whole.packets.size(), std::size_t(26));
        const auto packed = path("blocks.packed").string();
        QCOMPARE(std::system((tool + " -c < '" + path("blocks.pcapng").string() + "' > '" + packed + "'").c_str()),
                 0); // NOLINT
        QVERIFY(readBack(packed).packets == whole.packets);
        cutEverywhere(bytesOf(packed), whole, 4);
        if (tool.starts_with("gzip") || tool.starts_with("xz")) // the others unpack whole blocks only
            QCOMPARE(m_kept, whole.packets.size());
    }

    /// Two members one after the other, as logs of rotated captures are joined: the first is kept wherever the second
    /// is cut.
    void theFirstOfTwoMembersIsKept_data()
    {
        QTest::addColumn<QString>("command");
        for (const char* command : {"gzip -1", "xz -0"})
            QTest::newRow(command) << QString::fromLatin1(command);
    }
    void theFirstOfTwoMembersIsKept()
    {
        QFETCH(const QString, command);
        const std::string tool = command.toStdString();
        if (std::system(("command -v " + tool.substr(0, tool.find(' ')) + " >/dev/null").c_str()) != 0) // NOLINT
            QSKIP("the packer is not installed");
        const ReadBack whole = readBack(saveAnew(path("blocks.pcapng"), blocks()));
        const std::string one = path("member").string();
        QCOMPARE(std::system((tool + " -c < '" + path("blocks.pcapng").string() + "' > '" + one + "'").c_str()),
                 0); // NOLINT
        const Bytes first = bytesOf(one);
        const Bytes both = joined(first, first);
        for (std::size_t length = first.size(); length < both.size(); length += 5) {
            const ReadBack read =
                readBack(saveAnew(path("cut"), {both.begin(), both.begin() + static_cast<std::ptrdiff_t>(length)}));
            QVERIFY(read.packets.size() >= whole.packets.size());
            QVERIFY(std::equal(whole.packets.begin(), whole.packets.end(), read.packets.begin()));
            QCOMPARE(!read.error, length == first.size());
        }
        QCOMPARE(readBack(saveAnew(path("both"), both)).packets.size(), 2 * whole.packets.size());
    }
};

QTEST_GUILESS_MAIN(PackedTruncationTest)
#include "packed_truncation_test.moc"
