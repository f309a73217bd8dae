// SPDX-License-Identifier: GPL-3.0-or-later
// What a filter asks of judgements, marks, files, packets and names: fields that do not stand in the table's columns.
#include <QTest>

#include <cmath>
#include <limits>

#include "engine/base/random.h"
#include "engine/flow/community_id.h"
#include "engine/hunt/address_scope.h"
#include "engine/hunt/community_id_search.h"
#include "engine/hunt/filter.h"
#include "tests/support/packet_builder.h"

using namespace flowscent;
using identify::Spoken;

namespace {

constexpr std::int64_t millisecond = 1'000'000;

flow::Observation packet(std::int64_t at, std::uint32_t payload, std::uint8_t marks = 0)
{
    return {.sinceStart = at * millisecond, .payloadLength = payload, .marks = marks};
}

void put(flow::FlowTable& table, const char* client, const char* server, std::uint16_t port, std::uint8_t protocol,
         const identify::Identity& identity, std::vector<flow::Observation> observations, int file)
{
    flow::FlowView view;
    view.key = {test::endpoint(client, 40000), test::endpoint(server, port), protocol};
    view.identity = identity;
    view.observations = observations;
    std::vector<capture::PacketPlace> places;
    if (file >= 0) {
        capture::PacketPlace place;
        place.file = static_cast<std::uint16_t>(file);
        places.push_back(place);
    }
    view.places = places;
    view.origin = file < 0 ? flow::Origin::ZeekLog : flow::Origin::Packets;
    table.put(flow::FlowId(static_cast<std::uint32_t>(table.size())), view);
}

/// 0: TLS to a service, gaps 10 and 20 ms, lengths 100, 100, 50, 50. 1: HTTP, gaps of 10 ms, one length, one packet of
/// noise. 2: DNS of one packet. 3: SSH from outside. 4: a row of a log.
flow::FlowTable makeTable()
{
    auto names = std::make_shared<identify::Names>();
    flow::FlowTable table(names);
    put(table, "10.0.0.1", "203.0.113.5", 443, 6,
        {.application = names->add("TLS.YouTube"),
         .host = names->add("www.youtube.example"),
         .agent = {},
         .spoken = Spoken::Tls},
        {packet(0, 100), packet(10, 100), packet(30, 50), packet(40, 50)}, 0);
    put(table, "10.0.0.1", "203.0.113.6", 80, 6,
        {.application = names->add("HTTP"),
         .host = names->add("www.evil.example"),
         .agent = names->add("curl/8.4.0"),
         .spoken = Spoken::Http},
        {packet(0, 70), packet(10, 70), packet(15, 999, flow::Retransmission), packet(20, 70)}, 0);
    put(table, "10.0.0.1", "10.0.0.53", 53, 17,
        {.application = names->add("DNS"), .host = names->add("evil.example"), .spoken = Spoken::Dns}, {packet(0, 30)},
        1);
    put(table, "198.51.100.9", "fd00::1", 22, 6, {.application = names->add("SSH"), .spoken = Spoken::Ssh},
        {packet(0, 20), packet(4000, 20)}, 1);
    put(table, "198.51.100.9", "203.0.113.5", 5000, 6, {}, {}, -1);
    return table;
}

} // namespace

class HuntFilterTest : public QObject {
    Q_OBJECT

    flow::FlowTable m_table = makeTable();
    std::vector<float> m_scores{0.9F, 0.2F, 0.6F, 0.1F, std::numeric_limits<float>::quiet_NaN()};
    std::vector<float> m_kept{0.5F, 0.2F, 0.7F};
    std::vector<float> m_beacon{0.1F, 0.95F, 0.1F, 0.1F};
    std::vector<std::uint8_t> m_alarmed{1, 0, 0, 0, 0};
    std::vector<std::uint8_t> m_verdicts{2, 0, 1, 0, 255};
    flow::FlowSet m_bookmarked = flow::FlowSet::ofRows(std::vector<std::uint32_t>{1, 3});
    std::vector<std::string> m_files{"/captures/monday.pcap", "/captures/Tuesday.pcap"};
    hunt::SupportSet m_support;
    hunt::FlowTexts m_threats{{flow::FlowId(0), "Beacon-A"}};
    hunt::FlowTexts m_labelledBy{{flow::FlowId(0), "kim"}, {flow::FlowId(1), "import of labels.csv"}};
    hunt::FlowTexts m_notes{{flow::FlowId(2), "Ask Kim about this"}};
    std::map<flow::FlowId, std::vector<std::string>> m_tags{{flow::FlowId(1), {"Exfil", "seen twice"}},
                                                            {flow::FlowId(3), {"later"}}};

