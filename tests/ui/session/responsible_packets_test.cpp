// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/features/feature_schema.h"
#include "ui/session/responsible_packets.h"

#include <algorithm>

using namespace flowscent;
using Numbers = std::vector<std::uint32_t>;

namespace {

detect::FeatureIndex indexOf(std::string_view name)
{
    const auto all = detect::namedFeatures();
    return static_cast<detect::FeatureIndex>(std::ranges::find(all, name, &detect::NamedFeature::name) - all.begin());
}

/// seconds, payload, flags, marks
struct Packet {
    double at;
    std::uint32_t payload;
    std::uint8_t flags;
    std::uint8_t marks;
};

constexpr std::uint8_t server = flow::FromServer;
constexpr std::uint8_t ack = 0x10;

/// Handshake, a question and its answer, a minute, the question again (sent twice), its answer.
flow::FlowTable conversation()
{
    flow::FlowRecord record;
    record.key.protocol = 6;
    for (const Packet& packet :
         {Packet{0, 0, 0x02, 0}, Packet{0.01, 0, 0x12, server}, Packet{0.02, 0, ack, 0}, Packet{0.03, 300, 0x18, 0},
          Packet{0.05, 1200, 0x18, server}, Packet{60.05, 300, 0x18, 0}, Packet{60.30, 300, 0x18, flow::Retransmission},
          Packet{60.40, 900, 0x18, server}}) {
        flow::Observation seen;
        seen.sinceStart = static_cast<std::int64_t>(packet.at * 1e9);
        seen.payloadLength = packet.payload;
        seen.tcpFlags = packet.flags;
        seen.tcpWindow = 1000;
        seen.marks = packet.marks;
        record.observations.push_back(seen);
        ++record.statistics.packets[packet.marks == server ? flow::inward : flow::outward];
    }
    flow::FlowTable table;
    table.append(record);
    return table;
}

/// Evidence that says of one feature: so large, where 10 is normal.
detect::Evidence evidenceOf(std::string_view name, float value)
{
    detect::Evidence evidence;
    for (detect::FeatureIndex index = 0; index < detect::namedFeatures().size(); ++index)
        evidence.features.push_back({.feature = index, .value = 10, .normal = {5, 10, 15}, .attribution = 1});
    evidence.features[indexOf(name)].value = value;
    evidence.perPacketField.assign(features::sequenceLength * features::sequenceFields, 0);
    return evidence;
}

Numbers of(std::string_view name, float value)
{
    return ui::responsiblePackets(conversation(), flow::FlowId(0), evidenceOf(name, value), indexOf(name));
}

} // namespace

class ResponsiblePacketsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void statisticsPointAtWhatTheyAreMadeOf_data()
    {
        QTest::addColumn<QByteArray>("feature");
        QTest::addColumn<double>("value");
        QTest::addColumn<QList<int>>("packets");
        const auto row = [](const char* feature, double value, const QList<int>& packets) {
            QTest::newRow(feature) << QByteArray(feature) << value << packets;
        };
        row("gap_max", 60'000, {5});
        row("gap_min", 10, {1});
        row("gap_out_mean", 60'000, {2, 3, 5}); // the client's three gaps: 20 ms, 10 ms, a minute
        row("gap_in_std", 60'000, {4, 7});
        row("payload_out", 600, {3, 5}); // not the one sent again
        row("payload_in_max", 1200, {4});
        row("first_payload_in", 1200, {4});
        row("payload_in_q25", 900, {7});
        row("turns", 20, {4, 5, 7});
        row("syn", 20, {0, 1});
        row("handshake_rtt", 10'000, {0, 1});
        row("psh_in_share", 20, {4, 7});
        row("noise_share", 20, {6});
        row("packets_in", 20, {1, 4, 7});
        row("payload_out_share", 20, {3, 5}); // above normal: the client's
        row("duration", 60'000, {0, 7});
        row("is_tcp", 20, {});
        row("fin", 0, {});
    }
    void statisticsPointAtWhatTheyAreMadeOf()
    {
        QFETCH(const QByteArray, feature);
        QFETCH(const double, value);
        QFETCH(const QList<int>, packets);
        QList<int> found;
        for (const std::uint32_t packet : of(feature.toStdString(), static_cast<float>(value)))
            found << static_cast<int>(packet);
        QCOMPARE(found, packets);
    }

    void aMeanBelowNormalIsMadeOfTheShortest()
    {
        // gaps: 10 10 10 20 ms, a minute, 350 ms
        QVERIFY((of("gap_mean", 1) == Numbers{1, 2, 3}));
        QVERIFY((of("gap_mean", 10'000) == Numbers{4, 5, 7}));
    }

    void fieldsPointAtThePacketsThatMoveTheScore()
    {
        const auto gap = indexOf("packets.gap");
        auto evidence = evidenceOf("packets.gap", 0);
        const std::size_t field = detect::namedFeatures()[gap].place;
        const auto at = [&](std::size_t packet) -> double& {
            return evidence.perPacketField[packet * features::sequenceFields + field];
        };
        at(5) = 0.8;
        at(4) = 0.1;
        at(6) = 0.3; // the model's seventh packet is the eighth seen: the one sent again is not looked at
        at(1) = -2;  // speaks against
        QVERIFY((ui::responsiblePackets(conversation(), flow::FlowId(0), evidence, gap) == Numbers{5, 7}));
        evidence.features[gap].attribution = -1;
        QVERIFY((ui::responsiblePackets(conversation(), flow::FlowId(0), evidence, gap) == Numbers{1}));
    }

    void everyFeatureOfAFlowWithoutPacketsPointsAtNothing()
    {
        flow::FlowTable table;
        table.append(flow::FlowRecord{});
        for (detect::FeatureIndex index = 0; index < detect::namedFeatures().size(); ++index)
            QVERIFY(ui::responsiblePackets(table, flow::FlowId(0), evidenceOf("gap_max", 1), index).empty());
    }
};

QTEST_APPLESS_MAIN(ResponsiblePacketsTest)
#include "responsible_packets_test.moc"
