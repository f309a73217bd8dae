// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/detect/evidence/example_shares.h"

#include <cmath>
#include <numeric>

using namespace flowscent;
using base::Matrix;
using detect::ExampleShares;
using learn::HeadExamples;
using learn::HeadKind;

namespace {

HeadExamples chance(std::size_t threats, std::size_t rest, std::size_t columns, std::uint64_t seed)
{
    base::Rng rng(seed);
    HeadExamples examples{Matrix(threats + rest, columns), {}, {}, 2};
    for (float& value : examples.embeddings.values)
        value = static_cast<float>(rng.normal());
    for (std::size_t i = 0; i < threats + rest; ++i) {
        examples.classOf.push_back(i < threats ? 1 : 0);
        examples.weights.push_back(static_cast<float>(0.1 + rng.uniform()));
    }
    return examples;
}

ExampleShares sharesOf(const HeadExamples& examples, const learn::HeadParameters& parameters)
{
    auto shares = ExampleShares::of(examples, parameters);
    if (!shares)
        qFatal("%s", shares.error().sentence().c_str());
    return *shares;
}

double sum(const std::vector<double>& values)
{
    return std::accumulate(values.begin(), values.end(), 0.0);
}

} // namespace

class ExampleSharesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// z = 1 is a threat, z = -1 is none, lambda 1. With the constant appended A A' is 2 I, so alpha is (1, -1) / 3,
    /// and the shares of z = 2 are (1 * 2 + 1) / 3 and -(-1 * 2 + 1) / 3.
    void twoExamplesByHand()
    {
        HeadExamples examples{Matrix(2, 1), {1, 0}, {}, 2};
        examples.embeddings.values = {1, -1};
        const std::vector<float> flow{2};
        const auto shares = sharesOf(examples, {.ridgeLambda = 1, .ridgeScale = 1}).shares(flow);
        QVERIFY(std::abs(shares[0] - 1.0) < 1e-12);
        QVERIFY(std::abs(shares[1] - 1.0 / 3) < 1e-12);
    }

    /// The second example weighs 4: A = (1, 1; -2, 2), y = (1, -2), A A' = diag(2, 8), alpha = (1/3, -2/9), and its
    /// share is scale * alpha * 2 * (1 - 2).
    void weightsCountAsRoots()
    {
        HeadExamples examples{Matrix(2, 1), {1, 0}, {1, 4}, 2};
        examples.embeddings.values = {1, -1};
        const std::vector<float> flow{2};
        const auto shares = sharesOf(examples, {.ridgeLambda = 1, .ridgeScale = 3}).shares(flow);
        QVERIFY(std::abs(shares[0] - 3.0) < 1e-12);
        QVERIFY(std::abs(shares[1] - 3.0 * 4 / 9) < 1e-12);
    }

    void sharesAddUpToTheRidge_data()
    {
        QTest::addColumn<int>("rest");
        QTest::newRow("fewer examples than numbers") << 20;
        QTest::newRow("more examples than numbers") << 300;
    }
    void sharesAddUpToTheRidge()
    {
        QFETCH(const int, rest);
        const learn::HeadParameters parameters{.ridgeLambda = 18.8, .ridgeScale = 18.4};
        const HeadExamples examples = chance(5, static_cast<std::size_t>(rest), 64, 1);
        const auto head = learn::fitHead(HeadKind::Ridge, examples, parameters);
        QVERIFY(head);
        const ExampleShares shares = sharesOf(examples, parameters);
        QVERIFY(shares.explains(*head));
        const HeadExamples flows = chance(30, 30, 64, 2);
        const Matrix logits = learn::scores(*head, flows.embeddings);
        for (std::size_t row = 0; row < logits.rows; ++row) {
            const double logit = double{logits.row(row)[1]} - double{logits.row(row)[0]};
            const double total = sum(shares.shares(flows.embeddings.row(row)));
            QVERIFY2(std::abs(total - logit) < 1e-5 * std::max(1.0, std::abs(logit)),
                     std::to_string(total - logit).c_str());
        }
    }

    void anotherHeadIsNotExplained()
    {
        const learn::HeadParameters parameters{.ridgeLambda = 2};
        const HeadExamples examples = chance(5, 40, 16, 1);
        const ExampleShares shares = sharesOf(examples, parameters);
        HeadExamples fewer = examples;
        fewer.embeddings.values.resize(44 * 16);
        fewer.embeddings.rows = 44;
        fewer.classOf.pop_back();
        fewer.weights.pop_back();
        QVERIFY(!shares.explains(*learn::fitHead(HeadKind::Ridge, fewer, parameters)));
        QVERIFY(!shares.explains(*learn::fitHead(HeadKind::Prototype, examples, parameters)));
        QVERIFY(shares.explains(*learn::fitHead(HeadKind::Ridge, examples, parameters)));
    }

    void whatIsNoTaskIsRefused()
    {
        HeadExamples examples = chance(2, 3, 4, 1);
        examples.ways = 3;
        QVERIFY(!ExampleShares::of(examples, {}));
        examples.ways = 2;
        examples.classOf.assign(5, 1);
        QVERIFY(!ExampleShares::of(examples, {}));
    }
};

QTEST_GUILESS_MAIN(ExampleSharesTest)
#include "example_shares_test.moc"
