// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/scores.h"

#include <algorithm>
#include <cmath>

namespace flowscent::ui {

Scores makeScores(std::vector<float> values, bool complete, std::shared_ptr<const Adaptation> adaptation)
{
    Scores scores;
    if (complete)
        scores.ranks = detect::ranks(values);
    scores.scored =
        static_cast<std::size_t>(std::ranges::count_if(values, [](float score) { return !std::isnan(score); }));
    scores.alarms = static_cast<std::size_t>(
        std::ranges::count_if(values, [](float score) { return score >= detect::alarmScore; }));
    scores.values = std::move(values);
    scores.adaptation = std::move(adaptation);
    return scores;
}

} // namespace flowscent::ui
