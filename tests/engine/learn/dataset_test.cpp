// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/features/feature_schema.h"
#include "tests/engine/learn/toy_dataset.h"

using namespace flowscent;
using learn::Dataset;

namespace {

constexpr std::size_t fields = features::sequenceFields;

struct Flow {
    std::uint16_t classIndex;
    std::vector<float> sizes; ///< signed, as the feature is
    float gap = 0;
};

/// Classes 0 and 1 are benign, 2 and 3 threats.
Dataset datasetOf(const std::vector<Flow>& flows)
{
    Dataset dataset;
    dataset.classNames = {"web", "mail", "beacon", "scan"};
    dataset.threatClass = {false, false, true, true};
    dataset.sessionNames = {"one", "two"};
    dataset.features = {base::Matrix(flows.size(), features::sequenceLength * fields),
                        base::Matrix(flows.size(), features::statisticDefinitions().size())};
    for (std::size_t row = 0; row < flows.size(); ++row) {
        for (std::size_t packet = 0; packet < flows[row].sizes.size(); ++packet) {
            float* values = &dataset.features.sequences.row(row)[packet * fields];
            values[0] = flows[row].sizes[packet];
            values[1] = values[0] < 0 ? -1.0F : 1.0F;
            values[2] = flows[row].gap;
            values[fields - 1] = 1;
        }
        dataset.features.statistics.row(row)[0] = static_cast<float>(row); // tells the rows apart
        dataset.classOf.push_back(flows[row].classIndex);
        dataset.sessionOf.push_back(static_cast<std::uint32_t>(row % 2));
    }
    return dataset;
}

std::vector<int> keptRows(const Dataset& dataset)
{
    std::vector<int> rows;
    const Dataset kept = dataset.withoutDuplicates();
    for (std::size_t row = 0; row < kept.size(); ++row)
        rows.push_back(static_cast<int>(kept.features.statistics.row(row)[0]));
    return rows;
}

} // namespace

class DatasetTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theFirstOfEqualFlowsStays()
    {
        QCOMPARE(keptRows(datasetOf({{0, {10, -20}}, {0, {10, -20}}, {0, {10, -21}}, {0, {10, -20}}})),
                 (std::vector{0, 2}));
    }

    void timeAloneMakesNoOtherFlow()
    {
        QCOMPARE(keptRows(datasetOf({{0, {10, -20}, 5}, {0, {10, -20}, 900}})), (std::vector{0}));
    }

    void aLongerFlowIsAnotherOne() { QCOMPARE(keptRows(datasetOf({{0, {10}}, {0, {10, 0}}})), (std::vector{0, 1})); }

    void eachBenignClassKeepsItsOwn()
    {
        QCOMPARE(keptRows(datasetOf({{0, {10}}, {1, {10}}, {0, {10}}, {1, {10}}})), (std::vector{0, 1}));
    }

    void whatIsThreatAndBenignIsDropped()
    {
        QCOMPARE(keptRows(datasetOf({{0, {10}}, {2, {10}}, {2, {11}}, {3, {11}}})), (std::vector{2, 3}));
    }

    void rowsKeepTheirClassAndSession()
    {
        const Dataset kept = datasetOf({{0, {10}}, {0, {10}}, {3, {12}}, {1, {13}}}).withoutDuplicates();
        QCOMPARE(kept.classOf, (std::vector<std::uint16_t>{0, 3, 1}));
        QCOMPARE(kept.sessionOf, (std::vector<std::uint32_t>{0, 0, 1}));
        QCOMPARE(kept.features.sequences.row(1)[0], 12.0F);
        QCOMPARE(kept.classNames.size(), 4U);
    }

    void rowsKeepTheirProvenance()
    {
        Dataset dataset = datasetOf({{0, {10}}, {0, {10}}, {3, {12}}, {1, {13}}});
        dataset.provenance = {{0, 1, 1, 0},
                              {3, 2, 1, 0},
                              {{80, 6, 64, 50}, {81, 6, 64, 51}, {82, 17, 64, 0}, {83, 6, 64, 53}},
                              {"office", "plant"},
                              {"a", "b", "c", "d"}};
        const Dataset kept = dataset.withoutDuplicates();
        QCOMPARE(kept.provenance.networkOf, (std::vector<std::uint32_t>{0, 1, 0}));
        QCOMPARE(kept.provenance.captureOf, (std::vector<std::uint32_t>{3, 1, 0}));
        QVERIFY((kept.provenance.identity ==
                 std::vector<learn::FlowIdentity>{{80, 6, 64, 50}, {82, 17, 64, 0}, {83, 6, 64, 53}}));
        QVERIFY(kept.provenance.networkNames == dataset.provenance.networkNames);
        QVERIFY(kept.provenance.captureNames == dataset.provenance.captureNames);
    }

    void provenanceIsNoPartOfTheHash()
    {
        Dataset dataset = datasetOf({{0, {10}}, {2, {11}}});
        const std::string before = dataset.hash();
        dataset.provenance = {{0, 0}, {0, 0}, {{80, 6, 64, 50}, {81, 6, 64, 51}}, {"office"}, {"a"}};
        QCOMPARE(dataset.hash(), before);
        QVERIFY(dataset.rows(std::vector{1U}).hash() != before);
    }

    void withoutDuplicatesTwiceIsOnce()
    {
        const Dataset once = datasetOf({{0, {10}}, {0, {10}}, {2, {10}}, {3, {12}}}).withoutDuplicates();
        QCOMPARE(once.withoutDuplicates().classOf, once.classOf);
    }

    void sizesBeyondMeaningAreNoTrouble()
    {
        QCOMPARE(keptRows(datasetOf({{0, {1e30F}}, {0, {-1e30F}}, {0, {3e30F}}})), (std::vector{0, 1}));
    }

    void theHashKnowsEveryFeatureLabelAndSession()
    {
        const Dataset original = test::toyDataset({.classes = 2, .flowsPerClass = 3});
        QCOMPARE(original.hash(), test::toyDataset({.classes = 2, .flowsPerClass = 3}).hash());
        QCOMPARE(original.hash().size(), 64U);
        std::vector<Dataset> others(4, original);
        others[0].features.sequences.values.back() += 1;
        others[1].features.statistics.values.front() += 1;
        others[2].classOf[0] = 1;
        others[3].sessionOf[0] = 2;
        for (const Dataset& other : others)
            QVERIFY(other.hash() != original.hash());
    }
};

QTEST_GUILESS_MAIN(DatasetTest)
#include "dataset_test.moc"
