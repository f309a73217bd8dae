// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/detect/evidence/order_attribution.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

using namespace flowscent;
using base::Matrix;
using detect::OrderSettings;

namespace {

using Groups = std::vector<std::vector<std::size_t>>;
using Function = std::function<double(std::span<const float>)>;

std::function<base::Result<std::vector<double>>(const Matrix&)> rowwise(const Function& function)
{
    return [function](const Matrix& points) -> base::Result<std::vector<double>> {
        std::vector<double> values;
        for (std::size_t row = 0; row < points.rows; ++row)
            values.push_back(function(points.row(row)));
        return values;
    };
}

std::vector<double> credited(const Function& function, const std::vector<float>& start, const std::vector<float>& end,
                             const Groups& groups, const OrderSettings& settings = {})
{
    auto credit = detect::attributeByOrders(rowwise(function), start, end, groups, settings);
    if (!credit)
        qFatal("%s", credit.error().sentence().c_str());
    return *credit;
}

Groups alone(std::size_t columns)
{
    Groups groups;
    for (std::size_t i = 0; i < columns; ++i)
        groups.push_back({i});
    return groups;
}

double sum(const std::vector<double>& values)
{
    return std::accumulate(values.begin(), values.end(), 0.0);
}

/// Steps and products, as a forest of numbers.
double steps(std::span<const float> x)
{
    double value = 0;
    for (std::size_t i = 0; i + 1 < x.size(); ++i)
        value += (x[i] > 0.2F && x[i + 1] > -0.4F ? 1.0 : 0.0) + (x[i] * x[i + 1] > 0.3F ? 0.5 : 0.0);
    return value;
}

} // namespace

class OrderAttributionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aSumGivesEachItsTerm()
    {
        const auto credit =
            credited([](auto x) { return 2.0 * double{x[0]} - 3.0 * double{x[1]}; }, {1, 1}, {4, 3}, alone(2));
        QVERIFY(std::abs(credit[0] - 6) < 1e-12 && std::abs(credit[1] + 6) < 1e-12);
    }

    /// Both are needed: whoever comes second gets all, and an order's reverse gives it to the other.
    void whatTwoDoTogetherIsHalved()
    {
        const auto credit = credited([](auto x) { return double{x[0]} * double{x[1]}; }, {0, 0}, {1, 1}, alone(2));
        QVERIFY(std::abs(credit[0] - 0.5) < 1e-12 && std::abs(credit[1] - 0.5) < 1e-12);
    }

    void everyOrderIsComplete()
    {
        base::Rng rng(1);
        std::vector<float> start(9);
        std::vector<float> end(9);
        for (int time = 0; time < 20; ++time) {
            std::ranges::generate(start, [&] { return static_cast<float>(rng.normal()); });
            std::ranges::generate(end, [&] { return static_cast<float>(rng.normal()); });
            const auto credit = credited(steps, start, end, alone(9), {.pairs = 1});
            QVERIFY(std::abs(sum(credit) - (steps(end) - steps(start))) < 1e-12);
        }
    }

    /// Shapley's definition over all sets of six columns; a thousand orders come near.
    void manyOrdersComeNearShapley()
    {
        constexpr std::size_t columns = 6;
        base::Rng rng(2);
        std::vector<float> start(columns);
        std::vector<float> end(columns);
        std::ranges::generate(start, [&] { return static_cast<float>(rng.normal()); });
        std::ranges::generate(end, [&] { return static_cast<float>(rng.normal()); });
        const auto value = [&](std::size_t set) {
            std::vector<float> mixed = start;
            for (std::size_t i = 0; i < columns; ++i) {
                if ((set >> i & 1U) != 0)
                    mixed[i] = end[i];
            }
            return steps(mixed);
        };
        const auto credit = credited(steps, start, end, alone(columns), {.pairs = 4000});
        for (std::size_t i = 0; i < columns; ++i) {
            double expected = 0;
            for (std::size_t set = 0; set < std::size_t{1} << columns; ++set) {
                const auto size = static_cast<double>(std::popcount(set));
                if ((set >> i & 1U) == 0)
                    expected += std::tgamma(size + 1) * std::tgamma(double{columns} - size) /
                                std::tgamma(double{columns} + 1) * (value(set | std::size_t{1} << i) - value(set));
            }
            QVERIFY2(std::abs(credit[i] - expected) < 0.03, std::to_string(credit[i] - expected).c_str());
        }
    }

    /// Columns 1 and 2 come together: as one player they are needed beside column 0, which so gets a half, and they a
    /// quarter each. Alone each of the three would get a third.
    void aGroupIsOnePlayer()
    {
        const Function all = [](auto x) { return double{x[0]} * double{x[1]} * double{x[2]}; };
        const auto credit = credited(all, {0, 0, 0}, {1, 1, 1}, {{0}, {1, 2}});
        QVERIFY(std::abs(credit[0] - 0.5) < 1e-12);
        QVERIFY(std::abs(credit[1] + credit[2] - 0.5) < 1e-12);
    }

    void whatAgreesOrHasNoNameGetsNothing()
    {
        const auto credit = credited([](auto x) { return double{x[0]} + 5 * double{x[1]} + 7 * double{x[2]}; },
                                     {0, 2, 0}, {1, 2, 1}, {{0}, {1}});
        QCOMPARE(credit[0], 1.0);
        QCOMPARE(credit[1], 0.0);
        QCOMPARE(credit[2], 0.0);
    }

    void pointsThatAgreeHaveNothingToShare() { QCOMPARE(sum(credited(steps, {1, 2}, {1, 2}, alone(2))), 0.0); }

    void theSeedDecides()
    {
        const std::vector<float> start{0.1F, -0.3F, 0.5F, 0.1F, 0.4F};
        const std::vector<float> end{0.9F, 0.8F, -0.5F, 0.6F, 0.7F};
        QVERIFY(credited(steps, start, end, alone(5)) == credited(steps, start, end, alone(5)));
    }

    void troubleIsPassedOn()
    {
        const auto broken = [](const Matrix&) -> base::Result<std::vector<double>> {
            return base::failure(base::Error::Code::Model, "broken");
        };
        const std::vector<float> one{1};
        QCOMPARE(detect::attributeByOrders(broken, one, one, alone(1), {}).error().code, base::Error::Code::Model);
        QCOMPARE(detect::attributeByOrders(rowwise(steps), one, std::vector<float>{1, 2}, alone(1), {}).error().code,
                 base::Error::Code::Argument);
    }
};

QTEST_GUILESS_MAIN(OrderAttributionTest)
#include "order_attribution_test.moc"
