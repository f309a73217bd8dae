// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/engine/learn/toy_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <thread>

using namespace flowscent;
using base::Matrix;
using learn::BaseModel;

namespace {

constexpr float rounding = 1e-5F; ///< matrix products of other heights add in another order

Matrix embed(const learn::Encoder& encoder, const features::FeatureSet& raw)
{
    auto embedded = encoder.embed(raw, {}, {});
    if (!embedded)
        qFatal("%s", embedded.error().sentence().c_str());
    return std::move(*embedded);
}

std::shared_ptr<const learn::Encoder> encoderOf(BaseModel model)
{
    auto encoder = test::plugin().encoder(std::make_shared<const BaseModel>(std::move(model)));
    if (!encoder)
        qFatal("%s", encoder.error().sentence().c_str());
    return *encoder;
}

float apart(std::span<const float> a, std::span<const float> b)
{
    float most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        most = std::max(most, std::abs(a[i] - b[i]));
    return most;
}

std::vector<std::uint32_t> counted(std::uint32_t first, std::uint32_t count)
{
    std::vector<std::uint32_t> rows(count);
    std::iota(rows.begin(), rows.end(), first);
    return rows;
}

} // namespace

class EncoderTest : public QObject {
    Q_OBJECT

    BaseModel m_model;
    std::shared_ptr<const learn::Encoder> m_encoder;
    features::FeatureSet m_flows; ///< enough for two threads and a broken block

private Q_SLOTS:
    void initTestCase()
    {
        auto settings = test::toySettings();
        settings.steps = 5;
        m_model = test::toyModel(settings);
        m_encoder = encoderOf(m_model);
        m_flows = test::toyDataset({.classes = 9, .flowsPerClass = 500, .seed = 7}).features;
    }

    void embeddingsTellFlowsApart()
    {
        const Matrix embedded = embed(*m_encoder, m_flows);
        QCOMPARE(embedded.rows, m_flows.size());
        QCOMPARE(embedded.columns, m_model.embeddingSize);
        QVERIFY(apart(embedded.row(0), embedded.row(4000)) > 0.1F);
    }

    void theSameCallGivesTheSameBits() { QVERIFY(embed(*m_encoder, m_flows) == embed(*m_encoder, m_flows)); }

    void aFlowAloneIsEmbeddedAsInCompany()
    {
        const Matrix together = embed(*m_encoder, m_flows);
        for (const std::uint32_t row : {0U, 1U, 511U, 512U, 2000U, 4499U}) {
            const Matrix alone = embed(*m_encoder, m_flows.rows(counted(row, 1)));
            QVERIFY(apart(alone.row(0), together.row(row)) < rounding);
        }
    }

    void piecesGiveWhatTheWholeGives_data()
    {
        QTest::addColumn<std::uint32_t>("size");
        for (const std::uint32_t size : {7U, 100U, 512U, 513U})
            QTest::addRow("%u rows", size) << size;
    }
    void piecesGiveWhatTheWholeGives()
    {
        QFETCH(const std::uint32_t, size);
        const Matrix whole = embed(*m_encoder, m_flows);
        for (std::uint32_t begin = 0; begin + size < 2000; begin += size) {
            const Matrix piece = embed(*m_encoder, m_flows.rows(counted(begin, size)));
            for (std::uint32_t i = 0; i < size; ++i)
                QVERIFY(apart(piece.row(i), whole.row(begin + i)) < rounding);
        }
    }

    void theOrderOfFlowsDoesNotMatter()
    {
        const auto count = static_cast<std::uint32_t>(m_flows.size());
        auto order = counted(0, count);
        std::ranges::reverse(order);
        const Matrix forward = embed(*m_encoder, m_flows);
        const Matrix backward = embed(*m_encoder, m_flows.rows(order));
        for (std::uint32_t row = 0; row < count; ++row)
            QVERIFY(apart(forward.row(row), backward.row(count - 1 - row)) < rounding);
    }

    void severalThreadsMayEmbedAtOnce()
    {
        const Matrix expected = embed(*m_encoder, m_flows);
        std::array<Matrix, 3> found;
        {
            std::vector<std::jthread> threads;
            for (Matrix& one : found)
                threads.emplace_back([&] { one = embed(*m_encoder, m_flows); });
        }
        for (const Matrix& one : found)
            QVERIFY(one == expected);
    }

    void aSavedModelEmbedsTheSame()
    {
        const std::string bytes = base::serialise(m_model.toTensors());
        const auto file = base::parseTensors({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "m");
        QVERIFY(file);
        auto loaded = BaseModel::fromTensors(*file);
        QVERIFY(loaded);
        QCOMPARE(loaded->identity(), m_model.identity());
        QVERIFY(embed(*encoderOf(std::move(*loaded)), m_flows) == embed(*m_encoder, m_flows));
    }

    void noFlowsGiveNoEmbeddings()
    {
        const Matrix none = embed(*m_encoder, m_flows.rows({}));
        QCOMPARE(none.rows, 0U);
        QCOMPARE(none.columns, m_model.embeddingSize);
    }

    void aModelThatDoesNotFitIsRefused_data()
    {
        QTest::addColumn<int>("damage");
        QTest::addColumn<QByteArray>("word");
        QTest::newRow("unknown encoder") << 0 << QByteArray("perceptron-9");
        QTest::newRow("other size") << 1 << QByteArray("size");
        QTest::newRow("missing tensor") << 2 << QByteArray("encoder.merge.bias");
        QTest::newRow("misshapen tensor") << 3 << QByteArray("encoder.out.weight");
    }
    void aModelThatDoesNotFitIsRefused()
    {
        QFETCH(const int, damage);
        QFETCH(const QByteArray, word);
        BaseModel model = m_model;
        if (damage == 0)
            model.encoder = "perceptron-9";
        else if (damage == 1)
            model.embeddingSize = 65;
        else if (damage == 2)
            model.weights.tensors.erase("encoder.merge.bias");
        else
            std::ranges::reverse(model.weights.tensors["encoder.out.weight"].shape);
        const auto refused = test::plugin().encoder(std::make_shared<const BaseModel>(std::move(model)));
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, base::Error::Code::Model);
        QVERIFY2(refused.error().what.find(word.constData()) != std::string::npos, refused.error().what.c_str());
    }

    void aModelThatGivesNoNumbersIsNoticed()
    {
        BaseModel model = m_model;
        model.weights.tensors["encoder.out.bias"].values[3] = std::numeric_limits<float>::quiet_NaN();
        const auto refused = encoderOf(std::move(model))->embed(m_flows, {}, {});
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, base::Error::Code::Model);
    }

    void embeddingStopsWhenAsked()
    {
        std::stop_source stop;
        int reports = 0;
        const auto stopped = m_encoder->embed(
            m_flows,
            [&](const base::Progress& progress) {
                ++reports;
                QCOMPARE(progress.total, m_flows.size());
                stop.request_stop();
            },
            stop.get_token());
        QVERIFY(!stopped);
        QCOMPARE(stopped.error().code, base::Error::Code::Cancelled);
        QCOMPARE(reports, 1); // no further block after the request
    }
};

QTEST_GUILESS_MAIN(EncoderTest)
#include "encoder_test.moc"
