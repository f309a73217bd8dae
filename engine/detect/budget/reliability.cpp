// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/budget/reliability.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace flowscent::detect {

namespace {

std::vector<double> probabilities(const JudgedLogits& judged, const Calibrator& calibrator)
{
    std::vector<double> all(judged.size());
    std::ranges::transform(judged.logits, all.begin(), [&](double logit) { return calibrator.probability(logit); });
    return all;
}

/// Upper edges belong to the bin, as in scikit-learn's calibration_curve.
std::size_t widthBin(double probability, std::size_t count)
{
    const double place = std::ceil(probability * static_cast<double>(count)) - 1;
    return std::min(static_cast<std::size_t>(std::max(place, 0.0)), count - 1);
}

std::vector<std::size_t> widthBins(const std::vector<double>& probabilities, std::size_t count)
{
    std::vector<std::size_t> bins(probabilities.size());
    std::ranges::transform(probabilities, bins.begin(), [&](double value) { return widthBin(value, count); });
    return bins;
}

/// A group of equal probabilities lies where its middle does in the sum of weights.
std::vector<std::size_t> massBins(const std::vector<double>& probabilities, const std::vector<double>& weights,
                                  double total, std::size_t count)
{
    std::vector<std::size_t> order(probabilities.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return probabilities[i]; });
    std::vector<std::size_t> bins(order.size());
    double before = 0;
    for (std::size_t begin = 0; begin < order.size();) {
        std::size_t end = begin;
        double weight = 0;
        for (; end < order.size() && probabilities[order[end]] == probabilities[order[begin]]; ++end)
            weight += weights[order[end]];
        const double middle = total > 0 ? (before + 0.5 * weight) / total : 0.0;
        const auto bin = static_cast<std::size_t>(middle * static_cast<double>(count));
        for (std::size_t i = begin; i < end; ++i)
            bins[order[i]] = std::min(bin, count - 1);
        before += weight;
        begin = end;
    }
    return bins;
}

} // namespace

std::vector<ReliabilityRow> reliability(const JudgedLogits& judged, const Calibrator& calibrator, ReliabilityBins kind,
                                        std::size_t count)
{
    assert(count > 0 && judged.isThreat.size() == judged.size() && judged.weights.size() == judged.size());
    const auto said = probabilities(judged, calibrator);
    const double total = std::accumulate(judged.weights.begin(), judged.weights.end(), 0.0);
    const auto bins =
        kind == ReliabilityBins::EqualWidth ? widthBins(said, count) : massBins(said, judged.weights, total, count);
    std::vector<ReliabilityRow> rows(count);
    for (std::size_t i = 0; i < judged.size(); ++i) {
        ReliabilityRow& row = rows[bins[i]];
        ++row.flows;
        row.weight += judged.weights[i];
        row.predicted += judged.weights[i] * said[i];
        row.threats += judged.isThreat[i] ? judged.weights[i] : 0.0;
    }
    std::erase_if(rows, [](const ReliabilityRow& row) { return !(row.weight > 0); });
    for (ReliabilityRow& row : rows) {
        row.predicted /= row.weight;
        row.threats /= row.weight;
        row.weight /= total;
    }
    return rows;
}

double expectedCalibrationError(const std::vector<ReliabilityRow>& rows)
{
    return std::transform_reduce(rows.begin(), rows.end(), 0.0, std::plus<>{}, [](const ReliabilityRow& row) {
        return row.weight * std::abs(row.predicted - row.threats);
    });
}

double brierScore(const JudgedLogits& judged, const Calibrator& calibrator)
{
    double sum = 0;
    double total = 0;
    for (std::size_t i = 0; i < judged.size(); ++i) {
        const double off = calibrator.probability(judged.logits[i]) - (judged.isThreat[i] ? 1.0 : 0.0);
        sum += judged.weights[i] * off * off;
        total += judged.weights[i];
    }
    return total > 0 ? sum / total : 0.0;
}

} // namespace flowscent::detect
