// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/engine/learn/toy_model.h"

#include <chrono>
#include <cmath>
#include <thread>

using namespace flowscent;
using learn::BaseModel;
using learn::CurvePoint;
using learn::TrainSettings;

namespace {

std::string bytesOf(const BaseModel& model)
{
    return base::serialise(model.toTensors());
}

base::Result<BaseModel> train(const TrainSettings& settings, const learn::CurveSink& curve = {},
                              const std::stop_token& stop = {})
{
    return test::plugin().train(test::toyDataset({.classes = 24, .seed = 1}), test::toyDataset({.seed = 2}), settings,
                                curve, stop);
}

double bestAccuracy(const BaseModel& model)
{
    double best = 0;
    for (const CurvePoint& point : model.training.curve)
        best = std::max(best, point.validationAccuracy);
    return best;
}

constexpr double chance = 0.2; ///< five ways

} // namespace

Q_DECLARE_METATYPE(TrainSettings)

/// Meta-training on made-up flows, through the plugin.
class TrainingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theSameSeedGivesTheSameBytes()
    {
        const std::string first = bytesOf(test::toyModel());
        QVERIFY(first == bytesOf(test::toyModel()));
        std::string elsewhere;
        std::jthread([&] { elsewhere = bytesOf(test::toyModel()); }).join();
        QVERIFY(first == elsewhere);
    }

    void anotherSeedGivesAnotherModel()
    {
        TrainSettings other = test::toySettings();
        other.seed = 2;
        QVERIFY(test::toyModel().identity() != test::toyModel(other).identity());
    }

    void bothMethodsLearn_data()
    {
        QTest::addColumn<TrainSettings>("settings");
        for (const learn::Method method : {learn::Method::R2d2, learn::Method::ProtoNet}) {
            TrainSettings settings = test::toySettings();
            settings.method = method;
            settings.steps = 120;
            settings.validateEvery = 20;
            QTest::newRow(std::string(learn::text(method)).c_str()) << settings;
        }
    }
    void bothMethodsLearn()
    {
        QFETCH(const TrainSettings, settings);
        const BaseModel model = test::toyModel(settings);
        const double first = model.training.curve.front().validationAccuracy;
        const QByteArray said = QByteArray::number(first) + " to " + QByteArray::number(bestAccuracy(model));
        QVERIFY2(bestAccuracy(model) > 0.8, said.constData());
        QVERIFY2(bestAccuracy(model) > first + 0.05, said.constData());
    }

    /// There is nothing to learn: five ways stay near one in five.
    void shuffledLabelsStayAtChance()
    {
        const auto model = test::plugin().train(
            test::withShuffledLabels(test::toyDataset({.classes = 24, .seed = 1}), 3),
            test::withShuffledLabels(test::toyDataset({.seed = 2}), 4), test::toySettings(), {}, {});
        QVERIFY(model);
        for (const CurvePoint& point : model->training.curve)
            QVERIFY2(std::abs(point.validationAccuracy - chance) < 0.08,
                     std::to_string(point.validationAccuracy).c_str());
    }

    void everyOptimizerBringsTheLossDown_data()
    {
        QTest::addColumn<TrainSettings>("settings");
        for (const learn::Optimizer optimizer :
             {learn::Optimizer::Adam, learn::Optimizer::AdamW, learn::Optimizer::Sgd}) {
            TrainSettings settings = test::toySettings();
            settings.optimizer = optimizer;
            settings.learningRate = optimizer == learn::Optimizer::Sgd ? 0.05 : 3e-3;
            settings.steps = 80;
            QTest::newRow(std::string(learn::text(optimizer)).c_str()) << settings;
        }
    }
    void everyOptimizerBringsTheLossDown()
    {
        QFETCH(const TrainSettings, settings);
        const BaseModel model = test::toyModel(settings);
        const auto& curve = model.training.curve;
        QVERIFY2(curve.back().trainLoss < 0.7 * curve.front().trainLoss,
                 qPrintable(QStringLiteral("%1 to %2").arg(curve.front().trainLoss).arg(curve.back().trainLoss)));
    }

    void replayChangesWhatIsSeenAndStillLearns()
    {
        TrainSettings without = test::toySettings();
        without.replayCapacity = 0;
        TrainSettings with = test::toySettings();
        with.replayShare = 0.5;
        const BaseModel one = test::toyModel(without);
        const BaseModel other = test::toyModel(with);
        QVERIFY(one.identity() != other.identity());
        QVERIFY(bestAccuracy(one) > 0.6);
        QVERIFY(bestAccuracy(other) > 0.6);
    }

    void theCurveIsToldAsItGrows()
    {
        std::vector<CurvePoint> told;
        const auto model = train(test::toySettings(), [&told](const CurvePoint& point) { told.push_back(point); });
        QVERIFY(model);
        QVERIFY(told == model->training.curve);
        QCOMPARE(told.size(), 4U);
        for (std::size_t i = 0; i < told.size(); ++i) {
            QCOMPARE(told[i].step, 10 * (i + 1));
            QVERIFY(std::isfinite(told[i].trainLoss) && told[i].trainLoss > 0);
            QVERIFY(told[i].trainAccuracy > 0 && told[i].trainAccuracy <= 1);
            QVERIFY(told[i].gradientNorm > 0 && told[i].learningRate > 0);
            QVERIFY(i == 0 || told[i].learningRate < told[i - 1].learningRate); // warmed up, then cosine
            QVERIFY(i == 0 || told[i].seconds >= told[i - 1].seconds);
        }
    }

    /// A rate that wrecks the weights: training ends `patience` looks after the best one and gives that one back.
    void theBestModelIsKept()
    {
        TrainSettings settings = test::toySettings();
        settings.learningRate = 0.3;
        settings.steps = 400;
        settings.patience = 3;
        const BaseModel model = test::toyModel(settings);
        const auto& curve = model.training.curve;
        const auto best = std::ranges::max_element(curve, {}, &CurvePoint::validationAccuracy);
        QCOMPARE(model.training.metrics.at("best_step"), static_cast<double>(best->step));
        QCOMPARE(curve.end() - best, 1 + 3); // far from 400 steps
        std::stop_source stop;
        const auto cut = train(
            settings,
            [&](const CurvePoint& point) {
                if (point.step == best->step)
                    stop.request_stop();
            },
            stop.get_token());
        QVERIFY(cut);
        QCOMPARE(cut->training.curve.back().step, best->step);
        QCOMPARE(cut->identity(), model.identity());
    }

    void stoppedBeforeTheFirstLookThereIsNoModel()
    {
        std::stop_source stop;
        stop.request_stop();
        const auto none = train(test::toySettings(), {}, stop.get_token());
        QVERIFY(!none);
        QCOMPARE(none.error().code, base::Error::Code::Cancelled);
    }

    /// Were the request not heeded, this would train for hours and ctest would end it.
    void aLongTrainingStopsBetweenTwoLooks()
    {
        TrainSettings settings = test::toySettings();
        settings.steps = settings.validateEvery = 10'000'000;
        std::stop_source stop;
        const std::jthread impatient([&stop] {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            stop.request_stop();
        });
        const auto none = train(settings, {}, stop.get_token());
        QVERIFY(!none);
        QCOMPARE(none.error().code, base::Error::Code::Cancelled);
    }

    void nonsenseIsRefused()
    {
        TrainSettings settings = test::toySettings();
        settings.validateEvery = 0;
        const auto refused = train(settings);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, base::Error::Code::Argument);
    }

    void tooFewFlowsAreRefused()
    {
        const auto enough = test::toyDataset();
        const auto few = test::toyDataset({.classes = 5, .flowsPerClass = 4});
        for (const auto& [training, validation] : {std::pair(few, enough), std::pair(enough, few)}) {
            const auto refused = test::plugin().train(training, validation, test::toySettings(), {}, {});
            QVERIFY(!refused);
            QCOMPARE(refused.error().code, base::Error::Code::Argument);
            QVERIFY(refused.error().what.find("too few") != std::string::npos ||
                    refused.error().what.find("fewer than two") != std::string::npos);
        }
    }
};

QTEST_GUILESS_MAIN(TrainingTest)
#include "training_test.moc"
