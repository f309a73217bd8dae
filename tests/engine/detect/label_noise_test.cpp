// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/detect/evaluation/label_noise.h"
#include "tests/engine/detect/hunt_world.h"

#include <algorithm>
#include <cmath>
#include <ranges>
#include <set>

using namespace flowscent;
using detect::HuntDraw;
using detect::HuntTask;
using detect::LabelNoiseSettings;

namespace {

const learn::Dataset& data()
{
    static const learn::Dataset made = test::huntWorld();
    return made;
}

bool isThreat(std::uint32_t row)
{
    return data().threatClass[data().classOf[row]];
}

HuntDraw drawn(std::uint32_t shots)
{
    return detect::HuntSampler(data()).draw(1, {.shots = shots}, 7, 0);
}

std::size_t wrongIn(const HuntTask& task)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(task.support, [](std::uint32_t row) { return !isThreat(row); }));
}

std::vector<detect::LabelNoiseResult> played(const std::vector<detect::HuntContestant>& contestants)
{
    return detect::playLabelNoise(data(), contestants, {.doses = {{5, 1}, {10, 2}}, .draws = 3}, {}, {}).value();
}

} // namespace

class LabelNoiseTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void withoutMistakesBothTasksAreTheDrawsOwn()
    {
        const HuntDraw draw = drawn(5);
        const auto hunt = detect::withWrongExamples(draw, 0, base::Rng(1));
        for (const HuntTask* task : {&hunt.clean, &hunt.noisy}) {
            QCOMPARE(task->support, draw.task.support);
            QCOMPARE(task->background, draw.task.background);
            QCOMPARE(task->query, draw.task.query);
        }
        QVERIFY(hunt.isThreat == draw.isThreat);
    }

    void mistakesAreBenignFlowsThatNobodyIsAskedAbout()
    {
        const HuntDraw draw = drawn(10);
        const auto hunt = detect::withWrongExamples(draw, 2, base::Rng(1));
        QCOMPARE(wrongIn(hunt.clean), std::size_t(0));
        QCOMPARE(wrongIn(hunt.noisy), std::size_t(2));
        QCOMPARE(hunt.noisy.support.size(), std::size_t(10));
        QCOMPARE(hunt.clean.support, draw.task.support);
        QCOMPARE(hunt.clean.query, hunt.noisy.query);
        QCOMPARE(hunt.clean.background, hunt.noisy.background);
        QCOMPARE(hunt.clean.query.size(), draw.task.query.size() - 2);
        std::set<std::uint32_t> seen(hunt.noisy.query.begin(), hunt.noisy.query.end());
        seen.insert(hunt.noisy.background.begin(), hunt.noisy.background.end());
        for (const std::uint32_t row : hunt.noisy.support)
            QVERIFY(seen.insert(row).second);
        QCOMPARE(std::ranges::count(hunt.isThreat, true), std::ranges::count(draw.isThreat, true));
        for (std::size_t i = 0; i < hunt.isThreat.size(); ++i)
            QCOMPARE(hunt.isThreat[i], isThreat(hunt.clean.query[i]));
    }

    void oneRightExampleStays()
    {
        QCOMPARE(wrongIn(detect::withWrongExamples(drawn(5), 99, base::Rng(1)).noisy), std::size_t(4));
        QCOMPARE(wrongIn(detect::withWrongExamples(drawn(1), 1, base::Rng(1)).noisy), std::size_t(0));
    }

    /// Who does not look at examples loses nothing; who calls everything normal once an example is wrong loses all.
    void whatMistakesCostIsKnown()
    {
        const auto results = played(
            {test::scoring("careless", [](const HuntTask&, std::uint32_t row) { return isThreat(row) ? 1.0 : 0.0; }),
             test::scoring("upset", [](const HuntTask& task, std::uint32_t row) {
                 return wrongIn(task) == 0 && isThreat(row) ? 1.0 : 0.0;
             })});
        QCOMPARE(results.size(), std::size_t(2 * 2 * 2 * 2)); // doses, variants, negatives, contestants
        for (const auto& result : results) {
            QCOMPARE(result.wrong, result.shape.shots / 5);
            QCOMPARE(result.perClass.size(), std::size_t(2));
            const bool upset = result.method == "upset";
            QVERIFY(std::abs(result.clean[0].mean - 1) < 1e-12);
            // of equal scores for all, the average precision is the prevalence
            QVERIFY(std::abs(result.noisy[0].mean - (upset ? 0.01 : 1.0)) < 1e-12);
            QVERIFY(std::abs(result.change[0].mean - (upset ? -0.99 : 0.0)) < 1e-12);
            QVERIFY(std::abs(result.change[0].low - result.change[0].high) < 1e-12); // all classes alike
        }
    }

    void theSameSeedGivesTheSameFigures()
    {
        const auto nearest = test::scoring("nearest", [](const HuntTask& task, std::uint32_t row) {
            double closest = 1e9;
            for (const std::uint32_t example : task.support)
                closest = std::min(closest, std::abs(double(example) - double(row)));
            return -closest;
        });
        const auto one = played({nearest});
        const auto again = played({nearest});
        for (std::size_t i = 0; i < one.size(); ++i) {
            QCOMPARE(one[i].clean[0].mean, again[i].clean[0].mean);
            QCOMPARE(one[i].noisy[0].low, again[i].noisy[0].low);
        }
    }

    void dosesWithoutMeaningAreRefused()
    {
        const std::vector contestants{test::scoring("any", [](const HuntTask&, std::uint32_t) { return 0.0; })};
        const auto play = [&](const LabelNoiseSettings& settings) {
            return detect::playLabelNoise(data(), contestants, settings, {}, {});
        };
        QVERIFY(!play({.doses = {{1, 1}}}));
        QVERIFY(!play({.doses = {}}));
        QVERIFY(!play({.draws = 0}));
        const auto tooMany = play({.doses = {{45, 9}}});
        QVERIFY(!tooMany && tooMany.error().code == base::Error::Code::Support);
        QVERIFY(play({.doses = {{45, 9}, {5, 1}}, .draws = 1})); // the other dose is played
        std::stop_source stop;
        stop.request_stop();
        const auto stopped = detect::playLabelNoise(data(), contestants, {}, {}, stop.get_token());
        QVERIFY(!stopped && stopped.error().code == base::Error::Code::Cancelled);
    }
};

QTEST_GUILESS_MAIN(LabelNoiseTest)
#include "label_noise_test.moc"
