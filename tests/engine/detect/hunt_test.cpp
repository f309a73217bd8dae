// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/detect/evaluation/hunt.h"
#include "tests/engine/detect/hunt_world.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

using namespace flowscent;
using detect::HuntContestant;
using detect::HuntMetric;
using detect::HuntNegatives;
using detect::HuntResult;
using detect::HuntScores;
using detect::HuntSettings;
using detect::HuntTask;
using detect::HuntVariant;

namespace {

const HuntSettings quick{.shots = {1, 5}, .draws = 4};

/// The last has too few flows.
const learn::Dataset& data()
{
    static const learn::Dataset made = test::huntWorld({{"beacon", 40}, {"scan", 30}, {"tunnel", 24}, {"rare", 9}});
    return made;
}

/// Scores a query by a function of its row.
HuntContestant byRow(const char* name, const std::function<double(std::uint32_t)>& score)
{
    return test::scoring(name, [score](const HuntTask&, std::uint32_t row) { return score(row); });
}

HuntContestant oracle(const char* name)
{
    return byRow(name, [](std::uint32_t row) { return data().threatClass[data().classOf[row]] ? 1.0 : 0.0; });
}
HuntContestant constant(const char* name)
{
    return byRow(name, [](std::uint32_t) { return 0.5; });
}
/// Knows one threat.
HuntContestant specialist(const char* name)
{
    return byRow(name, [](std::uint32_t row) { return data().classOf[row] == 1 ? 1.0 : 0.0; });
}
HuntContestant dice(const char* name)
{
    return {name, {}, [](const HuntTask& task, std::span<const HuntScores>, std::uint64_t seed) {
                base::Rng rng(seed);
                HuntScores scores;
                for (std::size_t i = 0; i < task.query.size(); ++i)
                    scores.push_back(rng.uniform());
                return base::Result<HuntScores>(std::move(scores));
            }};
}

std::vector<HuntResult> played(const std::vector<HuntContestant>& contestants, const HuntSettings& settings = quick)
{
    auto results = detect::playHunts(data(), contestants, settings, {}, {});
    if (!results)
        qFatal("%s", results.error().sentence().c_str());
    return std::move(*results);
}

double mean(const detect::HuntIntervals& figures, HuntMetric metric = HuntMetric::Auprc)
{
    return figures[static_cast<std::size_t>(metric)].mean;
}

bool near(double value, double expected)
{
    return std::abs(value - expected) < 1e-12;
}

} // namespace

class HuntTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyShapeHasEveryMethodInItsOrder()
    {
        const auto results = played({oracle("oracle"), constant("constant")});
        QCOMPARE(results.size(), std::size_t(2 * 2 * 2 * 2));
        QCOMPARE(results[0].method, std::string("oracle"));
        QCOMPARE(results[1].method, std::string("constant"));
        QCOMPARE(results[2].shape.shots, 5U);
        QVERIFY(results[4].shape.negatives == HuntNegatives::Own);
        QVERIFY(results[8].shape.variant == HuntVariant::Other);
        for (const HuntResult& result : results) {
            QCOMPARE(result.perClass.size(), std::size_t(3)); // the rare one has too few flows
            QCOMPARE(result.perClass[1].first, std::string("scan"));
        }
    }

    void knowingEverythingIsWorthOneAndNothingThePrevalence()
    {
        for (const HuntResult& result : played({oracle("oracle"), constant("constant")})) {
            const bool knows = result.method == "oracle";
            QVERIFY(near(mean(result.figures), knows ? 1.0 : 0.01));
            QVERIFY(near(mean(result.figures, HuntMetric::RecallFpr1e3), knows ? 1.0 : 0.0));
            QVERIFY(near(mean(result.figures, HuntMetric::PrecisionAt20), knows ? 1.0 : 0.0));
            QVERIFY(near(result.figures[0].low, result.figures[0].mean));
            QVERIFY(near(result.figures[0].high, result.figures[0].mean));
        }
    }

    /// One of three classes at 1, two at 0.01: a resample of three classes has means of 0.01, 0.34, 0.67 or 1, the
    /// extreme ones with probabilities of 8/27 and 1/27, which are more than the 2.5 % that are cut off.
    void figuresAreMeansOverClassesWithTheirInterval()
    {
        const HuntResult result = played({specialist("specialist")}).front();
        QVERIFY(near(mean(result.figures), (1 + 0.01 + 0.01) / 3));
        QVERIFY(near(result.figures[0].low, 0.01));
        QVERIFY(near(result.figures[0].high, 1.0));
        QVERIFY(near(result.perClass[0].second[0], 1.0));
        QVERIFY(near(result.perClass[2].second[0], 0.01));
    }

    void differencesToTheOpponentsArePaired()
    {
        const auto results =
            played({oracle("oracle"), specialist(detect::huntForest), constant(detect::huntForestWithBank)});
        const HuntResult& result = results.front();
        QVERIFY(result.versusForest && result.versusForestWithBank);
        QVERIFY(near(mean(*result.versusForest), 2 * 0.99 / 3));
        QVERIFY(near(mean(*result.versusForestWithBank), 0.99));
        QVERIFY(near((*result.versusForestWithBank)[0].low, 0.99)); // the same in each class: no width
        QVERIFY(near(mean(*results[1].versusForest), 0.0));
        QVERIFY(!played({oracle("oracle")}).front().versusForest);
    }

    void whoBuildsOnOthersGetsTheirScoresOfTheSameTask()
    {
        HuntContestant sum = constant("sum");
        sum.members = {"one", "two"};
        sum.score = [](const HuntTask& task, std::span<const HuntScores> members, std::uint64_t) {
            HuntScores scores;
            for (std::size_t i = 0; i < task.query.size(); ++i)
                scores.push_back(members[0][i] - 2 * members[1][i]);
            return base::Result<HuntScores>(std::move(scores));
        };
        HuntSettings settings = quick;
        settings.methods = {"sum"};
        // one - 2 two has the classes that one knows and two does not above, the others below the benign flows.
        const auto results = played({sum, oracle("one"), specialist("two")}, settings);
        QCOMPARE(results.size(), std::size_t(8));
        for (const HuntResult& result : results) {
            QCOMPARE(result.method, std::string("sum"));
            QVERIFY(result.perClass[0].second[0] < 0.011);
            QVERIFY(near(result.perClass[1].second[0], 1.0));
        }
        sum.members = {"nobody"};
        QVERIFY(!detect::playHunts(data(), std::vector{sum}, quick, {}, {}));
    }

    void theSameSeedGivesTheSameFigures()
    {
        const std::vector<HuntContestant> contestants{dice("dice"), dice(detect::huntForest)};
        const auto one = played(contestants);
        const auto again = played(contestants);
        HuntSettings other = quick;
        other.seed = 8;
        const auto others = played(contestants, other);
        bool differs = false;
        for (std::size_t i = 0; i < one.size(); ++i) {
            QVERIFY(one[i].perClass == again[i].perClass);
            QCOMPARE(one[i].figures[0].low, again[i].figures[0].low);
            differs |= one[i].perClass != others[i].perClass;
            QVERIFY(near(mean(*one[i].versusForest), 0.0)); // both throw the draw's own dice
        }
        QVERIFY(differs);
    }

    void scoresThatAreNoNumbersAreRefused()
    {
        const auto bad = [](const HuntScores& scores) {
            return HuntContestant{
                "bad", {}, [scores](const HuntTask& task, std::span<const HuntScores>, std::uint64_t) {
                    HuntScores given(task.query.size(), scores.empty() ? 0.0 : scores.front());
                    if (scores.empty())
                        given.pop_back();
                    return base::Result<HuntScores>(given);
                }};
        };
        for (const HuntScores& scores : {HuntScores{std::numeric_limits<double>::quiet_NaN()},
                                         HuntScores{std::numeric_limits<double>::infinity()}, HuntScores{}}) {
            const auto refused = detect::playHunts(data(), std::vector{bad(scores)}, quick, {}, {});
            QVERIFY(!refused);
            QCOMPARE(refused.error().code, base::Error::Code::Model);
        }
    }

    void settingsWithoutMeaningAreRefused()
    {
        const std::vector contestants{constant("constant")};
        for (const HuntSettings& settings :
             {HuntSettings{.shots = {}}, HuntSettings{.shots = {1, 0}}, HuntSettings{.draws = 0}}) {
            const auto refused = detect::playHunts(data(), contestants, settings, {}, {});
            QVERIFY(!refused);
            QCOMPARE(refused.error().code, base::Error::Code::Argument);
        }
        learn::Dataset noProvenance = data();
        noProvenance.provenance = {};
        QVERIFY(!detect::playHunts(noProvenance, contestants, quick, {}, {}));
        learn::Dataset noThreats = data();
        noThreats.threatClass.assign(5, false);
        const auto refused = detect::playHunts(noThreats, contestants, quick, {}, {});
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, base::Error::Code::Support);
    }

    void stoppingGivesNoResults()
    {
        std::stop_source stop;
        stop.request_stop();
        const auto refused = detect::playHunts(data(), std::vector{constant("constant")}, quick, {}, stop.get_token());
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, base::Error::Code::Cancelled);
    }
};

QTEST_GUILESS_MAIN(HuntTest)
#include "hunt_test.moc"
