// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QImage>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace flowscent::ui {

/// An image that points fall on. Each leaves a spot of some pixels in the colour of its kind; where several fall on one
/// pixel the highest kind is seen, and the more they are the more solid it is. A point costs one write, a pixel a few
/// more, so a million points on a full screen take some ten milliseconds.
class PointRaster {
public:
    /// `radius`: a spot is 2 radius + 1 pixels wide.
    PointRaster(int width, int height, int radius);

    /// Outside of the image: nothing. Pixels from the upper left corner.
    void add(double x, double y, std::uint8_t kind)
    {
        if (!(x >= 0 && y >= 0 && x < m_width && y < m_height)) // also false for NaN
            return;
        const std::size_t at = static_cast<std::size_t>(y) * m_stride + static_cast<std::size_t>(x);
        m_hits[at] = static_cast<std::uint16_t>(m_hits[at] + (m_hits[at] < mostHits ? 1U : 0U));
        m_top[at] = std::max(m_top[at], static_cast<std::uint8_t>(kind + 1));
    }
    /// Spreads the points to spots and colours them by kind; call once.
    [[nodiscard]] QImage image(const std::vector<QColor>& colours);

private:
    static constexpr std::uint16_t mostHits = 1000; ///< no pixel becomes more solid; 49 of them fit a sum

    void spread();

    double m_width;
    double m_height;
    std::size_t m_stride;
    std::size_t m_rows;
    int m_radius;
    std::vector<std::uint16_t> m_hits; ///< points a pixel
    std::vector<std::uint8_t> m_top;   ///< 1 + the highest kind; 0 for none
};

} // namespace flowscent::ui
