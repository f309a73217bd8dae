// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "tests/engine/learn/golden.h"
#include "tests/engine/learn/toy_model.h"

#include <QJsonObject>

#include <algorithm>
#include <cmath>

using namespace flowscent;
using base::Matrix;
using learn::Baseline;

namespace {

constexpr std::uint16_t ways = 3;

struct Task {
    Matrix train;
    std::vector<std::uint16_t> classOf;
    Matrix test;
    std::vector<std::uint16_t> truth;
};

/// Three clusters, `distance` standard deviations from each other's place.
Task clusters(double distance)
{
    base::Rng rng(5);
    Task task{.train = Matrix(30, 6), .test = Matrix(90, 6)};
    const auto fill = [&](Matrix& rows, std::vector<std::uint16_t>& classes) {
        for (std::size_t row = 0; row < rows.rows; ++row) {
            classes.push_back(static_cast<std::uint16_t>(row % ways));
            for (std::size_t i = 0; i < rows.columns; ++i)
                rows.row(row)[i] = static_cast<float>(rng.normal() + (i == row % ways ? distance : 0.0));
        }
    };
    fill(task.train, task.classOf);
    fill(task.test, task.truth);
    return task;
}

Matrix answer(Baseline kind, const Task& task, std::uint64_t seed = 1)
{
    auto shares = test::plugin().baseline(kind, task.train, task.classOf, ways, task.test, seed);
    if (!shares)
        qFatal("%s", shares.error().sentence().c_str());
    return std::move(*shares);
}

double accuracy(const Task& task, const Matrix& shares)
{
    double correct = 0;
    for (std::size_t row = 0; row < shares.rows; ++row)
        correct += std::ranges::max_element(shares.row(row)) - shares.row(row).begin() == task.truth[row] ? 1 : 0;
    return correct / static_cast<double>(shares.rows);
}

} // namespace

Q_DECLARE_METATYPE(learn::Baseline)

/// The opponents must be as good as elsewhere, or beating them would mean nothing.
class BaselinesTest : public QObject {
    Q_OBJECT

    static void both()
    {
        QTest::addColumn<Baseline>("kind");
        QTest::newRow("random forest") << Baseline::RandomForest;
        QTest::newRow("logistic regression") << Baseline::LogisticRegression;
    }

private Q_SLOTS:
    void logisticRegressionIsThatOfScikitLearn()
    {
        const auto golden = test::golden("logistic.json").object();
        const auto shares =
            test::plugin().baseline(Baseline::LogisticRegression, test::matrixOf(golden[QStringLiteral("train")]),
                                    test::classesOf(golden[QStringLiteral("classes")]), ways,
                                    test::matrixOf(golden[QStringLiteral("test")]), 1);
        QVERIFY(shares);
        const Matrix expected = test::matrixOf(golden[QStringLiteral("probabilities")]);
        QCOMPARE(expected.columns, std::size_t{ways});
        QVERIFY2(test::apart(*shares, expected) < 1e-3, std::to_string(test::apart(*shares, expected)).c_str());
    }

    void separableClassesAreSeparated_data() { both(); }
    void separableClassesAreSeparated()
    {
        QFETCH(const Baseline, kind);
        const Task task = clusters(6);
        const double found = accuracy(task, answer(kind, task));
        QVERIFY2(found > 0.95, std::to_string(found).c_str());
    }

    void withNothingToLearnTheyGuess_data() { both(); }
    void withNothingToLearnTheyGuess()
    {
        QFETCH(const Baseline, kind);
        const Task task = clusters(0);
        QVERIFY(std::abs(accuracy(task, answer(kind, task)) - 1.0 / ways) < 0.15);
    }

    void sharesAreProbabilities_data() { both(); }
    void sharesAreProbabilities()
    {
        QFETCH(const Baseline, kind);
        const Task task = clusters(1);
        const Matrix shares = answer(kind, task);
        QCOMPARE(shares.rows, task.test.rows);
        QCOMPARE(shares.columns, std::size_t{ways});
        for (std::size_t row = 0; row < shares.rows; ++row) {
            float sum = 0;
            for (const float share : shares.row(row)) {
                QVERIFY(share >= 0 && share <= 1);
                sum += share;
            }
            QVERIFY(std::abs(sum - 1) < 1e-4F);
        }
    }

    void theSameSeedGivesTheSameForest()
    {
        const Task task = clusters(1);
        QVERIFY(answer(Baseline::RandomForest, task, 4) == answer(Baseline::RandomForest, task, 4));
        QVERIFY(answer(Baseline::RandomForest, task, 4) != answer(Baseline::RandomForest, task, 5));
    }

    /// A generator stuck at 0 would draw the same flow a hundred times and answer one class to everything.
    void aSeedOfZeroIsASeed()
    {
        const Task task = clusters(6);
        QVERIFY(accuracy(task, answer(Baseline::RandomForest, task, 0)) > 0.95);
    }

    void aClassWithoutExamplesGetsNoShare()
    {
        Task task = clusters(6);
        for (std::uint16_t& index : task.classOf)
            index = std::min<std::uint16_t>(index, 1);
        const Matrix shares = answer(Baseline::RandomForest, task);
        for (std::size_t row = 0; row < shares.rows; ++row)
            QCOMPARE(shares.row(row)[2], 0.0F);
    }

    void whatDoesNotFitIsRefused_data() { both(); }
    void whatDoesNotFitIsRefused()
    {
        QFETCH(const Baseline, kind);
        const Task task = clusters(1);
        std::vector<std::uint16_t> fewer = task.classOf;
        fewer.pop_back();
        std::vector<std::uint16_t> beyond = task.classOf;
        beyond[3] = ways;
        const auto refused = [&](const Matrix& train, const std::vector<std::uint16_t>& classes, const Matrix& test) {
            const auto shares = test::plugin().baseline(kind, train, classes, ways, test, 1);
            return !shares && shares.error().code == base::Error::Code::Support;
        };
        QVERIFY(refused(task.train, fewer, task.test));
        QVERIFY(refused(task.train, beyond, task.test));
        QVERIFY(refused(Matrix(0, 6), {}, task.test));
        QVERIFY(refused(task.train, task.classOf, Matrix(2, 5)));
    }
};

QTEST_GUILESS_MAIN(BaselinesTest)
#include "baselines_test.moc"
