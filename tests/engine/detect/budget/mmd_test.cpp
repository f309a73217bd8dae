// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/detect/budget/mmd.h"
#include "tests/engine/detect/budget/golden.h"

#include <cmath>
#include <limits>

using namespace flowscent;
using base::Error;
using base::Matrix;

namespace {

Matrix matrixOf(const QJsonValue& rows)
{
    Matrix matrix;
    for (const QJsonValue& row : rows.toArray()) {
        for (const double value : test::numbers(row))
            matrix.values.push_back(static_cast<float>(value));
        ++matrix.rows;
    }
    matrix.columns = matrix.values.size() / matrix.rows;
    return matrix;
}

Matrix normals(std::size_t rows, base::Rng& rng, double shift = 0, std::size_t columns = 4)
{
    Matrix matrix(rows, columns);
    for (float& value : matrix.values)
        value = static_cast<float>(shift + rng.normal());
    return matrix;
}

} // namespace

class MmdTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theStatisticIsThatOfScikitLearnsKernel()
    {
        const auto golden = test::budgetGolden("mmd");
        const auto test =
            detect::mmdTest(matrixOf(golden[QStringLiteral("first")]), matrixOf(golden[QStringLiteral("second")]), {});
        QVERIFY(test.has_value());
        QVERIFY(test::near(test->bandwidth, golden[QStringLiteral("bandwidth")].toDouble()));
        QVERIFY(test::near(test->squaredMmd, golden[QStringLiteral("squared_mmd")].toDouble()));
        QCOMPARE(test->baselineFlows, std::size_t(12));
        QCOMPARE(test->windowFlows, std::size_t(9));
    }

    /// Two points beside two others, all of one column: 0 and 1, 10 and 11. Distances 1, 1, 9, 10, 10, 11: median 9.5.
    void fourPointsByHand()
    {
        Matrix first(2, 1);
        first.values = {0, 1};
        Matrix second(2, 1);
        second.values = {10, 11};
        const auto test = detect::mmdTest(first, second, {});
        const auto kernel = [](double distance) { return std::exp(-distance * distance / (2 * 9.5 * 9.5)); };
        QVERIFY(test::near(test->bandwidth, 9.5));
        QVERIFY(test::near(test->squaredMmd, 2 * kernel(1) - (kernel(9) + 2 * kernel(10) + kernel(11)) / 2));
    }

    /// p-values of exchangeable windows: with 99 permutations exactly a tenth lies at or below 0.1.
    void exchangeableWindowsAreAsRareAsTheyShould()
    {
        constexpr int repeats = 500;
        base::Rng rng(9);
        int below = 0;
        double sum = 0;
        for (int i = 0; i < repeats; ++i) {
            const auto test = detect::mmdTest(normals(20, rng), normals(14, rng),
                                              {.permutations = 99, .seed = static_cast<std::uint64_t>(i)});
            below += test->p <= 0.1 ? 1 : 0;
            sum += test->p;
        }
        QVERIFY2(std::abs(below / double{repeats} - 0.1) < 3 * std::sqrt(0.09 / repeats),
                 std::to_string(below).c_str());
        QVERIFY(std::abs(sum / repeats - 0.505) < 3 * std::sqrt(1.0 / 12 / repeats));
    }

    void aMovedWindowIsFound()
    {
        base::Rng rng(4);
        const auto moved = detect::mmdTest(normals(300, rng), normals(300, rng, 0.7), {});
        QCOMPARE(moved->p, 1.0 / 201);
        QVERIFY(moved->squaredMmd > 0);
        QCOMPARE(moved->baselineFlows, std::size_t(256));
        QCOMPARE(moved->windowFlows, std::size_t(256));
        Matrix wider = normals(200, rng);
        for (float& value : wider.values)
            value *= 2; // the same mean
        QCOMPARE(detect::mmdTest(normals(200, rng), wider, {})->p, 1.0 / 201);
    }

    void theSameSeedGivesTheSameP()
    {
        base::Rng rng(6);
        const Matrix one = normals(40, rng);
        const Matrix other = normals(40, rng, 0.2);
        QCOMPARE(detect::mmdTest(one, other, {.seed = 3})->p, detect::mmdTest(one, other, {.seed = 3})->p);
    }

    void equalFlowsAreNoDrift()
    {
        const Matrix same(10, 3);
        const auto test = detect::mmdTest(same, same, {});
        QCOMPARE(test->p, 1.0);
        QCOMPARE(test->squaredMmd, 0.0);
        QCOMPARE(test->bandwidth, 1.0);
    }

    void whatCannotBeComparedIsRefused()
    {
        base::Rng rng(1);
        const Matrix good = normals(5, rng);
        Matrix bad = good;
        bad.values[3] = std::numeric_limits<float>::quiet_NaN();
        QVERIFY(detect::mmdTest(good, bad).error().code == Error::Code::Model);
        QVERIFY(detect::mmdTest(good, normals(1, rng)).error().code == Error::Code::Support);
        QVERIFY(detect::mmdTest(Matrix(), good).error().code == Error::Code::Support);
        QVERIFY(detect::mmdTest(good, normals(5, rng, 0, 3)).error().code == Error::Code::Argument);
        QVERIFY(detect::mmdTest(good, good, {.permutations = 0}).error().code == Error::Code::Argument);
        QVERIFY(detect::mmdTest(good, good, {.mostFlows = 100'000}).error().code == Error::Code::Argument);
    }
};

QTEST_GUILESS_MAIN(MmdTest)
#include "mmd_test.moc"
