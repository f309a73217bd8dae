// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/features/feature_schema.h"
#include "engine/learn/replay/exemplar_reservoir.h"
#include "tests/engine/learn/replay/chi_square.h"
#include "tests/support/heap_meter.h"

#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <numeric>

#include <nlohmann/json.hpp>

using namespace flowscent;
using learn::Exemplar;
using learn::ExemplarReservoir;
using nlohmann::json;

namespace {

constexpr int streams = 100'000;

/// A flow whose first feature tells it from all others of its class.
Exemplar oneFlow(std::uint32_t classId, float number)
{
    Exemplar exemplar;
    exemplar.sequence.resize(features::sequenceLength * features::sequenceFields);
    exemplar.statistics.resize(features::statisticDefinitions().size());
    exemplar.sequence[0] = number;
    exemplar.classId = classId;
    return exemplar;
}

ExemplarReservoir reservoir(std::size_t capacity, std::uint32_t classes, const base::Rng& rng)
{
    ExemplarReservoir made(capacity, rng);
    for (std::uint32_t i = 0; i < classes; ++i)
        (void)made.classId("class " + std::to_string(i));
    (void)made.sessionId("capture");
    return made;
}

std::vector<std::size_t> sizes(const ExemplarReservoir& of, std::uint32_t classes)
{
    std::vector<std::size_t> result;
    for (std::uint32_t i = 0; i < classes; ++i)
        result.push_back(of.exemplars(i).size());
    return result;
}

/// How often each flow of each class was kept at the end of `streams` streams, which offer flows of `order`'s classes.
std::vector<std::vector<double>> inclusions(std::size_t capacity, const std::vector<std::uint32_t>& order,
                                            std::uint64_t seed)
{
    const std::uint32_t classes = std::ranges::max(order) + 1;
    std::vector<std::vector<double>> counts(classes);
    const base::Rng seeds(seed);
    for (int stream = 0; stream < streams; ++stream) {
        ExemplarReservoir kept = reservoir(capacity, classes, seeds.fork(static_cast<std::uint64_t>(stream)));
        std::vector<std::size_t> offered(classes);
        for (const std::uint32_t classId : order)
            kept.offer(oneFlow(classId, static_cast<float>(offered[classId]++)));
        for (std::uint32_t classId = 0; classId < classes; ++classId) {
            counts[classId].resize(offered[classId]);
            for (const Exemplar& exemplar : kept.exemplars(classId))
                ++counts[classId][static_cast<std::size_t>(exemplar.sequence[0])];
        }
    }
    return counts;
}

/// Of N flows n are kept. Each indicator has variance p (1 - p), p = n/N, and two have covariance -p (1 - p) / (N - 1),
/// as in sampling without replacement, so that sum (O - E)^2 / (streams p (1 - p) N / (N - 1)) is chi-square with N - 1
/// degrees of freedom.
double inclusionStatistic(const std::vector<double>& counts)
{
    const double kept = std::accumulate(counts.begin(), counts.end(), 0.0) / streams;
    const auto size = static_cast<double>(counts.size());
    const double share = kept / size;
    double sum = 0;
    for (const double count : counts)
        sum += (count - streams * share) * (count - streams * share);
    return sum / (streams * share * (1 - share) * size / (size - 1));
}

/// Takes three classes of a stream with logits and sessions, in the middle of its life.
ExemplarReservoir lived(std::uint64_t seed)
{
    ExemplarReservoir kept = reservoir(20, 3, base::Rng(seed));
    (void)kept.sessionId("other capture");
    base::Rng rng(seed + 1);
    for (int i = 0; i < 60; ++i) {
        Exemplar exemplar = oneFlow(static_cast<std::uint32_t>(rng.below(i < 20 ? 1 : 3)), static_cast<float>(i));
        for (float& value : exemplar.statistics)
            value = static_cast<float>(rng.normal());
        exemplar.sequence[8] = -0.0F;
        exemplar.sequence[9] = std::numeric_limits<float>::denorm_min();
        exemplar.sessionId = static_cast<std::uint32_t>(rng.below(2));
        if (i % 2 == 0) {
            exemplar.logits = {static_cast<float>(rng.normal()), 1e-30F, -7.25F};
            exemplar.logitClasses = {2, 0, 1};
        }
        kept.offer(std::move(exemplar));
    }
    return kept;
}

base::TensorFile saved(const ExemplarReservoir& reservoir)
{
    base::TensorFile file;
    reservoir.put(file, "replay");
    return file;
}

} // namespace

class ExemplarReservoirTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// 5 of 20 flows; 43.82 is the 99.9 % point of chi-square with 19 degrees of freedom.
    void everyFlowOfAClassIsKeptWithTheSameProbability()
    {
        const auto counts = inclusions(5, std::vector<std::uint32_t>(20, 0), 11);
        QCOMPARE(std::accumulate(counts[0].begin(), counts[0].end(), 0.0), 5.0 * streams);
        const double statistic = inclusionStatistic(counts[0]);
        qInfo("chi-square %.2f, 99.9 %% point 43.82", statistic);
        QVERIFY(statistic < 43.82);
    }

    /// All 20 ways to keep 3 of 6; 43.82 as above. Stronger than equal probabilities of single flows.
    void everySubsetIsEquallyLikely()
    {
        std::map<std::vector<int>, double> counts;
        const base::Rng seeds(12);
        for (int stream = 0; stream < streams; ++stream) {
            ExemplarReservoir kept = reservoir(3, 1, seeds.fork(static_cast<std::uint64_t>(stream)));
            for (int i = 0; i < 6; ++i)
                kept.offer(oneFlow(0, static_cast<float>(i)));
            std::vector<int> subset;
            for (const Exemplar& exemplar : kept.exemplars(0))
                subset.push_back(static_cast<int>(exemplar.sequence[0]));
            std::ranges::sort(subset);
            ++counts[subset];
        }
        QCOMPARE(counts.size(), std::size_t(20));
        std::vector<double> observed;
        for (const auto& [subset, count] : counts)
            observed.push_back(count);
        const double statistic = test::chiSquare(observed, std::vector<double>(20, streams / 20.0));
        qInfo("chi-square %.2f, 99.9 %% point 43.82", statistic);
        QVERIFY(statistic < 43.82);
    }

    /// Class 0 has 12 flows in 8 places, then class 1 appears and takes half of them, then class 0 goes on, then class
    /// 2 shrinks both. Kept at the end: 2, 3 and 3. 99.9 % points for 19, 9 and 5 degrees of freedom.
    void theProbabilityStaysTheSameWhenSharesShrink()
    {
        std::vector<std::uint32_t> order(12, 0);
        order.insert(order.end(), 10, 1);
        order.insert(order.end(), {0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2});
        const auto counts = inclusions(8, order, 13);
        const std::array<double, 3> kept{2, 3, 3};
        const std::array<double, 3> limits{43.82, 27.88, 20.52};
        for (std::size_t i = 0; i < 3; ++i) {
            QCOMPARE(std::accumulate(counts[i].begin(), counts[i].end(), 0.0), kept[i] * streams);
            const double statistic = inclusionStatistic(counts[i]);
            qInfo("class %zu: chi-square %.2f, 99.9 %% point %.2f", i, statistic, limits[i]);
            QVERIFY(statistic < limits[i]);
        }
    }

    /// The same with flows of all classes mixed, a rare class that never has to give way, and a late one.
    void theProbabilityStaysTheSameWhenClassesAreMixed()
    {
        const std::vector<std::uint32_t> order{0, 1, 0, 0, 2, 0, 1, 0, 0, 1, 0, 0, 1,
                                               3, 0, 1, 0, 1, 3, 0, 3, 1, 0, 3, 0};
        const auto counts = inclusions(9, order, 14);
        QCOMPARE(counts[2][0], double(streams));                    // the rare one
        const std::array<double, 4> limits{32.91, 22.46, 0, 16.27}; // 12, 6 and 3 degrees of freedom
        for (const std::size_t i : {0U, 1U, 3U}) {
            const double statistic = inclusionStatistic(counts[i]);
            qInfo("class %zu: chi-square %.2f, 99.9 %% point %.2f", i, statistic, limits[i]);
            QVERIFY(statistic < limits[i]);
        }
    }

    /// By hand, from the rule: the newcomer takes from the largest, of equals from the first, until it is as large.
    void newClassesTakeTheirShareFromTheLargest()
    {
        ExemplarReservoir kept = reservoir(8, 3, base::Rng(1));
        for (int i = 0; i < 10; ++i)
            kept.offer(oneFlow(0, 0));
        QCOMPARE(sizes(kept, 3), (std::vector<std::size_t>{8, 0, 0}));
        const std::vector<std::vector<std::size_t>> second{{7, 1, 0}, {6, 2, 0}, {5, 3, 0}, {4, 4, 0}, {4, 4, 0}};
        for (const auto& expected : second) {
            kept.offer(oneFlow(1, 0));
            QCOMPARE(sizes(kept, 3), expected);
        }
        const std::vector<std::vector<std::size_t>> third{{3, 4, 1}, {3, 3, 2}, {2, 3, 3}, {2, 3, 3}};
        for (const auto& expected : third) {
            kept.offer(oneFlow(2, 0));
            QCOMPARE(sizes(kept, 3), expected);
        }
        for (int i = 0; i < 50; ++i)
            kept.offer(oneFlow(0, 0)); // no share grows again
        QCOMPARE(sizes(kept, 3), (std::vector<std::size_t>{2, 3, 3}));
    }

    void withMoreClassesThanPlacesTheFirstKeepTheirs()
    {
        ExemplarReservoir kept = reservoir(2, 4, base::Rng(1));
        for (const std::uint32_t classId : {0U, 0U, 0U, 1U, 2U, 3U, 2U, 1U, 3U, 0U})
            kept.offer(oneFlow(classId, 0));
        QCOMPARE(sizes(kept, 4), (std::vector<std::size_t>{1, 1, 0, 0}));
    }

    void aCapacityOfNothingKeepsNothing()
    {
        ExemplarReservoir kept = reservoir(0, 1, base::Rng(1));
        for (int i = 0; i < 5; ++i)
            QVERIFY(!kept.offer(oneFlow(0, 1)));
        QCOMPARE(kept.size(), std::size_t(0));
        QCOMPARE(kept.offered(), std::uint64_t(5));
        QVERIFY(kept.draw(3).empty());
        QVERIFY(kept.summary().meanAge == 0);
    }

    void everythingOfAFlowStaysTogether()
    {
        const ExemplarReservoir kept = lived(5);
        for (std::uint32_t classId = 0; classId < 3; ++classId) {
            for (const Exemplar& exemplar : kept.exemplars(classId)) {
                QCOMPARE(exemplar.classId, classId);
                // lived() numbers flows as the stream does, and every second one has logits.
                QCOMPARE(static_cast<std::uint64_t>(exemplar.sequence[0]), exemplar.insertedAt);
                QCOMPARE(exemplar.logits.size(), std::size_t(exemplar.insertedAt % 2 == 0 ? 3 : 0));
                QCOMPARE(exemplar.logitClasses.size(), exemplar.logits.size());
            }
        }
    }

    void logitsOfADivergedModelAreDropped()
    {
        ExemplarReservoir kept = reservoir(2, 1, base::Rng(1));
        Exemplar exemplar = oneFlow(0, 3);
        exemplar.logits = {1, std::numeric_limits<float>::quiet_NaN()};
        exemplar.logitClasses = {0, 0};
        QVERIFY(kept.offer(exemplar));
        QVERIFY(kept.exemplars(0)[0].logits.empty());
        QVERIFY(kept.exemplars(0)[0].logitClasses.empty());
    }

    /// Three flows of class 0 and one of class 1: a draw has each class half of the time. 16.27: 3 degrees of freedom.
    void batchesAreBalancedOverClasses()
    {
        ExemplarReservoir kept = reservoir(10, 2, base::Rng(7));
        for (int i = 0; i < 3; ++i)
            kept.offer(oneFlow(0, static_cast<float>(i)));
        kept.offer(oneFlow(1, 3));
        std::vector<double> counts(4);
        for (const Exemplar* exemplar : kept.draw(60'000))
            ++counts[static_cast<std::size_t>(exemplar->sequence[0])];
        const double statistic = test::chiSquare(counts, std::vector<double>{10'000, 10'000, 10'000, 30'000});
        qInfo("chi-square %.2f, 99.9 %% point 16.27", statistic);
        QVERIFY(statistic < 16.27);
        const auto batch = kept.draw(5);
        const auto set = learn::featuresOf(batch);
        QCOMPARE(set.size(), std::size_t(5));
        for (std::size_t i = 0; i < 5; ++i)
            QCOMPARE(set.sequences.row(i)[0], batch[i]->sequence[0]);
    }

    void agesAreCountedInElementsOfTheStream()
    {
        ExemplarReservoir kept = reservoir(10, 2, base::Rng(1));
        for (int i = 0; i < 3; ++i)
            kept.offer(oneFlow(0, 0));
        kept.offer(oneFlow(1, 0));
        const auto summary = kept.summary(); // ages 4, 3, 2, 1
        QCOMPARE(summary.meanAge, 2.5);
        QCOMPARE(summary.oldestAge, std::uint64_t(4));
        QCOMPARE(summary.size, std::uint64_t(4));
        QCOMPARE(summary.classes.size(), std::size_t(2));
        QCOMPARE(summary.classes[0].name, std::string("class 0"));
        QCOMPARE(summary.classes[0].kept, std::uint64_t(3));
        QCOMPARE(summary.classes[1].offered, std::uint64_t(1));
    }

    void twoThousandFlowsTakeLessThanThreeMegabytes()
    {
        const test::HeapMeter meter;
        ExemplarReservoir kept = reservoir(2000, 10, base::Rng(1));
        for (std::uint32_t i = 0; i < 4000; ++i) {
            Exemplar exemplar = oneFlow(i % 10, 0);
            exemplar.logits.resize(10);
            exemplar.logitClasses.resize(10);
            kept.offer(std::move(exemplar));
        }
        QCOMPARE(kept.size(), std::size_t(2000));
        QVERIFY2(meter.most() > 2000 * 1200, "the meter measures nothing");
        QVERIFY2(meter.most() < 3'000'000, qPrintable(QString::number(meter.most())));
    }

    void aSavedOneGoesOnAsIfNothingHadHappened()
    {
        ExemplarReservoir running = lived(21);
        const std::string bytes = base::serialise(saved(running));
        const auto file =
            base::parseTensors({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "checkpoint");
        QVERIFY(file);
        auto resumed = ExemplarReservoir::take(*file, "replay");
        QVERIFY2(resumed, resumed ? "" : resumed.error().sentence().c_str());
        QVERIFY(*resumed == running);
        QVERIFY(std::signbit(resumed->exemplars(0)[0].sequence[8]));
        QCOMPARE(base::serialise(saved(*resumed)), bytes);
        for (int i = 0; i < 200; ++i) {
            const auto classId = static_cast<std::uint32_t>(i % 3);
            QCOMPARE(resumed->offer(oneFlow(classId, 1)), running.offer(oneFlow(classId, 1)));
            QVERIFY(*resumed->draw(1)[0] == *running.draw(1)[0]);
        }
        QVERIFY(*resumed == running);
    }

    void anEmptyOneCanBeSaved()
    {
        const ExemplarReservoir empty(5, base::Rng(3));
        const auto again = ExemplarReservoir::take(saved(empty), "replay");
        QVERIFY(again);
        QVERIFY(*again == empty);
    }

    void damagedOnesAreRefused_data()
    {
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QString>("value");
        QTest::newRow("capacity below size") << "/capacity"
                                             << "3";
        QTest::newRow("negative capacity") << "/capacity"
                                           << "-1";
        QTest::newRow("no generator") << "/generator"
                                      << "[0,0,0,0]";
        QTest::newRow("short generator") << "/generator"
                                         << "[1,2,3]";
        QTest::newRow("other features") << "/features"
                                        << "\"none\"";
        QTest::newRow("stream too short") << "/offered"
                                          << "2";
        QTest::newRow("stream too long") << "/offered"
                                         << "100000";
        QTest::newRow("class out of range") << "/classes/0/id"
                                            << "3";
        QTest::newRow("class twice") << "/classes/1/id"
                                     << "0";
        QTest::newRow("offered overflows") << "/classes/0/offered"
                                           << "18446744073709551615";
        QTest::newRow("session out of range") << "/classes/0/kept/0/0"
                                              << "2";
        QTest::newRow("session is a fraction") << "/classes/0/kept/0/0"
                                               << "0.5";
        QTest::newRow("from the future") << "/classes/0/kept/0/1"
                                         << "60";
        QTest::newRow("too many logits") << "/classes/0/kept/0/2"
                                         << "[0,0,0,0]";
        QTest::newRow("logit of no class") << "/classes/0/kept/0/2"
                                           << "[0,0,7]";
        QTest::newRow("one exemplar less") << "/classes/0/kept"
                                           << "[]";
        QTest::newRow("no names") << "/class_names"
                                  << "[]";
        QTest::newRow("a name twice") << "/session_names"
                                      << R"(["a","a"])";
        QTest::newRow("no table") << "/classes"
                                  << "7";
    }
    void damagedOnesAreRefused()
    {
        QFETCH(QString, pointer);
        QFETCH(QString, value);
        base::TensorFile file = saved(lived(5));
        json state = json::parse(file.metadata["replay"]);
        state.at(json::json_pointer(pointer.toStdString())) = json::parse(value.toStdString());
        file.metadata["replay"] = state.dump();
        const auto taken = ExemplarReservoir::take(file, "replay");
        QVERIFY(!taken);
        QCOMPARE(taken.error().code, base::Error::Code::Model);
    }

    void damagedTensorsAreRefused()
    {
        const base::TensorFile good = saved(lived(5));
        QVERIFY(ExemplarReservoir::take(good, "replay"));
        const auto refuses = [&](const std::function<void(base::TensorFile&)>& damage) {
            base::TensorFile file = good;
            damage(file);
            return !ExemplarReservoir::take(file, "replay");
        };
        QVERIFY(refuses([](auto& file) { file.metadata.clear(); }));
        QVERIFY(refuses([](auto& file) { file.metadata["replay"] = std::string(100'000, '['); }));
        for (const char* name : {"replay.sequences", "replay.statistics", "replay.logits"}) {
            QVERIFY(refuses([&](auto& file) { file.tensors.erase(name); }));
            QVERIFY(refuses([&](auto& file) { file.tensors[name].values.pop_back(); }));
            QVERIFY(refuses([&](auto& file) { file.tensors[name].shape = {}; }));
            QVERIFY(refuses([&](auto& file) { file.tensors[name].shape[0] = 1ULL << 61; }));
            QVERIFY(refuses([&](auto& file) { file.tensors[name].values[0] = NAN; }));
        }
    }
};

QTEST_GUILESS_MAIN(ExemplarReservoirTest)
#include "exemplar_reservoir_test.moc"
