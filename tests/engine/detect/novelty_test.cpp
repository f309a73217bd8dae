// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/detect/evaluation/novelty_metrics.h"
#include "engine/detect/novelty.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace flowscent;
using base::Matrix;

namespace {

constexpr std::size_t width = 12;
constexpr std::uint16_t groups = 3;

/// A bank without form, and groups far out on axes of their own.
Matrix rowsAt(std::size_t count, std::size_t firstAxis, std::size_t axes, float distance, base::Rng& rng)
{
    Matrix rows(count, width);
    for (std::size_t row = 0; row < count; ++row) {
        for (float& value : rows.row(row))
            value = static_cast<float>(rng.normal());
        rows.row(row)[firstAxis + row % axes] += distance;
    }
    return rows;
}

learn::HeadExamples examples(std::uint32_t shots, float distance, base::Rng& rng)
{
    learn::HeadExamples all{rowsAt(groups * shots, 0, groups, distance, rng), {}, {}, groups};
    for (std::size_t row = 0; row < all.embeddings.rows; ++row)
        all.classOf.push_back(static_cast<std::uint16_t>(row % groups));
    return all;
}

std::shared_ptr<const detect::NoveltyBank> bankOf(std::size_t count)
{
    base::Rng rng(1);
    return detect::noveltyBank(rowsAt(count, 0, width, 3, rng)).value();
}

detect::Novelty fitted(std::uint32_t shots, float distance, base::Rng& rng)
{
    return detect::fitNovelty(bankOf(300), examples(shots, distance, rng), {}).value();
}

double auroc(const detect::Novelty& novelty, float distance, base::Rng& rng)
{
    const auto seen = detect::noveltyScores(novelty, rowsAt(150, 0, groups, distance, rng));
    const auto unseen = detect::noveltyScores(novelty, rowsAt(150, groups, groups, distance, rng));
    return detect::noveltyAuroc(seen, unseen);
}

} // namespace

class NoveltyTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void groupsThatLieApartAreTold()
    {
        base::Rng rng(2);
        QVERIFY(auroc(fitted(1, 8, rng), 8, rng) > 0.98);
        QVERIFY(auroc(fitted(5, 8, rng), 8, rng) > 0.99);
    }

    /// Seen and unseen come from the same place: nothing can tell them. Four deviations of an AUROC of 300 against 300
    /// under the null, sqrt((n + m + 1) / (12 n m)).
    void whatIsNoDifferentIsNotTold()
    {
        base::Rng rng(3);
        const detect::Novelty novelty = fitted(5, 8, rng);
        const auto some = detect::noveltyScores(novelty, rowsAt(300, 0, groups, 8, rng));
        const auto others = detect::noveltyScores(novelty, rowsAt(300, 0, groups, 8, rng));
        QVERIFY(std::abs(detect::noveltyAuroc(some, others) - 0.5) < 4 * std::sqrt(601.0 / (12.0 * 300 * 300)));
    }

    void examplesThemselvesAreMoreFamiliarThanTheBank()
    {
        base::Rng rng(4);
        const auto known = examples(5, 8, rng);
        const auto novelty = detect::fitNovelty(bankOf(300), known, {}).value();
        for (const double score : detect::noveltyScores(novelty, known.embeddings))
            QVERIFY(score < 0); // 0 is the median of the bank
    }

    void aScoreIsTheSameInAnyCompany()
    {
        base::Rng rng(5);
        const detect::Novelty novelty = fitted(2, 6, rng);
        const Matrix asked = rowsAt(20, 0, width, 4, rng);
        const auto together = detect::noveltyScores(novelty, asked);
        for (std::size_t row = 0; row < asked.rows; ++row) {
            Matrix one(1, width);
            std::ranges::copy(asked.row(row), one.row(0).begin());
            QCOMPARE(detect::noveltyScores(novelty, one)[0], together[row]);
        }
    }

    void whatCannotBeFittedIsRefused()
    {
        base::Rng rng(6);
        QVERIFY(!detect::noveltyBank(rowsAt(39, 0, width, 3, rng)));
        Matrix broken = rowsAt(60, 0, width, 3, rng);
        broken.values[7] = std::numeric_limits<float>::quiet_NaN();
        const auto refused = detect::noveltyBank(broken);
        QVERIFY(!refused && refused.error().code == base::Error::Code::Model);
        learn::HeadExamples narrow{Matrix(3, width - 1), {0, 1, 2}, {}, groups};
        QVERIFY(!detect::fitNovelty(bankOf(40), narrow, {}));
        learn::HeadExamples missing = examples(1, 8, rng);
        missing.classOf = {0, 0, 1}; // the third group has no example
        QVERIFY(!detect::fitNovelty(bankOf(40), missing, {}));
    }

    /// Many equal flows, all on one place: no spread anywhere, and still numbers.
    void aBankOfOneKindGivesNumbers()
    {
        base::Rng rng(7);
        const auto bank = detect::noveltyBank(Matrix(50, width)).value();
        const auto novelty = detect::fitNovelty(bank, examples(2, 8, rng), {}).value();
        for (const double score : detect::noveltyScores(novelty, rowsAt(10, 0, width, 3, rng)))
            QVERIFY(std::isfinite(score));
    }
};

QTEST_GUILESS_MAIN(NoveltyTest)
#include "novelty_test.moc"
