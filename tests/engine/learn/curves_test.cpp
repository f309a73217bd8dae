// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "engine/learn/training/curves.h"

#include <array>
#include <clocale>
#include <limits>

using namespace flowscent;
using learn::CurveOrigin;
using learn::CurvePoint;

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Numbers that short formats lose.
std::vector<CurvePoint> twoPoints()
{
    return {{.step = 100,
             .episodes = 800,
             .trainLoss = 1.0 / 3,
             .trainAccuracyBefore = 0.2,
             .trainAccuracy = 0.1 + 0.2,
             .validationAccuracy = 0.5,
             .validationError = 1e-17,
             .learningRate = 5e-324,
             .gradientNorm = 1.7976931348623157e308,
             .episodesPerSecond = 123456789.125,
             .replayShare = 0.25,
             .seconds = 4},
            {.step = 4294967295U,
             .episodes = 18446744073709551615U,
             .trainLoss = nan,
             .trainAccuracyBefore = -0.0,
             .validationError = infinity,
             .gradientNorm = -infinity}};
}

CurveOrigin origin()
{
    return {R"({"method":"r2d2","seed":5})", "0123abcd"};
}

QList<QByteArray> lines(const std::string& text)
{
    return QByteArray::fromStdString(text).split('\n');
}

} // namespace

class CurvesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void csvSaysWhereItComesFrom()
    {
        const auto text = lines(learn::curvesCsv(twoPoints(), origin()));
        QCOMPARE(text[0], QByteArray(R"(# configuration: {"method":"r2d2","seed":5})"));
        QCOMPARE(text[1], QByteArray(R"(# data_sha256: "0123abcd")"));
        QCOMPARE(text[2],
                 QByteArray("step,episodes,train_loss,train_accuracy_before,train_accuracy,validation_accuracy,"
                            "validation_error,learning_rate,gradient_norm,episodes_per_second,replay_share,"
                            "seconds"));
        QCOMPARE(text.size(), 6); // two points, and nothing behind the last line's end
        QVERIFY(text.last().isEmpty());
    }

    /// strtod is not ours and rounds correctly.
    void csvReadsBackToTheLastBit()
    {
        const auto row = lines(learn::curvesCsv(twoPoints(), origin()))[3].split(',');
        const CurvePoint point = twoPoints()[0];
        QCOMPARE(row.size(), 12);
        QCOMPARE(row[0], QByteArray("100"));
        QCOMPARE(row[1], QByteArray("800"));
        const std::array<double, 10> expected{point.trainLoss,       point.trainAccuracyBefore,
                                              point.trainAccuracy,   point.validationAccuracy,
                                              point.validationError, point.learningRate,
                                              point.gradientNorm,    point.episodesPerSecond,
                                              point.replayShare,     point.seconds};
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY2(std::strtod(row[static_cast<qsizetype>(i) + 2].constData(), nullptr) == expected[i],
                     row[static_cast<qsizetype>(i) + 2].constData());
    }

    void whatIsNoNumberLeavesItsFieldEmpty()
    {
        QCOMPARE(lines(learn::curvesCsv(twoPoints(), origin()))[4],
                 QByteArray("4294967295,18446744073709551615,,-0,0,0,,0,,0,0,0"));
    }

    void aLocaleWithCommasChangesNothing()
    {
        const std::string csv = learn::curvesCsv(twoPoints(), origin());
        const std::string json = learn::curvesJson(twoPoints(), origin());
        const std::string before = std::setlocale(LC_ALL, nullptr);
        bool commas = false;
        for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "ru_RU.UTF-8"})
            commas = commas || std::setlocale(LC_ALL, name) != nullptr;
        const bool same =
            csv == learn::curvesCsv(twoPoints(), origin()) && json == learn::curvesJson(twoPoints(), origin());
        std::setlocale(LC_ALL, before.c_str());
        if (!commas)
            QSKIP("this machine has no locale with a decimal comma");
        QVERIFY(same);
    }

    void jsonHoldsTheSame()
    {
        const QJsonObject all =
            QJsonDocument::fromJson(QByteArray::fromStdString(learn::curvesJson(twoPoints(), origin()))).object();
        QCOMPARE(all[QStringLiteral("format")].toString(), QStringLiteral("flowscent-curves/1"));
        QCOMPARE(all[QStringLiteral("data_sha256")].toString(), QStringLiteral("0123abcd"));
        QCOMPARE(all[QStringLiteral("configuration")][QStringLiteral("seed")].toInt(), 5);
        const QJsonArray curve = all[QStringLiteral("curve")].toArray();
        QCOMPARE(curve.size(), 2);
        QCOMPARE(curve[0][QStringLiteral("step")].toInt(), 100);
        QCOMPARE(curve[0][QStringLiteral("episodes")].toInt(), 800);
        QVERIFY(curve[0][QStringLiteral("train_loss")].toDouble() == 1.0 / 3);
        QVERIFY(curve[0][QStringLiteral("gradient_norm")].toDouble() == 1.7976931348623157e308);
        QVERIFY(curve[0][QStringLiteral("replay_share")].toDouble() == 0.25);
        for (const char* name : {"train_loss", "validation_error", "gradient_norm"})
            QVERIFY2(curve[1][QLatin1StringView(name)].isNull(), name);
    }

    void aConfigurationThatIsNoJsonCannotBreakTheFile()
    {
        const CurveOrigin odd{"not JSON\nstep,1\xff", "a\nb"};
        const auto text = lines(learn::curvesCsv({}, odd));
        QCOMPARE(text.size(), 4);
        QVERIFY(text[0].startsWith("# ") && text[1].startsWith("# ") && text[2].startsWith("step,"));
        QJsonParseError error{};
        const auto json = QJsonDocument::fromJson(QByteArray::fromStdString(learn::curvesJson({}, odd)), &error);
        QCOMPARE(error.error, QJsonParseError::NoError);
        QVERIFY(json[QStringLiteral("configuration")].toString().startsWith(QStringLiteral("not JSON\n")));
        QVERIFY(json[QStringLiteral("curve")].toArray().isEmpty());
    }
};

QTEST_GUILESS_MAIN(CurvesTest)
#include "curves_test.moc"
