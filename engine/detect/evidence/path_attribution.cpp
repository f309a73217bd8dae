// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evidence/path_attribution.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace flowscent::detect {

using base::failure;
using base::Matrix;

namespace {

/// Of two Gauss-Legendre points, from the left end of a piece of length 1: (1 -+ 1 / sqrt 3) / 2.
constexpr std::array<double, 2> gaussPoints{0.21132486540518713, 0.7886751345948129};

/// A part of the way, 0..1 from start to end.
struct Piece {
    double begin = 0;
    double length = 0;
    double atBegin = 0; ///< the function there
    double atEnd = 0;
    std::vector<double> perColumn;
    double error = 0; ///< how far perColumn is from complete on this piece, >= 0
};

class Path {
public:
    Path(const SlopedFunction& function, std::span<const float> start, std::span<const float> end)
        : m_function(function)
        , m_start(start)
        , m_end(end)
    {
    }

    [[nodiscard]] Matrix points(const std::vector<double>& places) const
    {
        Matrix rows(places.size(), m_start.size());
        for (std::size_t i = 0; i < places.size(); ++i) {
            const auto row = rows.row(i);
            for (std::size_t column = 0; column < row.size(); ++column) {
                const double from = m_start[column];
                row[column] = static_cast<float>(from + places[i] * (double{m_end[column]} - from));
            }
        }
        return rows;
    }

    [[nodiscard]] base::Result<std::vector<double>> values(const std::vector<double>& places) const
    {
        return m_function.values(points(places));
    }

    /// Attributes each piece's difference, whose ends are known.
    [[nodiscard]] base::Result<void> attribute(std::span<Piece> pieces) const
    {
        std::vector<double> places;
        for (const Piece& piece : pieces) {
            for (const double point : gaussPoints)
                places.push_back(piece.begin + point * piece.length);
        }
        const auto slopes = m_function.gradients(points(places));
        if (!slopes)
            return failure(slopes.error());
        for (std::size_t i = 0; i < pieces.size(); ++i) {
            Piece& piece = pieces[i];
            piece.perColumn.resize(m_start.size());
            const auto left = slopes->row(2 * i);
            const auto right = slopes->row(2 * i + 1);
            double sum = 0;
            for (std::size_t column = 0; column < left.size(); ++column) {
                const double mean = 0.5 * (double{left[column]} + double{right[column]});
                piece.perColumn[column] = mean * piece.length * (double{m_end[column]} - double{m_start[column]});
                sum += piece.perColumn[column];
            }
            piece.error = std::abs(piece.atEnd - piece.atBegin - sum);
        }
        return {};
    }

private:
    const SlopedFunction& m_function;
    std::span<const float> m_start;
    std::span<const float> m_end;
};

base::Result<std::vector<Piece>> firstPieces(const Path& path, std::size_t count)
{
    std::vector<double> ends;
    for (std::size_t i = 0; i <= count; ++i)
        ends.push_back(static_cast<double>(i) / static_cast<double>(count));
    const auto values = path.values(ends);
    if (!values)
        return failure(values.error());
    std::vector<Piece> pieces(count);
    for (std::size_t i = 0; i < count; ++i)
        pieces[i] = {ends[i], ends[i + 1] - ends[i], (*values)[i], (*values)[i + 1], {}, 0};
    if (auto done = path.attribute(pieces); !done)
        return failure(done.error());
    return pieces;
}

/// Moves the worst pieces to the end until the others' errors together are below `allowed`; at most `most`. How many.
std::size_t worstLast(std::vector<Piece>& pieces, double allowed, std::size_t most)
{
    std::ranges::sort(pieces, {}, &Piece::error);
    double kept = 0;
    std::size_t good = 0;
    while (good < pieces.size() && kept + pieces[good].error <= allowed)
        kept += pieces[good++].error;
    return std::min(pieces.size() - good, most);
}

/// Halves the last `count` pieces.
base::Result<void> halve(const Path& path, std::vector<Piece>& pieces, std::size_t count)
{
    const std::size_t first = pieces.size() - count;
    std::vector<double> middles;
    for (std::size_t i = first; i < pieces.size(); ++i)
        middles.push_back(pieces[i].begin + 0.5 * pieces[i].length);
    const auto values = path.values(middles);
    if (!values)
        return failure(values.error());
    std::vector<Piece> halves;
    for (std::size_t i = 0; i < count; ++i) {
        const Piece& whole = pieces[first + i];
        halves.push_back({whole.begin, 0.5 * whole.length, whole.atBegin, (*values)[i], {}, 0});
        halves.push_back({middles[i], 0.5 * whole.length, (*values)[i], whole.atEnd, {}, 0});
    }
    if (auto done = path.attribute(halves); !done)
        return done;
    pieces.resize(first);
    std::ranges::move(halves, std::back_inserter(pieces));
    return {};
}

double together(const std::vector<Piece>& pieces)
{
    return std::transform_reduce(pieces.begin(), pieces.end(), 0.0, std::plus<>{}, std::mem_fn(&Piece::error));
}

} // namespace

base::Result<PathAttribution> integrateGradients(const SlopedFunction& function, std::span<const float> start,
                                                 std::span<const float> end, const PathSettings& settings)
{
    if (start.size() != end.size() || settings.firstPieces == 0)
        return failure(base::Error::Code::Argument, "a path needs two points of one size, and a piece");
    const Path path(function, start, end);
    auto pieces = firstPieces(path, settings.firstPieces);
    if (!pieces)
        return failure(pieces.error());
    PathAttribution result;
    result.perColumn.resize(start.size());
    result.atStart = pieces->front().atBegin;
    result.atEnd = pieces->back().atEnd;
    result.steps = 2 * pieces->size();
    const double scale = settings.scale > 0 ? settings.scale : std::abs(result.atEnd - result.atStart);
    while (together(*pieces) > settings.tolerance * scale && result.steps + 4 <= settings.mostSteps) {
        const std::size_t worst =
            worstLast(*pieces, 0.5 * settings.tolerance * scale, (settings.mostSteps - result.steps) / 4);
        if (auto done = halve(path, *pieces, worst); !done)
            return failure(done.error());
        result.steps += 4 * worst;
    }
    double sum = 0;
    for (const Piece& piece : *pieces) {
        for (std::size_t column = 0; column < start.size(); ++column) {
            result.perColumn[column] += piece.perColumn[column];
            sum += piece.perColumn[column];
        }
    }
    result.missing = result.atEnd - result.atStart - sum;
    result.completenessError = result.missing == 0 ? 0 : std::abs(result.missing) / scale;
    return result;
}

} // namespace flowscent::detect
