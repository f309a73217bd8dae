// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/detect/evidence/named_features.h"
#include "engine/detect/evidence/neighbours.h"
#include "engine/detect/evidence/normal_traffic.h"
#include "engine/features/feature_schema.h"

#include <algorithm>
#include <numeric>
#include <set>

using namespace flowscent;
using base::Matrix;
using detect::NormalTraffic;
using detect::Quartiles;
using features::FeatureSet;
using features::sequenceFields;
using features::sequenceLength;

namespace {

constexpr std::size_t packetColumns = sequenceLength * sequenceFields;

/// Flow i has i + 1 packets of 100 (i + 1) bytes, and every statistic is i + 1.
FeatureSet stairs(std::size_t flows)
{
    FeatureSet set{Matrix(flows, packetColumns), Matrix(flows, features::statisticDefinitions().size())};
    for (std::size_t row = 0; row < flows; ++row) {
        const auto step = static_cast<float>(row + 1);
        std::ranges::fill(set.statistics.row(row), step);
        for (std::size_t packet = 0; packet <= row; ++packet) {
            const auto values = set.sequences.row(row).subspan(packet * sequenceFields, sequenceFields);
            values[0] = 100 * step;
            values[1] = packet == 0 ? 1.0F : -1.0F;
            values[sequenceFields - 1] = 1;
        }
    }
    return set;
}

NormalTraffic normalOf(const FeatureSet& raw)
{
    auto normal = detect::normalTraffic(raw);
    if (!normal)
        qFatal("%s", normal.error().sentence().c_str());
    return *normal;
}

Matrix column(const std::vector<float>& values)
{
    Matrix matrix(values.size(), 1);
    matrix.values = values;
    return matrix;
}

} // namespace

/// What is normal, what evidence calls things, and who is near.
class NormalTrafficTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Of 1..10: a quarter lie at or below 3 (the third of ten), half at or below 5, three quarters at or below 8.
    void quartilesByHand()
    {
        const NormalTraffic normal = normalOf(stairs(10));
        QCOMPARE(normal.flows, std::size_t(10));
        QCOMPARE(normal.statistics.size(), features::statisticDefinitions().size());
        for (const Quartiles& one : normal.statistics)
            QVERIFY((one == Quartiles{3, 5, 8}));
    }

    /// The first packet is there in all ten flows, the third in eight (3..10): quartiles 4, 6, 8.
    void aPacketsQuartilesAreOfTheFlowsThatHaveIt()
    {
        const NormalTraffic normal = normalOf(stairs(10));
        QVERIFY((normal.packets[0] == Quartiles{300, 500, 800}));
        QVERIFY((normal.packets[2 * sequenceFields] == Quartiles{400, 600, 800}));
        QVERIFY((normal.packets[1] == Quartiles{1, 1, 1}));
        QVERIFY((normal.packets[2 * sequenceFields + 1] == Quartiles{-1, -1, -1}));
    }

    /// The fourth packet is there in seven flows only. All 55 packets: 1 of 100, 2 of 200, ...; the 14th is one of 500
    /// (15 up to there), the 28th of 700 (28 up to there), the 42nd of 900 (45).
    void aRarePacketIsLikeAllPackets()
    {
        const NormalTraffic normal = normalOf(stairs(10));
        QVERIFY((normal.packets[3 * sequenceFields] == Quartiles{500, 700, 900}));
    }

    void aTwinHasTheFlowsPacketsAndNormalNumbers()
    {
        const NormalTraffic normal = normalOf(stairs(10));
        const FeatureSet twins = detect::normalTwins(normal, stairs(2));
        for (std::size_t row = 0; row < 2; ++row) {
            QVERIFY(std::ranges::all_of(twins.statistics.row(row), [](float value) { return value == 5; }));
            for (std::size_t packet = 0; packet < sequenceLength; ++packet) {
                const auto values = twins.sequences.row(row).subspan(packet * sequenceFields, sequenceFields);
                if (packet > row)
                    QVERIFY(std::ranges::all_of(values, [](float value) { return value == 0; }));
                else
                    QVERIFY(values[0] == (packet == 0 ? 500.0F : 600.0F) && values[sequenceFields - 1] == 1);
            }
        }
    }

    void withoutFlowsNothingIsNormal()
    {
        QCOMPARE(detect::normalTraffic(stairs(0)).error().code, base::Error::Code::Support);
        FeatureSet odd = stairs(3);
        odd.statistics = Matrix(3, 4);
        QCOMPARE(detect::normalTraffic(odd).error().code, base::Error::Code::Argument);
    }

    void everyNumberHasOneNameButTheMarkOfAPacket()
    {
        std::multiset<std::size_t> named;
        std::set<std::string> names;
        for (const detect::NamedFeature& feature : detect::namedFeatures()) {
            names.insert(feature.name);
            for (const std::size_t at : detect::columnsOf(feature))
                named.insert(at);
        }
        QCOMPARE(names.size(), detect::namedFeatures().size());
        for (std::size_t at = 0; at < detect::sideBySideColumns(); ++at) {
            const bool mark = at < packetColumns && at % sequenceFields == sequenceFields - 1;
            QCOMPARE(named.count(at), mark ? std::size_t(0) : std::size_t(1));
        }
    }

    void sumsGoByNameAndByPacket()
    {
        std::vector<double> columns(detect::sideBySideColumns());
        columns[0] = 1;                  // size of the first packet
        columns[sequenceFields] = 2;     // size of the second
        columns[sequenceFields + 2] = 4; // its gap
        columns[packetColumns + 3] = 8;  // the fourth statistic
        const auto byFeature = detect::sumsByFeature(columns);
        const auto byPacket = detect::sumsByPacket(columns);
        const std::size_t fields = features::statisticDefinitions().size();
        QCOMPARE(byFeature[3], 8.0);
        QCOMPARE(byFeature[fields], 3.0);
        QCOMPARE(byFeature[fields + 2], 4.0);
        QCOMPARE(std::accumulate(byFeature.begin(), byFeature.end(), 0.0), 15.0);
        QCOMPARE(byPacket[0], 1.0);
        QCOMPARE(byPacket[1], 6.0);
        QCOMPARE(byPacket[2], 0.0);
    }

    /// Examples at 0 and 10, background at 1, 2, 4, 8; the flow at 3. Nearer to 0 than 3 are 1 and 2 of four; nearer to
    /// 10 than 7 are 4 and 8. The background's nearest others are 1, 1, 2 and 4 away; below 1 there is none.
    void neighboursByHand()
    {
        const detect::Neighbours neighbours(column({0, 10}), column({1, 2, 4, 8}));
        const std::vector<float> flow{3};
        const auto examples = neighbours.examples(flow, 3);
        QVERIFY((examples == std::vector<detect::Neighbour>{{0, 3, 0.5}, {1, 7, 0.5}}));
        const auto background = neighbours.background(flow, 3);
        QVERIFY((background == std::vector<detect::Neighbour>{{1, 1, 0}, {2, 1, 0}, {0, 2, 0.5}}));
    }

    void aFlowIsNotItsOwnNeighbour()
    {
        const detect::Neighbours neighbours(column({0, 10}), column({1, 2, 4, 8}));
        const std::vector<float> flow{4};
        QCOMPARE(neighbours.background(flow, 1)[0].index, 2U);
        QCOMPARE(neighbours.background(flow, 1, 2)[0].index, 1U);
        QCOMPARE(neighbours.examples(flow, 3, 0).size(), std::size_t(1));
    }
};

QTEST_GUILESS_MAIN(NormalTrafficTest)
#include "normal_traffic_test.moc"
