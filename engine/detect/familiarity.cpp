// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/familiarity.h"

#include "engine/base/matrix_rows.h"
#include "engine/detect/directions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace flowscent::detect {

using base::Error;
using base::failure;

namespace {

/// The least likeness whose share is above `enough`; infinite when none is.
float likenessFor(const std::vector<float>& typical, double enough)
{
    for (std::size_t noMore = 1; noMore <= typical.size(); ++noMore) {
        if (static_cast<double>(noMore + 1) / static_cast<double>(typical.size() + 1) > enough)
            return typical[noMore - 1];
    }
    return std::numeric_limits<float>::infinity();
}

/// As nearestLikeness, but content with the first that is at least so like.
float nearestLikenessUpTo(float enough, std::span<const float> direction, const base::Matrix& rows)
{
    float nearest = -1;
    for (std::size_t row = 0; row < rows.rows && nearest < enough; ++row)
        nearest = std::max(nearest, likeness(direction, rows.row(row)));
    return nearest;
}

} // namespace

base::Result<Familiarity> fitFamiliarity(const base::Matrix& known, std::size_t typical)
{
    if (typical == 0 || known.rows < 2 || typical > known.rows)
        return failure(Error::Code::Support, "what is usual cannot be said without other flows");
    if (!base::allFinite(known))
        return failure(Error::Code::Model, "an embedding of a known flow holds a number that is not finite");
    Familiarity familiar;
    familiar.centre = centreOf(known);
    familiar.known = directionsFrom(familiar.centre, known);
    for (std::size_t row = 0; row < typical; ++row)
        familiar.typical.push_back(nearestLikeness(familiar.known.row(row), familiar.known, row));
    std::ranges::sort(familiar.typical);
    return familiar;
}

std::vector<double> familiarity(const Familiarity& familiar, const base::Matrix& embeddings)
{
    return familiarity(familiar, embeddings, 1);
}

std::vector<double> familiarity(const Familiarity& familiar, const base::Matrix& embeddings, double enough)
{
    const base::Matrix directions = directionsFrom(familiar.centre, embeddings);
    const float likeEnough = likenessFor(familiar.typical, enough);
    std::vector<double> shares;
    shares.reserve(directions.rows);
    for (std::size_t row = 0; row < directions.rows; ++row) {
        const float nearest = nearestLikenessUpTo(likeEnough, directions.row(row), familiar.known);
        const auto noMore = std::ranges::upper_bound(familiar.typical, nearest) - familiar.typical.begin();
        shares.push_back(static_cast<double>(noMore + 1) / static_cast<double>(familiar.typical.size() + 1));
    }
    return shares;
}

} // namespace flowscent::detect
