// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/part_fit.h"

#include "engine/detect/combined_logit.h"
#include "engine/detect/quantile.h"

#include <algorithm>
#include <cmath>

namespace flowscent::detect {

using base::failure;
using base::Matrix;
using base::Result;

namespace {

constexpr std::size_t threatFolds = 5;
constexpr std::size_t restFolds = 4;
constexpr double classWeight = 5.0; ///< total weight of each side: the ridge's lambda was learned on 5 shots a class
constexpr std::size_t counterTimes = 4; ///< a flow that somebody looked at counts as four that nobody did
constexpr double leastSpread = 1e-3;
constexpr std::uint32_t trees = 100;
constexpr std::uint32_t glanceTrees = 40; ///< of forests that are asked once and thrown away

enum class PartKind : std::uint8_t { Forest, Ridge, Prototype, Nearest };

std::vector<PartKind> partsOf(Method method)
{
    using enum PartKind;
    switch (method) {
    case Method::Ensemble:
        return {Forest, Prototype};
    case Method::Forest:
        return {Forest};
    case Method::Ridge:
        return {Ridge};
    case Method::Prototype:
        return {Prototype};
    case Method::Nearest:
        return {Nearest};
    case Method::Blend:
        break;
    }
    return {Ridge, Prototype};
}

learn::HeadKind headOf(PartKind kind)
{
    switch (kind) {
    case PartKind::Prototype:
        return learn::HeadKind::Prototype;
    case PartKind::Nearest:
        return learn::HeadKind::NearestNeighbour;
    case PartKind::Forest:
    case PartKind::Ridge:
        break;
    }
    return learn::HeadKind::Ridge;
}

/// Mean squared distance of the rest from its mean, in the head's own units.
double reachOf(const learn::Head& head, const Examples& examples, const Rows& used)
{
    Rows rest;
    std::ranges::copy_if(used, std::back_inserter(rest), [&](std::uint32_t row) { return !examples.isThreat(row); });
    const Matrix logits = learn::scores(head, examples.flows.rows(rest).embeddings);
    double sum = 0;
    for (std::size_t row = 0; row < logits.rows; ++row)
        sum -= static_cast<double>(logits.row(row)[restWay]);
    return std::max(sum / static_cast<double>(rest.size()), leastReach);
}

/// Fits one head; its scale is not known yet.
Result<DetectorPart> fitHeadPart(const Examples& examples, const Rows& used, PartKind kind,
                                 const learn::HeadParameters& parameters)
{
    auto head = learn::fitHead(headOf(kind), headTask(examples, used), parameters);
    if (!head)
        return failure(head.error());
    const double reach = kind == PartKind::Prototype ? reachOf(*head, examples, used) : 1.0;
    return DetectorPart{.head = std::move(*head), .reach = reach};
}

/// Rows as a forest sees them, counter-examples as often as they weigh.
struct ForestTask {
    Rows rows;
    std::vector<std::uint8_t> isThreat;
};

ForestTask forestTask(const Examples& examples, const Rows& used)
{
    ForestTask task;
    for (const std::uint32_t row : used) {
        for (std::size_t time = 0; time < (examples.isCounter(row) ? counterTimes : 1); ++time) {
            task.rows.push_back(row);
            task.isThreat.push_back(examples.isThreat(row) ? 1 : 0);
        }
    }
    return task;
}

/// Extra-Trees on statistics: with few examples their random cuts generalise better than the best cuts of a random
/// forest, most of all to other captures, and embeddings beside the statistics make them worse (model card). Balanced,
/// or a handful of examples would hardly be asked for.
Result<DetectorPart> fitForestPart(const Examples& examples, const Rows& used, std::uint32_t size, std::uint64_t seed)
{
    const ForestTask task = forestTask(examples, used);
    auto forest = learn::fitForest(examples.flows.rows(task.rows).statistics, task.isThreat,
                                   {.trees = size, .balance = learn::ForestBalance::All, .extra = true}, seed);
    if (!forest)
        return failure(forest.error());
    return DetectorPart{.forest = std::move(*forest)};
}

enum class Use : std::uint8_t { Keep, Glance };

Result<DetectorPart> fitPart(const Examples& examples, const Rows& used, PartKind kind, const FitSettings& settings,
                             Use use)
{
    return kind == PartKind::Forest
               ? fitForestPart(examples, used, use == Use::Keep ? trees : glanceTrees, settings.seed)
               : fitHeadPart(examples, used, kind, settings.heads);
}

std::vector<Rows> heldOutGroups(const Examples& examples, const Rows& used)
{
    std::vector<Rows> threats(std::min(threatFolds, examples.threats));
    std::vector<Rows> rest(restFolds);
    std::size_t fold = 0;
    for (const std::uint32_t row : used) {
        if (examples.isThreat(row))
            threats[row % threats.size()].push_back(row);
        else
            rest[fold++ % restFolds].push_back(row);
    }
    threats.insert(threats.end(), rest.begin(), rest.end());
    std::erase_if(threats, [](const Rows& group) { return group.empty(); });
    return threats;
}

/// A part and its evidence of every example, held out where the example was used.
struct Fitted {
    DetectorPart part;
    std::vector<double> evidence;
};

Result<Fitted> fitted(const Examples& examples, const Rows& used, PartKind kind, const FitSettings& settings)
{
    auto full = fitPart(examples, used, kind, settings, Use::Keep);
    if (!full)
        return failure(full.error());
    Fitted fitted{std::move(*full), {}};
    fitted.evidence = partEvidence(fitted.part, examples.flows); // stays for rows that no fit sees
    for (const Rows& group : heldOutGroups(examples, used)) {
        Rows others;
        std::ranges::set_difference(used, group, std::back_inserter(others));
        const auto threats = std::ranges::count_if(others, [&](std::uint32_t row) { return examples.isThreat(row); });
        if (threats == 0 || static_cast<std::size_t>(threats) == others.size())
            continue;
        const auto part = fitPart(examples, others, kind, settings, Use::Glance);
        if (!part)
            return failure(part.error());
        const auto answers = partEvidence(*part, examples.flows.rows(group));
        for (std::size_t i = 0; i < group.size(); ++i)
            fitted.evidence[group[i]] = answers[i];
    }
    return fitted;
}

/// The scale of a part: median and interquartile range (as a standard deviation) over the rest.
void scale(DetectorPart& part, const Examples& examples, const Rows& used, const std::vector<double>& evidence)
{
    std::vector<double> rest;
    for (const std::uint32_t row : used) {
        if (!examples.isThreat(row))
            rest.push_back(evidence[row]);
    }
    part.centre = quantile(rest, 0.5);
    part.spread = std::max((quantile(rest, 0.75) - quantile(rest, 0.25)) / 1.35, leastSpread);
}

/// Parts of methods with the bank speak on scales of their own: shares, and logits that the logistic makes shares of.
void count(DetectorPart& part, const FitSettings& settings)
{
    part.weight = 1.0 / static_cast<double>(partsOf(settings.method).size());
    part.squashed = usesBank(settings.method) && !part.isForest();
}

} // namespace

learn::HeadExamples headTask(const Examples& examples, const Rows& used)
{
    learn::HeadExamples task{examples.flows.rows(used).embeddings, {}, {}, 2};
    double rest = 0;
    double threats = 0;
    for (const std::uint32_t row : used) {
        const double weight = examples.isCounter(row) ? static_cast<double>(counterTimes) : 1.0;
        (examples.isThreat(row) ? threats : rest) += weight;
        task.weights.push_back(static_cast<float>(weight));
        task.classOf.push_back(examples.isThreat(row) ? threatWay : restWay);
    }
    for (std::size_t i = 0; i < used.size(); ++i)
        task.weights[i] *= static_cast<float>(classWeight / (examples.isThreat(used[i]) ? threats : rest));
    return task;
}

bool usesBank(Method method)
{
    return method == Method::Ensemble || method == Method::Forest;
}

Result<std::vector<DetectorPart>> glance(const Examples& examples, const Rows& used, const FitSettings& settings)
{
    std::vector<DetectorPart> parts;
    for (const PartKind kind : partsOf(settings.method)) {
        auto part = fitPart(examples, used, kind, settings, Use::Glance);
        if (!part)
            return failure(part.error());
        count(*part, settings);
        parts.push_back(std::move(*part));
    }
    return parts;
}

Result<PartFit> fitHeldOut(const Examples& examples, const Rows& used, const FitSettings& settings)
{
    PartFit fit;
    fit.heldOut.resize(examples.size());
    for (const PartKind kind : partsOf(settings.method)) {
        auto one = fitted(examples, used, kind, settings);
        if (!one)
            return failure(one.error());
        count(one->part, settings);
        if (!usesBank(settings.method))
            scale(one->part, examples, used, one->evidence);
        for (std::size_t row = 0; row < examples.size(); ++row)
            fit.heldOut[row] += counted(one->part, one->evidence[row]);
        fit.parts.push_back(std::move(one->part));
    }
    return fit;
}

} // namespace flowscent::detect
