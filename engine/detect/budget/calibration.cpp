// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/budget/calibration.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace flowscent::detect {

using base::Error;
using base::failure;

namespace {

constexpr int mostSteps = 200;
constexpr int mostHalvings = 40;
constexpr double nothingGained = 1e-14; ///< of the mean loss
constexpr double ridge = 1e-12;         ///< keeps Newton's equations solvable; no part of what is fitted

struct Sides {
    double threats = 0;
    double others = 0;
};

Sides weigh(const JudgedLogits& judged)
{
    Sides sides;
    for (std::size_t i = 0; i < judged.size(); ++i)
        (judged.isThreat[i] ? sides.threats : sides.others) += judged.weights[i];
    return sides;
}

double logistic(double z)
{
    return z >= 0 ? 1 / (1 + std::exp(-z)) : std::exp(z) / (1 + std::exp(z));
}

/// -log of the probability of the truth.
double loss(double z, bool isThreat)
{
    const double wrong = isThreat ? -z : z;
    return std::max(wrong, 0.0) + std::log1p(std::exp(-std::abs(wrong)));
}

/// z = slope * logit + bias
struct Line {
    double slope = 1;
    double bias = 0;
};

/// Twice differentiated loss at a line.
struct Slopes {
    double bySlope = 0;
    double byBias = 0;
    double slopeSlope = 0;
    double slopeBias = 0;
    double biasBias = 0;
};

double meanLoss(const JudgedLogits& judged, const Line& line, double total)
{
    double sum = 0;
    for (std::size_t i = 0; i < judged.size(); ++i)
        sum += judged.weights[i] * loss(line.slope * judged.logits[i] + line.bias, judged.isThreat[i]);
    return sum / total;
}

Slopes slopesAt(const JudgedLogits& judged, const Line& line, double total)
{
    Slopes all;
    for (std::size_t i = 0; i < judged.size(); ++i) {
        const double x = judged.logits[i];
        const double p = logistic(line.slope * x + line.bias);
        const double weight = judged.weights[i] / total;
        const double off = weight * (p - (judged.isThreat[i] ? 1.0 : 0.0));
        const double curve = weight * p * (1 - p);
        all.bySlope += off * x;
        all.byBias += off;
        all.slopeSlope += curve * x * x;
        all.slopeBias += curve * x;
        all.biasBias += curve;
    }
    return all;
}

Line newtonStep(const Slopes& at, CalibratorShape shape)
{
    const double a = at.slopeSlope * (1 + ridge) + ridge * ridge;
    if (shape == CalibratorShape::Temperature)
        return {at.bySlope / a, 0};
    const double d = at.biasBias * (1 + ridge) + ridge * ridge;
    const double determinant = a * d - at.slopeBias * at.slopeBias;
    return {(d * at.bySlope - at.slopeBias * at.byBias) / determinant,
            (a * at.byBias - at.slopeBias * at.bySlope) / determinant};
}

/// The loss is convex, so that halving a step until it helps always ends.
Line minimise(const JudgedLogits& judged, double total, CalibratorShape shape)
{
    double widest = 0;
    for (const double logit : judged.logits)
        widest = std::max(widest, std::abs(logit));
    Line line{widest > 0 ? 1 / widest : 1.0, 0};
    double now = meanLoss(judged, line, total);
    for (int step = 0; step < mostSteps; ++step) {
        const Line newton = newtonStep(slopesAt(judged, line, total), shape);
        if (!std::isfinite(newton.slope) || !std::isfinite(newton.bias))
            break;
        Line better = line;
        double then = now;
        double share = 1;
        for (int halving = 0; halving < mostHalvings; ++halving, share *= 0.5) {
            const Line tried{line.slope - share * newton.slope, line.bias - share * newton.bias};
            const double value = meanLoss(judged, tried, total);
            if (value < now) {
                better = tried;
                then = value;
                break;
            }
        }
        line = better;
        if (now - then <= nothingGained)
            break;
        now = then;
    }
    return line;
}

base::Result<void> check(const JudgedLogits& judged)
{
    if (judged.isThreat.size() != judged.size() || judged.weights.size() != judged.size())
        return failure(Error::Code::Argument, "every logit needs a truth and a weight");
    const auto finite = [](double value) { return std::isfinite(value); };
    if (!std::ranges::all_of(judged.logits, finite) || !std::ranges::all_of(judged.weights, finite))
        return failure(Error::Code::Model, "a logit or its weight is not a finite number");
    if (std::ranges::any_of(judged.weights, [](double weight) { return weight < 0; }))
        return failure(Error::Code::Argument, "a flow cannot weigh less than nothing");
    return {};
}

} // namespace

void JudgedLogits::add(double logit, bool threat, double weight)
{
    logits.push_back(logit);
    isThreat.push_back(threat);
    weights.push_back(weight);
}

void JudgedLogits::append(const JudgedLogits& other)
{
    logits.insert(logits.end(), other.logits.begin(), other.logits.end());
    isThreat.insert(isThreat.end(), other.isThreat.begin(), other.isThreat.end());
    weights.insert(weights.end(), other.weights.begin(), other.weights.end());
}

JudgedLogits JudgedLogits::atPrevalence(double prevalence, double total) const
{
    assert(prevalence >= 0 && prevalence <= 1);
    const Sides sides = weigh(*this);
    JudgedLogits reweighted = *this;
    for (std::size_t i = 0; i < size(); ++i) {
        const double side = isThreat[i] ? sides.threats : sides.others;
        if (side > 0)
            reweighted.weights[i] *= total * (isThreat[i] ? prevalence : 1 - prevalence) / side;
    }
    return reweighted;
}

double Calibrator::probability(double logit) const
{
    return logistic(logit / temperature + bias);
}

base::Result<Calibrator> fitCalibrator(const JudgedLogits& judged, CalibratorShape shape)
{
    if (auto sound = check(judged); !sound)
        return failure(sound.error());
    const Sides sides = weigh(judged);
    if (!(sides.threats > 0) || !(sides.others > 0))
        return failure(Error::Code::Support, "probabilities are learned from threats and from other flows");
    const Line line = minimise(judged, sides.threats + sides.others, shape);
    const Calibrator fitted{1 / line.slope, line.bias};
    if (!(line.slope > 0) || !std::isfinite(fitted.temperature))
        return failure(Error::Code::Support, "scores are no higher for threats than for other flows, so that no "
                                             "temperature makes probabilities of them");
    return fitted;
}

} // namespace flowscent::detect
