// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "engine/capture/merged_capture.h"
#include "tests/support/block_writer.h"
#include "tests/support/capture_builder.h"
#include "tests/support/read_back.h"

#include <algorithm>

using namespace flowscent;
using namespace flowscent::test;
using base::Error;
using Boundary = BlockWriter::Boundary;

namespace {

/// A capture, and what a reader must find when it ends early.
struct Sample {
    Bytes bytes;
    std::vector<Boundary> boundaries; ///< where it may end without anything being half there
    std::vector<Bytes> packets;
    std::size_t header = 0; ///< bytes before which it is no capture at all
};

std::vector<Bytes> packets()
{
    return {ethernet(ipv4({}, tcp({.payload = 3}))), Bytes{}, ethernet(ipv6({.protocol = 17}, udp(53, 5353, 1))),
            Bytes{7}, counting(41)};
}

Sample classic(const PcapStyle& style)
{
    std::vector<Frame> frames;
    for (const Bytes& packet : packets())
        frames.push_back(
            {packet, 1'700'000'000'123'456'789 + static_cast<base::Nanoseconds>(frames.size()) * 1'000'000'007, 2000});
    Sample sample{pcap(frames, style), {{24, 0}}, packets(), 24};
    for (const Frame& frame : frames) {
        const Boundary before = sample.boundaries.back();
        sample.boundaries.push_back(
            {before.length + (style.modified ? 24U : 16U) + frame.bytes.size(), before.packets + 1});
    }
    return sample;
}

/// Every kind of block, all with options: in sections of this byte order, the other, and this again.
Sample blocks(bool bigEndian)
{
    const BlockWriter::Option comment{1, {'w', 'h', 'y'}};
    const auto sent = packets();
    BlockWriter file;
    std::uint64_t ticks = 1'700'000'000'000'000;
    for (const bool order : {bigEndian, !bigEndian, bigEndian}) {
        file.section(order, {comment});
        file.interface(1, {comment, {9, {6}}}).interface(113, {{9, {9}}, {2, {'e', 't', 'h', '1'}}});
        file.enhanced({.interface = 0, .ticks = ticks, .bytes = sent[0], .options = {comment}});
        file.block(4, Bytes(8)); // names
        file.simple({.bytes = sent[1]});
        file.interface(101);
        file.enhanced({.interface = 2, .ticks = ticks + 5, .bytes = sent[2], .original = 1500});
        file.block(5, Bytes(24)); // what the interface counted
        file.obsolete({.interface = 1, .ticks = ticks * 1000, .bytes = sent[3], .options = {comment, comment}});
        file.block(0x0bad, counting(20));
        file.enhanced({.interface = 0, .ticks = ticks + 7, .bytes = sent[4]});
        ticks += 1'000'000;
    }
    Sample sample{file.bytes, file.boundaries, {}, 4};
    for (int section = 0; section < 3; ++section)
        sample.packets.insert(sample.packets.end(), sent.begin(), sent.end());
    return sample;
}

Bytes prefix(const Bytes& whole, std::size_t length)
{
    return {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)};
}

bool isPrefix(const std::vector<ReadPacket>& part, const std::vector<ReadPacket>& whole)
{
    return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

/// The N of "(byte N)"; nothing when the sentence names none.
std::optional<std::uint64_t> byteIn(const std::string& sentence)
{
    const auto at = sentence.find("(byte ");
    return at == std::string::npos ? std::nullopt : std::optional<std::uint64_t>(std::stoull(sentence.substr(at + 6)));
}

std::string after(std::size_t packets)
{
    return packets == 0 ? "cut off before the first packet (byte "
                        : "cut off after packet " + std::to_string(packets) + " (byte ";
}

} // namespace

Q_DECLARE_METATYPE(Sample)

/// A capture whose writer was killed, or whose copy was cut off: at every byte, of every format.
class TruncationTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const
    {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }

private Q_SLOTS:
    void everyPacketBeforeTheCutIsKeptAndNoneIsInvented_data()
    {
        QTest::addColumn<Sample>("sample");
        QTest::newRow("pcap, little-endian") << classic({});
        QTest::newRow("pcap, big-endian") << classic({.bigEndian = true});
        QTest::newRow("pcap, nanoseconds") << classic({.nanoseconds = true});
        QTest::newRow("pcap, big-endian nanoseconds") << classic({.bigEndian = true, .nanoseconds = true});
        QTest::newRow("pcap, modified") << classic({.modified = true});
        QTest::newRow("pcap, big-endian modified") << classic({.bigEndian = true, .modified = true});
        QTest::newRow("pcapng, little-endian first") << blocks(false);
        QTest::newRow("pcapng, big-endian first") << blocks(true);
    }
    void everyPacketBeforeTheCutIsKeptAndNoneIsInvented()
    {
        QFETCH(const Sample, sample);
        const ReadBack whole = readBack(saveAnew(path("whole"), sample.bytes));
        QVERIFY2(!whole.error, whole.what().c_str());
        QVERIFY(std::ranges::equal(whole.packets, sample.packets, {}, &ReadPacket::bytes));
        const auto file = path("cut");
        Boundary before;
        for (std::size_t length = 1; length < sample.bytes.size(); ++length) {
            const auto boundary = std::ranges::find(sample.boundaries, length, &Boundary::length);
            const bool clean = boundary != sample.boundaries.end();
            before = clean ? *boundary : before;
            const ReadBack read = readBack(saveAnew(file, prefix(sample.bytes, length)));
            const std::string told = std::to_string(length) + ": " + read.what();
            QVERIFY2(read.packets.size() == before.packets, told.c_str());
            QVERIFY2(isPrefix(read.packets, whole.packets), told.c_str());
            QVERIFY2(clean == !read.error, told.c_str());
            if (clean)
                continue;
            QVERIFY2(read.error->where == file.string(), told.c_str());
            if (length < sample.header) {
                QVERIFY2(length < 4 ? read.error->what.starts_with("is not a capture file")
                                    : read.error->what == "is cut off within its header, before the first packet",
                         told.c_str());
                continue;
            }
            QVERIFY2(read.error->code == Error::Code::Truncated, told.c_str());
            QVERIFY2(read.error->what.starts_with(after(before.packets)), told.c_str());
            const auto byte = byteIn(read.error->what);
            QVERIFY2(byte && *byte >= before.length && *byte <= length, told.c_str());
        }
    }

    void theSizeOfTheBufferMakesNoDifference()
    {
        for (const Sample& sample : {classic({}), blocks(false)}) {
            for (std::size_t length = 4; length < sample.bytes.size(); length += 5) {
                const auto file = saveAnew(path("buffer"), prefix(sample.bytes, length));
                const ReadBack usual = readBack(file);
                for (const std::size_t buffer : {1U, 37U}) {
                    const ReadBack tight = readBack(file, buffer);
                    QVERIFY(tight.packets == usual.packets);
                    QCOMPARE(tight.what(), usual.what());
                }
            }
        }
    }

    void aCutFileTakesNothingFromThoseMergedWithIt()
    {
        const Sample sample = blocks(false);
        const ReadBack cutWhole = readBack(saveAnew(path("cut"), sample.bytes));
        const auto other = saveAnew(path("other"), classic({}).bytes);
        const ReadBack otherWhole = readBack(other);
        for (std::size_t length = 4; length < sample.bytes.size(); length += 3) {
            const auto file = saveAnew(path("cut"), prefix(sample.bytes, length));
            capture::MergedCapture merged({other, file});
            const ReadBack read = readBack(merged);
            QVERIFY(!read.error);
            std::vector<ReadPacket> fromCut;
            std::vector<ReadPacket> fromOther;
            for (ReadPacket packet : read.packets) {
                auto& mine = packet.place.file == 1 ? fromCut : fromOther;
                packet.place.file = 0;
                mine.push_back(packet);
            }
            QVERIFY(fromOther == otherWhole.packets);
            QVERIFY(isPrefix(fromCut, cutWhole.packets));
            const ReadBack alone = readBack(file);
            QVERIFY(fromCut.size() == alone.packets.size());
            QCOMPARE(merged.damage().has_value(), alone.error.has_value());
            if (alone.error)
                QCOMPARE(merged.damage()->sentence(), alone.error->sentence());
        }
    }

    /// What was read of a cut capture can be fetched again, and what was cut off is an error and no other packet.
    void whatIsLeftCanBeFetchedAgain()
    {
        for (const Sample& sample : {classic({.modified = true}), blocks(true)}) {
            const ReadBack whole = readBack(saveAnew(path("left"), sample.bytes));
            for (std::size_t length = sample.header; length < sample.bytes.size(); length += 7) {
                const auto file = saveAnew(path("left"), prefix(sample.bytes, length));
                const ReadBack read = readBack(file);
                capture::PacketFetcher told({file}, {read.descriptions});
                capture::PacketFetcher searching({file});
                for (std::size_t i = 0; i < whole.packets.size(); ++i) {
                    const ReadPacket& expected = whole.packets[i];
                    for (capture::PacketFetcher* fetcher : {&told, &searching}) {
                        const auto packet = fetcher->fetch(expected.place);
                        QCOMPARE(packet.has_value(), i < read.packets.size());
                        if (packet)
                            QVERIFY(packet->bytes == expected.bytes && packet->time == expected.time &&
                                    packet->linkType == expected.linkType);
                    }
                }
            }
        }
    }
};

QTEST_GUILESS_MAIN(TruncationTest)
#include "truncation_test.moc"
