// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/augment/packet_sketch.h"

#include "engine/features/feature_schema.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace flowscent::learn {

namespace {

/// Places of the fields of a packet, in the schema's order; a test holds them against its names.
enum Field : std::size_t { Size, Direction, Gap, OpensOrCloses, Push, WindowRatio, Burst, Valid };
static_assert(Valid + 1 == features::sequenceFields);

constexpr float largestPayload = 1 << 20; // no packet holds more; files may claim anything

} // namespace

PacketSketches readPackets(std::span<const float> row)
{
    PacketSketches packets;
    for (std::size_t i = 0; i < features::sequenceLength; ++i) {
        const auto fields = row.subspan(i * features::sequenceFields, features::sequenceFields);
        if (!(fields[Valid] > 0.5F))
            break;
        packets.push_back(
            {.payload = static_cast<std::uint32_t>(std::lround(std::min(largestPayload, std::abs(fields[Size])))),
             .fromServer = fields[Direction]<0, .gap = std::clamp(static_cast<double>(fields[Gap]), 0.0, longestGap),
                                             .opensOrCloses = fields[OpensOrCloses]> 0.5F,
             .push = fields[Push] > 0.5F,
             .windowRatio = fields[WindowRatio]});
    }
    return packets;
}

void writePackets(const PacketSketches& packets, std::span<float> row)
{
    std::ranges::fill(row, 0.0F);
    std::array<std::optional<double>, 2> firstWindow;
    std::uint32_t burst = 0;
    for (std::size_t i = 0; i < std::min(packets.size(), features::sequenceLength); ++i) {
        const PacketSketch& packet = packets[i];
        const auto fields = row.subspan(i * features::sequenceFields, features::sequenceFields);
        const float direction = packet.fromServer ? -1.0F : 1.0F;
        auto& reference = firstWindow[packet.fromServer ? 1 : 0];
        reference = reference.value_or(packet.windowRatio);
        burst = i > 0 && packets[i - 1].fromServer == packet.fromServer ? burst + 1 : 0;
        fields[Size] = direction * static_cast<float>(packet.payload);
        fields[Direction] = direction;
        fields[Gap] = i == 0 ? 0.0F : static_cast<float>(std::clamp(packet.gap, 0.0, longestGap));
        fields[OpensOrCloses] = packet.opensOrCloses ? 1.0F : 0.0F;
        fields[Push] = packet.push ? 1.0F : 0.0F;
        fields[WindowRatio] = static_cast<float>(packet.windowRatio - *reference);
        fields[Burst] = static_cast<float>(burst);
        fields[Valid] = 1.0F;
    }
}

double timeOf(const PacketSketches& packets)
{
    double sum = 0;
    for (std::size_t i = 1; i < packets.size(); ++i)
        sum += packets[i].gap;
    return sum;
}

} // namespace flowscent::learn
