// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/augment/evasion.h"

#include "engine/learn/augment/alterations.h"
#include "engine/learn/augment/restated_statistics.h"

#include <algorithm>
#include <cmath>

namespace flowscent::learn {

namespace {

constexpr double pieceGap = 20;   ///< us between the pieces of a payload
constexpr double dummyWait = 1e3; ///< us after the packet before, at most
constexpr std::uint32_t largestDummy = 1400;

bool carries(const PacketSketch& packet)
{
    return packet.payload > 0 && !packet.opensOrCloses;
}

std::uint32_t padded(std::uint32_t payload, double more)
{
    const double wanted = static_cast<double>(payload) + more;
    return std::max(payload, static_cast<std::uint32_t>(std::min<double>(wanted, fullSegment)));
}

double paddingOf(std::uint32_t payload, const Evasion& evasion, base::Rng& rng)
{
    if (evasion.kind == EvasionKind::PadRandomly)
        return static_cast<double>(rng.below(static_cast<std::uint64_t>(evasion.strength) + 1));
    const auto multiple = static_cast<std::uint32_t>(std::max(1.0, evasion.strength));
    return (multiple - payload % multiple) % multiple;
}

/// What comes sooner after a packet that was put in between.
void waitLess(PacketSketch& packet, double less)
{
    packet.gap = std::max(0.0, packet.gap - less);
}

void appendPieces(const PacketSketch& packet, std::uint32_t pieces, PacketSketches& to)
{
    for (std::uint32_t piece = 0; piece < pieces; ++piece) {
        PacketSketch part = packet;
        part.payload = packet.payload / pieces + (piece < packet.payload % pieces ? 1 : 0);
        part.gap = piece == 0 ? packet.gap : pieceGap;
        part.push = packet.push && piece + 1 == pieces;
        to.push_back(part);
    }
}

PacketSketches splitAll(const PacketSketches& packets, double strength)
{
    PacketSketches pieces;
    double ahead = 0;
    for (PacketSketch packet : packets) {
        waitLess(packet, ahead);
        const auto wanted = static_cast<std::uint32_t>(std::max(1.0, strength));
        const std::uint32_t count = carries(packet) ? std::min(wanted, packet.payload) : 1;
        appendPieces(packet, count, pieces);
        ahead = pieceGap * (count - 1);
    }
    return pieces;
}

PacketSketches withDummies(const PacketSketches& packets, double rate, base::Rng& rng)
{
    PacketSketches all;
    double ahead = 0;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        all.push_back(packets[i]);
        waitLess(all.back(), ahead);
        ahead = 0;
        if (!carries(packets[i]) || !(rng.uniform() < rate))
            continue;
        const double room = i + 1 < packets.size() ? std::min(packets[i + 1].gap, dummyWait) : dummyWait;
        PacketSketch dummy = packets[i];
        dummy.payload = static_cast<std::uint32_t>(1 + rng.below(largestDummy));
        dummy.push = true;
        dummy.gap = ahead = rng.uniform() * room;
        all.push_back(dummy);
    }
    return all;
}

} // namespace

std::string text(EvasionKind kind)
{
    switch (kind) {
    case EvasionKind::PadToMultiple:
        return "pad_to_multiple";
    case EvasionKind::PadRandomly:
        return "pad_randomly";
    case EvasionKind::Split:
        return "split";
    case EvasionKind::Delay:
        return "delay";
    case EvasionKind::Jitter:
        return "jitter";
    case EvasionKind::Dummies:
        return "dummies";
    }
    return {};
}

PacketSketches evaded(const PacketSketches& packets, const Evasion& evasion, base::Rng& rng)
{
    PacketSketches altered = packets;
    switch (evasion.kind) {
    case EvasionKind::PadToMultiple:
    case EvasionKind::PadRandomly:
        for (PacketSketch& packet : altered) {
            if (carries(packet))
                packet.payload = padded(packet.payload, paddingOf(packet.payload, evasion, rng));
        }
        return altered;
    case EvasionKind::Split:
        return splitAll(packets, evasion.strength);
    case EvasionKind::Delay:
        for (std::size_t i = 1; i < altered.size(); ++i) {
            if (carries(altered[i]) && altered[i].gap < longestGap)
                altered[i].gap *= evasion.strength;
        }
        return altered;
    case EvasionKind::Jitter:
        return jitter(packets, evasion.strength, rng);
    case EvasionKind::Dummies:
        return withDummies(packets, evasion.strength, rng);
    }
    return altered;
}

features::FeatureSet evade(const features::FeatureSet& flows, const Evasion& evasion, base::Rng& rng)
{
    features::FeatureSet variants = flows;
    for (std::size_t row = 0; row < flows.size(); ++row) {
        base::Rng own(rng.next());
        PacketSketches before = readPackets(flows.sequences.row(row));
        const auto statistics = variants.statistics.row(row);
        restoreLongGaps(before, statistics);
        const PacketSketches after = evaded(before, evasion, own);
        if (after == before)
            continue;
        restate(statistics, before, after, {.kind = Alteration::Kind::Evasion});
        writePackets(after, variants.sequences.row(row));
    }
    return variants;
}

} // namespace flowscent::learn
