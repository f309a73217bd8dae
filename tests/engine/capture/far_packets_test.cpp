// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/block_writer.h"
#include "tests/support/capture_builder.h"
#include "tests/support/read_back.h"

#include <fcntl.h>
#include <unistd.h>

using namespace flowscent;
using namespace flowscent::test;

namespace {

/// A file with holes, which takes no more room than what is written into it.
class SparseFile {
public:
    explicit SparseFile(const std::filesystem::path& path)
        : m_file(open(path.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600))
    {
    }
    ~SparseFile() { close(m_file); }
    SparseFile(const SparseFile&) = delete;
    SparseFile& operator=(const SparseFile&) = delete;

    /// False where the file system has no files of that size.
    [[nodiscard]] bool put(std::uint64_t offset, const Bytes& bytes) const
    {
        return pwrite(m_file, bytes.data(), bytes.size(), static_cast<off_t>(offset)) ==
               static_cast<ssize_t>(bytes.size());
    }

private:
    int m_file;
};

} // namespace

/// Packets that lie further from the beginning than 32 bits tell.
class FarPacketsTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const
    {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }

private Q_SLOTS:
    void areFetchedFromBlocks_data()
    {
        QTest::addColumn<quint64>("offset");
        QTest::newRow("just beyond 4 GiB") << (quint64{1} << 32) + 4;
        QTest::newRow("5 GiB") << (quint64{5} << 30);
        QTest::newRow("a tebibyte") << (quint64{1} << 40);
    }
    void areFetchedFromBlocks()
    {
        QFETCH(const quint64, offset);
        const SparseFile file(path("far.pcapng"));
        BlockWriter head;
        head.section().interface(113, {{9, {9}}});
        QVERIFY(file.put(0, head.bytes));
        const BlockWriter::Packet packet{.ticks = 1'700'000'000'000'000'007, .bytes = counting(90)};
        BlockWriter tail;
        tail.enhanced(packet);
        if (!file.put(offset, tail.bytes))
            QSKIP("the file system has no files of that size");
        std::uint64_t at = head.bytes.size();
        while (at < offset) { // blocks that nobody knows, as long as they can be
            const std::uint64_t length = std::min<std::uint64_t>(offset - at, 0xffff'fffc);
            Bytes block = head.number(0x0bad, 4);
            test::put(block, head.number(length, 4));
            QVERIFY(file.put(at, block));
            QVERIFY(file.put(at + length - 4, head.number(length, 4)));
            at += length;
        }
        const capture::PacketPlace place{.offset = offset & 0xffff'ffff'ffffULL};
        capture::PacketFetcher searching({path("far.pcapng")});
        capture::PacketFetcher told({path("far.pcapng")}, {{0, 28}});
        for (capture::PacketFetcher* fetcher : {&searching, &told}) {
            const auto fetched = fetcher->fetch(place);
            QVERIFY2(fetched, fetched ? "" : fetched.error().sentence().c_str());
            QVERIFY(fetched->bytes == packet.bytes);
            QCOMPARE(fetched->time, base::Nanoseconds{1'700'000'000'000'000'007});
            QCOMPARE(fetched->linkType, 113);
            QVERIFY(!fetcher->fetch({.offset = offset & 0xffff'ffffULL})); // what 32 bits make of it
        }
    }

    void areFetchedFromRecords()
    {
        const SparseFile file(path("far.pcap"));
        const Bytes whole = pcap({{counting(50), 1'700'000'000'000'001'000}});
        const std::uint64_t offset = (std::uint64_t{1} << 33) + 24;
        QVERIFY(file.put(0, {whole.begin(), whole.begin() + 24}));
        if (!file.put(offset, {whole.begin() + 24, whole.end()}))
            QSKIP("the file system has no files of that size");
        capture::PacketFetcher fetcher({path("far.pcap")});
        const auto fetched = fetcher.fetch({.offset = offset & 0xffff'ffff'ffffULL});
        QVERIFY2(fetched, fetched ? "" : fetched.error().sentence().c_str());
        QVERIFY(fetched->bytes == counting(50));
        QCOMPARE(fetched->time, base::Nanoseconds{1'700'000'000'000'001'000});
    }
};

QTEST_GUILESS_MAIN(FarPacketsTest)
#include "far_packets_test.moc"
