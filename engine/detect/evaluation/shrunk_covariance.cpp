// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evaluation/shrunk_covariance.h"

#include <algorithm>
#include <cmath>

namespace flowscent::detect {

namespace {

/// S, d x d.
std::vector<double> secondMoments(const base::Matrix& rows)
{
    const std::size_t d = rows.columns;
    std::vector<double> moments(d * d);
    for (std::size_t row = 0; row < rows.rows; ++row) {
        const auto values = rows.row(row);
        for (std::size_t i = 0; i < d; ++i) {
            for (std::size_t j = 0; j < d; ++j)
                moments[i * d + j] += double{values[i]} * double{values[j]} / static_cast<double>(rows.rows);
        }
    }
    return moments;
}

/// min(b, delta) / delta, where delta is the distance of S from m I, and b how far single outer products scatter
/// around S, both squared Frobenius norms over d.
double bestShrinkage(const base::Matrix& rows, const std::vector<double>& moments, double mean)
{
    const auto d = static_cast<double>(rows.columns);
    const auto n = static_cast<double>(rows.rows);
    double fourth = 0; // mean over rows of the squared norm of their outer products
    for (std::size_t row = 0; row < rows.rows; ++row) {
        double length = 0;
        for (const float value : rows.row(row))
            length += double{value} * double{value};
        fourth += length * length / n;
    }
    double square = 0;
    for (const double moment : moments)
        square += moment * moment;
    const double delta = square / d - mean * mean;
    const double scatter = (fourth - square) / d / n;
    return delta > 0 ? std::clamp(scatter / delta, 0.0, 1.0) : 1.0;
}

std::vector<double> cholesky(const std::vector<double>& values, std::size_t d)
{
    std::vector<double> factor(d * d);
    for (std::size_t i = 0; i < d; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = values[i * d + j];
            for (std::size_t k = 0; k < j; ++k)
                sum -= factor[i * d + k] * factor[j * d + k];
            factor[i * d + j] = i == j ? std::sqrt(std::max(sum, 1e-300)) : sum / factor[j * d + j];
        }
    }
    return factor;
}

} // namespace

ShrunkCovariance shrunkCovariance(const base::Matrix& centred)
{
    const std::size_t d = centred.columns;
    ShrunkCovariance covariance{.shrinkage = 1, .size = d, .values = secondMoments(centred), .factor = {}};
    double mean = 0;
    for (std::size_t i = 0; i < d; ++i)
        mean += covariance.values[i * d + i] / static_cast<double>(d);
    covariance.shrinkage = bestShrinkage(centred, covariance.values, mean);
    const double floor = mean > 0 ? mean : 1; // nothing is known of how far they scatter
    for (double& value : covariance.values)
        value *= 1 - covariance.shrinkage;
    for (std::size_t i = 0; i < d; ++i)
        covariance.values[i * d + i] += covariance.shrinkage * floor;
    covariance.factor = cholesky(covariance.values, d);
    return covariance;
}

double mahalanobis(const ShrunkCovariance& covariance, std::span<const float> difference)
{
    const std::size_t d = covariance.size;
    std::vector<double> solved(d);
    double length = 0;
    for (std::size_t i = 0; i < d; ++i) {
        double sum = difference[i];
        for (std::size_t k = 0; k < i; ++k)
            sum -= covariance.factor[i * d + k] * solved[k];
        solved[i] = sum / covariance.factor[i * d + i];
        length += solved[i] * solved[i];
    }
    return length;
}

} // namespace flowscent::detect
