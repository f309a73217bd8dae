// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

namespace flowscent::detect {

/// Evidence against exchangeability, as the capital of a gambler who starts with 1 and bets against p-values being
/// uniform and independent. While they are, the chance that it ever reaches c is at most 1 / c (Ville's inequality), at
/// any time one looks. Plain value; updated by one p-value at a time.
///
/// The capital is the mean of two gamblers: the Simple Jumper of Vovk, Petej, Nouretdinov, Ahlberg, Carlsson and
/// Gammerman ("Retrain or Not Retrain: Conformal Test Martingales for Change-Point Detection", COPA 2021), which bets
/// 1 + e (p - 1/2) with e of -1, 0 and 1 and changes e at rates from 0.0001 to 1, and the power martingale of Vovk,
/// Nouretdinov and Gammerman ("Testing Exchangeability On-Line", ICML 2003), which bets e p^(e - 1) with e from 0.1 to
/// 0.9. The first finds what changes either way and late, the second a burst of small p-values. Both are kept as
/// logarithms.
class Martingale {
public:
    /// 0 < p <= 1; of anything else it learns nothing.
    void bet(double p);

    [[nodiscard]] double logCapital() const;                ///< natural logarithm
    [[nodiscard]] double logPeak() const { return m_peak; } ///< the highest there ever was; 0 at least
    /// An upper bound of the chance that exchangeable flows get so far: 1 / peak.
    [[nodiscard]] double chance() const;
    [[nodiscard]] std::uint64_t bets() const { return m_bets; }
    friend bool operator==(const Martingale&, const Martingale&) = default;

private:
    static constexpr std::array jumpRates{1e-4, 1e-3, 1e-2, 1e-1, 1.0};
    static constexpr std::array powers{0.1, 0.3, 0.5, 0.7, 0.9};

    struct Jumper {
        double logCapital = 0;
        std::array<double, 3> shares{1.0 / 3, 1.0 / 3, 1.0 / 3}; ///< of its capital on e = -1, 0, 1
        friend bool operator==(const Jumper&, const Jumper&) = default;
    };

    std::array<Jumper, jumpRates.size()> m_jumpers;
    std::array<double, powers.size()> m_powers{}; ///< logarithms of capitals
    double m_peak = 0;
    std::uint64_t m_bets = 0;
};

} // namespace flowscent::detect
