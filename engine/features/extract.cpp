// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/features/extract.h"

#include "engine/base/matrix_rows.h"
#include "engine/features/feature_table.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace flowscent::features {

namespace {

constexpr std::size_t rowsPerLook = 4096; ///< between two looks at the stop token

float finite(double value)
{
    // A float holds any count or time we can meet; the bound is for numbers that hostile clocks make up.
    return std::isfinite(value) ? static_cast<float>(std::clamp(value, -1e12, 1e12)) : 0.0F;
}

void writeSequence(std::span<const flow::Observation> packets, std::span<float> row)
{
    std::array<int, 2> firstWindow{-1, -1};
    const flow::Observation* before = nullptr;
    std::uint32_t burst = 0;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        const flow::Observation& packet = packets[i];
        const std::size_t direction = (packet.marks & flow::FromServer) != 0 ? flow::inward : flow::outward;
        const bool sameDirection = before != nullptr && ((before->marks ^ packet.marks) & flow::FromServer) == 0;
        burst = sameDirection ? burst + 1 : 0;
        if (firstWindow[direction] < 0)
            firstWindow[direction] = packet.tcpWindow;
        const PacketInput input{packet, before, static_cast<std::uint16_t>(firstWindow[direction]), burst};
        for (std::size_t field = 0; field < sequenceFields; ++field)
            row[i * sequenceFields + field] = finite(packetRows()[field].compute(input));
        before = &packet;
    }
}

void writeRow(std::span<const flow::Observation> observations, const flow::FlowStatistics& statistics,
              std::int64_t lasted, std::uint8_t protocol, FeatureSet& set, std::size_t index)
{
    NoiseCounters left;
    const auto packets = denoise(observations, left);
    writeSequence(packets, set.sequences.row(index));
    const StatisticInput input{statistics, packets, std::max(0.0, static_cast<double>(lasted) / 1e9), protocol};
    const auto row = set.statistics.row(index);
    for (std::size_t i = 0; i < row.size(); ++i)
        row[i] = finite(statisticRows()[i].compute(input));
}

FeatureSet emptySet(std::size_t flows)
{
    return {base::Matrix(flows, sequenceLength * sequenceFields), base::Matrix(flows, statisticRows().size())};
}

} // namespace

FeatureSet FeatureSet::rows(std::span<const std::uint32_t> indices) const
{
    FeatureSet chosen = emptySet(indices.size());
    for (std::size_t i = 0; i < indices.size(); ++i) {
        std::ranges::copy(sequences.row(indices[i]), chosen.sequences.row(i).begin());
        std::ranges::copy(statistics.row(indices[i]), chosen.statistics.row(i).begin());
    }
    return chosen;
}

void FeatureSet::append(const FeatureSet& other)
{
    base::append(sequences, other.sequences);
    base::append(statistics, other.statistics);
}

FeatureSet extract(const flow::FlowRecord& record)
{
    FeatureSet set = emptySet(1);
    writeRow(record.observations, record.statistics, record.last - record.start, record.key.protocol, set, 0);
    return set;
}

FeatureSet extract(const flow::FlowTable& table, std::span<const flow::FlowId> flows)
{
    FeatureSet all;
    for (const flow::FlowId flow : flows)
        all.append(extract(table.record(flow)));
    return all;
}

FeatureSet extract(const flow::FlowTable& table, const base::ProgressSink& progress, const std::stop_token& stop)
{
    FeatureSet set = emptySet(table.size());
    for (std::uint32_t row = 0; row < table.size(); ++row) {
        if (row % rowsPerLook == 0) {
            if (stop.stop_requested())
                return emptySet(0);
            if (progress)
                progress({"computing features", row, table.size()});
        }
        const flow::FlowView flow = table.view(flow::FlowId(row));
        writeRow(flow.observations, flow.statistics(), flow.last - flow.start, flow.key.protocol, set, row);
    }
    return set;
}

} // namespace flowscent::features
