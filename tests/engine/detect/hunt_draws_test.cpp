// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/detect/evaluation/hunt_draws.h"

#include <algorithm>
#include <cmath>
#include <ranges>
#include <set>

using namespace flowscent;
using detect::HuntDraw;
using detect::HuntNegatives;
using detect::HuntSampler;
using detect::HuntShape;
using detect::HuntVariant;
using learn::Dataset;

namespace {

constexpr std::uint16_t web = 0;
constexpr std::uint16_t beacon = 1;
constexpr std::uint16_t scan = 2;
constexpr std::uint32_t seed = 7;

/// Flows without features: draws look at classes, captures and networks alone.
class World {
public:
    World()
    {
        data.classNames = {"web", "beacon", "scan"};
        data.threatClass = {false, true, true};
    }

    World& add(std::uint16_t classIndex, std::uint32_t session, std::uint32_t network, std::size_t flows)
    {
        for (std::size_t i = 0; i < flows; ++i) {
            data.classOf.push_back(classIndex);
            data.sessionOf.push_back(session);
            data.provenance.networkOf.push_back(network);
            data.provenance.captureOf.push_back(session);
            data.provenance.identity.emplace_back();
        }
        while (data.sessionNames.size() <= session)
            data.sessionNames.push_back("session " + std::to_string(data.sessionNames.size()));
        while (data.provenance.networkNames.size() <= network)
            data.provenance.networkNames.push_back("network " + std::to_string(data.provenance.networkNames.size()));
        data.provenance.captureNames = data.sessionNames;
        return *this;
    }

    Dataset data;
};

/// Beacons in two captures of network 0 and one of network 1; benign flows in networks 0, 1 and 2.
Dataset threeNetworks()
{
    return World()
        .add(beacon, 0, 0, 20)
        .add(beacon, 1, 0, 8)
        .add(beacon, 2, 1, 150)
        .add(web, 3, 0, 300)
        .add(web, 4, 1, 200)
        .add(web, 5, 2, 900)
        .data;
}

std::set<std::uint32_t> setOf(const std::vector<std::uint32_t>& rows)
{
    return {rows.begin(), rows.end()};
}

std::size_t threats(const HuntDraw& draw)
{
    return static_cast<std::size_t>(std::ranges::count(draw.isThreat, true));
}

} // namespace

class HuntDrawsTest : public QObject {
    Q_OBJECT

