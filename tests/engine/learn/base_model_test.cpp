// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/features/feature_schema.h"
#include "engine/learn/base_model.h"

#include <cmath>
#include <limits>

using namespace flowscent;
using learn::BaseModel;
using learn::CurvePoint;

namespace {

BaseModel aModel(std::vector<CurvePoint> curve)
{
    BaseModel model;
    model.scaler.sequenceMedian.assign(features::sequenceFields, 0.0F);
    model.scaler.sequenceRange.assign(features::sequenceFields, 1.0F);
    model.scaler.statisticMedian.assign(features::statisticDefinitions().size(), 0.0F);
    model.scaler.statisticRange.assign(features::statisticDefinitions().size(), 1.0F);
    model.encoder = "test";
    model.training.configuration = "{}";
    model.training.curve = std::move(curve);
    return model;
}

const CurvePoint full{.step = 50,
                      .episodes = 400,
                      .trainLoss = 1.5,
                      .trainAccuracyBefore = 0.2,
                      .trainAccuracy = 0.4,
                      .validationAccuracy = 0.5,
                      .validationError = 0.01,
                      .learningRate = 1e-3,
                      .gradientNorm = 2,
                      .episodesPerSecond = 900,
                      .replayShare = 0.25,
                      .seconds = 3};

} // namespace

class BaseModelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theCurveComesBackWithoutWhatTheMachineDecides()
    {
        const auto loaded = BaseModel::fromTensors(aModel({full}).toTensors());
        QVERIFY2(loaded.has_value(), loaded ? "" : loaded.error().what.c_str());
        CurvePoint expected = full;
        expected.seconds = expected.episodesPerSecond = 0;
        QVERIFY(loaded->training.curve == std::vector{expected});
    }

    void aFasterMachineGivesTheSameBytes()
    {
        CurvePoint faster = full;
        faster.seconds /= 2;
        faster.episodesPerSecond *= 2;
        QVERIFY(base::serialise(aModel({full}).toTensors()) == base::serialise(aModel({faster}).toTensors()));
    }

    /// The header of a model as version 0.1.0 wrote it.
    void curvesOfSevenColumnsAreStillRead()
    {
        base::TensorFile file = aModel({}).toTensors();
        file.metadata["flowscent.training"] =
            R"({"configuration":{},"corpus_sha256":"ab","curve":[[50,1.5,0.4,0.5,0.01,0.001,2.0]],)"
            R"("curve_columns":["step","train_loss","train_accuracy","validation_accuracy","validation_error",)"
            R"("learning_rate","gradient_norm"],"metrics":{},"sources":[]})";
        const auto loaded = BaseModel::fromTensors(file);
        QVERIFY2(loaded.has_value(), loaded ? "" : loaded.error().what.c_str());
        const CurvePoint expected{.step = 50,
                                  .trainLoss = 1.5,
                                  .trainAccuracy = 0.4,
                                  .validationAccuracy = 0.5,
                                  .validationError = 0.01,
                                  .learningRate = 1e-3,
                                  .gradientNorm = 2};
        QVERIFY(loaded->training.curve == std::vector{expected});
    }

    void aLossThatIsNoNumberDoesNotLoseTheModel()
    {
        CurvePoint diverged = full;
        diverged.trainLoss = std::numeric_limits<double>::quiet_NaN();
        const auto loaded = BaseModel::fromTensors(aModel({diverged}).toTensors());
        QVERIFY2(loaded.has_value(), loaded ? "" : loaded.error().what.c_str());
        QVERIFY(std::isnan(loaded->training.curve.front().trainLoss));
        QCOMPARE(loaded->training.curve.front().trainAccuracy, 0.4);
    }

    void curvesThatMakeNoSenseAreRefused_data()
    {
        QTest::addColumn<QByteArray>("curve");
        QTest::newRow("short row") << QByteArray(R"("curve_columns":["step","train_loss"],"curve":[[1]])");
        QTest::newRow("row is no list") << QByteArray(R"("curve_columns":["step"],"curve":[1])");
        QTest::newRow("text for a number") << QByteArray(R"("curve_columns":["train_loss"],"curve":[["x"]])");
        QTest::newRow("no names") << QByteArray(R"("curve_columns":[1],"curve":[[1]])");
        QTest::newRow("no columns") << QByteArray(R"("curve":[[1]])");
    }
    void curvesThatMakeNoSenseAreRefused()
    {
        QFETCH(const QByteArray, curve);
        base::TensorFile file = aModel({}).toTensors();
        file.metadata["flowscent.training"] =
            R"({"configuration":{},"corpus_sha256":"ab",)" + curve.toStdString() + R"(,"metrics":{},"sources":[]})";
        const auto refused = BaseModel::fromTensors(file);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, base::Error::Code::Model);
    }
};

QTEST_GUILESS_MAIN(BaseModelTest)
#include "base_model_test.moc"
