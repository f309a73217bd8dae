// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QTemporaryDir>

#include "engine/base/atomic_file.h"
#include "engine/base/digest.h"
#include "engine/base/random.h"
#include "engine/features/feature_schema.h"
#include "engine/store/model_file.h"

using namespace flowscent;
using base::Matrix;

namespace {

constexpr std::size_t width = 6;

/// Any size, any numbers: files keep them, nobody looks at them here.
features::FeatureSet aBank()
{
    features::FeatureSet bank{Matrix(3, features::sequenceLength * features::sequenceFields),
                              Matrix(3, features::statisticDefinitions().size())};
    for (Matrix* matrix : {&bank.sequences, &bank.statistics}) {
        for (std::size_t i = 0; i < matrix->values.size(); ++i)
            matrix->values[i] = 0.5F * static_cast<float>(i);
    }
    return bank;
}

learn::BaseModel aModel()
{
    learn::BaseModel model;
    Matrix weights(3, 5);
    for (std::size_t i = 0; i < weights.values.size(); ++i)
        weights.values[i] = 0.25F * static_cast<float>(i) - 1;
    model.weights.put("encoder.layer", weights);
    model.scaler.sequenceMedian.assign(features::sequenceFields, 0.5F);
    model.scaler.sequenceRange.assign(features::sequenceFields, 2.0F);
    model.scaler.statisticMedian.assign(features::statisticDefinitions().size(), -1.0F);
    model.scaler.statisticRange.assign(features::statisticDefinitions().size(), 3.0F);
    model.heads = {.ridgeLambda = 0.7, .ridgeScale = 1.3, .prototypeScale = 2.0};
    model.bank = aBank();
    model.encoder = "test";
    model.embeddingSize = width;
    model.training.configuration = R"({"seed":1})";
    model.training.corpusHash = "abc";
    model.training.curve = {{.step = 50, .trainLoss = 1.5, .validationAccuracy = 0.5}};
    model.training.metrics = {{"val.5way5shot", 0.61}};
    model.training.sources = {"someone (CC0)"};
    return model;
}

detect::FlowNumbers randomFlows(std::size_t rows, double shift, base::Rng& rng)
{
    detect::FlowNumbers flows{Matrix(rows, width), Matrix(rows, features::statisticDefinitions().size())};
    for (Matrix* matrix : {&flows.embeddings, &flows.statistics}) {
        for (float& value : matrix->values)
            value = static_cast<float>(rng.normal() + shift);
    }
    return flows;
}

detect::Detector aDetector(detect::Method method = detect::Method::Blend)
{
    base::Rng rng(5);
    const detect::DescribedInput input{randomFlows(3, 4, rng), randomFlows(2, -1, rng), randomFlows(32, 0, rng)};
    auto detector = detect::adapt({std::make_shared<learn::BaseModel>(aModel()), randomFlows(20, 0, rng)}, input,
                                  {.method = method, .threatName = "beacon \"A\"\n\xff"});
    if (!detector)
        qFatal("%s", detector.error().sentence().c_str());
    detector->revision = 3;
    return *detector;
}

std::string bytesOf(const std::filesystem::path& file)
{
    const auto bytes = base::readWhole(file, 1 << 24);
    return bytes ? std::string(bytes->begin(), bytes->end()) : std::string();
}

} // namespace

Q_DECLARE_METATYPE(detect::Method)

class ModelFileTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::filesystem::path path(const char* name) const { return m_folder.path().toStdString() + "/" + name; }

    std::string savedDetector(detect::Method method = detect::Method::Blend) const
    {
        const auto file = path("saved.detector");
        return store::saveDetector(aDetector(method), file) ? bytesOf(file) : std::string();
    }

    /// The error with which the bytes are refused as a detector; empty when they are taken.
    std::string refusal(const std::string& bytes) const
    {
        const auto file = path("tampered.detector");
        if (!base::writeAtomically(file, bytes))
            return "could not be written";
        const auto detector = store::loadDetector(file);
        return detector ? std::string() : detector.error().sentence();
    }

    /// The saved detector after a change to its tensors or description, sealed again as an honest writer would.
    template <class Change>
    std::string changed(Change change, detect::Method method = detect::Method::Blend) const
    {
        const std::string bytes = savedDetector(method);
        auto file = base::parseTensors({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "saved");
        change(*file);
        file->metadata.erase("flowscent.sha256");
        base::Sha256 digest;
        digest.add(base::serialise(*file));
        file->metadata["flowscent.sha256"] = digest.hex();
        return base::serialise(*file);
    }

    /// The same with a forest alone, whose tensors are called detector.part0.*; sealed and refused.
    template <class Change>
    std::string refusalOfForest(Change change) const
    {
        return refusal(changed(
            [&change](base::TensorFile& file) {
                const auto tensor = [&file](const char* name) -> base::TensorFile::Tensor& {
                    return file.tensors.at(std::string("detector.part0.") + name);
                };
                change(tensor);
            },
            detect::Method::Forest));
    }

private Q_SLOTS:
    void aModelComesBackAsItWas()
    {
        const auto file = path("model.safetensors");
        QVERIFY(store::saveModel(aModel(), file));
        const auto loaded = store::loadModel(file);
        QVERIFY2(loaded.has_value(), loaded ? "" : loaded.error().sentence().c_str());
        QVERIFY(*loaded == aModel());
        QCOMPARE(loaded->identity(), aModel().identity());
    }

    void aModelWithoutABankComesBackWithoutOne()
    {
        learn::BaseModel model = aModel();
        model.bank = {};
        const auto file = path("model.safetensors");
        QVERIFY(store::saveModel(model, file));
        QVERIFY(bytesOf(file).find("bank.") == std::string::npos);
        const auto loaded = store::loadModel(file);
        QVERIFY(loaded && *loaded == model);
        QVERIFY(model.identity() != aModel().identity());
    }

    void aBankThatDoesNotFitIsRefused()
    {
        const auto misshapen = [this](const char* name, std::uint64_t rows, std::uint64_t columns) {
            return refusal(changed([&](base::TensorFile& file) {
                file.tensors[name] = {{rows, columns}, std::vector<float>(rows * columns)};
            }));
        };
        QVERIFY(misshapen("bank.sequences", 3, 255).find("bank") != std::string::npos);
        QVERIFY(misshapen("bank.statistics", 3, 44).find("bank") != std::string::npos);
        QVERIFY(misshapen("bank.statistics", 4, 45).find("bank") != std::string::npos);
        QVERIFY(!refusal(changed([](base::TensorFile& file) { file.tensors.erase("bank.statistics"); })).empty());
        // Another bank is another model than the one that the detector was adapted from.
        QVERIFY(!refusal(changed([](base::TensorFile& file) {
                     file.tensors.at("bank.statistics").values[7] += 1;
                 })).empty());
    }

    void aDetectorScoresAsBefore_data()
    {
        QTest::addColumn<detect::Method>("method");
        for (const detect::Method method : detect::allMethods)
            QTest::newRow(std::string(detect::text(method)).c_str()) << method;
    }
    void aDetectorScoresAsBefore()
    {
        QFETCH(const detect::Method, method);
        const detect::Detector saved = aDetector(method);
        const auto file = path("one.detector");
        QVERIFY(store::saveDetector(saved, file));
        const auto loaded = store::loadDetector(file);
        QVERIFY2(loaded.has_value(), loaded ? "" : loaded.error().sentence().c_str());
        base::Rng rng(9);
        const detect::FlowNumbers queries = randomFlows(500, 1, rng);
        const auto scores = detect::score(saved, queries);
        QVERIFY(std::ranges::max(scores) > std::ranges::min(scores));
        QVERIFY(detect::score(*loaded, queries) == scores);
        QVERIFY(loaded->parts == saved.parts);
        QVERIFY(*loaded->base == *saved.base);
        QVERIFY(loaded->method == method);
        QCOMPARE(loaded->threatExamples, 3U);
        QCOMPARE(loaded->counterExamples, 2U);
        QCOMPARE(loaded->backgroundExamples, 32U);
        QCOMPARE(loaded->setAside, saved.setAside);
        QCOMPARE(loaded->revision, std::uint64_t(3));
        QVERIFY(loaded->threatName.starts_with("beacon \"A\"\n"));
    }

    void theSameDetectorGivesTheSameBytes() { QVERIFY(!savedDetector().empty() && savedDetector() == savedDetector()); }

    void aTruncatedFileIsRefusedWhereverItEnds()
    {
        const std::string whole = savedDetector();
        QVERIFY(refusal(whole).empty());
        for (std::size_t length = 0; length < whole.size(); length += 97)
            QVERIFY2(!refusal(whole.substr(0, length)).empty(), std::to_string(length).c_str());
        QVERIFY(!refusal(whole.substr(0, whole.size() - 1)).empty());
        QVERIFY(!refusal(whole + '\0').empty());
    }

    void aFlippedBitIsNoticedWhereverItIs()
    {
        const std::string whole = savedDetector();
        for (std::size_t at = 0; at < whole.size(); at += 41) {
            std::string bytes = whole;
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
            // A blank of the header's padding may become another blank: nothing is lost then.
            if (const std::string reason = refusal(bytes); reason.empty())
                QVERIFY(store::loadDetector(path("tampered.detector"))->parts == aDetector().parts);
            else
                QVERIFY(reason.find("tampered.detector") != std::string::npos);
        }
    }

    void anotherVersionIsNamed()
    {
        const auto reason = refusal(
            changed([](base::TensorFile& file) { file.metadata["flowscent.format"] = "flowscent-detector/1"; }));
        QVERIFY2(reason.find("flowscent-detector/1") != std::string::npos, reason.c_str());
        QVERIFY(reason.find("flowscent-detector/2") != std::string::npos);
    }

    void anotherFeatureTableIsNamed()
    {
        const auto reason =
            refusal(changed([](base::TensorFile& file) { file.metadata["flowscent.features"] = "feedface"; }));
        QVERIFY2(reason.find("another feature table") != std::string::npos, reason.c_str());
    }

    void aBaseModelIsNoDetector()
    {
        const auto file = path("model.safetensors");
        QVERIFY(store::saveModel(aModel(), file));
        const auto detector = store::loadDetector(file);
        QVERIFY(!detector);
        QVERIFY(detector.error().what.find("base model, not a detector") != std::string::npos);
    }

    void aDetectorWithAnotherEncoderIsRefused()
    {
        QVERIFY(
            !refusal(changed([](base::TensorFile& file) { file.tensors["encoder.layer"].values[0] += 1; })).empty());
    }

    void descriptionsThatMakeNoSenseAreRefused_data()
    {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        const auto row = [](const char* from, const char* to) {
            QTest::newRow(to) << QString::fromLatin1(from) << QString::fromLatin1(to);
        };
        row("\"method\":\"blend\"", "\"method\":\"oracle\"");
        row("\"parts\":[", "\"parts\":[], \"x\":[");
        row("\"ways\":2", "\"ways\":3");
        row("\"ways\":2", "\"ways\":-1");
        row("\"head\":\"prototype\"", "\"head\":\"ridge\"");
        row("\"temperature\":", "\"temperature\":-");
        row("\"line\":", "\"line\":1e999, \"x\":");
        row("\"classes\":[0,1]", "\"classes\":[0,7]");
        row("\"classes\":[0,1]", "\"classes\":[0]");
        row("\"head\":\"prototype\"", "\"head\":\"forest\"");
        for (const char* weight : {"NaN", "null", "1e999", "-0.1", "1.1", "\"half\""})
            row("\"weight\":", (std::string("\"weight\":") + weight + ", \"x\":").c_str());
        row("\"weight\":", "\"wait\":");
        row("\"squashed\":false", "\"squashed\":\"no\"");
        row("\"spread\":", "\"spread\":-");
        row("\"centre\":", "\"centre\":NaN, \"x\":");
        row("\"threat_examples\":3", "\"threat_examples\":\"3\"");
        row("\"revision\":3", "\"revision\":[[[]]]");
        row("{", "[");
    }
    void descriptionsThatMakeNoSenseAreRefused()
    {
        QFETCH(const QString, from);
        QFETCH(const QString, to);
        bool found = false;
        const std::string bytes = changed([&](base::TensorFile& file) {
            std::string& text = file.metadata["flowscent.detector"];
            const std::size_t at = text.find(from.toStdString());
            found = at != std::string::npos;
            if (found)
                text.replace(at, static_cast<std::size_t>(from.size()), to.toStdString());
        });
        QVERIFY(found);
        QVERIFY(!refusal(bytes).empty());
    }

    void aMissingOrMisshapenHeadIsRefused()
    {
        QVERIFY(!refusal(changed([](base::TensorFile& file) { file.tensors.erase("detector.part0"); })).empty());
        QVERIFY(!refusal(changed([](base::TensorFile& file) {
                     file.tensors["detector.part0"] = {{1, width - 1}, std::vector<float>(width - 1)};
                 })).empty());
    }

    void aForestThatCannotBeWalkedIsRefused()
    {
        QVERIFY(refusalOfForest([](const auto&) {}).empty());
        for (const char* name : {"columns", "trees", "nodes"})
            QVERIFY(!refusal(changed(
                                 [name](base::TensorFile& file) {
                                     file.tensors.erase(std::string("detector.part0.") + name);
                                 },
                                 detect::Method::Forest))
                         .empty());
        // Column, threshold, left, share and examples of the first node, which asks.
        const auto withFirst = [this](std::size_t field, float value) {
            return refusalOfForest([=](const auto& tensor) { tensor("nodes").values.at(field) = value; });
        };
        constexpr float columns = 45;
        QVERIFY(!withFirst(0, columns).empty());
        QVERIFY(!withFirst(0, -1).empty());
        QVERIFY(!withFirst(2, 1e6F).empty());
        QVERIFY(!withFirst(2, 0.5F).empty());
        QVERIFY(!withFirst(3, 1.5F).empty());
        QVERIFY(!withFirst(4, 0).empty());
        QVERIFY(!refusalOfForest([](const auto& tensor) { tensor("trees").values[0] += 1; }).empty());
    }

    void aForestOfOtherColumnsIsRefused()
    {
        const auto reason = refusalOfForest([](const auto& tensor) { tensor("columns").values[0] += 1; });
        QVERIFY2(reason.find("does not fit the feature table") != std::string::npos, reason.c_str());
        QVERIFY(!refusalOfForest([](const auto& tensor) { tensor("columns").values[0] = 0; }).empty());
        QVERIFY(!refusalOfForest([](const auto& tensor) { tensor("columns").values[0] = 50.5F; }).empty());
    }

    void anEnsembleWithoutItsForestIsRefused()
    {
        const auto without = [this](const char* name) {
            return refusal(
                changed([name](base::TensorFile& file) { file.tensors.erase(name); }, detect::Method::Ensemble));
        };
        QVERIFY(without("there is no such tensor").empty());
        QVERIFY(!without("detector.part0.nodes").empty());
        QVERIFY(!without("detector.part1").empty());
    }

    void otherFilesAreRefusedWithAReason()
    {
        QVERIFY(!store::loadDetector(path("nothing.detector")));
        QVERIFY(!store::loadDetector(m_folder.path().toStdString()));
        QVERIFY(!refusal("").empty());
        QVERIFY(!refusal("GIF89a not a detector at all").empty());
        QVERIFY(refusal(base::serialise({})).find("not one of Flowscent's") != std::string::npos);
    }

    void aFailedWriteLeavesTheOldFile()
    {
        const auto file = path("kept.detector");
        QVERIFY(store::saveDetector(aDetector(), file));
        const std::string before = bytesOf(file);
        QVERIFY(!store::saveDetector(aDetector(), path("no/such/folder/x.detector")));
        QCOMPARE(bytesOf(file), before);
    }
};

QTEST_GUILESS_MAIN(ModelFileTest)
#include "model_file_test.moc"
