// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/learn/evaluation/confounding.h"
#include "tests/engine/learn/toy_dataset.h"

#include <set>

using namespace flowscent;
using learn::Aspect;
using learn::Confounding;
using learn::Dataset;
using learn::Evidence;

namespace {

/// Six classes of 30 flows in six sessions, half of the classes threats; features tell the class. Ports and hops are
/// all alike.
Dataset plain()
{
    Dataset data = test::toyDataset({.classes = 6, .flowsPerClass = 30, .sessions = 6});
    data.provenance.networkNames = {"a", "b", "c", "d", "e", "f", "g"};
    data.provenance.captureNames = data.sessionNames;
    data.provenance.captureOf = data.sessionOf;
    data.provenance.networkOf.assign(data.size(), 0);
    data.provenance.identity.assign(data.size(),
                                    {.serverPort = 443, .protocol = 6, .clientHops = 64, .serverHops = 60});
    return data;
}

/// A network by chance for every flow.
Dataset withoutConfounding()
{
    Dataset data = plain();
    base::Rng rng(5);
    for (std::uint32_t& network : data.provenance.networkOf)
        network = static_cast<std::uint32_t>(rng.below(3));
    return data;
}

Dataset withAnOwnNetworkForEveryClass()
{
    Dataset data = plain();
    data.provenance.networkOf.assign(data.classOf.begin(), data.classOf.end());
    return data;
}

Confounding measure(const Dataset& data, const learn::ConfoundingSettings& settings = {})
{
    const auto engine = learn::backend();
    const auto found =
        engine ? learn::measureConfounding(data, **engine, settings, {}, {}) : base::failure(engine.error());
    if (!found)
        qFatal("%s", found.error().sentence().c_str());
    return *found;
}

const learn::AspectAssociation& association(const Confounding& found, Aspect given, Aspect predicted)
{
    return *std::ranges::find_if(found.associations,
                                 [&](const auto& pair) { return pair.given == given && pair.predicted == predicted; });
}

/// Balanced accuracy; -1 where it could not be measured.
double forest(const Confounding& found, Evidence evidence, Aspect predicted, bool capturesLeftOut)
{
    const auto finding = std::ranges::find_if(found.forests, [&](const learn::ForestFinding& each) {
        return each.evidence == evidence && each.predicted == predicted && each.capturesLeftOut == capturesLeftOut;
    });
    return finding->validated ? finding->validated->balancedAccuracy : -1;
}

} // namespace

class ConfoundingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aNetworkForEveryClassIsFoundOut()
    {
        const Confounding found = measure(withAnOwnNetworkForEveryClass());
        for (const Aspect predicted : {Aspect::Class, Aspect::Threat}) {
            const auto& pair = association(found, Aspect::Network, predicted);
            QCOMPARE(pair.byFlows.accuracy, 1.0);
            QCOMPARE(pair.byClasses.accuracy, 1.0);
            QVERIFY(pair.byFlows.cramersV > 1 - 1e-9);
        }
        QVERIFY(association(found, Aspect::Network, Aspect::Class).byFlows.mutualInformation > 1 - 1e-9);
        QVERIFY(association(found, Aspect::Class, Aspect::Network).byFlows.accuracy > 1 - 1e-9);
        QVERIFY(forest(found, Evidence::Features, Aspect::Network, true) > 0.8); // what tells classes tells networks
        QCOMPARE(found.threats.inTwoNetworks, 0.0);
        QCOMPARE(found.huntable, 0.0);
        QCOMPARE(found.networks, std::size_t(6));
    }

    void networksByChanceAreNot()
    {
        const Confounding found = measure(withoutConfounding());
        const auto& pair = association(found, Aspect::Network, Aspect::Class);
        QVERIFY(pair.byFlows.mutualInformation < 0.05);
        QVERIFY(std::abs(pair.byFlows.accuracy - pair.byFlows.shuffled) < 0.06);
        for (const bool leftOut : {false, true})
            QVERIFY(std::abs(forest(found, Evidence::Features, Aspect::Network, leftOut) - 1.0 / 3) < 0.15);
        QCOMPARE(found.threats.inTwoNetworks, 1.0);
        QCOMPARE(found.threats.inSixNetworks, 0.0);
        QCOMPARE(found.huntable, 0.0); // 30 benign flows in each network are fewer than 40
        QCOMPARE(measure(withoutConfounding(), {.ownBenign = 20}).huntable, 1.0);
    }

    void aTellingPortIsFoundOut()
    {
        Dataset data = withoutConfounding();
        QVERIFY(forest(measure(data), Evidence::Identity, Aspect::Class, false) < 0.25); // all alike: one in six
        for (std::size_t row = 0; row < data.size(); ++row)
            data.provenance.identity[row].serverPort = static_cast<std::uint16_t>(1000 + data.classOf[row]);
        const Confounding found = measure(data);
        QCOMPARE(forest(found, Evidence::Identity, Aspect::Class, false), 1.0);
        QCOMPARE(forest(found, Evidence::Identity, Aspect::Class, true), 1.0);
        QCOMPARE(forest(found, Evidence::Identity, Aspect::Threat, true), 1.0);
        QVERIFY(forest(found, Evidence::Identity, Aspect::Network, false) < 0.5);
    }

    /// A port for every class and session: known as long as flows of the session are, and worth nothing in a new one.
    void whatOnlyNamesTheCaptureIsWorthNothingInAnother()
    {
        Dataset data = withoutConfounding();
        base::Rng rng(11);
        std::vector<std::uint16_t> ports(36);
        for (std::size_t i = 0; i < ports.size(); ++i)
            ports[i] = static_cast<std::uint16_t>(2000 + 7 * i);
        rng.shuffle(std::span(ports));
        for (std::size_t row = 0; row < data.size(); ++row)
            data.provenance.identity[row].serverPort = ports[6U * data.classOf[row] + data.sessionOf[row]];
        const Confounding found = measure(data);
        QVERIFY(forest(found, Evidence::Identity, Aspect::Class, false) > 0.95);
        QVERIFY(forest(found, Evidence::Identity, Aspect::Class, true) < 0.45);
    }

    void theOtherKindsFlowsInANetworkMakeAThreatHuntable()
    {
        Dataset data = plain(); // one network: 90 benign flows beside the threats
        QCOMPARE(measure(data).huntable, 1.0);
        for (std::size_t row = 0; row < data.size(); ++row)
            data.provenance.networkOf[row] = data.classOf[row] == 0 ? 6 : 0; // class 0, a threat, moves out
        const Confounding found = measure(data);
        QCOMPARE(found.threatClasses, std::size_t(3));
        QVERIFY(std::abs(found.huntable - 2.0 / 3) < 1e-9);
    }

    void classesOfOneCaptureTakeNoPartWhereCapturesAreHeldOut()
    {
        Dataset data = withoutConfounding();
        for (std::size_t row = 0; row < data.size(); ++row)
            data.sessionOf[row] = data.classOf[row]; // a capture for every class
        const Confounding found = measure(data);
        QCOMPARE(forest(found, Evidence::Identity, Aspect::Class, true), -1.0);
        QVERIFY(forest(found, Evidence::Identity, Aspect::Class, false) >= 0);
        QVERIFY(forest(found, Evidence::Features, Aspect::Threat, true) >= 0);
    }

    void repeatedFlowsAreCountedOnce()
    {
        const Dataset once = withoutConfounding();
        std::vector<std::uint32_t> twice;
        for (std::uint32_t row = 0; row < once.size(); ++row)
            twice.insert(twice.end(), 2, row);
        const Confounding found = measure(once.rows(twice));
        QCOMPARE(found.allFlows, 2 * once.size());
        QCOMPARE(found.flows, once.size());
        QCOMPARE(found.threatFlows, std::size_t(90));
    }

    void theSameSeedGivesTheSameNumbers()
    {
        const auto numbers = [](const Confounding& found) {
            std::vector<double> all;
            for (const auto& finding : found.forests)
                all.push_back(finding.validated ? finding.validated->balancedAccuracy : -1);
            for (const auto& pair : found.associations)
                all.push_back(pair.byFlows.shuffled);
            return all;
        };
        const Dataset data = withoutConfounding();
        QVERIFY(numbers(measure(data)) == numbers(measure(data)));
        QVERIFY(numbers(measure(data)) != numbers(measure(data, {.seed = 8})));
    }

    void withoutProvenanceOrFlowsThereIsNothingToMeasure()
    {
        const auto engine = learn::backend();
        QVERIFY(engine);
        QVERIFY(!learn::measureConfounding(test::toyDataset(), **engine, {}, {}, {}));
        const Dataset data = withoutConfounding();
        QVERIFY(!learn::measureConfounding(data, **engine, {.minimumPackets = 1'000'000}, {}, {}));
        std::stop_source stop;
        stop.request_stop();
        const auto stopped = learn::measureConfounding(data, **engine, {}, {}, stop.get_token());
        QVERIFY(!stopped);
        QCOMPARE(stopped.error().code, base::Error::Code::Cancelled);
    }

    void samplesAreEvenAndBounded()
    {
        std::vector<std::uint32_t> values;
        std::vector<std::uint32_t> rows;
        for (std::uint32_t row = 0; row < 130; ++row) {
            values.push_back(row < 100 ? 0 : row < 120 ? 1 : 2); // 100, 20 and 10
            rows.push_back(row);
        }
        base::Rng rng(1);
        const auto countOf = [&](const std::vector<std::uint32_t>& sample, std::uint32_t value) {
            return std::ranges::count_if(sample, [&](std::uint32_t row) { return values[row] == value; });
        };
        const auto forty = learn::sampleEvenly(rows, values, 40, 1000, rng);
        QCOMPARE(countOf(forty, 0), 40);
        QCOMPARE(countOf(forty, 1), 20);
        QCOMPARE(countOf(forty, 2), 10);
        QCOMPARE(std::set(forty.begin(), forty.end()).size(), forty.size());
        const auto fewer = learn::sampleEvenly(rows, values, 40, 45, rng); // 17 + 17 + 10
        QCOMPARE(countOf(fewer, 0), 17);
        QCOMPARE(countOf(fewer, 2), 10);
    }

    void noGroupIsOnBothSides()
    {
        std::vector<std::uint32_t> rows;
        std::vector<std::uint32_t> values;
        std::vector<std::uint32_t> groups;
        for (std::uint32_t row = 0; row < 300; ++row) {
            rows.push_back(row);
            values.push_back(row % 4);
            groups.push_back(row % 4 == 3 ? 99 : (row / 4) % 7); // the last value has a group of its own
        }
        base::Rng rng(2);
        const auto features = [](std::span<const std::uint32_t> chosen) {
            base::Matrix numbers(chosen.size(), 1);
            for (std::size_t i = 0; i < chosen.size(); ++i)
                numbers.row(i)[0] = static_cast<float>(chosen[i]);
            return numbers;
        };
        const auto question = learn::foldQuestion(features, rows, values, groups, rng);
        QVERIFY(question);
        QCOMPARE(question->ways, std::uint16_t(3));
        QCOMPARE(question->answer.size(), std::size_t(225));
        std::map<std::uint32_t, std::set<std::uint8_t>> foldsOfGroup;
        std::map<std::uint16_t, std::set<std::uint8_t>> foldsOfValue;
        for (std::size_t i = 0; i < question->answer.size(); ++i) {
            const auto row = static_cast<std::uint32_t>(question->features.row(i)[0]);
            foldsOfGroup[groups[row]].insert(question->foldOf[i]);
            foldsOfValue[question->answer[i]].insert(question->foldOf[i]);
        }
        for (const auto& [group, folds] : foldsOfGroup)
            QCOMPARE(folds.size(), std::size_t(1));
        for (const auto& [value, folds] : foldsOfValue)
            QCOMPARE(folds.size(), std::size_t(5));
    }
};

QTEST_GUILESS_MAIN(ConfoundingTest)
#include "confounding_test.moc"
