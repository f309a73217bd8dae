// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engine/detect/evaluation/hunt_contestants.h"
#include "engine/features/feature_schema.h"
#include "engine/learn/tasks/dataset.h"

/// A small made-up dataset to hunt in, and contestants of whom it is known what they are worth.
namespace flowscent::test {

/// So many flows of a threat.
using ThreatFlows = std::pair<std::string, std::uint32_t>;

/// Benign "web" (200 flows) and threats, in two captures of one network. Packets and statistics are zeros.
[[nodiscard]] inline learn::Dataset huntWorld(const std::vector<ThreatFlows>& threats = {{"beacon", 40}, {"scan", 30}})
{
    learn::Dataset data;
    std::vector<std::uint32_t> flows{200};
    data.classNames = {"web"};
    data.threatClass = {false};
    for (const auto& [name, count] : threats) {
        data.classNames.push_back(name);
        data.threatClass.push_back(true);
        flows.push_back(count);
    }
    data.sessionNames = {"one", "two"};
    data.provenance.networkNames = {"here"};
    data.provenance.captureNames = {"one", "two"};
    for (std::uint16_t index = 0; index < flows.size(); ++index) {
        for (std::uint32_t flow = 0; flow < flows[index]; ++flow) {
            data.classOf.push_back(index);
            data.sessionOf.push_back(flow % 2);
            data.provenance.networkOf.push_back(0);
            data.provenance.captureOf.push_back(flow % 2);
            data.provenance.identity.emplace_back();
        }
    }
    data.features.sequences = base::Matrix(data.size(), features::sequenceLength * features::sequenceFields);
    data.features.statistics = base::Matrix(data.size(), features::statisticDefinitions().size());
    return data;
}

/// Scores a query by a function of the task and the query's row.
[[nodiscard]] inline detect::HuntContestant
scoring(std::string name, const std::function<double(const detect::HuntTask&, std::uint32_t)>& score)
{
    return {
        std::move(name), {}, [score](const detect::HuntTask& task, std::span<const detect::HuntScores>, std::uint64_t) {
            detect::HuntScores scores;
            for (const std::uint32_t row : task.query)
                scores.push_back(score(task, row));
            return base::Result<detect::HuntScores>(std::move(scores));
        }};
}

} // namespace flowscent::test
