// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/projection/principal_plane.h"

#include "engine/learn/inference/row_kernels.h"
#include "engine/learn/projection/leading_eigenpairs.h"

#include <algorithm>

namespace flowscent::learn {

namespace {

constexpr std::size_t blockRows = 256; ///< few enough for floats to add up without loss that could be seen

std::vector<float*> pointers(std::vector<float>& values, std::size_t rows, std::size_t width)
{
    std::vector<float*> into(rows);
    for (std::size_t i = 0; i < rows; ++i)
        into[i] = values.data() + i * width;
    return into;
}

std::vector<float> meanOf(const base::Matrix& matrix, std::span<const std::uint32_t> rows)
{
    std::vector<double> sum(matrix.columns);
    for (const std::uint32_t row : rows) {
        const float* values = matrix.row(row).data();
        for (std::size_t i = 0; i < matrix.columns; ++i)
            sum[i] += double{values[i]};
    }
    std::vector<float> mean(matrix.columns);
    for (std::size_t i = 0; i < mean.size(); ++i)
        mean[i] = static_cast<float>(sum[i] / static_cast<double>(std::max<std::size_t>(rows.size(), 1)));
    return mean;
}

/// Adds up outer products of rows less their mean, a block at a time: a block's centred rows, lying on their side,
/// times the same rows upright.
class Scatter {
public:
    explicit Scatter(std::size_t columns)
        : m_columns(columns)
        , m_width(padded(columns))
        , m_upright(blockRows * m_width)
        , m_lying(columns * blockRows)
        , m_products(columns * m_width)
        , m_nothing(m_width)
        , m_sum(columns, columns)
    {
        for (std::size_t i = 0; i < columns; ++i)
            m_rows.push_back(m_lying.data() + i * blockRows);
        m_into = pointers(m_products, columns, m_width);
    }

    void add(const base::Matrix& matrix, std::span<const std::uint32_t> rows, const std::vector<float>& mean)
    {
        for (std::size_t i = 0; i < blockRows; ++i) {
            float* centred = m_upright.data() + i * m_width;
            if (i < rows.size()) {
                const float* values = matrix.row(rows[i]).data();
                for (std::size_t k = 0; k < m_columns; ++k)
                    centred[k] = values[k] - mean[k];
            } else {
                std::fill_n(centred, m_columns, 0.0F);
            }
        }
        for (std::size_t k = 0; k < m_columns; ++k) {
            for (std::size_t i = 0; i < blockRows; ++i)
                m_lying[k * blockRows + i] = m_upright[i * m_width + k];
        }
        eachRow(RowOperation::Product, m_rows, {m_upright.data(), blockRows, m_width}, m_nothing.data(), m_into);
        for (std::size_t k = 0; k < m_columns; ++k) {
            for (std::size_t i = 0; i < m_columns; ++i)
                m_sum.row(k)[i] += double{m_into[k][i]};
        }
    }

    [[nodiscard]] const DoubleRows& sum() const { return m_sum; }

private:
    std::size_t m_columns;
    std::size_t m_width;
    std::vector<float> m_upright; ///< block x padded columns
    std::vector<float> m_lying;   ///< columns x block
    std::vector<float> m_products;
    std::vector<float> m_nothing;
    std::vector<const float*> m_rows;
    std::vector<float*> m_into;
    DoubleRows m_sum;
};

} // namespace

base::Result<PrincipalPlane> principalPlane(const base::Matrix& matrix, std::span<const std::uint32_t> rows,
                                            const std::stop_token& stop)
{
    PrincipalPlane plane;
    plane.mean = meanOf(matrix, rows);
    plane.axes.fill(std::vector<float>(matrix.columns));
    if (matrix.columns < 2)
        return plane;
    Scatter scatter(matrix.columns);
    for (std::size_t from = 0; from < rows.size(); from += blockRows) {
        if (stop.stop_requested())
            return layoutStopped();
        scatter.add(matrix, rows.subspan(from, std::min(blockRows, rows.size() - from)), plane.mean);
    }
    double total = 0;
    for (std::size_t i = 0; i < matrix.columns; ++i)
        total += scatter.sum().row(i)[i];
    if (total <= 0)
        return plane;
    const Eigenpairs pairs = leadingEigenpairs(scatter.sum(), 2);
    for (std::size_t axis = 0; axis < 2; ++axis) {
        std::transform(pairs.vectors.row(axis), pairs.vectors.row(axis) + matrix.columns, plane.axes[axis].begin(),
                       [](double value) { return static_cast<float>(value); });
        plane.explained[axis] = std::clamp(pairs.values[axis] / total, 0.0, 1.0);
    }
    return plane;
}

Places project(const PrincipalPlane& plane, const base::Matrix& matrix, std::span<const std::uint32_t> rows)
{
    std::vector<float> lanes(matrix.columns * laneGroup); // two of which are used
    std::vector<float> bias(laneGroup);
    for (std::size_t axis = 0; axis < 2; ++axis) {
        for (std::size_t k = 0; k < matrix.columns; ++k) {
            lanes[k * laneGroup + axis] = plane.axes[axis][k];
            bias[axis] -= plane.axes[axis][k] * plane.mean[k];
        }
    }
    Places places(matrix.rows);
    std::vector<float> results(blockRows * laneGroup);
    const std::vector<float*> into = pointers(results, blockRows, laneGroup);
    std::vector<const float*> from(blockRows);
    for (std::size_t begin = 0; begin < rows.size(); begin += blockRows) {
        const std::size_t count = std::min(blockRows, rows.size() - begin);
        for (std::size_t i = 0; i < count; ++i)
            from[i] = matrix.row(rows[begin + i]).data();
        eachRow(RowOperation::Product, std::span(from).first(count), {lanes.data(), matrix.columns, laneGroup},
                bias.data(), std::span(into).first(count));
        for (std::size_t i = 0; i < count; ++i)
            places[rows[begin + i]] = {into[i][0], into[i][1]};
    }
    return places;
}

} // namespace flowscent::learn
