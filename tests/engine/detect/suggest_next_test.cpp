// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/detect/support/suggest_next.h"

#include <algorithm>
#include <limits>
#include <set>

using namespace flowscent;
using base::Matrix;
using detect::Suggestion;
using detect::SuggestionReason;
using detect::suggestNext;
using detect::SuggestSettings;
using detect::SuggestState;
using detect::SuggestView;

namespace {

constexpr float notANumber = std::numeric_limits<float>::quiet_NaN();
constexpr SuggestSettings neverRandom{.randomShare = 0};

Matrix traffic(std::size_t rows, std::uint64_t seed, std::size_t columns = 8)
{
    base::Rng rng(seed);
    Matrix drawn(rows, columns);
    std::ranges::generate(drawn.values, [&] { return static_cast<float>(rng.normal()); });
    return drawn;
}

/// A detector's scores and those of two parts that agree with it.
struct Opinions {
    explicit Opinions(std::size_t flows)
        : scores(flows, 0.02F)
        , parts(2, scores)
    {
    }
    void set(std::uint32_t row, float score, float one, float other)
    {
        scores[row] = score;
        parts[0][row] = one;
        parts[1][row] = other;
    }

    std::vector<float> scores;
    std::vector<std::vector<float>> parts;
};

} // namespace

class SuggestNextTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void thePartsThatDisagreeAreAskedAbout()
    {
        const Matrix flows = traffic(300, 1);
        Opinions says(300);
        says.set(77, 0.3F, 0.9F, 0.1F);
        SuggestState state;
        const auto next = suggestNext({flows, says.scores, says.parts, {}}, state, neverRandom);
        QVERIFY(next);
        QCOMPARE(next->row, 77U);
        QCOMPARE(next->reason, SuggestionReason::Disagreement);
        QCOMPARE(next->why, std::string("the parts disagree: 0.90 against 0.10"));
        QVERIFY((state.asked == std::vector<std::uint32_t>{77}));
    }

    void theLineIsAskedAbout()
    {
        const Matrix flows = traffic(300, 1);
        Opinions says(300);
        says.set(12, 0.5F, 0.5F, 0.5F);
        SuggestState state;
        const auto next = suggestNext({flows, says.scores, says.parts, {}}, state, neverRandom);
        QCOMPARE(next->row, 12U);
        QCOMPARE(next->reason, SuggestionReason::NearLine);
        QCOMPARE(next->why, std::string("close to the alarm line: score 0.50"));
    }

    void theLikeliestIsAskedAbout()
    {
        const Matrix flows = traffic(300, 1);
        Opinions says(300);
        says.set(250, 1.0F, 1.0F, 1.0F);
        SuggestState state;
        const auto next = suggestNext({flows, says.scores, says.parts, {}}, state, neverRandom);
        QCOMPARE(next->row, 250U);
        QCOMPARE(next->reason, SuggestionReason::Likely);
    }

    /// All scores alike: the one flow far from everything labelled.
    void whatNothingLabelledResemblesIsAskedAbout()
    {
        Matrix flows = traffic(300, 1);
        std::ranges::fill(flows.row(140), 9.0F);
        const Opinions says(300);
        std::vector<std::uint32_t> labelled;
        for (std::uint32_t row = 0; row < 100; ++row)
            labelled.push_back(row);
        SuggestState state;
        const auto next = suggestNext({flows, says.scores, says.parts, labelled}, state, neverRandom);
        QCOMPARE(next->row, 140U);
        QCOMPARE(next->reason, SuggestionReason::Unlike);
        QCOMPARE(next->why, std::string("nothing like it is labelled"));
    }

    /// Of two flows that the parts say the same of, the copy of a labelled one teaches nothing.
    void copiesOfWhatIsLabelledComeLater()
    {
        Matrix flows = traffic(300, 1);
        std::ranges::copy(flows.row(5), flows.row(6).begin());
        Opinions says(300);
        for (const std::uint32_t row : {6U, 200U})
            says.set(row, 0.5F, 0.9F, 0.1F);
        SuggestState state;
        const std::vector<std::uint32_t> labelled{5};
        QCOMPARE(suggestNext({flows, says.scores, says.parts, labelled}, state, neverRandom)->row, 200U);
    }

    void withoutAnyLabelThePlantedOutlierComesFirst()
    {
        for (std::uint64_t seed = 1; seed <= 50; ++seed) {
            Matrix flows = traffic(2000, seed);
            const auto planted = static_cast<std::uint32_t>(base::Rng(seed).fork(9).below(2000));
            flows.row(planted)[3] = 12;
            SuggestState state{.seed = seed, .asked = {}};
            const auto next = suggestNext({flows, {}, {}, {}}, state, neverRandom);
            QCOMPARE(next->row, planted);
            QCOMPARE(next->reason, SuggestionReason::Novel);
        }
    }

    /// Columns of different size: what is far is far for its column.
    void aColumnOfLargeNumbersHidesNoOutlier()
    {
        Matrix flows = traffic(500, 3, 2);
        for (std::size_t row = 0; row < flows.rows; ++row) {
            flows.row(row)[0] *= 1000;
            flows.row(row)[1] *= 0.5F;
        }
        flows.row(42)[0] = 50'000;
        SuggestState state;
        QCOMPARE(suggestNext({flows, {}, {}, {}}, state, neverRandom)->row, 42U);
    }

    void nothingIsAskedAboutTwice_data()
    {
        QTest::addColumn<bool>("warm");
        QTest::newRow("with a detector") << true;
        QTest::newRow("without one") << false;
    }
    void nothingIsAskedAboutTwice()
    {
        QFETCH(const bool, warm);
        const Matrix flows = traffic(120, 4);
        Opinions says(120);
        base::Rng rng(8);
        for (float& score : says.scores)
            score = static_cast<float>(rng.uniform());
        says.scores[60] = notANumber; // a row of a log
        const std::vector<std::uint32_t> labelled{3, 99, 3, 7000};
        const SuggestView view{
            flows, warm ? std::span<const float>(says.scores) : std::span<const float>(),
            warm ? std::span<const std::vector<float>>(says.parts) : std::span<const std::vector<float>>(), labelled};
        SuggestState state{.seed = 5, .asked = {}};
        std::set<std::uint32_t> rows;
        while (const auto next = suggestNext(view, state))
            QVERIFY2(rows.insert(next->row).second, std::to_string(next->row).c_str());
        QCOMPARE(rows.size(), std::size_t(warm ? 117 : 118)); // all but the labelled ones and the row of a log
        QVERIFY(!rows.contains(3) && !rows.contains(99));
        QCOMPARE(rows.contains(60), !warm);
        QCOMPARE(state.asked.size(), rows.size());
    }

    /// Chi-square with one degree of freedom over 2000 questions; 10.83 is its 99.9 % point. And what is drawn is
    /// drawn from everywhere: over ten equal parts of the rows, 9 degrees of freedom, 27.88.
    void oneInFiveIsDrawnAtRandom()
    {
        const Matrix flows = traffic(100, 6);
        Opinions says(100);
        says.set(50, 0.5F, 0.9F, 0.1F);
        double random = 0;
        std::vector<double> parts(10);
        for (std::uint64_t seed = 0; seed < 2000; ++seed) {
            SuggestState state{.seed = seed, .asked = {}};
            const auto next = suggestNext({flows, says.scores, says.parts, {}}, state);
            if (next->reason != SuggestionReason::Random) {
                QCOMPARE(next->row, 50U);
                continue;
            }
            ++random;
            ++parts[next->row / 10];
            QVERIFY(next->why.starts_with("drawn at random"));
        }
        const double chiSquare = (random - 400) * (random - 400) / 400 + (400 - random) * (400 - random) / 1600;
        QVERIFY2(chiSquare < 10.83, std::to_string(random).c_str());
        double evenly = 0;
        for (const double count : parts)
            evenly += (count - random / 10) * (count - random / 10) / (random / 10);
        QVERIFY2(evenly < 27.88, std::to_string(evenly).c_str());
    }

    /// The same within one hunt: each question is drawn anew.
    void oneInFiveOfAHuntIsDrawnAtRandom()
    {
        const Matrix flows = traffic(2100, 6);
        const Opinions says(2100);
        SuggestState state;
        double random = 0;
        for (int i = 0; i < 500; ++i)
            random += suggestNext({flows, says.scores, says.parts, {}}, state)->reason == SuggestionReason::Random;
        QVERIFY2((random - 100) * (random - 100) / 80 < 10.83, std::to_string(random).c_str());
    }

    void theSameStateAsksTheSame()
    {
        const Matrix flows = traffic(400, 7);
        Opinions says(400);
        base::Rng rng(8);
        for (std::uint32_t row = 0; row < 400; ++row)
            says.set(row, static_cast<float>(rng.uniform()), 0.2F, static_cast<float>(rng.uniform()));
        SuggestState state{.seed = 3, .asked = {}};
        for (int i = 0; i < 20; ++i) {
            SuggestState copy = state;
            const auto one = suggestNext({flows, says.scores, says.parts, {}}, state);
            const auto same = suggestNext({flows, says.scores, says.parts, {}}, copy);
            QVERIFY(one == same);
            QVERIFY(state == copy);
        }
    }

    void oddNumbersAreNeverAskedAbout()
    {
        Matrix flows = traffic(20, 9);
        for (std::uint32_t row = 1; row < 20; ++row)
            flows.row(row)[row % 8] = row % 2 == 0 ? notANumber : std::numeric_limits<float>::infinity();
        SuggestState state;
        QCOMPARE(suggestNext({flows, {}, {}, {}}, state)->row, 0U);
        QVERIFY(!suggestNext({flows, {}, {}, {}}, state));
        SuggestState none;
        QVERIFY(!suggestNext({Matrix(0, 8), {}, {}, {}}, none));
        QVERIFY(none.asked.empty());
    }
};

QTEST_GUILESS_MAIN(SuggestNextTest)
#include "suggest_next_test.moc"
