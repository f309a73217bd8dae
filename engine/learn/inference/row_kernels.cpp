// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/inference/row_kernels.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace flowscent::learn {

namespace {

struct Job {
    std::span<const float* const> rows;
    Lanes lanes;
    const float* bias;
    std::span<float* const> into;
};

/// `tile` rows from `first` on against `vectors` registers of lanes from `column` on. All sums stay in registers while
/// k runs, so that each load feeds several multiplications. Beyond the last row the tile repeats it: one path for all
/// numbers of rows is what makes results independent of them.
template <RowOperation operation, std::size_t floats, std::size_t vectors, std::size_t tile>
[[gnu::always_inline]] inline void computeTile(const Job& job, std::size_t first, std::size_t column)
{
    typedef float Vector __attribute__((vector_size(floats * sizeof(float)))); // NOLINT: `using` takes no such size
    const std::size_t last = job.rows.size() - 1;
    const float* rows[tile];
    Vector sums[tile][vectors];
#pragma GCC unroll 16
    for (std::size_t r = 0; r < tile; ++r) {
        rows[r] = job.rows[std::min(first + r, last)];
#pragma GCC unroll 4
        for (std::size_t v = 0; v < vectors; ++v) {
            if constexpr (operation == RowOperation::SquaredDistance)
                sums[r][v] = Vector{};
            else
                std::memcpy(&sums[r][v], job.bias + column + v * floats, sizeof(Vector));
        }
    }
    const float* lanes = job.lanes.values + column;
    for (std::size_t k = 0; k < job.lanes.depth; ++k, lanes += job.lanes.width) {
        Vector weights[vectors];
#pragma GCC unroll 4
        for (std::size_t v = 0; v < vectors; ++v)
            std::memcpy(&weights[v], lanes + v * floats, sizeof(Vector));
#pragma GCC unroll 16
        for (std::size_t r = 0; r < tile; ++r) {
            const float value = rows[r][k];
#pragma GCC unroll 4
            for (std::size_t v = 0; v < vectors; ++v) {
                if constexpr (operation == RowOperation::SquaredDistance) {
                    const Vector apart = value - weights[v];
                    sums[r][v] += apart * apart;
                } else {
                    sums[r][v] += value * weights[v];
                }
            }
        }
    }
#pragma GCC unroll 16
    for (std::size_t r = 0; r < tile; ++r) {
        float* into = job.into[std::min(first + r, last)] + column;
#pragma GCC unroll 4
        for (std::size_t v = 0; v < vectors; ++v) {
            if constexpr (operation == RowOperation::RectifiedProduct)
                sums[r][v] = sums[r][v] < 0 ? Vector{} : sums[r][v];
            std::memcpy(into + v * floats, &sums[r][v], sizeof(Vector));
        }
    }
}

template <RowOperation operation, std::size_t floats, std::size_t vectors, std::size_t tile>
[[gnu::always_inline]] inline void computeColumns(const Job& job, std::size_t column)
{
    for (std::size_t first = 0; first < job.rows.size(); first += tile)
        computeTile<operation, floats, vectors, tile>(job, first, column);
}

/// Tiles as large as the registers allow: 32 of 16 floats, 16 of 8, 16 of 4.
template <RowOperation operation, std::size_t floats>
[[gnu::always_inline]] inline void compute(const Job& job)
{
    if constexpr (floats == laneGroup) {
        for (std::size_t column = 0; column < job.lanes.width;) {
            const std::size_t vectors = std::min<std::size_t>(4, (job.lanes.width - column) / floats);
            if (vectors == 4)
                computeColumns<operation, floats, 4, 6>(job, column);
            else if (vectors == 3)
                computeColumns<operation, floats, 3, 8>(job, column);
            else if (vectors == 2)
                computeColumns<operation, floats, 2, 12>(job, column);
            else
                computeColumns<operation, floats, 1, 12>(job, column);
            column += vectors * floats;
        }
    } else {
        for (std::size_t column = 0; column < job.lanes.width; column += laneGroup)
            computeColumns<operation, floats, laneGroup / floats, floats == 8 ? 6 : 2>(job, column);
    }
}

template <std::size_t floats>
[[gnu::always_inline]] inline void dispatch(RowOperation operation, const Job& job)
{
    switch (operation) {
    case RowOperation::Product:
        return compute<RowOperation::Product, floats>(job);
    case RowOperation::RectifiedProduct:
        return compute<RowOperation::RectifiedProduct, floats>(job);
    case RowOperation::SquaredDistance:
        return compute<RowOperation::SquaredDistance, floats>(job);
    }
}

void onAny(RowOperation operation, const Job& job)
{
    dispatch<4>(operation, job);
}

FLOWSCENT_FOR_AVX2 void onAvx2(RowOperation operation, const Job& job)
{
    dispatch<8>(operation, job);
}

FLOWSCENT_FOR_AVX512 void onAvx512(RowOperation operation, const Job& job)
{
    dispatch<16>(operation, job);
}

} // namespace

void eachRow(RowOperation operation, std::span<const float* const> rows, const Lanes& lanes, const float* bias,
             std::span<float* const> into, base::Instructions with)
{
    assert(lanes.width % laneGroup == 0 && into.size() == rows.size());
    if (rows.empty())
        return;
    const Job job{rows, lanes, bias, into};
    switch (with) {
    case base::Instructions::Any:
        return onAny(operation, job);
    case base::Instructions::Avx2:
        return onAvx2(operation, job);
    case base::Instructions::Avx512:
        return onAvx512(operation, job);
    }
}

} // namespace flowscent::learn
