// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/learn/stroke_characters.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flowscent::test {

namespace {

constexpr double margin = 0.12;   ///< of the paper that characters leave free
constexpr double shortest = 0.25; ///< from a stroke's beginning to its end
constexpr int pieces = 8;         ///< straight lines in place of a curve

Point somewhere(base::Rng& rng)
{
    const auto place = [&rng] { return margin + (1 - 2 * margin) * rng.uniform(); };
    const double x = place();
    return {x, place()};
}

Point onCurve(const Stroke& stroke, double t)
{
    const double a = (1 - t) * (1 - t);
    const double b = 2 * t * (1 - t);
    const double c = t * t;
    return {a * stroke[0].x + b * stroke[1].x + c * stroke[2].x, a * stroke[0].y + b * stroke[1].y + c * stroke[2].y};
}

double distanceToLine(Point p, Point from, Point to)
{
    const double dx = to.x - from.x;
    const double dy = to.y - from.y;
    const double squared = dx * dx + dy * dy;
    const double along = squared > 0 ? std::clamp(((p.x - from.x) * dx + (p.y - from.y) * dy) / squared, 0.0, 1.0) : 0;
    return std::hypot(p.x - from.x - along * dx, p.y - from.y - along * dy);
}

/// The hand's way of leaning everything it writes, around the middle of the paper.
struct Lean {
    double xx = 1, xy = 0, yx = 0, yy = 1;
    Point shift;

    Lean(const Handwriting& hand, base::Rng& rng)
    {
        const double turn = hand.turn * rng.normal();
        const double wide = std::exp(hand.scale * rng.normal());
        const double high = std::exp(hand.scale * rng.normal());
        const double shear = hand.shear * rng.normal();
        xx = wide * std::cos(turn);
        xy = high * (shear * std::cos(turn) - std::sin(turn));
        yx = wide * std::sin(turn);
        yy = high * (shear * std::sin(turn) + std::cos(turn));
        shift.x = hand.shift * rng.normal();
        shift.y = hand.shift * rng.normal();
    }
    [[nodiscard]] Point of(Point p) const
    {
        const double x = p.x - 0.5;
        const double y = p.y - 0.5;
        return {0.5 + xx * x + xy * y + shift.x, 0.5 + yx * x + yy * y + shift.y};
    }
};

} // namespace

Character drawCharacter(base::Rng& rng)
{
    Character character(2 + rng.below(3));
    for (std::size_t i = 0; i < character.size(); ++i) {
        const bool goesOn = i > 0 && rng.below(2) == 0;
        Stroke& stroke = character[i];
        stroke[0] = goesOn ? character[i - 1][2] : somewhere(rng);
        stroke[1] = somewhere(rng);
        do
            stroke[2] = somewhere(rng);
        while (std::hypot(stroke[2].x - stroke[0].x, stroke[2].y - stroke[0].y) < shortest);
    }
    return character;
}

std::vector<float> written(const Character& character, std::size_t side, const Handwriting& hand, base::Rng& rng)
{
    const Lean lean(hand, rng);
    std::vector<std::array<Point, pieces + 1>> lines;
    for (const Stroke& stroke : character) {
        Stroke moved = stroke;
        for (Point& point : moved) {
            point.x += hand.jitter * rng.normal();
            point.y += hand.jitter * rng.normal();
        }
        auto& line = lines.emplace_back();
        for (int i = 0; i <= pieces; ++i)
            line[static_cast<std::size_t>(i)] = lean.of(onCurve(moved, static_cast<double>(i) / pieces));
    }
    const double halfWidth = hand.thinnest + (hand.thickest - hand.thinnest) * rng.uniform();
    const auto sides = static_cast<double>(side);
    std::vector<float> image(side * side);
    for (std::size_t row = 0; row < side; ++row) {
        for (std::size_t column = 0; column < side; ++column) {
            const Point middle{(static_cast<double>(column) + 0.5) / sides, (static_cast<double>(row) + 0.5) / sides};
            double nearest = std::numeric_limits<double>::max();
            for (const auto& line : lines)
                for (std::size_t i = 0; i < pieces; ++i)
                    nearest = std::min(nearest, distanceToLine(middle, line[i], line[i + 1]));
            // Ink fades over the width of a pixel.
            image[row * side + column] = static_cast<float>(std::clamp((halfWidth - nearest) * sides + 0.5, 0.0, 1.0));
        }
    }
    return image;
}

base::Matrix writtenOften(const std::vector<Character>& characters, std::size_t each, std::size_t side,
                          const Handwriting& hand, base::Rng& rng)
{
    base::Matrix images(characters.size() * each, side * side);
    std::size_t row = 0;
    for (const Character& character : characters)
        for (std::size_t i = 0; i < each; ++i)
            std::ranges::copy(written(character, side, hand, rng), images.row(row++).begin());
    return images;
}

base::Matrix turned(const base::Matrix& images, std::size_t side, int quarters)
{
    base::Matrix now = images;
    for (int turn = 0; turn < quarters; ++turn) {
        const base::Matrix before = now;
        for (std::size_t image = 0; image < now.rows; ++image)
            for (std::size_t row = 0; row < side; ++row)
                for (std::size_t column = 0; column < side; ++column)
                    now.row(image)[row * side + column] = before.row(image)[column * side + (side - 1 - row)];
    }
    return now;
}

} // namespace flowscent::test
