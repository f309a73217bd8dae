// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/detect/detector.h"
#include "engine/detect/evidence/flip.h"
#include "engine/detect/evidence/named_features.h"
#include "engine/detect/evidence/neighbours.h"
#include "engine/detect/evidence/normal_traffic.h"

/// Why a detector scores a flow as it does. It explains the model, not the traffic: that a feature is named does not
/// say that it makes a flow harmful.
namespace flowscent::detect {

/// A named feature's part in a flow's score.
struct FeatureEvidence {
    FeatureIndex feature = 0;
    /// Native unit. Of packets: the median over the flow's packets, and so are the quartiles.
    float value = 0;
    Quartiles normal;       ///< native unit
    double attribution = 0; ///< combined logits, against the median; above 0 it raises the score
    bool atEdge = false;    ///< scaling cuts it: the model sees no difference beyond

    [[nodiscard]] bool unlikeNormal() const { return value < normal.lower || value > normal.upper; }
    friend bool operator==(const FeatureEvidence&, const FeatureEvidence&) = default;
};

/// What a picture of a flow's packets needs, one number a packet (noise left out), at most features::sequenceLength.
struct PacketShape {
    std::vector<float> sizes;      ///< payload bytes, from the server below 0
    std::vector<float> directions; ///< +1 from the client, -1 from the server
    std::vector<float> gaps;       ///< microseconds since the packet before, 0 for the first

    friend bool operator==(const PacketShape&, const PacketShape&) = default;
};

enum class ExampleKind : std::uint8_t { Threat, NotThreat, Background, Bank };

/// A flow near the explained one, with its packets to put beside that one's.
struct ShownNeighbour {
    Neighbour place;
    PacketShape packets;

    friend bool operator==(const ShownNeighbour&, const ShownNeighbour&) = default;
};

/// What one example adds to the ridge's answer.
struct ExampleShare {
    ExampleKind kind = ExampleKind::Threat;
    std::uint32_t index = 0; ///< row among those of its kind
    double share = 0;        ///< the ridge's logits, threat minus rest

    friend bool operator==(const ExampleShare&, const ExampleShare&) = default;
};

/// Plain value.
struct Evidence {
    float score = 0;
    double logit = 0;     ///< combined
    double line = 0;      ///< where alarms begin
    double twinLogit = 0; ///< combined logit of the normal flow that this one is compared with
    PacketShape packets;
    PacketShape twinPackets;

    std::vector<FeatureEvidence> features; ///< all, by index; attributions add up to logit - twinLogit
    std::vector<FeatureIndex> raising;     ///< those above 0, strongest first
    std::vector<FeatureIndex> lowering;    ///< those below 0, strongest first: what speaks against the threat
    std::vector<double> perPacket;         ///< attributions of packets, all fields together
    std::vector<double> perPacketField;    ///< the same by field, in the order of features::FeatureSet::sequences
    double completenessError = 0;          ///< share of logit - twinLogit that attributions miss
    std::size_t steps = 0;                 ///< gradients taken

    std::vector<ShownNeighbour> examples;   ///< nearest first, at most nearestShown
    std::vector<ShownNeighbour> background; ///< the same; what else the flow may be
    std::vector<ExampleShare> shares;       ///< exact, largest size first; empty where there is no ridge, or its
                                            ///< examples are not those at hand
    double ridgeLogit = 0;                  ///< sum of shares

    std::optional<Flip> flip; ///< of a flow at or above the line
    std::string headline;     ///< one sentence without a full stop
};

inline constexpr std::size_t nearestShown = 3;

/// Where a flow lies among the examples that it is explained with, so that it is not its own neighbour.
struct Itself {
    std::optional<std::uint32_t> threat;
    std::optional<std::uint32_t> background;
};

/// Explains scores of one detector. Normal is the background, with the benign bank where that has few flows (and the
/// counter-examples where there is neither). Immutable: any thread may ask it. It keeps the encoder, not the captures.
class Explainer {
public:
    /// `examples` (raw), `foundation` and `seed` are what the detector was adapted to and with; with others everything
    /// but the shares still holds. Takes about as long as adapting. Errors as of describing and adapting; Support
    /// without any flow to say what is normal.
    [[nodiscard]] static base::Result<Explainer> of(std::shared_ptr<const learn::Encoder> encoder,
                                                    const Foundation& foundation, Detector detector,
                                                    AdaptInput examples, std::uint64_t seed,
                                                    const std::stop_token& stop);

    /// Of one flow, a row of raw features. Tens of milliseconds. Unavailable when the encoder knows no derivative,
    /// Argument error when there is no such row or its size is not the feature table's; Model when a number is not
    /// finite.
    [[nodiscard]] base::Result<Evidence> explain(const features::FeatureSet& raw, std::uint32_t row,
                                                 const Itself& itself, const std::stop_token& stop) const;
    /// Combined logits of flows in which the features are normal (as of normalTwins), one per set: what deletion tests
    /// ask.
    [[nodiscard]] base::Result<std::vector<double>> logitsWithNormal(const features::FeatureSet& raw, std::uint32_t row,
                                                                     const std::vector<std::vector<FeatureIndex>>& sets,
                                                                     const std::stop_token& stop) const;
    [[nodiscard]] const NormalTraffic& normal() const;

private:
    struct Basis;
    explicit Explainer(std::shared_ptr<const Basis> basis)
        : m_basis(std::move(basis))
    {
    }

    std::shared_ptr<const Basis> m_basis;
};

/// The headline of evidence that is complete but for it; for this module's files and their tests.
[[nodiscard]] std::string headlineOf(const Evidence& evidence);
/// The same by somebody who has better names for examples and normal flows than their row.
[[nodiscard]] std::string headlineOf(const Evidence& evidence, std::string_view nearestExample,
                                     std::string_view nearestNormal);
/// "60.0 s", "1448 bytes", "0.31": a native value as people read it.
[[nodiscard]] std::string nativeText(double value, std::string_view unit);
/// "0.02-1.4 s": two of them, in the unit that fits the larger.
[[nodiscard]] std::string nativeText(double lower, double upper, std::string_view unit);

} // namespace flowscent::detect
