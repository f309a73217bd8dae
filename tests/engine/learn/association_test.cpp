// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/learn/evaluation/association.h"

using namespace flowscent;
using learn::Association;
using learn::Weighing;
using Column = std::vector<std::uint32_t>;

namespace {

constexpr double tight = 1e-9;

Association told(const Column& given, const Column& predicted, Weighing weighing = Weighing::Flows)
{
    return learn::associate(given, predicted, weighing, base::Rng(1));
}

/// Each pair of values as often as the table says.
std::pair<Column, Column> columnsOf(const std::vector<std::vector<int>>& table)
{
    std::pair<Column, Column> columns;
    for (std::uint32_t row = 0; row < table.size(); ++row) {
        for (std::uint32_t column = 0; column < table[row].size(); ++column) {
            columns.first.insert(columns.first.end(), static_cast<std::size_t>(table[row][column]), row);
            columns.second.insert(columns.second.end(), static_cast<std::size_t>(table[row][column]), column);
        }
    }
    return columns;
}

void close(double actual, double expected)
{
    QVERIFY2(std::abs(actual - expected) < tight,
             qPrintable(QStringLiteral("%1 instead of %2").arg(actual, 0, 'g', 15).arg(expected, 0, 'g', 15)));
}

} // namespace

class AssociationTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// normalized_mutual_info_score of scikit-learn 1.2.1, scipy.stats.contingency.association(method="cramer") of
    /// SciPy 1.10.1; accuracy by hand: (2 + 3 + 2) of 10.
    void agreesWithScikitLearnAndSciPy()
    {
        const Association found = told({0, 0, 0, 1, 1, 1, 1, 2, 2, 2}, {0, 0, 1, 1, 1, 1, 0, 2, 2, 0});
        close(found.mutualInformation, 0.418017911209);
        close(found.cramersV, 0.629152869606);
        close(found.accuracy, 0.7);
        close(found.chance, 0.4);
        QCOMPARE(found.given, std::size_t(3));
        QCOMPARE(found.predicted, std::size_t(3));
    }

    /// The same by both libraries, with the two flows of value 2 written twice; accuracy by hand: (2 + 3 + 4) of 12.
    void everyValueCountsTheSameOnDemand()
    {
        const Association found =
            told({0, 0, 0, 1, 1, 1, 1, 2, 2, 2}, {0, 0, 1, 1, 1, 1, 0, 2, 2, 0}, Weighing::Classes);
        close(found.mutualInformation, 0.499536372918);
        close(found.cramersV, 0.667707520800);
        close(found.accuracy, 0.75);
        close(found.chance, 1.0 / 3);
    }

    /// The example in SciPy's documentation of `association`.
    void agreesWithSciPysExample()
    {
        const auto [rows, columns] = columnsOf({{100, 150}, {203, 322}, {420, 700}, {320, 210}});
        close(told(rows, columns).cramersV, 0.18617813077483678);
        close(told(columns, rows).cramersV, 0.18617813077483678);
    }

    void oneThatIsTheOtherIsKnownWhollyWhateverItsNumbers()
    {
        for (const Weighing weighing : {Weighing::Flows, Weighing::Classes}) {
            const Association found = told({7, 7, 7, 1, 1, 900}, {0, 0, 0, 5, 5, 2}, weighing);
            close(found.mutualInformation, 1);
            close(found.cramersV, 1);
            close(found.accuracy, 1);
        }
    }

    void independentOnesSayNothing()
    {
        const auto [rows, columns] = columnsOf({{20, 60}, {10, 30}, {5, 15}});
        const Association found = told(rows, columns);
        close(found.mutualInformation, 0);
        QVERIFY(found.cramersV < 1e-6); // a root, so the last bits show
        close(found.accuracy, found.chance);
        close(found.chance, 0.75);
        close(told(rows, columns, Weighing::Classes).accuracy, 0.5);
    }

    void smallGroupsLookRightWithoutKnowingAnything()
    {
        Column groups;
        Column values;
        base::Rng rng(3);
        for (std::uint32_t i = 0; i < 2000; ++i) {
            groups.push_back(i / 2);
            values.push_back(static_cast<std::uint32_t>(rng.below(2)));
        }
        const Association found = told(groups, values);
        QVERIFY(found.accuracy > 0.7); // pairs: both alike, or one of two: 3 in 4
        QVERIFY(std::abs(found.accuracy - found.shuffled) < 0.03);
        QVERIFY(found.chance < 0.55);
    }

    void oneValueAndNothingAtAllAreNoTrouble()
    {
        const Association constant = told({1, 1, 1}, {0, 1, 1});
        close(constant.mutualInformation, 0);
        close(constant.cramersV, 0);
        close(constant.accuracy, 2.0 / 3);
        close(told({1, 1}, {0, 0}).accuracy, 1);
        QCOMPARE(told({}, {}).given, std::size_t(0));
    }
};

QTEST_GUILESS_MAIN(AssociationTest)
#include "association_test.moc"
