// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/features/feature_schema.h"
#include "engine/learn/inference/patch_conv_inference.h"
#include "tests/engine/learn/patch_conv_toy.h"
#include "tests/engine/learn/toy_dataset.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <thread>

using namespace flowscent;
using base::Matrix;
using features::FeatureSet;
using learn::PatchConvInference;

namespace {

PatchConvInference made(const base::TensorFile& weights)
{
    auto net = PatchConvInference::fromTensors(weights);
    if (!net)
        qFatal("%s", net.error().sentence().c_str());
    return std::move(*net);
}

Matrix embedded(const PatchConvInference& net, const FeatureSet& scaled)
{
    PatchConvInference::Workspace space;
    Matrix into(scaled.size(), net.embeddingSize());
    net.embedScaled(scaled, 0, scaled.size(), into, space);
    return into;
}

using Numbers = std::vector<double>;

Numbers linear(const base::TensorFile& file, const std::string& name, const Numbers& input)
{
    const auto& weight = file.tensors.at(name + ".weight").values;
    const auto& bias = file.tensors.at(name + ".bias").values;
    Numbers output(bias.begin(), bias.end());
    for (std::size_t i = 0; i < output.size(); ++i) {
        for (std::size_t j = 0; j < input.size(); ++j)
            output[i] += double{weight[i * input.size() + j]} * input[j];
    }
    return output;
}

Numbers rectified(Numbers values)
{
    for (double& value : values)
        value = std::max(0.0, value);
    return values;
}

Numbers joined(const Numbers& a, const Numbers& b)
{
    Numbers all = a;
    all.insert(all.end(), b.begin(), b.end());
    return all;
}

/// The encoder as its description has it, every patch of every flow, in double precision: patches of four packets
/// through a linear map, neighbours merged, mean and maximum over time, a perceptron on the statistics, layer
/// normalisation, a linear map.
Numbers byDefinition(const base::TensorFile& file, const FeatureSet& scaled, std::size_t row)
{
    const auto sequence = scaled.sequences.row(row);
    const auto statistics = scaled.statistics.row(row);
    std::vector<Numbers> merged;
    for (std::size_t pair = 0; pair < 4; ++pair) {
        const auto patch = [&](std::size_t index) {
            const auto numbers = sequence.subspan(index * 32, 32);
            return rectified(linear(file, "encoder.patch", {numbers.begin(), numbers.end()}));
        };
        merged.push_back(rectified(linear(file, "encoder.merge", joined(patch(2 * pair), patch(2 * pair + 1)))));
    }
    Numbers mean(merged[0].size());
    Numbers most = merged[0];
    for (const Numbers& one : merged) {
        for (std::size_t i = 0; i < one.size(); ++i) {
            mean[i] += one[i] / 4;
            most[i] = std::max(most[i], one[i]);
        }
    }
    const Numbers hidden = rectified(linear(file, "encoder.statistics1", {statistics.begin(), statistics.end()}));
    Numbers all = joined(joined(mean, most), rectified(linear(file, "encoder.statistics2", hidden)));
    const auto size = static_cast<double>(all.size());
    const double centre = std::accumulate(all.begin(), all.end(), 0.0) / size;
    double variance = 0;
    for (const double value : all)
        variance += (value - centre) * (value - centre) / size;
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] =
            (all[i] - centre) / std::sqrt(variance + 1e-5) * double{file.tensors.at("encoder.norm.weight").values[i]} +
            double{file.tensors.at("encoder.norm.bias").values[i]};
    return linear(file, "encoder.out", all);
}

} // namespace

class PatchConvInferenceTest : public QObject {
    Q_OBJECT

    base::TensorFile m_weights = test::patchConvWeights(64, 64, 1);
    PatchConvInference m_net = made(m_weights);
    FeatureSet m_flows = test::scaledFlows(300); ///< several blocks and a broken one

private Q_SLOTS:
    void embeddingsAreTheDefinitions_data()
    {
        QTest::addColumn<std::size_t>("width");
        QTest::addColumn<std::size_t>("embedding");
        for (const auto& [width, embedding] :
             {std::pair<std::size_t, std::size_t>{16, 64}, {48, 64}, {64, 64}, {20, 10}, {1, 1}})
            QTest::addRow("width %zu, embedding %zu", width, embedding) << width << embedding;
    }
    void embeddingsAreTheDefinitions()
    {
        QFETCH(const std::size_t, width);
        QFETCH(const std::size_t, embedding);
        const base::TensorFile weights = test::patchConvWeights(width, embedding, width);
        const Matrix found = embedded(made(weights), m_flows);
        QCOMPARE(found.columns, embedding);
        double apart = 0;
        for (std::size_t row = 0; row < m_flows.size(); ++row) {
            const Numbers expected = byDefinition(weights, m_flows, row);
            for (std::size_t i = 0; i < embedding; ++i)
                apart = std::max(apart, std::abs(double{found.row(row)[i]} - expected[i]));
        }
        QVERIFY2(apart < 1e-5, qPrintable(QString::number(apart)));
    }

