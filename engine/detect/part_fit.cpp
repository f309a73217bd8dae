// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/part_fit.h"

#include "engine/detect/combined_logit.h"
#include "engine/detect/quantile.h"

#include <algorithm>

namespace flowscent::detect {

using base::failure;
using base::Matrix;

namespace {

constexpr std::size_t folds = 4;
constexpr double classWeight = 5.0;   ///< total weight of each side: the ridge's lambda was learned on 5 shots a class
constexpr double counterWeight = 4.0; ///< a flow that somebody looked at counts as four that nobody did
constexpr double leastSpread = 1e-3;

Matrix pick(const Matrix& from, const Rows& rows)
{
    Matrix chosen(rows.size(), from.columns);
    for (std::size_t i = 0; i < rows.size(); ++i)
        std::ranges::copy(from.row(rows[i]), chosen.row(i).begin());
    return chosen;
}

std::vector<learn::HeadKind> headsOf(Method method)
{
    using enum learn::HeadKind;
    switch (method) {
    case Method::Ridge:
        return {Ridge};
    case Method::Prototype:
        return {Prototype};
    case Method::Nearest:
        return {NearestNeighbour};
    case Method::Blend:
        break;
    }
    return {Ridge, Prototype};
}

/// Each side weighs the same, whatever their numbers.
learn::HeadExamples taskOf(const Examples& examples, const Rows& used)
{
    learn::HeadExamples task{pick(examples.rows, used), {}, {}, 2};
    double rest = 0;
    double threats = 0;
    for (const std::size_t row : used) {
        const double weight = examples.isCounter(row) ? counterWeight : 1.0;
        (examples.isThreat(row) ? threats : rest) += weight;
        task.weights.push_back(static_cast<float>(weight));
        task.classOf.push_back(examples.isThreat(row) ? threatWay : restWay);
    }
    for (std::size_t i = 0; i < used.size(); ++i)
        task.weights[i] *= static_cast<float>(classWeight / (examples.isThreat(used[i]) ? threats : rest));
    return task;
}

/// Mean squared distance of the rest from its mean, in the head's own units.
double reachOf(const learn::Head& head, const Examples& examples, const Rows& used)
{
    Rows rest;
    std::ranges::copy_if(used, std::back_inserter(rest), [&](std::size_t row) { return !examples.isThreat(row); });
    const Matrix logits = learn::scores(head, pick(examples.rows, rest));
    double sum = 0;
    for (std::size_t row = 0; row < logits.rows; ++row)
        sum -= static_cast<double>(logits.row(row)[restWay]);
    return std::max(sum / static_cast<double>(rest.size()), leastReach);
}

/// Fits one head; its scale is not known yet.
base::Result<DetectorPart> fitOn(const Examples& examples, const Rows& used, learn::HeadKind kind,
                                 const learn::HeadParameters& parameters)
{
    auto head = learn::fitHead(kind, taskOf(examples, used), parameters);
    if (!head)
        return failure(head.error());
    const double reach = kind == learn::HeadKind::Prototype ? reachOf(*head, examples, used) : 1.0;
    return DetectorPart{.head = std::move(*head), .reach = reach};
}

std::vector<Rows> heldOutGroups(const Examples& examples, const Rows& used)
{
    std::vector<Rows> groups;
    std::vector<Rows> rest(folds);
    std::size_t fold = 0;
    for (const std::size_t row : used) {
        if (examples.isThreat(row))
            groups.push_back({row});
        else
            rest[fold++ % folds].push_back(row);
    }
    std::ranges::copy_if(rest, std::back_inserter(groups), [](const Rows& group) { return !group.empty(); });
    return groups;
}

base::Result<std::vector<double>> heldOutLogits(const Examples& examples, const Rows& used, learn::HeadKind kind,
                                                const learn::HeadParameters& parameters)
{
    const auto full = fitOn(examples, used, kind, parameters);
    if (!full)
        return failure(full.error());
    std::vector<double> logits = partLogits(*full, examples.rows); // stays for rows that no fit sees
    for (const Rows& group : heldOutGroups(examples, used)) {
        Rows others;
        std::ranges::set_difference(used, group, std::back_inserter(others));
        const auto threats = std::ranges::count_if(others, [&](std::size_t row) { return examples.isThreat(row); });
        const bool bothSides = threats > 0 && static_cast<std::size_t>(threats) < others.size();
        const auto part = fitOn(examples, bothSides ? others : used, kind, parameters);
        if (!part)
            return failure(part.error());
        const auto answers = partLogits(*part, pick(examples.rows, group));
        for (std::size_t i = 0; i < group.size(); ++i)
            logits[group[i]] = answers[i];
    }
    return logits;
}

/// The scale of a part: median and interquartile range (as a standard deviation) over the rest.
void scale(DetectorPart& part, const Examples& examples, const Rows& used, const std::vector<double>& logits)
{
    std::vector<double> rest;
    for (const std::size_t row : used) {
        if (!examples.isThreat(row))
            rest.push_back(logits[row]);
    }
    part.centre = quantile(rest, 0.5);
    part.spread = std::max((quantile(rest, 0.75) - quantile(rest, 0.25)) / 1.35, leastSpread);
}

} // namespace

base::Result<PartFit> fitParts(const Examples& examples, const Rows& used, Method method,
                               const learn::HeadParameters& parameters)
{
    PartFit fit;
    fit.heldOut.resize(examples.size());
    const auto kinds = headsOf(method);
    for (const learn::HeadKind kind : kinds) {
        auto part = fitOn(examples, used, kind, parameters);
        if (!part)
            return failure(part.error());
        const auto logits = heldOutLogits(examples, used, kind, parameters);
        if (!logits)
            return failure(logits.error());
        scale(*part, examples, used, *logits);
        for (std::size_t row = 0; row < examples.size(); ++row)
            fit.heldOut[row] += ((*logits)[row] - part->centre) / part->spread / static_cast<double>(kinds.size());
        fit.parts.push_back(std::move(*part));
    }
    return fit;
}

} // namespace flowscent::detect
