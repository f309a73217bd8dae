// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/base_model.h"

#include "engine/base/digest.h"
#include "engine/features/feature_schema.h"

#include <cmath>

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

json toJson(const TrainingRecord& training)
{
    json curve = json::array();
    for (const CurvePoint& point : training.curve)
        curve.push_back({point.step, point.trainLoss, point.trainAccuracy, point.validationAccuracy,
                         point.validationError, point.learningRate,
                         point.gradientNorm}); // no seconds: the same seed gives the same bytes
    return {{"configuration", json::parse(training.configuration, nullptr, false)},
            {"corpus_sha256", training.corpusHash},
            {"curve_columns",
             {"step", "train_loss", "train_accuracy", "validation_accuracy", "validation_error", "learning_rate",
              "gradient_norm"}},
            {"curve", curve},
            {"metrics", training.metrics},
            {"sources", training.sources}};
}

TrainingRecord trainingFrom(const json& value)
{
    TrainingRecord training;
    training.configuration = value.at("configuration").dump();
    training.corpusHash = value.at("corpus_sha256").get<std::string>();
    for (const json& row : value.at("curve"))
        training.curve.push_back({row.at(0).get<std::uint32_t>(), row.at(1).get<double>(), row.at(2).get<double>(),
                                  row.at(3).get<double>(), row.at(4).get<double>(), row.at(5).get<double>(),
                                  row.at(6).get<double>()});
    training.metrics = value.at("metrics").get<std::map<std::string, double>>();
    training.sources = value.at("sources").get<std::vector<std::string>>();
    return training;
}

HeadParameters headsFrom(const json& value)
{
    return {value.at("ridge_lambda").get<double>(), value.at("ridge_scale").get<double>(),
            value.at("prototype_scale").get<double>()};
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
    file.metadata = {{"heads", toJson(heads).dump()}, {"encoder", encoder}};
    base::Sha256 digest;
    digest.add(base::serialise(file));
    return digest.hex();
}

base::TensorFile BaseModel::toTensors() const
{
    base::TensorFile file = weights;
    scaler.put(file);
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
        if (name.starts_with("encoder."))
            model.weights.tensors[name] = tensor;
    }
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