    hunt::FilterContext context() const
    {
        return {.scores = m_scores,
                .alarmed = m_alarmed,
                .support = &m_support,
                .kept = m_kept,
                .verdicts = m_verdicts,
                .pValue = [](float score, std::uint32_t) { return 1.0 - static_cast<double>(score); },
                .scoresOf = {{"Beacon-B", m_beacon}},
                .detector = "Tunnels",
                .files = m_files,
                .threats = &m_threats,
                .labelledBy = &m_labelledBy,
                .notes = &m_notes,
                .tags = &m_tags,
                .bookmarked = &m_bookmarked};
    }

    QString passing(const char* expression, const hunt::FilterContext& context) const
    {
        const auto filter = hunt::Filter::parse(expression);
        if (!filter)
            return QString::fromStdString(filter.error().sentence());
        QStringList texts;
        for (const std::uint32_t row : filter->apply(m_table, context))
            texts << QString::number(row);
        return texts.join(QLatin1Char(' '));
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_support.set(flow::FlowId(0), hunt::Label::Threat);
        m_support.set(flow::FlowId(1), hunt::Label::NotThreat);
        m_support.set(flow::FlowId(2), hunt::Label::Unsure);
        m_support.set(flow::FlowId(4), hunt::Label::Threat);
    }

    void anExpressionPassesTheseRows_data()
    {
        QTest::addColumn<QString>("rows");
        const auto rows = [](const char* expression, const char* expected) {
            QTest::newRow(expression) << QString::fromLatin1(expected);
        };
        rows("score >= 0.6", "0 2");
        rows("score", "0 1 2 3");
        rows("score == 0.5..1", "0 2");
        rows("score[\"Beacon-B\"] > 0.9", "1");
        rows("score['Beacon-B'] > 0.9 or score > 0.8", "0 1");
        rows("score[Beacon-B]", "0 1 2 3");
        rows("score[\"Tunnels\"] >= 0.6", "0 2"); // the one in use, by its name
        rows("score[\"Nobody\"] >= 0", "");
        rows("not score[\"Nobody\"]", "0 1 2 3 4");
        rows("score[\"Beacon-B\"] in {0.1..0.2, 7}", "0 2 3");
        rows("p < 0.5", "0 2");
        rows("p", "0 1 2 3");
        rows("delta > 0.1", "0");
        rows("delta < -0.05", "2");
        rows("delta == 0", "1");
        rows("delta", "0 1 2");
        rows("verdict == threat", "0");
        rows("verdict == unsure", "2");
        rows("verdict != threat", "1 2 3");
        rows("verdict", "0 1 2 3");
        rows("normal", "1 3");
        rows("alarm", "0");
        rows("alert", "0");
        rows("detector == tunnels", "0 1 2 3");
        rows("detector != tunnels", "");
        rows("detector contains tunn", "0 1 2 3");
        rows("label == threat", "0 4");
        rows("label.by == Kim", "0");
        rows("label.by contains import", "1");
        rows("label.by", "0 1");
        rows("threat", "0 4");
        rows("threat == beacon-a", "0");
        rows("threat == threat", "4");
        rows("threat != \"Beacon-A\"", "4");
        rows("support", "0 1"); // an unsure one never teaches, nor does a row of a log
        rows("tag", "1 3");
        rows("tag == exfil", "1");
        rows("tag == \"seen twice\"", "1");
        rows("tag != exfil", "3");
        rows("tag matches \"^l\"", "3");
        rows("note contains \"ask kim\"", "2");
        rows("note", "2");
        rows("bookmark", "1 3");
        rows("bookmark == 0", "0 2 4");
        rows("bookmarked and tag == later", "3");

        rows("file == monday.pcap", "0 1");
        rows("file == /captures/monday.pcap", "0 1");
        rows("file == tuesday.pcap", "2 3");
        rows("file != monday.pcap", "2 3");
        rows("file contains captures", "0 1 2 3");
        rows("not file", "4");

        rows("dir == out", "0 1");
        rows("dir == in", "3");
        rows("dir == lateral", "2");
        rows("not dir", "4");
        rows("dir in {in out}", "0 1 3");

        rows("iat.mean == 13ms..14ms", "0"); // 40 ms in three gaps
        rows("iat.mean == 10ms", "1");       // 20 ms in two gaps, the retransmission left out
        rows("iat.mean > 1s", "3");
        rows("iat.mean", "0 1 3");
        rows("iat.std == 4.7ms..4.8ms", "0"); // of 10, 20, 10: sqrt(200 / 9) = 4.714
        rows("iat.std < 1us", "1 3");
        rows("jitter == 9.99ms..10.01ms", "0"); // |20 - 10| and |10 - 20|
        rows("jitter == 0", "1");
        rows("jitter", "0 1");
        rows("entropy == 1", "0"); // two lengths, twice each
        rows("entropy == 0", "1 2 3");
        rows("entropy", "0 1 2 3");

        rows("sni contains example", "0");
        rows("http.host contains example", "1");
        rows("dns.q == EVIL.example", "2");
        rows("dns.qry.name", "2");
        rows("host ~ 'evil'", "1 2");
        rows("ua contains curl", "1");
        rows("evil.example", "1 2");
        rows("\"evil\"", "1 2");
        rows("youtube", "0");
        rows("tls", "0"); // by its port and by its bytes
        rows("ssh or dns", "2 3");
        rows("Exfil", "1");
        rows("'seen twice' or 'later'", "1 3");
        rows("evil.example and not tag", "2");
        rows("alarm and dir == out and iat.mean < 1s and score[\"Beacon-B\"] < 0.5", "0");
    }
    void anExpressionPassesTheseRows()
    {
        QFETCH(const QString, rows);
        QCOMPARE(passing(QTest::currentDataTag(), context()), rows);
    }

