// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "engine/flow/read_flows.h"
#include "tests/support/flow_builder.h"

#include <algorithm>

using namespace flowscent;
using namespace flowscent::test;
using flow::FlowEnd;
using identify::Identity;

namespace {

Bytes text(std::string_view characters)
{
    return {characters.begin(), characters.end()};
}

const Bytes query = [] {
    Bytes bytes{0xa1, 0xb2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3};
    put(bytes, text("www"));
    put(bytes, {7});
    put(bytes, text("example"));
    put(bytes, {3});
    put(bytes, text("org"));
    put(bytes, {0, 0, 28, 0, 1});
    return bytes;
}();

/// One direction of a TCP or UDP conversation, packet by packet.
struct Sender {
    std::uint8_t protocol = 6;
    std::string from = "10.0.0.1";
    std::string to = "10.0.0.2";
    std::uint16_t fromPort = 40000;
    std::uint16_t toPort = 80;
    std::uint32_t next = 1000;

    Frame say(const Bytes& payload, base::Nanoseconds time, std::uint8_t flags = packet::TcpFlag::Ack)
    {
        Bytes segment = protocol == 6 ? tcp({.from = fromPort, .to = toPort, .flags = flags, .sequence = next})
                                      : udp(fromPort, toPort, payload.size());
        segment.resize(protocol == 6 ? 20 : 8);
        next += static_cast<std::uint32_t>(payload.size()) + ((flags & packet::TcpFlag::Syn) != 0 ? 1 : 0);
        const Bytes frame = ethernet(ipPacket(protocol, from, to, joined(segment, payload)));
        return {.bytes = frame, .time = seconds(1'700'000'000) + time};
    }
};

Bytes request(const std::string& host)
{
    return text("GET / HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: test/1\r\n\r\n");
}

/// Own parsers only: what nDPI adds has its own tests.
flow::AssemblerSettings identifying()
{
    flow::AssemblerSettings settings;
    settings.names = std::make_shared<identify::Names>();
    settings.applications = false;
    return settings;
}

struct Told {
    std::vector<Identity> identities; ///< by id of flow
    std::shared_ptr<identify::Names> names;
};

/// What the flows are found to be, promptly or by a thread of its own.
Told told(const std::vector<Frame>& frames, flow::AssemblerSettings settings, bool apart)
{
    settings.names = std::make_shared<identify::Names>();
    settings.identifyApart = apart;
    base::Column<Identity> rows;
    flow::FlowAssembler assembler(settings, [&rows](flow::FlowId id, const flow::FlowView& seen) {
        if (seen.end == FlowEnd::Open)
            return;
        rows.resize(std::max<std::size_t>(rows.size(), id.value + std::size_t{1}));
        rows[id.value] = seen.identity;
    });
    for (const Frame& frame : frames)
        assembler.add(view(frame));
    assembler.finish();
    assembler.identitiesInto(rows, true);
    return {{rows.begin(), rows.end()}, settings.names};
}

std::vector<Frame> manyRequests(std::size_t count)
{
    std::vector<Frame> frames;
    for (std::size_t i = 0; i < count; ++i) {
        Sender client{.from = "10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1)};
        frames.push_back(
            client.say(request("host-" + std::to_string(i) + ".example"), static_cast<base::Nanoseconds>(i)));
    }
    return frames;
}

/// The server's banner overtakes the client's SYN, which tells who is who.
std::vector<Frame> overtakenSsh()
{
    Sender server{.from = "10.0.0.2", .to = "10.0.0.1", .fromPort = 50000, .toPort = 40000, .next = 7000};
    Sender client{.toPort = 50000, .next = 0xffff'ffff};
    return {server.say(text("SSH-2.0-served\r\n"), 0), client.say({}, 1000, packet::TcpFlag::Syn),
            client.say(text("SSH-2.0-asked\r\n"), 2000)};
}

} // namespace

class IdentificationTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void flowsCarryTheirIdentity()
    {
        const auto settings = identifying();
        Sender client;
        Sender resolver{.protocol = 17, .toPort = 53};
        const auto flows = assemble({client.say({}, 0, packet::TcpFlag::Syn), client.say(request("a.example"), 1000),
                                     resolver.say(query, 2000)},
                                    settings);
        QCOMPARE(flows.size(), std::size_t{2});
        QCOMPARE(settings.names->text(flows[0].record.identity.host), "a.example");
        QCOMPARE(settings.names->text(flows[0].record.identity.application), "HTTP");
        QCOMPARE(settings.names->text(flows[1].record.identity.host), "www.example.org");
    }

    void nothingIsIdentifiedUnlessAsked()
    {
        Sender client;
        const auto flows = assemble({client.say(request("a.example"), 0)});
        QCOMPARE(flows.at(0).record.identity, Identity{});
    }

    void aPortThatIsUsedAgainIsIdentifiedAgain()
    {
        const auto settings = identifying();
        Sender first;
        Sender second{.next = 900'000};
        const auto flows = assemble({first.say({}, 0, packet::TcpFlag::Syn), first.say(request("one.example"), 1000),
                                     second.say({}, seconds(1), packet::TcpFlag::Syn),
                                     second.say(request("two.example"), seconds(1) + 1000)},
                                    settings);
        QCOMPARE(flows.size(), std::size_t{2});
        QCOMPARE(settings.names->text(flows[0].record.identity.host), "one.example");
        QCOMPARE(settings.names->text(flows[1].record.identity.host), "two.example");
    }

    void aFlowThatIsCutForItsLengthKeepsItsIdentity()
    {
        auto settings = identifying();
        settings.activeTimeout = seconds(60);
        Sender client;
        std::vector<Frame> frames{client.say(request("long.example"), 0)};
        for (int i = 1; i <= 10; ++i)
            frames.push_back(client.say(text("more"), seconds(10 * i)));
        const auto flows = assemble(frames, settings);
        QCOMPARE(flows.size(), std::size_t{2});
        QCOMPARE(flows[0].record.end, FlowEnd::ActiveTimeout);
        QCOMPARE(settings.names->text(flows[1].record.identity.host), "long.example");
        QCOMPARE(flows[1].record.identity, flows[0].record.identity);
    }

    /// More at once than are kept open: those that were begun first are finished, and say what they know.
    void manyOpenFlowsAllSayWhatTheyAre()
    {
        constexpr std::size_t count = 40'000;
        const auto settings = identifying();
        const auto flows = assemble(manyRequests(count), settings);
        QCOMPARE(flows.size(), count);
        for (const Reported& flow : flows)
            QCOMPARE(settings.names->text(flow.record.identity.host),
                     "host-" + std::to_string(flow.id.value) + ".example");
    }

    void identifyingApartTellsTheSame_data()
    {
        QTest::addColumn<std::vector<Frame>>("frames");
        QTest::addColumn<QString>("lastHost");
        Sender first;
        Sender second{.next = 900'000};
        QTest::newRow("nothing") << std::vector<Frame>{first.say({}, 0, packet::TcpFlag::Syn)} << QString();
        QTest::newRow("a port used again") << std::vector<Frame>{first.say(request("one.example"), 1000),
                                                                 second.say({}, seconds(1), packet::TcpFlag::Syn),
                                                                 second.say(request("two.example"), seconds(1) + 1000)}
                                           << QStringLiteral("two.example");
        Sender talker;
        std::vector<Frame> cut{talker.say(request("long.example"), 0)};
        for (int i = 1; i <= 10; ++i)
            cut.push_back(talker.say(text("more"), seconds(10 * i)));
        QTest::newRow("cut for its length") << cut << QStringLiteral("long.example");
        QTest::newRow("turned round") << overtakenSsh() << QString();
        QTest::newRow("more than are kept open") << manyRequests(40'000) << QStringLiteral("host-39999.example");
    }
    void identifyingApartTellsTheSame()
    {
        QFETCH(const std::vector<Frame>, frames);
        QFETCH(const QString, lastHost);
        auto settings = identifying();
        settings.activeTimeout = seconds(60);
        const Told promptly = told(frames, settings, false);
        const Told apart = told(frames, settings, true);
        QCOMPARE(apart.identities.size(), promptly.identities.size());
        QVERIFY(apart.identities == promptly.identities);
        QCOMPARE(apart.names->size(), promptly.names->size());
        for (std::uint32_t id = 0; id < apart.names->size(); ++id)
            QCOMPARE(apart.names->text(identify::NameId(id)), promptly.names->text(identify::NameId(id)));
        const auto host = apart.names->text(apart.identities.back().host);
        QCOMPARE(QString::fromUtf8(host.data(), static_cast<qsizetype>(host.size())), lastHost);
    }

    void whatBelongsToAnEndGoesAlongWhenTheyChangePlaces()
    {
        for (const bool apart : {false, true}) {
            const Told flows = told(overtakenSsh(), identifying(), apart);
            QCOMPARE(flows.identities.size(), std::size_t{1});
            QCOMPARE(flows.names->text(flows.identities[0].agent), "SSH-2.0-asked");
            QCOMPARE(flows.names->text(flows.identities[0].software), "SSH-2.0-served");
        }
    }

    /// Rows that are shown while packets still come know what is known by then.
    void identitiesCanBeHadMeanwhile()
    {
        auto settings = identifying();
        settings.identifyApart = true;
        flow::FlowAssembler assembler(settings, [](flow::FlowId, const flow::FlowView&) {});
        for (const Frame& frame : manyRequests(100))
            assembler.add(view(frame));
        base::Column<Identity> rows(60);
        assembler.identitiesInto(rows, true);
        QCOMPARE(rows.size(), std::size_t{60});
        for (std::size_t row = 0; row < rows.size(); ++row)
            QCOMPARE(settings.names->text(rows[row].host), "host-" + std::to_string(row) + ".example");
        rows.clear();
        rows.resize(200);
        assembler.identitiesInto(rows, false);
        QCOMPARE(settings.names->text(rows[99].host), "host-99.example");
        QCOMPARE(rows[100], Identity{});
    }

    /// Addresses, times and model inputs do not depend on whether anybody looked at the payload.
    void flowsAreTheSameWithAndWithout()
    {
        const std::filesystem::path folder = std::filesystem::path(FLOWSCENT_SOURCE_DIR) / "tests/data/captures";
        std::size_t compared = 0;
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            auto settings = identifying();
            settings.applications = true;
            const auto with = flow::readFlows({entry.path()}, settings, {}, {}, {}, flow::Reading::OneThread);
            const auto ahead = flow::readFlows({entry.path()}, settings, {}, {}, {}, flow::Reading::TwoThreads);
            const auto without = flow::readFlows({entry.path()}, {}, {}, {}, {});
            QVERIFY(with && ahead && without);
            QCOMPARE(with->table->size(), without->table->size());
            QVERIFY(with->counters == without->counters);
            for (std::uint32_t row = 0; row < with->table->size(); ++row) {
                flow::FlowRecord record = with->table->record(flow::FlowId(row));
                QVERIFY(record.identity == Identity{} || with->table->identified());
                record.identity = {};
                QVERIFY(record == without->table->record(flow::FlowId(row)));
                record = ahead->table->record(flow::FlowId(row));
                QVERIFY(record.identity == with->table->identity(flow::FlowId(row)));
                record.identity = {};
                QVERIFY(record == without->table->record(flow::FlowId(row)));
                ++compared;
            }
        }
        QVERIFY(compared > 100);
    }

    void aTableKnowsTheTextsOfItsFlows()
    {
        QTemporaryDir folder;
        Sender client;
        const auto file = save(folder.filePath(QStringLiteral("one.pcap")).toStdString(),
                               pcap({client.say(request("a.example"), 0)}));
        const auto outcome = flow::readFlows({file}, identifying(), {}, {}, {});
        QVERIFY(outcome.has_value());
        const flow::FlowTable& table = *outcome->table;
        QVERIFY(table.identified());
        QCOMPARE(table.text(table.identity(flow::FlowId(0)).host), "a.example");
        const auto plain = flow::readFlows({file}, {}, {}, {}, {});
        QVERIFY(!plain->table->identified());
        QVERIFY(plain->table->identities.empty());
        QCOMPARE(plain->table->identity(flow::FlowId(0)), Identity{});
    }

    /// Segments that a card has joined to 60 kB: the head is what counts.
    void aVeryLongSegmentTellsByItsHead()
    {
        const auto settings = identifying();
        Sender client;
        const auto flows = assemble({client.say(joined(request("big.example"), Bytes(60'000, 'x')), 0)}, settings);
        QCOMPARE(settings.names->text(flows.at(0).record.identity.host), "big.example");
    }

    void whatWasNotCapturedTellsNothing()
    {
        const auto settings = identifying();
        Sender client;
        Frame frame = client.say(request("cut.example"), 0);
        const auto whole = static_cast<std::uint32_t>(frame.bytes.size());
        for (std::size_t length = 34; length < whole; length += 3) {
            Frame cut = frame;
            cut.bytes.resize(length);
            cut.originalLength = whole;
            for (const Reported& flow : assemble({cut}, settings))
                QCOMPARE(flow.record.identity.host, identify::NameId{});
        }
    }
};

QTEST_GUILESS_MAIN(IdentificationTest)
#include "identification_test.moc"
