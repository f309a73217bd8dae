// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/learn/torch_tasks.h"

#include "engine/learn/torch/methods/gradient_method.h"

#include <QFile>
#include <QTest>

#include <cmath>

using namespace flowscent;
using learn::InnerLoopSettings;
using learn::MetaModel;
using learn::Parameters;
using learn::TaskBatch;
using torch::Tensor;

namespace {

const InnerLoopSettings five{.steps = 5, .stepsToApply = 5, .rate = 0.25, .clip = 1e6};

double relative(const Tensor& one, const Tensor& other)
{
    return ((one - other).norm() / other.norm().clamp_min(1e-300)).item<double>();
}

/// Largest relative difference over all tensors.
double worst(const Parameters& ones, const Parameters& others)
{
    double most = 0;
    for (const auto& [name, tensor] : others)
        most = std::max(most, relative(ones.at(name), tensor));
    return most;
}

double lossOf(const learn::FewShotMethod& method, const MetaModel& model, const TaskBatch& tasks)
{
    return method.metaLoss(model, tasks, {.progress = 0.9}).loss.item<double>();
}

/// Central differences of the meta-loss by every number of a tensor.
Tensor differences(const learn::FewShotMethod& method, const MetaModel& model, const TaskBatch& tasks,
                   const std::string& name)
{
    constexpr double step = 1e-5;
    const Tensor& original = model.parameters.at(name);
    Tensor all = torch::zeros_like(original).detach();
    for (std::int64_t i = 0; i < original.numel(); ++i) {
        const auto at = [&](double change) {
            MetaModel moved = model;
            Tensor copy = original.detach().clone();
            copy.view({-1})[i] += change;
            moved.parameters[name] = copy.requires_grad_();
            return lossOf(method, moved, tasks);
        };
        all.view({-1})[i] = (at(step) - at(-step)) / (2 * step);
    }
    return all;
}

Parameters gradient(const learn::FewShotMethod& method, const MetaModel& model, const TaskBatch& tasks)
{
    return test::gradientOf(method.metaLoss(model, tasks, {.progress = 0.9}).loss, model.parameters);
}

Parameters onlyEncoder(const Parameters& parameters)
{
    return learn::withPrefix(parameters, "encoder.");
}

} // namespace

Q_DECLARE_METATYPE(learn::Method)

