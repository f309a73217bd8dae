// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/learn/inference/row_kernels.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

using namespace flowscent;
using base::Instructions;
using learn::RowOperation;

namespace {

/// Rows and lanes by chance, and a place for the results.
struct Task {
    std::size_t depth;
    std::size_t width;
    std::vector<float> values;
    std::vector<float> lanes;
    std::vector<float> bias;
    std::vector<float> results;

    Task(std::size_t rows, std::size_t d, std::size_t w)
        : depth(d)
        , width(w)
        , values(rows * d)
        , lanes(d * w)
        , bias(w)
        , results(rows * w)
    {
        base::Rng rng(rows * 1000 + d + w);
        for (std::vector<float>* numbers : {&values, &lanes, &bias})
            std::ranges::generate(*numbers, [&] { return static_cast<float>(rng.normal()); });
    }
    [[nodiscard]] std::size_t rows() const { return values.size() / depth; }

    /// The named rows only, in that order.
    void run(RowOperation operation, const std::vector<std::size_t>& which, Instructions with)
    {
        std::vector<const float*> from;
        std::vector<float*> into;
        for (const std::size_t row : which) {
            from.push_back(&values[row * depth]);
            into.push_back(&results[row * width]);
        }
        learn::eachRow(operation, from, {lanes.data(), depth, width}, bias.data(), into, with);
    }
    void run(RowOperation operation, Instructions with)
    {
        std::vector<std::size_t> all(rows());
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i] = i;
        run(operation, all, with);
    }

    /// The definition, in double precision.
    [[nodiscard]] double expected(RowOperation operation, std::size_t row, std::size_t column) const
    {
        double sum = operation == RowOperation::SquaredDistance ? 0.0 : double{bias[column]};
        for (std::size_t k = 0; k < depth; ++k) {
            const double value = values[row * depth + k];
            const double lane = lanes[k * width + column];
            sum += operation == RowOperation::SquaredDistance ? (value - lane) * (value - lane) : value * lane;
        }
        return operation == RowOperation::RectifiedProduct ? std::max(0.0, sum) : sum;
    }
};

constexpr std::array operations{RowOperation::Product, RowOperation::RectifiedProduct, RowOperation::SquaredDistance};

} // namespace

class RowKernelsTest : public QObject {
    Q_OBJECT

    /// One line per set of instructions that this processor has.
    static void eachInstructions()
    {
        QTest::addColumn<Instructions>("with");
        for (const Instructions set : base::allInstructions) {
            if (base::has(set))
                QTest::addRow("instructions %d", static_cast<int>(set)) << set;
        }
    }

private Q_SLOTS:
    /// Widths of one to five groups of lanes, so that every size of tile has its turn, with rows that leave tiles
    /// half filled.
    void resultsAreTheDefinitions_data() { eachInstructions(); }
    void resultsAreTheDefinitions()
    {
        QFETCH(const Instructions, with);
        for (const std::size_t width : {16U, 32U, 48U, 64U, 80U}) {
            for (const std::size_t rows : {1U, 2U, 5U, 6U, 7U, 13U, 25U}) {
                for (const std::size_t depth : {1U, 45U, 128U}) {
                    Task task(rows, depth, width);
                    for (const RowOperation operation : operations) {
                        task.run(operation, with);
                        for (std::size_t row = 0; row < rows; ++row) {
                            for (std::size_t column = 0; column < width; ++column) {
                                const double expected = task.expected(operation, row, column);
                                const double found = task.results[row * width + column];
                                QVERIFY(std::abs(found - expected) < 1e-5 * std::max(10.0, std::abs(expected)));
                            }
                        }
                    }
                }
            }
        }
    }

    void aRowGivesTheSameBitsInAnyCompany_data() { eachInstructions(); }
    void aRowGivesTheSameBitsInAnyCompany()
    {
        QFETCH(const Instructions, with);
        for (const std::size_t width : {16U, 32U, 48U, 64U}) {
            for (const RowOperation operation : operations) {
                Task together(29, 77, width);
                together.run(operation, with);
                Task alone(29, 77, width);
                for (std::size_t row = 0; row < 29; ++row)
                    alone.run(operation, std::vector{row}, with);
                QVERIFY(alone.results == together.results);
                Task backwards(29, 77, width);
                backwards.run(operation, {28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18}, with);
                backwards.run(operation, {17, 16, 15, 14, 13, 12, 11}, with);
                backwards.run(operation, {10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0}, with);
                QVERIFY(backwards.results == together.results);
            }
        }
    }

    void noNumberIsNotHiddenByTheRectifier_data() { eachInstructions(); }
    void noNumberIsNotHiddenByTheRectifier()
    {
        QFETCH(const Instructions, with);
        Task task(3, 4, 16);
        task.bias[5] = std::numeric_limits<float>::quiet_NaN();
        task.run(RowOperation::RectifiedProduct, with);
        for (std::size_t row = 0; row < 3; ++row) {
            QVERIFY(std::isnan(task.results[row * 16 + 5]));
            QVERIFY(task.results[row * 16 + 4] >= 0);
        }
    }

    void noRowsAreNoTrouble() { learn::eachRow(RowOperation::Product, {}, {}, nullptr, {}); }
};

QTEST_GUILESS_MAIN(RowKernelsTest)
#include "row_kernels_test.moc"
