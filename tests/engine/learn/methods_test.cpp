// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/learn/torch_tasks.h"

#include "engine/learn/inference/head.h"
#include "engine/learn/torch/pretraining.h"

#include <QTest>

#include <cmath>

using namespace flowscent;
using base::Matrix;
using learn::HeadKind;
using learn::MetaModel;
using learn::Method;
using learn::Parameters;
using learn::TaskBatch;
using torch::Tensor;

namespace {

const learn::InnerLoopSettings innerLoop{.steps = 3, .stepsToApply = 4, .rate = 0.3};

double farthest(const Tensor& one, const Tensor& other)
{
    return (one - other).abs().max().item<double>();
}

Tensor logitsOf(const learn::FewShotMethod& method, const MetaModel& model, const TaskBatch& tasks)
{
    return method.fit(model, tasks, false)->logits(tasks.query).detach();
}

/// Embeddings as they are: what a closed form makes of given numbers.
Tensor answerOf(const learn::EmbeddingMethod& method, const Parameters& parameters, const Tensor& support,
                const Tensor& oneHot, const Tensor& query)
{
    return method.answer(parameters, support, oneHot, query).detach();
}

Tensor numbers(const std::vector<double>& values, const std::vector<std::int64_t>& shape)
{
    return torch::tensor(values, torch::kDouble).reshape(shape);
}

Tensor constant(double value)
{
    return torch::full({1}, value, torch::kDouble);
}

void addMethods(std::initializer_list<Method> methods)
{
    QTest::addColumn<Method>("method");
    for (const Method method : methods)
        QTest::newRow(std::string(learn::text(method)).c_str()) << method;
}

void addAllMethods()
{
    QTest::addColumn<Method>("method");
    for (const Method method : learn::allMethods())
        QTest::newRow(std::string(learn::text(method)).c_str()) << method;
}

std::unique_ptr<learn::EmbeddingMethod> closedForm(Method method)
{
    auto made = learn::makeMethod(method);
    auto* closed = dynamic_cast<learn::EmbeddingMethod*>(made.get());
    if (closed == nullptr)
        qFatal("no closed form");
    made.release();
    return std::unique_ptr<learn::EmbeddingMethod>(closed);
}

Matrix toFloats(const Tensor& tensor)
{
    return learn::toMatrix(tensor.to(torch::kFloat));
}

} // namespace

Q_DECLARE_METATYPE(learn::Method)
Q_DECLARE_METATYPE(learn::HeadKind)

