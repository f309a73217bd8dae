// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/detect/evaluation/neighbour_ratio.h"

#include <algorithm>
#include <array>
#include <cmath>

using namespace flowscent;
using base::Matrix;

namespace {

Matrix points(const std::vector<std::array<float, 2>>& places)
{
    Matrix matrix(places.size(), 2);
    for (std::size_t row = 0; row < places.size(); ++row)
        std::ranges::copy(places[row], matrix.row(row).begin());
    return matrix;
}

} // namespace

class NeighbourRatioTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// The query at (0, 0) has threats at distances 5 and 2, others at 1, 10 and 13.
    void theRatioByHand_data()
    {
        QTest::addColumn<int>("neighbours");
        QTest::addColumn<double>("expected");
        QTest::newRow("one") << 1 << std::log(1.0 / 2.0);
        QTest::newRow("two") << 2 << std::log(5.5 / 3.5);
        QTest::newRow("more than there are") << 9 << std::log(8.0 / 3.5);
    }
    void theRatioByHand()
    {
        QFETCH(const int, neighbours);
        QFETCH(const double, expected);
        const auto ratios = detect::neighbourRatio(points({{3, 4}, {0, 2}}), points({{6, 8}, {1, 0}, {5, 12}}),
                                                   points({{0, 0}, {0, 2}}), static_cast<std::size_t>(neighbours));
        QVERIFY(std::abs(ratios[0] - expected) < 1e-5);
        QVERIFY(std::isfinite(ratios[1]) && ratios[1] > ratios[0]); // a copy of an example
    }
};

QTEST_GUILESS_MAIN(NeighbourRatioTest)
#include "neighbour_ratio_test.moc"
