// SPDX-License-Identifier: GPL-3.0-or-later
// LibTorch before Qt: it has members called like Qt's keywords.
#include <torch/script.h>

#include "tests/engine/learn/random_model.h"
#include "tests/engine/learn/toy_model.h"

#include "engine/base/atomic_file.h"
#include "engine/base/random.h"
#include "engine/detect/detector.h"
#include "engine/features/feature_schema.h"
#include "engine/learn/export/onnx_export.h"
#include "engine/learn/inference/forest.h"

#include <QTest>

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <sstream>

using namespace flowscent;
using base::Matrix;
using learn::BaseModel;
using learn::HeadKind;
using learn::Readout;

namespace {

constexpr double parity = 1e-5; ///< of embeddings and scores; logits are larger numbers, so relative to them

/// Flows of the toy corpus, with rows at the edges of what features can be.
features::FeatureSet oddFlows()
{
    features::FeatureSet flows = test::toyDataset({.classes = 4, .flowsPerClass = 12, .seed = 7}).features;
    base::Rng rng(3);
    const auto fill = [](std::span<float> row, auto value) {
        for (float& one : row)
            one = value();
    };
    const auto last = flows.size() - 1;
    for (std::size_t row = 3; row < last; ++row) // of every length
        std::ranges::fill(flows.sequences.row(row).subspan((row % 33) * features::sequenceFields), 0.0F);
    fill(flows.sequences.row(0), [] { return 0.0F; });
    fill(flows.statistics.row(0), [] { return 0.0F; });
    fill(flows.sequences.row(1), [&] { return static_cast<float>(rng.normal() * 1e-7); });
    fill(flows.statistics.row(1), [&] { return static_cast<float>(rng.normal() * 1e-7); });
    fill(flows.sequences.row(2), [&] { return static_cast<float>(rng.normal() * 1e9); });
    fill(flows.statistics.row(2), [&] { return static_cast<float>(rng.normal() * 1e9); });
    fill(flows.sequences.row(last), [&] { return static_cast<float>(rng.normal()); });
    fill(flows.statistics.row(last), [&] { return static_cast<float>(rng.normal()); });
    for (std::size_t row = 0; row < flows.size(); ++row) { // a packet is there or is not, whatever else is odd
        for (std::size_t at = features::sequenceFields - 1; at < flows.sequences.columns;
             at += features::sequenceFields)
            flows.sequences.row(row)[at] = flows.sequences.row(row)[at] > 0.5F ? 1.0F : 0.0F;
    }
    return flows;
}

Matrix embed(const BaseModel& model, const features::FeatureSet& raw)
{
    const auto encoder = test::plugin().encoder(std::make_shared<const BaseModel>(model));
    if (!encoder)
        qFatal("%s", encoder.error().sentence().c_str());
    auto embedded = (*encoder)->embed(raw, {}, {});
    if (!embedded)
        qFatal("%s", embedded.error().sentence().c_str());
    return std::move(*embedded);
}

detect::FlowNumbers describe(const BaseModel& model, const features::FeatureSet& raw)
{
    const auto encoder = test::plugin().encoder(std::make_shared<const BaseModel>(model));
    if (!encoder)
        qFatal("%s", encoder.error().sentence().c_str());
    auto flows = detect::describe(**encoder, raw, {}, {});
    if (!flows)
        qFatal("%s", flows.error().sentence().c_str());
    return std::move(*flows);
}

torch::Tensor tensorOf(const Matrix& matrix)
{
    torch::Tensor tensor =
        torch::empty({static_cast<std::int64_t>(matrix.rows), static_cast<std::int64_t>(matrix.columns)});
    std::ranges::copy(matrix.values, tensor.data_ptr<float>());
    return tensor;
}

/// The largest difference, of numbers beyond 1 relative to them; infinite when sizes differ or one is no number.
double apart(std::span<const float> expected, std::span<const float> found)
{
    if (expected.size() != found.size() || expected.empty())
        return std::numeric_limits<double>::infinity();
    double most = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double scale = std::max(1.0, std::abs(static_cast<double>(expected[i])));
        const double difference = std::abs(static_cast<double>(expected[i]) - static_cast<double>(found[i])) / scale;
        if (!(difference <= most))
            most = difference;
    }
    return std::isnan(most) ? std::numeric_limits<double>::infinity() : most;
}

