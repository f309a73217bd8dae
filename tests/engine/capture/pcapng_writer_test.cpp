// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "engine/capture/capture_file.h"
#include "engine/capture/pcapng_writer.h"
#include "tests/support/capture_builder.h"

#include <fstream>
#include <sstream>

using namespace flowscent;
using namespace flowscent::test;
using capture::PcapngWriter;

namespace {

std::uint32_t number(const std::string& bytes, std::size_t at)
{
    std::uint32_t value = 0;
    for (int i = 3; i >= 0; --i)
        value = value << 8 | static_cast<std::uint8_t>(bytes.at(at + static_cast<std::size_t>(i)));
    return value;
}

struct Block {
    std::uint32_t type;
    std::string body;
};

/// Walks the blocks by their lengths, each of which must stand at both ends.
std::vector<Block> blocksOf(const std::string& bytes)
{
    std::vector<Block> blocks;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::uint32_t length = number(bytes, at + 4);
        if (length % 4 != 0 || length < 12 || number(bytes, at + length - 4) != length)
            qFatal("a block at %zu says that it is %u long", at, length);
        blocks.push_back({number(bytes, at), bytes.substr(at + 8, length - 12)});
        at += length;
    }
    return blocks;
}

capture::PacketView frameOf(const Bytes& bytes, base::Nanoseconds time, int linkType, std::uint32_t originalLength)
{
    return {.bytes = bytes, .originalLength = originalLength, .time = time, .linkType = linkType, .place = {}};
}

/// The comment of the only packet in a file, as written.
std::string commentWritten(std::string_view comment)
{
    std::ostringstream out;
    PcapngWriter writer(out, "");
    const Bytes bytes(8, 1);
    if (!writer.write(frameOf(bytes, 0, 1, 8), comment))
        return "not written";
    const std::string body = blocksOf(out.str()).at(2).body.substr(20 + 8);
    const std::uint32_t head = number(body, 0);
    return (head & 0xffff) == 1 ? body.substr(4, head >> 16) : "no comment";
}

} // namespace

class PcapngWriterTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void packetsReadBackAsTheyWere()
    {
        std::ostringstream out;
        PcapngWriter writer(out, "made for a test");
        const std::vector<Bytes> frames{Bytes(60, 1), Bytes(61, 2), Bytes{}, Bytes(63, 4), Bytes(300'000, 5)};
        const std::vector<int> types{1, 12, 113, 1, 276}; // 12: what libpcap calls RAW, 101 in files
        for (std::size_t i = 0; i < frames.size(); ++i)
            QVERIFY(writer.write(frameOf(frames[i], static_cast<base::Nanoseconds>(1'700'000'000'123'456'789 + i),
                                         types[i], static_cast<std::uint32_t>(frames[i].size() + i)),
                                 i == 1 ? "a remark" : ""));
        const QTemporaryDir folder;
        const auto file = folder.filePath(QStringLiteral("x.pcapng")).toStdString();
        std::ofstream(file, std::ios::binary) << out.str();
        auto source = capture::CaptureFile::open(file);
        QVERIFY(source);
        for (std::size_t i = 0; i < frames.size(); ++i) {
            const auto read = source->next();
            QVERIFY(read && *read);
            QVERIFY(std::ranges::equal((*read)->bytes, frames[i]));
            QCOMPARE((*read)->time, static_cast<base::Nanoseconds>(1'700'000'000'123'456'789 + i));
            QCOMPARE((*read)->linkType, types[i]);
            QCOMPARE((*read)->originalLength, static_cast<std::uint32_t>(frames[i].size() + i));
        }
        const auto end = source->next();
        QVERIFY(end && !*end);
    }

    /// Against draft-ietf-opsawg-pcapng, by hand.
    void blocksAreThoseOfTheSpecification()
    {
        std::ostringstream out;
        PcapngWriter writer(out, "abc");
        const Bytes bytes{9, 8, 7};
        QVERIFY(writer.write(frameOf(bytes, (std::int64_t{5} << 32) + 6, 12, 70), "xy"));
        const auto blocks = blocksOf(out.str());
        QCOMPARE(blocks.size(), std::size_t(3));
        QCOMPARE(blocks[0].type, 0x0a0d0d0aU);
        const std::string section("\x4d\x3c\x2b\x1a\x01\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\x01\0\x03\0abc\0", 24);
        QCOMPARE(blocks[0].body.substr(0, 24), section);
        QVERIFY((blocks[1].body == std::string("\x65\0\0\0\0\0\0\0\x09\0\x01\0\x09\0\0\0\0\0\0\0", 20)));
        QCOMPARE(blocks[1].type, 1U);
        QCOMPARE(blocks[2].type, 6U);
        const std::string enhanced("\0\0\0\0\x05\0\0\0\x06\0\0\0\x03\0\0\0\x46\0\0\0\x09\x08\x07\0"
                                   "\x01\0\x02\0xy\0\0\0\0\0\0",
                                   36);
        QCOMPARE(blocks[2].body, enhanced);
    }

    void everyLinkTypeIsDescribedOnce()
    {
        std::ostringstream out;
        PcapngWriter writer(out, "");
        const Bytes bytes(20, 0);
        for (const int type : {1, 113, 1, 113, 1})
            QVERIFY(writer.write(frameOf(bytes, 0, type, 20)));
        const auto blocks = blocksOf(out.str());
        QCOMPARE(std::ranges::count(blocks, 1U, &Block::type), 2);
        QCOMPARE(std::ranges::count(blocks, 6U, &Block::type), 5);
        const auto refused = writer.write(frameOf(bytes, 0, 70'000, 20));
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, base::Error::Code::Format);
    }

    void commentsAreValidTextThatFits()
    {
        QCOMPARE(commentWritten("caf\xc3\xa9 \xe2\x98\x83 \xf0\x9f\x98\x80"),
                 std::string("caf\xc3\xa9 \xe2\x98\x83 \xf0\x9f\x98\x80"));
        const std::string bad = "\xEF\xBF\xBD";
        QCOMPARE(commentWritten("a\xff"
                                "b\xc3"),
                 "a" + bad + "b" + bad);
        QCOMPARE(commentWritten("\xc0\xaf"), bad + bad);                     // overlong
        QCOMPARE(commentWritten("\xed\xa0\x80"), bad + bad + bad);           // surrogate
        QCOMPARE(commentWritten("\xf4\x90\x80\x80"), bad + bad + bad + bad); // beyond U+10FFFF
        std::string snowmen;
        while (snowmen.size() < 100'000)
            snowmen += "\xe2\x98\x83";
        QCOMPARE(commentWritten(snowmen), snowmen.substr(0, 65535));
        QCOMPARE(commentWritten("x" + snowmen).size(), std::size_t(1 + 65532));
    }

    void aStreamThatFailsIsTold()
    {
        std::ofstream full("/dev/full");
        PcapngWriter writer(full, "");
        const Bytes bytes(100'000, 0);
        base::Result<void> outcome;
        for (int i = 0; i < 100 && outcome; ++i)
            outcome = writer.write(frameOf(bytes, 0, 1, 100'000));
        QVERIFY(!outcome);
        QCOMPARE(outcome.error().code, base::Error::Code::Io);
        QVERIFY(outcome.error().what.find("No space left") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(PcapngWriterTest)
#include "pcapng_writer_test.moc"
