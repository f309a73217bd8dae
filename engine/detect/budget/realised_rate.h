// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace flowscent::detect {

/// Limits of a share, 0 <= low <= high <= 1.
struct ShareInterval {
    double low = 0;
    double high = 1;
};

/// The exact interval of Clopper and Pearson ("The use of confidence or fiducial limits illustrated in the case of the
/// binomial", Biometrika 1934) for `hits` of `trials`: it holds the true share at least that often, also where there
/// are few hits or none. All shares when nothing was tried. hits <= trials, 0 < confidence < 1.
[[nodiscard]] ShareInterval exactInterval(std::uint64_t hits, std::uint64_t trials, double confidence = 0.95);

/// The share below which so much of a beta distribution lies; a, b > 0, 0 <= probability <= 1.
[[nodiscard]] double betaQuantile(double probability, double a, double b);

/// What a line promised of normal flows and what became of it. Plain value.
struct RealisedRate {
    std::uint64_t flows = 0;  ///< normal ones that were looked at
    std::uint64_t alarms = 0; ///< of them at or above the line
    double promised = 0;      ///< share of normal flows that may lie there

    [[nodiscard]] double expected() const { return promised * static_cast<double>(flows); } ///< alarms
    [[nodiscard]] double rate() const;                                                      ///< 0 without flows
    [[nodiscard]] ShareInterval interval(double confidence = 0.95) const
    {
        return exactInterval(alarms, flows, confidence);
    }
    /// Whether the interval holds the promised share, or lies below it.
    [[nodiscard]] bool kept(double confidence = 0.95) const { return interval(confidence).low <= promised; }
    /// "promised 8, seen 6"; expected alarms below 10 with a decimal.
    [[nodiscard]] std::string sentence() const;
    friend bool operator==(const RealisedRate&, const RealisedRate&) = default;
};

} // namespace flowscent::detect
