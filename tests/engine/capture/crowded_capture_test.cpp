// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "engine/base/random.h"
#include "tests/support/block_writer.h"
#include "tests/support/capture_builder.h"
#include "tests/support/heap_meter.h"
#include "tests/support/read_back.h"

#include <cstdlib>
#include <fstream>
#include <span>

using namespace flowscent;
using namespace flowscent::test;

namespace {

constexpr std::uint32_t many = 100'000;
constexpr std::uint64_t microseconds = 1'700'000'000'000'000;

/// No two neighbours are alike: link type, resolution and offset go round in threes, fives and sevens.
struct Interface {
    explicit Interface(std::uint32_t number)
        : linkType(number % 3 == 0   ? 1U
                   : number % 3 == 1 ? 113U
                                     : 276U)
        , digits(static_cast<std::uint8_t>(3 + number % 5 * 3 % 7))
        , offset(number % 7)
    {
    }
    void describe(BlockWriter& file) const { file.interface(linkType, {{9, {digits}}, {14, file.number(offset, 8)}}); }
    /// 1 700 000 000.125 seconds after the offset.
    [[nodiscard]] std::uint64_t ticks() const
    {
        std::uint64_t ticks = 1'700'000'000'125;
        for (unsigned i = 3; i < digits; ++i)
            ticks *= 10;
        return ticks;
    }
    [[nodiscard]] base::Nanoseconds time() const
    {
        return (1'700'000'000 + static_cast<base::Nanoseconds>(offset)) * base::nanosecondsPerSecond + 125'000'000;
    }

    unsigned linkType;
    std::uint8_t digits;
    std::uint64_t offset;
};

Bytes marked(std::uint32_t number)
{
    Bytes bytes = counting(20);
    put32(bytes, number);
    return bytes;
}

void compare(const ReadPacket& packet, std::uint32_t interface)
{
    const Interface expected(interface);
    QVERIFY(packet.bytes == marked(interface));
    QCOMPARE(packet.linkType, static_cast<int>(expected.linkType));
    QCOMPARE(packet.time, expected.time());
}

/// In any order, each as it was read, and quickly: a thousand packets of a flow are shown while somebody waits.
void fetchAll(const std::filesystem::path& file, const ReadBack& read, bool told)
{
    std::vector<std::size_t> order(read.packets.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    base::Rng(5).shuffle(std::span(order));
    capture::PacketFetcher fetcher =
        told ? capture::PacketFetcher({file}, {read.descriptions}) : capture::PacketFetcher({file});
    for (const std::size_t i : order) {
        const ReadPacket& expected = read.packets[i];
        const auto packet = fetcher.fetch(expected.place);
        QVERIFY2(packet, packet ? "" : packet.error().sentence().c_str());
        QVERIFY(packet->bytes == expected.bytes && packet->time == expected.time &&
                packet->linkType == expected.linkType && packet->originalLength == expected.originalLength);
    }
}

} // namespace

/// Captures of as many interfaces or sections as a switch full of virtual machines, or a malicious mind, comes up with.
/// Work that grows with their square would take hours and end in a time-out.
class CrowdedCaptureTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const
    {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }

private Q_SLOTS:
    void everyPacketIsThatOfItsInterface_data()
    {
        QTest::addColumn<bool>("bigEndian");
        QTest::newRow("little-endian") << false;
        QTest::newRow("big-endian") << true;
    }
    void everyPacketIsThatOfItsInterface()
    {
        QFETCH(const bool, bigEndian);
        BlockWriter file;
        file.section(bigEndian);
        for (std::uint32_t i = 0; i < many; ++i)
            Interface(i).describe(file);
        std::vector<std::uint32_t> sent{0, many - 1, many / 2};
        for (std::uint32_t i = 0; i < 20'000; ++i)
            sent.push_back(i * 5);
        for (const std::uint32_t i : sent)
            file.enhanced({.interface = i, .ticks = Interface(i).ticks(), .bytes = marked(i)});
        for (const std::uint32_t i : {7U, 65'535U}) // what has 16 bits for it
            file.obsolete({.interface = i, .ticks = Interface(i).ticks(), .bytes = marked(i)});
        file.simple({.bytes = marked(0)});
        const auto saved = save(path("interfaces.pcapng"), file.bytes);

        const HeapMeter heap;
        const ReadBack read = readBack(saved);
        QVERIFY2(!read.error, read.what().c_str());
        QCOMPARE(read.packets.size(), sent.size() + 3);
        for (std::size_t i = 0; i < sent.size(); ++i)
            compare(read.packets[i], sent[i]);
        compare(read.packets[sent.size()], 7);
        compare(read.packets[sent.size() + 1], 65'535);
        QCOMPARE(read.packets.back().linkType, 1);
        QCOMPARE(read.descriptions.size(), std::size_t{many} + 1);
        QVERIFY2(heap.most() < (32 << 20), "more than 300 bytes an interface");
        fetchAll(saved, read, true);
        fetchAll(saved, read, false);
    }

    void everySectionBringsInterfacesOfItsOwn()
    {
        BlockWriter file;
        for (std::uint32_t i = 0; i < many; ++i) {
            file.section(i % 2 == 1);
            Interface(i).describe(file);
            file.enhanced({.ticks = Interface(i).ticks(), .bytes = marked(i)});
        }
        const auto saved = save(path("sections.pcapng"), file.bytes);
        const ReadBack read = readBack(saved);
        QVERIFY2(!read.error, read.what().c_str());
        QCOMPARE(read.packets.size(), std::size_t{many});
        for (std::uint32_t i = 0; i < many; ++i)
            compare(read.packets[i], i);
        QCOMPARE(read.descriptions.size(), std::size_t{many} * 2);
        fetchAll(saved, read, true);
        fetchAll(saved, read, false);
    }

    /// An interface described after a packet that names it does not count for it, also not when it is fetched.
    void interfacesThatComeTooLateDoNotCount()
    {
        BlockWriter file;
        file.section().interface(1).enhanced({.ticks = microseconds, .bytes = marked(0)});
        const std::uint64_t second = file.bytes.size();
        file.enhanced({.interface = 1, .ticks = microseconds, .bytes = marked(1)}).interface(113);
        const std::uint64_t third = file.bytes.size();
        file.enhanced({.interface = 1, .ticks = microseconds, .bytes = marked(1)});
        const auto saved = save(path("late.pcapng"), file.bytes);
        QCOMPARE(readBack(saved).packets.size(), std::size_t(1));
        capture::PacketFetcher fetcher({saved});
        QCOMPARE(fetcher.fetch({.offset = third & 0xffff})->linkType, 113);
        QVERIFY(!fetcher.fetch({.offset = second & 0xffff}));
    }

    void moreInterfacesThanAnybodyHasAreRefused()
    {
        BlockWriter one;
        one.section().interface();
        Bytes bytes(one.bytes.begin(), one.bytes.begin() + 28);
        const Bytes block(one.bytes.begin() + 28, one.bytes.end());
        for (std::uint32_t i = 0; i <= (1U << 20); ++i)
            put(bytes, block);
        const ReadBack read = readBack(save(path("endless.pcapng"), bytes));
        QCOMPARE(read.what(), "damaged before the first packet (byte " + std::to_string(bytes.size() - block.size()) +
                                  "): a section has more than 1048576 interfaces");
    }

    /// A megabyte that unpacks to eight million sections: they are read, and what would help to find packets again is
    /// given up.
    void sectionsWithoutEndTakeNoMemory()
    {
        BlockWriter file;
        for (std::uint32_t i = 0; i < (1U << 16); ++i)
            file.section();
        file.interface().enhanced({.ticks = microseconds, .bytes = marked(1)});
        const auto plain = save(path("sections"), file.bytes).string();
        if (std::system(("gzip -c '" + plain + "' > '" + plain + ".gz'").c_str()) != 0) // NOLINT
            QSKIP("gzip is not installed");
        std::ifstream packed(plain + ".gz", std::ios::binary);
        const Bytes member{std::istreambuf_iterator<char>(packed), {}};
        Bytes bomb;
        for (int i = 0; i < 128; ++i)
            put(bomb, member);
        const auto saved = save(path("bomb.gz"), bomb);
        const HeapMeter heap;
        const ReadBack read = readBack(saved);
        QVERIFY2(!read.error, read.what().c_str());
        QCOMPARE(read.packets.size(), std::size_t(128));
        QVERIFY(read.descriptions.empty());
        QVERIFY2(heap.most() < (128 << 20), "memory grew with the sections");
    }
};

QTEST_GUILESS_MAIN(CrowdedCaptureTest)
#include "crowded_capture_test.moc"
