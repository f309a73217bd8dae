// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/referee.h"

#include "engine/detect/combined_logit.h"
#include "engine/detect/quantile.h"

#include <algorithm>
#include <cassert>
#include <string_view>

namespace flowscent::detect {

using base::Error;
using base::failure;
using base::Result;

namespace {

constexpr double leastGap = 1e-6; ///< of a part that is asked

std::string_view nameOf(const DetectorPart& part)
{
    return part.isForest() ? "forest" : learn::text(part.head.kind);
}

Referee::PartScale scaleOf(const DetectorPart& part, const FlowNumbers& ordinary, const FlowNumbers& threat,
                           double budget)
{
    const double normal = quantile(partEvidence(part, ordinary), 1 - budget);
    const double typical = quantile(partEvidence(part, threat), 0.5);
    return {0.5 * (normal + typical), 0.5 * (typical - normal)};
}

} // namespace

Result<Referee> makeReferee(const Foundation& foundation, const DescribedInput& input, const Detector& detector,
                            double falseAlarmBudget, const AbstentionSettings& settings)
{
    if (auto sound = check(settings); !sound)
        return failure(sound.error());
    const FlowNumbers& ordinary = input.background.size() > 0 ? input.background : foundation.bank;
    if (ordinary.size() == 0)
        return failure(Error::Code::Support,
                       "there is no ordinary traffic that flows could be like or unlike: neither a "
                       "background nor a bank of benign flows");
    FlowNumbers known = ordinary;
    for (const FlowNumbers* more : {&input.threat, &input.notThreat})
        known.append(*more);
    if (input.background.size() > 0)
        known.append(foundation.bank);
    auto familiar = fitFamiliarity(known.embeddings, ordinary.size());
    if (!familiar)
        return failure(familiar.error());
    Referee referee{detector, std::move(*familiar), {}, settings};
    for (const DetectorPart& part : detector.parts)
        referee.parts.push_back(scaleOf(part, ordinary, input.threat, falseAlarmBudget));
    return referee;
}

std::vector<JudgedFlow> judged(const Referee& referee, const FlowNumbers& flows, std::span<const std::uint32_t> packets)
{
    return judged(referee, flows, packets, score(referee.detector, flows), alarmScore);
}

std::vector<JudgedFlow> judged(const Referee& referee, const FlowNumbers& flows, std::span<const std::uint32_t> packets,
                               std::span<const float> scores, float line)
{
    assert(packets.size() == flows.size() && scores.size() == flows.size());
    const auto likeness = familiarity(referee.familiar, flows.embeddings, referee.settings.leastFamiliarity);
    std::vector<std::vector<double>> evidence;
    for (const DetectorPart& part : referee.detector.parts)
        evidence.push_back(partEvidence(part, flows));
    std::vector<PartOpinion> opinions;
    std::vector<JudgedFlow> judgements;
    judgements.reserve(flows.size());
    for (std::size_t row = 0; row < flows.size(); ++row) {
        opinions.clear();
        for (std::size_t i = 0; i < evidence.size(); ++i) {
            const DetectorPart& part = referee.detector.parts[i];
            const auto& [partLine, reach] = referee.parts[i];
            if (reach > leastGap)
                opinions.push_back({nameOf(part), evidence[i][row] / reach, partLine / reach, part.weight});
        }
        judgements.push_back(judge({.packets = packets[row],
                                    .familiarity = likeness[row],
                                    .score = double{scores[row]},
                                    .line = double{line},
                                    .parts = opinions},
                                   referee.settings));
    }
    return judgements;
}

} // namespace flowscent::detect
