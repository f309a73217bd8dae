// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/detect/support/draw_chance.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

using namespace flowscent::detect;

namespace {

constexpr std::size_t flows = 12;

/// Share of the draws of `drawn` among twelve flows for which something is true, by going through all of them.
template <class Truth>
double share(std::size_t drawn, Truth truth)
{
    double all = 0;
    double those = 0;
    for (std::uint32_t draw = 0; draw < 1U << flows; ++draw) {
        if (static_cast<std::size_t>(std::popcount(draw)) != drawn)
            continue;
        ++all;
        those += truth(draw) ? 1 : 0;
    }
    return those / all;
}

std::size_t span(std::uint32_t draw)
{
    return static_cast<std::size_t>(std::bit_width(draw)) - static_cast<std::size_t>(std::countr_zero(draw));
}

std::uint32_t withoutLast(std::uint32_t draw)
{
    return draw & ~std::bit_floor(draw);
}

std::uint32_t withoutFirst(std::uint32_t draw)
{
    return draw & (draw - 1);
}

bool near(double value, double expected)
{
    return std::abs(value - expected) < 1e-9;
}

} // namespace

class DrawChanceTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aSharedValueAsCounted()
    {
        for (std::size_t drawn = 1; drawn <= flows; ++drawn) {
            for (std::size_t holders = 0; holders <= flows; ++holders) {
                const std::uint32_t those = (1U << holders) - 1;
                for (std::size_t least = 0; least <= flows + 1; ++least) {
                    const double counted = share(drawn, [&](std::uint32_t draw) {
                        return static_cast<std::size_t>(std::popcount(draw & those)) >= least;
                    });
                    QVERIFY(near(sharedByChance(flows, drawn, holders, least), counted));
                }
            }
        }
    }

    /// scipy.stats.hypergeom(67, 3, 3).sf(2), hypergeom(261, 12, 5).sf(3), hypergeom(100, 40, 10).sf(5)
    void aSharedValueAsScipySays()
    {
        QVERIFY(near(sharedByChance(67, 3, 3, 3), 2.0874647740319383e-05));
        QVERIFY(near(sharedByChance(261, 5, 12, 4), 1.2773239724147586e-05));
        QVERIFY(near(sharedByChance(100, 10, 40, 6), 0.153843947560813));
    }

    void aWindowAsCounted()
    {
        for (std::size_t drawn = 2; drawn <= flows; ++drawn) {
            for (std::size_t most = 0; most <= flows + 1; ++most) {
                const double counted = share(drawn, [&](std::uint32_t draw) { return span(draw) <= most; });
                QVERIFY(near(windowByChance(flows, drawn, most), counted));
            }
        }
    }

    void aWindowOfAllButOneAsCounted()
    {
        for (std::size_t drawn = 3; drawn <= flows; ++drawn) {
            for (std::size_t most = 0; most <= flows + 1; ++most) {
                const double last = share(drawn, [&](std::uint32_t draw) { return span(withoutLast(draw)) <= most; });
                const double bound = windowOfAllButOneByChance(flows, drawn, most);
                QVERIFY(near(bound, std::min(1.0, 2 * last)));
                QVERIFY(bound + 1e-9 >= share(drawn, [&](std::uint32_t draw) {
                            return std::min(span(withoutLast(draw)), span(withoutFirst(draw))) <= most;
                        }));
            }
        }
    }

    void manyFlowsAreNoTrouble()
    {
        const double chance = windowByChance(200'000, 5'000, 190'000);
        QVERIFY(chance >= 0 && chance <= 1);
        QVERIFY(sharedByChance(200'000, 5'000, 5'000, 4'999) < 1e-300);
    }
};

QTEST_GUILESS_MAIN(DrawChanceTest)
#include "draw_chance_test.moc"