std::span<const float> valuesOf(const torch::Tensor& tensor)
{
    return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

std::vector<std::uint32_t> counted(std::uint32_t first, std::uint32_t count)
{
    std::vector<std::uint32_t> rows(count);
    std::iota(rows.begin(), rows.end(), first);
    return rows;
}

learn::Head headOf(HeadKind kind, const BaseModel& model)
{
    const auto dataset = test::toyDataset({.classes = 3, .flowsPerClass = 6, .seed = 5});
    const learn::HeadExamples examples{embed(model, dataset.features), dataset.classOf, {}, 3};
    auto head = learn::fitHead(kind, examples, model.heads);
    if (!head)
        qFatal("%s", head.error().sentence().c_str());
    return std::move(*head);
}

detect::Detector detectorOf(detect::Method method, const BaseModel& model)
{
    const auto all = describe(model, test::toyDataset({.classes = 6, .flowsPerClass = 8, .seed = 5}).features);
    const auto bank = describe(model, test::toyDataset({.classes = 10, .flowsPerClass = 6, .seed = 8}).features);
    auto detector = detect::adapt({std::make_shared<const BaseModel>(model), bank},
                                  {all.rows(counted(0, 4)), all.rows(counted(8, 3)), all.rows(counted(16, 32))},
                                  {.method = method});
    if (!detector)
        qFatal("%s", detector.error().sentence().c_str());
    return std::move(*detector);
}

/// A detector that is one forest and nothing else: its combined logit is the forest's share.
detect::Detector detectorOf(learn::Forest forest)
{
    detect::Detector detector{.method = detect::Method::Forest};
    detector.parts.push_back({.forest = std::move(forest)});
    detector.line = 0.5;
    detector.temperature = 0.02;
    return detector;
}

constexpr std::uint32_t packetsOut = 0; ///< first two of the statistics, counts both
constexpr std::uint32_t packetsIn = 1;

/// Flows whose statistics are small whole numbers, as many of a real capture are.
features::FeatureSet smallCounts(std::uint32_t rows, std::uint64_t seed)
{
    features::FeatureSet flows = oddFlows().rows(std::vector<std::uint32_t>(rows, 3));
    base::Rng rng(seed);
    for (float& value : flows.statistics.values)
        value = static_cast<float>(rng.below(17));
    return flows;
}

learn::Forest forestOfStatistics(const BaseModel& model, const features::FeatureSet& raw)
{
    const auto flows = describe(model, raw);
    std::vector<std::uint8_t> isThreat;
    for (std::size_t row = 0; row < flows.size(); ++row)
        isThreat.push_back(raw.statistics.row(row)[packetsOut] > raw.statistics.row(row)[packetsIn] ? 1 : 0);
    // Leaves of one class and a power of two of trees: shares that floats add up without rounding.
    auto forest = learn::fitForest(flows.statistics, isThreat, {.trees = 64}, 9);
    if (!forest)
        qFatal("%s", forest.error().sentence().c_str());
    return std::move(*forest);
}

/// A Python with ONNX, or nothing.
QString pythonWithOnnx()
{
    for (const char* name : {"python3", "/usr/bin/python3"}) {
        QProcess python;
        python.start(QString::fromLatin1(name), {QStringLiteral("-c"), QStringLiteral("import onnx, numpy")});
        if (python.waitForStarted() && python.waitForFinished() && python.exitCode() == 0)
            return QString::fromLatin1(name);
    }
    return {};
}

} // namespace

Q_DECLARE_METATYPE(HeadKind)
Q_DECLARE_METATYPE(detect::Method)

