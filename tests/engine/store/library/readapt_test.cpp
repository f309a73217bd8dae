// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/store/library/library_tasks.h"
#include "engine/store/library/readapt.h"
#include "tests/engine/store/library/toy_bundle.h"

#include <set>

using namespace flowscent;
using test::toyBaseInUse;
using test::toyBundle;

namespace {

constexpr float otherWeight = 0.5F; ///< another model

store::Readapted made(const store::Bundle& bundle, const store::BaseInUse& after)
{
    auto done = store::readapted(bundle, toyBaseInUse(), after, {});
    if (!done)
        qFatal("%s", done.error().sentence().c_str());
    return std::move(*done);
}

/// Scores of the flows by a detector of the other examples, made here by hand.
std::vector<float> byTheOthers(const store::Bundle& bundle, const std::vector<std::uint32_t>& threats,
                               const std::vector<std::uint32_t>& counters, const features::FeatureSet& asked)
{
    const store::BaseInUse base = toyBaseInUse();
    const auto numbers = [&](const features::FeatureSet& raw) { return *base.describe(raw, {}); };
    const auto detector =
        base.fit({numbers(bundle.examples.threat.rows(threats)), numbers(bundle.examples.notThreat.rows(counters)),
                  numbers(bundle.examples.background)},
                 {.threatName = bundle.name});
    return detect::score(*detector, numbers(asked));
}

} // namespace

class ReadaptTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// A model of another identity that embeds alike answers alike.
    void theSameEmbeddingsGiveTheSameAnswers()
    {
        const store::Bundle bundle = toyBundle("beacon", 4);
        const auto done = made(bundle, toyBaseInUse(otherWeight));
        const store::ReadaptReport& report = done.report;
        QVERIFY(report.before.baseModel != report.after.baseModel);
        QVERIFY(report.before.heldOut && report.after.heldOut);
        QCOMPARE(report.before.threats.size(), std::size_t(4));
        QCOMPARE(report.before.counters.size(), std::size_t(2));
        QVERIFY(report.before.threats == report.after.threats);
        QVERIFY(report.before.counters == report.after.counters);
        QCOMPARE(report.before.backgrounds, 40U);
        QCOMPARE(report.before.backgroundsAbove, report.after.backgroundsAbove);
        QCOMPARE(done.bundle.detector.base->identity(), test::toyBase(otherWeight).identity());
        QVERIFY(test::toyScores(done.bundle.detector) == test::toyScores(bundle.detector));
        QVERIFY(done.bundle.examples.threat == bundle.examples.threat);
        QVERIFY(done.bundle.provenance == bundle.provenance);
    }

    void eachExampleIsScoredByTheOthers()
    {
        const store::Bundle bundle = toyBundle("beacon", 4);
        const auto report = made(bundle, toyBaseInUse(otherWeight)).report;
        QCOMPARE(byTheOthers(bundle, {1, 2, 3}, {1}, bundle.examples.threat.rows(std::vector<std::uint32_t>{0})),
                 std::vector<float>{report.before.threats[0]});
        QCOMPARE(byTheOthers(bundle, {0, 1, 3}, {0, 1}, bundle.examples.threat.rows(std::vector<std::uint32_t>{2})),
                 std::vector<float>{report.before.threats[2]});
        QCOMPARE(byTheOthers(bundle, {0, 2, 3}, {0}, bundle.examples.notThreat.rows(std::vector<std::uint32_t>{1})),
                 std::vector<float>{report.before.counters[1]});
    }

    void anotherEmbeddingGivesOtherAnswers()
    {
        const auto report = made(toyBundle("beacon", 5), toyBaseInUse(otherWeight, 0)).report;
        QCOMPARE(report.before.threatsFound(), std::size_t(5));
        QCOMPARE(report.before.countersAbove(), std::size_t(0));
        QVERIFY(report.after.threats != report.before.threats);
    }

    void aSingleExampleIsAskedAsItIs()
    {
        const auto report = made(toyBundle("beacon", 1), toyBaseInUse(otherWeight)).report;
        QVERIFY(!report.before.heldOut);
        QCOMPARE(report.before.threats.size(), std::size_t(1));
        QVERIFY(store::reportLines(report).front().find("that it was made from") != std::string::npos);
    }

    void manyExamplesAreHeldOutInGroups()
    {
        const auto report = made(toyBundle("beacon", 3 * store::mostFolds + 1), toyBaseInUse(otherWeight)).report;
        QCOMPARE(report.before.threats.size(), 3 * store::mostFolds + 1);
        QVERIFY(report.before.threatsFound() > 2 * store::mostFolds);
    }

    void theReportSaysBothSides()
    {
        store::ReadaptReport report{.name = "beacon",
                                    .version = 2,
                                    .before = {std::string(64, 'a'), {0.9F, 0.25F}, {0.125F}, true, 40, 1},
                                    .after = {std::string(64, 'b'), {0.5F, 0.75F}, {0.625F}, true, 40, 3}};
        const std::vector<std::string> expected{
            "beacon version 2, each example scored without having been seen",
            "  before (base aaaaaaaaaaaa): 1 of 2 examples above the line, 0 of 1 counter-examples, 1 of 40 background "
            "flows",
            "  after  (base bbbbbbbbbbbb): 2 of 2 examples above the line, 1 of 1 counter-examples, 3 of 40 background "
            "flows",
            "    example 1: 0.900 -> 0.500",
            "    example 2: 0.250 -> 0.750",
            "    counter-example 1: 0.125 -> 0.625"};
        QVERIFY(store::reportLines(report) == expected);
    }

    void whatCannotBeMadeAnewIsRefused()
    {
        store::Bundle bundle = toyBundle();
        bundle.examples = {};
        const auto refused = store::readapted(bundle, toyBaseInUse(), toyBaseInUse(otherWeight), {});
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, base::Error::Code::Support);
        const auto mistaken = store::readapted(toyBundle(), toyBaseInUse(0.75F), toyBaseInUse(otherWeight), {});
        QVERIFY(!mistaken);
        QCOMPARE(mistaken.error().code, base::Error::Code::Argument);
        std::stop_source stop;
        stop.request_stop();
        const auto stopped = store::readapted(toyBundle(), toyBaseInUse(), toyBaseInUse(otherWeight), stop.get_token());
        QVERIFY(!stopped);
        QCOMPARE(stopped.error().code, base::Error::Code::Cancelled);
    }

    void calibrationOfTheOldDetectorIsNotKept()
    {
        store::Bundle bundle = toyBundle();
        bundle.calibration = store::Calibration{{0.25F}, 1};
        QVERIFY(!made(bundle, toyBaseInUse(otherWeight)).bundle.calibration);
    }

    void bundlesAreTasksOfTheirOwnFlows()
    {
        const std::vector<store::Bundle> bundles{toyBundle("one", 5, 1), toyBundle("few", 3, 2),
                                                 toyBundle("background", 6, 3)};
        const store::LibraryTasks found = store::tasksOf(bundles);
        QCOMPARE(found.tasks.size(), std::size_t(2));
        QCOMPARE(found.leftOut.size(), std::size_t(1));
        QVERIFY(found.leftOut[0].find("'few' has 3 distinct examples") != std::string::npos);
        const learn::Dataset& flows = found.tasks[0].flows;
        QVERIFY((flows.classNames == std::vector<std::string>{"one", "background"}));
        QCOMPARE(flows.size(), std::size_t(5 + 2 + 40));
        QCOMPARE(std::ranges::count(flows.classOf, 0), 5);
        QVERIFY(flows.features.rows(std::vector<std::uint32_t>{0, 1, 2, 3, 4}) == bundles[0].examples.threat);
        QVERIFY((found.tasks[1].flows.classNames == std::vector<std::string>{"the threat background", "background"}));
    }

    /// Detectors of one capture have one background.
    void aSharedBackgroundIsShared()
    {
        std::vector<store::Bundle> bundles;
        for (std::uint64_t i = 0; i < 4; ++i) {
            bundles.push_back(toyBundle("threat " + std::to_string(i), 4, 10 + i));
            bundles.back().examples.background = bundles.front().examples.background;
            bundles.back().examples.notThreat = {};
        }
        // One of them holds a threat of another, unlabelled.
        bundles[1].examples.background.append(bundles[0].examples.threat);
        const store::LibraryTasks found = store::tasksOf(bundles);
        QCOMPARE(found.tasks.size(), std::size_t(4));
        std::set<std::vector<float>> seen;
        for (const learn::ContinualTask& task : found.tasks) {
            QCOMPARE(task.flows.size(), std::size_t(4 + 10));
            for (std::size_t row = 0; row < task.flows.size(); ++row) {
                const auto values = task.flows.features.sequences.row(row);
                QVERIFY(seen.insert({values.begin(), values.end()}).second);
            }
        }
        QCOMPARE(seen.size(), std::size_t(4 * 4 + 40));
    }
};

QTEST_GUILESS_MAIN(ReadaptTest)
#include "readapt_test.moc"
