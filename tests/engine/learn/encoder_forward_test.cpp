// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/learn/torch/encoder_net.h"

#include "engine/learn/patch_conv_inference.h"
#include "tests/engine/learn/patch_conv_toy.h"

#include <algorithm>
#include <cmath>

using namespace flowscent;
using base::Matrix;

class EncoderForwardTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// What training optimises is what embedding computes.
    void embeddingIsTheTrainersForward()
    {
        const base::TensorFile weights = test::patchConvWeights(64, 64, 5);
        const features::FeatureSet flows = test::scaledFlows(500);
        const auto trained = learn::EncoderNet::fromTensors(weights);
        const auto fast = learn::PatchConvInference::fromTensors(weights);
        QVERIFY(trained && fast);
        const torch::InferenceMode inference;
        const Matrix expected =
            learn::toMatrix(trained->forward(learn::view(flows.sequences), learn::view(flows.statistics)));
        Matrix found(flows.size(), 64);
        learn::PatchConvInference::Workspace space;
        fast->embedScaled(flows, 0, flows.size(), found, space);
        float apart = 0;
        for (std::size_t i = 0; i < found.values.size(); ++i)
            apart = std::max(apart, std::abs(found.values[i] - expected.values[i]));
        QVERIFY2(apart < 1e-5F, qPrintable(QString::number(apart)));
    }
};

QTEST_GUILESS_MAIN(EncoderForwardTest)
#include "encoder_forward_test.moc"
