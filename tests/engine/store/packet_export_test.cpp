// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "engine/capture/capture_file.h"
#include "engine/flow/read_flows.h"
#include "engine/store/packet_export.h"
#include "tests/support/flow_builder.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <ranges>

using namespace flowscent;
using namespace flowscent::test;
using base::Error;
using flow::FlowId;
namespace fs = std::filesystem;

namespace {

struct Packet {
    Bytes bytes;
    base::Nanoseconds time = 0;
    std::uint32_t originalLength = 0;
    int linkType = 0;
    friend bool operator==(const Packet&, const Packet&) = default;
};

std::map<std::uint64_t, Packet> packetsByPlace(const fs::path& file)
{
    std::map<std::uint64_t, Packet> packets;
    auto source = capture::CaptureFile::open(file);
    for (auto next = source->next(); next && *next; next = source->next()) {
        const capture::PacketView& view = **next;
        packets[view.place.offset] = {
            {view.bytes.begin(), view.bytes.end()}, view.time, view.originalLength, view.linkType};
    }
    return packets;
}

std::vector<Packet> packetsInOrder(const fs::path& file)
{
    std::vector<Packet> packets;
    for (auto& [place, packet] : packetsByPlace(file))
        packets.push_back(std::move(packet));
    return packets;
}

store::PacketExport chosenOf(const flow::ReadOutcome& read, const std::vector<std::uint32_t>& rows)
{
    store::PacketExport chosen{.table = read.table, .files = read.files, .flows = {}};
    for (const std::uint32_t row : rows)
        chosen.flows.push_back({FlowId(row), "beacon"});
    return chosen;
}

std::string textOf(const fs::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// Conversations that take turns, so that their packets lie among each other.
std::vector<Frame> woven(int conversations, int packets)
{
    std::vector<Conversation> all(static_cast<std::size_t>(conversations));
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i].clientPort = static_cast<std::uint16_t>(20'000 + i);
        all[i].now += milliseconds(static_cast<std::int64_t>(i));
        for (int packet = 0; packet < packets; ++packet)
            all[i].udpOut(static_cast<std::size_t>(packet % 50));
    }
    return merged(all);
}

} // namespace

class PacketExportTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    fs::path path(const char* name) const { return m_folder.filePath(QString::fromUtf8(name)).toStdString(); }
    base::Result<store::ExportReport> exported(const store::PacketExport& chosen) const
    {
        return store::exportPackets(chosen, path("out.pcapng"), {}, {});
    }

