// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QJsonDocument>
#include <QJsonObject>

#include "engine/learn/train_settings.h"

#include <functional>
#include <limits>

using namespace flowscent;
using learn::TrainSettings;
using Change = std::function<void(TrainSettings&)>;
Q_DECLARE_METATYPE(Change)

class TrainSettingsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theDefaultsMakeSense() { QVERIFY(learn::check({})); }

    void whatNoTrainingCanUseIsRefusedByName_data()
    {
        QTest::addColumn<Change>("change");
        const auto row = [](const char* field, const Change& change) { QTest::newRow(field) << change; };
        row("steps", [](TrainSettings& s) { s.steps = 0; });
        row("tasks_per_step", [](TrainSettings& s) { s.tasksPerStep = 0; });
        row("ways", [](TrainSettings& s) { s.ways = 1; });
        row("shots", [](TrainSettings& s) { s.shots = 0; });
        row("queries", [](TrainSettings& s) { s.queries = 0; });
        row("learning_rate", [](TrainSettings& s) { s.learningRate = 0; });
        row("weight_decay", [](TrainSettings& s) { s.weightDecay = -1; });
        row("gradient_clip", [](TrainSettings& s) { s.gradientClip = std::numeric_limits<double>::infinity(); });
        row("validate_every", [](TrainSettings& s) { s.validateEvery = 0; });
        row("validation_episodes", [](TrainSettings& s) { s.validationEpisodes = 0; });
        row("patience", [](TrainSettings& s) { s.patience = 0; });
        row("replay_share", [](TrainSettings& s) { s.replayShare = std::numeric_limits<double>::quiet_NaN(); });
    }
    void whatNoTrainingCanUseIsRefusedByName()
    {
        QFETCH(const Change, change);
        TrainSettings settings;
        change(settings);
        const auto refused = learn::check(settings);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, base::Error::Code::Argument);
        const std::string field = "'" + std::string(QTest::currentDataTag()) + "'";
        QVERIFY2(refused.error().what.find(field) != std::string::npos, refused.error().what.c_str());
    }

    void namesAreReadAsTheyAreWritten()
    {
        for (const learn::Method method : {learn::Method::R2d2, learn::Method::ProtoNet})
            QCOMPARE(learn::parseMethod(learn::text(method)).value(), method);
        for (const learn::Optimizer optimizer :
             {learn::Optimizer::Adam, learn::Optimizer::AdamW, learn::Optimizer::Sgd})
            QCOMPARE(learn::parseOptimizer(learn::text(optimizer)).value(), optimizer);
        QVERIFY(!learn::parseMethod("R2D2"));
        QVERIFY(!learn::parseOptimizer(""));
    }

    void theRecordHoldsEveryField()
    {
        TrainSettings settings;
        settings.seed = 99;
        settings.learningRate = 0.25;
        const auto record = QJsonDocument::fromJson(QByteArray::fromStdString(learn::toJson(settings))).object();
        QCOMPARE(record.size(), 17);
        QCOMPARE(record[QStringLiteral("seed")].toInt(), 99);
        QCOMPARE(record[QStringLiteral("learning_rate")].toDouble(), 0.25);
        QCOMPARE(record[QStringLiteral("method")].toString(), QStringLiteral("r2d2"));
    }
};

QTEST_GUILESS_MAIN(TrainSettingsTest)
#include "train_settings_test.moc"
