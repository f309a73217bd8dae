// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/engine/learn/toy_model.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

using namespace flowscent;
using base::Error;
using base::Matrix;
using learn::BaseModel;
using learn::FineTuneExamples;
using learn::FineTuneScope;
using learn::FineTuneSettings;

Q_DECLARE_METATYPE(learn::FineTuneScope)

namespace {

constexpr std::uint32_t flowsPerClass = 24;
constexpr double tolerance = 2e-4; ///< losses of a few tenths: single precision through the encoder, twice

const learn::Dataset& unseen()
{
    static const learn::Dataset dataset = test::toyDataset({.classes = 12, .seed = 3});
    return dataset;
}

/// Rows [first, first + count) of a class that training did not see.
features::FeatureSet flowsOf(std::uint32_t classIndex, std::uint32_t first, std::uint32_t count)
{
    std::vector<std::uint32_t> rows;
    for (std::uint32_t i = 0; i < count; ++i)
        rows.push_back(classIndex * flowsPerClass + first + i);
    return unseen().features.rows(rows);
}

features::FeatureSet flowsOfOthers(std::uint32_t fromEach)
{
    features::FeatureSet flows;
    for (std::uint32_t index = 1; index < 12; ++index)
        flows.append(flowsOf(index, 0, fromEach));
    return flows;
}

/// Trained for a moment; with few enough flows in the bank that none is left out.
const BaseModel& model()
{
    static const BaseModel made = [] {
        BaseModel toy = test::toyModel();
        toy.bank = flowsOfOthers(12); // 132 flows
        return toy;
    }();
    return made;
}

FineTuneExamples examples(std::uint32_t shots)
{
    return {flowsOf(0, 0, shots), {}, flowsOfOthers(6)};
}

BaseModel tuned(const FineTuneExamples& given, const FineTuneSettings& settings, const BaseModel& from = model())
{
    auto result = test::plugin().fineTuned(from, given, settings, {});
    if (!result)
        qFatal("%s", result.error().sentence().c_str());
    return std::move(*result);
}

double figure(const BaseModel& of, const char* name)
{
    return of.training.metrics.at(std::string("fine_tuned.") + name);
}

Matrix embedded(const BaseModel& with, const features::FeatureSet& flows)
{
    const auto encoder = test::plugin().encoder(std::make_shared<const BaseModel>(with));
    if (!encoder)
        qFatal("%s", encoder.error().sentence().c_str());
    return (*encoder)->embed(flows, {}, {}).value();
}

std::vector<double> mean(const Matrix& rows, std::size_t without)
{
    std::vector<double> sum(rows.columns, 0);
    double count = 0;
    for (std::size_t row = 0; row < rows.rows; ++row) {
        if (row == without)
            continue;
        count += 1;
        for (std::size_t i = 0; i < rows.columns; ++i)
            sum[i] += rows.row(row)[i];
    }
    for (double& value : sum)
        value /= count;
    return sum;
}

double squaredDistance(std::span<const float> a, const std::vector<double>& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < b.size(); ++i)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

/// The loss once more from its description, by leaving examples out one after the other; of flows that weigh alike.
double lossByHand(const Matrix& threats, const Matrix& rest)
{
    constexpr auto nobody = std::numeric_limits<std::size_t>::max();
    const auto restMean = mean(rest, nobody);
    double reach = 0;
    for (std::size_t row = 0; row < rest.rows; ++row)
        reach += squaredDistance(rest.row(row), restMean) / static_cast<double>(rest.rows);
    const auto evidence = [&](std::span<const float> flow, const std::vector<double>& threatMean) {
        return std::log((squaredDistance(flow, restMean) + reach) / (squaredDistance(flow, threatMean) + reach / 20));
    };
    double ofThreats = 0;
    for (std::size_t row = 0; row < threats.rows; ++row)
        ofThreats += std::log1p(std::exp(-evidence(threats.row(row), mean(threats, row))));
    double ofRest = 0;
    for (std::size_t row = 0; row < rest.rows; ++row)
        ofRest += std::log1p(std::exp(evidence(rest.row(row), mean(threats, nobody))));
    return 0.5 * (ofThreats / static_cast<double>(threats.rows) + ofRest / static_cast<double>(rest.rows));
}

struct Hostile {
    const char* name;
    FineTuneExamples given;
};

std::vector<Hostile> hostileInputs()
{
    std::vector<Hostile> all{{"no threat", {{}, {}, flowsOfOthers(6)}}};
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    constexpr float infinite = std::numeric_limits<float>::infinity();
    FineTuneExamples odd = examples(5);
    odd.threat.statistics.row(2)[3] = nan;
    all.push_back({"NaN in a threat", odd});
    odd = examples(5);
    odd.background.sequences.row(7)[1] = infinite;
    all.push_back({"infinity in the background", odd});
    odd = examples(5);
    odd.notThreat = flowsOf(2, 0, 3);
    odd.notThreat.statistics.row(0)[0] = nan;
    all.push_back({"NaN in a counter-example", odd});
    odd = examples(5);
    odd.threat.statistics = Matrix(5, 3);
    all.push_back({"too few statistics", odd});
    odd = examples(5);
    odd.threat.sequences.values.pop_back();
    all.push_back({"a matrix that is cut off", odd});
    odd = examples(5);
    odd.background.statistics = Matrix(1, odd.background.statistics.columns);
    all.push_back({"fewer statistics than sequences", odd});
    return all;
}

} // namespace

