// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/detect/budget/conformal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

using namespace flowscent;
using base::Error;
using detect::AlarmBudget;
using detect::Baseline;
using detect::BaselineFlows;
using detect::FlowGroup;

namespace {

constexpr float nothing = std::numeric_limits<float>::quiet_NaN();
constexpr float infinite = std::numeric_limits<float>::infinity();

Baseline made(const BaselineFlows& window, std::uint64_t seed = 7)
{
    auto baseline = Baseline::from(window, seed);
    if (!baseline)
        qFatal("%s", baseline.error().sentence().c_str());
    return std::move(*baseline);
}

/// Scores 1, 2, ..., n.
Baseline upTo(std::size_t flows, double hours = 0)
{
    std::vector<float> scores(flows);
    std::iota(scores.begin(), scores.end(), 1.0F);
    return made({.scores = scores, .groups = {}, .knownThreats = {}, .hours = hours});
}

BaselineFlows plain(std::vector<float> scores)
{
    return {.scores = std::move(scores), .groups = {}, .knownThreats = {}};
}

detect::AlarmLine lineOf(const Baseline& baseline, const AlarmBudget& budget, FlowGroup group = 0)
{
    return baseline.lineFor(budget, group).value();
}

std::vector<float> normals(std::size_t count, base::Rng& rng, double centre = 0)
{
    std::vector<float> scores(count);
    for (float& score : scores)
        score = static_cast<float>(centre + rng.normal());
    return scores;
}

std::size_t alarms(const std::vector<float>& scores, float line)
{
    return static_cast<std::size_t>(std::ranges::count_if(scores, [line](float score) { return score >= line; }));
}

} // namespace

class ConformalTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Of scores 1 to 9: one more than those as high, of ten.
    void pValuesByHand()
    {
        const Baseline baseline = upTo(9);
        QCOMPARE(baseline.pValue(9.5F), 0.1);
        QCOMPARE(baseline.pValue(9.0F), 0.2);
        QCOMPARE(baseline.pValue(8.5F), 0.2);
        QCOMPARE(baseline.pValue(0.0F), 1.0);
        QCOMPARE(baseline.pValue(infinite), 0.1);
        QCOMPARE(baseline.pValue(-infinite), 1.0);
        QCOMPARE(baseline.pValue(nothing), 1.0);
        QCOMPARE(baseline.finest(), 0.1);
    }

    /// Three equal scores, one above and one below: the flow and its equals share what lies between 1/6 and 5/6.
    void equalScoresAreSmoothedApart()
    {
        const Baseline baseline = made(plain({1, 2, 2, 2, 3}));
        QCOMPARE(baseline.pValue(2), 5.0 / 6);
        QCOMPARE(baseline.smoothedPValue(2, 0), 5.0 / 6);
        QCOMPARE(baseline.smoothedPValue(2, 0.5), 3.0 / 6);
        QVERIFY(baseline.smoothedPValue(4, 0.999) > 0);
    }

    void aLineLetsAsManyThroughAsAsked()
    {
        const Baseline baseline = upTo(999);
        const auto line = lineOf(baseline, AlarmBudget::oneIn(100)); // 10 places of 1000: above 9 of them
        QCOMPARE(line.promised, 0.01);
        QVERIFY(!line.tooFew);
        QVERIFY(line.score > 990.0F && line.score < 991.0F);
        QCOMPARE(line.sentence, std::string("1 in 100: the line stands at 1 in 100, by 999 normal flows"));
        QCOMPARE(line.expectedAlarms(800), 8.0);
        QCOMPARE(line.realised(800, 6).sentence(), std::string("promised 8, seen 6"));
    }

    void aLineAndItsPValuesSayTheSame()
    {
        base::Rng rng(3);
        const Baseline baseline = made(plain(normals(321, rng)));
        for (const double n : {1.0, 2.0, 7.0, 50.0, 300.0, 5000.0}) {
            const auto line = lineOf(baseline, AlarmBudget::oneIn(n));
            for (const float score : normals(500, rng))
                QCOMPARE(score >= line.score, baseline.pValue(score) <= line.promised);
            for (const float score : baseline.all())
                QCOMPARE(score >= line.score, baseline.pValue(score) <= line.promised);
        }
    }

    void whenFlowsAreTooFewItSaysSo()
    {
        const auto line = lineOf(upTo(812), AlarmBudget::oneIn(10'000));
        QVERIFY(line.tooFew);
        QCOMPARE(line.promised, 1.0 / 813);
        QVERIFY(line.score > 812.0F);
        QCOMPARE(line.sentence,
                 std::string("1 in 10000 needs 9999 normal flows, there are 812: the line stands at 1 in 813"));
    }

    void exactlyEnoughFlowsAreEnough()
    {
        QVERIFY(!lineOf(upTo(999), AlarmBudget::oneIn(1000)).tooFew);
        QVERIFY(lineOf(upTo(998), AlarmBudget::oneIn(1000)).tooFew);
    }

    /// 812 flows in 2 hours; 0.1 an hour is 1 in 4060.
    void anHoursBudgetGoesByTheWindowsFlows()
    {
        const Baseline baseline = upTo(812, 2);
        QCOMPARE(baseline.flowsPerHour(), 406.0);
        const auto line = lineOf(baseline, AlarmBudget::perHour(0.1));
        QCOMPARE(line.sentence, std::string("0.1 an hour (1 in 4060) needs 4059 normal flows, there are 812: the line "
                                            "stands at 1 in 813, 0.499 an hour"));
        QCOMPARE(lineOf(baseline, AlarmBudget::perHour(4.06)).promised, 8.0 / 813);
        QVERIFY(!upTo(812).lineFor(AlarmBudget::perHour(4))); // nobody knows how long the window was
    }

    void everythingMayAlarmWhenThatIsAsked()
    {
        const auto line = lineOf(upTo(5), AlarmBudget::oneIn(1));
        QCOMPARE(line.score, -infinite);
        QCOMPARE(line.promised, 1.0);
    }

    void scoresAtTheTopThatAreAllEqualNeverAlarm()
    {
        const auto line = lineOf(made(plain(std::vector<float>(200, 1.0F))), AlarmBudget::oneIn(100));
        QVERIFY(line.score > 1.0F);
    }

    void knownThreatsAreNoPartOfTheBaseline()
    {
        const Baseline baseline =
            made({.scores = {1, 2, 3, 100}, .groups = {}, .knownThreats = {false, false, false, true}});
        QCOMPARE(baseline.size(), std::size_t(3));
        QCOMPARE(baseline.pValue(50), 0.25);
    }

    /// Exchangeable flows: the mean over draws of the realised rate is the promised one. One draw of 200 calibration
    /// flows gives a rate with a standard deviation of about sqrt(a (1 - a) / 200), and 500 flows to judge it by add
    /// their own.
    void promisesAreKeptOnExchangeableFlows_data()
    {
        QTest::addColumn<double>("n");
        QTest::newRow("1 in 10") << 10.0;
        QTest::newRow("1 in 50") << 50.0;
        QTest::newRow("1 in 201, the finest") << 201.0;
    }
    void promisesAreKeptOnExchangeableFlows()
    {
        QFETCH(const double, n);
        constexpr std::size_t repeats = 2000;
        base::Rng rng(11);
        double sum = 0;
        double promised = 0;
        for (std::size_t i = 0; i < repeats; ++i) {
            const auto line = lineOf(made(plain(normals(200, rng))), AlarmBudget::oneIn(n));
            promised = line.promised;
            sum += static_cast<double>(alarms(normals(500, rng), line.score)) / 500;
        }
        const double deviation = std::sqrt(promised * (1 - promised) * (1.0 / 202 + 1.0 / 500) / repeats);
        QVERIFY2(std::abs(sum / repeats - promised) < 3 * deviation, std::to_string(sum / repeats).c_str());
    }

    /// Smoothed p-values of exchangeable flows with many equal scores are uniform: their mean is 1/2, a tenth lies
    /// below a tenth. Each is held against a baseline of its own, so they are independent.
    void smoothedPValuesAreUniform()
    {
        constexpr int repeats = 4000;
        base::Rng rng(5);
        const auto coarse = [&rng] { return static_cast<float>(rng.below(4)); };
        double sum = 0;
        int low = 0;
        int conservative = 0;
        for (int i = 0; i < repeats; ++i) {
            std::vector<float> scores(30);
            std::ranges::generate(scores, coarse);
            const Baseline baseline = made(plain(scores));
            const float score = coarse();
            const double p = baseline.smoothedPValue(score, rng.uniform());
            sum += p;
            low += p <= 0.1 ? 1 : 0;
            conservative += baseline.pValue(score) <= 0.1 ? 1 : 0;
        }
        QVERIFY(std::abs(sum / repeats - 0.5) < 3 * std::sqrt(1.0 / 12 / repeats));
        QVERIFY(std::abs(low / double{repeats} - 0.1) < 3 * std::sqrt(0.09 / repeats));
        QVERIFY(conservative < low);
    }

    /// One flow in ten is of a kind that scores two deviations higher. One line for all would alarm on 1 in 20 flows,
    /// but on more than a third of that kind; lines of their own keep the promise for both.
    void everyGroupKeepsItsOwnPromise()
    {
        constexpr std::size_t repeats = 300;
        base::Rng rng(17);
        std::array<double, 2> own{};
        std::array<double, 2> marginal{};
        for (std::size_t i = 0; i < repeats; ++i) {
            BaselineFlows window{.scores = normals(450, rng), .groups = {}, .knownThreats = {}};
            const auto rare = normals(59, rng, 2);
            window.groups.assign(window.scores.size(), 6);
            window.groups.resize(window.scores.size() + rare.size(), 17);
            window.scores.insert(window.scores.end(), rare.begin(), rare.end());
            const Baseline grouped = made(window);
            const Baseline pooled = made(plain(window.scores));
            const std::array<std::vector<float>, 2> later{normals(400, rng), normals(400, rng, 2)};
            const std::array<FlowGroup, 2> groups{6, 17};
            for (std::size_t kind = 0; kind < later.size(); ++kind) {
                const auto line = lineOf(grouped, AlarmBudget::oneIn(20), groups[kind]);
                own[kind] += static_cast<double>(alarms(later[kind], line.score)) / (400.0 * repeats);
                const auto one = lineOf(pooled, AlarmBudget::oneIn(20));
                marginal[kind] += static_cast<double>(alarms(later[kind], one.score)) / (400.0 * repeats);
            }
        }
        // 22 of 451 and 3 of 60 places; the deviation of one draw as above
        QVERIFY2(std::abs(own[0] - 22.0 / 451) < 3 * std::sqrt(0.0475 * (1.0 / 452 + 1.0 / 400) / repeats),
                 std::to_string(own[0]).c_str());
        QVERIFY2(std::abs(own[1] - 3.0 / 60) < 3 * std::sqrt(0.0475 * (1.0 / 61 + 1.0 / 400) / repeats),
                 std::to_string(own[1]).c_str());
        QVERIFY2(marginal[1] > 0.3, std::to_string(marginal[1]).c_str());
        QVERIFY2(marginal[0] < 0.03, std::to_string(marginal[0]).c_str());
    }

    void groupsThatAreSmallOrNewAreHeldAgainstAll()
    {
        BaselineFlows window{.scores = std::vector<float>(99), .groups = {}, .knownThreats = {}};
        std::iota(window.scores.begin(), window.scores.end(), 1.0F);
        window.groups.assign(80, 1);
        window.groups.resize(99, 2); // 19 flows are too few for a group of their own
        const Baseline baseline = made(window);
        QCOMPARE(baseline.scoresFor(1).size(), std::size_t(80));
        QCOMPARE(baseline.scoresFor(2).size(), std::size_t(99));
        QCOMPARE(baseline.scoresFor(3).size(), std::size_t(99));
        QCOMPARE(baseline.pValue(80.5F, 1), 1.0 / 81);
        QCOMPARE(baseline.pValue(80.5F, 2), 20.0 / 100);
    }

    void longWindowsAreDrawnFrom()
    {
        base::Rng rng(1);
        const auto scores = normals(Baseline::mostFlows + 5000, rng);
        const Baseline baseline = made(plain(scores), 3);
        QCOMPARE(baseline.size(), Baseline::mostFlows);
        QVERIFY(std::ranges::is_sorted(baseline.all()));
        QVERIFY(baseline == made(plain(scores), 3));
        QVERIFY(baseline != made(plain(scores), 4));
    }

    void comesBackFromTensors()
    {
        base::Rng rng(2);
        BaselineFlows window{.scores = normals(300, rng), .groups = {}, .knownThreats = {}, .hours = 0.7};
        for (std::size_t i = 0; i < window.scores.size(); ++i)
            window.groups.push_back(static_cast<FlowGroup>(i % 3 * 6));
        const Baseline baseline = made(window);
        base::TensorFile file;
        baseline.store(file);
        const std::string bytes = base::serialise(file);
        const auto parsed =
            base::parseTensors({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "detector");
        QVERIFY(parsed.has_value());
        const auto back = Baseline::load(*parsed);
        QVERIFY(back && *back);
        QVERIFY(**back == baseline);
        const auto none = Baseline::load({});
        QVERIFY(none && !*none);
    }

    void madeUpTensorsAreRefused_data()
    {
        QTest::addColumn<int>("damage");
        for (int damage = 0; damage < 12; ++damage)
            QTest::addRow("%d", damage) << damage;
    }
    void madeUpTensorsAreRefused()
    {
        QFETCH(const int, damage);
        base::TensorFile file;
        made({.scores = {1, 2, 3, 4, 5}, .groups = {0, 0, 0, 6, 6}, .knownThreats = {}, .hours = 1}).store(file);
        auto& scores = file.tensors["baseline.scores"];
        auto& groups = file.tensors["baseline.groups"].values; // 0 3 6 2
        auto& rate = file.tensors["baseline.flows_per_hour"].values;
        const std::array<std::function<void()>, 12> damages{
            [&] { file.tensors.erase("baseline.groups"); },
            [&] { file.tensors.erase("baseline.flows_per_hour"); },
            [&] { std::swap(scores.values[0], scores.values[1]); },
            [&] { scores.values[4] = infinite; },
            [&] { groups[1] = 4; },
            [&] { groups[3] = 1e9F; },
            [&] { groups[3] = -2; },
            [&] { groups[2] = 0; },
            [&] { groups[2] = 6.5F; },
            [&] { groups[2] = 70'000; },
            [&] { groups[1] = nothing; },
            [&] { rate[0] = -1; },
        };
        damages[static_cast<std::size_t>(damage)]();
        const auto loaded = Baseline::load(file);
        QVERIFY(!loaded);
        QVERIFY(loaded.error().code == Error::Code::Model);
    }

    void windowsWithoutMeaningAreRefused()
    {
        const auto codeOf = [](const BaselineFlows& window) { return Baseline::from(window, 1).error().code; };
        QVERIFY(codeOf(plain({})) == Error::Code::Support);
        QVERIFY(codeOf({.scores = {1}, .groups = {}, .knownThreats = {true}}) == Error::Code::Support);
        QVERIFY(codeOf(plain({1, nothing})) == Error::Code::Model);
        QVERIFY(codeOf(plain({1, infinite})) == Error::Code::Model);
        QVERIFY(codeOf({.scores = {1, 2}, .groups = {1}, .knownThreats = {}}) == Error::Code::Argument);
        QVERIFY(codeOf({.scores = {1, 2}, .groups = {}, .knownThreats = {true}}) == Error::Code::Argument);
        QVERIFY(codeOf({.scores = {1}, .groups = {}, .knownThreats = {}, .hours = -1}) == Error::Code::Argument);
        BaselineFlows many = plain(std::vector<float>(300));
        for (std::size_t i = 0; i < 300; ++i)
            many.groups.push_back(static_cast<FlowGroup>(i));
        QVERIFY(codeOf(many) == Error::Code::Argument);
    }
};

QTEST_GUILESS_MAIN(ConformalTest)
#include "conformal_test.moc"
