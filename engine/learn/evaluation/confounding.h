// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "engine/learn/evaluation/association.h"
#include "engine/learn/evaluation/cross_validation.h"
#include "engine/learn/tasks/dataset.h"

namespace flowscent::learn {

/// What is known of a flow besides its features. A capture here is a session: captures of one origin are one.
enum class Aspect : std::uint8_t { Network, Capture, Class, Threat };
/// "network", "capture", "class", "threat or benign"
[[nodiscard]] std::string_view text(Aspect aspect);

/// What a forest looks at.
enum class Evidence : std::uint8_t {
    Identity, ///< server port, protocol, and the hop limits of both sides: what no model may see
    Features, ///< the scaled features that the encoder sees
};
/// "identity", "features"
[[nodiscard]] std::string_view text(Evidence evidence);

struct ConfoundingSettings {
    std::uint64_t seed = 7;
    std::size_t flowsPerValue = 100; ///< of a class, network or capture that forests see
    std::size_t mostFlows = 4000;    ///< that one question is about
    std::size_t ownBenign = 40;      ///< benign flows that make a threat's own network one to hunt in
    std::uint32_t minimumPackets = 1;
};

/// How well one aspect tells another one, when nothing else is looked at.
struct AspectAssociation {
    Aspect given = Aspect::Network;
    Aspect predicted = Aspect::Class;
    Association byFlows;
    Association byClasses; ///< every value of `predicted` counts the same
};

/// What a forest tells of flows that it did not see.
struct ForestFinding {
    Evidence evidence = Evidence::Identity;
    Aspect predicted = Aspect::Class;
    bool benignOnly = false;
    bool capturesLeftOut = false;       ///< no capture is in training and test; otherwise flows were drawn at random
    std::optional<Validated> validated; ///< nothing where fewer than two values have enough flows, or captures
};

/// Shares of classes, 0..1.
struct ClassReach {
    std::size_t classes = 0;
    double inTwoNetworks = 0;
    double inSixNetworks = 0;
};

struct Confounding {
    std::size_t allFlows = 0;
    std::size_t flows = 0; ///< distinct ones, which everything below is about
    std::size_t threatFlows = 0;
    std::size_t threatClasses = 0;
    std::size_t benignClasses = 0;
    std::size_t networks = 0;
    std::size_t captures = 0;
    double huntable = 0; ///< share of threat classes with `ownBenign` benign flows in a network of theirs, 0..1
    ClassReach threats;
    ClassReach benign;
    std::vector<AspectAssociation> associations;
    std::vector<ForestFinding> forests;
};

/// How much of what a model could learn from a split is who and where instead of what: if the network or the capture
/// tells the class, so will anything that tells networks apart. Works on evaluationData. Argument error when the
/// dataset's provenance is unknown or it has no flow; Cancelled. Same dataset and settings, same numbers.
[[nodiscard]] base::Result<Confounding> measureConfounding(const Dataset& dataset, const Backend& backend,
                                                           const ConfoundingSettings& settings,
                                                           const base::ProgressSink& progress,
                                                           const std::stop_token& stop);

} // namespace flowscent::learn
