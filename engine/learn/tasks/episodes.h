// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/random.h"
#include "engine/learn/tasks/dataset.h"

namespace flowscent::learn {

/// One few-shot task as rows of its dataset. All rows are distinct.
struct Episode {
    std::uint32_t ways = 0;
    std::vector<std::uint16_t> classes; ///< the dataset's class of each way; of "benign", any of its classes
    std::vector<std::uint32_t> support;
    std::vector<std::uint16_t> supportWay; ///< of each support row, 0 .. ways-1, every way at least once
    std::vector<std::uint32_t> query;
    std::vector<std::uint16_t> queryWay; ///< of each query row; `ways` means a class absent from the support (open set)

    friend bool operator==(const Episode&, const Episode&) = default;
};

enum class TaskKind : std::uint8_t {
    Classes,        ///< N classes against each other
    ThreatInBenign, ///< way 0 any benign flow, way 1 one threat class
};

/// How often each class is asked for in the queries. The number of queries is always ways * queries.
enum class QueryMix : std::uint8_t {
    Balanced,   ///< every way equally often
    Dirichlet,  ///< shares drawn from a Dirichlet distribution (Veilleux et al., NeurIPS 2021)
    Prevalence, ///< ThreatInBenign only: a stated share of threats, one at least
};

struct EpisodeShape {
    std::uint32_t ways = 5;
    std::uint32_t shots = 5;
    std::uint32_t queries = 5;    ///< per way
    bool captureDisjoint = false; ///< a class's supports and queries come from different sessions
    bool ownNetwork = false; ///< everything from one network, so that no class can be told by where it was recorded
    TaskKind kind = TaskKind::Classes;
    std::uint32_t benignPerThreat = 1; ///< ThreatInBenign: benign supports for each threat support
    std::uint32_t openClasses = 0;     ///< classes that are asked for, `queries` each, and absent from the support
    QueryMix mix = QueryMix::Balanced;
    double dirichletAlpha = 2.0; ///< > 0; large is balanced
    double prevalence = 0.01;    ///< of threats among the queries

    friend bool operator==(const EpisodeShape&, const EpisodeShape&) = default;
};

/// Draws episodes from a dataset. Classes are drawn uniformly, whatever their size. Deterministic from the generator
/// that is handed in. The dataset must outlive the sampler. Drawing is const: threads may share one.
class EpisodeSampler {
public:
    explicit EpisodeSampler(const Dataset& dataset);

    /// Classes that can fill their places under this shape, ascending; the threat classes for ThreatInBenign, none of
    /// them when there is too little benign traffic. With ownNetwork: in some network that can fill an episode; none
    /// where the dataset does not know its networks.
    [[nodiscard]] std::vector<std::uint16_t> eligible(const EpisodeShape& shape) const;
    /// One episode over `classes` (from `eligible`); ways and open classes are lowered to what there is. Benign flows
    /// of ThreatInBenign are drawn from all sessions, whatever captureDisjoint says of the threat: what an analyst's
    /// background is. With ownNetwork the network is drawn first, uniformly among those that have the ways and open
    /// classes that are asked for, and captureDisjoint is not looked at.
    [[nodiscard]] Episode draw(const EpisodeShape& shape, const std::vector<std::uint16_t>& classes,
                               base::Rng& rng) const;
    /// The most classes that one network can fill at this shape's shots and queries; 0 where no network is known.
    [[nodiscard]] std::uint32_t widestNetwork(const EpisodeShape& shape) const;

private:
    struct Network {
        std::vector<std::vector<std::uint32_t>> rowsOf; ///< per class
        std::vector<std::uint32_t> benign;
    };
    /// Its classes that can fill their places, ascending; of ThreatInBenign its threats.
    [[nodiscard]] std::vector<std::uint16_t> fillable(const Network& network, const EpisodeShape& shape) const;
    [[nodiscard]] Episode drawOwn(const EpisodeShape& shape, const std::vector<std::uint16_t>& classes,
                                  base::Rng& rng) const;
    struct Split {
        std::vector<std::uint32_t> support;
        std::vector<std::uint32_t> query;
    };
    [[nodiscard]] bool fits(std::uint16_t classIndex, const EpisodeShape& shape) const;
    [[nodiscard]] Split splitClass(std::uint16_t classIndex, const EpisodeShape& shape, std::uint32_t queries,
                                   base::Rng& rng) const;
    [[nodiscard]] Episode drawThreat(const EpisodeShape& shape, const std::vector<std::uint16_t>& classes,
                                     base::Rng& rng) const;

    const Dataset& m_dataset;
    std::vector<std::vector<std::uint32_t>> m_rowsOf;                ///< per class
    std::vector<std::vector<std::vector<std::uint32_t>>> m_sessions; ///< per class, rows per session
    std::vector<std::uint32_t> m_benign;                             ///< rows of every class that is no threat
    std::vector<Network> m_networks;
};

/// Splits the classes of a dataset at random into two sets that share none: `share` of them go to the first. Threats
/// and benign classes are split separately, so that both sides have some of each. Sessions may still be shared.
struct ClassSplit {
    std::vector<std::uint16_t> first;
    std::vector<std::uint16_t> second;
};
[[nodiscard]] ClassSplit splitClasses(const Dataset& dataset, double share, base::Rng& rng);

} // namespace flowscent::learn
