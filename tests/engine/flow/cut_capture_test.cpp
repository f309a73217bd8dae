// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "engine/flow/read_flows.h"
#include "tests/support/flow_builder.h"
#include "tests/support/read_back.h"

#include <algorithm>

using namespace flowscent;
using namespace flowscent::test;
using base::Error;
using flow::readFlows;
using packet::TcpFlag;

namespace {

/// Three conversations at once, of TCP from SYN to FIN and of UDP.
std::vector<Frame> conversations()
{
    Conversation web;
    web.handshake().out({.flags = TcpFlag::Psh | TcpFlag::Ack, .sequence = 1001, .payload = 4}).goodbye(1005, 5001);
    Conversation name;
    name.clientPort = 5000;
    name.gap = milliseconds(13);
    name.udpOut(2).udpIn(9).udpOut(3);
    Conversation other;
    other.server = "2001:db8::7";
    other.client = "2001:db8::9";
    other.gap = milliseconds(17);
    other.udpOut(0).udpOut(1);
    return merged({web, name, other});
}

/// A capture, and its lengths with nothing half there: `ends[n]` is where the n-th packet ends.
struct Sample {
    Bytes bytes;
    std::vector<std::size_t> ends;
};

template <class Write>
Sample sample(const Write& write)
{
    const std::vector<Frame> frames = conversations();
    Sample sample;
    for (std::size_t count = 0; count <= frames.size(); ++count) {
        sample.bytes = write(std::vector<Frame>(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(count)));
        sample.ends.push_back(sample.bytes.size());
    }
    return sample;
}

/// As rows of a table, without where packets lie.
std::vector<flow::FlowRecord> flowsOf(std::size_t packets)
{
    const auto frames = conversations();
    auto reported = assemble({frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(packets)});
    std::ranges::sort(reported, {}, [](const Reported& flow) { return flow.id.value; });
    std::vector<flow::FlowRecord> records;
    for (const Reported& flow : reported) {
        records.push_back(flow.record);
        records.back().places.clear();
    }
    return records;
}

std::vector<flow::FlowRecord> rowsOf(const flow::FlowTable& table)
{
    std::vector<flow::FlowRecord> records;
    for (std::uint32_t row = 0; row < table.size(); ++row) {
        records.push_back(table.record(flow::FlowId(row)));
        records.back().places.clear();
    }
    return records;
}

} // namespace

Q_DECLARE_METATYPE(Sample)

/// A capture that was cut off gives the flows of its whole packets, and says that it was cut.
class CutCaptureTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const
    {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }

private Q_SLOTS:
    void theFlowsAreThoseOfTheWholePackets_data()
    {
        QTest::addColumn<Sample>("whole");
        QTest::newRow("pcap") << sample([](const auto& frames) { return pcap(frames); });
        QTest::newRow("big-endian nanoseconds")
            << sample([](const auto& frames) { return pcap(frames, {.bigEndian = true, .nanoseconds = true}); });
        QTest::newRow("pcapng") << sample([](const auto& frames) { return pcapng(frames); });
        QTest::newRow("big-endian pcapng") << sample(
            [](const auto& frames) { return pcapng(frames, {.bigEndian = true, .interfaces = {{.resolution = 9}}}); });
    }
    void theFlowsAreThoseOfTheWholePackets()
    {
        QFETCH(const Sample, whole);
        for (std::size_t length = 1; length <= whole.bytes.size(); ++length) {
            const auto file =
                saveAnew(path("cut"), {whole.bytes.begin(), whole.bytes.begin() + static_cast<std::ptrdiff_t>(length)});
            const auto end = std::ranges::upper_bound(whole.ends, length);
            const auto packets = static_cast<std::size_t>(std::max<std::ptrdiff_t>(end - whole.ends.begin() - 1, 0));
            const bool clean = std::ranges::binary_search(whole.ends, length);
            const auto reading = length % 8 == 0 ? flow::Reading::TwoThreads : flow::Reading::OneThread;
            const auto outcome = readFlows({file}, {}, {}, {}, {}, reading);
            if (packets == 0 && !clean) {
                QVERIFY(!outcome || outcome->table->size() == 0); // a pcapng section without interfaces is whole
                QVERIFY(outcome || outcome.error().where == file.string());
                continue;
            }
            QVERIFY2(outcome, outcome ? "" : outcome.error().sentence().c_str());
            QCOMPARE(outcome->counters.packets, std::uint64_t{packets});
            QVERIFY(rowsOf(*outcome->table) == flowsOf(packets));
            QCOMPARE(outcome->damage.has_value(), !clean);
            if (clean)
                continue;
            QCOMPARE(outcome->damage->code, Error::Code::Truncated);
            QCOMPARE(outcome->damage->what, "cut off after packet " + std::to_string(packets) + " (byte " +
                                                std::to_string(whole.ends[packets]) + ")");
            QCOMPARE(outcome->damage->where, file.string());
        }
    }

    void aCutPackedCaptureKeepsItsFlows_data()
    {
        QTest::addColumn<QString>("file");
        for (const char* file : {"peculiar.pcap.gz", "peculiar.pcap.xz", "deflated.zip", "halves.lz4"})
            QTest::newRow(file) << QString::fromLatin1(file);
    }
    void aCutPackedCaptureKeepsItsFlows()
    {
        QFETCH(const QString, file);
        QFile packed(QStringLiteral(FLOWSCENT_SOURCE_DIR "/tests/data/packed/") + file);
        QVERIFY(packed.open(QIODevice::ReadOnly));
        const QByteArray whole = packed.readAll();
        std::uint64_t most = 0;
        for (int length = 4; length < whole.size(); length += 3) {
            const auto cut = saveAnew(path("cut"), {whole.begin(), whole.begin() + length});
            const ReadBack read = readBack(cut);
            const auto outcome = readFlows({cut}, {}, {}, {}, {});
            QCOMPARE(outcome.has_value(), !read.packets.empty());
            if (!outcome) {
                QCOMPARE(outcome.error().sentence(), read.error->sentence());
                continue;
            }
            QCOMPARE(outcome->counters.packets, std::uint64_t{read.packets.size()});
            QCOMPARE(outcome->damage.has_value(), read.error.has_value());
            std::uint64_t counted = 0;
            for (std::uint32_t row = 0; row < outcome->table->size(); ++row)
                counted += outcome->table->places(flow::FlowId(row)).size();
            for (const std::uint64_t skipped : outcome->counters.skipped)
                counted += skipped;
            QCOMPARE(counted, outcome->counters.packets);
            most = std::max(most, counted);
        }
        QVERIFY(most > 0);
    }
};

QTEST_GUILESS_MAIN(CutCaptureTest)
#include "cut_capture_test.moc"
