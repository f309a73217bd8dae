// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/matrix.h"
#include "engine/learn/inference/head.h"

namespace flowscent::detect {

/// Traffic of all kinds, which likeness to examples is held against: a flow that is no more like an example than like
/// a score of these is like nothing in particular. Made once, shared by everything that is fitted on it.
struct NoveltyBank {
    base::Matrix rows;         ///< m x d embeddings
    std::vector<float> centre; ///< their mean
    base::Matrix directions;   ///< m x d, see directions.h
    /// Some of them, whose scores put every measure on one scale; and how like each of them its 20th neighbour is.
    std::vector<std::uint32_t> references;
    std::vector<float> referenceLikeness;
};

/// Support error with fewer than 40 rows, Model error when a number is not finite. Tens of milliseconds for 1 000 rows.
[[nodiscard]] base::Result<std::shared_ptr<const NoveltyBank>> noveltyBank(base::Matrix embeddings);

/// How unlike the examples of every group flows are. Plain value; any thread may score with it.
///
/// The mean of three measures, each less its median over the bank's references and divided by their interquartile
/// range / 1.35: what is negative is more like some group than other traffic is. In directions from the bank's centre:
///   1. minus the largest cosine to a group's mean direction (SimpleShot's centred, normalised prototypes: Wang et al.,
///      2019, arXiv:1911.04623);
///   2. the cosine to the bank's 20th nearest flow less that to the nearest example (after the nearest neighbour
///      distance ratio: Mendes Junior et al., "Nearest neighbors distance ratio open-set classifier", Machine Learning
///      2017, with the bank for a rival);
/// and of the embeddings as they are:
///   3. the logit of the bank less the largest of a group, by R2D2's ridge with the bank as one more class.
struct Novelty {
    struct Scale {
        double centre = 0;
        double spread = 1; ///< > 0
    };
    std::shared_ptr<const NoveltyBank> bank;
    base::Matrix examples;   ///< directions
    base::Matrix prototypes; ///< directions, one for each group
    learn::Head ridge;       ///< the bank's way is the last
    std::array<Scale, 3> scales;
};

/// `examples`: weights are not looked at. Support error as of learn::fitHead; Argument error when widths differ.
[[nodiscard]] base::Result<Novelty> fitNovelty(std::shared_ptr<const NoveltyBank> bank,
                                               const learn::HeadExamples& examples,
                                               const learn::HeadParameters& parameters);

/// Per row; higher is more unlike everything in the groups. A row's score is the same in any company.
[[nodiscard]] std::vector<double> noveltyScores(const Novelty& novelty, const base::Matrix& embeddings);

} // namespace flowscent::detect
