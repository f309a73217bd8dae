// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/block_writer.h"
#include "tests/support/capture_builder.h"
#include "tests/support/heap_meter.h"
#include "tests/support/read_back.h"

#include <algorithm>

using namespace flowscent;
using namespace flowscent::test;
using base::Error;

namespace {

constexpr base::Nanoseconds start = 1'700'000'000'000'000'000;
constexpr std::uint64_t usual = 1'700'000'000'000'000; ///< the same in microseconds
constexpr std::int64_t megabyte = 1 << 20;

Bytes segment()
{
    return ethernet(ipv4({}, tcp({.payload = 7})));
}

/// Three records; the second claims these lengths.
Bytes classic(std::uint32_t captured, std::uint32_t original)
{
    Bytes bytes = pcap({{segment(), start}, {segment(), start + 1}, {segment(), start + 2}});
    const std::size_t second = 24 + 16 + segment().size();
    for (unsigned i = 0; i < 4; ++i) {
        bytes[second + 8 + i] = static_cast<std::uint8_t>(captured >> (8 * i));
        bytes[second + 12 + i] = static_cast<std::uint8_t>(original >> (8 * i));
    }
    return bytes;
}

/// A sound section with one interface and one packet.
BlockWriter sound(bool bigEndian = false)
{
    BlockWriter file;
    file.section(bigEndian).interface().enhanced({.ticks = usual, .bytes = segment()});
    return file;
}

/// The body of an enhanced packet block of `segment()`.
Bytes enhancedBody()
{
    BlockWriter file;
    file.enhanced({.ticks = usual, .bytes = segment()});
    return {file.bytes.begin() + 8, file.bytes.end() - 4};
}

} // namespace

Q_DECLARE_METATYPE(flowscent::test::Bytes)

/// Numbers in a file are claims. What they cannot be true of ends the capture in a sentence, without memory for it.
class LyingLengthsTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const
    {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }
    /// Through a buffer that must grow for every record.
    ReadBack read(const Bytes& bytes) { return readBack(saveAnew(path("lying"), bytes), 32); }

