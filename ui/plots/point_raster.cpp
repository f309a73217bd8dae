// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/point_raster.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace flowscent::ui {

namespace {

constexpr int singleAlpha = 110; ///< of a pixel that one point falls on
constexpr double alphaPerDoubling = 36;

/// Joins every value with those `shift` before and behind it, as they were in `from`. Two loops, each of which the
/// compiler can run over several values at once.
template <class Value, class Join>
void join(const Value* from, Value* into, std::size_t count, std::size_t shift, Join together)
{
    for (std::size_t i = 0; i + shift < count; ++i)
        into[i] = static_cast<Value>(together(into[i], from[i + shift]));
    for (std::size_t i = shift; i < count; ++i)
        into[i] = static_cast<Value>(together(into[i], from[i - shift]));
}

} // namespace

PointRaster::PointRaster(int width, int height, int radius)
    : m_width(width)
    , m_height(height)
    , m_stride(static_cast<std::size_t>(std::max(width, 0)))
    , m_rows(static_cast<std::size_t>(std::max(height, 0)))
    , m_radius(std::clamp(radius, 0, 3))
    , m_hits(m_stride * m_rows)
    , m_top(m_stride * m_rows)
{
}

/// First along lines, then across them: the sum over a square is the sum of sums.
void PointRaster::spread()
{
    const auto add = [](auto a, auto b) { return a + b; };
    const auto greatest = [](auto a, auto b) { return std::max(a, b); };
    const auto hits = m_hits;
    const auto top = m_top;
    for (std::size_t line = 0; line < m_rows; ++line) {
        for (std::size_t shift = 1; shift <= static_cast<std::size_t>(m_radius); ++shift) {
            join(hits.data() + line * m_stride, m_hits.data() + line * m_stride, m_stride, shift, add);
            join(top.data() + line * m_stride, m_top.data() + line * m_stride, m_stride, shift, greatest);
        }
    }
    const auto wideHits = m_hits;
    const auto wideTop = m_top;
    for (std::size_t shift = 1; shift <= static_cast<std::size_t>(m_radius); ++shift) {
        join(wideHits.data(), m_hits.data(), m_hits.size(), shift * m_stride, add);
        join(wideTop.data(), m_top.data(), m_top.size(), shift * m_stride, greatest);
    }
}

QImage PointRaster::image(const std::vector<QColor>& colours)
{
    spread();
    std::array<std::uint32_t, 4096> solidity{}; // of 255
    for (std::size_t hits = 1; hits < solidity.size(); ++hits)
        solidity[hits] = static_cast<std::uint32_t>(
            std::min(255.0, singleAlpha + alphaPerDoubling * std::log2(static_cast<double>(hits))));
    QImage image(static_cast<int>(m_stride), static_cast<int>(m_rows), QImage::Format_ARGB32_Premultiplied);
    std::vector<QRgb> pixels(colours.size());
    std::ranges::transform(colours, pixels.begin(), &QColor::rgba);
    const auto shareOf = [](std::uint32_t value, std::uint32_t of255) { return (value * of255 + 127) / 255; };
    for (std::size_t y = 0; y < m_rows; ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(static_cast<int>(y)));
        for (std::size_t x = 0; x < m_stride; ++x) {
            const std::size_t at = y * m_stride + x;
            if (m_top[at] == 0) {
                line[x] = 0;
                continue;
            }
            const QRgb colour = pixels[m_top[at] - 1U];
            const std::uint32_t alpha = shareOf(static_cast<std::uint32_t>(qAlpha(colour)),
                                                solidity[std::min<std::size_t>(m_hits[at], solidity.size() - 1)]);
            line[x] = alpha << 24 | shareOf(colour >> 16 & 255U, alpha) << 16 |
                      shareOf(colour >> 8 & 255U, alpha) << 8 | shareOf(colour & 255U, alpha); // premultiplied
        }
    }
    return image;
}

} // namespace flowscent::ui
