// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/detect/evaluation/deletion.h"
#include "engine/features/feature_schema.h"
#include "tests/engine/detect/evidence/curved_encoder.h"

#include <cmath>

using namespace flowscent;
using detect::DeletionSettings;
using detect::EvidenceQuality;

namespace {

/// Two threats, which one statistic alone gives away, among benign flows of the same capture.
learn::Dataset planted()
{
    constexpr std::uint32_t threats = 24;
    learn::Dataset data;
    data.features = test::chanceFlows(2 * threats + 150, 9);
    data.classNames = {"beacon", "slower beacon", "web"};
    data.threatClass = {true, true, false};
    data.sessionNames = {"one"};
    data.provenance.captureNames = {"one"};
    data.provenance.networkNames = {"net"};
    for (std::uint32_t row = 0; row < data.features.size(); ++row) {
        const auto index = static_cast<std::uint16_t>(std::min(row / threats, 2U));
        data.classOf.push_back(index);
        data.sessionOf.push_back(0);
        data.provenance.networkOf.push_back(0);
        data.provenance.captureOf.push_back(0);
        data.provenance.identity.push_back({});
        if (index < 2)
            data.features.statistics.row(row)[test::statistic("gap_mean")] =
                (index == 0 ? 3'000.0F : 6'000.0F) + static_cast<float>(row);
    }
    return data;
}

EvidenceQuality tested(const learn::Dataset& data, const DeletionSettings& settings = {.draws = 2, .mostFlows = 4})
{
    auto quality = detect::testEvidence(data, test::encoderOf("gap_mean"), settings, {}, {});
    if (!quality)
        qFatal("%s", quality.error().sentence().c_str());
    return *quality;
}

} // namespace

class DeletionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatDecidesIsNamedAndItsLossIsFelt()
    {
        const EvidenceQuality quality = tested(planted());
        QCOMPARE(quality.deletion.size(), std::size_t(2));
        for (const auto& result : quality.deletion) {
            QCOMPARE(result.perClass.size(), std::size_t(2));
            QVERIFY2(result.wins.mean == 1, std::to_string(result.wins.mean).c_str());
            QVERIFY(result.winsOverEvery.mean <= result.winsAmongUnlike.mean); // luck can name what decides, too
            QVERIFY(result.namedFall.mean > 3 * result.chanceFall.mean);
            QVERIFY(result.flows == quality.flows);
        }
        QCOMPARE(quality.deletion[0].masked, 3U);
        QCOMPARE(quality.deletion[1].masked, 5U);
        QVERIFY(quality.completenessMost < 0.01);
        QVERIFY(quality.flipShare == 1 && quality.flipFeatures < 2);
    }

    /// Of 52 features k by chance hold the one that decides in k of 52 sets.
    void chanceFindsWhatDecidesAsOftenAsItShould()
    {
        const EvidenceQuality quality =
            tested(planted(), {.draws = 4, .mostFlows = 6, .masked = {13}, .randomSets = 40});
        const auto& result = quality.deletion.at(0);
        const double share = result.chanceFall.mean / result.namedFall.mean;
        QVERIFY2(std::abs(share - 0.25) < 0.06, std::to_string(share).c_str());
    }

    void theSameSeedGivesTheSameFigures()
    {
        const EvidenceQuality one = tested(planted());
        const EvidenceQuality other = tested(planted());
        for (std::size_t i = 0; i < 2; ++i) {
            QCOMPARE(one.deletion[i].chanceFall.mean, other.deletion[i].chanceFall.mean);
            QVERIFY(one.deletion[i].perClass == other.deletion[i].perClass);
        }
    }

    void noMoreFlowsAreExplainedThanAsked()
    {
        const EvidenceQuality quality = tested(planted(), {.draws = 2, .mostFlows = 3});
        QVERIFY(quality.flows <= std::size_t(2 * 2 * 3));
    }

    void whatHasNoMeaningIsRefused()
    {
        const auto encoder = test::encoderOf("gap_mean");
        for (const DeletionSettings& settings :
             {DeletionSettings{.shots = {}}, DeletionSettings{.draws = 0}, DeletionSettings{.mostFlows = 0},
              DeletionSettings{.masked = {3, 0}}, DeletionSettings{.randomSets = 0}})
            QCOMPARE(detect::testEvidence(planted(), encoder, settings, {}, {}).error().code,
                     base::Error::Code::Argument);
        learn::Dataset unknown = planted();
        unknown.provenance = {};
        QCOMPARE(detect::testEvidence(unknown, encoder, {}, {}, {}).error().code, base::Error::Code::Support);
        QCOMPARE(detect::testEvidence(planted(), encoder, {.shots = {50}}, {}, {}).error().code,
                 base::Error::Code::Support);
    }

    void itCanBeStopped()
    {
        std::stop_source stop;
        stop.request_stop();
        const auto stopped = detect::testEvidence(planted(), test::encoderOf("gap_mean"), {}, {}, stop.get_token());
        QCOMPARE(stopped.error().code, base::Error::Code::Cancelled);
    }
};

QTEST_GUILESS_MAIN(DeletionTest)
#include "deletion_test.moc"
