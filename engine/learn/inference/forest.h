// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/instructions.h"
#include "engine/base/matrix.h"
#include "engine/base/safetensors.h"

namespace flowscent::learn {

/// One question of a tree, or (left == 0) one of its answers.
struct ForestNode {
    std::uint32_t column = 0;   ///< a row whose number there is at most the threshold goes left; others, NaN too, right
    std::uint32_t left = 0;     ///< place of the left child in Forest::nodes, the right one follows it; 0: a leaf
    std::uint32_t examples = 0; ///< draws that came here while the tree grew, at least 1
    float threshold = 0;
    float share = 0; ///< of threat among those draws as the classes weigh, 0..1; read in leaves only
    friend bool operator==(const ForestNode&, const ForestNode&) = default;
};

/// Decision trees that answer "threat or not" with the mean of their leaves' shares. A plain value without LibTorch;
/// immutable once made, so any thread may score with it.
struct Forest {
    std::uint32_t columns = 0;        ///< of the rows it can score
    std::vector<std::uint32_t> roots; ///< place of each tree's root in `nodes`; a tree ends where the next begins
    std::vector<ForestNode> nodes;    ///< tree by tree, children behind their parent
    friend bool operator==(const Forest&, const Forest&) = default;
};

/// No forest is larger, whether grown or read.
inline constexpr std::size_t maxForestColumns = 65'536;
inline constexpr std::size_t maxForestTrees = 4096;
inline constexpr std::size_t maxForestNodes = std::size_t{1} << 20U;
inline constexpr std::size_t maxForestDepth = 64; ///< questions between a root and a leaf

/// What an example of a class weighs.
enum class ForestBalance : std::uint8_t {
    None,     ///< 1
    All,      ///< inversely to its class's number among all examples (scikit-learn's "balanced")
    EachTree, ///< inversely to its class's number among the tree's draws ("balanced_subsample")
};

struct ForestSettings {
    std::uint32_t trees = 100;
    std::uint32_t columnsPerNode = 0; ///< drawn at each node; 0: the root of their number
    ForestBalance balance = ForestBalance::None;
    /// A node whose drawn columns are all constant is a leaf, as in OpenCV, instead of drawing on, as in scikit-learn.
    /// Leaves then stay mixed where few columns tell examples apart, which blurs what one or two threats say.
    bool endsAtConstants = false;
    /// Extra-Trees (Geurts, Ernst and Wehenkel, "Extremely randomized trees", Machine Learning 2006): every tree sees
    /// all examples, and of each drawn column one cut at random.
    bool extra = false;
};

/// A forest and what its trees say of the examples that they have not seen.
struct ForestFit {
    Forest forest;
    /// Per example the mean over those trees whose draws lack it; NaN where there is none, so for all in Extra-Trees.
    std::vector<double> outOfBag;
};

/// Breiman, "Random forests", Machine Learning 2001, as scikit-learn's RandomForestClassifier grows them: n draws with
/// replacement for each tree, the best cut by Gini's impurity of the root of the columns (more while all of those are
/// constant), halfway between neighbouring numbers, until a node holds one class or equal rows. `isThreat` has an entry
/// a row, 0 or not. Equal in rows, settings and seed is equal in every bit, on every processor. Support error when a
/// class has no example, sizes disagree or a number is not finite; Argument error for settings beyond the limits above.
/// A tree is cut off at maxForestDepth. A few milliseconds for 5 threats among 1000 rows of 300 columns; any thread.
[[nodiscard]] base::Result<Forest> fitForest(const base::Matrix& rows, std::span<const std::uint8_t> isThreat,
                                             const ForestSettings& settings, std::uint64_t seed);
/// The same forest, and the trees' opinion of the examples that each has not seen.
[[nodiscard]] base::Result<ForestFit> fitForestOutOfBag(const base::Matrix& rows,
                                                        std::span<const std::uint8_t> isThreat,
                                                        const ForestSettings& settings, std::uint64_t seed);

/// The mean over the trees of the share in the leaf that a row falls into, for rows [begin, end) into those places of
/// `shares`, which has one a row of `rows`. rows.columns == forest.columns. A row's share is the same to the last bit
/// in any company. Allocates per call, not per row; any thread.
void forestShares(const Forest& forest, const base::Matrix& rows, std::size_t begin, std::size_t end,
                  std::span<double> shares, base::Instructions with = base::widest());
[[nodiscard]] std::vector<double> forestShares(const Forest& forest, const base::Matrix& rows);

/// Why a forest says what it says of one row: share = expected + the sum over `columns`.
struct ForestContributions {
    double expected = 0;         ///< what it says without knowing any number: mean leaf, as the examples fell
    std::vector<double> columns; ///< Shapley value of each column
};

/// Exact Shapley values where an unknown number sends a row down both ways as the examples went (path-dependent
/// TreeSHAP: Lundberg, Erion and Lee, "Consistent individualized feature attribution for tree ensembles", 2018).
/// `row` has forest.columns numbers. Tens of microseconds for 100 small trees; any thread.
[[nodiscard]] ForestContributions forestContributions(const Forest& forest, std::span<const float> row);

/// Three tensors: NAME.columns (1), NAME.trees (number of nodes of each tree) and NAME.nodes (one row a node: column,
/// threshold, left child counted from the tree's root, share, examples).
void putForest(base::TensorFile& file, const std::string& name, const Forest& forest);
/// Model error for anything that is not a forest: numbers that are no places, children that are not strictly behind
/// their parent or not exactly once a child, a column beyond the columns, shares outside 0..1, examples that do not add
/// up, sizes beyond the limits. What comes back can be walked and explained without further checks.
[[nodiscard]] base::Result<Forest> forestFromTensors(const base::TensorFile& file, const std::string& name);

} // namespace flowscent::learn