/// What each method computes, against formulas written out another way.
class MethodsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// y = A w + noise of variance s^2 with w ~ N(0, t^2 I): the best answer there is, the posterior mean, is the ridge
    /// with lambda = s^2 / t^2. Both ways through the linear algebra.
    void ridgeIsTheBayesianPosteriorMean_data()
    {
        QTest::addColumn<int>("supports");
        QTest::newRow("fewer supports than dimensions: Woodbury") << 5;
        QTest::newRow("more supports than dimensions: primal") << 40;
    }
    void ridgeIsTheBayesianPosteriorMean()
    {
        QFETCH(const int, supports);
        constexpr double s2 = 0.3;
        constexpr double t2 = 1.7;
        base::Rng rng(1);
        const Tensor support = test::normals({1, supports, 8}, rng);
        const Tensor targets = test::normals({1, supports, 3}, rng);
        const Tensor query = test::normals({1, 6, 8}, rng);
        const Parameters parameters{{"method.ridge.log_lambda", constant(std::log(s2 / t2))},
                                    {"method.ridge.log_scale", constant(0)}};
        const Tensor logits = answerOf(*learn::makeR2d2(), parameters, support, targets, query);
        const auto design = [](const Tensor& x) {
            return torch::cat({x[0], torch::ones({x.size(1), 1}, torch::kDouble)}, 1);
        };
        const Tensor a = design(support);
        const Tensor precision = a.t().mm(a) / s2 + torch::eye(9, torch::kDouble) / t2;
        const Tensor posteriorMean = precision.inverse().mm(a.t().mm(targets[0])) / s2;
        const double apart = farthest(logits[0], design(query).mm(posteriorMean));
        qInfo("largest difference %.2g", apart);
        QVERIFY(apart < 1e-5);
    }

    /// Linear discriminant analysis with covariance s^2 I and equal priors: softmax of q.S^-1 m_k - m_k.S^-1 m_k / 2.
    void protoNetIsLdaWithOneIsotropicCovariance()
    {
        constexpr double s2 = 0.8;
        constexpr std::int64_t d = 6;
        const TaskBatch tasks = test::gaussianTasks({.features = d}, 2);
        const Parameters parameters{{"method.prototype.log_scale", constant(std::log(d / (2 * s2)))}};
        const Tensor logits = answerOf(*learn::makeProtoNet(), parameters, tasks.support, tasks.oneHot(), tasks.query);
        for (std::int64_t t = 0; t < tasks.tasks(); ++t) {
            const Tensor inverse = (s2 * torch::eye(d, torch::kDouble)).inverse();
            std::vector<Tensor> columns;
            for (std::int64_t way = 0; way < tasks.ways; ++way) {
                const Tensor mean =
                    tasks.support[t].index_select(0, tasks.supportWay[t].eq(way).nonzero().flatten()).mean(0);
                columns.push_back(tasks.query[t].mv(inverse.mv(mean)) - 0.5 * mean.dot(inverse.mv(mean)));
            }
            QVERIFY(farthest(logits[t].softmax(1), torch::stack(columns, 1).softmax(1)) < 1e-10);
        }
    }

    /// Supports 0 and 2 of one way, 10 of the other; S_0 = 2, S_1 = 0, S = 28, l_0 = 2/3, l_1 = 1/2, beta = 1:
    /// Q_0 = 4/3 + 28/3 + 1 = 35/3, Q_1 = 14 + 1 = 15. Of 4: -1/2 9 / (35/3) = -27/70 and -1/2 36 / 15 = -6/5.
    void simpleCnapsByHand()
    {
        const Tensor logits =
            answerOf(*closedForm(Method::SimpleCnaps), {{"method.log_beta", constant(0)}},
                     numbers({0, 2, 10}, {1, 3, 1}), numbers({1, 0, 1, 0, 0, 1}, {1, 3, 2}), numbers({4}, {1, 1, 1}));
        QVERIFY(farthest(logits, numbers({-27.0 / 70, -1.2}, {1, 1, 2})) < 1e-12);
    }

    /// Cosines of (3, 0) with (1, 0), (0, 2), (-4, 0) are 1, 0, -1; with a scale of ln 2 the attention is 4 : 2 : 1.
    void matchingNetByHand()
    {
        const Tensor logits = answerOf(*closedForm(Method::MatchingNet),
                                       {{"method.attention.log_scale", constant(std::log(std::log(2.0)))}},
                                       numbers({1, 0, 0, 2, -4, 0}, {1, 3, 2}), numbers({1, 0, 0, 1, 1, 0}, {1, 3, 2}),
                                       numbers({3, 0}, {1, 1, 2}));
        QVERIFY(farthest(logits.exp(), numbers({5.0 / 7, 2.0 / 7}, {1, 1, 2})) < 2e-6);
    }

    /// Mean (1, 1) taken off, (4, 5) becomes (0.6, 0.8) and (1, 3) becomes (0, 1); of (2, 1), which becomes (1, 0), the
    /// squared distances are 0.8 and 2; the scale is 10.
    void simpleShotByHand()
    {
        const Tensor logits =
            answerOf(*closedForm(Method::SimpleShot), {{"method.mean", numbers({1, 1}, {2})}},
                     numbers({4, 5, 1, 3}, {1, 2, 2}), numbers({1, 0, 0, 1}, {1, 2, 2}), numbers({2, 1}, {1, 1, 2}));
        QVERIFY(farthest(logits, numbers({-8, -20}, {1, 1, 2})) < 1e-6);
    }

    /// One support a way, far off its class's centre: nineteen in twenty queries are of one way.
    void softKMeansLearnsFromUnbalancedQueries()
    {
        base::Rng rng(3);
        const Tensor centres = numbers({0, 0, 6, 0}, {2, 2});
        const Tensor support = (centres + numbers({2.4, 0, -1, 0}, {2, 2})).unsqueeze(0); // at 2.4 and 5
        std::vector<Tensor> rows;
        std::vector<std::int64_t> truth;
        for (int i = 0; i < 400; ++i) {
            const std::int64_t way = i % 20 == 0 ? 0 : 1;
            rows.push_back(centres[way] + test::normals({2}, rng));
            truth.push_back(way);
        }
        const Tensor query = torch::stack(rows).unsqueeze(0);
        const Tensor oneHot = torch::eye(2, torch::kDouble).unsqueeze(0);
        const Parameters parameters{{"method.prototype.log_scale", constant(0)}};
        const auto accuracy = [&](Method method) {
            return learn::taskAccuracies(answerOf(*closedForm(method), parameters, support, oneHot, query),
                                         torch::tensor(truth).unsqueeze(0))
                .item<double>();
        };
        const double inductive = accuracy(Method::ProtoNet);
        const double transductive = accuracy(Method::SoftKMeans);
        qInfo("protonet %.3f, soft k-means %.3f", inductive, transductive);
        QVERIFY(transductive > inductive + 0.01);
        QVERIFY(transductive > 0.985);
    }

    void differentNamesForTheWaysGiveTheSameAnswers_data() { addAllMethods(); }
    void differentNamesForTheWaysGiveTheSameAnswers()
    {
        QFETCH(const Method, method);
        const auto rule = learn::makeMethod(method, innerLoop);
        const MetaModel model = test::modelFor(*rule, 6, 4);
        TaskBatch tasks = test::gaussianTasks({}, 5);
        const Tensor logits = logitsOf(*rule, model, tasks);
        const Tensor renamed = torch::tensor(std::vector<std::int64_t>{2, 0, 3, 1});
        tasks.supportWay = renamed.index({tasks.supportWay});
        QVERIFY(farthest(logitsOf(*rule, model, tasks).index_select(2, renamed), logits) < 1e-9);
    }

    void theOrderOfSupportsMeansNothing_data() { addAllMethods(); }
    void theOrderOfSupportsMeansNothing()
    {
        QFETCH(const Method, method);
        const auto rule = learn::makeMethod(method, innerLoop);
        const MetaModel model = test::modelFor(*rule, 6, 6);
        TaskBatch tasks = test::gaussianTasks({}, 7);
        const Tensor logits = logitsOf(*rule, model, tasks);
        const Tensor backwards = torch::arange(tasks.support.size(1) - 1, -1, -1);
        tasks.support = tasks.support.index_select(1, backwards);
        tasks.supportWay = tasks.supportWay.index_select(1, backwards);
        QVERIFY(farthest(logitsOf(*rule, model, tasks), logits) < 1e-9);
    }

    void everySupportTwiceIsNoNewsForPrototypes()
    {
        const auto rule = learn::makeMethod(Method::ProtoNet);
        const MetaModel model = test::modelFor(*rule, 6, 8);
        TaskBatch tasks = test::gaussianTasks({}, 9);
        const Tensor logits = logitsOf(*rule, model, tasks);
        tasks.support = tasks.support.repeat({1, 2, 1});
        tasks.supportWay = tasks.supportWay.repeat({1, 2});
        QVERIFY(farthest(logitsOf(*rule, model, tasks), logits) < 1e-12);
    }

    /// An inductive answer does not depend on the other queries, a transductive one does.
    void queriesAreAnsweredAlone_data() { addAllMethods(); }
    void queriesAreAnsweredAlone()
    {
        QFETCH(const Method, method);
        const auto rule = learn::makeMethod(method, innerLoop);
        const MetaModel model = test::modelFor(*rule, 6, 10);
        TaskBatch tasks = test::gaussianTasks({}, 11);
        const Tensor logits = logitsOf(*rule, model, tasks);
        tasks.query = tasks.query.narrow(1, 3, 1);
        const double apart = farthest(logitsOf(*rule, model, tasks), logits.narrow(1, 3, 1));
        if (learn::isTransductive(method))
            QVERIFY(apart > 1e-3);
        else
            QVERIFY2(apart < 1e-12, std::to_string(apart).c_str());
    }

    void tasksAreSolvedAlone_data() { addAllMethods(); }
    void tasksAreSolvedAlone()
    {
        QFETCH(const Method, method);
        const auto rule = learn::makeMethod(method, innerLoop);
        const MetaModel model = test::modelFor(*rule, 6, 12);
        TaskBatch tasks = test::gaussianTasks({}, 13);
        const Tensor logits = logitsOf(*rule, model, tasks);
        for (Tensor* tensor : {&tasks.support, &tasks.supportWay, &tasks.query, &tasks.queryWay})
            *tensor = tensor->narrow(0, 1, 1);
        QVERIFY(farthest(logitsOf(*rule, model, tasks), logits.narrow(0, 1, 1)) < 1e-12);
    }

    /// Everything a closed form learns: encoder and constants.
    void closedFormsHaveTheGradientsOfFiniteDifferences_data()
    {
        addMethods({Method::R2d2, Method::ProtoNet, Method::MatchingNet, Method::SimpleCnaps, Method::SoftKMeans});
    }
    void closedFormsHaveTheGradientsOfFiniteDifferences()
    {
        QFETCH(const Method, method);
        const auto rule = learn::makeMethod(method);
        MetaModel model = test::modelFor(*rule, 6, 14);
        for (const std::int64_t shots : {1, 4}) { // on either side of Woodbury's threshold
            const TaskBatch tasks = test::gaussianTasks({.shots = shots}, 15);
            const Parameters exact = test::gradientOf(rule->metaLoss(model, tasks, {}).loss, model.parameters);
            for (auto& [name, tensor] : model.parameters) {
                const Tensor original = tensor;
                for (std::int64_t i = 0; i < original.numel(); i += 7) {
                    const auto at = [&](double change) {
                        Tensor moved = original.detach().clone();
                        moved.view({-1})[i] += change;
                        tensor = moved;
                        return rule->metaLoss(model, tasks, {}).loss.item<double>();
                    };
                    const double difference = (at(1e-5) - at(-1e-5)) / 2e-5;
                    const double gradient = exact.at(name).view({-1})[i].item<double>();
                    QVERIFY2(std::abs(gradient - difference) < 1e-7 + 1e-6 * std::abs(difference),
                             qPrintable(QStringLiteral("%1: %2 and %3").arg(gradient).arg(difference)));
                }
                tensor = original;
            }
        }
    }

    /// Training and the product compute the same heads by different code: these must not part.
    void trainingAndScoringAgree_data()
    {
        QTest::addColumn<HeadKind>("kind");
        QTest::addColumn<int>("shots");
        QTest::newRow("ridge, fewer examples than dimensions") << HeadKind::Ridge << 2;
        QTest::newRow("ridge, more examples than dimensions") << HeadKind::Ridge << 9;
        QTest::newRow("prototypes") << HeadKind::Prototype << 5;
    }
    void trainingAndScoringAgree()
    {
        QFETCH(const HeadKind, kind);
        QFETCH(const int, shots);
        const learn::HeadParameters constants{.ridgeLambda = 2.5, .ridgeScale = 6, .prototypeScale = 9};
        const Parameters parameters{{"method.ridge.log_lambda", constant(std::log(2.5))},
                                    {"method.ridge.log_scale", constant(std::log(6))},
                                    {"method.prototype.log_scale", constant(std::log(9))}};
        const TaskBatch tasks = test::gaussianTasks({.tasks = 1, .shots = shots, .features = 16}, 16);
        learn::HeadExamples examples{toFloats(tasks.support[0]), {}, {}, static_cast<std::uint16_t>(tasks.ways)};
        for (std::int64_t i = 0; i < tasks.supportWay.size(1); ++i)
            examples.classOf.push_back(static_cast<std::uint16_t>(tasks.supportWay[0][i].item<std::int64_t>()));
        const auto head = learn::fitHead(kind, examples, constants);
        QVERIFY(head);
        const Matrix plain = learn::scores(*head, toFloats(tasks.query[0]));
        const auto rule = kind == HeadKind::Ridge ? learn::makeR2d2() : learn::makeProtoNet();
        const Tensor logits = answerOf(*rule, parameters, tasks.support, tasks.oneHot(), tasks.query)[0];
        QVERIFY(farthest(logits, learn::view(plain).to(torch::kDouble)) < 2e-4);
    }

    /// Logits ln 4, ln 2, ln 1, ln 1 (shares 1/2, 1/4, 1/8, 1/8): a query of way 0 costs ln 2; one of no way costs the
    /// mean of ln 2, ln 4, ln 8, ln 8.
    void queriesOfUnknownClassesPullTowardsUndecided()
    {
        const Tensor logits = numbers({4, 2, 1, 1, 4, 2, 1, 1}, {1, 2, 4}).log();
        const Tensor losses = learn::taskLosses(logits, torch::tensor(std::vector<std::int64_t>{0, 4}).unsqueeze(0));
        const double expected = (1 + (1 + 2 + 3 + 3) / 4.0) / 2 * std::log(2.0);
        QVERIFY(std::abs(losses.item<double>() - expected) < 1e-12);
        QCOMPARE(
            learn::taskAccuracies(logits, torch::tensor(std::vector<std::int64_t>{0, 4}).unsqueeze(0)).item<float>(),
            1.0F);
    }

    /// Equation 2 of the paper, written out with loops.
    void supervisedContrastIsThePapersSum()
    {
        base::Rng rng(17);
        const std::vector<std::int64_t> classOf{0, 1, 0, 2, 1, 0, 3}; // 2 and 3 have no other of their class
        Tensor z = test::normals({7, 4}, rng);
        z = z / z.norm(2, 1, true);
        constexpr double temperature = 0.2;
        double sum = 0;
        int anchors = 0;
        for (std::int64_t i = 0; i < 7; ++i) {
            double all = 0;
            for (std::int64_t a = 0; a < 7; ++a)
                all += a == i ? 0 : std::exp(z[i].dot(z[a]).item<double>() / temperature);
            double own = 0;
            int positives = 0;
            for (std::int64_t p = 0; p < 7; ++p) {
                if (p == i || classOf[static_cast<std::size_t>(p)] != classOf[static_cast<std::size_t>(i)])
                    continue;
                own += std::log(std::exp(z[i].dot(z[p]).item<double>() / temperature) / all);
                ++positives;
            }
            if (positives > 0) {
                sum -= own / positives;
                ++anchors;
            }
        }
        const Tensor loss = learn::supervisedContrast(z, torch::tensor(classOf), temperature);
        QCOMPARE(anchors, 5);
        QVERIFY(std::abs(loss.item<double>() - sum / anchors) < 1e-10);
    }
};

QTEST_GUILESS_MAIN(MethodsTest)
#include "methods_test.moc"
