// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/library/bundle.h"

#include "engine/base/digest.h"
#include "engine/base/matrix_rows.h"
#include "engine/store/detector_file.h"
#include "engine/store/library/plain_text.h"
#include "engine/store/sealed_file.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace flowscent::store {

using base::Error;
using base::failure;

namespace {

constexpr const char* summaryKey = "flowscent.bundle";
constexpr const char* summaryDigestKey =
    "flowscent.bundle_sha256"; ///< lists read headers, which the seal does not cover alone
constexpr const char* scoresName = "calibration.scores";
constexpr std::size_t sequenceWidth = features::sequenceLength * features::sequenceFields;

std::string digestOf(std::string_view text)
{
    base::Sha256 digest;
    digest.add(text);
    return digest.hex();
}

/// A kind of examples: its tensors' prefix and its place in the input.
struct Kind {
    const char* prefix;
    features::FeatureSet detect::AdaptInput::*flows;
    std::uint32_t BundleSummary::*count;
};
constexpr std::array kinds{Kind{"bundle.threat", &detect::AdaptInput::threat, &BundleSummary::threats},
                           Kind{"bundle.counter", &detect::AdaptInput::notThreat, &BundleSummary::counters},
                           Kind{"bundle.background", &detect::AdaptInput::background, &BundleSummary::backgrounds}};

bool isWhole(const features::FeatureSet& flows)
{
    const std::size_t n = flows.sequences.rows;
    return flows.statistics.rows == n && flows.sequences.values.size() == n * sequenceWidth &&
           flows.statistics.values.size() == n * features::statisticDefinitions().size() &&
           base::allFinite(flows.sequences) && base::allFinite(flows.statistics);
}

bool isScore(float value)
{
    return value >= 0 && value <= 1;
}

base::Result<features::FeatureSet> readExamples(const base::TensorFile& file, const std::string& prefix,
                                                std::uint32_t count)
{
    if (count == 0)
        return features::FeatureSet{};
    auto sequences = file.matrix(prefix + ".sequences");
    auto statistics = file.matrix(prefix + ".statistics");
    if (!sequences || !statistics)
        return failure(sequences ? statistics.error() : sequences.error());
    features::FeatureSet flows{std::move(*sequences), std::move(*statistics)};
    if (flows.sequences.rows != count || flows.sequences.columns != sequenceWidth ||
        flows.statistics.columns != features::statisticDefinitions().size() || !isWhole(flows))
        return failure(Error::Code::Model, "holds examples of another number or form than it says");
    return flows;
}

base::Result<Calibration> readCalibration(const base::TensorFile& file, const BundleSummary& summary)
{
    const auto scores = file.matrix(scoresName);
    if (!scores)
        return failure(scores.error());
    if (scores->values.size() != summary.calibrationScores || !std::ranges::all_of(scores->values, isScore))
        return failure(Error::Code::Model, "holds a calibration that is not of scores");
    return Calibration{scores->values, summary.calibrationHours};
}

/// The text with its digest: a list must not show what a flipped bit has made of it.
base::Result<BundleSummary> summaryIn(const std::map<std::string, std::string>& metadata)
{
    const auto text = metadata.find(summaryKey);
    const auto digest = metadata.find(summaryDigestKey);
    if (text == metadata.end() || digest == metadata.end())
        return failure(Error::Code::Model, "the description of the bundle is missing");
    if (digestOf(text->second) != digest->second)
        return failure(Error::Code::Model, "is damaged: the description of the bundle is another than was written");
    return bundleSummaryFromJson(text->second);
}

Bundle withoutExamples(detect::Detector detector)
{
    Bundle bundle;
    bundle.name = checkName(detector.threatName) ? detector.threatName : "detector";
    bundle.detector = std::move(detector);
    return bundle;
}

} // namespace