    static void shapes()
    {
        QTest::addColumn<HuntShape>("shape");
        for (const HuntVariant variant : {HuntVariant::Same, HuntVariant::Other}) {
            for (const HuntNegatives negatives : {HuntNegatives::All, HuntNegatives::Own}) {
                for (const std::uint32_t shots : {1U, 5U, 10U})
                    QTest::addRow("%s %s %u", detect::text(variant).data(), detect::text(negatives).data(), shots)
                        << HuntShape{variant, negatives, shots};
            }
        }
    }

private Q_SLOTS:
    void aDrawKeepsEveryRule_data() { shapes(); }
    void aDrawKeepsEveryRule()
    {
        QFETCH(const HuntShape, shape);
        const Dataset data = threeNetworks();
        const HuntSampler sampler(data);
        QVERIFY(sampler.possible(beacon, shape));
        for (std::uint32_t number = 0; number < 40; ++number) {
            const HuntDraw draw = sampler.draw(beacon, shape, seed, number);
            const auto support = setOf(draw.task.support);
            const auto background = setOf(draw.task.background);
            const auto query = setOf(draw.task.query);
            QCOMPARE(support.size(), std::size_t{shape.shots});
            QCOMPARE(background.size(), std::size_t(64));
            QCOMPARE(query.size(), draw.task.query.size());
            QVERIFY(std::ranges::is_sorted(draw.task.query));
            QCOMPARE(draw.isThreat.size(), draw.task.query.size());

            std::set<std::uint32_t> sessions;
            for (const std::uint32_t row : support) {
                QCOMPARE(data.classOf[row], beacon);
                sessions.insert(data.sessionOf[row]);
                QVERIFY(!background.contains(row) && !query.contains(row));
            }
            QCOMPARE(sessions.size(), std::size_t(1));
            const std::uint32_t u = *sessions.begin();

            std::set<std::uint32_t> asked; // queries and what became background
            asked.insert(query.begin(), query.end());
            for (const std::uint32_t row : background) {
                QVERIFY(!query.contains(row));
                asked.insert(row);
            }
            std::set<std::uint32_t> networks;
            std::size_t askedThreats = 0;
            std::uint32_t hidden = 0;
            for (const std::uint32_t row : asked) {
                if (data.classOf[row] != beacon)
                    continue;
                ++askedThreats;
                hidden += background.contains(row) ? 1U : 0U;
                networks.insert(data.provenance.networkOf[row]);
                QCOMPARE(data.sessionOf[row] == u, shape.variant == HuntVariant::Same);
            }
            QCOMPARE(draw.backgroundThreats, hidden);
            const auto ofClass = static_cast<std::size_t>(std::ranges::count_if(
                std::views::iota(0U, static_cast<std::uint32_t>(data.size())), [&](std::uint32_t row) {
                    return data.classOf[row] == beacon &&
                           (data.sessionOf[row] == u) == (shape.variant == HuntVariant::Same);
                }));
            const std::size_t left = ofClass - (shape.variant == HuntVariant::Same ? shape.shots : 0);
            QCOMPARE(askedThreats, std::min<std::size_t>(100, left));

            for (std::uint32_t row = 0; row < data.size(); ++row) {
                if (data.classOf[row] != web)
                    continue;
                const bool wanted =
                    shape.negatives == HuntNegatives::All || networks.contains(data.provenance.networkOf[row]);
                QCOMPARE(asked.contains(row), wanted);
            }
            for (std::size_t i = 0; i < draw.task.query.size(); ++i)
                QCOMPARE(draw.isThreat[i], data.classOf[draw.task.query[i]] == beacon);
            QVERIFY(threats(draw) > 0 && threats(draw) < draw.task.query.size());
        }
    }

    void everyCaptureWithEnoughFlowsGivesSupport()
    {
        const Dataset data = threeNetworks();
        const HuntSampler sampler(data);
        const auto captures = [&](const HuntShape& shape) {
            std::set<std::uint32_t> sessions;
            for (std::uint32_t number = 0; number < 60; ++number)
                sessions.insert(data.sessionOf[sampler.draw(beacon, shape, seed, number).task.support.front()]);
            return sessions;
        };
        using enum HuntNegatives;
        QVERIFY((captures({HuntVariant::Same, All, 1}) == std::set<std::uint32_t>{0, 1, 2}));
        QVERIFY((captures({HuntVariant::Same, All, 5}) == std::set<std::uint32_t>{0, 2})); // 8 flows are not 5 + 5
        QVERIFY((captures({HuntVariant::Other, All, 5}) == std::set<std::uint32_t>{0, 1, 2}));
        QVERIFY((captures({HuntVariant::Other, All, 10}) == std::set<std::uint32_t>{0, 2}));
    }

    void classesNeedTenFlows()
    {
        const Dataset data = World().add(web, 0, 0, 100).add(beacon, 1, 0, 10).add(scan, 2, 0, 9).data;
        QVERIFY((HuntSampler(data).classes() == std::vector<std::uint16_t>{beacon}));
    }

    void numbersOfFlowsDecideWhatIsPossible()
    {
        using enum HuntVariant;
        using enum HuntNegatives;
        const Dataset data = World()
                                 .add(web, 0, 0, 40)
                                 .add(web, 1, 1, 39)
                                 .add(beacon, 2, 0, 10)
                                 .add(beacon, 3, 0, 4)
                                 .add(scan, 4, 1, 14)
                                 .data;
        const HuntSampler sampler(data);
        QVERIFY(sampler.possible(beacon, {Same, All, 5}));
        QVERIFY(!sampler.possible(beacon, {Same, All, 6}));
        QVERIFY(sampler.possible(beacon, {Other, All, 4}));  // from the capture of 4, hunting in that of 10
        QVERIFY(!sampler.possible(beacon, {Other, All, 5})); // from the capture of 10 there are 4 to find
        QVERIFY(sampler.possible(beacon, {Same, Own, 5}));
        QVERIFY(sampler.possible(scan, {Same, All, 5}));
        QVERIFY(!sampler.possible(scan, {Same, Own, 5})); // 39 benign flows in its network
        QVERIFY(!sampler.possible(scan, {Other, All, 1}));
    }

