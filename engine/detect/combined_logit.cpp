// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/combined_logit.h"

#include "engine/base/each_index.h"

#include <algorithm>
#include <cmath>

namespace flowscent::detect {

using base::Matrix;

namespace {

constexpr std::size_t block = 1024;    ///< flows whose numbers stay in the cache while all parts look at them
constexpr std::size_t worthTwo = 4096; ///< flows from which on a second thread pays

double evidenceOf(const DetectorPart& part, double rest, double threat)
{
    switch (part.head.kind) { // distances come as negative logits
    case learn::HeadKind::Ridge:
        return threat - rest;
    case learn::HeadKind::Prototype:
        return std::log((part.reach - rest) / (learn::prototypeShareOfReach * part.reach - threat));
    case learn::HeadKind::NearestNeighbour:
        break;
    }
    return std::log((learn::nearestNothing - rest) / (learn::nearestNothing - threat));
}

/// Where each row's numbers of one part come to lie; the logits are room that threads share, each its rows.
struct Answers {
    Matrix logits;
    std::vector<double> evidence;
};

Answers roomFor(const DetectorPart& part, std::size_t rows)
{
    return {part.isForest() ? Matrix() : Matrix(rows, part.head.ways), std::vector<double>(rows)};
}

void answer(const DetectorPart& part, const FlowNumbers& flows, std::size_t begin, std::size_t end, Answers& into)
{
    if (part.isForest()) {
        learn::forestShares(part.forest, flows.statistics, begin, end, into.evidence);
        return;
    }
    learn::scoreRows(part.head, flows.embeddings, begin, end, into.logits);
    for (std::size_t row = begin; row < end; ++row) {
        const auto logits = std::as_const(into.logits).row(row);
        into.evidence[row] = evidenceOf(part, double{logits[restWay]}, double{logits[threatWay]});
    }
}

} // namespace

std::vector<double> partEvidence(const DetectorPart& part, const FlowNumbers& flows)
{
    Answers answers = roomFor(part, flows.size());
    answer(part, flows, 0, flows.size(), answers);
    return answers.evidence;
}

double counted(const DetectorPart& part, double evidence)
{
    const double read = part.squashed ? 1.0 / (1.0 + std::exp(-evidence)) : evidence;
    return part.weight * (read - part.centre) / part.spread;
}

std::vector<double> combinedLogits(std::span<const DetectorPart> parts, const FlowNumbers& flows)
{
    std::vector<Answers> answers;
    for (const DetectorPart& part : parts)
        answers.push_back(roomFor(part, flows.size()));
    std::vector<double> combined(flows.size());
    const auto work = [&](std::size_t index) {
        const std::size_t begin = index * block;
        const std::size_t end = std::min(begin + block, flows.size());
        for (std::size_t i = 0; i < parts.size(); ++i) {
            answer(parts[i], flows, begin, end, answers[i]);
            for (std::size_t row = begin; row < end; ++row)
                combined[row] += counted(parts[i], answers[i].evidence[row]);
        }
    };
    const std::size_t blocks = (flows.size() + block - 1) / block;
    if (flows.size() >= worthTwo) {
        base::eachIndex(blocks, work, {}, {}, {});
    } else {
        for (std::size_t index = 0; index < blocks; ++index)
            work(index);
    }
    return combined;
}

} // namespace flowscent::detect
