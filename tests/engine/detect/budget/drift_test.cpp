// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/detect/budget/drift.h"

#include <cmath>
#include <limits>

using namespace flowscent;
using detect::Baseline;
using detect::DriftBadge;
using detect::DriftColour;
using detect::ScoreWatch;

namespace {

Baseline baselineOf(std::size_t flows, base::Rng& rng)
{
    std::vector<float> scores(flows);
    for (float& score : scores)
        score = static_cast<float>(rng.normal());
    return Baseline::from({.scores = scores, .groups = {}, .knownThreats = {}}, 1).value();
}

ScoreWatch watched(const Baseline& baseline, std::size_t flows, base::Rng& rng, double shift)
{
    ScoreWatch watch(baseline, rng.next());
    for (std::size_t i = 0; i < flows; ++i)
        watch.see(static_cast<float>(shift + rng.normal()));
    return watch;
}

base::Matrix embeddings(std::size_t rows, base::Rng& rng, double shift)
{
    base::Matrix matrix(rows, 3);
    for (float& value : matrix.values)
        value = static_cast<float>(shift + rng.normal());
    return matrix;
}

} // namespace

class DriftTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// A few flows against a small baseline, over and over: against the baseline alone p-values would lean together.
    void pValuesOfAStreamAreUniformAndIndependent()
    {
        constexpr int runs = 2000;
        base::Rng rng(21);
        double sum = 0;
        double together = 0;
        for (int run = 0; run < runs; ++run) {
            ScoreWatch watch(baselineOf(5, rng), rng.next());
            const double first = watch.see(static_cast<float>(rng.normal())).value();
            const double second = watch.see(static_cast<float>(rng.normal())).value();
            sum += first + second;
            together += (first - 0.5) * (second - 0.5);
        }
        QVERIFY(std::abs(sum / (2 * runs) - 0.5) < 3 * std::sqrt(1.0 / 12 / (2 * runs)));
        QVERIFY2(std::abs(together / runs) < 3.0 / 12 / std::sqrt(double{runs}),
                 std::to_string(together / runs).c_str());
    }

    /// Half of the badge's 1 in 50 is MMD's, which 99 permutations give exactly; Ville bounds the other.
    void unchangedTrafficSeldomTurnsAmber()
    {
        constexpr int runs = 300;
        base::Rng rng(22);
        int byFlows = 0;
        int byScores = 0;
        for (int run = 0; run < runs; ++run) {
            const auto test = detect::mmdTest(embeddings(16, rng, 0), embeddings(16, rng, 0),
                                              {.permutations = 99, .seed = rng.next()});
            byFlows += detect::driftBadge(test.value(), nullptr).colour == DriftColour::Amber ? 1 : 0;
            const ScoreWatch watch = watched(baselineOf(60, rng), 250, rng, 0);
            byScores += detect::driftBadge(std::nullopt, &watch).colour == DriftColour::Amber ? 1 : 0;
        }
        const double most = runs * 0.01 + 3 * std::sqrt(runs * 0.0099);
        QVERIFY2(byFlows <= most, std::to_string(byFlows).c_str());
        QVERIFY2(byScores <= most, std::to_string(byScores).c_str());
    }

    void changedFlowsTurnItAmber()
    {
        base::Rng rng(23);
        const auto test = detect::mmdTest(embeddings(100, rng, 0), embeddings(80, rng, 1));
        const DriftBadge badge = detect::driftBadge(test.value(), nullptr);
        QVERIFY(badge.colour == DriftColour::Amber);
        QCOMPARE(badge.reason,
                 std::string("traffic is no longer like the baseline, the false-alarm promise may not hold "
                             "(the last 80 flows beside 100 of the baseline: p 0.005)"));
    }

    void changedScoresTurnItAmberAndStaySo()
    {
        base::Rng rng(24);
        for (const double shift : {0.8, -0.8}) {
            ScoreWatch watch = watched(baselineOf(500, rng), 300, rng, shift);
            QVERIFY(detect::driftBadge(std::nullopt, &watch).colour == DriftColour::Amber);
            for (int i = 0; i < 500; ++i)
                watch.see(static_cast<float>(rng.normal()));
            const DriftBadge badge = detect::driftBadge(std::nullopt, &watch);
            QVERIFY(badge.colour == DriftColour::Amber);
            QVERIFY2(badge.reason.find("scores of 800 flows since the baseline") != std::string::npos,
                     badge.reason.c_str());
        }
    }

    void theReasonNamesWhatMoved()
    {
        base::Rng rng(25);
        const ScoreWatch calm = watched(baselineOf(50, rng), 10, rng, 0);
        const auto moved = detect::mmdTest(embeddings(60, rng, 0), embeddings(60, rng, 2)).value();
        const std::string reason = detect::driftBadge(moved, &calm).reason;
        QVERIFY(reason.find("of the baseline: p") != std::string::npos);
        QVERIFY(reason.find("scores of") == std::string::npos);
        const DriftBadge green = detect::driftBadge(detect::MmdTest{.p = 0.4}, &calm);
        QVERIFY(green.colour == DriftColour::Green);
        QVERIFY(green.reason.find("p 0.400; scores of 10 flows") != std::string::npos);
        QVERIFY(detect::driftBadge(std::nullopt, nullptr).colour == DriftColour::Green);
    }

    void aFullWatchLearnsNoMore()
    {
        base::Rng rng(26);
        ScoreWatch watch(baselineOf(Baseline::mostFlows, rng), 1);
        for (std::size_t i = 0; i < ScoreWatch::mostFlows && !watch.full(); ++i)
            watch.see(static_cast<float>(i)); // rising: inserted at the end
        QVERIFY(watch.full());
        QCOMPARE(watch.flows(), ScoreWatch::mostFlows / 2);
        QVERIFY(!watch.see(1.0F));
        QVERIFY(!ScoreWatch(baselineOf(10, rng), 1).see(std::numeric_limits<float>::quiet_NaN()));
    }
};

QTEST_GUILESS_MAIN(DriftTest)
#include "drift_test.moc"
