// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/budget/martingale.h"

#include <algorithm>
#include <cmath>

namespace flowscent::detect {

namespace {

constexpr double leastP = 1e-12; ///< smaller ones count as this, which only loses capital

} // namespace

void Martingale::bet(double p)
{
    if (!(p > 0) || p > 1)
        return;
    p = std::max(p, leastP);
    for (std::size_t i = 0; i < m_jumpers.size(); ++i) {
        Jumper& jumper = m_jumpers[i];
        double sum = 0;
        for (std::size_t bettor = 0; bettor < jumper.shares.size(); ++bettor) {
            const double lean = static_cast<double>(bettor) - 1;
            double& share = jumper.shares[bettor];
            share = ((1 - jumpRates[i]) * share + jumpRates[i] / 3) * (1 + lean * (p - 0.5));
            sum += share;
        }
        for (double& share : jumper.shares)
            share /= sum;
        jumper.logCapital += std::log(sum);
    }
    for (std::size_t i = 0; i < powers.size(); ++i)
        m_powers[i] += std::log(powers[i]) + (powers[i] - 1) * std::log(p);
    ++m_bets;
    m_peak = std::max(m_peak, logCapital());
}

double Martingale::logCapital() const
{
    double largest = std::ranges::max(m_powers);
    for (const Jumper& jumper : m_jumpers)
        largest = std::max(largest, jumper.logCapital);
    double sum = 0;
    for (const Jumper& jumper : m_jumpers)
        sum += std::exp(jumper.logCapital - largest) / (2.0 * jumpRates.size());
    for (const double power : m_powers)
        sum += std::exp(power - largest) / (2.0 * powers.size());
    return largest + std::log(sum);
}

double Martingale::chance() const
{
    return std::exp(-m_peak);
}

} // namespace flowscent::detect