private Q_SLOTS:
    void aLieEndsTheCaptureInASentence_data()
    {
        QTest::addColumn<Bytes>("bytes");
        QTest::addColumn<QString>("sentence");
        const auto add = [](const char* name, const Bytes& bytes, const std::string& sentence) {
            QTest::newRow(name) << bytes << QString::fromStdString(sentence);
        };
        const std::string at = " after packet 1 (byte ";
        const std::string record = std::to_string(24 + 16 + segment().size());
        add("pcap, longer than the file", classic(1000, 1000), "cut off" + at + record + ")");
        add("pcap, the longest record", classic(16 << 20, 1500), "cut off" + at + record + ")");
        add("pcap, longer than any record", classic((16 << 20) + 1, 1500),
            "damaged" + at + record + "): a record claims 16777217 bytes");
        add("pcap, 2 GiB", classic(0x7fff'ffff, 0), "damaged" + at + record + "): a record claims 2147483647 bytes");
        add("pcap, 4 GiB", classic(0xffff'ffff, 60), "damaged" + at + record + "): a record claims 4294967295 bytes");

        const Bytes body = enhancedBody();
        for (const bool big : {false, true}) {
            const std::string order = big ? "big-endian, " : "little-endian, ";
            const std::string block = std::to_string(sound(big).bytes.size());
            const auto damaged = [&](const char* name, BlockWriter file, const std::string& why) {
                file.enhanced({.ticks = usual, .bytes = segment()});
                add((order + name).c_str(), file.bytes, "damaged" + at + block + "): " + why);
            };
            for (const int length : {0, 4, 8, 11, 13, 98})
                damaged(("a block of " + std::to_string(length)).c_str(), sound(big).block(6, body, length),
                        "a block claims " + std::to_string(length) + " bytes");
            damaged("a block of no known kind with a length that is none", sound(big).block(0x0bad, {}, 9),
                    "a block claims 9 bytes");
            damaged("a packet block of 4 GiB", sound(big).block(6, body, 0xffff'fffc),
                    "a block claims 4294967292 bytes");
            damaged("an interface block of 17 MiB", sound(big).block(1, Bytes(8), 17 << 20),
                    "a block claims 17825792 bytes");
            damaged("two lengths", sound(big).block(6, body, -1, 12), "a block says two different lengths");
            damaged("a packet block without its head", sound(big).block(6, Bytes(16)), "a packet block is too short");
            damaged("a simple block without its head", sound(big).block(3, {}), "a packet block is too short");
            damaged("an obsolete block without its head", sound(big).block(2, Bytes(16)),
                    "a packet block is too short");
            damaged("an interface block without its head", sound(big).block(1, Bytes(4)),
                    "an interface block is too short");
            damaged("a packet longer than its block",
                    sound(big).enhanced({.ticks = usual, .bytes = segment(), .captured = 65}),
                    "a packet claims 65 bytes, more than its block has");
            damaged("a packet of 4 GiB", sound(big).enhanced({.bytes = segment(), .captured = 0xffff'ffff}),
                    "a packet claims 4294967295 bytes, more than its block has");
            damaged("an obsolete packet of 4 GiB", sound(big).obsolete({.bytes = segment(), .captured = 0xffff'ffff}),
                    "a packet claims 4294967295 bytes, more than its block has");
            damaged("a simple packet longer than its block",
                    sound(big).simple({.bytes = segment(), .original = 200'000}),
                    "a packet claims 200000 bytes, more than its block has");
            damaged("an interface that is not there", sound(big).enhanced({.interface = 1, .bytes = segment()}),
                    "a packet names interface 1, which is not described");
            damaged("the last of all interfaces", sound(big).enhanced({.interface = 0xffff'ffff, .bytes = segment()}),
                    "a packet names interface 4294967295, which is not described");
            damaged("an option longer than its block", sound(big).interface(1, {{9, {6}, 9}}),
                    "an option of an interface is longer than its block");
            damaged("an option of 64 KiB", sound(big).interface(1, {{2, {'e'}, 0xffff}}),
                    "an option of an interface is longer than its block");
            for (const unsigned resolution : {20U, 127U, 0x80U | 64U, 255U})
                damaged(("time in steps of " + std::to_string(resolution)).c_str(),
                        sound(big).interface(1, {{9, {static_cast<std::uint8_t>(resolution)}}}),
                        "an interface counts time in steps too fine for 64 bits");
        }
        BlockWriter again = sound();
        again.section();
        const std::string second = std::to_string(again.bytes.size());
        again.enhanced({.bytes = segment()});
        add("an interface of the section before", again.bytes,
            "damaged" + at + second + "): a packet names interface 0, which is not described");
        BlockWriter longer = sound();
        const std::string last = std::to_string(longer.bytes.size());
        longer.block(6, enhancedBody(), 4000);
        add("a packet block longer than the file", longer.bytes, "cut off" + at + last + ")");
        BlockWriter unknown = sound();
        unknown.block(0x0bad, {}, 0xffff'fffc);
        add("a block of no known kind of 4 GiB", unknown.bytes,
            "cut off" + at + last + ")"); // where the block begins
    }
    void aLieEndsTheCaptureInASentence()
    {
        QFETCH(const Bytes, bytes);
        QFETCH(const QString, sentence);
        const HeapMeter heap;
        const ReadBack found = read(bytes);
        QCOMPARE(QString::fromStdString(found.what()), sentence);
        QCOMPARE(found.packets.size(), std::size_t(1));
        QVERIFY(found.packets[0].bytes == segment());
        QCOMPARE(found.packets[0].time / 1000, start / 1000);
        QVERIFY2(heap.most() < megabyte, "memory for what was only claimed");
    }

    /// These are odd, and happen: cards that cut, snap lengths that nobody keeps to, lengths that nobody wrote.
    void lengthsThatOnlyContradictEachOtherAreKept()
    {
        const auto size = static_cast<std::uint32_t>(segment().size());
        for (const std::uint32_t original : {0U, 1U, size - 1, size, 0xffff'ffffU}) {
            const ReadBack found = read(classic(size, original));
            QVERIFY2(!found.error, found.what().c_str());
            QCOMPARE(found.packets.size(), std::size_t(3));
            QVERIFY(found.packets[1].bytes == segment());
            QCOMPARE(found.packets[1].originalLength, original);
            QVERIFY(found.packets[2].bytes == segment());

            BlockWriter file;
            file.section().interface(1, {}, 20); // a snap length shorter than the packets
            file.enhanced({.ticks = usual, .bytes = segment(), .original = original});
            file.obsolete({.ticks = usual, .bytes = segment(), .original = original});
            const ReadBack blocks = read(file.bytes);
            QVERIFY2(!blocks.error, blocks.what().c_str());
            for (const ReadPacket& one : blocks.packets)
                QVERIFY(one.bytes == segment() && one.originalLength == original);
        }
        const ReadBack longer = read(pcap({{segment(), start}}, {.snapLength = 4}));
        QVERIFY(!longer.error && longer.packets.at(0).bytes == segment());
        const ReadBack empty = read(pcap({{{}, start}, {segment(), start}, {{}, start}}));
        QVERIFY(!empty.error && empty.packets.size() == 3);
    }

    /// Options of packets and sections say nothing that we want to know; lies in them are passed over.
    void optionsOfOtherBlocksAreNotBelieved()
    {
        BlockWriter file;
        file.section(false, {{1, {'x'}, 0xffff}}).interface();
        file.enhanced({.ticks = usual, .bytes = segment(), .options = {{1, {'x'}, 5000}, {2, {}, 0xffff}}});
        const ReadBack found = read(file.bytes);
        QVERIFY2(!found.error, found.what().c_str());
        QVERIFY(found.packets.at(0).bytes == segment());
    }

    /// Every word of a small file says every nasty thing: what stood before it is read, and reading comes to an end.
    void noWordOfAFileIsTrusted_data()
    {
        QTest::addColumn<Bytes>("bytes");
        QTest::newRow("pcap") << pcap({{segment(), start}, {Bytes(3), start + 1}, {segment(), start + 2}});
        QTest::newRow("modified pcap") << pcap({{segment(), start}, {segment(), start + 1}}, {.modified = true});
        for (const bool big : {false, true}) {
            BlockWriter file = sound(big);
            file.interface(113, {{9, {9}}, {14, file.number(5, 8)}, {1, {'c'}}}).block(4, Bytes(8));
            file.enhanced({.interface = 1, .ticks = usual, .bytes = segment(), .options = {{1, {'c'}}}});
            file.simple({.bytes = segment()}).obsolete({.interface = 1, .bytes = Bytes(5)});
            file.section(!big).interface().enhanced({.bytes = segment()});
            QTest::newRow(big ? "big-endian pcapng" : "little-endian pcapng") << file.bytes;
        }
    }
    void noWordOfAFileIsTrusted()
    {
        QFETCH(const Bytes, bytes);
        const ReadBack whole = read(bytes);
        QVERIFY(!whole.error);
        const HeapMeter heap;
        for (std::size_t at = 0; at + 4 <= bytes.size(); at += 2) {
            for (const std::uint32_t lie : {0U, 1U, 3U, 8U, 12U, 13U, 28U, 32U, 0xffffU, 0x0100'0000U, 0x0100'0004U,
                                            0x7fff'fffcU, 0x8000'0000U, 0xffff'fff0U, 0xffff'ffffU}) {
                Bytes lying = bytes;
                const Bytes word = BlockWriter(at % 4 != 0).number(lie, 4);
                std::ranges::copy(word, lying.begin() + static_cast<std::ptrdiff_t>(at));
                const ReadBack found = read(lying);
                std::size_t kept = 0; // packets whose records end before the lie
                while (kept + 1 < whole.packets.size() && whole.packets[kept + 1].place.offset <= at)
                    ++kept;
                const std::string context = std::to_string(at) + ": " + std::to_string(lie) + ": " + found.what();
                QVERIFY2(found.packets.size() >= kept, context.c_str());
                QVERIFY2(std::equal(whole.packets.begin(), whole.packets.begin() + static_cast<std::ptrdiff_t>(kept),
                                    found.packets.begin()),
                         context.c_str());
                for (const ReadPacket& one : found.packets)
                    QVERIFY2(one.bytes.size() <= bytes.size() && one.time >= 0, context.c_str());
                QVERIFY2(!found.error || !found.error->where.empty(), context.c_str());
            }
        }
        QVERIFY2(heap.most() < megabyte, "memory for what was only claimed");
    }
};

QTEST_GUILESS_MAIN(LyingLengthsTest)
#include "lying_lengths_test.moc"
