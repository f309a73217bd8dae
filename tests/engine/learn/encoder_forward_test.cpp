// SPDX-License-Identifier: GPL-3.0-or-later
// LibTorch before Qt: it has members called like Qt's keywords.
#include "engine/learn/torch/encoders/encoder.h"

#include "engine/learn/inference/patch_conv_inference.h"
#include "tests/engine/learn/patch_conv_toy.h"

#include <QTest>

#include <cmath>

using namespace flowscent;
using base::Matrix;
using learn::EncoderSpec;
using learn::Parameters;
using torch::Tensor;

namespace {

void addArchitectures()
{
    QTest::addColumn<QByteArray>("architecture");
    for (const char* name : {"patch-conv-16", "mlp-24x2", "cnn-16x3", "gru-12", "transformer-16x2-e24"})
        QTest::newRow(name) << QByteArray(name);
}

struct Net {
    EncoderSpec spec;
    Parameters parameters;

    explicit Net(const QByteArray& architecture)
        : spec(EncoderSpec::parse(architecture.toStdString()).value())
    {
        base::Rng rng(3);
        parameters = learn::initialised(learn::encoderShapes(spec), rng);
        for (auto& [name, tensor] : parameters) { // no tensor may hide behind an initial zero
            for (std::int64_t i = 0; i < tensor.numel(); ++i)
                tensor.data_ptr<float>()[i] += 0.05F * static_cast<float>(rng.normal());
        }
    }
    [[nodiscard]] Tensor embed(const Tensor& x) const { return learn::encode(spec, parameters, x).detach(); }
};

double farthest(const Tensor& one, const Tensor& other)
{
    return (one - other).abs().max().item<double>();
}

Tensor flows(std::size_t count)
{
    return learn::inputsOf(test::scaledFlows(count));
}

} // namespace

/// The differentiable forward of every architecture; and for patch-conv the loops of the product beside it.
class EncoderForwardTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void trainingAndTheProductComputeTheSameFunction()
    {
        const base::TensorFile weights = test::patchConvWeights(64, 64, 5);
        const features::FeatureSet scaled = test::scaledFlows(500);
        const EncoderSpec spec;
        const auto trained = learn::fromTensors(weights, learn::encoderShapes(spec));
        const auto fast = learn::PatchConvInference::fromTensors(weights);
        QVERIFY(trained && fast);
        const Matrix expected = learn::toMatrix(learn::encode(spec, *trained, learn::inputsOf(scaled)));
        Matrix found(scaled.size(), 64);
        learn::PatchConvInference::Workspace space;
        fast->embedScaled(scaled, 0, scaled.size(), found, space);
        float apart = 0;
        for (std::size_t i = 0; i < found.values.size(); ++i)
            apart = std::max(apart, std::abs(found.values[i] - expected.values[i]));
        QVERIFY2(apart < 1e-5F, qPrintable(QString::number(apart)));
    }

    /// What the inner loop does: every task its own copy of the weights, all through one product.
    void weightsOfTheirOwnForEveryTaskComputeTheSameFunction_data() { addArchitectures(); }
    void weightsOfTheirOwnForEveryTaskComputeTheSameFunction()
    {
        QFETCH(const QByteArray, architecture);
        Net net(architecture);
        const Tensor x = flows(24);
        const Tensor expected = net.embed(x);
        Parameters batched = learn::perTask(net.parameters, 3);
        for (auto& [name, tensor] : batched) { // the second task's weights are others
            tensor = tensor.clone();
            tensor[1] *= 1.1;
        }
        const Tensor found = learn::encode(net.spec, batched, x.reshape({3, 8, -1}));
        QCOMPARE(found.sizes(), torch::IntArrayRef({3, 8, static_cast<std::int64_t>(net.spec.embeddingSize)}));
        QVERIFY(farthest(found[0], expected.narrow(0, 0, 8)) < 2e-5);
        QVERIFY(farthest(found[2], expected.narrow(0, 16, 8)) < 2e-5);
        for (auto& [name, tensor] : net.parameters)
            tensor = tensor * 1.1;
        QVERIFY(farthest(found[1], net.embed(x.narrow(0, 8, 8))) < 2e-5);
    }

    void sharedWeightsTakeTasksToo_data() { addArchitectures(); }
    void sharedWeightsTakeTasksToo()
    {
        QFETCH(const QByteArray, architecture);
        const Net net(architecture);
        const Tensor x = flows(24);
        QVERIFY(farthest(net.embed(x.reshape({3, 8, -1})).flatten(0, 1), net.embed(x)) < 1e-5);
    }

    void aFlowIsEmbeddedAlone_data() { addArchitectures(); }
    void aFlowIsEmbeddedAlone()
    {
        QFETCH(const QByteArray, architecture);
        const Net net(architecture);
        const Tensor x = flows(24);
        QVERIFY(farthest(net.embed(x.narrow(0, 7, 1)), net.embed(x).narrow(0, 7, 1)) < 1e-5);
    }

    /// Of every tensor: one that the output does not depend on is a part that was forgotten.
    void everyTensorMatters_data() { addArchitectures(); }
    void everyTensorMatters()
    {
        QFETCH(const QByteArray, architecture);
        Net net(architecture);
        const Tensor x = flows(24);
        const Tensor expected = net.embed(x);
        for (auto& [name, tensor] : net.parameters) {
            const Tensor original = tensor;
            base::Rng rng(8);
            tensor = original.clone();
            for (std::int64_t i = 0; i < tensor.numel(); ++i)
                tensor.data_ptr<float>()[i] += 0.3F * static_cast<float>(rng.normal());
            // Keys' biases add the same to every logit of a token; the attention is all the same.
            QVERIFY2(farthest(net.embed(x), expected) > 1e-4, name.c_str());
            tensor = original;
        }
    }

    void absentPacketsMeanNothing_data()
    {
        QTest::addColumn<QByteArray>("architecture");
        QTest::newRow("gru") << QByteArray("gru-12");
        QTest::newRow("transformer") << QByteArray("transformer-16x2");
    }
    /// Both look at the valid mask: what stands in the place of an absent packet changes nothing.
    void absentPacketsMeanNothing()
    {
        QFETCH(const QByteArray, architecture);
        const Net net(architecture);
        const Tensor x = flows(24).clone();
        constexpr std::int64_t fields = 8;
        Tensor sequence = x.narrow(1, 0, 32 * fields).view({24, 32, fields});
        sequence.narrow(1, 20, 12).zero_();
        const Tensor expected = net.embed(x);
        sequence.narrow(1, 20, 12).narrow(2, 0, fields - 1).fill_(3);
        QVERIFY(farthest(net.embed(x), expected) < 1e-5);
        sequence.narrow(1, 10, 2).narrow(2, 0, fields - 1).fill_(3); // present ones do matter
        QVERIFY(farthest(net.embed(x), expected) > 1e-3);
    }
};

QTEST_GUILESS_MAIN(EncoderForwardTest)
#include "encoder_forward_test.moc"