/// Exports must give elsewhere what the program gives: TorchScript through LibTorch's own loader, ONNX through ONNX's
/// own checker and numpy (tests/engine/learn/run_onnx).
class ExportTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString m_python;
    BaseModel m_model;
    features::FeatureSet m_flows;

    std::string path(const char* name) const { return m_folder.path().toStdString() + "/" + name; }

    static torch::jit::Module load(const BaseModel& model, const Readout& readout, std::string* about = nullptr)
    {
        const auto bytes = test::plugin().exportTorchScript(model, readout);
        if (!bytes)
            qFatal("%s", bytes.error().sentence().c_str());
        std::istringstream stream(*bytes);
        torch::jit::ExtraFilesMap extra{{"flowscent.json", ""}};
        torch::jit::Module module = torch::jit::load(stream, c10::nullopt, extra);
        if (about != nullptr)
            *about = extra["flowscent.json"];
        return module;
    }

    static torch::Tensor call(torch::jit::Module& module, const char* method, const features::FeatureSet& flows)
    {
        const torch::InferenceMode inference;
        return module.get_method(method)({tensorOf(flows.sequences), tensorOf(flows.statistics)})
            .toTensor()
            .contiguous();
    }

    /// All outputs by name; empty with a warning when anything is wrong.
    base::TensorFile runOnnx(const BaseModel& model, const Readout& readout, const features::FeatureSet& flows,
                             QJsonObject* about = nullptr) const
    {
        const auto bytes = learn::exportOnnx(model, readout);
        if (!bytes)
            qFatal("%s", bytes.error().sentence().c_str());
        base::TensorFile inputs;
        inputs.put("sequences", flows.sequences);
        inputs.put("statistics", flows.statistics);
        if (!base::writeAtomically(path("model.onnx"), *bytes) ||
            !base::writeAtomically(path("in"), base::serialise(inputs)))
            qFatal("the folder cannot be written to");
        QProcess python;
        const auto file = [this](const char* name) { return QString::fromStdString(path(name)); };
        python.start(m_python, {QStringLiteral(FLOWSCENT_SOURCE_DIR "/tests/engine/learn/run_onnx"), file("model.onnx"),
                                file("in"), file("out")});
        if (!python.waitForFinished() || python.exitCode() != 0) {
            qWarning("run_onnx: %s", python.readAllStandardError().constData());
            return {};
        }
        if (about != nullptr)
            *about = QJsonDocument::fromJson(python.readAllStandardOutput()).object();
        const auto out = base::readWhole(path("out"), 1 << 24);
        auto outputs = base::parseTensors(*out, "out");
        if (!outputs)
            qWarning("%s", outputs.error().sentence().c_str());
        return outputs ? std::move(*outputs) : base::TensorFile();
    }

