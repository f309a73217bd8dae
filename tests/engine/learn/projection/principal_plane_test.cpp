// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/learn/projection/leading_eigenpairs.h"
#include "engine/learn/projection/principal_plane.h"
#include "tests/engine/learn/projection/made_rows.h"

#include <cmath>
#include <limits>

using namespace flowscent;
using test::allRows;

namespace {

bool near(double a, double b, double tolerance)
{
    return std::abs(a - b) <= tolerance;
}

} // namespace

class PrincipalPlaneTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// sklearn.decomposition.PCA (1.2.1) of the same rows; of each component its largest element is made positive.
    void agreesWithAnotherProgram()
    {
        const base::Matrix rows = test::plainRows();
        const auto plane = learn::principalPlane(rows, allRows(rows), {}).value();
        QVERIFY(near(plane.explained[0], 0.37778068, 1e-6));
        QVERIFY(near(plane.explained[1], 0.27605602, 1e-6));
        const std::array<std::array<double, 6>, 2> axes{
            {{0.07710708, -0.01642634, 0.6544493, 0.00083789, -0.0347763, 0.75117954},
             {-0.01224527, -0.02334772, 0.75128463, 0.07962681, -0.01318603, -0.65449373}}};
        for (std::size_t axis = 0; axis < 2; ++axis) {
            for (std::size_t k = 0; k < 6; ++k)
                QVERIFY(near(double{plane.axes[axis][k]}, axes[axis][k], 1e-5));
        }
        const learn::Places places = learn::project(plane, rows, allRows(rows));
        QVERIFY(near(double{places[0].x}, -1.69927023, 1e-5));
        QVERIFY(near(double{places[0].y}, 0.1676009, 1e-5));
        QVERIFY(near(double{places[7].x}, 0.25886649, 1e-5));
        QVERIFY(near(double{places[7].y}, 0.70781466, 1e-5));
    }

    void manyEigenpairsSolveTheirEquation()
    {
        base::Rng rng(3);
        constexpr std::size_t size = 40;
        learn::DoubleRows half(size, size);
        for (double& value : half.values)
            value = rng.normal();
        learn::DoubleRows matrix(size, size); // half' half
        for (std::size_t i = 0; i < size; ++i) {
            for (std::size_t j = 0; j < size; ++j) {
                for (std::size_t k = 0; k < size; ++k)
                    matrix.row(i)[j] += half.row(k)[i] * half.row(k)[j];
            }
        }
        const auto all = learn::jacobiEigenpairs(matrix);
        const auto leading = learn::leadingEigenpairs(matrix, 3);
        for (std::size_t pair = 0; pair < size; ++pair) {
            for (std::size_t i = 0; i < size; ++i) {
                double image = 0;
                for (std::size_t k = 0; k < size; ++k)
                    image += matrix.row(i)[k] * all.vectors.row(pair)[k];
                QVERIFY(near(image, all.values[pair] * all.vectors.row(pair)[i], 1e-9 * all.values[0]));
            }
        }
        for (std::size_t pair = 0; pair < 3; ++pair) {
            QVERIFY(near(leading.values[pair], all.values[pair], 1e-9 * all.values[0]));
            for (std::size_t i = 0; i < size; ++i)
                QVERIFY(near(leading.vectors.row(pair)[i], all.vectors.row(pair)[i], 1e-4));
        }
    }

    void rowsThatAreNotNamedOrNotFiniteHaveNoPlace()
    {
        base::Matrix rows = test::plainRows();
        rows.row(5)[2] = std::numeric_limits<float>::quiet_NaN();
        rows.row(6)[0] = std::numeric_limits<float>::infinity();
        const auto finite = learn::finiteRows(rows, std::vector<std::uint32_t>{1, 2, 5, 6, 9});
        QCOMPARE(finite, (std::vector<std::uint32_t>{1, 2, 9}));
        const auto places = learn::project(learn::principalPlane(rows, finite, {}).value(), rows, finite);
        for (std::size_t row = 0; row < rows.rows; ++row)
            QCOMPARE(places[row].known(), std::ranges::count(finite, row) == 1);
    }

    void rowsWithoutScatterAllStandInTheMiddle()
    {
        base::Matrix same(300, 16);
        std::ranges::fill(same.values, 3.0F);
        const auto plane = learn::principalPlane(same, allRows(same), {}).value();
        QCOMPARE(plane.explained[0], 0.0);
        for (const learn::Place& place : learn::project(plane, same, allRows(same)))
            QVERIFY(place.x == 0 && place.y == 0);
        const auto none = learn::principalPlane(same, {}, {}).value();
        QVERIFY(!learn::project(none, same, {})[0].known());
    }

    void theSameRowsGiveTheSamePicture()
    {
        const base::Matrix rows = test::clouds(2000, 128, 5, 2, 9);
        const auto once = learn::principalPlane(rows, allRows(rows), {}).value();
        const auto again = learn::principalPlane(rows, allRows(rows), {}).value();
        QCOMPARE(once.axes, again.axes);
    }

    void stopsWhenAsked()
    {
        std::stop_source stop;
        stop.request_stop();
        const base::Matrix rows = test::plainRows();
        const auto plane = learn::principalPlane(rows, allRows(rows), stop.get_token());
        QVERIFY(!plane && plane.error().code == base::Error::Code::Cancelled);
    }
};

QTEST_APPLESS_MAIN(PrincipalPlaneTest)
#include "principal_plane_test.moc"
