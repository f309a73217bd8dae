// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/support/suggest_next.h"

#include "engine/base/random.h"
#include "engine/detect/quantile.h"
#include "engine/detect/support/novelty.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdio>

namespace flowscent::detect {

namespace {

using Rows = std::vector<std::uint32_t>;

constexpr std::size_t mostCompared = 1024;                  ///< flows whose neighbours are looked at
constexpr std::size_t mostDistances = std::size_t{1} << 18; ///< keeps the time bounded when thousands are labelled
constexpr std::size_t leastCompared = 64;

std::string twoDecimals(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", value);
    return text;
}

/// Labelled or asked about, each once.
Rows seenRows(const SuggestView& view, const SuggestState& state)
{
    Rows seen(view.labelled.begin(), view.labelled.end());
    seen.insert(seen.end(), state.asked.begin(), state.asked.end());
    std::ranges::sort(seen);
    seen.erase(std::ranges::unique(seen).begin(), seen.end());
    std::erase_if(seen, [&](std::uint32_t row) { return row >= view.embeddings.rows; });
    return seen;
}

bool describable(const SuggestView& view, std::uint32_t row)
{
    return std::ranges::all_of(view.embeddings.row(row), [](float value) { return std::isfinite(value); });
}

Rows askable(const SuggestView& view, const Rows& seen)
{
    std::vector<bool> taken(view.embeddings.rows);
    for (const std::uint32_t row : seen)
        taken[row] = true;
    Rows rows;
    rows.reserve(view.embeddings.rows);
    for (std::uint32_t row = 0; row < view.embeddings.rows; ++row) {
        if (!taken[row] && (view.scores.empty() || !std::isnan(view.scores[row])) && describable(view, row))
            rows.push_back(row);
    }
    return rows;
}

/// What speaks for a flow, each 0..1; weighted by the settings.
struct Worth {
    double disagreement = 0;
    double nearLine = 0;
    double likely = 0;
    double unlike = 0;