/// The mathematics of the methods with an inner loop, in double precision.
class GradientMethodsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Second order through five inner steps. An implementation that forgets create_graph passes every other test of a
    /// MAML; it fails here.
    void metaGradientsAreThoseOfFiniteDifferences_data()
    {
        QTest::addColumn<learn::Method>("method");
        using enum learn::Method;
        for (const learn::Method method : {Maml, Anil, MetaSgd, MamlPlusPlus})
            QTest::newRow(std::string(learn::text(method)).c_str()) << method;
    }
    void metaGradientsAreThoseOfFiniteDifferences()
    {
        QFETCH(const learn::Method, method);
        const auto rule = learn::makeMethod(method, five);
        const MetaModel model = test::modelFor(*rule, 6, 1);
        const TaskBatch tasks = test::gaussianTasks({}, 2);
        const Parameters exact = gradient(*rule, model, tasks);
        double most = 0;
        for (const auto& [name, tensor] : exact) {
            const Tensor expected = differences(*rule, model, tasks, name);
            if (expected.norm().item<double>() < 1e-9) { // a bias that the softmax forgets
                QVERIFY2(tensor.norm().item<double>() < 1e-9, name.c_str());
                continue;
            }
            most = std::max(most, relative(tensor, expected));
        }
        qInfo("%s: worst relative difference %.2g", std::string(learn::text(method)).c_str(), most);
        QVERIFY2(most <= 1e-6, std::to_string(most).c_str());
    }

    void firstOrderIsAnotherGradient()
    {
        const auto second = learn::makeMethod(learn::Method::Maml, five);
        const auto first = learn::makeMethod(learn::Method::Fomaml, five);
        const MetaModel model = test::modelFor(*second, 6, 1);
        const TaskBatch tasks = test::gaussianTasks({}, 2);
        QCOMPARE(lossOf(*first, model, tasks), lossOf(*second, model, tasks)); // the same adaptation
        const double apart = worst(gradient(*first, model, tasks), gradient(*second, model, tasks));
        qInfo("relative difference of the two gradients %.2g", apart);
        QVERIFY(apart > 0.05);
    }

    /// FOMAML is the gradient at the adapted parameters (Finn et al., section 5.2).
    void firstOrderIsTheGradientWhereAdaptationEnds()
    {
        const auto rule = learn::makeMethod(learn::Method::Fomaml, five);
        const MetaModel model = test::modelFor(*rule, 6, 3);
        const TaskBatch tasks = test::gaussianTasks({.tasks = 1}, 4);
        Parameters bag = learn::perTask(onlyEncoder(model.parameters), 1);
        bag["head.weight"] = model.own("head.weight").expand({1, tasks.ways, 5});
        bag["head.bias"] = torch::zeros({1, tasks.ways}, torch::kDouble);
        const auto losses = [&](const Parameters& adapted, const Tensor& x, const Tensor& way) {
            return learn::taskLosses(learn::linear(adapted, "head", model.body.embed(adapted, x)), way);
        };
        for (std::uint32_t step = 0; step < five.steps; ++step) { // by hand, without learn::adapt
            for (auto& [name, tensor] : bag)
                tensor = tensor.detach().requires_grad_();
            const Parameters slope = test::gradientOf(losses(bag, tasks.support, tasks.supportWay).sum(), bag);
            for (auto& [name, tensor] : bag)
                tensor = (tensor - five.rate * slope.at(name)).detach().requires_grad_();
        }
        const Parameters there = test::gradientOf(losses(bag, tasks.query, tasks.queryWay).sum(), bag);
        const Parameters meta = gradient(*rule, model, tasks);
        for (const auto& [name, tensor] : onlyEncoder(meta))
            QVERIFY2(relative(tensor, there.at(name).squeeze(0)) < 1e-10, name.c_str());
        QVERIFY(relative(meta.at("method.head.weight"), there.at("head.weight").sum(torch::IntArrayRef({0, 1}))) <
                1e-10);
    }

    void anilIsMamlWhoseBodyStandsStill()
    {
        InnerLoopSettings learned = five;
        learned.learnRates = true; // so that each tensor has a rate of its own
        const auto maml = learn::makeMethod(learn::Method::Maml, learned);
        const auto anil = learn::makeMethod(learn::Method::Anil, learned);
        MetaModel model = test::modelFor(*maml, 6, 5);
        for (auto& [name, tensor] : model.parameters) {
            if (name.starts_with("method.rate.encoder."))
                tensor = torch::zeros_like(tensor).detach().requires_grad_();
        }
        const TaskBatch tasks = test::gaussianTasks({}, 6);
        QVERIFY(std::abs(lossOf(*maml, model, tasks) - lossOf(*anil, model, tasks)) < 1e-12);
        const Parameters one = gradient(*maml, model, tasks);
        const Parameters other = gradient(*anil, model, tasks);
        QVERIFY(worst(onlyEncoder(one), onlyEncoder(other)) < 1e-10);
        QVERIFY(relative(one.at("method.head.weight"), other.at("method.head.weight")) < 1e-10);
        QVERIFY(relative(one.at("method.rate.head.weight"), other.at("method.rate.head.weight")) < 1e-10);
    }

    void mamlWithoutStepsIsPlainMultiTaskLearning()
    {
        InnerLoopSettings none = five;
        none.steps = 0;
        const auto rule = learn::makeMethod(learn::Method::Maml, none);
        const MetaModel model = test::modelFor(*rule, 6, 7);
        const TaskBatch tasks = test::gaussianTasks({}, 8);
        // All queries of all tasks through one network, whose head is the same for every way.
        const Tensor score = model.embed(tasks.query.flatten(0, 1)).mv(model.own("head.weight"));
        const Tensor logits = score.unsqueeze(1).expand({score.size(0), tasks.ways});
        const Tensor expected = torch::cross_entropy_loss(logits, tasks.queryWay.flatten());
        QVERIFY(std::abs(lossOf(*rule, model, tasks) - expected.item<double>()) < 1e-12);
        const Parameters one = gradient(*rule, model, tasks);
        const Parameters other = test::gradientOf(expected, model.parameters);
        for (const auto& [name, tensor] : other)
            QVERIFY2((tensor - one.at(name)).norm().item<double>() < 1e-12, name.c_str());
    }

    void metaSgdWithOneRateForAllIsMaml()
    {
        const auto maml = learn::makeMethod(learn::Method::Maml, five);
        const auto metaSgd = learn::makeMethod(learn::Method::MetaSgd, five);
        const MetaModel model = test::modelFor(*metaSgd, 6, 9); // its rates begin as one number
        const TaskBatch tasks = test::gaussianTasks({}, 10);
        QVERIFY(std::abs(lossOf(*maml, model, tasks) - lossOf(*metaSgd, model, tasks)) < 1e-12);
        const Parameters one = gradient(*maml, model, tasks);
        const Parameters other = gradient(*metaSgd, model, tasks);
        QVERIFY(worst(onlyEncoder(one), onlyEncoder(other)) < 1e-10);
    }

    void reptileWithOneStepIsGradientDescent()
    {
        InnerLoopSettings one = five;
        one.steps = 1;
        const auto rule = learn::makeMethod(learn::Method::Reptile, one);
        const MetaModel model = test::modelFor(*rule, 6, 11);
        const TaskBatch tasks = test::gaussianTasks({}, 12);
        const Parameters meta = gradient(*rule, model, tasks);
        const Tensor inputs = torch::cat({tasks.support, tasks.query}, 1);
        const Tensor score = model.embed(inputs).matmul(model.own("head.weight"));
        const Tensor logits = score.unsqueeze(-1).expand({score.size(0), score.size(1), tasks.ways});
        const Tensor joint = torch::cross_entropy_loss(logits.flatten(0, 1),
                                                       torch::cat({tasks.supportWay, tasks.queryWay}, 1).flatten());
        const Parameters plain = test::gradientOf(joint, model.parameters);
        for (const auto& [name, tensor] : plain)
            QVERIFY2((tensor - meta.at(name)).norm().item<double>() < 1e-10, name.c_str());
        // More steps give another direction, or this test would prove nothing.
        const auto several = learn::makeMethod(learn::Method::Reptile, five);
        QVERIFY(worst(onlyEncoder(gradient(*several, model, tasks)), onlyEncoder(meta)) > 0.01);
    }

    /// One graph over all tasks gives what a loop over them gives.
    void batchedTasksAreTheTasksOneByOne()
    {
        for (const learn::Method method : {learn::Method::Maml, learn::Method::Anil, learn::Method::MetaSgd}) {
            const auto rule = learn::makeMethod(method, five);
            const MetaModel model = test::modelFor(*rule, 6, 13);
            const TaskBatch tasks = test::gaussianTasks({.tasks = 4}, 14);
            const Tensor together = rule->metaLoss(model, tasks, {}).perTask;
            for (std::int64_t i = 0; i < 4; ++i) {
                TaskBatch alone = tasks;
                for (Tensor* tensor : {&alone.support, &alone.supportWay, &alone.query, &alone.queryWay})
                    *tensor = tensor->narrow(0, i, 1);
                const double loss = rule->metaLoss(model, alone, {}).loss.item<double>();
                QVERIFY(std::abs(loss - together[i].item<double>()) < 1e-12);
            }
        }
    }

    /// Weights of earlier steps fade, and they always sum up to one (Antoniou et al., section 4).
    void multiStepLossIsAMeanOverSteps()
    {
        InnerLoopSettings still = five;
        still.rate = 1e-12; // nothing moves, so every step has the same loss
        still.multiStepLoss = true;
        const auto rule = learn::makeMethod(learn::Method::Maml, still);
        const MetaModel model = test::modelFor(*rule, 6, 15);
        const TaskBatch tasks = test::gaussianTasks({}, 16);
        for (const double progress : {0.0, 0.05, 0.5}) {
            const auto loss = rule->metaLoss(model, tasks, {.progress = progress});
            QVERIFY(std::abs(loss.loss.item<double>() - loss.perTask.mean().item<double>()) < 1e-9);
        }
    }

    void orderIsFirstThenSecondWhereAnnealed()
    {
        InnerLoopSettings annealed = five;
        annealed.annealOrder = true;
        const auto rule = learn::makeMethod(learn::Method::Maml, annealed);
        const auto first = learn::makeMethod(learn::Method::Fomaml, five);
        const auto second = learn::makeMethod(learn::Method::Maml, five);
        const MetaModel model = test::modelFor(*rule, 6, 17);
        const TaskBatch tasks = test::gaussianTasks({}, 18);
        const auto at = [&](double progress) {
            return test::gradientOf(rule->metaLoss(model, tasks, {.progress = progress}).loss, model.parameters);
        };
        QVERIFY(worst(at(0.2), gradient(*first, model, tasks)) < 1e-12);
        QVERIFY(worst(at(0.5), gradient(*second, model, tasks)) < 1e-12);
    }

    /// Clipping bounds every task's own step, and a task whose loss is no number moves nothing and spoils nobody.
    void oneBadTaskSpoilsNoOther()
    {
        InnerLoopSettings clipped = five;
        clipped.clip = 0.5;
        const auto rule = learn::makeMethod(learn::Method::Maml, clipped);
        const MetaModel model = test::modelFor(*rule, 6, 19);
        TaskBatch tasks = test::gaussianTasks({.tasks = 2}, 20);
        const Tensor sound = rule->fit(model, tasks, false)->logits(tasks.query).detach();
        tasks.support = tasks.support.clone();
        tasks.support[1].fill_(std::numeric_limits<double>::quiet_NaN());
        const Tensor logits = rule->fit(model, tasks, false)->logits(tasks.query).detach();
        QVERIFY(torch::equal(logits[0], sound[0]));
        QVERIFY(logits.isfinite().all().item<bool>()); // unadapted, but numbers
    }

    /// A leak of one graph a call would show as hundreds of megabytes (learn2learn's issues 88 and 284).
    void tenThousandAdaptationsKeepNoMemory()
    {
        const auto rule = learn::makeMethod(learn::Method::Maml, five);
        const MetaModel model = test::modelFor(*rule, 6, 21);
        const TaskBatch tasks = test::gaussianTasks({.tasks = 1, .ways = 2, .shots = 2, .queries = 2}, 22);
        const auto resident = [] {
            QFile statm(QStringLiteral("/proc/self/statm"));
            return statm.open(QIODevice::ReadOnly) ? statm.readAll().split(' ').at(1).toLong() * 4 : 0L; // kB
        };
        long begun = 0;
        for (int i = 0; i < 10'000; ++i) {
            if (i == 1000) // allocators and caches have what they want
                begun = resident();
            if (i % 2 == 0)
                (void)rule->fit(model, tasks, false)->logits(tasks.query);
            else
                (void)rule->metaLoss(model, tasks, {});
        }
        const long grown = resident() - begun;
        qInfo("grown by %ld kB over 9 000 adaptations", grown);
        QVERIFY2(grown < 8 * 1024, std::to_string(grown).c_str());
    }
};

QTEST_GUILESS_MAIN(GradientMethodsTest)
#include "gradient_methods_test.moc"
