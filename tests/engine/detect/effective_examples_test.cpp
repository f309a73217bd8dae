// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/detect/support/effective_examples.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace flowscent;
using base::Matrix;
using detect::effectiveExamples;

namespace {

Matrix rows(const std::vector<std::vector<float>>& values)
{
    Matrix matrix(values.size(), values.empty() ? 0 : values[0].size());
    for (std::size_t row = 0; row < values.size(); ++row)
        std::ranges::copy(values[row], matrix.row(row).begin());
    return matrix;
}

/// On a line, with a median distance of 4 between two flows: flows at a distance of 1 are similar to exp(-1/2).
Matrix background()
{
    return rows({{0}, {4}, {8}});
}

bool near(double value, double expected)
{
    return std::abs(value - expected) < 1e-6;
}

} // namespace

class EffectiveExamplesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void twoExamplesByHand()
    {
        const auto two = effectiveExamples(rows({{0}, {1}}), background());
        const double weight = 1 / (1 + std::exp(-0.5));
        QVERIFY(near(two.weights[0], weight) && near(two.weights[1], weight));
        QVERIFY(near(two.worth, 2 * weight));
        QVERIFY((two.copyOf == std::vector<std::uint32_t>{0, 1})); // 0.61 is no copy
    }

    void fourCopiesAndAnotherAreTwo()
    {
        const auto five = effectiveExamples(rows({{3}, {90}, {3}, {3}, {3}}), background());
        QVERIFY(near(five.worth, 2));
        QVERIFY(near(five.weights[0], 0.25) && near(five.weights[1], 1));
        QVERIFY((five.copyOf == std::vector<std::uint32_t>{0, 1, 0, 0, 0}));
        QCOMPARE(sentence(five), std::string("5 examples, worth about 2.0: 4 are copies of one"));
    }

    /// numpy: d = median of pdist(B), K = exp(-cdist(T, T)**2 / (2 (d / 4)**2)), w = 1 / K.sum(1).
    void sixExamplesAsNumpyWeighsThem()
    {
        const auto six =
            effectiveExamples(rows({{0, 0, 0}, {0.1F, 0, 0}, {0, 0.2F, 0.1F}, {3, 1, 0}, {3, 1.1F, 0.1F}, {-2, 4, 5}}),
                              rows({{1, 0, 0}, {0, 6, 0}, {2, 2, 2}, {-4, 0, 1}, {5, 5, 5}, {0, 0, -7}}));
        const std::vector<double> golden{0.29402468601095216, 0.290766695297433,   0.29249819175129915,
                                         0.3768018359358659,  0.37969860323961485, 0.9968431369981883};
        for (std::size_t i = 0; i < golden.size(); ++i)
            QVERIFY2(near(six.weights[i], golden[i]), std::to_string(six.weights[i]).c_str());
        QVERIFY(near(six.worth, 2.6306331492333532));
        QVERIFY((six.copyOf == std::vector<std::uint32_t>{0, 0, 0, 3, 3, 5}));
        QCOMPARE(sentence(six), std::string("6 examples, worth about 2.6: 3 are copies of one, 2 of another"));
    }

    void plantedNearCopiesAddNothing()
    {
        base::Rng rng(3);
        Matrix traffic(200, 16);
        std::ranges::generate(traffic.values, [&] { return static_cast<float>(4 * rng.normal()); });
        Matrix examples(8, 16); // four kinds, each with a copy that differs by a hundredth
        for (std::size_t row = 0; row < 8; ++row) {
            for (std::size_t i = 0; i < 16; ++i)
                examples.row(row)[i] = row % 2 == 0
                                           ? static_cast<float>(4 * rng.normal())
                                           : examples.row(row - 1)[i] + 0.04F * static_cast<float>(rng.normal());
        }
        const auto found = effectiveExamples(examples, traffic);
        QVERIFY2(found.worth > 3.8 && found.worth < 4.2, std::to_string(found.worth).c_str());
        QVERIFY((found.copyOf == std::vector<std::uint32_t>{0, 0, 2, 2, 4, 4, 6, 6}));
    }

    void weightsGoWithTheirExamples()
    {
        const auto one = effectiveExamples(rows({{0}, {0.5F}, {2}, {2}}), background());
        const auto other = effectiveExamples(rows({{2}, {0.5F}, {2}, {0}}), background());
        QVERIFY(near(one.worth, other.worth));
        QVERIFY(near(one.weights[0], other.weights[3]) && near(one.weights[2], other.weights[0]));
    }

    void withoutAScaleOnlyEqualOnesAreCopies()
    {
        for (const Matrix& nothing : {Matrix(0, 1), rows({{5}}), rows({{5}, {5}, {5}})}) {
            const auto three = effectiveExamples(rows({{1}, {1}, {1.0001F}}), nothing);
            QCOMPARE(three.worth, 2.0);
            QVERIFY((three.copyOf == std::vector<std::uint32_t>{0, 0, 2}));
        }
    }

    void oddNumbersAreLikeNothing()
    {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const auto three = effectiveExamples(rows({{nan}, {nan}, {std::numeric_limits<float>::infinity()}}),
                                             rows({{0}, {nan}, {4}, {8}}));
        QCOMPARE(three.worth, 3.0);
        QVERIFY((three.copyOf == std::vector<std::uint32_t>{0, 1, 2}));
    }

    void fewExamples()
    {
        const auto none = effectiveExamples(Matrix(0, 1), background());
        QCOMPARE(none.worth, 0.0);
        QCOMPARE(sentence(none), std::string("no example"));
        const auto one = effectiveExamples(rows({{7}}), background());
        QCOMPARE(one.worth, 1.0);
        QCOMPARE(sentence(one), std::string("1 example"));
        QCOMPARE(sentence(effectiveExamples(rows({{0}, {50}}), background())),
                 std::string("2 examples, worth about 2.0"));
    }
};

QTEST_GUILESS_MAIN(EffectiveExamplesTest)
#include "effective_examples_test.moc"
