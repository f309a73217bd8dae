// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/csv.h"
#include "engine/flow/read_flows.h"

#include <filesystem>
#include <fstream>
#include <map>

using namespace flowscent;
namespace fs = std::filesystem;

namespace {

const fs::path root = FLOWSCENT_SOURCE_DIR;

using Ends = std::pair<packet::Endpoint, packet::Endpoint>;
struct Counts {
    std::uint64_t framesOut = 0;
    std::uint64_t bytesOut = 0;
    std::uint64_t framesBack = 0;
    std::uint64_t bytesBack = 0;
    friend bool operator==(const Counts&, const Counts&) = default;
};
using Conversations = std::map<std::pair<std::uint8_t, Ends>, Counts>;

QByteArray described(const Conversations::value_type& entry)
{
    const auto& [key, counts] = entry;
    const auto end = [](const packet::Endpoint& point) {
        return packet::text(point.address) + " " + std::to_string(point.port);
    };
    return QByteArray::fromStdString(flow::protocolText(key.first) + " " + end(key.second.first) + " - " +
                                     end(key.second.second) + ": " + std::to_string(counts.framesOut) + " frames " +
                                     std::to_string(counts.bytesOut) + " bytes, back " +
                                     std::to_string(counts.framesBack) + " " + std::to_string(counts.bytesBack));
}

/// What tshark said; see tests/data/make_golden.
Conversations golden(const fs::path& file)
{
    Conversations conversations;
    std::ifstream stream(file);
    base::CsvReader reader(stream, file.string());
    (void)reader.next(); // names of the columns
    for (auto row = reader.next(); row && *row; row = reader.next()) {
        const auto& field = **row;
        const auto number = [&](std::size_t column) { return std::stoull(field.at(column)); };
        const auto endpoint = [&](std::size_t column) {
            return packet::Endpoint{packet::parseAddress(field.at(column)).value(),
                                    static_cast<std::uint16_t>(number(column + 1))};
        };
        conversations[{flow::protocolNumber(field.at(0)), {endpoint(1), endpoint(3)}}] = {number(5), number(6),
                                                                                          number(7), number(8)};
    }
    return conversations;
}

/// Our TCP and UDP flows, those of one pair of ends added up: time-outs and port reuse split them, tshark does not.
Conversations merged(const flow::FlowTable& table)
{
    Conversations conversations;
    for (std::uint32_t row = 0; row < table.size(); ++row) {
        const flow::FlowKey key = table.key(flow::FlowId(row));
        if (key.protocol != 6 && key.protocol != 17)
            continue;
        const bool clientFirst = key.client <= key.server;
        const std::size_t out = clientFirst ? flow::outward : flow::inward;
        Counts& counts =
            conversations[{key.protocol, clientFirst ? Ends{key.client, key.server} : Ends{key.server, key.client}}];
        counts.framesOut += table.packets[row][out];
        counts.bytesOut += table.bytes[row][out];
        counts.framesBack += table.packets[row][1 - out];
        counts.bytesBack += table.bytes[row][1 - out];
    }
    return conversations;
}

} // namespace

class ConversationsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void flowsAddUpToWhatTsharkCounts_data()
    {
        QTest::addColumn<QString>("capture");
        std::vector<fs::path> captures{root / "resources/samples/first-hunt.pcap"};
        for (const auto& entry : fs::directory_iterator(root / "tests/data/captures"))
            captures.push_back(entry.path());
        std::ranges::sort(captures);
        for (const fs::path& capture : captures)
            QTest::newRow(capture.filename().c_str()) << QString::fromStdString(capture.string());
        QVERIFY(captures.size() > 10);
    }
    void flowsAddUpToWhatTsharkCounts()
    {
        QFETCH(QString, capture);
        const fs::path file = capture.toStdString();
        const fs::path expectedFile = root / "tests/data/expected" / (file.filename().string() + ".conversations.csv");
        if (!fs::exists(file))
            QSKIP("this capture has not been made yet");
        QVERIFY2(fs::exists(expectedFile), "run tests/data/make_golden");

        const auto outcome = flow::readFlows({file}, {}, {}, {}, {});
        QVERIFY(outcome && !outcome->damage);
        const Conversations ours = merged(*outcome->table);
        const Conversations theirs = golden(expectedFile);
        QVERIFY(!theirs.empty());
        for (const auto& conversation : theirs) {
            const auto found = ours.find(conversation.first);
            QVERIFY2(found != ours.end(), "not found: " + described(conversation));
            QVERIFY2(found->second == conversation.second,
                     "ours " + described(*found) + "; tshark " + described(conversation));
        }
        QCOMPARE(ours.size(), theirs.size());
    }
};

QTEST_GUILESS_MAIN(ConversationsTest)
#include "conversations_test.moc"
