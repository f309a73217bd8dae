// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/detect/evaluation/hunt.h"
#include "engine/features/feature_schema.h"
#include "tests/engine/learn/toy_model.h"

#include <algorithm>
#include <cmath>
#include <map>

using namespace flowscent;
using detect::HuntContestant;
using detect::HuntNegatives;
using detect::HuntOpponents;
using detect::HuntResult;
using detect::HuntSettings;
using detect::HuntVariant;

namespace {

constexpr std::size_t networkMark = 0; ///< statistics that tell a network, and (a little) the threat
constexpr std::size_t threatMark = 5;
constexpr std::uint32_t networks = 12;

std::shared_ptr<const learn::Encoder> toyEncoder()
{
    static const auto encoder =
        test::plugin().encoder(std::make_shared<const learn::BaseModel>(test::toyModel())).value();
    return encoder;
}

/// A toy world whose flows carry what tells them apart in two statistics: the network loudly, the threat in a whisper.
/// The threat is in network 0 alone, whose 60 benign flows are few beside everybody's.
learn::Dataset whispers(std::uint64_t seed, double loudness)
{
    const std::uint32_t benign = 60 * networks;
    learn::Dataset data = test::toyDataset({.classes = 1, .flowsPerClass = benign + 60, .sessions = 1, .seed = seed});
    base::Rng rng(seed);
    data.classNames = {"beacon", "web"};
    data.threatClass = {true, false};
    data.sessionNames = {"infected", "clean"};
    data.provenance.captureNames = data.sessionNames;
    for (std::uint32_t network = 0; network < networks; ++network)
        data.provenance.networkNames.push_back("network " + std::to_string(network));
    for (std::uint32_t row = 0; row < data.size(); ++row) {
        const bool threat = row < 60;
        const std::uint32_t network = threat ? 0 : row % networks;
        data.classOf[row] = threat ? 0 : 1;
        data.sessionOf[row] = threat ? 0 : 1;
        data.provenance.networkOf.push_back(network);
        data.provenance.captureOf.push_back(data.sessionOf[row]);
        data.provenance.identity.push_back({.serverPort = static_cast<std::uint16_t>(threat ? 4444 : 443),
                                            .protocol = 6,
                                            .clientHops = static_cast<std::uint8_t>(60 + network),
                                            .serverHops = 50});
        const auto values = data.features.statistics.row(row);
        for (std::size_t i = 0; i < 5; ++i) {
            values[networkMark + i] = static_cast<float>(std::exp(network == 0 ? 8.0 : 4.0 + 0.3 * rng.normal()));
            values[threatMark + i] = static_cast<float>(std::exp(4 + (threat ? loudness : 0.0) + rng.normal()));
        }
    }
    return data;
}

std::vector<HuntContestant> contestants(const learn::Dataset& data, const HuntOpponents& opponents)
{
    auto made = detect::makeHuntContestants(data, *toyEncoder(), opponents, {});
    if (!made)
        qFatal("%s", made.error().sentence().c_str());
    return std::move(*made);
}

double auprc(const std::vector<HuntResult>& results, std::string_view method, HuntNegatives negatives)
{
    for (const HuntResult& result : results) {
        if (result.method == method && result.shape.negatives == negatives)
            return result.figures[0].mean;
    }
    return -1;
}

std::vector<HuntResult> played(const learn::Dataset& data, const HuntOpponents& opponents, const HuntSettings& settings)
{
    auto results = detect::playHunts(data, contestants(data, opponents), settings, {}, {});
    if (!results)
        qFatal("%s", results.error().sentence().c_str());
    return std::move(*results);
}

} // namespace

class HuntContestantsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everybodyTakesPart()
    {
        const learn::Dataset data = whispers(1, 1);
        const learn::Dataset training = whispers(2, 1);
        std::vector<std::string> names;
        for (const HuntContestant& contestant : contestants(data, {.training = &training}))
            names.push_back(contestant.name);
        const auto slow = [](const std::string& name) { return name.starts_with("flowscent_fine_tuned"); };
        std::vector<std::string> all = detect::huntMethods();
        QCOMPARE(std::erase_if(all, slow), std::size_t(2));
        QVERIFY(names == all);
        for (const char* name : {"flowscent", "random_forest", "random_forest_bank", "logistic_regression",
                                 "nearest_neighbour", "nearest_neighbour_embedded", "r2d2", "ridge_bank",
                                 "forest_bank_and_ridge_bank", "zero_shot", "identity"})
            QVERIFY2(std::ranges::count(names, name) == 1, name);
    }

    void withoutTrainingFlowsTheModelsOwnBankIsTaken()
    {
        const learn::Dataset data = whispers(1, 1);
        QVERIFY(toyEncoder()->model().bank.size() > 0);
        std::vector<std::string> names;
        for (const HuntContestant& contestant : contestants(data, {}))
            names.push_back(contestant.name);
        QVERIFY(std::ranges::count(names, "random_forest_bank") == 1);
        QVERIFY(std::ranges::count(names, "zero_shot") == 0);
    }

    void withNeitherThereIsNoBank()
    {
        const learn::Dataset data = whispers(1, 1);
        auto model = std::make_shared<learn::BaseModel>(toyEncoder()->model());
        model->bank = {};
        const auto engine = learn::backend();
        QVERIFY(engine);
        const auto encoder = (*engine)->encoder(model);
        QVERIFY(encoder);
        const auto made = detect::makeHuntContestants(data, **encoder, {}, {});
        QVERIFY(made);
        for (const HuntContestant& contestant : *made)
            QVERIFY(contestant.name.find("bank") == std::string::npos && contestant.name != "zero_shot");
    }

    void aListOfMethodsBringsTheirMembers()
    {
        const learn::Dataset data = whispers(1, 1);
        const learn::Dataset training = whispers(2, 1);
        const auto made = contestants(data, {.training = &training, .methods = {"forest_bank_and_ridge_bank"}});
        QCOMPARE(made.size(), std::size_t(3));
        const auto refused = detect::makeHuntContestants(data, *toyEncoder(), {.methods = {"crystal_ball"}}, {});
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, base::Error::Code::Argument);
    }

    void theSlowTakePartWhenTheyAreNamed()
    {
        const learn::Dataset data = whispers(1, 6);
        const auto results =
            played(data, {.methods = {"flowscent", "flowscent_fine_tuned", "flowscent_fine_tuned_all"}},
                   {.shots = {5}, .draws = 2});
        for (const char* method : {"flowscent_fine_tuned", "flowscent_fine_tuned_all"})
            QVERIFY2(auprc(results, method, HuntNegatives::Own) > 0.5, method);
    }

    void aQuerysScoreIsTheSameInAnyCompany()
    {
        const learn::Dataset data = whispers(1, 1);
        const learn::Dataset training = whispers(2, 1);
        const auto draw = detect::HuntSampler(data).draw(0, {.shots = 5}, 7, 0);
        std::map<std::string, detect::HuntScores> together;
        std::map<std::string, detect::HuntScores> alone;
        detect::HuntTask few = draw.task;
        few.query = {draw.task.query[3], draw.task.query[100]};
        for (const HuntContestant& contestant : contestants(data, {.training = &training})) {
            const auto ask = [&](const detect::HuntTask& task, std::map<std::string, detect::HuntScores>& known) {
                std::vector<detect::HuntScores> members;
                for (const std::string& name : contestant.members)
                    members.push_back(known.at(name));
                const auto scores = contestant.score(task, members, 11);
                if (!scores)
                    qFatal("%s", scores.error().sentence().c_str());
                known[contestant.name] = *scores;
            };
            ask(draw.task, together);
            ask(few, alone);
            const auto& all = together[contestant.name];
            // BLAS may sum a row in another order when there are other rows; the comparison is at 9 decimals of
            // scores of a few units, floats hold 7 digits.
            const double allowed = contestant.name == "logistic_regression" ? 1e-5 : 0.0;
            QVERIFY2(std::abs(alone[contestant.name][0] - all[3]) <= allowed, contestant.name.c_str());
            QVERIFY2(std::abs(alone[contestant.name][1] - all[100]) <= allowed, contestant.name.c_str());
        }
    }

    /// The planted shortcut: against everybody's traffic the network gives the threat away, at home it does not.
    void tellingNetworksApartHelpsOnlyAgainstOthers()
    {
        const learn::Dataset data = whispers(3, 0.4);
        const auto results = played(data, {.methods = {"random_forest", "logistic_regression"}},
                                    {.shots = {10}, .draws = 6, .methods = {}});
        for (const char* method : {"random_forest", "logistic_regression"}) {
            const double all = auprc(results, method, HuntNegatives::All);
            const double own = auprc(results, method, HuntNegatives::Own);
            QVERIFY2(all > 2 * own && all > 0.1 && own > 0,
                     (std::string(method) + " " + std::to_string(all) + " " + std::to_string(own)).c_str());
        }
    }

    void aLoudThreatIsFoundAtHomeToo()
    {
        const learn::Dataset data = whispers(3, 6);
        const learn::Dataset training = whispers(4, 6);
        const auto results = played(data, {.training = &training}, {.shots = {5}, .draws = 4});
        for (const char* method : {"random_forest_bank", "forest_bank_and_ridge_bank", "logistic_regression",
                                   "nearest_neighbour", "zero_shot", "identity"}) {
            const double own = auprc(results, method, HuntNegatives::Own);
            QVERIFY2(own > 0.5, (std::string(method) + " " + std::to_string(own)).c_str());
        }
    }

    /// Features alike, only the port tells: nobody may know it but the audit.
    void onlyTheAuditSeesPortsAndHops()
    {
        const learn::Dataset data = whispers(5, 0);
        for (const HuntResult& result : played(data, {}, {.shots = {5}, .draws = 4})) {
            if (result.shape.negatives != HuntNegatives::Own)
                continue;
            QVERIFY2((result.figures[0].mean > 0.8) == (result.method == "identity"),
                     (result.method + " " + std::to_string(result.figures[0].mean)).c_str());
        }
    }
};

QTEST_GUILESS_MAIN(HuntContestantsTest)
#include "hunt_contestants_test.moc"
