// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "engine/base/random.h"
#include "engine/learn/tasks/dataset.h"

namespace flowscent::detect {

/// Where the threats that are looked for lie: in the capture of the examples, or in others.
enum class HuntVariant : std::uint8_t { Same, Other };
/// Among whose traffic: everybody's, or only that of the networks that the threats asked for lie in.
enum class HuntNegatives : std::uint8_t { All, Own };
[[nodiscard]] std::string_view text(HuntVariant variant);     ///< "same", "other"
[[nodiscard]] std::string_view text(HuntNegatives negatives); ///< "all", "own"

struct HuntShape {
    HuntVariant variant = HuntVariant::Same;
    HuntNegatives negatives = HuntNegatives::All;
    std::uint32_t shots = 5;

    friend bool operator==(const HuntShape&, const HuntShape&) = default;
};

/// What a method gets to see: rows of the dataset. Queries ascend, so that their order tells nothing.
struct HuntTask {
    std::vector<std::uint32_t> support;    ///< examples of the threat
    std::vector<std::uint32_t> background; ///< unlabelled: may hold the threat
    std::vector<std::uint32_t> query;
};

struct HuntDraw {
    HuntTask task;
    std::vector<bool> isThreat;          ///< per query
    std::uint32_t backgroundThreats = 0; ///< how many the background happens to hold
};

inline constexpr std::size_t leastHuntFlows = 10;    ///< distinct flows of a class that is hunted
inline constexpr std::size_t leastQueryThreats = 5;  ///< of the capture that is hunted in, or of all others
inline constexpr std::size_t mostQueryThreats = 100; ///< a draw of them is taken of more
inline constexpr std::size_t leastOwnBenign = 40;    ///< benign flows of the threat's own networks
inline constexpr std::size_t huntBackground = 64;    ///< flows; half of the pool where that is fewer

/// Draws hunts from a de-duplicated dataset whose provenance is known and which must outlive this. A capture is what
/// the dataset calls a session. Immutable after construction: any thread may draw.
///
/// A draw: a capture u at random among those with enough flows of the class (shots + 5 in it; Other: shots in it and 5
/// elsewhere; Own: 40 benign flows in the networks of the flows that are looked for); the support from u; as queries at
/// most 100 of the other flows of the class in u (Same) or outside u (Other), and the benign flows; of all these, 64 at
/// random become the background and are queries no more. Of small pools half remains; a background that takes the
/// last threat or the last benign flow is drawn again.
class HuntSampler {
public:
    explicit HuntSampler(const learn::Dataset& data);

    /// Threat classes with enough distinct flows, ascending.
    [[nodiscard]] std::vector<std::uint16_t> classes() const;
    [[nodiscard]] bool possible(std::uint16_t threat, const HuntShape& shape) const;
    [[nodiscard]] std::size_t benignFlows() const { return m_benign.size(); }
    /// Of a class and shape that are possible. The same number gives the same draw; those of a class do not depend on
    /// which other classes there are. Support and threats of All and Own are the same wherever the same captures are
    /// possible.
    [[nodiscard]] HuntDraw draw(std::uint16_t threat, const HuntShape& shape, std::uint64_t seed,
                                std::uint32_t number) const;

private:
    using Rows = std::vector<std::uint32_t>;

    [[nodiscard]] Rows lookedFor(std::uint16_t threat, const HuntShape& shape, std::uint32_t session) const;
    [[nodiscard]] Rows negatives(const Rows& threats, const HuntShape& shape) const;
    [[nodiscard]] std::vector<std::uint32_t> captures(std::uint16_t threat, const HuntShape& shape) const;

    const learn::Dataset& m_data;
    std::vector<std::map<std::uint32_t, Rows>> m_threats; ///< per class: rows by session
    Rows m_benign;
    std::vector<Rows> m_benignOf; ///< per network
};

/// A generator for one named thing, so that draws of one thing move those of none other.
[[nodiscard]] base::Rng namedRng(std::uint64_t seed, std::string_view name);

} // namespace flowscent::detect