    void nothingCanBeHuntedAmongNoBenignFlows()
    {
        const Dataset data = World().add(beacon, 0, 0, 50).data;
        QVERIFY(!HuntSampler(data).possible(beacon, {HuntVariant::Same, HuntNegatives::All, 1}));
    }

    void halfOfASmallPoolRemains()
    {
        const Dataset data = World().add(web, 0, 0, 40).add(beacon, 1, 0, 10).data;
        const HuntSampler sampler(data);
        for (std::uint32_t number = 0; number < 200; ++number) {
            const HuntDraw draw = sampler.draw(beacon, {HuntVariant::Same, HuntNegatives::Own, 5}, seed, number);
            QCOMPARE(draw.task.background.size(), std::size_t(22)); // of 5 threats and 40 others
            QVERIFY(threats(draw) > 0);
        }
    }

    /// Drawn like everything else, so 64 of 1000 queries with 100 threats hold 6.4 of them: with 200 draws the mean's
    /// standard deviation is 0.17.
    void theBackgroundHoldsTheThreatAsOftenAsThePoolDoes()
    {
        const Dataset data = World().add(web, 0, 0, 900).add(beacon, 1, 0, 101).data;
        const HuntSampler sampler(data);
        double sum = 0;
        for (std::uint32_t number = 0; number < 200; ++number)
            sum += sampler.draw(beacon, {HuntVariant::Same, HuntNegatives::All, 1}, seed, number).backgroundThreats;
        QVERIFY2(std::abs(sum / 200 - 6.4) < 0.7, std::to_string(sum / 200).c_str());
    }

    void theSameSeedDrawsTheSame()
    {
        const Dataset data = threeNetworks();
        const HuntShape shape{HuntVariant::Other, HuntNegatives::All, 5};
        const HuntDraw one = HuntSampler(data).draw(beacon, shape, seed, 3);
        const HuntDraw same = HuntSampler(data).draw(beacon, shape, seed, 3);
        QVERIFY(one.task.support == same.task.support && one.task.query == same.task.query &&
                one.task.background == same.task.background);
        for (const HuntDraw& other :
             {HuntSampler(data).draw(beacon, shape, seed + 1, 3), HuntSampler(data).draw(beacon, shape, seed, 4)})
            QVERIFY(one.task.support != other.task.support && one.task.background != other.task.background);
    }

    void ownAndAllHuntTheSameThreats()
    {
        const Dataset data = threeNetworks();
        const HuntSampler sampler(data);
        for (std::uint32_t number = 0; number < 10; ++number) {
            const HuntDraw all = sampler.draw(beacon, {HuntVariant::Other, HuntNegatives::All, 5}, seed, number);
            const HuntDraw own = sampler.draw(beacon, {HuntVariant::Other, HuntNegatives::Own, 5}, seed, number);
            QCOMPARE(all.task.support, own.task.support);
        }
    }

    void aClassIsDrawnAlikeWhateverOthersThereAre()
    {
        const Dataset alone = World().add(web, 0, 0, 200).add(beacon, 1, 0, 30).data;
        const Dataset among = World().add(web, 0, 0, 200).add(beacon, 1, 0, 30).add(scan, 2, 0, 30).data;
        const HuntShape shape{HuntVariant::Same, HuntNegatives::All, 5};
        const HuntDraw one = HuntSampler(alone).draw(beacon, shape, seed, 0);
        const HuntDraw other = HuntSampler(among).draw(beacon, shape, seed, 0);
        QCOMPARE(one.task.support, other.task.support);
        QCOMPARE(one.task.query, other.task.query);
    }
};

QTEST_GUILESS_MAIN(HuntDrawsTest)
#include "hunt_draws_test.moc"
