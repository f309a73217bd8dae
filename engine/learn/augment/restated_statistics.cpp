// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/augment/restated_statistics.h"

#include "engine/features/extract.h"
#include "engine/features/feature_schema.h"
#include "engine/flow/packet_sums.h"
#include "engine/learn/augment/alterations.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

namespace flowscent::learn {

namespace {

using Kind = Alteration::Kind;
using flow::inward;
using flow::outward;

constexpr std::size_t pushBit = 3; ///< of FlowStatistics::flags

std::size_t place(std::string_view name)
{
    const auto definitions = features::statisticDefinitions();
    const auto found = std::ranges::find(definitions, name, &features::FeatureDefinition::name);
    assert(found != definitions.end());
    return static_cast<std::size_t>(found - definitions.begin());
}

/// Both directions of one statistic.
struct Pair {
    std::size_t out;
    std::size_t in;
    explicit Pair(const std::string& before, const std::string& after = "")
        : out(place(before + "out" + after))
        , in(place(before + "in" + after))
    {
    }
    [[nodiscard]] std::size_t of(std::size_t direction) const { return direction == outward ? out : in; }
};

/// Where each statistic stands; looked up once.
struct Places {
    Pair packets{"packets_"}, payload{"payload_"}, payloadMean{"payload_", "_mean"}, payloadSpread{"payload_", "_std"};
    Pair payloadMost{"payload_", "_max"}, withPayload{"with_payload_"}, pushShare{"psh_", "_share"};
    Pair gapMeanOf{"gap_", "_mean"}, gapSpreadOf{"gap_", "_std"};
    Pair first{"first_payload_"}, q25{"payload_", "_q25"}, q50{"payload_", "_q50"}, q75{"payload_", "_q75"};
    std::size_t payloadShare = place("payload_out_share"), packetShare = place("packets_out_share");
    std::size_t duration = place("duration"), gapMean = place("gap_mean"), gapSpread = place("gap_std");
    std::size_t gapMost = place("gap_max"), gapLeast = place("gap_min");
    std::size_t handshake = place("handshake_rtt"), handshakeSeen = place("handshake_seen");
    std::size_t syn = place("syn"), fin = place("fin"), rst = place("rst"), zeroWindows = place("zero_windows");
    std::size_t payloadRate = place("payload_rate"), packetRate = place("packet_rate");
    std::size_t noiseShare = place("noise_share"), isTcp = place("is_tcp");
};

const Places& at()
{
    static const Places places;
    return places;
}

struct Counts {
    std::array<double, 2> packets{};
    std::array<double, 2> withPayload{};
    std::array<double, 2> payload{};
    std::array<double, 2> push{};
    double flagged = 0;
};

Counts countsOf(const PacketSketches& packets)
{
    Counts counts;
    for (const PacketSketch& packet : packets) {
        const std::size_t direction = packet.fromServer ? inward : outward;
        ++counts.packets[direction];
        counts.withPayload[direction] += packet.payload > 0 ? 1 : 0;
        counts.payload[direction] += packet.payload;
        counts.push[direction] += packet.push ? 1 : 0;
        counts.flagged += packet.opensOrCloses ? 1 : 0;
    }
    return counts;
}

float ratio(double part, double whole)
{
    return whole > 0 ? static_cast<float>(part / whole) : 0.0F;
}

bool isTcp(std::span<const float> statistics)
{
    return statistics[at().isTcp] > 0.5F;
}

double packetsOf(std::span<const float> statistics)
{
    return static_cast<double>(statistics[at().packets.out]) + statistics[at().packets.in];
}

double noiseOf(std::span<const float> statistics)
{
    return std::round(statistics[at().noiseShare] * packetsOf(statistics));
}

/// Of noise in the flow, what belongs to each direction once `after` is all there is.
struct Noise {
    std::array<double, 2> packets{}; ///< counted, but no part of the sequence
    std::array<double, 2> push{};    ///< of them with PSH
};

Noise noiseAfter(std::span<const float> statistics, const Counts& before, const Counts& after,
                 const Alteration& alteration)
{
    Noise noise;
    const double share = std::clamp(static_cast<double>(statistics[at().noiseShare]), 0.0, 0.9);
    for (const std::size_t direction : {outward, inward}) {
        double& packets = noise.packets[direction];
        if (alteration.kind == Kind::CutOff) { // as much for each packet as in the whole flow
            packets = std::round(after.packets[direction] * share / (1 - share));
            continue;
        }
        const double counted = statistics[at().packets.of(direction)];
        packets = std::max(0.0, counted - before.packets[direction]) + alteration.repeated[direction];
        noise.push[direction] =
            std::max(0.0, std::round(statistics[at().pushShare.of(direction)] * counted) - before.push[direction]);
        if (alteration.kind == Kind::Loss && isTcp(statistics)) { // sent again, out of order
            packets += before.withPayload[direction] - after.withPayload[direction];
            noise.push[direction] += before.push[direction] - after.push[direction];
        }
    }
    return noise;
}

/// What the assembler would have noted of these packets, and extraction made of it.
std::vector<float> extracted(const PacketSketches& packets, bool tcp, const Noise& noise, double extraTime)
{
    flow::FlowRecord record;
    record.key.protocol = static_cast<std::uint8_t>(tcp ? packet::Protocol::Tcp : packet::Protocol::Udp);
    flow::PacketSums sums;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        record.last += i == 0 ? 0 : std::llround(std::min(packets[i].gap, 1e12) * 1e3);
        const flow::Observation observation{
            .sinceStart = record.last,
            .payloadLength = packets[i].payload,
            .tcpWindow = 1, // which is not said; 0 would be counted
            .tcpFlags = static_cast<std::uint8_t>(packets[i].push ? packet::TcpFlag::Psh : 0),
            .marks = static_cast<std::uint8_t>(packets[i].fromServer ? flow::FromServer : 0)};
        sums.take(observation, tcp);
        record.observations.push_back(observation);
    }
    record.last += std::llround(std::clamp(extraTime, 0.0, 1e12) * 1e3);
    record.statistics = sums.statistics();
    for (const std::size_t direction : {outward, inward}) {
        const auto added = static_cast<std::uint32_t>(std::clamp(noise.packets[direction], 0.0, 1e9));
        record.statistics.packets[direction] += added;
        record.statistics.retransmissions += added;
        record.statistics.flags[direction][pushBit] +=
            static_cast<std::uint32_t>(std::clamp(noise.push[direction], 0.0, 1e9));
    }
    return std::move(features::extract(record).statistics.values);
}

void keep(std::span<const float> from, std::span<float> to, std::initializer_list<std::size_t> places)
{
    for (const std::size_t index : places)
        to[index] = from[index];
}

/// SYNs come first and RSTs last, so what a cut has left of the three is known from how many are left.
void countFlags(std::span<float> statistics, const Counts& after)
{
    double left = after.flagged;
    for (const std::size_t index : {at().syn, at().fin, at().rst}) {
        statistics[index] = static_cast<float>(std::min<double>(statistics[index], left));
        left -= statistics[index];
    }
    float& zeroWindows = statistics[at().zeroWindows];
    zeroWindows = std::min(zeroWindows, static_cast<float>(after.packets[outward] + after.packets[inward]));
}

/// All of the flow lies in `after`.
void recalculate(std::span<float> statistics, const PacketSketches& before, const PacketSketches& after,
                 const Alteration& alteration)
{
    const Counts countsBefore = countsOf(before);
    const Counts countsAfter = countsOf(after);
    const bool cut = alteration.kind == Kind::CutOff;
    // Noise may come before the first and after the last packet that is none.
    const double extraTime = cut ? 0.0 : static_cast<double>(statistics[at().duration]) * 1e3 - timeOf(before);
    auto anew =
        extracted(after, isTcp(statistics), noiseAfter(statistics, countsBefore, countsAfter, alteration), extraTime);
    keep(statistics, anew,
         {at().handshake, at().handshakeSeen, at().syn, at().fin, at().rst, at().zeroWindows, at().isTcp});
    std::ranges::copy(anew, statistics.begin());
    if (cut)
        countFlags(statistics, countsAfter);
}

/// Shares and rates that follow from other statistics.
void deriveShares(std::span<float> statistics, double noise)
{
    const double packets = packetsOf(statistics);
    const double out = statistics[at().payload.out];
    const double in = statistics[at().payload.in];
    const double seconds = std::max(0.0, static_cast<double>(statistics[at().duration]) / 1e3);
    statistics[at().packetShare] = ratio(statistics[at().packets.out], packets);
    statistics[at().payloadShare] = ratio(out, out + in);
    statistics[at().payloadRate] = static_cast<float>((out + in) / (seconds + 1e-3));
    statistics[at().packetRate] = static_cast<float>(packets / (seconds + 1e-3));
    statistics[at().noiseShare] = ratio(noise, packets);
}

void segmentAll(std::span<float> statistics, std::uint32_t segmentSize)
{
    const auto most = static_cast<float>(segmentSize);
    for (const std::size_t direction : {outward, inward}) {
        float& largest = statistics[at().payloadMost.of(direction)];
        if (largest <= most)
            continue;
        const double payload = statistics[at().payload.of(direction)];
        float& withPayload = statistics[at().withPayload.of(direction)];
        float& packets = statistics[at().packets.of(direction)];
        float& mean = statistics[at().payloadMean.of(direction)];
        const double more = std::max(0.0, std::ceil(payload / segmentSize) - withPayload);
        const double pushes = static_cast<double>(statistics[at().pushShare.of(direction)]) * packets;
        largest = most;
        mean = mean > 0 ? std::min(most, static_cast<float>(payload / (payload / mean + more))) : mean;
        float& spread = statistics[at().payloadSpread.of(direction)];
        spread = std::min(spread, most / 2); // what lies in 0..m spreads by m/2 at most
        withPayload += static_cast<float>(more);
        packets += static_cast<float>(more);
        statistics[at().pushShare.of(direction)] = ratio(pushes, packets);
    }
}

void stretch(std::span<float> statistics, double factor, double timeBefore, double timeAfter)
{
    const float grown = timeBefore > 0 ? static_cast<float>(timeAfter / timeBefore) : 1.0F;
    for (const std::size_t index : {at().duration, at().gapMean, at().gapSpread, at().gapMeanOf.out, at().gapMeanOf.in,
                                    at().gapSpreadOf.out, at().gapSpreadOf.in})
        statistics[index] *= grown;
    float& longest = statistics[at().gapMost];
    if (static_cast<double>(longest) * 1e3 < longestGap)
        longest = static_cast<float>(scaledGap(static_cast<double>(longest) * 1e3, factor) / 1e3);
}

/// Adds what came and takes away what went, as nothing is known of the flow behind its sequence but that it stayed.
void addDifference(std::span<float> statistics, const Counts& before, const Counts& after, const Alteration& alteration)
{
    for (const std::size_t direction : {outward, inward}) {
        float& packets = statistics[at().packets.of(direction)];
        float& payload = statistics[at().payload.of(direction)];
        float& withPayload = statistics[at().withPayload.of(direction)];
        const double pushes = static_cast<double>(statistics[at().pushShare.of(direction)]) * packets;
        const double segments = after.withPayload[direction] - before.withPayload[direction];
        const bool sentAgain = alteration.kind == Kind::Loss && isTcp(statistics);
        const double more = after.packets[direction] - before.packets[direction] + alteration.repeated[direction] -
                            (sentAgain ? segments : 0.0);
        packets = std::max(0.0F, packets + static_cast<float>(more));
        payload = std::max(0.0F, payload + static_cast<float>(after.payload[direction] - before.payload[direction]));
        withPayload = std::max(0.0F, withPayload + static_cast<float>(segments));
        // What is sent again has its PSH again; those of TCP's copies are not counted.
        const double morePushes = sentAgain ? 0.0 : after.push[direction] - before.push[direction];
        statistics[at().pushShare.of(direction)] =
            std::clamp(ratio(std::max(0.0, pushes + morePushes), packets), 0.0F, 1.0F);
    }
}

/// Every statistic by the factor that it had in the flow's beginning; see evasion.h.
void changeAlike(std::span<float> statistics, const std::vector<float>& was, const std::vector<float>& is)
{
    constexpr float nothing = 1e-6F;
    const std::vector<float> old(statistics.begin(), statistics.end());
    for (std::size_t i = 0; i < statistics.size(); ++i)
        statistics[i] = std::abs(was[i]) > nothing ? old[i] * (is[i] / was[i]) : old[i] + (is[i] - was[i]);
    for (const std::size_t direction : {outward, inward}) {
        float& largest = statistics[at().payloadMost.of(direction)];
        largest = std::min(largest, std::max(old[at().payloadMost.of(direction)], static_cast<float>(fullSegment)));
        float& pushes = statistics[at().pushShare.of(direction)];
        pushes = std::clamp(pushes, 0.0F, 1.0F);
        for (const Pair* count : {&at().packets, &at().withPayload})
            statistics[count->of(direction)] = std::round(statistics[count->of(direction)]);
    }
    keep(old, statistics,
         {at().handshake, at().handshakeSeen, at().syn, at().fin, at().rst, at().zeroWindows, at().isTcp,
          at().noiseShare});
}

/// The flow goes on behind `before`: what can be said nevertheless.
void approximate(std::span<float> statistics, const PacketSketches& before, const PacketSketches& after,
                 const Alteration& alteration)
{
    const Counts countsBefore = countsOf(before);
    const Counts countsAfter = countsOf(after);
    double noise = statistics[at().noiseShare] * packetsOf(statistics);
    switch (alteration.kind) {
    case Kind::Segments:
        segmentAll(statistics, alteration.segmentSize);
        break;
    case Kind::RoundTrips:
        stretch(statistics, alteration.roundTripFactor, timeOf(before), timeOf(after));
        break;
    case Kind::Loss:
    case Kind::Repetition:
        addDifference(statistics, countsBefore, countsAfter, alteration);
        for (const std::size_t direction : {outward, inward}) {
            noise += alteration.repeated[direction];
            if (alteration.kind == Kind::Loss && isTcp(statistics))
                noise += countsBefore.withPayload[direction] - countsAfter.withPayload[direction];
        }
        break;
    case Kind::Evasion:
        changeAlike(statistics, extracted(before, isTcp(statistics), {}, 0),
                    extracted(after, isTcp(statistics), {}, 0));
        break;
    case Kind::Jitter:
    case Kind::CutOff:
        break;
    }
    deriveShares(statistics, noise);
    for (const PacketSketch& packet : after) {
        float& largest = statistics[at().payloadMost.of(packet.fromServer ? inward : outward)];
        largest = std::max(largest, static_cast<float>(packet.payload));
    }
    for (std::size_t i = 1; i < std::min(after.size(), features::sequenceLength); ++i) {
        const auto gap = static_cast<float>(std::min(after[i].gap, longestGap));
        statistics[at().gapMost] = std::max(statistics[at().gapMost], gap / 1e3F);
        statistics[at().gapLeast] = std::min(statistics[at().gapLeast], gap);
    }
    // Those of the first 32 packets are known of every flow.
    const auto known = extracted(after, isTcp(statistics), {}, 0);
    for (const Pair& pair : {at().first, at().q25, at().q50, at().q75})
        keep(known, statistics, {pair.out, pair.in});
    for (float& value : statistics) // whatever a file claimed: the bounds of extraction
        value = std::isfinite(value) ? std::clamp(value, -1e12F, 1e12F) : 0.0F;
}

/// The gap between SYN and SYN-ACK when these are the first two packets.
std::optional<double> handshakeOf(const PacketSketches& packets)
{
    if (packets.size() < 2 || !packets[0].opensOrCloses || packets[0].fromServer || !packets[1].opensOrCloses ||
        !packets[1].fromServer)
        return std::nullopt;
    return packets[1].gap;
}

void restateHandshake(std::span<float> statistics, const PacketSketches& before, const PacketSketches& after,
                      const Alteration& alteration)
{
    float& roundTrip = statistics[at().handshake];
    if (!(statistics[at().handshakeSeen] > 0.5F))
        return;
    const auto seenBefore = handshakeOf(before);
    const auto seenAfter = handshakeOf(after);
    if (seenBefore && seenAfter && std::abs(*seenBefore - roundTrip) <= 1e-6 * roundTrip + 1e-3)
        roundTrip = static_cast<float>(*seenAfter);
    else if (alteration.kind == Kind::RoundTrips)
        roundTrip = static_cast<float>(scaledGap(roundTrip, alteration.roundTripFactor));
}

} // namespace

bool isWhole(const PacketSketches& packets, std::span<const float> statistics)
{
    return packetsOf(statistics) - noiseOf(statistics) == static_cast<double>(packets.size());
}

void restoreLongGaps(PacketSketches& packets, std::span<const float> statistics)
{
    double shorter = 0;
    double longer = 0;
    for (const PacketSketch& packet : packets)
        (packet.gap < longestGap ? shorter : longer) += packet.gap < longestGap ? packet.gap : 1;
    if (longer == 0 || !isWhole(packets, statistics))
        return;
    const double all = static_cast<double>(statistics[at().gapMean]) * 1e3 * static_cast<double>(packets.size() - 1);
    const double each = std::max(longestGap, (all - shorter) / longer);
    for (PacketSketch& packet : packets)
        packet.gap = packet.gap < longestGap ? packet.gap : each;
}

void restate(std::span<float> statistics, const PacketSketches& before, const PacketSketches& after,
             const Alteration& alteration)
{
    restateHandshake(statistics, before, after, alteration);
    if (alteration.kind == Kind::CutOff || isWhole(before, statistics))
        recalculate(statistics, before, after, alteration);
    else
        approximate(statistics, before, after, alteration);
}

} // namespace flowscent::learn
