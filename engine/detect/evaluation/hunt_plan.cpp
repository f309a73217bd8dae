// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evaluation/hunt_plan.h"

#include <algorithm>

namespace flowscent::detect {

using base::Error;
using base::failure;

base::Result<void> checkHunts(const learn::Dataset& data, std::span<const std::uint32_t> shots, std::uint32_t draws)
{
    if (draws == 0 || shots.empty() || std::ranges::find(shots, 0U) != shots.end())
        return failure(Error::Code::Argument, "hunts need one shot and one draw at least");
    if (!data.provenance.known())
        return failure(Error::Code::Support, "there are no flows to hunt in, or nobody knows where they come from");
    return {};
}

base::Result<std::vector<PlannedHunt>> planHunts(const HuntSampler& sampler, std::span<const std::uint32_t> shots,
                                                 std::uint32_t draws)
{
    std::vector<PlannedHunt> hunts;
    for (const HuntVariant variant : {HuntVariant::Same, HuntVariant::Other}) {
        for (const HuntNegatives negatives : {HuntNegatives::All, HuntNegatives::Own}) {
            for (const std::uint32_t count : shots) {
                const HuntShape shape{variant, negatives, count};
                for (const std::uint16_t threat : sampler.classes()) {
                    for (std::uint32_t i = 0; i < draws && sampler.possible(threat, shape); ++i)
                        hunts.push_back({threat, shape, i});
                }
            }
        }
    }
    if (hunts.empty())
        return failure(Error::Code::Support, "no threat has enough distinct flows, or there are no benign ones");
    return hunts;
}

void eachShape(const std::vector<PlannedHunt>& hunts, const std::function<void(std::size_t, std::size_t)>& visit)
{
    for (std::size_t begin = 0; begin < hunts.size();) {
        std::size_t end = begin;
        while (end < hunts.size() && hunts[end].shape == hunts[begin].shape)
            ++end;
        visit(begin, end);
        begin = end;
    }
}

base::Rng rngOf(const PlannedHunt& hunt, const learn::Dataset& data, std::uint64_t seed)
{
    return namedRng(seed, data.classNames[hunt.threat]).fork(hunt.number);
}

} // namespace flowscent::detect
