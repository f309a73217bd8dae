// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/detect/evaluation/evasion.h"
#include "engine/detect/evaluation/hunt.h"
#include "tests/engine/detect/hunt_world.h"

#include <algorithm>
#include <cmath>

using namespace flowscent;
using detect::EvadedFlows;
using detect::EvasionSettings;
using detect::HuntTask;
using learn::Evasion;
using learn::EvasionKind;

namespace {

/// Every flow has two packets; threats say 100 bytes, others 700.
learn::Dataset world()
{
    learn::Dataset data = test::huntWorld();
    for (std::uint32_t row = 0; row < data.size(); ++row) {
        const std::uint32_t size = data.threatClass[data.classOf[row]] ? 100 : 700;
        learn::writePackets(
            {{.payload = size, .push = true}, {.payload = size, .fromServer = true, .gap = 1e4, .push = true}},
            data.features.sequences.row(row));
        data.features.statistics.row(row)[0] = 1; // packets_out and packets_in: all that the flow has
        data.features.statistics.row(row)[1] = 1;
    }
    return data;
}

const learn::Dataset& data()
{
    static const learn::Dataset made = world();
    return made;
}

/// Looks for the smallest first payload.
detect::HuntContestant bySize(const EvadedFlows& evaded)
{
    return test::scoring("size", [&evaded](const HuntTask&, std::uint32_t row) {
        return -double{evaded.data().features.sequences.row(row)[0]};
    });
}

std::vector<detect::EvasionResult> played(const std::vector<Evasion>& evasions)
{
    const EvadedFlows evaded(data(), evasions, 7);
    const EvasionSettings settings{.evasions = evasions, .draws = 3};
    return detect::playEvasions(data(), evaded, std::vector{bySize(evaded)}, settings, {}, {}).value();
}

} // namespace

class EvasionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void onlyThreatsAreAlteredAndTheOriginalsStay()
    {
        const std::vector<Evasion> evasions{{EvasionKind::PadToMultiple, 512}, {EvasionKind::PadToMultiple, 128}};
        const EvadedFlows evaded(data(), evasions, 7);
        QCOMPARE(evaded.data().size(), data().size() + 2 * 70);
        for (std::uint32_t row = 0; row < data().size(); ++row)
            QVERIFY(std::ranges::equal(evaded.data().features.sequences.row(row), data().features.sequences.row(row)));
        for (std::uint32_t row = 200; row < data().size(); ++row) {
            QCOMPARE(evaded.data().features.sequences.row(evaded.rowOf(0, row))[0], 512.0F);
            QCOMPARE(evaded.data().features.sequences.row(evaded.rowOf(1, row))[0], 128.0F);
            QCOMPARE(evaded.data().classOf[evaded.rowOf(1, row)], data().classOf[row]);
        }
    }

    /// Who looks for 100 bytes finds 128 below 700 as well, and not 1 024.
    void theFiguresAreThoseOfTheAlteredFlows()
    {
        const auto results = played({{EvasionKind::PadToMultiple, 128}, {EvasionKind::PadToMultiple, 1024}});
        QCOMPARE(results.size(), std::size_t(2 * 2 * 3)); // variants, negatives, none and two evasions
        for (std::size_t i = 0; i < results.size(); i += 3) {
            QVERIFY(!results[i].evasion);
            QCOMPARE(results[i + 2].evasion->strength, 1024.0);
            QVERIFY(std::abs(results[i].figures[0].mean - 1) < 1e-12);
            QVERIFY(std::abs(results[i + 1].change[0].mean) < 1e-12);
            QVERIFY(results[i + 2].figures[0].mean < 0.02); // last of all, a little above the prevalence of 1 %
            QVERIFY(std::abs(results[i + 2].figures[1].mean) < 1e-12);
            QVERIFY(std::abs(results[i + 2].change[1].mean + 1) < 1e-12);
        }
    }

    void whatChangesNothingGivesTheFiguresOfHunts()
    {
        const std::vector<Evasion> nothing{{EvasionKind::PadToMultiple, 1}, {EvasionKind::PadRandomly, 0},
                                           {EvasionKind::Split, 1},         {EvasionKind::Delay, 1},
                                           {EvasionKind::Jitter, 0},        {EvasionKind::Dummies, 0}};
        const EvadedFlows evaded(data(), nothing, 7);
        const auto noisy = test::scoring("noisy", [&evaded](const HuntTask& task, std::uint32_t row) {
            const auto sequence = evaded.data().features.sequences.row(row);
            return std::sin(double{sequence[0]} * (1 + task.support[0])) + 1e-6 * double{sequence[10]};
        });
        const auto results =
            detect::playEvasions(data(), evaded, std::vector{noisy}, {.evasions = nothing, .draws = 3}, {}, {});
        const auto hunts = detect::playHunts(data(), std::vector{noisy}, {.shots = {5}, .draws = 3}, {}, {});
        QVERIFY(results && hunts);
        QCOMPARE(results->size(), 7 * hunts->size());
        for (std::size_t i = 0; i < results->size(); ++i)
            QVERIFY((*results)[i].perClass == (*hunts)[i / 7].perClass);
    }

    void settingsWithoutMeaningAreRefused()
    {
        const EvadedFlows evaded(data(), {}, 7);
        const std::vector contestants{bySize(evaded)};
        QVERIFY(!detect::playEvasions(data(), evaded, contestants, {.evasions = {}, .shots = {}}, {}, {}));
        learn::Dataset nowhere = data();
        nowhere.provenance = {};
        const auto refused = detect::playEvasions(nowhere, evaded, contestants, {.evasions = {}}, {}, {});
        QVERIFY(!refused && refused.error().code == base::Error::Code::Support);
    }
};

QTEST_GUILESS_MAIN(EvasionTest)
#include "evasion_test.moc"
