// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/engine/learn/replay/der_reference.h"

#include <cmath>

using namespace flowscent::test;

namespace {

bool close(double found, double expected)
{
    return std::abs(found - expected) < 1e-12;
}

const double ln2 = std::log(2.0);
const double ln3 = std::log(3.0);

} // namespace

/// The reference itself against hand calculation.
class DerReferenceTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// softmax(ln 3, 0) = (3/4, 1/4); softmax(0, 0, ln 2) = (1/4, 1/4, 1/2).
    void crossEntropyIsMinusTheLogOfTheSoftmax()
    {
        QVERIFY(close(crossEntropy({{ln3, 0}, 0}), std::log(4.0 / 3)));
        QVERIFY(close(crossEntropy({{ln3, 0}, 1}), std::log(4.0)));
        QVERIFY(close(crossEntropy({{0, 0, ln2}, 2}), ln2));
        QVERIFY(close(crossEntropy({{1000 + ln3, 1000}, 1}), std::log(4.0))); // no overflow
        QVERIFY(close(crossEntropy({{0, 2000}, 0}), 2000));
    }

    /// CE(new) = (ln 4/3 + ln 4) / 2 = ln 4 - ln 3 / 2; MSE = (1 + 4 + 0 + 9) / 4 = 3.5; CE(replay) = ln 2.
    void theSumOfThreeTerms()
    {
        const std::vector<LabelledLogits> fresh{{{ln3, 0}, 0}, {{ln3, 0}, 1}};
        const std::vector<StoredLogits> remembered{{{1, -1}, {0, 1}}, {{2, 2}, {2, 5}}};
        const std::vector<LabelledLogits> replayed{{{0, 0, ln2}, 2}};
        const double freshTerm = 2 * ln2 - ln3 / 2;
        QVERIFY(close(derPlusPlus(fresh, remembered, replayed, 0.5, 0.25), freshTerm + 0.5 * 3.5 + 0.25 * ln2));
        QVERIFY(close(derPlusPlus(fresh, remembered, replayed, 0, 0), freshTerm));
        QVERIFY(close(derPlusPlus(fresh, {}, {}, 0.5, 0.5), freshTerm));
        QVERIFY(close(derPlusPlus({}, remembered, {}, 1, 1), 3.5));
    }
};

QTEST_GUILESS_MAIN(DerReferenceTest)
#include "der_reference_test.moc"
