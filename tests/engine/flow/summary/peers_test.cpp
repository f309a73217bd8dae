// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/csv.h"
#include "engine/flow/read_flows.h"
#include "engine/flow/summary/peers.h"
#include "tests/engine/flow/summary/made_rows.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

using namespace flowscent;
namespace fs = std::filesystem;

namespace {

using packet::IpAddress;
using AddressPair = std::pair<IpAddress, IpAddress>;
using Way = std::array<std::uint64_t, 2>; ///< packets, bytes

/// What tshark counted between two addresses, smaller one first; see tests/data/make_golden.
struct Golden {
    std::map<AddressPair, std::array<Way, 2>> pairs;
    std::map<IpAddress, std::array<Way, 2>> hosts; ///< sent, received
    std::map<IpAddress, std::set<IpAddress>> peers;
};

Golden golden(const fs::path& file)
{
    Golden all;
    std::ifstream stream(file);
    base::CsvReader reader(stream, file.string());
    (void)reader.next(); // names of the columns
    for (auto row = reader.next(); row && *row; row = reader.next()) {
        const auto& field = **row;
        const IpAddress a = packet::parseAddress(field.at(1)).value();
        const IpAddress b = packet::parseAddress(field.at(3)).value();
        const Way there{std::stoull(field.at(5)), std::stoull(field.at(6))};
        const Way back{std::stoull(field.at(7)), std::stoull(field.at(8))};
        auto& pair = all.pairs[std::minmax(a, b)];
        for (std::size_t i = 0; i < 2; ++i) {
            pair[a <= b ? 0 : 1][i] += there[i];
            pair[a <= b ? 1 : 0][i] += back[i];
            all.hosts[a][0][i] += there[i];
            all.hosts[a][1][i] += back[i];
            all.hosts[b][0][i] += back[i];
            all.hosts[b][1][i] += there[i];
        }
        all.peers[a].insert(b);
        all.peers[b].insert(a);
    }
    return all;
}

} // namespace

class PeersTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void hostsAndConversationsAreThoseOfTshark_data()
    {
        QTest::addColumn<QString>("capture");
        for (const char* name : {"first-hunt.pcap", "ethernet.pcap", "vlan.pcap", "peculiar.pcap"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void hostsAndConversationsAreThoseOfTshark()
    {
        QFETCH(QString, capture);
        const fs::path root = FLOWSCENT_SOURCE_DIR;
        fs::path file = root / "tests" / "data" / "captures" / capture.toStdString();
        if (!fs::exists(file))
            file = root / "resources" / "samples" / capture.toStdString();
        const auto outcome = flow::readFlows({file}, {}, {}, {}, {});
        QVERIFY(outcome);
        const flow::FlowTable& table = *outcome->table;
        std::vector<std::uint32_t> rows; // tshark was asked about TCP and UDP
        for (std::uint32_t row = 0; row < table.size(); ++row) {
            if (table.protocol[row] == 6 || table.protocol[row] == 17)
                rows.push_back(row);
        }
        const auto found = flow::peers(table, rows, {}).value();
        const Golden wanted =
            golden(root / "tests" / "data" / "expected" / (capture.toStdString() + ".conversations.csv"));

        QCOMPARE(found.conversations.size(), wanted.pairs.size());
        for (const flow::Conversation& talk : found.conversations) {
            const IpAddress a = found.hosts[talk.a].address;
            const IpAddress b = found.hosts[talk.b].address;
            const auto& pair = wanted.pairs.at(std::minmax(a, b));
            const std::size_t there = a <= b ? 0 : 1;
            QCOMPARE(talk.packets[0], pair[there][0]);
            QCOMPARE(talk.bytes[0], pair[there][1]);
            QCOMPARE(talk.packets[1], pair[1 - there][0]);
            QCOMPARE(talk.bytes[1], pair[1 - there][1]);
        }
        QCOMPARE(found.hosts.size(), wanted.hosts.size());
        for (const flow::Host& host : found.hosts) {
            const auto& counts = wanted.hosts.at(host.address);
            QCOMPARE(host.bytesSent, counts[0][1]);
            QCOMPARE(host.bytesReceived, counts[1][1]);
            QCOMPARE(std::size_t{host.peers}, wanted.peers.at(host.address).size());
        }
    }

    void everyHostAndConversationKnowsItsFlows()
    {
        const auto table = test::tableOf({{.client = "10.0.0.1", .server = "10.0.0.2"},
                                          {.client = "2001:db8::1", .server = "2001:db8::2", .start = 50, .lasts = 9},
                                          {.client = "10.0.0.2", .server = "10.0.0.1", .start = 7, .bytes = {5, 3}},
                                          {.client = "10.0.0.1", .server = "10.0.0.3"},
                                          {.client = "10.0.0.3", .server = "10.0.0.3", .bytes = {4, 4}}});
        const auto found = flow::peers(table, test::allRows(table), {}).value();
        QCOMPARE(found.hosts.size(), std::size_t{5});
        const auto rowsOf = [](std::span<const std::uint32_t> rows) {
            return std::vector<std::uint32_t>(rows.begin(), rows.end());
        };
        using Rows = std::vector<std::uint32_t>;
        QCOMPARE(rowsOf(found.hostRows.of(0)), (Rows{0, 2, 3}));
        QCOMPARE(rowsOf(found.hostRows.of(4)), (Rows{3, 4})); // with itself: once
        QCOMPARE(rowsOf(found.conversationRows.of(0)), (Rows{0, 2}));
        // a is who opened the first flow, whichever way later ones went.
        const flow::Conversation& talk = found.conversations[0];
        QCOMPARE(talk.a, 0U);
        QCOMPARE(talk.bytes[0], std::uint64_t{60 + 3});
        QCOMPARE(talk.bytes[1], std::uint64_t{5});
        QCOMPARE(found.hosts[0].asClient.flows, std::uint64_t{2});
        QCOMPARE(found.hosts[0].asServer.flows, std::uint64_t{1});
        QCOMPARE(found.hosts[0].peers, 2U);
        QCOMPARE(found.hosts[4].peers, 2U); // 10.0.0.1 and itself
        QCOMPARE(found.hosts[2].last, base::Nanoseconds{59});
        const flow::Conversation& itself = found.conversations[3];
        QCOMPARE(itself.bytes[0], std::uint64_t{8});
        QCOMPARE(itself.bytes[1], std::uint64_t{0});
    }

    void namesAreThoseThatOthersGaveIt()
    {
        const auto names = std::make_shared<identify::Names>();
        const auto spoken = [&](const char* host, identify::Spoken how) {
            identify::Identity identity;
            identity.host = names->add(host);
            identity.spoken = how;
            return identity;
        };
        const auto table =
            test::tableOf({{.identity = spoken("a.example", identify::Spoken::Tls)},
                           {.port = 53, .protocol = 17, .identity = spoken("asked.example", identify::Spoken::Dns)},
                           {.identity = spoken("a.example", identify::Spoken::Tls)},
                           {.identity = spoken("b.example", identify::Spoken::Http)},
                           {.identity = spoken("c.example", identify::Spoken::Tls)},
                           {.identity = spoken("d.example", identify::Spoken::Tls)}},
                          names);
        const auto found = flow::peers(table, test::allRows(table), {}).value();
        QVERIFY(found.hosts[0].names.all().empty());
        QCOMPARE(found.hosts[1].names.all().size(), std::size_t{3});
        QVERIFY(found.hosts[1].names.more);
        QCOMPARE(table.text(found.hosts[1].names.values[1]), std::string_view("b.example"));
        QCOMPARE(found.conversations[0].ports.all().size(), std::size_t{2});
    }

    void nobodyAndStopping()
    {
        const flow::FlowTable none;
        const auto found = flow::peers(none, {}, {}).value();
        QVERIFY(found.hosts.empty() && found.conversations.empty());
        std::stop_source stop;
        stop.request_stop();
        const auto table = test::tableOf({{}});
        QVERIFY(!flow::peers(table, test::allRows(table), stop.get_token()));
    }
};

QTEST_APPLESS_MAIN(PeersTest)
#include "peers_test.moc"
