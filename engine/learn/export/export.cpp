// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/export/export.h"

#include "engine/base/matrix_rows.h"
#include "engine/learn/export/forest_tables.h"

#include <algorithm>
#include <cmath>

namespace flowscent::learn {

using base::failure;

namespace {

base::Result<void> refused(const char* what)
{
    return failure(base::Error::Code::Model, std::string("cannot be exported: ") + what);
}

bool soundClasses(const Head& head)
{
    if (head.kind == HeadKind::Ridge)
        return true;
    std::vector<bool> seen(head.ways);
    for (const std::uint16_t way : head.classOf) {
        if (way >= head.ways)
            return false;
        seen[way] = true;
    }
    return head.classOf.size() == head.weights.rows && !std::ranges::count(seen, false);
}

base::Result<void> checkHead(const Head& head, bool judges, std::size_t embeddingSize)
{
    const std::size_t columns = head.kind == HeadKind::Ridge ? head.ways : embeddingSize;
    if (head.ways == 0 || head.weights.rows == 0 || head.weights.columns != columns ||
        head.weights.values.size() != head.weights.rows * columns ||
        (head.kind == HeadKind::Ridge && head.weights.rows != embeddingSize + 1))
        return refused("a head has another size than the embeddings");
    if (!soundClasses(head))
        return refused("a head has examples of unknown classes, or a class without examples");
    if (judges && head.ways != 2)
        return refused("a detector's head must tell two classes apart");
    if (!base::allFinite(head.weights) || !std::isfinite(head.scale))
        return refused("a head holds a number that makes no sense");
    return {};
}

base::Result<void> checkForest(const Forest& forest, bool judges)
{
    if (!judges)
        return refused("a forest speaks in a detector only");
    if (!soundForest(forest, features::statisticDefinitions().size()))
        return refused("a forest has damaged trees, or asks for other numbers than the statistics");
    return {};
}

base::Result<void> checkPart(const Readout::Part& part, bool judges, std::size_t embeddingSize)
{
    const auto positive = [](double value) { return value > 0 && std::isfinite(value); };
    if (!std::isfinite(part.centre) || !positive(part.reach) || !positive(part.spread) || !(part.weight >= 0) ||
        !std::isfinite(part.weight))
        return refused("a part's scale or weight makes no sense");
    return isForest(part) ? checkForest(part.forest, judges) : checkHead(part.head, judges, embeddingSize);
}

} // namespace

base::Result<void> checkExport(const BaseModel& model, const Readout& readout)
{
    const features::Scaler& scaler = model.scaler;
    const std::size_t statistics = features::statisticDefinitions().size();
    if (scaler.sequenceMedian.size() != features::sequenceFields ||
        scaler.sequenceRange.size() != features::sequenceFields || scaler.statisticMedian.size() != statistics ||
        scaler.statisticRange.size() != statistics)
        return refused("the scaler has another size than the feature table");
    if (!readout.line && readout.parts.size() > 1)
        return refused("several heads need a rule that joins them");
    if (readout.line && (readout.parts.empty() || !std::isfinite(readout.line->logit) ||
                         !(readout.line->temperature > 0) || !std::isfinite(readout.line->temperature)))
        return refused("the detector's line makes no sense");
    for (const Readout::Part& part : readout.parts) {
        if (auto sound = checkPart(part, readout.line.has_value(), model.embeddingSize); !sound)
            return sound;
    }
    return {};
}

std::map<std::string, std::string> exportMetadata(const BaseModel& model)
{
    return {{"flowscent.model", model.identity()},
            {"flowscent.encoder", model.encoder},
            {"flowscent.features", features::schemaHash()},
            {"flowscent.configuration", model.training.configuration},
            {"flowscent.data_sha256", model.training.corpusHash}};
}

SquashMasks squashMasks(std::span<const features::FeatureDefinition> definitions)
{
    SquashMasks masks;
    for (const features::FeatureDefinition& feature : definitions) {
        masks.plain.push_back(feature.squash == features::Squash::None);
        masks.cut.push_back(feature.squash == features::Squash::Log);
    }
    return masks;
}

} // namespace flowscent::learn
