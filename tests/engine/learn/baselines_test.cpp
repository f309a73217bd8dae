// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "tests/engine/learn/golden.h"
#include "tests/engine/learn/toy_model.h"

#include <QJsonObject>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <thread>

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

    static void each()
    {
        QTest::addColumn<Baseline>("kind");
        for (const Baseline kind : learn::allBaselines)
            QTest::newRow(std::string(learn::text(kind)).c_str()) << kind;
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

    /// What draws nothing by chance is held against scikit-learn number by number; gradient boosting in one dimension,
    /// where every node has to look at the same feature.
    void sharesAreThoseOfScikitLearn_data()
    {
        QTest::addColumn<int>("which");
        QTest::addColumn<Baseline>("kind");
        const QJsonArray tasks = test::golden("baselines.json").array();
        for (int which = 0; which < tasks.size(); ++which) {
            std::vector<Baseline> kinds(learn::allBaselines.begin(), learn::allBaselines.end());
            kinds.push_back(Baseline::BalancedLogisticRegression);
            for (const Baseline kind : kinds) {
                const std::string name(learn::text(kind));
                if (tasks[which].toObject().contains(QString::fromStdString(name)))
                    QTest::addRow("task %d, %s", which, name.c_str()) << which << kind;
            }
        }
    }
    void sharesAreThoseOfScikitLearn()
    {
        QFETCH(const int, which);
        QFETCH(const Baseline, kind);
        const QJsonValue task = test::golden("baselines.json").array()[which];
        const auto shares = test::plugin().baseline(kind, test::matrixOf(task[QStringLiteral("train")]),
                                                    test::classesOf(task[QStringLiteral("classes")]),
                                                    static_cast<std::uint16_t>(task[QStringLiteral("ways")].toInt()),
                                                    test::matrixOf(task[QStringLiteral("test")]), 1);
        QVERIFY(shares);
        const Matrix expected = test::matrixOf(task[QString::fromStdString(std::string(learn::text(kind)))]);
        const double apart = test::apart(*shares, expected);
        const double allowed = kind == Baseline::GradientBoosting ? 2e-2 : 1e-3;
        QVERIFY2(apart < allowed, std::to_string(apart).c_str());
    }

    /// Of two examples, half of the bootstraps draw both, and a tree that splits them knows each; the others know one
    /// class. So each example's own class has 3/4 of the votes; 0.2 is 4.6 standard deviations of 100 trees.
    void aForestOfTwoExamplesTellsThemApart()
    {
        Matrix examples(2, 3);
        std::ranges::fill(examples.row(1), 1.0F);
        const auto shares = test::plugin().baseline(Baseline::RandomForest, examples, {0, 1}, 2, examples, 3);
        QVERIFY(shares);
        QVERIFY2(std::abs(shares->row(0)[0] - 0.75F) < 0.2F, std::to_string(shares->row(0)[0]).c_str());
        QVERIFY2(std::abs(shares->row(1)[1] - 0.75F) < 0.2F, std::to_string(shares->row(1)[1]).c_str());
    }

    /// Alike in every feature, 3 of one class and 9 of the other: a bootstrap of 12 holds a quarter of the first, with
    /// a standard deviation of 0.125; the mean of 100 trees strays by 0.0125.
    void aForestOfSharesAnswersWithTheShareOfFlowsThatAreAlike()
    {
        const std::vector<std::uint16_t> classOf{0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1};
        const auto shares = test::plugin().baseline(Baseline::ShareForest, Matrix(12, 4), classOf, 2, Matrix(2, 4), 3);
        QVERIFY(shares);
        QVERIFY2(std::abs(shares->row(1)[1] - 0.25F) < 0.06F, std::to_string(shares->row(1)[1]).c_str());
        QVERIFY(std::abs(shares->row(1)[0] + shares->row(1)[1] - 1.0F) < 1e-6F);
        QVERIFY(!test::plugin().baseline(Baseline::ShareForest, Matrix(12, 4), classOf, 3, Matrix(2, 4), 3));
    }

    /// Where no two examples are alike, leaves are pure and it is the ordinary forest.
    void aForestOfSharesSeparatesWhatIsApart()
    {
        Matrix examples(20, 2);
        std::vector<std::uint16_t> classOf;
        for (std::size_t row = 0; row < 20; ++row) {
            classOf.push_back(row < 10 ? 0 : 1);
            examples.row(row)[0] = static_cast<float>(row);
            examples.row(row)[1] = static_cast<float>(row * row);
        }
        Matrix asked(2, 2);
        asked.row(1)[0] = 25;
        asked.row(1)[1] = 625;
        const auto shares = test::plugin().baseline(Baseline::ShareForest, examples, classOf, 2, asked, 3);
        QVERIFY(shares);
        QVERIFY(shares->row(0)[0] > 0.95F && shares->row(1)[1] > 0.95F);
    }

    void separableClassesAreSeparated_data() { each(); }
    void separableClassesAreSeparated()
    {
        QFETCH(const Baseline, kind);
        const Task task = clusters(6);
        const double found = accuracy(task, answer(kind, task));
        QVERIFY2(found > 0.95, std::to_string(found).c_str());
    }

    void withNothingToLearnTheyGuess_data() { each(); }
    void withNothingToLearnTheyGuess()
    {
        QFETCH(const Baseline, kind);
        const Task task = clusters(0);
        QVERIFY(std::abs(accuracy(task, answer(kind, task)) - 1.0 / ways) < 0.15);
    }

    void sharesAreProbabilities_data() { each(); }
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

    void theSameSeedGivesTheSameAnswer_data() { each(); }
    void theSameSeedGivesTheSameAnswer()
    {
        QFETCH(const Baseline, kind);
        const Task task = clusters(1);
        const Matrix first = answer(kind, task, 4);
        const Matrix other = answer(kind, task, 5);
        QVERIFY(answer(kind, task, 4) == first);
        const bool draws = kind == Baseline::RandomForest || kind == Baseline::GradientBoosting;
        QCOMPARE(other != first, draws);
    }

    void threadsDoNotDisturbEachOther_data() { each(); }
    void threadsDoNotDisturbEachOther()
    {
        QFETCH(const Baseline, kind);
        const Task task = clusters(1);
        const Matrix alone = answer(kind, task, 4);
        std::array<Matrix, 3> found;
        {
            std::vector<std::jthread> threads;
            for (std::size_t i = 0; i < found.size(); ++i)
                threads.emplace_back([&, i] { found[i] = answer(kind, task, 4); });
        }
        for (const Matrix& shares : found)
            QVERIFY(shares == alone);
    }

    /// A generator stuck at 0 would draw the same flow a hundred times and answer one class to everything.
    void aSeedOfZeroIsASeed()
    {
        const Task task = clusters(6);
        QVERIFY(accuracy(task, answer(Baseline::RandomForest, task, 0)) > 0.95);
    }

    void aClassWithoutExamplesGetsNoShare_data() { each(); }
    void aClassWithoutExamplesGetsNoShare()
    {
        QFETCH(const Baseline, kind);
        Task task = clusters(6);
        for (std::uint16_t& index : task.classOf)
            index = index == 0 ? 2 : 1;
        const Matrix shares = answer(kind, task);
        for (std::size_t row = 0; row < shares.rows; ++row)
            QCOMPARE(shares.row(row)[0], 0.0F);
    }

    void oneClassTakesAll_data() { each(); }
    void oneClassTakesAll()
    {
        QFETCH(const Baseline, kind);
        Task task = clusters(1);
        std::ranges::fill(task.classOf, std::uint16_t{1});
        const Matrix shares = answer(kind, task);
        for (std::size_t row = 0; row < shares.rows; ++row)
            QVERIFY(std::ranges::equal(shares.row(row), std::array{0.0F, 1.0F, 0.0F}));
        const auto single = test::plugin().baseline(kind, Matrix(1, 6), {0}, 1, task.test, 1);
        QVERIFY(single && std::ranges::all_of(single->values, [](float share) { return share == 1; }));
    }

    /// All examples alike, under different classes: nothing can be known, and nothing may break.
    void examplesThatAreAllAlikeAreNoTrouble_data() { each(); }
    void examplesThatAreAllAlikeAreNoTrouble()
    {
        QFETCH(const Baseline, kind);
        Task task = clusters(1);
        std::ranges::fill(task.train.values, 0.5F);
        for (Matrix* test : {&task.test, &task.train}) {
            const auto shares = test::plugin().baseline(kind, task.train, task.classOf, ways, *test, 1);
            QVERIFY(shares);
            for (std::size_t row = 0; row < shares->rows; ++row) {
                const auto values = shares->row(row);
                QVERIFY(std::ranges::all_of(values, [](float share) { return share >= 0 && share <= 1; }));
                QVERIFY(std::abs(std::accumulate(values.begin(), values.end(), 0.0F) - 1) < 1e-4F);
            }
        }
    }

    void nothingAskedIsNothingAnswered_data() { each(); }
    void nothingAskedIsNothingAnswered()
    {
        QFETCH(const Baseline, kind);
        const Task task = clusters(1);
        const auto shares = test::plugin().baseline(kind, task.train, task.classOf, ways, Matrix(0, 6), 1);
        QVERIFY(shares);
        QCOMPARE(shares->rows, std::size_t{0});
    }

    void namesAreReadBack()
    {
        for (const Baseline kind : learn::allBaselines) {
            const auto read = learn::parseBaseline(learn::text(kind));
            QVERIFY(read && *read == kind);
        }
        QVERIFY(!learn::parseBaseline("oracle"));
    }

    void whatDoesNotFitIsRefused_data() { each(); }
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
        QVERIFY(refused(Matrix(30, 0), task.classOf, Matrix(2, 0)));
        for (const float poison : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
            Task poisoned = task;
            poisoned.train.row(3)[1] = poison;
            QVERIFY(refused(poisoned.train, task.classOf, task.test));
            poisoned.test.row(3)[1] = poison;
            QVERIFY(refused(task.train, task.classOf, poisoned.test));
        }
    }
};

QTEST_GUILESS_MAIN(BaselinesTest)
#include "baselines_test.moc"