private Q_SLOTS:
    void cleanup() { fs::remove(path("out.pcapng")); }

    void everyCommittedCaptureComesOutAsItWentIn_data()
    {
        QTest::addColumn<QString>("file");
        for (const auto& entry : fs::directory_iterator(FLOWSCENT_SOURCE_DIR "/tests/data/captures")) {
            const std::string name = entry.path().filename().string();
            if (name.ends_with(".pcap") || name.ends_with(".pcapng"))
                QTest::newRow(name.c_str()) << QString::fromStdString(entry.path().string());
        }
    }
    /// What is expected is every packet that a flow's places name, in the order of the file.
    void everyCommittedCaptureComesOutAsItWentIn()
    {
        QFETCH(QString, file);
        const fs::path capture = file.toStdString();
        const auto read = flow::readFlows({capture}, {}, {}, {}, {});
        QVERIFY(read && read->table->size() > 0);
        auto original = packetsByPlace(capture);
        std::vector<std::uint32_t> odd;
        std::map<std::uint64_t, Packet> expected;
        for (std::uint32_t row = 1; row < read->table->size(); row += 2) {
            odd.push_back(row);
            for (const capture::PacketPlace place : read->table->places(FlowId(row)))
                expected[place.offset] = original.at(place.offset);
        }
        const auto report = exported(chosenOf(*read, odd));
        QVERIFY(report);
        QCOMPARE(report->flows, odd.size());
        QCOMPARE(report->packets, expected.size());
        const auto packets = packetsInOrder(path("out.pcapng"));
        QVERIFY(std::ranges::equal(packets, std::views::values(expected)));
    }

    void manyPacketsAreFoundInOnePass()
    {
        const auto capture = save(path("long.pcap"), pcap(woven(40, 300)));
        const auto read = flow::readFlows({capture}, {}, {}, {}, {});
        std::vector<std::uint32_t> rows;
        for (std::uint32_t row = 0; row < 40; row += 2)
            rows.push_back(row);
        std::vector<base::Progress> reports;
        const auto report =
            store::exportPackets(chosenOf(*read, rows), path("out.pcapng"),
                                 [&](const base::Progress& progress) { reports.push_back(progress); }, {});
        QVERIFY(report);
        QCOMPARE(report->packets, std::uint64_t(6000));
        QVERIFY(!reports.empty() && reports.back().total == 6000);
        constexpr std::size_t lowByteOfPort = 14 + 20 + 1; // behind Ethernet and IPv4
        std::vector<Packet> expected;
        std::ranges::copy_if(packetsInOrder(capture), std::back_inserter(expected),
                             [](const Packet& packet) { return packet.bytes[lowByteOfPort] % 2 == 0; });
        const auto packets = packetsInOrder(path("out.pcapng"));
        QCOMPARE(packets.size(), expected.size());
        QVERIFY(std::ranges::is_sorted(packets, {}, &Packet::time));
        QVERIFY(packets == expected);
    }

    void theFirstPacketOfEachFlowBearsItsComment()
    {
        const auto read = flow::readFlows({save(path("two.pcap"), pcap(woven(2, 3)))}, {}, {}, {}, {});
        auto chosen = chosenOf(*read, {0, 1});
        chosen.flows[1].label.clear();
        QVERIFY(exported(chosen));
        const std::string text = textOf(path("out.pcapng"));
        QVERIFY(text.find("Packets of 2 flows, exported by Flowscent from two.pcap") != std::string::npos);
        QVERIFY(text.find("flow 1 udp 10.0.0.1:20000 -> 10.0.0.2:80 label: beacon") != std::string::npos);
        const std::size_t second = text.find("flow 2 udp 10.0.0.1:20001 -> 10.0.0.2:80");
        QVERIFY(second != std::string::npos);
        QVERIFY(text.find("flow ", second + 1) == std::string::npos);
        QVERIFY(text.find("label", second) == std::string::npos);
    }

    void packetsOfSeveralFilesComeTogether()
    {
        Conversation conversation;
        conversation.udpOut(1).udpOut(2).udpOut(3);
        const auto& frames = conversation.frames;
        const auto one = save(path("one.pcap"), pcap({frames[0]}));
        const auto two = save(path("two.pcapng"), pcapng({frames[1], frames[2]}, {.bigEndian = true}));
        const auto read = flow::readFlows({one, two}, {}, {}, {}, {});
        QVERIFY(read);
        QVERIFY(exported(chosenOf(*read, {0})));
        const auto packets = packetsInOrder(path("out.pcapng"));
        QCOMPARE(packets.size(), std::size_t(3));
        for (std::size_t i = 0; i < 3; ++i)
            QVERIFY(packets[i].bytes == frames[i].bytes);
        for (const auto& source : {one, two}) {
            const auto refused = store::exportPackets(chosenOf(*read, {0}), source, {}, {});
            QVERIFY(!refused && refused.error().code == Error::Code::Argument);
        }
        QVERIFY(flow::readFlows({one, two}, {}, {}, {}, {})->counters.packets == 3); // untouched
    }

    void aLinkToTheCaptureIsTheCapture()
    {
        const auto capture = save(path("real.pcap"), pcap(woven(1, 2)));
        const auto read = flow::readFlows({capture}, {}, {}, {}, {});
        fs::create_hard_link(capture, path("hard.pcap"));
        fs::create_symlink(capture, path("soft.pcap"));
        for (const char* name : {"hard.pcap", "soft.pcap"})
            QVERIFY(!store::exportPackets(chosenOf(*read, {0}), path(name), {}, {}));
    }

    void flowsWithoutPacketsAreCounted()
    {
        const auto read = flow::readFlows({save(path("two.pcap"), pcap(woven(2, 2)))}, {}, {}, {}, {});
        auto table = std::make_shared<flow::FlowTable>(*read->table);
        flow::FlowRecord logged;
        logged.origin = flow::Origin::ZeekLog;
        table->append(logged);
        flow::ReadOutcome mixed = *read;
        mixed.table = table;
        const auto report = exported(chosenOf(mixed, {0, 2}));
        QVERIFY(report && report->flows == 1 && report->withoutPackets == 1 && report->packets == 2);
        const auto none = exported(chosenOf(mixed, {2}));
        QVERIFY(!none && none.error().code == Error::Code::Unavailable);
        QVERIFY(none.error().what.find("without packets") != std::string::npos);
        QVERIFY(!exported(chosenOf(mixed, {})));
    }

    void aCaptureThatHasChangedLeavesNoFile()
    {
        const auto frames = woven(2, 3000);
        const auto capture = save(path("changed.pcap"), pcap(frames));
        const auto read = flow::readFlows({capture}, {}, {}, {}, {});
        fs::resize_file(capture, fs::file_size(capture) / 2);
        for (const std::vector<std::uint32_t>& rows : {std::vector<std::uint32_t>{0}, {0, 1}}) { // fetched, one pass
            const auto report = exported(chosenOf(*read, rows));
            QVERIFY(!report);
            QVERIFY(report.error().where == capture.string());
            QVERIFY(!fs::exists(path("out.pcapng")));
        }
        for (const auto& left : fs::directory_iterator(m_folder.path().toStdString()))
            QVERIFY2(left.path().string().find(".part") == std::string::npos, left.path().c_str());
    }

    void aRequestToStopLeavesTheOldFile()
    {
        const auto read = flow::readFlows({save(path("long.pcap"), pcap(woven(2, 3000)))}, {}, {}, {}, {});
        save(path("out.pcapng"), Bytes{1, 2, 3});
        std::stop_source stop;
        stop.request_stop();
        const auto report = store::exportPackets(chosenOf(*read, {0, 1}), path("out.pcapng"), {}, stop.get_token());
        QVERIFY(!report && report.error().code == Error::Code::Cancelled);
        QCOMPARE(fs::file_size(path("out.pcapng")), std::uintmax_t(3));
    }
};

QTEST_GUILESS_MAIN(PacketExportTest)
#include "packet_export_test.moc"