    void nothingIsKnownWithoutAContext_data()
    {
        QTest::addColumn<int>("unused");
        for (const char* expression :
             {"score >= 0", "p <= 1", "delta", "verdict", "alarm", "detector", "label", "threat", "label.by", "support",
              "tag", "note", "bookmark", "file", "score[\"x\"]"})
            QTest::newRow(expression) << 0;
    }
    void nothingIsKnownWithoutAContext() { QCOMPARE(passing(QTest::currentDataTag(), {}), QString()); }

    void verdictsStandForTheAlarmWhereNoLineWasGiven()
    {
        QCOMPARE(passing("alarm", {.verdicts = m_verdicts}), QStringLiteral("0"));
    }

    void communityIdsAreFoundWithoutMakingTexts()
    {
        base::Rng rng(7);
        flow::FlowTable table;
        for (int i = 0; i < 4001; ++i) {
            constexpr std::uint8_t protocols[] = {6, 17, 1, 58, 132, 47};
            flow::FlowRecord record;
            record.key.protocol = protocols[rng.below(6)];
            const bool v6 = rng.below(2) == 0;
            for (packet::Endpoint* end : {&record.key.client, &record.key.server}) {
                end->address.v6 = v6;
                for (std::size_t byte = 0; byte < (v6 ? 16U : 4U); ++byte)
                    end->address.bytes[byte] = static_cast<std::uint8_t>(rng.below(256));
                end->port = static_cast<std::uint16_t>(rng.below(i % 2 == 0 ? 20 : 65536)); // also types of ICMP
            }
            table.append(record);
        }
        for (const std::uint32_t row : {0U, 1U, 2U, 3U, 1023U, 1024U, 2222U, 3999U, 4000U}) {
            const std::string id = flow::communityId(table.key(flow::FlowId(row)));
            const auto found = hunt::Filter::parse("cid == \"" + id + "\"")->apply(table, {});
            QCOMPARE(found, std::vector<std::uint32_t>{row});
        }
        std::vector<std::uint8_t> mask(table.size(), 7);
        for (std::uint32_t row = 0; row < table.size(); row += 13) {
            hunt::CommunityIdSearch(flow::communityId(table.key(flow::FlowId(row)))).find(table, 0, mask);
            QCOMPARE(mask[row], std::uint8_t{1});
        }
        hunt::CommunityIdSearch("1:not one").find(table, 0, mask);
        QCOMPARE(std::ranges::count(mask, 0), std::ptrdiff_t(mask.size()));
    }

    void addressesThatStayInsideAreTold()
    {
        for (const char* inside :
             {"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.4.4", "169.254.1.1", "127.0.0.1", "224.0.0.251",
              "255.255.255.255", "0.0.0.0", "fc00::1", "fdff::1", "fe80::1", "febf::1", "::1", "::", "ff02::fb"})
            QVERIFY2(hunt::staysInside(test::address(inside)), inside);
        for (const char* outside : {"9.255.255.255", "11.0.0.1", "172.15.255.255", "172.32.0.1", "192.167.1.1",
                                    "169.253.1.1", "100.64.0.1", "fec0::1", "2001:db8::1", "::2", "fbff::1"})
            QVERIFY2(!hunt::staysInside(test::address(outside)), outside);
    }
};

QTEST_GUILESS_MAIN(HuntFilterTest)
#include "hunt_filter_test.moc"
