// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/learn/tasks/episodes.h"
#include "tests/engine/learn/toy_dataset.h"

#include <algorithm>
#include <cmath>
#include <set>

using namespace flowscent;
using learn::Dataset;
using learn::Episode;
using learn::EpisodeSampler;
using learn::EpisodeShape;

namespace {

/// Flows without features: sampling looks at classes and sessions alone.
Dataset labels(const std::vector<std::pair<std::uint16_t, std::uint32_t>>& classAndSession)
{
    Dataset dataset;
    dataset.classNames = {"a", "b", "c", "d"};
    dataset.threatClass = {true, false, true, false};
    for (const auto& [index, session] : classAndSession) {
        dataset.classOf.push_back(index);
        dataset.sessionOf.push_back(session);
    }
    return dataset;
}

/// `count` flows of a class in a session.
std::vector<std::pair<std::uint16_t, std::uint32_t>>
flows(const std::vector<std::array<std::uint32_t, 3>>& classSessionCount)
{
    std::vector<std::pair<std::uint16_t, std::uint32_t>> all;
    for (const auto& [index, session, count] : classSessionCount)
        all.insert(all.end(), count, {static_cast<std::uint16_t>(index), session});
    return all;
}

void allHold(const EpisodeShape& shape, const Dataset& dataset)
{
    const EpisodeSampler sampler(dataset);
    const auto classes = sampler.eligible(shape);
    base::Rng rng(3);
    for (int round = 0; round < 300; ++round) {
        const Episode episode = sampler.draw(shape, classes, rng);
        QCOMPARE(episode.ways, shape.ways);
        QCOMPARE(episode.support.size(), std::size_t{shape.ways} * shape.shots);
        QCOMPARE(episode.query.size(), std::size_t{shape.ways} * shape.queries);
        std::set<std::uint32_t> rows(episode.support.begin(), episode.support.end());
        rows.insert(episode.query.begin(), episode.query.end());
        QCOMPARE(rows.size(), episode.support.size() + episode.query.size()); // all distinct
        QCOMPARE(std::set(episode.classes.begin(), episode.classes.end()).size(), episode.classes.size());
        for (std::uint32_t way = 0; way < episode.ways; ++way) {
            std::set<std::uint32_t> supportSessions;
            for (std::uint32_t i = way * shape.shots; i < (way + 1) * shape.shots; ++i) {
                QCOMPARE(episode.supportWay[i], way);
                QCOMPARE(dataset.classOf[episode.support[i]], episode.classes[way]);
                supportSessions.insert(dataset.sessionOf[episode.support[i]]);
            }
            for (std::uint32_t i = way * shape.queries; i < (way + 1) * shape.queries; ++i) {
                QCOMPARE(episode.queryWay[i], way);
                QCOMPARE(dataset.classOf[episode.query[i]], episode.classes[way]);
                if (shape.captureDisjoint)
                    QVERIFY(!supportSessions.contains(dataset.sessionOf[episode.query[i]]));
            }
        }
    }
}

} // namespace

class EpisodesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void supportsAndQueriesAreDistinctFlowsOfTheirWay()
    {
        allHold({.ways = 5, .shots = 5, .queries = 7}, test::toyDataset());
    }

    void supportsAndQueriesComeFromDifferentCapturesWhenAsked()
    {
        allHold({.ways = 5, .shots = 5, .queries = 7, .captureDisjoint = true}, test::toyDataset());
    }

    void classesWithTooFewFlowsAreLeftOut()
    {
        const Dataset dataset = labels(flows({{0, 0, 10}, {1, 0, 9}, {2, 0, 30}}));
        QCOMPARE(EpisodeSampler(dataset).eligible({.shots = 5, .queries = 5}), (std::vector<std::uint16_t>{0, 2}));
        QCOMPARE(EpisodeSampler(dataset).eligible({.shots = 4, .queries = 5}), (std::vector<std::uint16_t>{0, 1, 2}));
    }

    void disjointCapturesAskForMore()
    {
        // a: one capture; b: 5 + 5; c: no capture fills the support; d: only the larger one can be the support's
        const Dataset dataset = labels(flows(
            {{0, 0, 50}, {1, 0, 5}, {1, 1, 5}, {2, 0, 4}, {2, 1, 4}, {2, 2, 4}, {3, 0, 6}, {3, 1, 3}, {3, 2, 2}}));
        const EpisodeShape shape{.ways = 2, .shots = 5, .queries = 5, .captureDisjoint = true};
        const EpisodeSampler sampler(dataset);
        QCOMPARE(sampler.eligible(shape), (std::vector<std::uint16_t>{1, 3}));
        base::Rng rng(1);
        for (int round = 0; round < 50; ++round) {
            const Episode episode = sampler.draw(shape, {3}, rng);
            for (const std::uint32_t row : episode.support)
                QCOMPARE(dataset.sessionOf[row], 0U);
        }
    }

    void anEpisodeOfOneNetworkHoldsNothingElse()
    {
        // network 0: a, b, c; network 1: b, c, d; network 2: only d, and too little of it
        Dataset dataset =
            labels(flows({{0, 0, 12}, {1, 0, 12}, {2, 0, 12}, {1, 1, 12}, {2, 1, 12}, {3, 1, 12}, {3, 2, 9}}));
        dataset.provenance.networkOf = dataset.sessionOf;
        dataset.provenance.networkNames = {"x", "y", "z"};
        const EpisodeSampler sampler(dataset);
        const EpisodeShape shape{.ways = 3, .shots = 5, .queries = 6, .ownNetwork = true};
        QCOMPARE(sampler.widestNetwork(shape), 3U);
        QCOMPARE(sampler.eligible(shape), (std::vector<std::uint16_t>{0, 1, 2, 3}));
        allHold(shape, dataset);
        base::Rng rng(5);
        std::set<std::uint32_t> seen;
        for (int round = 0; round < 100; ++round) {
            const Episode episode = sampler.draw(shape, sampler.eligible(shape), rng);
            std::set<std::uint32_t> networks;
            for (const auto& rows : {episode.support, episode.query}) {
                for (const std::uint32_t row : rows)
                    networks.insert(dataset.provenance.networkOf[row]);
            }
            QCOMPARE(networks.size(), 1U);
            seen.insert(*networks.begin());
        }
        QCOMPARE(seen, (std::set<std::uint32_t>{0, 1}));
        QVERIFY(sampler.eligible({.ways = 4, .shots = 5, .queries = 6, .ownNetwork = true}).empty());
    }

    void aHuntInOneNetworkHasItsBenignFlows()
    {
        // a and c are threats; network 1 has no threat, network 2 no benign flow
        Dataset dataset = labels(flows({{0, 0, 12}, {1, 0, 40}, {3, 0, 40}, {1, 1, 90}, {2, 2, 30}}));
        dataset.provenance.networkOf = dataset.sessionOf;
        dataset.provenance.networkNames = {"x", "y", "z"};
        const EpisodeSampler sampler(dataset);
        const EpisodeShape shape{.ways = 2,
                                 .shots = 3,
                                 .queries = 6,
                                 .ownNetwork = true,
                                 .kind = learn::TaskKind::ThreatInBenign,
                                 .benignPerThreat = 4};
        QCOMPARE(sampler.eligible(shape), (std::vector<std::uint16_t>{0}));
        base::Rng rng(5);
        const Episode episode = sampler.draw(shape, sampler.eligible(shape), rng);
        QCOMPARE(std::ranges::count(episode.supportWay, 0), 12);
        QCOMPARE(std::ranges::count(episode.supportWay, 1), 3);
        QCOMPARE(episode.query.size(), 12U);
        for (const std::uint32_t row : episode.support)
            QCOMPARE(dataset.provenance.networkOf[row], 0U);
        for (std::size_t i = 0; i < episode.query.size(); ++i) {
            QCOMPARE(dataset.provenance.networkOf[episode.query[i]], 0U);
            QCOMPARE(bool(dataset.threatClass[dataset.classOf[episode.query[i]]]), episode.queryWay[i] == 1);
        }
    }

    void aDatasetThatKnowsNoNetworksHasNoSuchEpisodes()
    {
        const Dataset dataset = test::toyDataset();
        QCOMPARE(EpisodeSampler(dataset).widestNetwork({.ways = 3, .ownNetwork = true}), 0U);
        QVERIFY(EpisodeSampler(dataset).eligible({.ways = 3, .ownNetwork = true}).empty());
    }

    void theImpossibleHasNoClasses()
    {
        const Dataset dataset = test::toyDataset();
        QVERIFY(EpisodeSampler(dataset).eligible({.shots = 100, .queries = 5}).empty());
        QVERIFY(EpisodeSampler(Dataset{}).eligible({}).empty());
    }

    void fewerClassesGiveFewerWays()
    {
        const Dataset dataset = test::toyDataset({.classes = 3});
        base::Rng rng(1);
        const EpisodeShape shape{.ways = 5, .shots = 2, .queries = 2};
        const EpisodeSampler sampler(dataset);
        const Episode episode = sampler.draw(shape, sampler.eligible(shape), rng);
        QCOMPARE(episode.ways, 3U);
        QCOMPARE(episode.support.size(), 6U);
    }

    void theSameSeedDrawsTheSameEpisodes()
    {
        const Dataset dataset = test::toyDataset();
        const EpisodeSampler sampler(dataset);
        const auto classes = sampler.eligible({});
        const auto drawn = [&](std::uint64_t seed) {
            base::Rng rng(seed);
            std::vector<std::uint32_t> rows;
            for (int i = 0; i < 5; ++i) {
                const Episode episode = sampler.draw({}, classes, rng);
                rows.insert(rows.end(), episode.support.begin(), episode.support.end());
                rows.insert(rows.end(), episode.query.begin(), episode.query.end());
            }
            return rows;
        };
        QCOMPARE(drawn(4), drawn(4));
        QVERIFY(drawn(4) != drawn(5));
    }

    void threatsLieAmongBenignFlowsAtTheStatedImbalanceAndPrevalence()
    {
        const Dataset dataset = labels(flows({{0, 0, 20}, {0, 1, 20}, {1, 0, 200}, {3, 1, 200}, {2, 0, 4}}));
        const EpisodeShape shape{.ways = 2,
                                 .shots = 2,
                                 .queries = 50,
                                 .captureDisjoint = true,
                                 .kind = learn::TaskKind::ThreatInBenign,
                                 .benignPerThreat = 32,
                                 .mix = learn::QueryMix::Prevalence,
                                 .prevalence = 0.05};
        const EpisodeSampler sampler(dataset);
        const auto classes = sampler.eligible(shape);
        QCOMPARE(classes, (std::vector<std::uint16_t>{0})); // 1 and 3 are benign, 2 has too few flows
        base::Rng rng(5);
        for (int round = 0; round < 100; ++round) {
            const Episode episode = sampler.draw(shape, classes, rng);
            QCOMPARE(std::ranges::count(episode.supportWay, 0), 64);
            QCOMPARE(std::ranges::count(episode.supportWay, 1), 2);
            QCOMPARE(std::ranges::count(episode.queryWay, 0), 95);
            QCOMPARE(std::ranges::count(episode.queryWay, 1), 5);
            std::set<std::uint32_t> rows(episode.support.begin(), episode.support.end());
            rows.insert(episode.query.begin(), episode.query.end());
            QCOMPARE(rows.size(), 166U);
            std::set<std::uint32_t> known;
            for (std::size_t i = 0; i < episode.support.size(); ++i) {
                QCOMPARE(dataset.classOf[episode.support[i]] == 0, episode.supportWay[i] == 1);
                if (episode.supportWay[i] == 1)
                    known.insert(dataset.sessionOf[episode.support[i]]);
            }
            for (std::size_t i = 0; i < episode.query.size(); ++i) {
                QCOMPARE(dataset.classOf[episode.query[i]] == 0, episode.queryWay[i] == 1);
                QVERIFY(episode.queryWay[i] == 0 || !known.contains(dataset.sessionOf[episode.query[i]]));
            }
        }
    }

    void someClassesAreAskedForThatTheSupportDoesNotHave()
    {
        const Dataset dataset = test::toyDataset();
        const EpisodeShape shape{.ways = 4, .shots = 3, .queries = 6, .openClasses = 3};
        const EpisodeSampler sampler(dataset);
        base::Rng rng(2);
        for (int round = 0; round < 100; ++round) {
            const Episode episode = sampler.draw(shape, sampler.eligible(shape), rng);
            QCOMPARE(episode.ways, 4U);
            QCOMPARE(episode.support.size(), 12U);
            QCOMPARE(std::ranges::count(episode.queryWay, 4), 18);
            std::set<std::uint16_t> open;
            for (std::size_t i = 0; i < episode.query.size(); ++i) {
                const std::uint16_t index = dataset.classOf[episode.query[i]];
                if (episode.queryWay[i] < 4) {
                    QCOMPARE(index, episode.classes[episode.queryWay[i]]);
                } else {
                    QVERIFY(std::ranges::find(episode.classes, index) == episode.classes.end());
                    open.insert(index);
                }
            }
            QCOMPARE(open.size(), 3U);
        }
    }

    /// Dirichlet(alpha) shares of n queries over w ways have variance n(n-1)(w-1)/(w^2 (w alpha + 1)) + n(w-1)/w^2
    /// (the Dirichlet-multinomial distribution); availability does not bind here.
    void dirichletQueriesAreAsUnbalancedAsStated_data()
    {
        QTest::addColumn<double>("alpha");
        QTest::addColumn<bool>("disjoint");
        QTest::newRow("2") << 2.0 << false;
        QTest::newRow("0.5, capture-disjoint") << 0.5 << true;
    }
    void dirichletQueriesAreAsUnbalancedAsStated()
    {
        QFETCH(const double, alpha);
        QFETCH(const bool, disjoint);
        const Dataset dataset = test::toyDataset({.flowsPerClass = 120, .sessions = 3});
        const EpisodeShape shape{.ways = 5,
                                 .shots = 2,
                                 .queries = 6,
                                 .captureDisjoint = disjoint,
                                 .mix = learn::QueryMix::Dirichlet,
                                 .dirichletAlpha = alpha};
        const EpisodeSampler sampler(dataset);
        const auto classes = sampler.eligible(shape);
        base::Rng rng(6);
        constexpr int rounds = 4000;
        double sum = 0;
        double squares = 0;
        for (int round = 0; round < rounds; ++round) {
            const Episode episode = sampler.draw(shape, classes, rng);
            QCOMPARE(episode.query.size(), 30U);
            for (std::uint16_t way = 0; way < 5; ++way) {
                const auto count = static_cast<double>(std::ranges::count(episode.queryWay, way));
                sum += count;
                squares += count * count;
            }
        }
        const double mean = sum / (5 * rounds);
        const double variance = squares / (5 * rounds) - mean * mean;
        const double expected = 30.0 * 29 * 4 / (25 * (5 * alpha + 1)) + 30.0 * 4 / 25;
        QCOMPARE(mean, 6.0);
        QVERIFY2(std::abs(variance / expected - 1) < 0.06, qPrintable(QString::number(variance / expected)));
    }

    void classesAreSplitWithoutASharedOneThreatsAndBenignAlike()
    {
        const Dataset dataset = test::toyDataset({.classes = 40});
        base::Rng rng(8);
        const auto split = learn::splitClasses(dataset, 0.75, rng);
        QCOMPARE(split.first.size(), 30U);
        QCOMPARE(split.second.size(), 10U);
        std::set<std::uint16_t> all(split.first.begin(), split.first.end());
        all.insert(split.second.begin(), split.second.end());
        QCOMPARE(all.size(), 40U);
        QCOMPARE(std::ranges::count_if(split.second, [&](std::uint16_t i) { return dataset.threatClass[i]; }), 5);
    }

    /// A class of 1000 flows is drawn as often as one of 10: chi-square, 3 degrees of freedom, p > 0.001.
    void classesAreDrawnUniformlyWhateverTheirSize()
    {
        const Dataset dataset = labels(flows({{0, 0, 10}, {1, 0, 1000}, {2, 0, 30}, {3, 0, 100}}));
        const EpisodeShape shape{.ways = 1, .shots = 5, .queries = 5};
        const EpisodeSampler sampler(dataset);
        const auto classes = sampler.eligible(shape);
        base::Rng rng(9);
        std::array<double, 4> counts{};
        for (int i = 0; i < 4000; ++i)
            counts.at(sampler.draw(shape, classes, rng).classes.at(0)) += 1;
        double chiSquare = 0;
        for (const double count : counts)
            chiSquare += (count - 1000) * (count - 1000) / 1000;
        QVERIFY2(chiSquare < 16.27, std::to_string(chiSquare).c_str());
    }
};

QTEST_GUILESS_MAIN(EpisodesTest)
#include "episodes_test.moc"
