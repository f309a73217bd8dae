// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/learn/episodes.h"
#include "tests/engine/learn/toy_dataset.h"

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
                QCOMPARE(dataset.classOf[episode.support[i]], episode.classes[way]);
                supportSessions.insert(dataset.sessionOf[episode.support[i]]);
            }
            for (std::uint32_t i = way * shape.queries; i < (way + 1) * shape.queries; ++i) {
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
