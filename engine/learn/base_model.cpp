// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/base_model.h"

#include "engine/base/digest.h"
#include "engine/features/feature_schema.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

namespace flowscent::learn {

using base::Error;
using base::failure;
using nlohmann::json;

namespace {

constexpr const char* format = "flowscent-model/1";

json toJson(const HeadParameters& heads)
{
    return {{"ridge_lambda", heads.ridgeLambda},
            {"ridge_scale", heads.ridgeScale},
            {"prototype_scale", heads.prototypeScale}};
}

/// The curve's numbers that a model keeps: none that depends on the machine, so that the same seed gives the same
/// bytes.
struct Kept {
    const char* name;
    double CurvePoint::*value;
};
constexpr std::array<Kept, 8> kept{{{"train_loss", &CurvePoint::trainLoss},
                                    {"train_accuracy", &CurvePoint::trainAccuracy},
                                    {"validation_accuracy", &CurvePoint::validationAccuracy},
                                    {"validation_error", &CurvePoint::validationError},
                                    {"learning_rate", &CurvePoint::learningRate},
                                    {"gradient_norm", &CurvePoint::gradientNorm},
                                    {"train_accuracy_before", &CurvePoint::trainAccuracyBefore},
                                    {"replay_share", &CurvePoint::replayShare}}};

json toJson(const TrainingRecord& training)
{
    json columns{"step", "episodes"};
    for (const Kept& column : kept)
        columns.push_back(column.name);
    json curve = json::array();
    for (const CurvePoint& point : training.curve) {
        json row{point.step, point.episodes};
        for (const Kept& column : kept)
            row.push_back(point.*column.value); // NaN becomes null
        curve.push_back(std::move(row));
    }
    return {{"configuration", json::parse(training.configuration, nullptr, false)},
            {"corpus_sha256", training.corpusHash},
            {"curve_columns", std::move(columns)},
            {"curve", std::move(curve)},
            {"metrics", training.metrics},
            {"sources", training.sources}};
}

/// By the columns' names, since older models have fewer; what they lack stays 0.
std::vector<CurvePoint> curveFrom(const json& columns, const json& rows)
{
    std::vector<CurvePoint> curve;
    for (const json& row : rows) {
        CurvePoint& point = curve.emplace_back();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const auto& name = columns[i].get_ref<const std::string&>();
            const json& value = row.at(i);
            if (name == "step")
                point.step = value.get<std::uint32_t>();
            if (name == "episodes")
                point.episodes = value.get<std::uint64_t>();
            const auto* found = std::ranges::find(kept, name, &Kept::name);
            if (found != kept.end())
                point.*found->value = value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
        }
    }
    return curve;
}

TrainingRecord trainingFrom(const json& value)
{
    TrainingRecord training;
    training.configuration = value.at("configuration").dump();
    training.corpusHash = value.at("corpus_sha256").get<std::string>();
    training.curve = curveFrom(value.at("curve_columns"), value.at("curve"));
    training.metrics = value.at("metrics").get<std::map<std::string, double>>();
    training.sources = value.at("sources").get<std::vector<std::string>>();
    return training;
}

HeadParameters headsFrom(const json& value)
{
    return {value.at("ridge_lambda").get<double>(), value.at("ridge_scale").get<double>(),
            value.at("prototype_scale").get<double>()};
}

void putBank(const features::FeatureSet& bank, base::TensorFile& file)
{
    if (bank.size() == 0)
        return;
    file.put("bank.sequences", bank.sequences);
    file.put("bank.statistics", bank.statistics);
}

base::Result<features::FeatureSet> bankFrom(const base::TensorFile& file)
{
    if (!file.tensors.contains("bank.sequences"))
        return features::FeatureSet{};
    auto sequences = file.matrix("bank.sequences");
    auto statistics = file.matrix("bank.statistics");
    if (!sequences || !statistics)
        return failure(sequences ? statistics.error() : sequences.error());
    const bool fits = sequences->rows == statistics->rows &&
                      sequences->columns == features::sequenceLength * features::sequenceFields &&
                      statistics->columns == features::statisticDefinitions().size();
    if (!fits)
        return failure(Error::Code::Model, "holds a benign bank that does not fit the feature table");
    return features::FeatureSet{std::move(*sequences), std::move(*statistics)};
}

base::Result<void> checkSchema(const base::TensorFile& file)
{
    const auto found = file.text("flowscent.format");
    if (!found)
        return failure(Error::Code::Model, "is a safetensors file, but not a Flowscent model");
    if (*found != format && !found->starts_with("flowscent-detector/"))
        return failure(Error::Code::Model, "has the format '" + *found + "'; this version reads '" + format + "'");
    const auto hash = file.text("flowscent.features");
    if (!hash || *hash != features::schemaHash())
        return failure(Error::Code::Model, "was made for another feature table (" +
                                               hash.value_or("none").substr(0, 12) + ", this version has " +
                                               features::schemaHash().substr(0, 12) +
                                               "): train or adapt it again with this version");
    return {};
}

} // namespace

std::string BaseModel::identity() const
{
    base::TensorFile file = weights;
    scaler.put(file);
    putBank(bank, file);
    file.metadata = {{"heads", toJson(heads).dump()}, {"encoder", encoder}};
    base::Sha256 digest;
    digest.add(base::serialise(file));
    return digest.hex();
}

base::TensorFile BaseModel::toTensors() const
{
    base::TensorFile file = weights;
    scaler.put(file);
    putBank(bank, file);
    file.metadata = {{"flowscent.format", format},
                     {"flowscent.features", features::schemaHash()},
                     {"flowscent.feature_version", std::to_string(features::schemaVersion)},
                     {"flowscent.encoder", encoder},
                     {"flowscent.embedding_size", std::to_string(embeddingSize)},
                     {"flowscent.heads", toJson(heads).dump()},
                     {"flowscent.training", toJson(training).dump()}};
    return file;
}

base::Result<BaseModel> BaseModel::fromTensors(const base::TensorFile& file)
try {
    if (auto fits = checkSchema(file); !fits)
        return failure(fits.error());
    auto scaler = features::Scaler::take(file);
    if (!scaler)
        return failure(scaler.error());
    BaseModel model;
    model.scaler = std::move(*scaler);
    for (const auto& [name, tensor] : file.tensors) {
        if (name.starts_with("encoder.") || name.starts_with("method."))
            model.weights.tensors[name] = tensor;
    }
    auto bank = bankFrom(file);
    if (!bank)
        return failure(bank.error());
    model.bank = std::move(*bank);
    for (const char* key : {"flowscent.encoder", "flowscent.embedding_size", "flowscent.heads", "flowscent.training"}) {
        if (auto entry = file.text(key); !entry)
            return failure(entry.error());
    }
    model.encoder = *file.text("flowscent.encoder");
    model.embeddingSize = std::stoul(*file.text("flowscent.embedding_size"));
    model.heads = headsFrom(json::parse(*file.text("flowscent.heads")));
    model.training = trainingFrom(json::parse(*file.text("flowscent.training")));
    const auto& [lambda, scale, prototypeScale] = model.heads;
    if (!(lambda > 0) || !std::isfinite(lambda) || !std::isfinite(scale) || !std::isfinite(prototypeScale))
        return failure(Error::Code::Model, "holds head parameters that make no sense");
    return model;
} catch (const std::exception&) { // nlohmann::json and std::stoul
    return failure(Error::Code::Model, "holds a description that cannot be read");
}

} // namespace flowscent::learn
