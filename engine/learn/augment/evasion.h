// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "engine/base/random.h"
#include "engine/features/extract.h"
#include "engine/learn/augment/packet_sketch.h"

/// What somebody who does not want to be found by sizes and rhythm can do to flows of his own, at both ends of them.
/// Unlike the alterations that training knows (augment.h), these cost him bytes or time.
namespace flowscent::learn {

enum class EvasionKind : std::uint8_t {
    PadToMultiple, ///< payloads grow to the next multiple of `strength` bytes; 1 changes nothing
    PadRandomly,   ///< payloads grow by 0 .. `strength` bytes, uniform; 0 changes nothing
    Split,         ///< payloads are sent in `strength` pieces as equal as can be, 20 us apart; 1 changes nothing
    Delay,         ///< `strength` times as long before each packet with payload; 1 changes nothing
    Jitter,        ///< each gap times a log-normal factor of mean 1 whose logarithm deviates by `strength`; 0: nothing
    Dummies, ///< behind each packet with payload, with probability `strength`, one of 1 .. 1 400 bytes; 0: nothing
};
/// "pad_to_multiple", "pad_randomly", "split", "delay", "jitter", "dummies"
[[nodiscard]] std::string text(EvasionKind kind);

struct Evasion {
    EvasionKind kind = EvasionKind::PadToMultiple;
    double strength = 1; ///< within 0 .. 100 000

    friend bool operator==(const Evasion&, const Evasion&) = default;
};

/// Padding stops at 1 448 bytes, what a segment mostly holds; larger payloads are left as they are, and so are packets
/// that open or close. Pauses of a minute, whose true length is unknown, stay. Pure; may give more packets than a row
/// holds.
[[nodiscard]] PacketSketches evaded(const PacketSketches& packets, const Evasion& evasion, base::Rng& rng);

/// The flows as they would have been recorded. A flow that nothing changes keeps its row to the last bit. Every flow
/// takes one number from the generator.
///
/// Statistics of a flow whose packets all lie in its sequence are those that extraction gives the altered packets. Of a
/// flow that goes on behind its 32 packets that is an approximation: each statistic changes by the factor by which that
/// of the first 32 packets does (by the difference, where that was 0), as if the rest of the flow were like its
/// beginning; payload_*_max grows no further than padding goes; shares and rates follow.
[[nodiscard]] features::FeatureSet evade(const features::FeatureSet& flows, const Evasion& evasion, base::Rng& rng);

} // namespace flowscent::learn
