// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/detect/abstention.h"
#include "engine/detect/familiarity.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

using namespace flowscent;
using base::Matrix;
using detect::AbstentionSettings;
using detect::Doubt;
using detect::FlowEvidence;
using detect::Judgement;
using detect::PartOpinion;

namespace {

constexpr std::size_t width = 8;

/// Rows around places that lie far apart on their own axes; `first` .. `last` of them take turns.
Matrix clusters(std::size_t count, std::size_t first, std::size_t last, base::Rng& rng)
{
    Matrix rows(count, width);
    for (std::size_t row = 0; row < count; ++row) {
        for (float& value : rows.row(row))
            value = static_cast<float>(rng.normal());
        rows.row(row)[first + row % (last - first + 1)] += 12;
    }
    return rows;
}

Matrix joined(const Matrix& a, const Matrix& b)
{
    Matrix both = a;
    both.rows += b.rows;
    both.values.insert(both.values.end(), b.values.begin(), b.values.end());
    return both;
}

FlowEvidence flow(double score, std::span<const PartOpinion> parts = {})
{
    return {.packets = 10, .familiarity = 0.5, .score = score, .line = 0.5, .parts = parts};
}

double unsureShare(const detect::Familiarity& familiar, const Matrix& rows)
{
    double unsure = 0;
    for (const double share : detect::familiarity(familiar, rows)) {
        FlowEvidence one = flow(0.1);
        one.familiarity = share;
        unsure += detect::judge(one, {}).judgement == Judgement::Unsure ? 1 : 0;
    }
    return unsure / static_cast<double>(rows.rows);
}

} // namespace

class AbstentionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void withoutDoubtTheScoreDecides()
    {
        QVERIFY(detect::judge(flow(0.5), {}) == (detect::JudgedFlow{Judgement::Threat, Doubt::None, {}}));
        QVERIFY(detect::judge(flow(0.4999), {}) == (detect::JudgedFlow{Judgement::Normal, Doubt::None, {}}));
    }

    void aFlowThatHasHardlySpokenIsNotJudged()
    {
        FlowEvidence single = flow(0.9);
        single.packets = 1;
        const auto judged = detect::judge(single, {});
        QVERIFY(judged.judgement == Judgement::Unsure && judged.doubt == Doubt::TooFewPackets);
        QCOMPARE(judged.reason, std::string("the flow has 1 packet; at least 2 are needed to judge one"));
        QVERIFY(detect::judge(single, {.fewestPackets = 1}).judgement == Judgement::Threat);
        FlowEvidence nothing = flow(std::numeric_limits<double>::quiet_NaN());
        QVERIFY(detect::judge(nothing, {}).doubt == Doubt::NotScored);
    }

    void theLeastFamiliarityIsItselfUnfamiliar()
    {
        FlowEvidence strange = flow(0.9);
        strange.familiarity = 0.02;
        const auto judged = detect::judge(strange, {});
        QVERIFY(judged.judgement == Judgement::Unsure && judged.doubt == Doubt::Unfamiliar);
        QVERIFY(QString::fromStdString(judged.reason).contains(QStringLiteral("2.0 %")));
        strange.familiarity = 0.021;
        QVERIFY(detect::judge(strange, {}).judgement == Judgement::Threat);
        strange.familiarity = std::numeric_limits<double>::quiet_NaN();
        QVERIFY(detect::judge(strange, {}).judgement == Judgement::Unsure);
    }

    /// Weights 1, 1, 1: one of three against is a third, which is enough; one of four would not be.
    void partsThatContradictTheWholeMakeItUnsure()
    {
        const std::array three{PartOpinion{"forest", 3, 1, 1}, PartOpinion{"ridge", 2, 1, 1},
                               PartOpinion{"nearest", 0, 1, 1}};
        const auto judged = detect::judge(flow(0.9, three), {});
        QVERIFY(judged.judgement == Judgement::Unsure && judged.doubt == Doubt::PartsDisagree);
        QCOMPARE(judged.reason, std::string("parts of the detector disagree: forest and ridge say threat, nearest says "
                                            "normal"));
        auto heavier = three;
        heavier[0].weight = 2; // now a quarter is against
        QVERIFY(detect::judge(flow(0.9, heavier), {}).judgement == Judgement::Threat);
        auto hesitant = three;
        hesitant[2].evidence = 0.6; // against, but not clearly
        QVERIFY(detect::judge(flow(0.9, hesitant), {}).judgement == Judgement::Threat);
        QVERIFY(detect::judge(flow(0.9, hesitant), {.clearly = 0.4}).judgement == Judgement::Unsure);
    }

    void whereNobodyIsForIt_itIsNoDisagreement()
    {
        const std::array against{PartOpinion{"forest", 0, 1, 1}, PartOpinion{"ridge", 0, 1, 1}};
        QVERIFY(detect::judge(flow(0.9, against), {}).judgement == Judgement::Threat);
        const std::array alone{PartOpinion{"forest", 0, 1, 1}};
        QVERIFY(detect::judge(flow(0.1, alone), {}).judgement == Judgement::Normal);
        const std::array weightless{PartOpinion{"forest", 3, 1, 0}, PartOpinion{"ridge", 0, 1, 0}};
        QVERIFY(detect::judge(flow(0.1, weightless), {}).judgement == Judgement::Normal);
    }

    void settingsWithoutMeaningAreNamed()
    {
        QVERIFY(detect::check({}));
        const auto refused = detect::check({.mostOpposition = 0});
        QVERIFY(!refused && refused.error().code == base::Error::Code::Argument);
        QVERIFY(QString::fromStdString(refused.error().what).contains(QStringLiteral("mostOpposition")));
        QVERIFY(!detect::check({.leastFamiliarity = std::numeric_limits<double>::quiet_NaN()}));
        QVERIFY(!detect::check({.clearly = -1}));
    }

    /// 199 typical flows give p values of 1/200, 2/200, ...: what is like them is at or below 0.02 in 4 of 200 cases on
    /// average over such samples. Mean over 20 of them, 4 000 flows in all; the tolerance is four deviations of the
    /// mean of 20 draws from a beta distribution (4, 196).
    void flowsAsTheBackgroundAreUnsureAsOftenAsStated()
    {
        base::Rng rng(3);
        double share = 0;
        for (int i = 0; i < 20; ++i) {
            const Matrix background = clusters(199, 0, 2, rng);
            const auto familiar = detect::fitFamiliarity(background, background.rows);
            QVERIFY(familiar.has_value());
            share += unsureShare(*familiar, clusters(200, 0, 2, rng)) / 20;
        }
        QVERIFY2(share < 0.02 + 4 * 0.0099 / std::sqrt(20.0), qPrintable(QString::number(share)));
        QVERIFY2(share > 0.005, qPrintable(QString::number(share))); // a test that never doubts would pass the first
    }

    void aClusterThatNobodyHasSeenIsUnsure()
    {
        base::Rng rng(4);
        const Matrix background = clusters(99, 0, 2, rng);
        const Matrix examples = clusters(5, 3, 3, rng);
        const auto familiar = detect::fitFamiliarity(joined(background, examples), background.rows);
        QVERIFY(familiar.has_value());
        QVERIFY(unsureShare(*familiar, clusters(200, 4, 5, rng)) > 0.95);
        QVERIFY(unsureShare(*familiar, clusters(200, 3, 3, rng)) < 0.1); // like the examples, which are known
    }

    void familiarityIsTheSameInAnyCompanyAndNeverZero()
    {
        base::Rng rng(5);
        const Matrix background = clusters(60, 0, 2, rng);
        const auto familiar = detect::fitFamiliarity(background, background.rows).value();
        const Matrix asked = clusters(30, 1, 4, rng);
        const auto together = detect::familiarity(familiar, asked);
        for (std::size_t row = 0; row < asked.rows; ++row) {
            Matrix one(1, width);
            std::ranges::copy(asked.row(row), one.row(0).begin());
            QCOMPARE(detect::familiarity(familiar, one)[0], together[row]);
            QVERIFY(together[row] >= 1.0 / 61 && together[row] <= 1);
        }
    }

    /// Whoever only asks whether a flow is familiar enough hears the same, sooner.
    void lookingNoFurtherThanNeededChangesNoAnswer()
    {
        base::Rng rng(8);
        const Matrix background = clusters(90, 0, 2, rng);
        const auto familiar = detect::fitFamiliarity(background, background.rows).value();
        Matrix asked = clusters(40, 0, 2, rng);
        const Matrix strange = clusters(40, 3, 5, rng);
        asked.values.insert(asked.values.end(), strange.values.begin(), strange.values.end());
        asked.rows += strange.rows;
        const auto exact = detect::familiarity(familiar, asked);
        for (const double enough : {0.0, 0.02, 0.1, 0.5, 1.0}) {
            const auto quick = detect::familiarity(familiar, asked, enough);
            for (std::size_t row = 0; row < asked.rows; ++row) {
                QCOMPARE(quick[row] > enough, exact[row] > enough);
                QVERIFY(quick[row] <= exact[row]);
                if (exact[row] <= enough)
                    QCOMPARE(quick[row], exact[row]);
            }
        }
    }

    void nothingKnownIsRefused()
    {
        base::Rng rng(6);
        QVERIFY(!detect::fitFamiliarity(Matrix(1, width), 1));
        QVERIFY(!detect::fitFamiliarity(clusters(5, 0, 1, rng), 0));
        QVERIFY(!detect::fitFamiliarity(clusters(5, 0, 1, rng), 6));
        Matrix broken = clusters(5, 0, 1, rng);
        broken.values[3] = std::numeric_limits<float>::infinity();
        QVERIFY(!detect::fitFamiliarity(broken, 5));
    }
};

QTEST_GUILESS_MAIN(AbstentionTest)
#include "abstention_test.moc"