    /// To the last bit.
    void aFlowsEmbeddingDoesNotDependOnItsCompany()
    {
        const Matrix together = embedded(m_net, m_flows);
        for (std::uint32_t row = 0; row < m_flows.size(); ++row) {
            const Matrix alone = embedded(m_net, m_flows.rows(std::vector{row}));
            QVERIFY(std::ranges::equal(alone.row(0), together.row(row)));
        }
        std::vector<std::uint32_t> order(m_flows.size());
        std::iota(order.rbegin(), order.rend(), 0U);
        const Matrix backwards = embedded(m_net, m_flows.rows(order));
        for (std::size_t row = 0; row < m_flows.size(); ++row)
            QVERIFY(std::ranges::equal(backwards.row(m_flows.size() - 1 - row), together.row(row)));
    }

    /// To the last bit; a workspace that other flows and another model have used is as good as a fresh one.
    void piecesByTwoThreadsAreTheWhole()
    {
        const Matrix whole = embedded(m_net, m_flows);
        Matrix pieces(m_flows.size(), 64);
        const auto work = [&](std::size_t begin, std::size_t end) {
            PatchConvInference::Workspace space;
            const PatchConvInference other = made(test::patchConvWeights(20, 10, 2));
            Matrix ignored(m_flows.size(), 10);
            for (std::size_t at = begin; at < end; at += 37) {
                other.embedScaled(m_flows, at, std::min(at + 37, end), ignored, space);
                m_net.embedScaled(m_flows, at, std::min(at + 37, end), pieces, space);
            }
        };
        {
            const std::jthread one([&] { work(0, 141); });
            work(141, 300);
        }
        QVERIFY(pieces == whole);
    }

    void fromNativeFeaturesIsFromScaledOnes()
    {
        const FeatureSet raw = test::toyDataset({.classes = 5, .flowsPerClass = 40, .seed = 3}).features;
        const features::Scaler scaler = features::Scaler::fit(raw);
        PatchConvInference::Workspace space;
        Matrix found(raw.size(), 64);
        m_net.embed(scaler, raw, 0, 70, found, space);
        m_net.embed(scaler, raw, 70, raw.size(), found, space);
        QVERIFY(found == embedded(m_net, scaler.apply(raw)));
    }

    void aModelThatDoesNotFitIsRefused_data()
    {
        QTest::addColumn<QString>("name");
        for (const auto& [name, tensor] : m_weights.tensors)
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    void aModelThatDoesNotFitIsRefused()
    {
        QFETCH(const QString, name);
        base::TensorFile missing = m_weights;
        missing.tensors.erase(name.toStdString());
        base::TensorFile longer = m_weights;
        base::TensorFile::Tensor& tensor = longer.tensors.at(name.toStdString());
        ++tensor.shape.back();
        tensor.values.resize(tensor.values.size() / (tensor.shape.back() - 1) * tensor.shape.back());
        for (const base::TensorFile& file : {missing, longer, base::TensorFile{}}) {
            const auto refused = PatchConvInference::fromTensors(file);
            QVERIFY(!refused);
            QCOMPARE(refused.error().code, base::Error::Code::Model);
            QVERIFY(refused.error().what.find("encoder.") != std::string::npos);
        }
    }

    /// Wherever it stands: nothing on the way may turn it into a number, or a broken model would go unnoticed.
    void aWeightThatIsNoNumberShows_data()
    {
        QTest::addColumn<QString>("name");
        for (const auto& [name, tensor] : m_weights.tensors)
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    void aWeightThatIsNoNumberShows()
    {
        QFETCH(const QString, name);
        base::TensorFile broken = m_weights;
        broken.tensors.at(name.toStdString()).values[0] = std::numeric_limits<float>::quiet_NaN();
        const Matrix found = embedded(made(broken), m_flows);
        for (std::size_t row = 0; row < found.rows; ++row)
            QVERIFY(std::ranges::any_of(found.row(row), [](float value) { return std::isnan(value); }));
    }
};

QTEST_GUILESS_MAIN(PatchConvInferenceTest)
#include "patch_conv_inference_test.moc"
