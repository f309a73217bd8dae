// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/detect/evaluation/calibration_play.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace flowscent;
using base::Error;
using detect::BaselineFrom;
using detect::CalibrationResult;
using detect::CalibrationSettings;
using detect::HuntContestant;
using detect::HuntScores;
using detect::HuntTask;

namespace {

constexpr std::uint16_t web = 0;
const CalibrationSettings quick{.shots = {1, 5}, .draws = 10};

/// Benign flows of 60 captures and two threats in two captures each, all of one network.
learn::Dataset world(std::size_t benign)
{
    learn::Dataset data;
    data.classNames = {"web", "beacon", "scan"};
    data.threatClass = {false, true, true};
    data.provenance.networkNames = {"here"};
    const std::array<std::size_t, 3> flows{benign, 120, 90};
    for (std::uint16_t index = 0; index < flows.size(); ++index) {
        for (std::uint32_t flow = 0; flow < flows[index]; ++flow) {
            data.classOf.push_back(index);
            data.sessionOf.push_back(index == web ? 2 + flow % 60 : flow % 2);
            data.provenance.networkOf.push_back(0);
            data.provenance.captureOf.push_back(data.sessionOf.back());
            data.provenance.identity.emplace_back();
        }
    }
    for (int session = 0; session < 62; ++session)
        data.sessionNames.push_back("session " + std::to_string(session));
    data.provenance.captureNames = data.sessionNames;
    return data;
}

const learn::Dataset& data()
{
    static const learn::Dataset made = world(2400);
    return made;
}

/// Scores by truth and chance, anew in every hunt.
HuntContestant scoring(const std::function<double(bool isThreat, base::Rng& rng)>& score)
{
    return {"made up", {}, [score](const HuntTask& task, std::span<const HuntScores>, std::uint64_t seed) {
                base::Rng rng(seed);
                HuntScores scores;
                for (const std::uint32_t row : task.query)
                    scores.push_back(score(data().threatClass[data().classOf[row]], rng));
                return base::Result<HuntScores>(std::move(scores));
            }};
}

HuntContestant honest()
{
    return scoring([](bool isThreat, base::Rng& rng) { return isThreat ? 20.0 : 9 * rng.uniform(); });
}

/// Threats and others lie a deviation either side of 0, so that the true logit is 2 x where half are threats; what is
/// said is three times as sure.
HuntContestant boastful()
{
    return scoring([](bool isThreat, base::Rng& rng) {
        const double x = rng.normal() + (isThreat ? 1 : -1);
        return 6 * x;
    });
}

std::vector<CalibrationResult> played(const HuntContestant& contestant, const CalibrationSettings& settings = quick,
                                      const detect::TaskCalibrators& calibrators = {})
{
    auto results = detect::playCalibration(data(), contestant, calibrators, settings, {}, {});
    if (!results)
        qFatal("%s", results.error().sentence().c_str());
    return std::move(*results);
}

Error::Code refusal(const HuntContestant& contestant, const CalibrationSettings& settings)
{
    const auto results = detect::playCalibration(data(), contestant, {}, settings, {}, {});
    return results ? Error::Code::Io : results.error().code;
}

} // namespace

class CalibrationPlayTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyShapeIsPlayed()
    {
        const auto results = played(honest());
        QCOMPARE(results.size(), std::size_t(2 * 2 * 2));
        QCOMPARE(results[1].shape.shots, 5U);
        QVERIFY(results[2].shape.negatives == detect::HuntNegatives::Own);
        QVERIFY(results[4].shape.variant == detect::HuntVariant::Other);
        for (const CalibrationResult& result : results) {
            QCOMPARE(result.classes, std::size_t(2));
            QVERIFY(result.probabilities.empty()); // no calibrators were given
        }
    }

    /// About 1180 flows on each side: 11.8 alarms promised a draw. A draw's ratio deviates by sqrt(2 / 11.8) = 0.41,
    /// the mean of 2 classes, 40 draws and 8 shapes by 0.41 / sqrt(640).
    void exchangeableFlowsKeepThePromise()
    {
        CalibrationSettings settings = quick;
        settings.draws = 40;
        const auto results = played(honest(), settings);
        for (const auto from : {BaselineFrom::OtherCaptures, BaselineFrom::SameCaptures}) {
            double ratio = 0;
            for (const CalibrationResult& result : results) {
                QCOMPARE(result.promises.size(), std::size_t(2)); // 1 in 1000 cannot be judged
                const auto found = std::ranges::find(result.promises, from, &detect::PromiseResult::from);
                QVERIFY(found != result.promises.end());
                QCOMPARE(found->asked, 0.01);
                QCOMPARE(found->recall.mean, 1.0);
                QCOMPARE(found->perClass.size(), std::size_t(2));
                QVERIFY(std::abs(found->expected - 80 * found->heldOutFlows * 0.01) < 0.1 * found->expected);
                ratio += found->ratio.mean / static_cast<double>(results.size());
            }
            QVERIFY2(std::abs(ratio - 1) < 3 * 0.41 / std::sqrt(640.0), std::to_string(ratio).c_str());
        }
    }

    void aScoreThatDependsOnTheCaptureKeepsItOnlyWhenFlowsAreMixed()
    {
        // One capture of 60 scores high throughout: on one side of the deal or the other.
        const HuntContestant contestant{
            "capture", {}, [](const HuntTask& task, std::span<const HuntScores>, std::uint64_t seed) {
                base::Rng rng(seed);
                HuntScores scores;
                for (const std::uint32_t row : task.query)
                    scores.push_back(0.5 * rng.uniform() + (data().sessionOf[row] == 7 ? 0.5 : 0.0));
                return base::Result<HuntScores>(std::move(scores));
            }};
        CalibrationSettings settings = quick;
        settings.draws = 40;
        settings.shots = {1};
        const auto result = played(contestant, settings).front();
        const auto ratioOf = [&](BaselineFrom from) {
            return std::ranges::find(result.promises, from, &detect::PromiseResult::from)->ratio.mean;
        };
        // 1 in 60 flows are of that capture: half of the time they alarm all, otherwise none does
        QVERIFY2(std::abs(ratioOf(BaselineFrom::SameCaptures) - 1) < 0.15,
                 std::to_string(ratioOf(BaselineFrom::SameCaptures)).c_str());
        QVERIFY2(ratioOf(BaselineFrom::OtherCaptures) > 1.15,
                 std::to_string(ratioOf(BaselineFrom::OtherCaptures)).c_str());
    }

    void aConstantScoreNeverAlarms()
    {
        const auto results = played(scoring([](bool, base::Rng&) { return 0.7; }));
        QCOMPARE(results.front().promises.front().seen, std::uint64_t(0));
        QCOMPARE(results.front().promises.front().recall.mean, 0.0);
        QVERIFY(results.front().promises.front().expected > 0);
    }

    void tooFewFlowsPromiseNothing()
    {
        CalibrationSettings settings = quick;
        settings.rates = {1e-3};
        const auto results = played(honest(), settings);
        QVERIFY(results.front().promises.empty());
        QVERIFY(results.front().largestBaseline > 1100 && results.front().largestBaseline < 1300);
    }

    void temperatureIsLearnedFromTasks()
    {
        const auto fitted = detect::fitTaskCalibrators(data(), boastful(), quick, {}, {});
        QVERIFY(fitted.has_value());
        QCOMPARE(fitted->size(), std::size_t(2));
        const auto even = fitted->at(5)[1];
        QVERIFY2(std::abs(even.temperature - 3) < 0.5, std::to_string(even.temperature).c_str());
        QVERIFY2(std::abs(even.bias) < 0.3, std::to_string(even.bias).c_str());
        const auto rare = fitted->at(5)[0]; // 99 times rarer
        QVERIFY2(std::abs(rare.bias - std::log(0.01 / 0.99)) < 0.4, std::to_string(rare.bias).c_str());

        for (const CalibrationResult& result : played(boastful(), quick, *fitted)) {
            QCOMPARE(result.probabilities.size(), std::size_t(2));
            const auto& half = result.probabilities[1];
            QCOMPARE(half.prevalence, 0.5);
            QVERIFY2(half.error < 0.04, std::to_string(half.error).c_str());
            QVERIFY2(half.errorByMass < 0.04, std::to_string(half.errorByMass).c_str());
            QVERIFY2(half.errorOfLogits > half.error + 0.03, std::to_string(half.errorOfLogits).c_str());
            QVERIFY(half.brier < half.brierOfRate);
            double weight = 0;
            for (const auto& row : half.table)
                weight += row.weight;
            QVERIFY(std::abs(weight - 1) < 1e-9);
        }
    }

    void theSameSeedGivesTheSameFigures()
    {
        const auto one = played(honest());
        const auto again = played(honest());
        for (std::size_t i = 0; i < one.size(); ++i) {
            QCOMPARE(one[i].promises.front().seen, again[i].promises.front().seen);
            QCOMPARE(one[i].promises.front().ratio.low, again[i].promises.front().ratio.low);
        }
    }

    void nonsenseIsRefused()
    {
        CalibrationSettings none = quick;
        none.draws = 0;
        QVERIFY(refusal(honest(), none) == Error::Code::Argument);
        CalibrationSettings rates = quick;
        rates.rates = {0.0};
        QVERIFY(refusal(honest(), rates) == Error::Code::Argument);
        CalibrationSettings alarms = quick;
        alarms.leastBaselineAlarms = 0;
        QVERIFY(refusal(honest(), alarms) == Error::Code::Argument);
        HuntContestant builder = honest();
        builder.members = {"another"};
        QVERIFY(refusal(builder, quick) == Error::Code::Argument);
        QVERIFY(refusal(scoring([](bool, base::Rng&) { return std::numeric_limits<double>::infinity(); }), quick) ==
                Error::Code::Model);
        QVERIFY(refusal(scoring([](bool, base::Rng&) { return std::numeric_limits<double>::quiet_NaN(); }), quick) ==
                Error::Code::Model);
        const auto unpaired = detect::playCalibration(data(), honest(), {{1, {}}}, quick, {}, {});
        QVERIFY(!unpaired && unpaired.error().code == Error::Code::Argument);
        QVERIFY(detect::playCalibration(learn::Dataset(), honest(), {}, quick, {}, {}).error().code ==
                Error::Code::Support);
        std::stop_source source;
        source.request_stop();
        QVERIFY(detect::playCalibration(data(), honest(), {}, quick, {}, source.get_token()).error().code ==
                Error::Code::Cancelled);
    }
};

QTEST_GUILESS_MAIN(CalibrationPlayTest)
#include "calibration_play_test.moc"
