// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "engine/detect/evaluation/hunt_metrics.h"

#include <cmath>
#include <numeric>

using namespace flowscent;
using detect::Ranking;

namespace {

bool near(double value, double expected)
{
    return std::abs(value - expected) < 1e-9;
}

/// 't' a threat, 'o' another, best first; those in brackets have one score.
Ranking rankingOf(const std::string& order)
{
    std::vector<double> scores;
    std::vector<bool> isThreat;
    double score = 1;
    bool together = false;
    for (const char letter : order) {
        if (letter == '(' || letter == ')') {
            together = letter == '(';
            score -= 0.001;
            continue;
        }
        scores.push_back(score);
        isThreat.push_back(letter == 't');
        score -= together ? 0 : 0.001;
    }
    return detect::ranked(scores, isThreat);
}

} // namespace

class HuntMetricsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// rankings.json is scikit-learn's word, see tests/data/detect/make_golden.
    void figuresAreThoseOfScikitLearn_data()
    {
        QTest::addColumn<QJsonObject>("golden");
        QFile file(QStringLiteral(FLOWSCENT_SOURCE_DIR "/tests/data/detect/rankings.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        for (const QJsonValue& golden : QJsonDocument::fromJson(file.readAll()).array())
            QTest::newRow(golden[QStringLiteral("name")].toString().toUtf8().constData()) << golden.toObject();
    }
    void figuresAreThoseOfScikitLearn()
    {
        QFETCH(const QJsonObject, golden);
        std::vector<double> scores;
        std::vector<bool> isThreat;
        for (const QJsonValue& score : golden[QStringLiteral("scores")].toArray())
            scores.push_back(score.toDouble());
        for (const QJsonValue& truth : golden[QStringLiteral("truth")].toArray())
            isThreat.push_back(truth.toInt() == 1);
        base::Rng rng(1);
        const auto figures = detect::judge(detect::ranked(scores, isThreat), rng);
        for (const auto metric :
             {detect::HuntMetric::Auprc, detect::HuntMetric::RecallFpr1e2, detect::HuntMetric::RecallFpr1e3}) {
            const QString name = QString::fromStdString(std::string(detect::text(metric)));
            const double figure = figures[static_cast<std::size_t>(metric)];
            QVERIFY2(near(figure, golden[name].toDouble()), qPrintable(name + QString::number(figure, 'g', 12)));
        }
    }

    /// At 1 %, one of two threats weighs 0.005, one of four others 0.2475. Thresholds: after t, after o, after t.
    void averagePrecisionByHand()
    {
        const double second = 0.01 / (0.01 + 0.2475);
        QVERIFY(near(detect::averagePrecision(rankingOf("totooo"), 0.01), 0.5 * 1.0 + 0.5 * second));
        QVERIFY(near(detect::averagePrecision(rankingOf("ttoooo"), 0.01), 1.0));
        QVERIFY(near(detect::averagePrecision(rankingOf("oooo"), 0.01), 0.0));
    }

    /// All in one group: the only threshold finds everything at the prevalence.
    void aConstantScoreIsWorthThePrevalence()
    {
        QVERIFY(near(detect::averagePrecision(rankingOf("(tttooooooo)"), 0.01), 0.01));
        QVERIFY(near(detect::recallAtFalsePositiveRate(rankingOf("(tttooooooo)"), 0.5), 0.0));
    }

    void aTieIsNeverSplit()
    {
        // The first threshold takes a threat and one of four others with it.
        const double first = 0.005 / (0.005 + 0.2475);
        const double second = 0.01 / (0.01 + 0.495);
        QVERIFY(near(detect::averagePrecision(rankingOf("(to)(to)oo"), 0.01), 0.5 * first + 0.5 * second));
        QVERIFY(near(detect::recallAtFalsePositiveRate(rankingOf("t(to)ooo"), 0.2), 0.5)); // 1 of 4 is more than 0.2
        QVERIFY(near(detect::recallAtFalsePositiveRate(rankingOf("t(to)ooo"), 0.25), 1.0));
    }

    void theOrderWithinATieDoesNotMatter()
    {
        for (const char* order : {"(to)(oot)o", "(ot)(too)o"}) {
            QVERIFY(near(detect::averagePrecision(rankingOf(order), 0.01),
                         detect::averagePrecision(rankingOf("(ot)(oto)o"), 0.01)));
            QVERIFY(near(detect::precisionAtTop(rankingOf(order), 3), 0.5)); // the second group's others come first
        }
    }

    void scoresThatDifferBeyondTheNinthDecimalAreEqual()
    {
        const auto tied = detect::ranked(std::vector{0.5 + 1e-11, 0.5, 0.1}, {true, false, false});
        QCOMPARE(tied.groups.size(), std::size_t(2));
        const auto apart = detect::ranked(std::vector{0.5 + 1e-8, 0.5, 0.1}, {true, false, false});
        QCOMPARE(apart.groups.size(), std::size_t(3));
    }

    void precisionIsOfThePlacesThatCouldBeFilled()
    {
        QVERIFY(near(detect::precisionAtTop(rankingOf("ttooot"), 2), 1.0));
        QVERIFY(near(detect::precisionAtTop(rankingOf("ttooot"), 5), 2.0 / 3));
        QVERIFY(near(detect::precisionAtTop(rankingOf("ttooot"), 20), 1.0)); // all three are found
        QVERIFY(near(detect::precisionAtTop(rankingOf("(tttt)oo"), 3), 1.0));
        QVERIFY(near(detect::precisionAtTop(rankingOf("(ttttoo)"), 3), 1.0 / 3));
    }

    void threatsAreThinnedToThePrevalence()
    {
        base::Rng rng(3);
        const Ranking all = rankingOf(std::string(50, 't') + std::string(990, 'o'));
        const Ranking thin = detect::thinned(all, 0.01, rng);
        QCOMPARE(thin.threats, std::size_t(10));
        QCOMPARE(thin.others, std::size_t(990));
        QCOMPARE(std::accumulate(thin.groups.begin(), thin.groups.end(), std::size_t(0),
                                 [](std::size_t sum, const Ranking::Group& group) { return sum + group.threats; }),
                 std::size_t(10));
        QCOMPARE(detect::thinned(rankingOf("ttooo"), 0.01, rng).threats, std::size_t(1)); // one at least
        QCOMPARE(detect::thinned(rankingOf("t" + std::string(990, 'o')), 0.01, rng).threats, std::size_t(1));
    }

    void everyThreatIsAsLikelyToStay()
    {
        base::Rng rng(4);
        const Ranking all = rankingOf(std::string(4, 't') + std::string(99, 'o'));
        std::array<int, 4> stayed{};
        for (int i = 0; i < 4000; ++i)
            ++stayed[detect::thinned(all, 0.01, rng).groupOfThreat.front()];
        for (const int count : stayed) // 1000 +- 27 standard deviation
            QVERIFY2(std::abs(count - 1000) < 140, std::to_string(count).c_str());
    }

    /// Of ten threats one stays; four of ten stand at the top, so precision@20 is 1 wherever twenty places hold all.
    void precisionAtTwentyIsTheMeanOfFiveThinnings()
    {
        const Ranking ranking = rankingOf("tttt" + std::string(50, 'o') + "tttttt" + std::string(49, 'o'));
        base::Rng rng(5);
        base::Rng again(5);
        double expected = 0;
        for (int i = 0; i < 5; ++i)
            expected += detect::precisionAtTop(detect::thinned(ranking, 0.01, again), 20) / 5;
        const double figure = detect::judge(ranking, rng)[static_cast<std::size_t>(detect::HuntMetric::PrecisionAt20)];
        QVERIFY(near(figure, expected));
        QVERIFY(near(figure * 5, std::round(figure * 5)));
    }
};

QTEST_GUILESS_MAIN(HuntMetricsTest)
#include "hunt_metrics_test.moc"
