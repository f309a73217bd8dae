// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/der_loss.h"
#include "tests/engine/learn/torch_tasks.h"

#include <QTest>

#include "tests/engine/learn/replay/der_reference.h"

#include <cmath>

using namespace flowscent;
using learn::DerBatch;
using learn::Exemplar;
using torch::Tensor;

namespace {

constexpr std::int64_t size = 5; ///< of embeddings
constexpr double alpha = 0.3;
constexpr double beta = 0.7;

/// Embeddings of three batches on a head of seven classes, whose replayed flows were stored when it had three, five or
/// all seven, their logits in an order of their own.
struct World {
    learn::Parameters head;
    Tensor fresh, remembered, replayed;
    std::vector<std::int64_t> freshClass{6, 5, 6, 0};
    std::vector<std::int64_t> replayedClass{0, 1, 4};
    std::vector<Exemplar> stored;
    learn::StoredLogits onHead;

    explicit World(std::uint64_t seed)
    {
        base::Rng rng(seed);
        head = {{"classes.weight", test::normals({7, size}, rng)}, {"classes.bias", test::normals({7}, rng)}};
        fresh = test::normals({4, size}, rng);
        remembered = test::normals({3, size}, rng);
        replayed = test::normals({3, size}, rng);
        for (const std::vector<std::uint32_t>& classes :
             {std::vector<std::uint32_t>{2, 0, 1}, {0, 1, 2, 3, 4}, {6, 5, 4, 3, 2, 1, 0}}) {
            Exemplar& exemplar = stored.emplace_back();
            exemplar.logitClasses = classes;
            for (std::size_t i = 0; i < classes.size(); ++i)
                exemplar.logits.push_back(static_cast<float>(rng.normal()));
        }
        std::vector<const Exemplar*> pointers;
        for (const Exemplar& exemplar : stored)
            pointers.push_back(&exemplar);
        onHead = learn::storedLogits(pointers, 7);
    }

    DerBatch batch(const learn::Parameters& with) const
    {
        const auto logits = [&](const Tensor& x) { return learn::linear(with, "classes", x); };
        return {.fresh = logits(fresh),
                .freshClass = torch::tensor(freshClass),
                .remembered = logits(remembered),
                .stored = onHead,
                .replayed = logits(replayed),
                .replayedClass = torch::tensor(replayedClass)};
    }

    double loss(const learn::Parameters& with) const
    {
        return learn::derPlusPlus(batch(with), alpha, beta).loss.item<double>();
    }
};

std::vector<double> rowOf(const Tensor& logits, std::int64_t row)
{
    std::vector<double> values;
    for (std::int64_t i = 0; i < logits.size(1); ++i)
        values.push_back(logits[row][i].item<double>());
    return values;
}

std::vector<test::LabelledLogits> labelled(const Tensor& logits, const std::vector<std::int64_t>& classes)
{
    std::vector<test::LabelledLogits> flows;
    for (std::size_t i = 0; i < classes.size(); ++i)
        flows.push_back({rowOf(logits, static_cast<std::int64_t>(i)), static_cast<std::size_t>(classes[i])});
    return flows;
}

} // namespace

class DerLossTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Written by somebody else in plain doubles, with stored logits class by class.
    void agreesWithTheReference()
    {
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            const World world(seed);
            const DerBatch batch = world.batch(world.head);
            std::vector<test::StoredLogits> remembered;
            for (std::size_t i = 0; i < world.stored.size(); ++i) {
                const auto now = rowOf(batch.remembered, static_cast<std::int64_t>(i));
                test::StoredLogits& flow = remembered.emplace_back();
                for (std::size_t at = 0; at < world.stored[i].logits.size(); ++at) {
                    flow.now.push_back(now[world.stored[i].logitClasses[at]]);
                    flow.then.push_back(static_cast<double>(world.stored[i].logits[at]));
                }
            }
            const double expected = test::derPlusPlus(labelled(batch.fresh, world.freshClass), remembered,
                                                      labelled(batch.replayed, world.replayedClass), alpha, beta);
            const double got = world.loss(world.head);
            QVERIFY2(std::abs(got - expected) < 1e-12 * std::abs(expected),
                     qPrintable(QStringLiteral("%1 instead of %2").arg(got, 0, 'g', 15).arg(expected, 0, 'g', 15)));
        }
    }

    void theGradientIsThatOfFiniteDifferences()
    {
        World world(3);
        for (auto& [name, tensor] : world.head)
            tensor.requires_grad_();
        const auto analytic =
            test::gradientOf(learn::derPlusPlus(world.batch(world.head), alpha, beta).loss, world.head);
        constexpr double step = 1e-5;
        const torch::NoGradGuard still;
        for (const auto& [name, tensor] : world.head) {
            Tensor flat = tensor.flatten(); // shares the numbers
            for (std::int64_t i = 0; i < flat.numel(); ++i) {
                const double here = flat[i].item<double>();
                flat[i] = here + step;
                const double above = world.loss(world.head);
                flat[i] = here - step;
                const double below = world.loss(world.head);
                flat[i] = here;
                const double difference = (above - below) / (2 * step);
                const double gradient = analytic.at(name).flatten()[i].item<double>();
                QVERIFY2(std::abs(gradient - difference) <= 1e-8 + 1e-7 * std::abs(difference),
                         qPrintable(QStringLiteral("%1 and %2").arg(gradient).arg(difference)));
            }
        }
    }

    /// The first flow was stored with three classes: what the head says of the others is no distance to anything.
    void logitsOfLaterClassesCountNothing()
    {
        const World world(4);
        DerBatch batch;
        batch.remembered = learn::linear(world.head, "classes", world.remembered).narrow(0, 0, 1).clone();
        batch.stored = {world.onHead.values.narrow(0, 0, 1), world.onHead.known.narrow(0, 0, 1)};
        const double before = learn::derPlusPlus(batch, 1, 1).logits;
        batch.remembered.narrow(1, 3, 4).fill_(100);
        QCOMPARE(learn::derPlusPlus(batch, 1, 1).logits, before);
        batch.remembered[0][2] += 1;
        QVERIFY(std::abs(learn::derPlusPlus(batch, 1, 1).logits - before) > 1e-3);
    }

    void anEmptyBatchContributesNothing()
    {
        const World world(5);
        DerBatch batch = world.batch(world.head);
        const learn::DerLoss all = learn::derPlusPlus(batch, alpha, beta);
        batch.remembered = Tensor();
        batch.replayed = Tensor();
        const learn::DerLoss alone = learn::derPlusPlus(batch, alpha, beta);
        QCOMPARE(alone.loss.item<double>(), all.fresh);
        QVERIFY(std::isnan(alone.logits) && std::isnan(alone.replayed));
        QVERIFY(std::abs(all.loss.item<double>() - (all.fresh + alpha * all.logits + beta * all.replayed)) < 1e-12);
    }

    void aGrownHeadKeepsItsRows()
    {
        base::Rng rng(6);
        const auto small = learn::grownHead({}, 3, size, rng);
        QCOMPARE(small.at("classes.weight").sizes().vec(), (std::vector<std::int64_t>{3, size}));
        const auto grown = learn::grownHead(small, 7, size, rng);
        QCOMPARE(grown.at("classes.weight").sizes().vec(), (std::vector<std::int64_t>{7, size}));
        QCOMPARE(grown.at("classes.bias").sizes().vec(), (std::vector<std::int64_t>{7}));
        QVERIFY(torch::equal(grown.at("classes.weight").narrow(0, 0, 3), small.at("classes.weight")));
        QVERIFY(torch::equal(grown.at("classes.bias").narrow(0, 0, 3), small.at("classes.bias")));
        const auto same = learn::grownHead(grown, 7, size, rng);
        QVERIFY(torch::equal(same.at("classes.weight"), grown.at("classes.weight")));
    }
};

QTEST_GUILESS_MAIN(DerLossTest)
#include "der_loss_test.moc"
