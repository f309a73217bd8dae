// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/learn/evaluation/evaluate.h"
#include "tests/engine/learn/toy_model.h"

#include <algorithm>
#include <cmath>
#include <map>

using namespace flowscent;
using learn::EvaluateSettings;
using learn::NwayResult;

namespace {

const EvaluateSettings quick{.shots = {3}, .episodes = 20};

std::shared_ptr<const learn::Encoder> toyEncoder()
{
    static const auto encoder = [] {
        learn::TrainSettings settings = test::toySettings();
        settings.steps = 120; // it is to tell classes apart that it never saw
        return test::plugin().encoder(std::make_shared<const learn::BaseModel>(test::toyModel(settings))).value();
    }();
    return encoder;
}

base::Result<std::vector<NwayResult>> evaluated(const learn::Dataset& dataset, const EvaluateSettings& settings,
                                                const std::stop_token& stop = {})
{
    return learn::evaluateNway(dataset, *toyEncoder(), settings, {}, stop);
}

std::vector<NwayResult> results(const learn::Dataset& dataset, const EvaluateSettings& settings = quick)
{
    auto found = evaluated(dataset, settings);
    if (!found)
        qFatal("%s", found.error().sentence().c_str());
    return std::move(*found);
}

const NwayResult& of(const std::vector<NwayResult>& all, std::string_view method)
{
    const auto found = std::ranges::find(all, method, &NwayResult::method);
    if (found == all.end())
        qFatal("no such method");
    return *found;
}

const learn::Dataset& unseen()
{
    static const learn::Dataset dataset = test::toyDataset({.classes = 10, .seed = 3});
    return dataset;
}

} // namespace

class EvaluateTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyMethodPlaysBothRegimes()
    {
        std::map<std::string, std::vector<bool>> regimes;
        for (const NwayResult& result : results(unseen())) {
            regimes[result.method].push_back(result.captureDisjoint);
            QCOMPARE(result.ways, 5U);
            QCOMPARE(result.shots, 3U);
            QCOMPARE(result.classes, 10U);
            QCOMPARE(result.episodes, 20U);
        }
        QCOMPARE(regimes.size(), 12U);
        for (const auto& [method, played] : regimes)
            QCOMPARE(played, (std::vector{true, false}));
    }

    void classesThatDifferAreToldApart()
    {
        const auto all = results(unseen());
        for (const char* method : {"r2d2", "protonet", "random_forest"})
            QVERIFY2(of(all, method).mean > 0.6,
                     qPrintable(QStringLiteral("%1 %2").arg(QLatin1StringView(method)).arg(of(all, method).mean)));
    }

    /// Labels by chance: every method's interval of 95 % should hold one in five; a little more room for bad luck.
    void labelsByChanceGiveChance()
    {
        EvaluateSettings settings = quick;
        settings.episodes = 60;
        for (const NwayResult& result : results(test::withShuffledLabels(unseen(), 8), settings)) {
            const QByteArray said = QByteArray::fromStdString(result.method) + " " + QByteArray::number(result.low) +
                                    " to " + QByteArray::number(result.high);
            QVERIFY2(result.low - 0.02 < 0.2 && result.high + 0.02 > 0.2, said.constData());
        }
    }

    void intervalsHoldTheirMean()
    {
        for (const NwayResult& result : results(unseen())) {
            QVERIFY(0 <= result.low && result.low <= result.mean);
            QVERIFY(result.mean <= result.high && result.high <= 1);
            QVERIFY(result.versusForestLow <= result.versusForest && result.versusForest <= result.versusForestHigh);
            double sum = 0;
            for (const auto& [name, rate] : result.perClass)
                sum += rate;
            QVERIFY(std::abs(sum / static_cast<double>(result.perClass.size()) - result.mean) < 1e-9);
        }
    }

    void theLeadOverTheForestIsTheDifferenceOfMeans()
    {
        const auto all = results(unseen());
        const NwayResult& forest = of(all, "random_forest");
        QCOMPARE(forest.versusForest, 0.0);
        QCOMPARE(forest.versusForestHigh, 0.0);
        const NwayResult& ridge = of(all, "r2d2");
        QVERIFY(std::abs(ridge.versusForest - (ridge.mean - forest.mean)) < 1e-9);
    }

    void moreShotsHelp()
    {
        EvaluateSettings settings = quick;
        settings.shots = {1, 6};
        settings.episodes = 60;
        std::vector<double> disjoint;
        for (const NwayResult& result : results(unseen(), settings)) {
            if (result.method == "r2d2" && result.captureDisjoint)
                disjoint.push_back(result.mean);
        }
        QCOMPARE(disjoint.size(), 2U);
        QVERIFY(disjoint[1] > disjoint[0] + 0.03);
    }

    /// One episode asks five of ten classes; the other five must not count as failed.
    void classesThatWereNotAskedDoNotCount()
    {
        EvaluateSettings settings = quick;
        settings.episodes = 1;
        const auto all = results(unseen(), settings);
        QCOMPARE(of(all, "r2d2").perClass.size(), 5U);
        QVERIFY(of(all, "r2d2").mean > 0.5);
    }

    void theSameSeedGivesTheSameResults()
    {
        const auto values = [](std::uint64_t seed) {
            EvaluateSettings settings = quick;
            settings.episodes = 5;
            settings.seed = seed;
            std::vector<double> all;
            for (const NwayResult& result : results(unseen(), settings))
                all.insert(all.end(), {result.mean, result.low, result.high, result.versusForest});
            return all;
        };
        QCOMPARE(values(5), values(5));
        QVERIFY(values(5) != values(6));
    }

    void repeatedFlowsDoNotHelp()
    {
        learn::Dataset twice = unseen();
        twice.features.append(unseen().features);
        twice.classOf.insert(twice.classOf.end(), unseen().classOf.begin(), unseen().classOf.end());
        twice.sessionOf.insert(twice.sessionOf.end(), unseen().sessionOf.begin(), unseen().sessionOf.end());
        QCOMPARE(of(results(twice), "random_forest").mean, of(results(unseen()), "random_forest").mean);
    }

    void tooFewClassesAreRefused()
    {
        const auto refused = evaluated(test::toyDataset({.classes = 4}), quick);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, base::Error::Code::Argument);
        QVERIFY2(refused.error().what.find("only 4 classes") != std::string::npos, refused.error().what.c_str());
    }

    void nonsenseIsRefused()
    {
        std::vector<EvaluateSettings> nonsense(4, quick);
        nonsense[0].ways = 1;
        nonsense[1].shots = {5, 0};
        nonsense[2].queries = 0;
        nonsense[3].episodes = 0;
        for (const EvaluateSettings& settings : nonsense) {
            const auto refused = evaluated(unseen(), settings);
            QVERIFY(!refused);
            QCOMPARE(refused.error().code, base::Error::Code::Argument);
        }
    }

    void evaluatingStopsWhenAsked()
    {
        std::stop_source stop;
        stop.request_stop();
        const auto stopped = evaluated(unseen(), quick, stop.get_token());
        QVERIFY(!stopped);
        QCOMPARE(stopped.error().code, base::Error::Code::Cancelled);
    }
};

QTEST_GUILESS_MAIN(EvaluateTest)
#include "evaluate_test.moc"
