// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/matrix_rows.h"

#include <array>
#include <limits>

using namespace flowscent;
using base::Matrix;

namespace {

Matrix counted(std::size_t rows, std::size_t columns)
{
    Matrix matrix(rows, columns);
    for (std::size_t i = 0; i < matrix.values.size(); ++i)
        matrix.values[i] = static_cast<float>(i);
    return matrix;
}

} // namespace

class MatrixRowsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void rowsComeInTheOrderThatIsAskedFor()
    {
        const Matrix chosen = base::rowsOf(counted(3, 2), std::array{2U, 0U, 2U});
        QCOMPARE(chosen.rows, std::size_t(3));
        QVERIFY((chosen.values == std::vector<float>{4, 5, 0, 1, 4, 5}));
        QCOMPARE(base::rowsOf(counted(3, 2), std::array<unsigned, 0>{}).columns, std::size_t(2));
    }

    void oneIsPutBelowTheOther()
    {
        Matrix all;
        base::append(all, Matrix(0, 2));
        QCOMPARE(all.columns, std::size_t(2));
        base::append(all, counted(1, 2));
        base::append(all, Matrix());
        base::append(all, counted(2, 2));
        QCOMPARE(all.rows, std::size_t(3));
        QCOMPARE(all.columns, std::size_t(2));
        QVERIFY((all.values == std::vector<float>{0, 1, 0, 1, 2, 3}));
    }

    void oneNumberThatIsNotFiniteIsEnough()
    {
        QVERIFY(base::allFinite(Matrix()));
        Matrix matrix = counted(2, 2);
        QVERIFY(base::allFinite(matrix));
        for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
            matrix.values[3] = bad;
            QVERIFY(!base::allFinite(matrix));
        }
    }
};

QTEST_GUILESS_MAIN(MatrixRowsTest)
#include "matrix_rows_test.moc"
