// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/detect/evaluation/open_set.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

using namespace flowscent;
using detect::NoveltyContestant;
using detect::OpenSetSettings;
using learn::Episode;

namespace {

/// Twelve classes of 24 flows in two sessions, and one with too few.
learn::Dataset world()
{
    learn::Dataset data;
    data.sessionNames = {"one", "two"};
    for (std::uint16_t index = 0; index < 13; ++index) {
        data.classNames.push_back("class " + std::to_string(index));
        data.threatClass.push_back(index % 3 == 0);
        for (std::uint32_t flow = 0; flow < (index < 12 ? 24U : 3U); ++flow) {
            data.classOf.push_back(index);
            data.sessionOf.push_back(flow % 2);
        }
    }
    return data;
}

const learn::Dataset& data()
{
    static const learn::Dataset made = world();
    return made;
}

const OpenSetSettings quick{.shots = {1, 5}, .episodes = 30};

NoveltyContestant byQuery(const char* name, const std::function<double(const Episode&, std::size_t)>& score)
{
    return {name, [score](const Episode& episode, std::uint64_t) {
                std::vector<double> scores;
                for (std::size_t i = 0; i < episode.query.size(); ++i)
                    scores.push_back(score(episode, i));
                return base::Result<std::vector<double>>(scores);
            }};
}

bool unseen(const Episode& episode, std::size_t i)
{
    return episode.queryWay[i] == episode.ways;
}

} // namespace

class OpenSetTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void knowingEverythingIsWorthOneAndNothingAHalf()
    {
        const auto results = detect::playOpenSets(
            data(),
            std::vector{byQuery("oracle", [](const Episode& e, std::size_t i) { return unseen(e, i) ? 1.0 : 0.0; }),
                        byQuery("wrong", [](const Episode& e, std::size_t i) { return unseen(e, i) ? 0.0 : 1.0; }),
                        byQuery(detect::noveltyForest, [](const Episode&, std::size_t) { return 0.5; })},
            quick, {}, {});
        QVERIFY(results.has_value());
        QCOMPARE(results->size(), std::size_t(2 * 2 * 3));
        for (const auto& result : *results) {
            const double auroc = result.method == "oracle" ? 1 : result.method == "wrong" ? 0 : 0.5;
            QVERIFY(std::abs(result.auroc.mean - auroc) < 1e-12);
            QVERIFY(std::abs(result.versusForest->mean - (auroc - 0.5)) < 1e-12);
            QVERIFY(std::abs(result.fpr95.mean - (auroc == 1 ? 0.0 : 1.0)) < 1e-12); // equal scores are all accepted
            QCOMPARE(result.perClass.size(), std::size_t(12));
            QCOMPARE(result.episodes, 30U);
        }
        QVERIFY(results->front().captureDisjoint && !results->back().captureDisjoint);
    }

    /// Who knows a single class as unseen is worth 1 there, and half elsewhere.
    void figuresAreThoseOfSingleUnseenClasses()
    {
        const auto results = detect::playOpenSets(
            data(),
            std::vector{byQuery("specialist",
                                [](const Episode& e, std::size_t i) {
                                    return data().classOf[e.query[i]] == 4 && unseen(e, i) ? 1.0 : 0.0;
                                })},
            quick, {}, {});
        QVERIFY(results.has_value());
        for (const auto& result : *results) {
            QVERIFY(!result.versusForest);
            for (const auto& one : result.perClass)
                QVERIFY(std::abs(one.auroc - (one.name == "class 4" ? 1.0 : 0.5)) < 1e-12);
            QVERIFY(std::abs(result.auroc.mean - (1 + 11 * 0.5) / 12) < 1e-12);
        }
    }

    void unseenClassesAreNotInTheSupport()
    {
        std::atomic<bool> fine = true; // two threads ask
        const auto watch = byQuery("watch", [&fine](const Episode& e, std::size_t i) {
            const auto index = data().classOf[e.query[i]];
            const bool inSupport =
                std::ranges::any_of(e.support, [index](std::uint32_t row) { return data().classOf[row] == index; });
            if (inSupport == unseen(e, i))
                fine = false;
            return 0.0;
        });
        QVERIFY(detect::playOpenSets(data(), std::vector{watch}, quick, {}, {}));
        QVERIFY(fine);
    }

    void whatCannotBePlayedIsRefused()
    {
        const auto play = [](const OpenSetSettings& settings, double score = 0) {
            return detect::playOpenSets(
                data(), std::vector{byQuery("any", [score](const Episode&, std::size_t) { return score; })}, settings,
                {}, {});
        };
        for (const OpenSetSettings& settings : {OpenSetSettings{.seenClasses = 1}, OpenSetSettings{.unseenClasses = 0},
                                                OpenSetSettings{.shots = {0}}, OpenSetSettings{.episodes = 0}}) {
            const auto refused = play(settings);
            QVERIFY(!refused && refused.error().code == base::Error::Code::Argument);
        }
        const auto few = play({.seenClasses = 8, .unseenClasses = 5});
        QVERIFY(!few && few.error().code == base::Error::Code::Support);
        const auto bad = play(quick, std::numeric_limits<double>::quiet_NaN());
        QVERIFY(!bad && bad.error().code == base::Error::Code::Model);
    }
};

QTEST_GUILESS_MAIN(OpenSetTest)
#include "open_set_test.moc"
