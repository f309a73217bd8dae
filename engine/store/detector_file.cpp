// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/detector_file.h"

#include "engine/store/model_file.h"
#include "engine/store/sealed_file.h"

#include <cmath>

#include <nlohmann/json.hpp>

namespace flowscent::store {

namespace fs = std::filesystem;
using base::Error;
using base::failure;
using nlohmann::json;

namespace {

constexpr const char* detectorFormat = "flowscent-detector/2";
constexpr const char* forestName = "forest"; ///< as a part's kind of head
constexpr double mostWeight = 1.0 + 1e-9;

std::string partName(std::size_t index)
{
    return "detector.part" + std::to_string(index);
}

json describe(const detect::Detector& detector)
{
    json parts = json::array();
    for (const auto& part : detector.parts) {
        json& described = parts.emplace_back(json{{"head", part.isForest() ? forestName : learn::text(part.head.kind)},
                                                  {"reach", part.reach},
                                                  {"centre", part.centre},
                                                  {"spread", part.spread},
                                                  {"weight", part.weight},
                                                  {"squashed", part.squashed}});
        if (!part.isForest())
            described.update({{"ways", part.head.ways}, {"scale", part.head.scale}, {"classes", part.head.classOf}});
    }
    return {{"method", detect::text(detector.method)},
            {"threat", detector.threatName},
            {"line", detector.line},
            {"temperature", detector.temperature},
            {"threat_examples", detector.threatExamples},
            {"counter_examples", detector.counterExamples},
            {"background_examples", detector.backgroundExamples},
            {"set_aside", detector.setAside},
            {"revision", detector.revision},
            {"base_model", detector.base->identity()},
            {"parts", parts}};
}

base::Result<learn::Head> readHead(const json& value, const base::TensorFile& file, std::size_t index,
                                   std::size_t embeddingSize)
{
    const auto kind = learn::parseHead(value.at("head").get<std::string>());
    if (!kind)
        return failure(kind.error());
    auto weights = file.matrix(partName(index));
    if (!weights)
        return failure(weights.error());
    learn::Head head{*kind, std::move(*weights), value.at("classes").get<std::vector<std::uint16_t>>(),
                     value.at("ways").get<std::uint16_t>(), value.at("scale").get<double>()};
    const bool ridge = head.kind == learn::HeadKind::Ridge;
    const bool shaped =
        ridge ? head.weights.rows == embeddingSize + 1 && head.weights.columns == 2 && head.classOf.empty()
              : head.weights.columns == embeddingSize && head.classOf.size() == head.weights.rows;
    bool inRange = true;
    for (const std::uint16_t way : head.classOf)
        inRange = inRange && way < 2;
    if (!shaped || !inRange || head.ways != 2 || !std::isfinite(head.scale))
        return failure(Error::Code::Model, "holds a head that does not fit its encoder");
    return head;
}

base::Result<learn::Forest> readForest(const base::TensorFile& file, std::size_t index)
{
    auto forest = learn::forestFromTensors(file, partName(index));
    if (forest && forest->columns != features::statisticDefinitions().size())
        return failure(Error::Code::Model, "holds a forest that does not fit the feature table");
    return forest;
}

/// Checks what scoring relies on, so that a made-up file can neither crash it nor give scores that are no numbers.
base::Result<detect::DetectorPart> readPart(const json& value, const base::TensorFile& file, std::size_t index,
                                            std::size_t embeddingSize)
{
    detect::DetectorPart part{.reach = value.at("reach").get<double>(),
                              .centre = value.at("centre").get<double>(),
                              .spread = value.at("spread").get<double>(),
                              .weight = value.at("weight").get<double>(),
                              .squashed = value.at("squashed").get<bool>()};
    if (value.at("head").get<std::string>() == forestName) {
        auto forest = readForest(file, index);
        if (!forest)
            return failure(forest.error());
        part.forest = std::move(*forest);
    } else {
        auto head = readHead(value, file, index, embeddingSize);
        if (!head)
            return failure(head.error());
        part.head = std::move(*head);
    }
    const bool sound = std::isfinite(part.centre) && std::isfinite(part.spread) && part.spread > 0 &&
                       std::isfinite(part.reach) && part.reach > 0 && part.weight >= 0 && part.weight <= mostWeight;
    if (!sound)
        return failure(Error::Code::Model, "holds a head whose scale makes no sense");
    return part;
}

base::Result<void> checkFormat(const base::TensorFile& file)
{
    const auto format = file.text("flowscent.format");
    if (!format)
        return failure(format.error());
    if (format->starts_with("flowscent-model/"))
        return failure(Error::Code::Model, "is a base model, not a detector: make one with 'flowscent-cli adapt'");
    if (*format != detectorFormat)
        return failure(Error::Code::Model, "has the format '" + format->substr(0, 60) + "'; this version reads '" +
                                               detectorFormat + "': adapt again with this version");
    return {};
}

} // namespace

base::Result<detect::Detector> detectorFrom(const base::TensorFile& file)
try {
    if (auto known = checkFormat(file); !known)
        return failure(known.error());
    auto base = learn::BaseModel::fromTensors(file);
    if (!base)
        return failure(base.error());
    const auto text = file.text("flowscent.detector");
    if (!text)
        return failure(text.error());
    const json value = json::parse(*text);
    const auto method = detect::parseMethod(value.at("method").get<std::string>());
    if (!method)
        return failure(method.error());
    detect::Detector detector{.method = *method,
                              .line = value.at("line").get<double>(),
                              .temperature = value.at("temperature").get<double>(),
                              .threatName = value.at("threat").get<std::string>(),
                              .threatExamples = value.at("threat_examples").get<std::uint32_t>(),
                              .counterExamples = value.at("counter_examples").get<std::uint32_t>(),
                              .backgroundExamples = value.at("background_examples").get<std::uint32_t>(),
                              .setAside = value.at("set_aside").get<std::uint32_t>(),
                              .revision = value.at("revision").get<std::uint64_t>()};
    if (!std::isfinite(detector.line) || !(detector.temperature > 0) || !std::isfinite(detector.temperature))
        return failure(Error::Code::Model, "holds an alarm line that makes no sense");
    const json& parts = value.at("parts");
    if (!parts.is_array() || parts.empty() || parts.size() > 8)
        return failure(Error::Code::Model, "holds no usable head");
    for (std::size_t index = 0; index < parts.size(); ++index) {
        auto part = readPart(parts[index], file, index, base->embeddingSize);
        if (!part)
            return failure(part.error());
        detector.parts.push_back(std::move(*part));
    }
    if (value.at("base_model").get<std::string>() != base->identity())
        return failure(Error::Code::Model, "is damaged: its encoder is not the one it was adapted from");
    detector.base = std::make_shared<const learn::BaseModel>(std::move(*base));
    return detector;
} catch (const json::exception&) {
    return failure(Error::Code::Model, "holds a description of the detector that cannot be read");
}

base::TensorFile detectorTensors(const detect::Detector& detector)
{
    base::TensorFile tensors = detector.base->toTensors();
    for (std::size_t index = 0; index < detector.parts.size(); ++index) {
        const detect::DetectorPart& part = detector.parts[index];
        if (part.isForest())
            learn::putForest(tensors, partName(index), part.forest);
        else
            tensors.put(partName(index), part.head.weights);
    }
    tensors.metadata["flowscent.format"] = detectorFormat;
    tensors.metadata["flowscent.detector"] = describe(detector).dump(-1, ' ', false, json::error_handler_t::replace);
    return tensors;
}

base::Result<detect::Detector> loadDetector(const fs::path& file)
{
    const auto tensors = readSealed(file);
    if (!tensors)
        return failure(tensors.error());
    auto detector = detectorFrom(*tensors);
    if (!detector)
        return failure(located(detector.error(), file));
    return detector;
}

base::Result<void> saveDetector(const detect::Detector& detector, const fs::path& file)
{
    return writeSealed(detectorTensors(detector), file);
}

} // namespace flowscent::store