class FineTuneTest : public QObject {
    Q_OBJECT

    static void bothScopes()
    {
        QTest::addColumn<FineTuneScope>("scope");
        QTest::newRow("last") << FineTuneScope::Last;
        QTest::newRow("all") << FineTuneScope::All;
    }

private Q_SLOTS:
    void theLossFalls_data() { bothScopes(); }
    void theLossFalls()
    {
        QFETCH(const FineTuneScope, scope);
        for (const std::uint32_t shots : {1U, 2U, 5U}) {
            const BaseModel after = tuned(examples(shots), {.scope = scope});
            QVERIFY(figure(after, "steps") >= 1 && figure(after, "steps") <= 10);
            QVERIFY2(figure(after, "loss_after") < figure(after, "loss_before"), std::to_string(shots).c_str());
            QVERIFY(after.identity() != model().identity());
        }
    }

    void theLossIsThatOfTheDescription_data() { bothScopes(); }
    void theLossIsThatOfTheDescription()
    {
        QFETCH(const FineTuneScope, scope);
        const features::FeatureSet threats = flowsOf(0, 0, 4);
        const BaseModel after = tuned({threats, {}, {}}, {.scope = scope, .pull = 0});
        const double before = lossByHand(embedded(model(), threats), embedded(model(), model().bank));
        const double then = lossByHand(embedded(after, threats), embedded(after, model().bank));
        QVERIFY2(std::abs(figure(after, "loss_before") - before) < tolerance, std::to_string(before).c_str());
        QVERIFY2(std::abs(figure(after, "loss_after") - then) < tolerance, std::to_string(then).c_str());
        QVERIFY(then < before);
    }

    void zeroStepsGiveTheSameModel()
    {
        const BaseModel after = tuned(examples(5), {.scope = FineTuneScope::All, .steps = 0});
        QVERIFY(after.weights == model().weights);
        QCOMPARE(after.identity(), model().identity());
    }

    void theSameArgumentsGiveTheSameBytes_data() { bothScopes(); }
    void theSameArgumentsGiveTheSameBytes()
    {
        QFETCH(const FineTuneScope, scope);
        for (const std::uint32_t shots : {1U, 5U}) {
            const BaseModel one = tuned(examples(shots), {.scope = scope});
            QVERIFY(one == tuned(examples(shots), {.scope = scope}));
        }
        const BaseModel other = tuned(examples(1), {.scope = scope, .seed = 2});
        QVERIFY(other.weights != tuned(examples(1), {.scope = scope}).weights); // other views
    }

    void lastLeavesAllOtherTensorsAsTheyAre()
    {
        const BaseModel after = tuned(examples(5), {.scope = FineTuneScope::Last});
        QCOMPARE(after.weights.tensors.size(), model().weights.tensors.size());
        for (const auto& [name, tensor] : model().weights.tensors) {
            const bool mayMove = name.starts_with("encoder.out.") || name.starts_with("encoder.norm.");
            QVERIFY2((after.weights.tensors.at(name) == tensor) != mayMove, name.c_str());
        }
        QVERIFY(after.scaler == model().scaler && after.heads == model().heads && after.bank == model().bank);
    }

    void allMovesEveryTensorOfTheEncoder()
    {
        const BaseModel after = tuned(examples(5), {.scope = FineTuneScope::All});
        for (const auto& [name, tensor] : model().weights.tensors)
            QVERIFY2((after.weights.tensors.at(name) != tensor) == name.starts_with("encoder."), name.c_str());
    }

    void pullingHarderKeepsWeightsCloser()
    {
        const auto moved = [](double pull) {
            const BaseModel after = tuned(examples(5), {.steps = 30, .rate = 0.1, .pull = pull});
            double sum = 0;
            for (const auto& [name, tensor] : model().weights.tensors) {
                const auto& now = after.weights.tensors.at(name).values;
                for (std::size_t i = 0; i < now.size(); ++i)
                    sum += std::pow(double{now[i]} - double{tensor.values[i]}, 2);
            }
            return std::sqrt(sum);
        };
        QVERIFY(moved(3) < 0.5 * moved(0));
    }

    /// Copies of examples among a background that nobody has looked at are the threat: they must not be pushed away, as
    /// they are when the analyst says that they are something else.
    void copiesOfExamplesInTheBackgroundHardlyMatter()
    {
        const FineTuneExamples clean = examples(5); // 66 flows of background: a tenth of it are 6
        FineTuneExamples inBackground = clean;
        inBackground.background.append(clean.threat);
        FineTuneExamples asCounters = clean;
        asCounters.notThreat = clean.threat;
        const auto loss = [](const FineTuneExamples& given) { return figure(tuned(given, {}), "loss_after"); };
        const double cost = loss(inBackground) - loss(clean);
        const double told = loss(asCounters) - loss(clean);
        const std::string found = std::to_string(cost) + ", told " + std::to_string(told);
        QVERIFY2(std::abs(cost) < 0.01 && told > 10 * std::abs(cost), found.c_str());
    }

