// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evidence/named_features.h"

#include "engine/features/feature_schema.h"

namespace flowscent::detect {

using features::sequenceFields;
using features::sequenceLength;

namespace {

constexpr std::size_t validField = sequenceFields - 1;
constexpr std::size_t packetColumns = sequenceLength * sequenceFields;

std::vector<NamedFeature> allFeatures()
{
    std::vector<NamedFeature> all;
    const auto statistics = features::statisticDefinitions();
    for (std::size_t i = 0; i < statistics.size(); ++i)
        all.push_back(
            {std::string(statistics[i].name), std::string(statistics[i].label), statistics[i].unit, false, i});
    const auto fields = features::sequenceDefinitions();
    for (std::size_t i = 0; i < validField; ++i)
        all.push_back({"packets." + std::string(fields[i].name), std::string(fields[i].label) + ", packet by packet",
                       fields[i].unit, true, i});
    return all;
}

} // namespace

std::span<const NamedFeature> namedFeatures()
{
    static const std::vector<NamedFeature> all = allFeatures();
    return all;
}

std::size_t sideBySideColumns()
{
    return packetColumns + features::statisticDefinitions().size();
}

std::vector<std::size_t> columnsOf(const NamedFeature& feature)
{
    if (!feature.ofPackets)
        return {packetColumns + feature.place};
    std::vector<std::size_t> columns;
    for (std::size_t packet = 0; packet < sequenceLength; ++packet)
        columns.push_back(packet * sequenceFields + feature.place);
    return columns;
}

std::vector<double> sumsByFeature(std::span<const double> columns)
{
    std::vector<double> sums;
    for (const NamedFeature& feature : namedFeatures()) {
        double sum = 0;
        for (const std::size_t column : columnsOf(feature))
            sum += columns[column];
        sums.push_back(sum);
    }
    return sums;
}

std::vector<double> sumsByPacket(std::span<const double> columns)
{
    std::vector<double> sums(sequenceLength);
    for (std::size_t i = 0; i < packetColumns; ++i)
        sums[i / sequenceFields] += columns[i];
    return sums;
}

void substitute(std::span<float> flow, std::span<const float> reference, std::span<const FeatureIndex> features)
{
    for (const FeatureIndex index : features) {
        for (const std::size_t column : columnsOf(namedFeatures()[index]))
            flow[column] = reference[column];
    }
}

} // namespace flowscent::detect