    [[nodiscard]] double sum() const { return disagreement + nearLine + likely + unlike; }
};

struct Extremes {
    float low = 0;
    float high = 0;
};

Extremes opinions(const SuggestView& view, std::uint32_t row)
{
    Extremes extremes{view.scores[row], view.scores[row]};
    if (view.parts.size() < 2)
        return extremes;
    extremes = {1, 0};
    for (const std::vector<float>& part : view.parts) {
        extremes.low = std::min(extremes.low, part[row]);
        extremes.high = std::max(extremes.high, part[row]);
    }
    return extremes;
}

Worth worthOf(const SuggestView& view, std::uint32_t row, const SuggestSettings& settings)
{
    const double score = view.scores[row];
    const Extremes extremes = opinions(view, row);
    return {.disagreement = settings.disagreement * std::max(0.0, double{extremes.high} - double{extremes.low}),
            .nearLine = settings.nearLine * (1 - std::abs(2 * score - 1)),
            .likely = settings.likely * score,
            .unlike = 0};
}

struct Candidate {
    std::uint32_t row = 0;
    Worth worth;
};

/// Those worth most before anybody knows what lies near them.
std::vector<Candidate> shortlist(const SuggestView& view, const Rows& rows, std::size_t most,
                                 const SuggestSettings& settings)
{
    std::vector<Candidate> all;
    all.reserve(rows.size());
    for (const std::uint32_t row : rows)
        all.push_back({row, worthOf(view, row, settings)});
    const auto better = [](const Candidate& a, const Candidate& b) {
        return a.worth.sum() != b.worth.sum() ? a.worth.sum() > b.worth.sum() : a.row < b.row;
    };
    if (all.size() > most) {
        std::ranges::nth_element(all, all.begin() + static_cast<std::ptrdiff_t>(most), better);
        all.resize(most);
    }
    std::ranges::sort(all, {}, &Candidate::row);
    return all;
}

void addDistances(std::vector<Candidate>& candidates, const SuggestView& view, const Rows& seen, double weight)
{
    if (seen.empty() || weight == 0)
        return;
    Rows rows;
    for (const Candidate& candidate : candidates)
        rows.push_back(candidate.row);
    const auto distances = distanceToNearest(view.embeddings, rows, seen);
    const double usual = std::max(quantile(distances, 0.5), 1e-9);
    for (std::size_t i = 0; i < candidates.size(); ++i)
        candidates[i].worth.unlike = weight * std::min(1.0, 0.5 * distances[i] / usual);
}

Suggestion explained(const SuggestView& view, const Candidate& chosen)
{
    const Worth& worth = chosen.worth;
    const std::array<double, 4> terms{worth.disagreement, worth.nearLine, worth.likely, worth.unlike};
    const auto reason = static_cast<SuggestionReason>(std::ranges::max_element(terms) - terms.begin());
    const double score = view.scores[chosen.row];
    switch (reason) {
    case SuggestionReason::Disagreement: {
        const Extremes extremes = opinions(view, chosen.row);
        return {chosen.row, reason,
                "the parts disagree: " + twoDecimals(extremes.high) + " against " + twoDecimals(extremes.low)};
    }
    case SuggestionReason::NearLine:
        return {chosen.row, reason, "close to the alarm line: score " + twoDecimals(score)};
    case SuggestionReason::Likely:
        return {chosen.row, reason, "looks like the threat and nobody has looked at it: score " + twoDecimals(score)};
    default:
        return {chosen.row, SuggestionReason::Unlike, "nothing like it is labelled"};
    }
}

Suggestion warm(const SuggestView& view, const Rows& rows, const Rows& seen, const SuggestSettings& settings)
{
    const std::size_t most = std::clamp(mostDistances / (seen.size() + 1), leastCompared, mostCompared);
    auto candidates = shortlist(view, rows, most, settings);
    addDistances(candidates, view, seen, settings.unlike);
    return explained(view,
                     *std::ranges::max_element(candidates, {}, [](const Candidate& one) { return one.worth.sum(); }));
}

/// Farthest from its neighbours in the traffic, and from everything that was looked at.
Suggestion cold(const SuggestView& view, const Rows& rows, const Rows& seen, base::Rng& rng)
{
    const std::size_t most = std::clamp(mostDistances / (seen.size() + 1), leastCompared, mostCompared / 2);
    const Rows far = farthestFromMiddle(view.embeddings, rows, most, rng);
    const auto lonely = loneliness(view.embeddings, far, rng);
    const auto fromSeen = distanceToNearest(view.embeddings, far, seen);
    std::size_t best = 0;
    for (std::size_t i = 1; i < far.size(); ++i) {
        if (std::min(lonely[i], fromSeen[i]) > std::min(lonely[best], fromSeen[best]))
            best = i;
    }
    return {far.empty() ? rows.front() : far[best], SuggestionReason::Novel,
            "unlike most of the traffic, while nothing says yet what the threat looks like"};
}

} // namespace

std::optional<Suggestion> suggestNext(const SuggestView& view, SuggestState& state, const SuggestSettings& settings)
{
    assert(view.scores.empty() || view.scores.size() == view.embeddings.rows);
    const Rows seen = seenRows(view, state);
    const Rows rows = askable(view, seen);
    if (rows.empty())
        return std::nullopt;
    base::Rng rng = base::Rng(state.seed).fork(state.asked.size());
    const bool atRandom = rng.uniform() < settings.randomShare;
    const std::uint32_t drawn = rows[rng.below(rows.size())];
    Suggestion next{drawn, SuggestionReason::Random, "drawn at random, so that what nobody expects has a chance"};
    if (!atRandom)
        next = view.scores.empty() ? cold(view, rows, seen, rng) : warm(view, rows, seen, settings);
    state.asked.push_back(next.row);
    return next;
}

} // namespace flowscent::detect