BundleSummary summaryOf(const Bundle& bundle)
{
    BundleSummary summary{.name = bundle.name,
                          .version = bundle.version,
                          .provenance = bundle.provenance,
                          .baseModel = bundle.detector.base->identity(),
                          .falseAlarmBudget = bundle.falseAlarmBudget,
                          .seed = bundle.seed};
    for (const Kind& kind : kinds)
        summary.*kind.count = static_cast<std::uint32_t>((bundle.examples.*kind.flows).size());
    if (bundle.calibration) {
        summary.calibrationScores = static_cast<std::uint32_t>(bundle.calibration->scores.size());
        summary.calibrationHours = bundle.calibration->hours;
    }
    return summary;
}

base::Result<base::TensorFile> toTensors(const Bundle& bundle)
{
    const BundleSummary summary = summaryOf(bundle);
    const std::string text = toJson(summary);
    const auto readable = bundleSummaryFromJson(text);
    if (!readable)
        return failure(Error::Code::Argument, readable.error().what);
    if (*readable != summary) // what is no UTF-8 has been replaced
        return failure(Error::Code::Argument, "holds a description that would be read back as another");
    base::TensorFile file = detectorTensors(bundle.detector);
    for (const Kind& kind : kinds) {
        const features::FeatureSet& flows = bundle.examples.*kind.flows;
        if (!isWhole(flows))
            return failure(Error::Code::Argument, "holds examples that are no features of flows");
        if (flows.size() == 0)
            continue;
        file.put(std::string(kind.prefix) + ".sequences", flows.sequences);
        file.put(std::string(kind.prefix) + ".statistics", flows.statistics);
    }
    if (bundle.calibration) {
        if (!std::ranges::all_of(bundle.calibration->scores, isScore))
            return failure(Error::Code::Argument, "holds a calibration that is not of scores");
        file.put(scoresName, bundle.calibration->scores);
    }
    file.metadata[summaryKey] = text;
    file.metadata[summaryDigestKey] = digestOf(text);
    return file;
}

base::Result<Bundle> bundleFromTensors(const base::TensorFile& file)
{
    auto detector = detectorFrom(file);
    if (!detector)
        return failure(detector.error());
    if (!file.metadata.contains(summaryKey))
        return withoutExamples(std::move(*detector));
    auto summary = summaryIn(file.metadata);
    if (!summary)
        return failure(summary.error());
    if (summary->baseModel != detector->base->identity())
        return failure(Error::Code::Model, "is damaged: it names another base model than it holds");
    Bundle bundle{.name = summary->name,
                  .version = summary->version,
                  .detector = std::move(*detector),
                  .examples = {},
                  .falseAlarmBudget = summary->falseAlarmBudget,
                  .seed = summary->seed,
                  .calibration = {},
                  .provenance = summary->provenance};
    for (const Kind& kind : kinds) {
        auto flows = readExamples(file, kind.prefix, (*summary).*kind.count);
        if (!flows)
            return failure(flows.error());
        bundle.examples.*kind.flows = std::move(*flows);
    }
    if (summary->calibrationScores > 0) {
        auto calibration = readCalibration(file, *summary);
        if (!calibration)
            return failure(calibration.error());
        bundle.calibration = std::move(*calibration);
    }
    return bundle;
}

base::Result<BundleSummary> bundleSummary(const base::TensorHeader& header)
{
    const auto format = header.metadata.find("flowscent.format");
    if (format == header.metadata.end() || !format->second.starts_with("flowscent-detector/"))
        return failure(Error::Code::Model, "is no detector of Flowscent's");
    return summaryIn(header.metadata);
}

base::Result<Bundle> loadBundle(const std::filesystem::path& file)
{
    const auto tensors = readSealed(file);
    if (!tensors)
        return failure(tensors.error());
    auto bundle = bundleFromTensors(*tensors);
    if (!bundle)
        return failure(located(bundle.error(), file));
    return bundle;
}

base::Result<void> saveBundle(const Bundle& bundle, const std::filesystem::path& file)
{
    auto tensors = toTensors(bundle);
    if (!tensors)
        return failure(located(tensors.error(), file));
    return writeSealed(std::move(*tensors), file);
}

} // namespace flowscent::store
