// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evidence/logit_slope.h"

#include "engine/detect/combined_logit.h"
#include "engine/detect/distance.h"

#include <cmath>
#include <limits>

namespace flowscent::detect {

using base::Matrix;
using learn::Head;

namespace {

/// The stored example of a way that is nearest to the flow, and the logit it gives: minus the squared distance times
/// `factor`.
struct Nearest {
    std::span<const float> example;
    double logit = -std::numeric_limits<double>::infinity();
};

Nearest nearestOf(const Head& head, std::uint16_t way, std::span<const float> flow, double factor)
{
    Nearest nearest;
    for (std::size_t i = 0; i < head.weights.rows; ++i) {
        if (head.classOf[i] != way)
            continue;
        const auto example = head.weights.row(i);
        const double distance = preciseSquaredDistance(flow, example);
        if (-factor * distance > nearest.logit)
            nearest = {example, -factor * distance};
    }
    return nearest;
}

double logisticSlope(double x)
{
    const double share = 1.0 / (1.0 + std::exp(-x));
    return share * (1 - share);
}

void ridgeSlope(const Head& head, std::span<float> slope)
{
    for (std::size_t k = 0; k < slope.size(); ++k) {
        const auto weights = head.weights.row(k);
        slope[k] = static_cast<float>(head.scale * (double{weights[threatWay]} - double{weights[restWay]}));
    }
}

/// Of log((a - rest) / (b - threat)), where rest and threat are minus `factor` times squared distances.
void ratioSlope(const Head& head, double a, double b, std::span<const float> flow, std::span<float> slope)
{
    const double factor = head.scale / static_cast<double>(flow.size());
    const Nearest rest = nearestOf(head, restWay, flow, factor);
    const Nearest threat = nearestOf(head, threatWay, flow, factor);
    const double fromRest = 2 * factor / (a - rest.logit);
    const double fromThreat = 2 * factor / (b - threat.logit);
    for (std::size_t k = 0; k < flow.size(); ++k)
        slope[k] = static_cast<float>(fromRest * (double{flow[k]} - double{rest.example[k]}) -
                                      fromThreat * (double{flow[k]} - double{threat.example[k]}));
}

} // namespace

Matrix partSlopes(const DetectorPart& part, const Matrix& embeddings)
{
    Matrix slopes(embeddings.rows, embeddings.columns);
    for (std::size_t row = 0; row < embeddings.rows; ++row) {
        const auto flow = embeddings.row(row);
        const auto slope = slopes.row(row);
        switch (part.head.kind) {
        case learn::HeadKind::Ridge:
            ridgeSlope(part.head, slope);
            break;
        case learn::HeadKind::Prototype:
            ratioSlope(part.head, part.reach, learn::prototypeShareOfReach * part.reach, flow, slope);
            break;
        case learn::HeadKind::NearestNeighbour:
            ratioSlope(part.head, learn::nearestNothing, learn::nearestNothing, flow, slope);
            break;
        }
    }
    return slopes;
}

Matrix combinedSlopes(std::span<const DetectorPart> parts, const Matrix& embeddings)
{
    Matrix combined(embeddings.rows, embeddings.columns);
    for (const DetectorPart& part : parts) {
        const Matrix slopes = partSlopes(part, embeddings);
        const auto evidence = partEvidence(part, FlowNumbers{embeddings, {}});
        for (std::size_t row = 0; row < combined.rows; ++row) {
            const double factor = part.weight / part.spread * (part.squashed ? logisticSlope(evidence[row]) : 1.0);
            const auto sum = combined.row(row);
            for (std::size_t k = 0; k < sum.size(); ++k)
                sum[k] += static_cast<float>(factor * double{slopes.row(row)[k]});
        }
    }
    return combined;
}

} // namespace flowscent::detect
