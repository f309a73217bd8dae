// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QJsonDocument>
#include <QJsonObject>

#include "engine/learn/training/train_settings.h"

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
        for (const learn::Method method : learn::allMethods())
            QCOMPARE(learn::parseMethod(learn::text(method)).value(), method);
        for (const learn::Optimizer optimizer :
             {learn::Optimizer::Adam, learn::Optimizer::AdamW, learn::Optimizer::Sgd, learn::Optimizer::RmsProp})
            QCOMPARE(learn::parseOptimizer(learn::text(optimizer)).value(), optimizer);
        for (const learn::Schedule schedule :
             {learn::Schedule::Cosine, learn::Schedule::Step, learn::Schedule::Plateau, learn::Schedule::Constant})
            QCOMPARE(learn::parseSchedule(learn::text(schedule)).value(), schedule);
        for (const char* encoder : {"patch-conv-64", "mlp-128x2", "cnn-32x2", "gru-32-e16", "transformer-32x6-e512"})
            QCOMPARE(learn::EncoderSpec::parse(encoder)->text(), std::string(encoder));
        for (const char* encoder : {"", "patch-conv", "mlp-", "mlp-4", "gru-32x2", "cnn-32x0", "cnn-32x7", "mlp-64-e",
                                    "mlp-64-e600", "mlp-64 ", "mlp--64", "gru-99999999999"})
            QVERIFY2(!learn::EncoderSpec::parse(encoder), encoder);
        QVERIFY(!learn::parseMethod("R2D2"));
        QVERIFY(!learn::parseOptimizer(""));
    }

    void theRecordHoldsEveryField()
    {
        TrainSettings settings;
        settings.seed = 99;
        settings.learningRate = 0.25;
        const auto record = QJsonDocument::fromJson(QByteArray::fromStdString(learn::toJson(settings))).object();
        QCOMPARE(record.size(), 43);
        QCOMPARE(record[QStringLiteral("seed")].toInt(), 99);
        QCOMPARE(record[QStringLiteral("learning_rate")].toDouble(), 0.25);
        QCOMPARE(record[QStringLiteral("method")].toString(), QStringLiteral("r2d2"));
    }

    void theRecordIsReadBack()
    {
        TrainSettings settings;
        settings.method = learn::Method::MetaSgd;
        settings.encoder = learn::EncoderSpec::parse("gru-16-e32").value();
        settings.optimizer = learn::Optimizer::RmsProp;
        settings.schedule = learn::Schedule::Plateau;
        settings.seed = UINT64_MAX;
        settings.learningRate = 0.1 + 0.2; // not a round number
        settings.ownNetworkShare = 0.3;
        settings.captureDisjoint = true;
        settings.innerLoop.learnRates = true;
        settings.innerLoop.steps = 0;
        const auto back = learn::settingsFromJson(learn::toJson(settings));
        QVERIFY(back);
        QVERIFY(*back == settings);
    }

    void olderRecordsKeepTheDefaults()
    {
        const auto settings = learn::settingsFromJson(R"({"method": "protonet", "seed": 3})");
        QVERIFY(settings);
        QCOMPARE(settings->method, learn::Method::ProtoNet);
        QCOMPARE(settings->seed, 3U);
        QCOMPARE(settings->steps, TrainSettings{}.steps);
    }

    void damagedRecordsAreRefused()
    {
        for (const char* text : {"", "[]", "3", "{", R"({"method": "magic"})", R"({"method": 3})", R"({"steps": 0})",
                                 R"({"learning_rate": "fast"})", R"({"encoder": "gru-1"})"}) {
            const auto refused = learn::settingsFromJson(text);
            QVERIFY2(!refused, text);
            QCOMPARE(refused.error().code, base::Error::Code::Model);
        }
    }

    /// Warm-up to the whole rate, then each schedule's own formula.
    void ratesFollowTheirSchedules()
    {
        TrainSettings s;
        s.learningRate = 2;
        s.warmUp = 10;
        s.stepEvery = 20;
        s.stepFactor = 0.5;
        for (const auto schedule : {learn::Schedule::Cosine, learn::Schedule::Step, learn::Schedule::Constant}) {
            s.schedule = schedule;
            QCOMPARE(learn::rateAt(0, 110, s), 0.2);
            QCOMPARE(learn::rateAt(9, 110, s), 2.0);
            QCOMPARE(learn::rateAt(10, 110, s), 2.0);
        }
        s.schedule = learn::Schedule::Cosine;
        QCOMPARE(learn::rateAt(60, 110, s), 2 * (0.01 + 0.99 / 2)); // half of the cosine
        QCOMPARE(learn::rateAt(110, 110, s), 0.02);
        s.schedule = learn::Schedule::Step;
        QCOMPARE(learn::rateAt(29, 110, s), 2.0);
        QCOMPARE(learn::rateAt(30, 110, s), 1.0);
        QCOMPARE(learn::rateAt(70, 110, s), 0.25);
        s.schedule = learn::Schedule::Plateau;
        QCOMPARE(learn::rateAt(70, 110, s, 0.25), 0.5);
    }
};

QTEST_GUILESS_MAIN(TrainSettingsTest)
#include "train_settings_test.moc"
