// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/base/matrix.h"
#include "engine/base/random.h"

/// Made-up handwriting in the manner of Omniglot (Lake et al., Science 2015): a character is a sequence of pen strokes,
/// and everybody who writes it moves its points a little, leans it, and takes another pen.
namespace flowscent::test {

struct Point {
    double x = 0;
    double y = 0;
};
/// A quadratic Bezier curve, in a square from 0 to 1.
using Stroke = std::array<Point, 3>;
using Character = std::vector<Stroke>;

/// Two to four strokes; half of them begin where the one before ended.
[[nodiscard]] Character drawCharacter(base::Rng& rng);

/// How differently a character is written. Standard deviations, but for the width's bounds.
struct Handwriting {
    double jitter = 0.03; ///< of every point, in sides of the square
    double turn = 0.12;   ///< radians
    double scale = 0.08;  ///< of each axis
    double shear = 0.08;
    double shift = 0.035; ///< sides
    double thinnest = 0.025;
    double thickest = 0.045; ///< half the pen's width, sides
};

/// One instance, `side` x `side` pixels of grey from 0 (paper) to 1 (ink), anti-aliased, row by row.
[[nodiscard]] std::vector<float> written(const Character& character, std::size_t side, const Handwriting& hand,
                                         base::Rng& rng);

/// `each` instances of every character, one a row, characters one after the other.
[[nodiscard]] base::Matrix writtenOften(const std::vector<Character>& characters, std::size_t each, std::size_t side,
                                        const Handwriting& hand, base::Rng& rng);

/// The images turned by a quarter, `quarters` times: other characters (as Santoro et al., ICML 2016, do with Omniglot).
[[nodiscard]] base::Matrix turned(const base::Matrix& images, std::size_t side, int quarters);

} // namespace flowscent::test