private Q_SLOTS:
    void initTestCase()
    {
        auto settings = test::toySettings();
        settings.steps = 20;
        m_model = test::toyModel(settings);
        m_flows = oddFlows();
        m_python = pythonWithOnnx();
    }

    void torchScriptEmbedsAsTheProgramDoes()
    {
        torch::jit::Module module = load(m_model, {});
        const Matrix expected = embed(m_model, m_flows);
        for (const char* method : {"embed", "forward"}) {
            const torch::Tensor found = call(module, method, m_flows);
            QCOMPARE(found.size(1), static_cast<std::int64_t>(m_model.embeddingSize));
            QVERIFY2(apart(expected.values, valuesOf(found)) <= parity,
                     std::to_string(apart(expected.values, valuesOf(found))).c_str());
        }
        const Matrix one = embed(m_model, m_flows.rows(counted(5, 1)));
        QVERIFY(apart(one.values, valuesOf(call(module, "forward", m_flows.rows(counted(5, 1))))) <= parity);
    }

    void onnxEmbedsAsTheProgramDoes()
    {
        if (m_python.isEmpty())
            QSKIP("python3-onnx is not installed");
        for (const std::uint32_t rows : {static_cast<std::uint32_t>(m_flows.size()), 1U}) {
            const auto flows = m_flows.rows(counted(0, rows));
            const auto outputs = runOnnx(m_model, {}, flows);
            QCOMPARE(outputs.tensors.size(), 1U);
            const double found = apart(embed(m_model, flows).values, outputs.tensors.at("embedding").values);
            QVERIFY2(found <= parity, std::to_string(found).c_str());
        }
    }

    /// log(1 + x) of a thousandth, divided by a range as small: a plain sum 1 + x has lost four digits by then.
    void smallNumbersKeepTheirDigits()
    {
        BaseModel model = m_model;
        for (auto* median : {&model.scaler.sequenceMedian, &model.scaler.statisticMedian})
            std::ranges::fill(*median, 0.0F);
        for (auto* range : {&model.scaler.sequenceRange, &model.scaler.statisticRange})
            std::ranges::fill(*range, 1e-3F);
        features::FeatureSet flows = m_flows.rows(counted(0, 20));
        base::Rng rng(4);
        for (Matrix* matrix : {&flows.sequences, &flows.statistics}) {
            for (float& value : matrix->values)
                value = static_cast<float>(rng.normal() * 1e-3);
        }
        for (std::size_t i = features::sequenceFields - 1; i < flows.sequences.values.size();
             i += features::sequenceFields)
            flows.sequences.values[i] = 1; // all packets are there
        const Matrix expected = embed(model, flows);
        torch::jit::Module module = load(model, {});
        QVERIFY(apart(expected.values, valuesOf(call(module, "forward", flows))) <= parity);
        if (m_python.isEmpty())
            QSKIP("python3-onnx is not installed");
        const auto outputs = runOnnx(model, {}, flows);
        const double found = apart(expected.values, outputs.tensors.at("embedding").values);
        QVERIFY2(found <= parity, std::to_string(found).c_str());
    }

    void everyEncoderLeavesAsItIs_data()
    {
        QTest::addColumn<QByteArray>("encoder");
        for (const char* name : {"patch-conv-64", "patch-conv-24-e16", "mlp-32", "mlp-64x3", "cnn-24", "cnn-16x3",
                                 "gru-16", "transformer-16", "transformer-64x2", "transformer-9-e16"})
            QTest::newRow(name) << QByteArray(name);
    }
    void everyEncoderLeavesAsItIs()
    {
        QFETCH(const QByteArray, encoder);
        const auto spec = learn::EncoderSpec::parse(encoder.toStdString());
        QVERIFY(spec);
        const BaseModel model = test::randomModel(*spec, 11);
        const Matrix expected = embed(model, m_flows);
        torch::jit::Module module = load(model, {});
        const torch::Tensor found = call(module, "embed", m_flows);
        QVERIFY2(apart(expected.values, valuesOf(found)) <= parity,
                 std::to_string(apart(expected.values, valuesOf(found))).c_str());
        if (m_python.isEmpty())
            QSKIP("python3-onnx is not installed");
        const auto outputs = runOnnx(model, {}, m_flows);
        // Norms over nine numbers that may hardly differ magnify the last bits of whoever adds up in another order.
        const double allowed = encoder == "transformer-9-e16" ? 2 * parity : parity;
        const double elsewhere = apart(expected.values, outputs.tensors.at("embedding").values);
        QVERIFY2(elsewhere <= allowed, std::to_string(elsewhere).c_str());
    }

    void headsGiveTheSameLogits_data()
    {
        QTest::addColumn<HeadKind>("kind");
        for (const HeadKind kind : {HeadKind::Ridge, HeadKind::Prototype, HeadKind::NearestNeighbour})
            QTest::newRow(std::string(learn::text(kind)).c_str()) << kind;
    }
    void headsGiveTheSameLogits()
    {
        QFETCH(const HeadKind, kind);
        const learn::Head head = headOf(kind, m_model);
        const Readout readout{.parts = {{.head = head}}, .line = {}};
        const Matrix expected = learn::scores(head, embed(m_model, m_flows));
        torch::jit::Module module = load(m_model, readout);
        const torch::Tensor found = call(module, "forward", m_flows);
        QCOMPARE(found.size(1), 3);
        QVERIFY2(apart(expected.values, valuesOf(found)) <= parity,
                 std::to_string(apart(expected.values, valuesOf(found))).c_str());
        if (m_python.isEmpty())
            QSKIP("python3-onnx is not installed");
        const auto outputs = runOnnx(m_model, readout, m_flows);
        QCOMPARE(outputs.tensors.size(), 2U);
        const auto& logits = outputs.tensors.at("logits");
        QCOMPARE(logits.shape, (std::vector<std::uint64_t>{m_flows.size(), 3}));
        QVERIFY2(apart(expected.values, logits.values) <= parity,
                 std::to_string(apart(expected.values, logits.values)).c_str());
    }

    void detectorsGiveTheSameScores_data()
    {
        QTest::addColumn<detect::Method>("method");
        for (const detect::Method method : detect::allMethods)
            QTest::newRow(std::string(detect::text(method)).c_str()) << method;
    }
    void detectorsGiveTheSameScores()
    {
        QFETCH(const detect::Method, method);
        const detect::Detector detector = detectorOf(method, m_model);
        features::FeatureSet flows = test::toyDataset({.classes = 20, .flowsPerClass = 20, .seed = 5}).features;
        flows.append(m_flows);
        const std::vector<float> expected = detect::score(detector, describe(m_model, flows));
        QVERIFY(*std::ranges::max_element(expected) > *std::ranges::min_element(expected) + 0.1F);
        torch::jit::Module module = load(m_model, detect::readout(detector));
        const torch::Tensor found = call(module, "forward", flows);
        QCOMPARE(found.dim(), 1);
        QVERIFY2(apart(expected, valuesOf(found)) <= parity, std::to_string(apart(expected, valuesOf(found))).c_str());
        if (m_python.isEmpty())
            QSKIP("python3-onnx is not installed");
        const auto outputs = runOnnx(m_model, detect::readout(detector), flows);
        QCOMPARE(outputs.tensors.size(), 3U);
        QVERIFY2(apart(expected, outputs.tensors.at("score").values) <= parity,
                 std::to_string(apart(expected, outputs.tensors.at("score").values)).c_str());
        QVERIFY(apart(valuesOf(call(module, "logit", flows)), outputs.tensors.at("logit").values) <= parity);
    }

    /// Counts lie on thresholds exactly, 1 between 0 and 3 for instance; whoever computed logarithms would be left to
    /// their last bit there.
    void aForestOfStatisticsLeavesExactlyAsItIs()
    {
        const detect::Detector detector = detectorOf(forestOfStatistics(m_model, smallCounts(300, 1)));
        const features::FeatureSet flows = smallCounts(2000, 2);
        std::vector<float> expected;
        for (const double logit : detect::combinedLogits(detector, describe(m_model, flows)))
            expected.push_back(static_cast<float>(logit));
        QVERIFY(*std::ranges::max_element(expected) > *std::ranges::min_element(expected) + 0.5F);
        torch::jit::Module module = load(m_model, detect::readout(detector));
        QVERIFY(std::ranges::equal(valuesOf(call(module, "logit", flows)), expected));
        if (m_python.isEmpty())
            QSKIP("python3-onnx is not installed");
        QVERIFY(runOnnx(m_model, detect::readout(detector), flows).tensors.at("logit").values == expected);
    }

    /// Five trees whose answers are known: a leaf alone; thresholds that everything and that nothing passes, scaled
    /// numbers being clipped at 5; a question whose answers stand at two depths; one about the last statistic.
    void treesAnswerAsTheyRead()
    {
        BaseModel model = m_model;
        model.scaler.statisticMedian.assign(model.scaler.statisticMedian.size(), 0.0F);
        model.scaler.statisticRange.assign(model.scaler.statisticRange.size(), 1.0F);
        const auto last = static_cast<std::uint32_t>(features::statisticDefinitions().size() - 1);
        const auto leaf = [](float share) { return learn::ForestNode{.examples = 1, .share = share}; };
        const auto asks = [](std::uint32_t about, float threshold, std::uint32_t left, std::uint32_t examples) {
            return learn::ForestNode{.column = about, .left = left, .examples = examples, .threshold = threshold};
        };
        const learn::Forest forest{.columns = last + 1,
                                   .roots = {0, 1, 4, 7, 12},
                                   .nodes = {leaf(0.5F), asks(packetsOut, 5.5F, 2, 2), leaf(0.25F), leaf(1),
                                             asks(packetsOut, -5.5F, 5, 2), leaf(1), leaf(0.75F),
                                             asks(packetsIn, std::log(4.0F), 8, 3), leaf(0),
                                             asks(packetsIn, std::log(16.0F), 10, 2), leaf(0.25F), leaf(0.5F),
                                             asks(last, 1e9F, 13, 2), leaf(0.125F), leaf(1)}};
        features::FeatureSet flows = smallCounts(3, 1);
        flows.statistics.row(0)[packetsIn] = 1;
        flows.statistics.row(1)[packetsIn] = 7;
        flows.statistics.row(2)[packetsIn] = 99;
        const double same = 0.5 + 0.25 + 0.75 + 0.125;
        const std::vector<float> expected{static_cast<float>(same / 5), static_cast<float>((same + 0.25) / 5),
                                          static_cast<float>((same + 0.5) / 5)};
        const auto readout = detect::readout(detectorOf(forest));
        torch::jit::Module module = load(model, readout);
        QVERIFY(apart(expected, valuesOf(call(module, "logit", flows))) <= 1e-7);
        const auto one = flows.rows(counted(1, 1));
        QVERIFY(apart(std::span(expected).subspan(1, 1), valuesOf(call(module, "logit", one))) <= 1e-7);
        if (m_python.isEmpty())
            QSKIP("python3-onnx is not installed");
        QVERIFY(apart(expected, runOnnx(model, readout, flows).tensors.at("logit").values) <= 1e-7);
    }

    void aTreeOfOneLeafAnswersEveryFlow()
    {
        const learn::Forest forest{.columns = static_cast<std::uint32_t>(features::statisticDefinitions().size()),
                                   .roots = {0},
                                   .nodes = {{.examples = 1, .share = 0.75F}}};
        const auto readout = detect::readout(detectorOf(forest));
        const std::vector<float> expected(m_flows.size(), 0.75F);
        torch::jit::Module module = load(m_model, readout);
        QVERIFY(std::ranges::equal(valuesOf(call(module, "logit", m_flows)), expected));
        if (m_python.isEmpty())
            QSKIP("python3-onnx is not installed");
        QVERIFY(runOnnx(m_model, readout, m_flows).tensors.at("logit").values == expected);
    }

    /// Weight, centre, spread and logistic function of each part, against the formula written out.
    void partsCountAsTheyWeigh()
    {
        auto first = detectorOf(detect::Method::Ridge, m_model).parts.front();
        auto second = detectorOf(detect::Method::Prototype, m_model).parts.front();
        detect::Detector detector{.method = detect::Method::Blend};
        const auto alone = [&](detect::DetectorPart part) {
            part.centre = 0;
            part.spread = 1;
            part.weight = 1;
            part.squashed = false;
            detector.parts = {part};
            return detect::combinedLogits(detector, describe(m_model, m_flows));
        };
        const auto ofFirst = alone(first);
        const auto ofSecond = alone(second);
        first.centre = 0.4;
        first.spread = 0.8;
        first.weight = 0.75;
        first.squashed = true;
        second.centre = -0.5;
        second.spread = 4;
        second.weight = 0.25;
        second.squashed = false;
        std::vector<float> expected;
        for (std::size_t i = 0; i < ofFirst.size(); ++i)
            expected.push_back(static_cast<float>(0.75 * (1 / (1 + std::exp(-ofFirst[i])) - 0.4) / 0.8 +
                                                  0.25 * (ofSecond[i] + 0.5) / 4));
        detector.parts = {first, second};
        torch::jit::Module module = load(m_model, detect::readout(detector));
        QVERIFY(apart(expected, valuesOf(call(module, "logit", m_flows))) <= parity);
        if (m_python.isEmpty())
            QSKIP("python3-onnx is not installed");
        const auto outputs = runOnnx(m_model, detect::readout(detector), m_flows);
        QVERIFY(apart(expected, outputs.tensors.at("logit").values) <= parity);
    }

    void exportsSayWhatTheyAre()
    {
        std::string script;
        (void)load(m_model, {}, &script);
        const auto described = QJsonDocument::fromJson(QByteArray::fromStdString(script)).object();
        QCOMPARE(described[QStringLiteral("flowscent.model")].toString().toStdString(), m_model.identity());
        QCOMPARE(described[QStringLiteral("flowscent.data_sha256")].toString().toStdString(),
                 m_model.training.corpusHash);
        QCOMPARE(described[QStringLiteral("flowscent.features")].toString().toStdString(), features::schemaHash());
        QVERIFY(described[QStringLiteral("flowscent.configuration")].toString().contains(QStringLiteral("\"seed\"")));
        if (m_python.isEmpty())
            QSKIP("python3-onnx is not installed");
        QJsonObject onnx;
        (void)runOnnx(m_model, {}, m_flows.rows(counted(0, 2)), &onnx);
        QVERIFY(onnx == described);
    }

    void theSameModelGivesTheSameBytes()
    {
        QVERIFY(learn::exportOnnx(m_model, {}).value() == learn::exportOnnx(m_model, {}).value());
        QVERIFY(test::plugin().exportTorchScript(m_model, {}).value() ==
                test::plugin().exportTorchScript(m_model, {}).value());
    }

    void damagedForestsAreRefused_data()
    {
        QTest::addColumn<int>("damage");
        for (const auto& [name, damage] : {std::pair{"no line", 0},
                                           {"other columns", 1},
                                           {"no nodes", 2},
                                           {"a child before its parent", 3},
                                           {"a child beyond the end", 4},
                                           {"a child in the next tree", 5},
                                           {"a question about nothing", 6},
                                           {"no threshold", 7},
                                           {"a share above 1", 8},
                                           {"roots in no order", 9},
                                           {"a weight below 0", 10},
                                           {"no weight", 11}})
            QTest::newRow(name) << damage;
    }
    void damagedForestsAreRefused()
    {
        QFETCH(const int, damage);
        Readout readout = detect::readout(detectorOf(detect::Method::Forest, m_model));
        QVERIFY(learn::exportOnnx(m_model, readout));
        Readout::Part& part = readout.parts.front();
        learn::Forest& forest = part.forest;
        const float nothing = std::numeric_limits<float>::quiet_NaN();
        const auto second = forest.roots.at(1);
        QVERIFY(forest.nodes.front().left != 0 && second > 2);
        if (damage == 0)
            readout.line.reset();
        else if (damage == 1)
            forest.columns += 1;
        else if (damage == 2)
            forest.nodes.clear();
        else if (damage == 3)
            forest.nodes[second].left = second;
        else if (damage == 4)
            forest.nodes.back().left = std::numeric_limits<std::uint32_t>::max();
        else if (damage == 5)
            forest.nodes.front().left = second;
        else if (damage == 6)
            forest.nodes.front().column = forest.columns;
        else if (damage == 7)
            forest.nodes.front().threshold = nothing;
        else if (damage == 8)
            forest.nodes.back().share = 1.5F;
        else if (damage == 9)
            std::swap(forest.roots[0], forest.roots[1]);
        else if (damage == 10)
            part.weight = -0.5;
        else
            part.weight = static_cast<double>(nothing);
        const auto onnx = learn::exportOnnx(m_model, readout);
        QVERIFY(!onnx);
        QVERIFY(onnx.error().what.starts_with("cannot be exported: "));
        QVERIFY(!test::plugin().exportTorchScript(m_model, readout));
    }

    void whatDoesNotFitIsRefused_data()
    {
        QTest::addColumn<int>("damage");
        for (const auto& [name, damage] : {std::pair{"missing tensor", 0},
                                           {"misshapen tensor", 1},
                                           {"unknown encoder", 2},
                                           {"other size", 3},
                                           {"no scaler", 4},
                                           {"other head", 5},
                                           {"class without examples", 6},
                                           {"unknown class", 7},
                                           {"two heads", 8},
                                           {"line without head", 9},
                                           {"no spread", 10}})
            QTest::newRow(name) << damage;
    }
    void whatDoesNotFitIsRefused()
    {
        QFETCH(const int, damage);
        BaseModel model = m_model;
        Readout readout{.parts = {{.head = headOf(HeadKind::NearestNeighbour, m_model)}}, .line = {}};
        learn::Head& head = readout.parts.front().head;
        if (damage == 0)
            model.weights.tensors.erase("encoder.merge.bias");
        else if (damage == 1)
            std::ranges::reverse(model.weights.tensors["encoder.patch.weight"].shape);
        else if (damage == 2)
            model.encoder = "patch-conv-64\n";
        else if (damage == 3)
            model.embeddingSize = 65;
        else if (damage == 4)
            model.scaler.statisticRange.clear();
        else if (damage == 5)
            head.weights = Matrix(head.weights.rows, head.weights.columns - 1);
        else if (damage == 6)
            std::ranges::fill(head.classOf, std::uint16_t{0});
        else if (damage == 7)
            head.classOf.front() = 9;
        else if (damage == 8)
            readout.parts.push_back(readout.parts.front());
        else if (damage == 9)
            readout = {.parts = {}, .line = Readout::Line{}};
        else
            readout.parts.front().spread = 0;
        const auto onnx = learn::exportOnnx(model, readout);
        QVERIFY(!onnx);
        QVERIFY(!onnx.error().what.empty());
        QVERIFY(!test::plugin().exportTorchScript(model, readout));
    }
};

QTEST_GUILESS_MAIN(ExportTest)
#include "export_test.moc"
