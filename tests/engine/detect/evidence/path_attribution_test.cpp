// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/detect/combined_logit.h"
#include "engine/detect/evidence/logit_slope.h"
#include "engine/detect/evidence/path_attribution.h"

#include <cmath>
#include <numeric>

using namespace flowscent;
using base::Matrix;
using detect::PathAttribution;
using detect::PathSettings;
using detect::SlopedFunction;

namespace {

/// From a function of one point and its derivatives.
SlopedFunction sloped(std::function<double(std::span<const float>)> value,
                      std::function<std::vector<double>(std::span<const float>)> slope)
{
    return {[value](const Matrix& points) -> base::Result<std::vector<double>> {
                std::vector<double> values;
                for (std::size_t row = 0; row < points.rows; ++row)
                    values.push_back(value(points.row(row)));
                return values;
            },
            [slope](const Matrix& points) -> base::Result<Matrix> {
                Matrix slopes(points.rows, points.columns);
                for (std::size_t row = 0; row < points.rows; ++row) {
                    const auto all = slope(points.row(row));
                    std::ranges::transform(all, slopes.row(row).begin(),
                                           [](double one) { return static_cast<float>(one); });
                }
                return slopes;
            }};
}

PathAttribution integrated(const SlopedFunction& function, const std::vector<float>& start,
                           const std::vector<float>& end, const PathSettings& settings = {})
{
    auto result = detect::integrateGradients(function, start, end, settings);
    if (!result)
        qFatal("%s", result.error().sentence().c_str());
    return *result;
}

bool near(double a, double b, double most = 1e-5)
{
    return std::abs(a - b) <= most;
}

double sum(const std::vector<double>& values)
{
    return std::accumulate(values.begin(), values.end(), 0.0);
}

double hinge(double x)
{
    return x > 0 ? x : 0;
}

double step(double x)
{
    return x > 0 ? 1 : 0;
}

/// Forty corners and a smooth part.
double cornered(std::span<const float> x)
{
    double value = std::exp(0.3 * double{x[0]});
    for (int i = 0; i < 40; ++i)
        value += hinge(double{x[0]} - 0.07 * i) - 1.5 * hinge(0.04 * i - double{x[1]});
    return value;
}

std::vector<double> corneredSlope(std::span<const float> x)
{
    std::vector<double> slope{0.3 * std::exp(0.3 * double{x[0]}), 0};
    for (int i = 0; i < 40; ++i) {
        slope[0] += step(double{x[0]} - 0.07 * i);
        slope[1] += 1.5 * step(0.04 * i - double{x[1]});
    }
    return slope;
}

Matrix chance(std::size_t rows, std::size_t columns, double centre, base::Rng& rng)
{
    Matrix matrix(rows, columns);
    for (float& value : matrix.values)
        value = static_cast<float>(centre + rng.normal());
    return matrix;
}

} // namespace

Q_DECLARE_METATYPE(detect::Method)

class PathAttributionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aLinearFunctionGivesWeightTimesDifference()
    {
        const auto function = sloped([](auto x) { return 2.0 * double{x[0]} - 3.0 * double{x[1]} + 7; },
                                     [](auto) {
                                         return std::vector<double>{2, -3};
                                     });
        const auto result = integrated(function, {1, 1}, {4, 3});
        QVERIFY(near(result.perColumn[0], 6) && near(result.perColumn[1], -6));
        QCOMPARE(result.atStart, 6.0);
        QCOMPARE(result.atEnd, 6.0);
        QVERIFY(result.completenessError < 1e-6);
    }

    /// x^2 y from (0, 0) to (1, 2) on the line (t, 2t): the integrals of 2t 2t and of t^2 times 2, 4/3 and 2/3.
    void aProductIsSharedAsTheIntegralsSay()
    {
        const auto function =
            sloped([](auto x) { return double{x[0]} * double{x[0]} * double{x[1]}; },
                   [](auto x) {
                       return std::vector<double>{2 * double{x[0]} * double{x[1]}, double{x[0]} * double{x[0]}};
                   });
        const auto result = integrated(function, {0, 0}, {1, 2});
        QVERIFY(near(result.perColumn[0], 4.0 / 3));
        QVERIFY(near(result.perColumn[1], 2.0 / 3));
    }

    void whatDoesNotDifferGetsNothing()
    {
        const auto function = sloped([](auto x) { return std::sin(double{x[0]} * double{x[1]}); },
                                     [](auto x) {
                                         const double c = std::cos(double{x[0]} * double{x[1]});
                                         return std::vector<double>{c * double{x[1]}, c * double{x[0]}};
                                     });
        QCOMPARE(integrated(function, {0, 2}, {3, 2}).perColumn[1], 0.0);
    }

    void cornersCostStepsButNotCompleteness()
    {
        const auto result = integrated(sloped(cornered, corneredSlope), {-1, 2}, {2.5F, -0.5F});
        QVERIFY2(result.completenessError < 0.008, std::to_string(result.completenessError).c_str());
        QVERIFY(near(sum(result.perColumn), result.atEnd - result.atStart,
                     0.008 * std::abs(result.atEnd - result.atStart)));
        QVERIFY(result.steps > 16);
        QVERIFY(result.steps <= 4096);
    }

    void theErrorIsToldWhenStepsRunOut()
    {
        const auto waves = sloped([](auto x) { return std::sin(300 * double{x[0]}) + 3 * double{x[0]}; },
                                  [](auto x) { return std::vector<double>{300 * std::cos(300 * double{x[0]}) + 3}; });
        const auto result = integrated(waves, {0}, {1}, {.firstPieces = 4, .mostSteps = 16});
        QVERIFY(result.steps <= 16);
        QVERIFY(near(result.missing, result.atEnd - result.atStart - sum(result.perColumn), 1e-9));
        QVERIFY(result.completenessError > 0.01);
        QVERIFY(integrated(waves, {0}, {1}, {}).completenessError < 0.008);
    }

    void ofNoDifferenceTheErrorIsNoShare()
    {
        const auto flat = sloped([](auto) { return 5.0; }, [](auto x) { return std::vector<double>(x.size(), 0.0); });
        const auto result = integrated(flat, {0, 0}, {1, 1});
        QCOMPARE(result.completenessError, 0.0);
    }

    void troubleOfTheFunctionIsPassedOn()
    {
        SlopedFunction broken = sloped([](auto) { return 1.0; }, [](auto) { return std::vector<double>{0}; });
        broken.gradients = [](const Matrix&) -> base::Result<Matrix> {
            return base::failure(base::Error::Code::Model, "no slope");
        };
        const std::vector<float> one{1};
        const auto refused = detect::integrateGradients(broken, one, one);
        QVERIFY(!refused);
        QCOMPARE(refused.error().what, std::string("no slope"));
    }

    void endsOfDifferentSizesAreRefused()
    {
        const auto flat = sloped([](auto) { return 5.0; }, [](auto x) { return std::vector<double>(x.size(), 0.0); });
        const auto refused = detect::integrateGradients(flat, std::vector<float>{1}, std::vector<float>{1, 2});
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, base::Error::Code::Argument);
    }

    void slopesOfHeadsAreFiniteDifferences_data()
    {
        QTest::addColumn<detect::Method>("method");
        QTest::addColumn<bool>("squashed");
        for (const detect::Method method :
             {detect::Method::Blend, detect::Method::Ridge, detect::Method::Prototype, detect::Method::Nearest}) {
            for (const bool squashed : {false, true})
                QTest::addRow("%s%s", std::string(detect::text(method)).c_str(), squashed ? ", squashed" : "")
                    << method << squashed;
        }
    }
    void slopesOfHeadsAreFiniteDifferences()
    {
        QFETCH(const detect::Method, method);
        QFETCH(const bool, squashed);
        constexpr std::size_t d = 12;
        base::Rng rng(3);
        const detect::Foundation foundation{std::make_shared<learn::BaseModel>(), {}};
        const auto numbers = [&](std::size_t rows, double centre) {
            return detect::FlowNumbers{chance(rows, d, centre, rng), Matrix(rows, 1)};
        };
        auto detector = detect::adapt(foundation, {numbers(5, 1), numbers(2, 0), numbers(40, 0)}, {.method = method});
        QVERIFY(detector);
        for (detect::DetectorPart& part : detector->parts)
            part.squashed = squashed;
        const Matrix flows = chance(20, d, 0.5, rng);
        const Matrix slopes = detect::combinedSlopes(detector->parts, flows);
        constexpr float h = 1.0F / 256;
        for (std::size_t row = 0; row < flows.rows; ++row) {
            Matrix moved(2 * d, d); // a step ahead and a step back in each direction
            for (std::size_t i = 0; i < 2 * d; ++i) {
                std::ranges::copy(flows.row(row), moved.row(i).begin());
                moved.row(i)[i / 2] += i % 2 == 0 ? h : -h;
            }
            const auto logits = detect::combinedLogits(*detector, {moved, Matrix(moved.rows, 1)});
            double size = 0;
            double apart = 0;
            for (std::size_t k = 0; k < d; ++k) {
                const double expected = (logits[2 * k] - logits[2 * k + 1]) / (2 * double{h});
                size += expected * expected;
                apart += std::pow(expected - double{slopes.row(row)[k]}, 2);
            }
            QVERIFY2(std::sqrt(apart) < 0.01 * std::sqrt(size) + 1e-3, std::to_string(std::sqrt(apart / size)).c_str());
        }
    }
};

QTEST_GUILESS_MAIN(PathAttributionTest)
#include "path_attribution_test.moc"
