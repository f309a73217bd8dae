// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/set_aside.h"

#include "engine/detect/combined_logit.h"
#include "engine/detect/distance.h"
#include "engine/detect/quantile.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

namespace flowscent::detect {

using base::failure;
using base::Result;

namespace {

constexpr double mostSetAside = 0.1; ///< share of the background, without the bank
constexpr double lookAlike = 0.35;   ///< least share, 0..1, that the first look gives what it takes for the threat...
constexpr double almost = 0.85;      ///< ...and least part of what it gives an example that it has not seen
constexpr std::uint32_t examplesAsked = 5;

double distanceToThreats(const Examples& examples, std::size_t row, std::size_t without)
{
    const base::Matrix& embeddings = examples.flows.embeddings;
    double nearest = std::numeric_limits<double>::infinity();
    for (std::size_t threat = 0; threat < examples.threats; ++threat) {
        if (threat != without)
            nearest = std::min(nearest, preciseSquaredDistance(embeddings.row(row), embeddings.row(threat)));
    }
    return nearest;
}

/// How much background flows look like the threat; those above 0 are suspicious.
using Suspicion = std::vector<double>;

/// Takes out the most suspicious background flows, as long as they are few and something remains to tell the threat
/// from.
Rows withoutSuspicious(const Examples& examples, const Rows& used, const Suspicion& suspicion)
{
    Rows suspicious;
    std::ranges::copy_if(used, std::back_inserter(suspicious),
                         [&](std::uint32_t row) { return row >= examples.backgroundBegin() && suspicion[row] > 0; });
    std::ranges::stable_sort(suspicious, std::greater<>{}, [&](std::uint32_t row) { return suspicion[row]; });
    const std::size_t gone = examples.size() - used.size();
    const auto most = static_cast<std::size_t>(mostSetAside * static_cast<double>(examples.background));
    suspicious.resize(std::min(suspicious.size(), most - std::min(most, gone)));
    std::ranges::sort(suspicious);
    Rows kept;
    std::ranges::set_difference(used, suspicious, std::back_inserter(kept));
    return kept;
}

Rows allRows(const Examples& examples)
{
    Rows all(examples.size());
    std::iota(all.begin(), all.end(), 0U);
    return all;
}

/// What looks give examples that they have not seen, on the median; 0 with one example, which all looks have seen.
Result<double> shareOfUnseen(const Examples& examples, const Rows& clean, const FitSettings& settings)
{
    if (examples.threats < 2)
        return 0.0;
    std::vector<double> shares;
    const auto asked = std::min(static_cast<std::uint32_t>(examples.threats), examplesAsked);
    for (std::uint32_t i = 0; i < asked; ++i) {
        const auto row = static_cast<std::uint32_t>(i * examples.threats / asked);
        Rows others = clean;
        std::erase(others, row);
        const auto look = glance(examples, others, settings);
        if (!look)
            return failure(look.error());
        shares.push_back(combinedLogits(std::span(*look), examples.flows.rows(std::array{row})).front());
    }
    return quantile(shares, 0.5);
}

} // namespace

Result<Rows> withoutLookAlikes(const Examples& examples, const FitSettings& settings)
{
    const auto begin = static_cast<std::uint32_t>(examples.backgroundBegin());
    const auto end = static_cast<std::uint32_t>(examples.bankBegin());
    Rows clean = allRows(examples);
    clean.erase(clean.begin() + begin, clean.begin() + end);
    if (examples.background == 0) // nobody to look for
        return clean;
    const auto look = glance(examples, clean, settings);
    const auto unseen = shareOfUnseen(examples, clean, settings);
    if (!look || !unseen)
        return failure(look ? unseen.error() : look.error());
    const double enough = std::max(lookAlike, almost * *unseen);
    Rows background(end - begin);
    std::iota(background.begin(), background.end(), begin);
    const auto shares = combinedLogits(std::span(*look), examples.flows.rows(background));
    for (std::size_t i = 0; i < background.size(); ++i) {
        if (shares[i] < enough)
            clean.push_back(background[i]);
    }
    std::ranges::sort(clean);
    return clean;
}

Rows withoutClosest(const Examples& examples)
{
    double closest = examples.threats == 1 ? 0.0 : std::numeric_limits<double>::infinity();
    for (std::size_t row = 0; row < examples.threats && examples.threats > 1; ++row)
        closest = std::min(closest, distanceToThreats(examples, row, row));
    Suspicion suspicion(examples.size());
    for (std::size_t row = examples.backgroundBegin(); row < examples.bankBegin(); ++row) {
        const double distance = distanceToThreats(examples, row, examples.threats);
        suspicion[row] = distance <= closest ? 1.0 / (1e-12 + distance) : 0.0;
    }
    return withoutSuspicious(examples, allRows(examples), suspicion);
}

Rows withoutHighest(const Examples& examples, const Rows& used, const PartFit& fit)
{
    const auto threatsEnd = fit.heldOut.begin() + static_cast<std::ptrdiff_t>(examples.threats);
    const double typical = quantile({fit.heldOut.begin(), threatsEnd}, 0.5);
    Suspicion suspicion(fit.heldOut);
    for (double& value : suspicion)
        value -= typical;
    return withoutSuspicious(examples, used, suspicion);
}

} // namespace flowscent::detect
