// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evidence/normal_traffic.h"

#include "engine/features/feature_schema.h"

#include <algorithm>
#include <cmath>

namespace flowscent::detect {

using base::Error;
using base::failure;
using features::FeatureSet;
using features::sequenceFields;
using features::sequenceLength;

namespace {

constexpr std::size_t validField = sequenceFields - 1;

bool present(std::span<const float> packets, std::size_t packet)
{
    return packets[packet * sequenceFields + validField] > 0.5F;
}

Quartiles quartilesOf(std::vector<float>& values)
{
    if (values.empty())
        return {};
    std::ranges::sort(values);
    const auto at = [&](double share) {
        return values[static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size()))) - 1];
    };
    return {at(0.25), at(0.5), at(0.75)};
}

/// The field's values of one packet of every flow that has it.
std::vector<float> valuesOf(const FeatureSet& raw, std::size_t packet, std::size_t field)
{
    std::vector<float> values;
    for (std::size_t row = 0; row < raw.size(); ++row) {
        const auto packets = raw.sequences.row(row);
        if (present(packets, packet))
            values.push_back(packets[packet * sequenceFields + field]);
    }
    return values;
}

} // namespace

base::Result<NormalTraffic> normalTraffic(const FeatureSet& raw)
{
    if (raw.size() == 0)
        return failure(Error::Code::Support, "there is no other flow to say what is normal");
    if (raw.sequences.columns != sequenceLength * sequenceFields || raw.statistics.rows != raw.size() ||
        raw.statistics.columns != features::statisticDefinitions().size())
        return failure(Error::Code::Argument, "the flows have another size than the feature table");
    NormalTraffic normal{.flows = raw.size()};
    for (std::size_t i = 0; i < raw.statistics.columns; ++i) {
        std::vector<float> values;
        for (std::size_t row = 0; row < raw.size(); ++row)
            values.push_back(raw.statistics.row(row)[i]);
        normal.statistics.push_back(quartilesOf(values));
    }
    std::vector<std::vector<float>> all(sequenceFields);
    std::vector<std::vector<float>> own;
    for (std::size_t at = 0; at < raw.sequences.columns; ++at) {
        own.push_back(valuesOf(raw, at / sequenceFields, at % sequenceFields));
        std::ranges::copy(own.back(), std::back_inserter(all[at % sequenceFields]));
    }
    std::vector<Quartiles> ofAll;
    for (auto& values : all)
        ofAll.push_back(quartilesOf(values));
    for (std::size_t at = 0; at < own.size(); ++at)
        normal.packets.push_back(own[at].size() < leastFlowsPerPacket ? ofAll[at % sequenceFields]
                                                                      : quartilesOf(own[at]));
    return normal;
}

FeatureSet normalTwins(const NormalTraffic& normal, const FeatureSet& raw)
{
    FeatureSet twins{base::Matrix(raw.size(), raw.sequences.columns), base::Matrix(raw.size(), raw.statistics.columns)};
    for (std::size_t row = 0; row < raw.size(); ++row) {
        std::ranges::transform(normal.statistics, twins.statistics.row(row).begin(), &Quartiles::median);
        const auto packets = raw.sequences.row(row);
        const auto twin = twins.sequences.row(row);
        for (std::size_t at = 0; at < twin.size(); ++at) {
            if (at % sequenceFields == validField || !present(packets, at / sequenceFields))
                twin[at] = packets[at];
            else
                twin[at] = normal.packets[at].median;
        }
    }
    return twins;
}

} // namespace flowscent::detect