    void flowsThatAreAllAlikeAreNoTrouble()
    {
        features::FeatureSet same = flowsOf(0, 0, 1);
        for (int i = 0; i < 3; ++i)
            same.append(flowsOf(0, 0, 1));
        BaseModel bankless = model();
        bankless.bank = {};
        for (const FineTuneExamples& given :
             {FineTuneExamples{same, {}, flowsOfOthers(6)}, FineTuneExamples{flowsOf(1, 0, 4), {}, same},
              FineTuneExamples{same, same, same}, FineTuneExamples{same, flowsOf(3, 0, 1), {}}}) {
            const BaseModel after = tuned(given, {.scope = FineTuneScope::All}, bankless);
            for (const auto& [name, tensor] : after.weights.tensors)
                QVERIFY2(std::ranges::all_of(tensor.values, [](float value) { return std::isfinite(value); }),
                         name.c_str());
        }
    }

    void unusableExamplesAreSupportErrors()
    {
        for (const Hostile& hostile : hostileInputs()) {
            const auto refused = test::plugin().fineTuned(model(), hostile.given, {}, {});
            QVERIFY2(!refused && refused.error().code == Error::Code::Support, hostile.name);
        }
        BaseModel bankless = model();
        bankless.bank = {};
        const auto refused = test::plugin().fineTuned(bankless, {flowsOf(0, 0, 5), {}, {}}, {}, {});
        QVERIFY(!refused && refused.error().code == Error::Code::Support);
    }

    void modelsThatLackTensorsAreModelErrors()
    {
        BaseModel broken = model();
        broken.weights.tensors.erase("encoder.out.weight");
        auto refused = test::plugin().fineTuned(broken, examples(5), {}, {});
        QVERIFY(!refused && refused.error().code == Error::Code::Model);
        broken = model();
        broken.encoder = "crystal-ball-64";
        refused = test::plugin().fineTuned(broken, examples(5), {}, {});
        QVERIFY(!refused && refused.error().code == Error::Code::Model);
    }

    void settingsWithoutMeaningAreArgumentErrors()
    {
        constexpr double nan = std::numeric_limits<double>::quiet_NaN();
        for (const FineTuneSettings& settings :
             {FineTuneSettings{.steps = 1001}, FineTuneSettings{.rate = 0}, FineTuneSettings{.rate = nan},
              FineTuneSettings{.clip = -1}, FineTuneSettings{.pull = -0.1}, FineTuneSettings{.pull = nan}}) {
            const auto refused = test::plugin().fineTuned(model(), examples(5), settings, {});
            QVERIFY(!refused && refused.error().code == Error::Code::Argument);
        }
        QVERIFY(learn::parseFineTuneScope("last").value() == FineTuneScope::Last);
        QVERIFY(learn::parseFineTuneScope("all").value() == FineTuneScope::All);
        QVERIFY(!learn::parseFineTuneScope("some"));
    }

    void itCanBeStopped()
    {
        std::stop_source stop;
        stop.request_stop();
        const auto stopped = test::plugin().fineTuned(model(), examples(5), {}, stop.get_token());
        QVERIFY(!stopped && stopped.error().code == Error::Code::Cancelled);
    }

    void theRecordSaysWhatWasDone()
    {
        BaseModel base = model();
        base.training.metrics = {{"val.5way5shot.disjoint.r2d2", 0.7}};
        const BaseModel once = tuned(examples(5), {}, base);
        const BaseModel twice = tuned(examples(5), {.scope = FineTuneScope::All, .rate = 0.05}, once);
        const auto done = nlohmann::json::parse(twice.training.configuration).at("fine_tuned");
        QCOMPARE(done.size(), std::size_t(2));
        QCOMPARE(done[0].at("from").get<std::string>(), base.identity());
        QCOMPARE(done[0].at("scope").get<std::string>(), std::string("last"));
        QCOMPARE(done[0].at("steps").get<double>(), figure(once, "steps"));
        QCOMPARE(done[1].at("from").get<std::string>(), once.identity());
        QCOMPARE(done[1].at("rate").get<double>(), 0.05);
        // The base's figures are kept under a name that does not claim them for this model.
        QCOMPARE(twice.training.metrics.at("base.val.5way5shot.disjoint.r2d2"), 0.7);
        QVERIFY(!twice.training.metrics.contains("val.5way5shot.disjoint.r2d2"));
    }

    void theResultIsAModelLikeAnyOther()
    {
        const BaseModel after = tuned(examples(5), {});
        const auto again = BaseModel::fromTensors(after.toTensors());
        QVERIFY(again);
        QCOMPARE(again->identity(), after.identity());
        QVERIFY(test::plugin().learner(std::make_shared<const BaseModel>(after), learn::Method::R2d2));
    }
};

QTEST_GUILESS_MAIN(FineTuneTest)
#include "fine_tune_test.moc"
