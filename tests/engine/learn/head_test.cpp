// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/learn/inference/head.h"
#include "tests/engine/learn/golden.h"

#include <cmath>
#include <limits>
#include <numeric>

using namespace flowscent;
using base::Matrix;
using learn::HeadExamples;
using learn::HeadKind;
using learn::HeadParameters;

namespace {

HeadExamples examplesOf(const QJsonValue& task)
{
    HeadExamples examples{test::matrixOf(task[QStringLiteral("support")]),
                          test::classesOf(task[QStringLiteral("classes")]),
                          {},
                          static_cast<std::uint16_t>(task[QStringLiteral("ways")].toInt())};
    for (const auto& weight : task[QStringLiteral("weights")].toArray())
        examples.weights.push_back(static_cast<float>(weight.toDouble()));
    return examples;
}

HeadParameters parametersOf(const QJsonValue& task)
{
    const double scale = task[QStringLiteral("scale")].toDouble();
    return {.ridgeLambda = task[QStringLiteral("lambda")].toDouble(), .ridgeScale = scale, .prototypeScale = scale};
}

HeadExamples drawn(std::size_t rows, std::size_t columns, std::uint16_t ways, std::uint64_t seed)
{
    base::Rng rng(seed);
    HeadExamples examples{Matrix(rows, columns), {}, {}, ways};
    for (float& value : examples.embeddings.values)
        value = static_cast<float>(rng.normal());
    for (std::size_t row = 0; row < rows; ++row) {
        examples.classOf.push_back(static_cast<std::uint16_t>(row % ways));
        examples.weights.push_back(static_cast<float>(0.5 + rng.uniform()));
    }
    return examples;
}

void eachKind()
{
    QTest::addColumn<HeadKind>("kind");
    for (const HeadKind kind : {HeadKind::Ridge, HeadKind::Prototype, HeadKind::NearestNeighbour})
        QTest::newRow(std::string(learn::text(kind)).c_str()) << kind;
}

} // namespace

class HeadTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Fewer and more examples than dimensions, so that both forms of the ridge are held against scikit-learn's.
    void logitsAreThoseOfScikitLearn_data()
    {
        QTest::addColumn<int>("which");
        QTest::addColumn<HeadKind>("kind");
        for (int task = 0; task < 4; ++task) {
            for (const HeadKind kind : {HeadKind::Ridge, HeadKind::Prototype, HeadKind::NearestNeighbour})
                QTest::addRow("task %d, %s", task, std::string(learn::text(kind)).c_str()) << task << kind;
        }
    }
    void logitsAreThoseOfScikitLearn()
    {
        QFETCH(const int, which);
        QFETCH(const HeadKind, kind);
        const QJsonValue task = test::golden("heads.json").array()[which];
        const auto head = learn::fitHead(kind, examplesOf(task), parametersOf(task));
        QVERIFY(head);
        const Matrix logits = learn::scores(*head, test::matrixOf(task[QStringLiteral("query")]));
        const std::string name(learn::text(kind));
        const double apart = test::apart(logits, test::matrixOf(task[QString::fromStdString(name)]));
        QVERIFY2(apart < 2e-5, qPrintable(QString::number(apart)));
    }

    void theOrderOfExamplesDoesNotMatter_data() { eachKind(); }
    void theOrderOfExamplesDoesNotMatter()
    {
        QFETCH(const HeadKind, kind);
        for (const std::size_t rows : {6U, 60U}) {
            const HeadExamples examples = drawn(rows, 20, 3, rows);
            std::vector<std::size_t> order(rows);
            std::iota(order.begin(), order.end(), std::size_t{0});
            base::Rng(9).shuffle(std::span(order));
            HeadExamples shuffled = examples;
            for (std::size_t i = 0; i < rows; ++i) {
                std::ranges::copy(examples.embeddings.row(order[i]), shuffled.embeddings.row(i).begin());
                shuffled.classOf[i] = examples.classOf[order[i]];
                shuffled.weights[i] = examples.weights[order[i]];
            }
            const Matrix queries = drawn(10, 20, 1, 77).embeddings;
            const auto one = learn::fitHead(kind, examples, {});
            const auto other = learn::fitHead(kind, shuffled, {});
            QVERIFY(one && other);
            QVERIFY(test::apart(learn::scores(*other, queries), learn::scores(*one, queries)) < 1e-5);
        }
    }

    /// For the ridge and the prototypes; the nearest neighbour counts no weights.
    void aWeightOfTwoIsTheExampleTwice()
    {
        for (const HeadKind kind : {HeadKind::Ridge, HeadKind::Prototype}) {
            HeadExamples twice = drawn(9, 12, 2, 4);
            twice.weights.assign(9, 1);
            HeadExamples weighted = twice;
            weighted.weights[0] = 2;
            twice.embeddings.rows = 10;
            const std::vector<float> first(twice.embeddings.values.begin(), twice.embeddings.values.begin() + 12);
            twice.embeddings.values.insert(twice.embeddings.values.end(), first.begin(), first.end());
            twice.classOf.push_back(twice.classOf[0]);
            twice.weights.push_back(1);
            const Matrix queries = drawn(10, 12, 1, 78).embeddings;
            const auto one = learn::fitHead(kind, twice, {});
            const auto other = learn::fitHead(kind, weighted, {});
            QVERIFY(one && other);
            QVERIFY(test::apart(learn::scores(*other, queries), learn::scores(*one, queries)) < 1e-5);
        }
    }

    void aRowsLogitsDoNotDependOnTheOthers_data() { eachKind(); }
    void aRowsLogitsDoNotDependOnTheOthers()
    {
        QFETCH(const HeadKind, kind);
        const auto head = learn::fitHead(kind, drawn(30, 8, 3, 1), {});
        QVERIFY(head);
        const Matrix queries = drawn(100, 8, 1, 2).embeddings;
        const Matrix all = learn::scores(*head, queries);
        for (const std::size_t row : {0U, 41U, 99U}) {
            Matrix single(1, 8);
            std::ranges::copy(queries.row(row), single.row(0).begin());
            QVERIFY(std::ranges::equal(learn::scores(*head, single).row(0), all.row(row)));
        }
        QCOMPARE(learn::scores(*head, Matrix(0, 8)).rows, std::size_t(0));
    }

    /// Rows by the hundred, so that blocks are full, broken and single; against the definitions in double precision.
    void logitsOfManyRowsAreTheDefinitions_data() { eachKind(); }
    void logitsOfManyRowsAreTheDefinitions()
    {
        QFETCH(const HeadKind, kind);
        for (const std::uint16_t ways : {std::uint16_t(2), std::uint16_t(7)}) {
            const auto head = learn::fitHead(kind, drawn(74, 64, ways, 6), {.ridgeScale = 3, .prototypeScale = 3});
            QVERIFY(head);
            const Matrix queries = drawn(321, 64, 1, 8).embeddings;
            Matrix expected(queries.rows, ways);
            for (std::size_t row = 0; row < queries.rows; ++row) {
                std::vector<double> logits(ways, kind == HeadKind::Ridge ? 0.0 : -1e300);
                for (std::size_t i = 0; i < head->weights.rows; ++i) {
                    double distance = 0;
                    for (std::size_t j = 0; j < 64 && kind != HeadKind::Ridge; ++j)
                        distance += std::pow(double{queries.row(row)[j]} - double{head->weights.row(i)[j]}, 2);
                    if (kind != HeadKind::Ridge)
                        logits[head->classOf[i]] = std::max(logits[head->classOf[i]], -3 * distance / 64);
                    for (std::size_t way = 0; way < ways && kind == HeadKind::Ridge; ++way)
                        logits[way] +=
                            3.0 * double{head->weights.row(i)[way]} * (i < 64 ? double{queries.row(row)[i]} : 1.0);
                }
                for (std::size_t way = 0; way < ways; ++way)
                    expected.row(row)[way] = static_cast<float>(logits[way]);
            }
            QVERIFY(test::apart(learn::scores(*head, queries), expected) < 1e-5);
            Matrix pieces(queries.rows, ways);
            for (const auto& [begin, end] : {std::pair<std::size_t, std::size_t>{0, 1}, {1, 65}, {65, 65}, {65, 321}})
                learn::scoreRows(*head, queries, begin, end, pieces);
            QVERIFY(pieces == learn::scores(*head, queries));
        }
    }

    /// (A'A + lambda I) W = A'Y on both sides of the change from the space of examples to that of dimensions.
    void theRidgeSolvesItsNormalEquations()
    {
        constexpr std::size_t d = 64;
        for (const std::size_t rows : {10U, 63U, 64U, 65U, 66U, 100U}) {
            const HeadExamples examples = drawn(rows, d, 10, rows);
            const auto head = learn::fitHead(HeadKind::Ridge, examples, {.ridgeLambda = 0.5});
            QVERIFY(head);
            const auto design = [&](std::size_t row, std::size_t column) {
                return column < d ? double{examples.embeddings.row(row)[column]} : 1.0;
            };
            for (std::size_t way = 0; way < 10; ++way) {
                std::vector<double> left(d + 1);
                for (std::size_t row = 0; row < rows; ++row) {
                    double residual = examples.classOf[row] == way ? -1.0 : 0.0;
                    for (std::size_t i = 0; i <= d; ++i)
                        residual += design(row, i) * double{head->weights.row(i)[way]};
                    for (std::size_t i = 0; i <= d; ++i)
                        left[i] += double{examples.weights[row]} * residual * design(row, i);
                }
                for (std::size_t i = 0; i <= d; ++i)
                    QVERIFY(std::abs(left[i] + 0.5 * double{head->weights.row(i)[way]}) < 2e-5);
            }
        }
    }

    void whatCannotBeLearnedIsRefused_data() { eachKind(); }
    void whatCannotBeLearnedIsRefused()
    {
        QFETCH(const HeadKind, kind);
        const auto refused = [kind](const HeadExamples& examples, const char* says) {
            const auto head = learn::fitHead(kind, examples, {});
            return !head && head.error().code == base::Error::Code::Support &&
                   head.error().what.find(says) != std::string::npos;
        };
        const HeadExamples good = drawn(6, 4, 2, 3);
        QVERIFY(learn::fitHead(kind, good, {}));
        QVERIFY(refused({}, "no examples"));
        HeadExamples oneClass = good;
        oneClass.classOf.assign(6, 0);
        QVERIFY(refused(oneClass, "no example"));
        HeadExamples beyond = good;
        beyond.classOf[2] = 2;
        QVERIFY(refused(beyond, "beyond"));
        HeadExamples uneven = good;
        uneven.classOf.pop_back();
        QVERIFY(refused(uneven, "differ in number"));
        for (const float poison : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
            HeadExamples poisoned = good;
            poisoned.embeddings.row(3)[1] = poison;
            QVERIFY(refused(poisoned, "not finite"));
            HeadExamples weight = good;
            weight.weights[1] = poison;
            QVERIFY(refused(weight, "weight"));
        }
        HeadExamples nothing = good;
        nothing.weights[0] = 0;
        QVERIFY(refused(nothing, "weight"));
    }

    void identicalExamplesAreNoTrouble_data() { eachKind(); }
    void identicalExamplesAreNoTrouble()
    {
        QFETCH(const HeadKind, kind);
        HeadExamples examples = drawn(8, 16, 2, 5);
        for (std::size_t row = 0; row < 8; row += 2)
            std::ranges::fill(examples.embeddings.row(row), 1.0F);
        const auto head = learn::fitHead(kind, examples, {.ridgeLambda = 1e-6});
        QVERIFY(head);
        const Matrix logits = learn::scores(*head, examples.embeddings);
        QVERIFY(std::ranges::all_of(logits.values, [](float value) { return std::isfinite(value); }));
        QVERIFY(logits.row(0)[0] > logits.row(0)[1]);
    }
};

QTEST_GUILESS_MAIN(HeadTest)
#include "head_test.moc"
