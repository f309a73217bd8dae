// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/familiarity.h"

#include "engine/base/matrix_rows.h"
#include "engine/detect/directions.h"

#include <algorithm>
#include <cmath>

namespace flowscent::detect {

using base::Error;
using base::failure;

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
    const base::Matrix directions = directionsFrom(familiar.centre, embeddings);
    std::vector<double> shares;
    for (std::size_t row = 0; row < directions.rows; ++row) {
        const float nearest = nearestLikeness(directions.row(row), familiar.known);
        const auto noMore = std::ranges::upper_bound(familiar.typical, nearest) - familiar.typical.begin();
        shares.push_back(static_cast<double>(noMore + 1) / static_cast<double>(familiar.typical.size() + 1));
    }
    return shares;
}

} // namespace flowscent::detect
