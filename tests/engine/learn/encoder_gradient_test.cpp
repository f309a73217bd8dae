// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/features/feature_schema.h"
#include "tests/engine/learn/patch_conv_toy.h"
#include "tests/engine/learn/random_model.h"
#include "tests/engine/learn/toy_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

using namespace flowscent;
using base::Matrix;
using features::FeatureSet;

namespace {

constexpr std::size_t flows = 24;

std::shared_ptr<const learn::Encoder> encoderOf(const QByteArray& architecture)
{
    const auto spec = learn::EncoderSpec::parse(architecture.toStdString());
    auto encoder = test::plugin().encoder(std::make_shared<const learn::BaseModel>(test::randomModel(spec.value(), 5)));
    if (!encoder)
        qFatal("%s", encoder.error().sentence().c_str());
    return *encoder;
}

Matrix chance(std::size_t rows, std::size_t columns, std::uint64_t seed)
{
    base::Rng rng(seed);
    Matrix matrix(rows, columns);
    for (float& value : matrix.values)
        value = static_cast<float>(rng.normal());
    return matrix;
}

/// Directions of length 1 along which flows keep their packets: what is absent stays so, what is there stays there.
FeatureSet directions(const FeatureSet& there)
{
    FeatureSet all{chance(there.size(), there.sequences.columns, 2), chance(there.size(), there.statistics.columns, 3)};
    for (std::size_t row = 0; row < there.size(); ++row) {
        const auto packets = all.sequences.row(row);
        const auto flow = there.sequences.row(row);
        constexpr std::size_t fields = features::sequenceFields;
        for (std::size_t i = 0; i < packets.size(); ++i) {
            if (i % fields == fields - 1 || flow[i / fields * fields + fields - 1] == 0)
                packets[i] = 0;
        }
        double length = 0;
        for (const auto values : {packets, all.statistics.row(row)})
            length = std::accumulate(values.begin(), values.end(), length,
                                     [](double sum, float value) { return sum + double{value} * double{value}; });
        for (const auto values : {packets, all.statistics.row(row)})
            std::ranges::for_each(values, [&](float& value) { value /= static_cast<float>(std::sqrt(length)); });
    }
    return all;
}

template <class T>
T taken(base::Result<T> result)
{
    if (!result)
        qFatal("%s", result.error().sentence().c_str());
    return std::move(*result);
}

FeatureSet moved(FeatureSet flowsThere, const FeatureSet& direction, float by)
{
    for (std::size_t i = 0; i < flowsThere.sequences.values.size(); ++i)
        flowsThere.sequences.values[i] += by * direction.sequences.values[i];
    for (std::size_t i = 0; i < flowsThere.statistics.values.size(); ++i)
        flowsThere.statistics.values[i] += by * direction.statistics.values[i];
    return flowsThere;
}

double dot(std::span<const float> a, std::span<const float> b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += double{a[i]} * double{b[i]};
    return sum;
}

} // namespace

