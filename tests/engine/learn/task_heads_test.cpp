// SPDX-License-Identifier: GPL-3.0-or-later
// LibTorch before Qt: it has members called like Qt's keywords.
#include "engine/learn/torch/task_heads.h"

#include "engine/base/random.h"
#include "engine/learn/head.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace flowscent;
using base::Matrix;
using learn::HeadKind;
using learn::HeadParameters;
using learn::HeadTensors;
using torch::Tensor;

namespace {

constexpr std::uint16_t ways = 4;
const HeadParameters parameters{.ridgeLambda = 2.5, .ridgeScale = 6, .prototypeScale = 9};

Matrix drawn(std::size_t rows, std::size_t columns, std::uint64_t seed)
{
    base::Rng rng(seed);
    Matrix matrix(rows, columns);
    for (float& value : matrix.values)
        value = static_cast<float>(rng.normal());
    return matrix;
}

Tensor tensorOf(const Matrix& matrix)
{
    Tensor tensor = torch::empty({static_cast<std::int64_t>(matrix.rows), static_cast<std::int64_t>(matrix.columns)});
    std::ranges::copy(matrix.values, tensor.data_ptr<float>());
    return tensor;
}

struct Task {
    Matrix support;
    std::vector<std::uint16_t> classes;
    Matrix query;

    Task(std::size_t shots, std::size_t dimensions)
        : support(drawn(shots * ways, dimensions, 1))
        , query(drawn(7, dimensions, 2))
    {
        for (std::size_t i = 0; i < support.rows; ++i)
            classes.push_back(static_cast<std::uint16_t>(i / shots));
    }
    [[nodiscard]] Tensor oneHot() const
    {
        Tensor tensor = torch::zeros({static_cast<std::int64_t>(support.rows), ways});
        for (std::size_t i = 0; i < support.rows; ++i)
            tensor[static_cast<std::int64_t>(i)][classes[i]] = 1;
        return tensor;
    }
};

Tensor trainingLogits(HeadKind kind, const Task& task, const Tensor& support, const HeadTensors& heads)
{
    return kind == HeadKind::Ridge ? learn::ridgeLogits(support, task.oneHot(), tensorOf(task.query), heads)
                                   : learn::prototypeLogits(support, task.oneHot(), tensorOf(task.query), heads);
}

} // namespace

/// Training and the product compute the same heads by different code: these must not part.
class TaskHeadsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void trainingAndScoringAgree_data()
    {
        QTest::addColumn<HeadKind>("kind");
        QTest::addColumn<int>("shots");
        QTest::addRow("ridge, fewer examples than dimensions") << HeadKind::Ridge << 2;
        QTest::addRow("ridge, more examples than dimensions") << HeadKind::Ridge << 9;
        QTest::addRow("prototypes") << HeadKind::Prototype << 5;
    }
    void trainingAndScoringAgree()
    {
        QFETCH(const HeadKind, kind);
        QFETCH(const int, shots);
        const Task task(static_cast<std::size_t>(shots), 16);
        const auto head = learn::fitHead(kind, {task.support, task.classes, {}, ways}, parameters);
        QVERIFY(head);
        const Matrix plain = learn::scores(*head, task.query);
        const Tensor logits = trainingLogits(kind, task, tensorOf(task.support), HeadTensors::of(parameters));
        QVERIFY((logits - tensorOf(plain)).abs().max().item<double>() < 2e-4);
    }

    void constantsSurviveTheLogarithm()
    {
        const HeadParameters back = HeadTensors::of(parameters).values();
        QVERIFY(std::abs(back.ridgeLambda - parameters.ridgeLambda) < 1e-5);
        QVERIFY(std::abs(back.ridgeScale - parameters.ridgeScale) < 1e-5);
        QVERIFY(std::abs(back.prototypeScale - parameters.prototypeScale) < 1e-5);
    }

    /// The gradient through the closed form, against differences of the loss.
    void gradientsAreThoseOfFiniteDifferences_data()
    {
        QTest::addColumn<HeadKind>("kind");
        QTest::newRow("ridge") << HeadKind::Ridge;
        QTest::newRow("prototypes") << HeadKind::Prototype;
    }
    void gradientsAreThoseOfFiniteDifferences()
    {
        QFETCH(const HeadKind, kind);
        const Task task(3, 6);
        const Tensor truth = torch::tensor(std::vector<std::int64_t>{0, 1, 2, 3, 0, 1, 2});
        HeadTensors heads = HeadTensors::of({.ridgeLambda = 2, .ridgeScale = 1.5, .prototypeScale = 1.2});
        Tensor support = tensorOf(task.support);
        const auto loss = [&] { return torch::cross_entropy_loss(trainingLogits(kind, task, support, heads), truth); };
        Tensor constant = kind == HeadKind::Ridge ? heads.logLambda : heads.logPrototypeScale;
        std::vector<Tensor> inputs{support, constant};
        for (Tensor& input : inputs)
            input.requires_grad_();
        loss().backward();
        const torch::NoGradGuard still;
        constexpr double step = 5e-3;
        for (Tensor& input : inputs) {
            Tensor flat = input.view({-1});
            const Tensor gradient = input.grad().view({-1});
            for (std::int64_t i = 0; i < flat.size(0); i += 5) {
                const auto before = flat[i].item<float>();
                flat[i] = before + step;
                const double above = loss().item<double>();
                flat[i] = before - step;
                const double below = loss().item<double>();
                flat[i] = before;
                const double difference = (above - below) / (2 * step);
                QVERIFY2(std::abs(gradient[i].item<double>() - difference) < 2e-3,
                         qPrintable(QStringLiteral("%1 and %2").arg(gradient[i].item<double>()).arg(difference)));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TaskHeadsTest)
#include "task_heads_test.moc"
