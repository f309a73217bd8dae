// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/detect/support/influence.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace flowscent;
using base::Matrix;
using detect::Influence;
using detect::influences;
using detect::RefitAnswer;

namespace {

constexpr std::size_t dimensions = 16;

/// Rows around one point: `apart` along the axis `place`.
Matrix around(std::size_t place, std::size_t rows, base::Rng& rng, double apart = 6)
{
    Matrix drawn(rows, dimensions);
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t i = 0; i < dimensions; ++i)
            drawn.row(row)[i] = static_cast<float>(rng.normal() + (i == place ? apart : 0.0));
    }
    return drawn;
}

Matrix normal(std::size_t rows, base::Rng& rng)
{
    Matrix all(rows, dimensions);
    for (std::size_t row = 0; row < rows; ++row)
        std::ranges::copy(around(1 + row % 5, 1, rng).row(0), all.row(row).begin());
    return all;
}

Matrix joined(Matrix first, const Matrix& second)
{
    first.rows += second.rows;
    first.values.insert(first.values.end(), second.values.begin(), second.values.end());
    return first;
}

detect::FlowNumbers flowsOf(Matrix embeddings)
{
    const std::size_t rows = embeddings.rows;
    return {std::move(embeddings), Matrix(rows, 0)};
}

/// One example decides everything: with it the first flow is an alarm, without it the second and third are.
base::Result<RefitAnswer> byTheSecond(std::span<const std::uint32_t> examples)
{
    const bool there = std::ranges::find(examples, 1U) != examples.end();
    RefitAnswer judgement{there ? 2.0 : 1.5, {0.9F, 0.2F, 0.3F}, {0.8F, 0.1F, 0.7F}};
    if (!there)
        judgement.flows = {0.1F, 0.9F, 0.6F};
    return judgement;
}

} // namespace

class InfluenceTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatDroppingChangesByHand()
    {
        const auto all = influences(3, byTheSecond, {});
        QVERIFY(all);
        QCOMPARE(all->size(), std::size_t(3));
        const Influence& second = (*all)[1];
        QCOMPARE(second.example, 1U);
        QCOMPARE(*second.ownScore, 0.1F);
        QCOMPARE(second.lineChange, -0.5);
        QCOMPARE(second.alarms, 1U);
        QCOMPARE(second.alarmsLost, 1U);
        QCOMPARE(second.alarmsGained, 2U);
        QVERIFY(std::abs(second.rankCorrelation + 1) < 1e-12); // ranks 3 1 2 became 1 3 2: 1 - 6 * 8 / 24
        QVERIFY(std::abs(second.influence - 2) < 1e-12);
        QCOMPARE((*all)[0].influence, 0.0);
        QCOMPARE((*all)[2].alarmsLost, 0U);
    }

    void theVerdictInWords()
    {
        const auto all = influences(3, byTheSecond, {});
        QCOMPARE(
            sentence((*all)[1]),
            std::string("example 2: without it 1 of 1 alarm goes and 2 come; the ranking changes; the other examples "
                        "do not find it (score 0.10): it shows something new, or is wrong"));
        QCOMPARE(sentence((*all)[0]),
                 std::string("example 1: without it the alarms are the same; the other examples find it (score 0.80)"));
    }

    /// Of five examples one is an ordinary flow. In every one of forty worlds it must be what matters most: the others
    /// stand for each other.
    void aWrongExampleIsTheMostInfluential()
    {
        for (std::uint64_t seed = 1; seed <= 40; ++seed) {
            base::Rng rng(seed);
            const std::size_t wrong = rng.below(5);
            Matrix threat = around(0, 5, rng);
            const Matrix ordinary = around(2, 1, rng);
            std::ranges::copy(ordinary.row(0), threat.row(wrong).begin());
            const detect::DescribedInput input{flowsOf(threat), {}, flowsOf(normal(64, rng))};
            const detect::FlowNumbers flows = flowsOf(joined(normal(200, rng), around(0, 20, rng)));
            const detect::Foundation foundation{std::make_shared<learn::BaseModel>(), {}};
            const auto all = influences(5, refitOf(foundation, input, {.method = detect::Method::Blend}, flows), {});
            QVERIFY(all);
            const auto most = std::ranges::max_element(*all, {}, &Influence::influence);
            QVERIFY2(most->example == wrong, std::to_string(seed).c_str());
            QVERIFY(*most->ownScore < detect::alarmScore);
            QVERIFY(sentence(*most).find("or is wrong") != std::string::npos);
        }
    }

    void theOnlyExampleCannotBeDropped()
    {
        int asked = 0;
        const auto one = influences(1,
                                    [&](std::span<const std::uint32_t>) -> base::Result<RefitAnswer> {
                                        ++asked;
                                        return RefitAnswer{};
                                    },
                                    {});
        QVERIFY(one);
        QCOMPARE(asked, 0);
        QCOMPARE(one->size(), std::size_t(1));
        QVERIFY(!one->front().ownScore);
        QCOMPARE(sentence(one->front()), std::string("example 1: the only one, there is nothing to drop"));
        QCOMPARE(influences(0, byTheSecond, {}).error().code, base::Error::Code::Support);
    }

    void whatARefitRefusesIsPassedOn()
    {
        const auto refused = influences(3,
                                        [](std::span<const std::uint32_t> examples) -> base::Result<RefitAnswer> {
                                            if (examples.size() == 3)
                                                return byTheSecond(examples);
                                            return base::failure(base::Error::Code::Model, "no");
                                        },
                                        {});
        QCOMPARE(refused.error().code, base::Error::Code::Model);
        const auto fewer =
            influences(3,
                       [](std::span<const std::uint32_t> examples) -> base::Result<RefitAnswer> {
                           return RefitAnswer{0, std::vector<float>(examples.size()), std::vector<float>(3)};
                       },
                       {});
        QCOMPARE(fewer.error().code, base::Error::Code::Argument);
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(influences(3, byTheSecond, stop.get_token()).error().code, base::Error::Code::Cancelled);
    }

    /// scipy.stats.spearmanr
    void ranksAreComparedAsScipyDoes()
    {
        const std::vector<float> a{0.1F, 0.4F, 0.4F, 0.9F, 0.2F, 0.7F};
        const std::vector<float> b{0.3F, 0.1F, 0.8F, 0.8F, 0.2F, 0.8F};
        QVERIFY(std::abs(detect::rankCorrelation(a, b) - 0.5852390484520126) < 1e-12);
        std::vector<float> more = a;
        std::vector<float> others = b;
        more.push_back(std::numeric_limits<float>::quiet_NaN());
        others.push_back(0.5F);
        QCOMPARE(detect::rankCorrelation(more, others), detect::rankCorrelation(a, b));
        const std::vector<float> same(6, 0.5F);
        QCOMPARE(detect::rankCorrelation(same, same), 1.0);
        QCOMPARE(detect::rankCorrelation(a, same), 0.0);
        QCOMPARE(detect::rankCorrelation({}, {}), 1.0);
    }
};

QTEST_GUILESS_MAIN(InfluenceTest)
#include "influence_test.moc"
