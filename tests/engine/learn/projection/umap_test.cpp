// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/learn/projection/principal_plane.h"
#include "engine/learn/projection/row_sample.h"
#include "engine/learn/projection/umap.h"
#include "tests/engine/learn/projection/made_rows.h"
#include "tests/engine/learn/projection/trustworthiness.h"

#include <chrono>
#include <cmath>
#include <thread>

using namespace flowscent;
using test::allRows;

namespace {

learn::UmapLayout umapOf(const base::Matrix& rows, const learn::UmapSettings& settings = {})
{
    return learn::umap(rows, allRows(rows), {}, settings, {}, {}, {}).value();
}

base::Matrix asMatrix(const learn::Places& places)
{
    base::Matrix matrix(places.size(), 2);
    for (std::size_t i = 0; i < places.size(); ++i) {
        matrix.row(i)[0] = places[i].x;
        matrix.row(i)[1] = places[i].y;
    }
    return matrix;
}

bool samePlaces(const learn::Places& a, const learn::Places& b)
{
    return std::ranges::equal(a, b,
                              [](const auto& one, const auto& other) { return one.x == other.x && one.y == other.y; });
}

} // namespace

class UmapTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// sklearn.manifold.trustworthiness (1.2.1) of the same numbers.
    void trustIsMeasuredAsAnotherProgramDoes()
    {
        const base::Matrix rows = test::plainRows();
        base::Matrix map(60, 2);
        base::Matrix columns(60, 2);
        for (std::size_t i = 0; i < 60; ++i) {
            map.row(i)[0] = float(double(i * 29 % 53) / 53);
            map.row(i)[1] = float(double(i * i * 7 % 31) / 31);
            columns.row(i)[0] = rows.row(i)[0];
            columns.row(i)[1] = rows.row(i)[1];
        }
        QVERIFY(std::abs(test::trustworthiness(rows, map, 5) - 0.5009615384615385) < 1e-9);
        QVERIFY(std::abs(test::trustworthiness(rows, columns, 5) - 0.6466025641025641) < 1e-9);
    }

    void neighboursCanBeTrustedMoreThanOnThePrincipalPlane()
    {
        const base::Matrix rows = test::clouds(800, 32, 10, 1.2, 5);
        const auto plane = learn::principalPlane(rows, allRows(rows), {}).value();
        const double plain = test::trustworthiness(rows, asMatrix(learn::project(plane, rows, allRows(rows))), 10);
        const double refined = test::trustworthiness(rows, asMatrix(umapOf(rows).places), 10);
        QVERIFY2(refined > plain + 0.05 && refined > 0.85,
                 QByteArray::number(plain) + " " + QByteArray::number(refined));
    }

    void cloudsStayApart()
    {
        constexpr std::size_t groups = 6;
        const base::Matrix rows = test::clouds(900, 24, groups, 3, 8);
        const auto places = umapOf(rows).places;
        std::size_t strangers = 0; // rows whose nearest on the map is of another cloud
        for (std::size_t i = 0; i < places.size(); ++i) {
            std::size_t nearest = i;
            float least = std::numeric_limits<float>::infinity();
            for (std::size_t j = 0; j < places.size(); ++j) {
                const float apart = std::hypot(places[i].x - places[j].x, places[i].y - places[j].y);
                if (j != i && apart < least) {
                    least = apart;
                    nearest = j;
                }
            }
            strangers += nearest % groups != i % groups ? 1U : 0U;
        }
        QCOMPARE(strangers, std::size_t{0});
    }

    void theSameSeedGivesTheSameMap()
    {
        const base::Matrix rows = test::clouds(2500, 16, 4, 2, 8);
        const learn::UmapSettings brief{.epochs = 20};
        QVERIFY(samePlaces(umapOf(rows, brief).places, umapOf(rows, brief).places));
        QVERIFY(!samePlaces(umapOf(rows, brief).places, umapOf(rows, {.epochs = 20, .seed = 2}).places));
    }

    void equalRowsShareOnePlace()
    {
        base::Matrix rows = test::clouds(3000, 16, 3, 2, 4);
        for (std::size_t row = 0; row < 2000; ++row)
            std::ranges::copy(rows.row(2999), rows.row(row).begin());
        const auto layout = umapOf(rows, {.epochs = 30});
        QCOMPARE(layout.laidOut, std::size_t{3000});
        for (std::size_t row = 0; row < 2000; ++row)
            QVERIFY(layout.places[row].x == layout.places[2999].x && layout.places[row].y == layout.places[2999].y);
        for (const learn::Place& place : layout.places)
            QVERIFY(std::isfinite(place.x) && std::isfinite(place.y));
    }

    void fewRowsHaveAMapToo()
    {
        for (const std::size_t count : {0U, 1U, 2U, 3U, 5U}) {
            const base::Matrix rows = test::clouds(count, 8, 1, 1, 2);
            const auto layout = umapOf(rows);
            QCOMPARE(layout.laidOut, count);
            for (const learn::Place& place : layout.places)
                QVERIFY(std::isfinite(place.x) && std::isfinite(place.y));
        }
    }

    void whatIsTooMuchStandsBesideItsNearest()
    {
        constexpr std::size_t groups = 4;
        const base::Matrix rows = test::clouds(6000, 16, groups, 4, 8);
        const std::vector<std::uint32_t> keep{17, 4711, 5999};
        const auto layout = learn::umap(rows, allRows(rows), keep, {.most = 2000, .epochs = 100}, {}, {}, {}).value();
        QCOMPARE(layout.laidOut, std::size_t{2000});
        QCOMPARE(layout.beside, std::size_t{4000});
        const auto sample = learn::sampleRows(rows, allRows(rows), keep, 2000, 1);
        for (const std::uint32_t row : keep)
            QVERIFY(std::ranges::binary_search(sample.chosen, row));
        QCOMPARE(sample.chosen.size() + sample.others.size(), rows.rows);
        std::vector<learn::Place> centres(groups, {0, 0});
        for (const std::uint32_t row : sample.chosen) {
            centres[row % groups].x += layout.places[row].x;
            centres[row % groups].y += layout.places[row].y;
        }
        for (std::size_t group = 0; group < groups; ++group) {
            const auto members = float(
                std::ranges::count_if(sample.chosen, [group](std::uint32_t row) { return row % groups == group; }));
            centres[group] = {centres[group].x / members, centres[group].y / members};
        }
        for (const std::uint32_t row : sample.others) {
            const learn::Place at = layout.places[row];
            const auto nearest = std::ranges::min_element(
                centres, {}, [at](const learn::Place& c) { return std::hypot(c.x - at.x, c.y - at.y); });
            QCOMPARE(std::size_t(nearest - centres.begin()), row % groups);
        }
    }

    void stopsSoonWhenAsked()
    {
        const base::Matrix rows = test::clouds(4000, 32, 4, 2, 8);
        std::stop_source stop;
        std::chrono::steady_clock::time_point asked;
        const auto progress = [&](const base::Progress& at) {
            if (at.what == "laying out the map" && at.done == 3 && stop.request_stop())
                asked = std::chrono::steady_clock::now();
        };
        std::uint64_t epochs = 0;
        const auto count = [&](const base::Progress& at) {
            progress(at);
            if (at.what == "laying out the map")
                epochs = at.done;
        };
        const auto layout = learn::umap(rows, allRows(rows), {}, {.epochs = 100'000}, {}, count, stop.get_token());
        QVERIFY(!layout && layout.error().code == base::Error::Code::Cancelled);
        QCOMPARE(epochs, std::uint64_t{3});
        QVERIFY(std::chrono::steady_clock::now() - asked < std::chrono::seconds(2));
    }

    void theMapIsShownOnItsWay()
    {
        const base::Matrix rows = test::clouds(1500, 16, 4, 2, 8);
        std::stop_source stop;
        std::size_t pictures = 0;
        const auto sink = [&](const learn::Places& places) {
            QCOMPARE(places.size(), std::size_t{1500});
            QVERIFY(places[0].known());
            ++pictures;
            stop.request_stop();
        };
        const auto layout = learn::umap(rows, allRows(rows), {}, {.epochs = 1'000'000}, sink, {}, stop.get_token());
        QVERIFY(!layout);
        QCOMPARE(pictures, std::size_t{1});
    }
};

QTEST_APPLESS_MAIN(UmapTest)
#include "umap_test.moc"
