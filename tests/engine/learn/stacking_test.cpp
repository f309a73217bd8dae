// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/learn/evaluation/stacking.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

using namespace flowscent;
using base::Matrix;
using learn::Member;

namespace {

/// A member's answer to `rows` examples of class 0 in a task of two classes.
Matrix givingTruth(std::size_t rows, float share)
{
    Matrix shares(rows, 2);
    for (std::size_t row = 0; row < rows; ++row) {
        shares.row(row)[0] = share;
        shares.row(row)[1] = 1 - share;
    }
    return shares;
}

std::vector<double> weightsOf(const std::vector<Matrix>& shares, double prior)
{
    const auto weights =
        learn::stackWeights(shares, std::vector<std::uint16_t>(shares[0].rows, std::uint16_t{0}), prior);
    return weights ? *weights : std::vector<double>{};
}

/// Two classes by the parity of the row; answers `right` for the true one, and writes down what it was asked.
struct Oracle {
    float right;
    std::vector<std::pair<std::vector<std::uint32_t>, std::vector<std::uint32_t>>> calls;

    Member member()
    {
        return [this](const auto& known, const auto& asked) -> base::Result<Matrix> {
            calls.emplace_back(known, asked);
            Matrix shares(asked.size(), 2);
            for (std::size_t i = 0; i < asked.size(); ++i) {
                shares.row(i)[asked[i] % 2] = right;
                shares.row(i)[1 - asked[i] % 2] = 1 - right;
            }
            return shares;
        };
    }
};

std::vector<std::uint16_t> parity(const std::vector<std::uint32_t>& rows)
{
    std::vector<std::uint16_t> classes;
    for (const std::uint32_t row : rows)
        classes.push_back(static_cast<std::uint16_t>(row % 2));
    return classes;
}

} // namespace

class StackingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// All n rows go to the one that knows, and half of the prior's: (10 + 10 / 2) / (10 + 10).
    void whoKnowsEverythingEarnsTheRowsAndHalfOfThePrior()
    {
        const auto weights = weightsOf({givingTruth(10, 1), givingTruth(10, 0)}, 10);
        QCOMPARE(weights.size(), std::size_t{2});
        QVERIFY(std::abs(weights[0] - 0.75) < 1e-9);
        QVERIFY(std::abs(weights[1] - 0.25) < 1e-9);
    }

    /// log(0.2 + 0.6 w) + log w + log(1 - w) is largest where 1.8 w^2 - 0.8 w - 0.2 = 0: w = (0.8 + sqrt(2.08)) / 3.6.
    void oneRowMovesTheWeightsAsTheDerivativeSays()
    {
        const auto weights = weightsOf({givingTruth(1, 0.8F), givingTruth(1, 0.2F)}, 2);
        QCOMPARE(weights.size(), std::size_t{2});
        QVERIFY2(std::abs(weights[0] - 0.622839025) < 1e-7, std::to_string(weights[0]).c_str());
    }

    void membersThatAreAlikeWeighAlike()
    {
        const Matrix same = givingTruth(12, 0.7F);
        for (const double weight : weightsOf({same, same, same}, 1))
            QVERIFY(std::abs(weight - 1.0 / 3) < 1e-9);
    }

    void aStrongPriorIsThePlainAverage()
    {
        const auto weights = weightsOf({givingTruth(10, 1), givingTruth(10, 0)}, 1e9);
        QVERIFY(std::abs(weights[0] - 0.5) < 1e-7);
    }

    void rowsThatNobodyKnowsAndNoRowsSayNothing()
    {
        for (const std::size_t rows : {0U, 4U}) {
            const auto weights = weightsOf({givingTruth(rows, 0), givingTruth(rows, 0)}, 1);
            QCOMPARE(weights, (std::vector{0.5, 0.5}));
        }
    }

    void sharesAreAddedByWeight()
    {
        const auto sum = learn::combine({givingTruth(1, 0.8F), givingTruth(1, 0.4F)}, {0.75, 0.25});
        QVERIFY(sum);
        QVERIFY(std::abs(sum->row(0)[0] - 0.7F) < 1e-6F); // 0.6 + 0.1
        QVERIFY(std::abs(sum->row(0)[1] - 0.3F) < 1e-6F); // 0.15 + 0.15
    }

    void foldsSpreadEveryClassEvenly()
    {
        std::vector<std::uint16_t> classOf;
        for (int i = 0; i < 7; ++i)
            classOf.insert(classOf.end(), {0, 1});
        classOf.insert(classOf.end(), {2, 2, 2});
        base::Rng rng(1);
        const auto foldOf = learn::stratifiedFolds(classOf, 5, rng);
        QCOMPARE(foldOf.size(), classOf.size());
        QCOMPARE(std::set(foldOf.begin(), foldOf.end()).size(), std::size_t{3}); // class 2 has three rows
        for (std::uint16_t index = 0; index < 3; ++index) {
            std::vector<int> counts(3);
            for (std::size_t row = 0; row < classOf.size(); ++row)
                counts[foldOf[row]] += classOf[row] == index ? 1 : 0;
            const auto [fewest, most] = std::ranges::minmax(counts);
            QVERIFY(fewest >= 1 && most - fewest <= 1);
        }
    }

    void oneShotHasNoFolds()
    {
        base::Rng rng(1);
        QVERIFY(learn::stratifiedFolds({0, 1, 1, 1}, 5, rng).empty());
        QVERIFY(learn::stratifiedFolds({}, 5, rng).empty());
        QVERIFY(learn::stratifiedFolds({0, 0}, 1, rng).empty());
        QVERIFY(learn::stratifiedFolds({0, 0}, 0, rng).empty());
    }

    /// Ten rows, prior 10: the weights of the first case, learned through folds.
    void aStackTrustsWhoAnsweredTheSupport()
    {
        Oracle knows{1, {}};
        Oracle errs{0, {}};
        std::vector<std::uint32_t> support(10);
        std::iota(support.begin(), support.end(), 100U);
        base::Rng rng(1);
        const auto stacked =
            learn::stack({knows.member(), errs.member()}, support, parity(support), {7, 8}, {.prior = 10}, rng);
        QVERIFY(stacked);
        QVERIFY(std::abs(stacked->weights[0] - 0.75) < 1e-9);
        QVERIFY(std::abs(stacked->shares.row(0)[1] - 0.75F) < 1e-6F);
        QVERIFY(std::abs(stacked->shares.row(1)[0] - 0.75F) < 1e-6F);
    }

    void noMemberIsAskedWhatItHasSeen()
    {
        Oracle oracle{0.9F, {}};
        Oracle other{0.6F, {}};
        std::vector<std::uint32_t> support(12);
        std::iota(support.begin(), support.end(), 0U);
        base::Rng rng(1);
        QVERIFY(learn::stack({oracle.member(), other.member()}, support, parity(support), {99}, {}, rng));
        QCOMPARE(oracle.calls.size(), std::size_t{6}); // five folds and the queries
        std::multiset<std::uint32_t> asked;
        for (std::size_t call = 0; call < 5; ++call) {
            const auto& [known, questions] = oracle.calls[call];
            std::set<std::uint32_t> all(known.begin(), known.end());
            all.insert(questions.begin(), questions.end());
            QCOMPARE(known.size() + questions.size(), support.size());
            QCOMPARE(all.size(), support.size());
            asked.insert(questions.begin(), questions.end());
        }
        QVERIFY(std::ranges::equal(asked, support)); // each once
        QCOMPARE(oracle.calls[5].first, support);
    }

    void oneShotIsThePlainAverage()
    {
        Oracle knows{1, {}};
        Oracle errs{0.5F, {}};
        base::Rng rng(1);
        const auto stacked = learn::stack({knows.member(), errs.member()}, {2, 3}, {0, 1}, {4}, {}, rng);
        QVERIFY(stacked);
        QCOMPARE(knows.calls.size(), std::size_t{1});
        QCOMPARE(stacked->weights, (std::vector{0.5, 0.5}));
        QCOMPARE(stacked->shares.row(0)[0], 0.75F);
    }

    void aMembersErrorIsPassedOn()
    {
        const Member fails = [](const auto&, const auto&) -> base::Result<Matrix> {
            return base::failure(base::Error::Code::Unavailable, "gone fishing");
        };
        Oracle oracle{1, {}};
        base::Rng rng(1);
        const auto stacked = learn::stack({oracle.member(), fails}, {0, 1, 2, 3}, {0, 1, 0, 1}, {4}, {}, rng);
        QVERIFY(!stacked);
        QCOMPARE(stacked.error().what, std::string("gone fishing"));
    }

    void whatDoesNotFitIsRefused()
    {
        const Matrix good = givingTruth(2, 0.5F);
        const auto refused = [](const auto& result, base::Error::Code code = base::Error::Code::Support) {
            return !result && result.error().code == code;
        };
        QVERIFY(refused(learn::stackWeights({}, {}, 1)));
        QVERIFY(refused(learn::stackWeights({good}, {0}, 1)));
        QVERIFY(refused(learn::stackWeights({good}, {0, 2}, 1)));
        QVERIFY(refused(learn::stackWeights({good, Matrix(2, 3)}, {0, 1}, 1)));
        for (const double prior : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()})
            QVERIFY(refused(learn::stackWeights({good}, {0, 1}, prior), base::Error::Code::Argument));
        for (const float poison : {std::numeric_limits<float>::quiet_NaN(), -0.1F, 1.5F}) {
            Matrix poisoned = good;
            poisoned.row(1)[0] = poison;
            QVERIFY(refused(learn::stackWeights({good, poisoned}, {0, 1}, 1)));
        }
        QVERIFY(refused(learn::combine({}, {})));
        QVERIFY(refused(learn::combine({good}, {0.5, 0.5})));
        QVERIFY(refused(learn::combine({good, Matrix(2, 3)}, {0.5, 0.5})));
        base::Rng rng(1);
        QVERIFY(refused(learn::stack({}, {0}, {0}, {1}, {}, rng)));
        Oracle oracle{1, {}};
        QVERIFY(refused(learn::stack({oracle.member()}, {}, {}, {1}, {}, rng)));
        QVERIFY(refused(learn::stack({oracle.member()}, {0, 1}, {0}, {1}, {}, rng)));
        const Member silent = [](const auto&, const auto&) -> base::Result<Matrix> { return Matrix{}; };
        QVERIFY(refused(learn::stack({oracle.member(), silent}, {0, 1, 2, 3}, {0, 1, 0, 1}, {4}, {}, rng)));
    }
};

QTEST_GUILESS_MAIN(StackingTest)
#include "stacking_test.moc"