/// The derivative of every architecture, against what its own embeddings do a small step away.
class EncoderGradientTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void gradientsAreFiniteDifferences_data()
    {
        QTest::addColumn<QByteArray>("architecture");
        for (const char* name : {"patch-conv-16", "mlp-24x2", "cnn-16x3", "gru-12", "transformer-16x2-e24"})
            QTest::newRow(name) << QByteArray(name);
    }
    void gradientsAreFiniteDifferences()
    {
        QFETCH(const QByteArray, architecture);
        const auto encoder = encoderOf(architecture);
        const FeatureSet there = test::scaledFlows(flows);
        const Matrix weights = chance(flows, encoder->model().embeddingSize, 1);
        const FeatureSet slopes = taken(encoder->gradients(there, weights, {}));
        const FeatureSet direction = directions(there);
        constexpr float h = 1.0F / 1024;
        const Matrix ahead = taken(encoder->embedScaled(moved(there, direction, h), {}));
        const Matrix behind = taken(encoder->embedScaled(moved(there, direction, -h), {}));
        double apart = 0; // a corner (ReLU, maximum) between the two points moves single flows: judged together
        double size = 0;
        for (std::size_t row = 0; row < flows; ++row) {
            const double expected =
                (dot(ahead.row(row), weights.row(row)) - dot(behind.row(row), weights.row(row))) / (2 * double{h});
            const double found = dot(slopes.sequences.row(row), direction.sequences.row(row)) +
                                 dot(slopes.statistics.row(row), direction.statistics.row(row));
            apart += (found - expected) * (found - expected);
            size += expected * expected;
        }
        QVERIFY(size > 1);
        QVERIFY2(std::sqrt(apart / size) < 0.02, std::to_string(std::sqrt(apart / size)).c_str());
    }

    void scaledFlowsAreEmbeddedAsRawOnes()
    {
        for (const char* architecture : {"patch-conv-16", "cnn-16x3"}) {
            const auto encoder = encoderOf(architecture);
            const FeatureSet raw = test::toyDataset().features;
            const Matrix expected = taken(encoder->embed(raw, {}, {}));
            const Matrix found = taken(encoder->embedScaled(encoder->model().scaler.apply(raw), {}));
            float apart = 0;
            for (std::size_t i = 0; i < found.values.size(); ++i)
                apart = std::max(apart, std::abs(found.values[i] - expected.values[i]));
            QVERIFY(apart < 1e-5F);
        }
    }

    void aFlowsGradientDoesNotDependOnTheOthers()
    {
        const auto encoder = encoderOf("patch-conv-16");
        const FeatureSet there = test::scaledFlows(600); // more than a block
        const Matrix weights = chance(600, encoder->model().embeddingSize, 1);
        const FeatureSet together = taken(encoder->gradients(there, weights, {}));
        for (const std::uint32_t row : {0U, 3U, 511U, 512U, 599U}) {
            Matrix own(1, weights.columns);
            std::ranges::copy(weights.row(row), own.row(0).begin());
            const FeatureSet alone = taken(encoder->gradients(there.rows(std::span(&row, 1)), own, {}));
            for (std::size_t i = 0; i < alone.statistics.columns; ++i)
                QVERIFY(std::abs(alone.statistics.row(0)[i] - together.statistics.row(row)[i]) < 1e-4F);
            for (std::size_t i = 0; i < alone.sequences.columns; ++i)
                QVERIFY(std::abs(alone.sequences.row(0)[i] - together.sequences.row(row)[i]) < 1e-4F);
        }
    }

    void whatDoesNotFitIsRefused()
    {
        const auto encoder = encoderOf("patch-conv-16");
        const FeatureSet there = test::scaledFlows(4);
        const std::size_t size = encoder->model().embeddingSize;
        QCOMPARE(encoder->gradients(there, Matrix(3, size), {}).error().code, base::Error::Code::Argument);
        QCOMPARE(encoder->gradients(there, Matrix(4, size + 1), {}).error().code, base::Error::Code::Argument);
        FeatureSet narrow = there;
        narrow.statistics = Matrix(4, 3);
        QCOMPARE(encoder->gradients(narrow, Matrix(4, size), {}).error().code, base::Error::Code::Argument);
        QCOMPARE(encoder->embedScaled(narrow, {}).error().code, base::Error::Code::Argument);
        FeatureSet odd = there;
        odd.statistics.row(1)[0] = std::numeric_limits<float>::quiet_NaN();
        QCOMPARE(encoder->gradients(odd, chance(4, size, 1), {}).error().code, base::Error::Code::Model);
        QCOMPARE(encoder->embedScaled(odd, {}).error().code, base::Error::Code::Model);
    }

    void itCanBeStopped()
    {
        const auto encoder = encoderOf("patch-conv-16");
        std::stop_source stop;
        stop.request_stop();
        const Matrix weights = chance(4, encoder->model().embeddingSize, 1);
        QCOMPARE(encoder->gradients(test::scaledFlows(4), weights, stop.get_token()).error().code,
                 base::Error::Code::Cancelled);
        QCOMPARE(encoder->embedScaled(test::scaledFlows(4), stop.get_token()).error().code,
                 base::Error::Code::Cancelled);
    }
};

QTEST_GUILESS_MAIN(EncoderGradientTest)
#include "encoder_gradient_test.moc"
