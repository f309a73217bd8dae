// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/detect/evidence/evidence.h"
#include "engine/features/feature_schema.h"
#include "tests/engine/detect/evidence/curved_encoder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

using namespace flowscent;
using detect::AdaptInput;
using detect::Detector;
using detect::Evidence;
using detect::Explainer;
using detect::FeatureIndex;
using detect::Method;
using features::FeatureSet;

namespace {

constexpr float rhythm = 60'000; ///< ms; normal flows have exp(4 +- 1)

/// Flows like all others but for their mean gap.
FeatureSet beacons(std::size_t count, std::uint64_t seed)
{
    FeatureSet flows = test::chanceFlows(count, seed);
    for (std::size_t row = 0; row < count; ++row)
        flows.statistics.row(row)[test::statistic("gap_mean")] = rhythm + static_cast<float>(row);
    return flows;
}

template <class T>
T taken(base::Result<T> result)
{
    if (!result)
        qFatal("%s", result.error().sentence().c_str());
    return std::move(*result);
}

/// A hunt for them, and the flows that are explained.
struct Scene {
    std::shared_ptr<const learn::Encoder> encoder = test::encoderOf("gap_mean");
    AdaptInput examples{beacons(4, 1), test::chanceFlows(3, 2), test::chanceFlows(64, 3)};
    detect::Foundation foundation;
    Detector detector;
    FeatureSet flows = beacons(10, 4); ///< then ten normal ones

    explicit Scene(Method method = Method::Ensemble)
    {
        flows.append(test::chanceFlows(10, 5));
        const auto model = std::make_shared<const learn::BaseModel>(encoder->model());
        foundation = taken(detect::makeFoundation(*encoder, model));
        auto adapted = detect::adapt(*encoder, foundation, examples, {.method = method}, {});
        if (!adapted)
            qFatal("%s", adapted.error().sentence().c_str());
        detector = *adapted;
    }
    [[nodiscard]] Explainer explainer() const
    {
        auto made = Explainer::of(encoder, foundation, detector, examples, detect::AdaptSettings{}.seed, {});
        if (!made)
            qFatal("%s", made.error().sentence().c_str());
        return *made;
    }
    [[nodiscard]] Evidence of(std::uint32_t row, const detect::Itself& itself = {}) const
    {
        auto evidence = explainer().explain(flows, row, itself, {});
        if (!evidence)
            qFatal("%s", evidence.error().sentence().c_str());
        return *evidence;
    }
};

std::vector<float> scores(const Scene& scene, const FeatureSet& flows)
{
    return detect::score(scene.detector, taken(detect::describe(*scene.encoder, flows, {}, {})));
}

FeatureIndex named(std::string_view name)
{
    const auto all = detect::namedFeatures();
    return static_cast<FeatureIndex>(std::ranges::find(all, name, &detect::NamedFeature::name) - all.begin());
}

double attributed(const Evidence& evidence)
{
    double sum = 0;
    for (const auto& feature : evidence.features)
        sum += feature.attribution;
    return sum;
}

} // namespace

Q_DECLARE_METATYPE(detect::Method)

class EvidenceTest : public QObject {
    Q_OBJECT

    static void everyMethod()
    {
        QTest::addColumn<Method>("method");
        for (const Method method : detect::allMethods)
            QTest::newRow(std::string(detect::text(method)).c_str()) << method;
    }

private Q_SLOTS:
    void theFeatureThatDecidesIsNamedFirst_data() { everyMethod(); }
    void theFeatureThatDecidesIsNamedFirst()
    {
        QFETCH(const Method, method);
        const Scene scene(method);
        for (std::uint32_t row = 0; row < 10; ++row) {
            const Evidence evidence = scene.of(row);
            QVERIFY(evidence.score >= detect::alarmScore);
            QVERIFY(!evidence.raising.empty());
            QCOMPARE(evidence.raising.front(), named("gap_mean"));
        }
    }

    void attributionsAddUpToTheDifference_data() { everyMethod(); }
    void attributionsAddUpToTheDifference()
    {
        QFETCH(const Method, method);
        const Scene scene(method);
        const Explainer explainer = scene.explainer();
        std::vector<FeatureIndex> all(detect::namedFeatures().size());
        std::iota(all.begin(), all.end(), FeatureIndex{0});
        for (std::uint32_t row = 0; row < 20; ++row) {
            const Evidence evidence = scene.of(row);
            const double difference = evidence.logit - evidence.twinLogit;
            QVERIFY2(evidence.completenessError < 0.01, std::to_string(evidence.completenessError).c_str());
            QVERIFY(std::abs(attributed(evidence) - difference) <=
                    0.01 * std::max(std::abs(difference), 0.1 * scene.detector.temperature));
            const auto ends = explainer.logitsWithNormal(scene.flows, row, {{}, all}, {}); // asked otherwise
            QVERIFY(ends && std::abs((*ends)[0] - evidence.logit) < 1e-9 &&
                    std::abs((*ends)[1] - evidence.twinLogit) < 1e-9);
            const float score = scores(scene, scene.flows)[row];
            QCOMPARE(evidence.score, score);
        }
    }

    void packetsAndFieldsShareTheSameSum()
    {
        const Evidence evidence = Scene().of(3);
        double ofFields = 0;
        for (const auto& feature : evidence.features)
            ofFields += detect::namedFeatures()[feature.feature].ofPackets ? feature.attribution : 0.0;
        const double ofPackets = std::accumulate(evidence.perPacket.begin(), evidence.perPacket.end(), 0.0);
        QVERIFY(std::abs(ofFields - ofPackets) < 1e-9);
        for (std::size_t packet = evidence.packets.sizes.size(); packet < features::sequenceLength; ++packet)
            QCOMPARE(evidence.perPacket[packet], 0.0); // no packet, nothing to say
    }

    void valuesAndQuartilesAreInTheirOwnUnits()
    {
        const Scene scene;
        const Evidence evidence = scene.of(2);
        const auto& gap = evidence.features[named("gap_mean")];
        QCOMPARE(gap.value, rhythm + 2);
        std::vector<float> normal;
        for (std::size_t row = 0; row < 64; ++row)
            normal.push_back(scene.examples.background.statistics.row(row)[test::statistic("gap_mean")]);
        std::ranges::sort(normal);
        QCOMPARE(gap.normal.lower, normal[15]); // of 64 the 16th, the 32nd, the 48th
        QCOMPARE(gap.normal.median, normal[31]);
        QCOMPARE(gap.normal.upper, normal[47]);
        QVERIFY(gap.unlikeNormal());
        QVERIFY(gap.atEdge); // log(60001) - 4 is beyond 5
        const auto& sizes = evidence.features[named("packets.size")];
        std::vector<float> own = evidence.packets.sizes;
        std::ranges::sort(own);
        QCOMPARE(sizes.value, own[(own.size() - 1) / 2]);
    }

    void bothSidesAreSortedByStrength()
    {
        const Evidence evidence = Scene().of(1);
        const auto strength = [&](FeatureIndex index) { return std::abs(evidence.features[index].attribution); };
        QVERIFY(std::ranges::is_sorted(evidence.raising, std::greater<>{}, strength));
        QVERIFY(std::ranges::is_sorted(evidence.lowering, std::greater<>{}, strength));
        for (const FeatureIndex index : evidence.raising)
            QVERIFY(evidence.features[index].attribution > 0);
        for (const FeatureIndex index : evidence.lowering)
            QVERIFY(evidence.features[index].attribution < 0);
        QVERIFY(!evidence.lowering.empty());
    }

    void theFlipBringsTheFlowBelowTheLine()
    {
        const Scene scene;
        for (std::uint32_t row = 0; row < 10; ++row) {
            const Evidence evidence = scene.of(row);
            QVERIFY(evidence.flip && evidence.flip->found());
            QVERIFY((evidence.flip->features == std::vector<FeatureIndex>{named("gap_mean")}));
            FeatureSet changed = scene.flows.rows(std::span(&row, 1)); // in native units, through the front door
            changed.statistics.row(0)[test::statistic("gap_mean")] = evidence.features[named("gap_mean")].normal.median;
            QVERIFY(scores(scene, changed)[0] < detect::alarmScore);
        }
    }

    void belowTheLineThereIsNothingToFlip()
    {
        const Scene scene;
        std::size_t below = 0;
        for (std::uint32_t row = 10; row < 20; ++row) {
            const Evidence evidence = scene.of(row);
            if (evidence.score >= detect::alarmScore)
                continue;
            ++below;
            QVERIFY(!evidence.flip);
            QVERIFY(evidence.headline.find("below the line") != std::string::npos);
        }
        QVERIFY(below >= 8);
    }

    void neighboursBringTheirPackets()
    {
        const Scene scene;
        const Evidence evidence = scene.of(0);
        QCOMPARE(evidence.examples.size(), detect::nearestShown);
        QCOMPARE(evidence.background.size(), detect::nearestShown);
        QVERIFY(evidence.examples[0].place.distance <= evidence.examples[1].place.distance);
        QVERIFY(evidence.examples[0].place.distance < evidence.background[0].place.distance);
        QCOMPARE(evidence.examples[0].place.nearerShare, 0.0); // no normal flow is nearer to that example
        const auto packets = scene.examples.threat.sequences.row(evidence.examples[0].place.index);
        QCOMPARE(evidence.examples[0].packets.sizes[1], packets[features::sequenceFields]);
        QCOMPARE(evidence.examples[0].packets.gaps[1], packets[features::sequenceFields + 2]);
        QCOMPARE(evidence.twinPackets.sizes.size(), evidence.packets.sizes.size());
    }

    void anExampleIsNotItsOwnNeighbour()
    {
        Scene scene;
        scene.flows = scene.examples.threat;
        QCOMPARE(scene.of(2).examples[0].place.index, 2U);
        QCOMPARE(scene.of(2).examples[0].place.distance, 0.0);
        const Evidence evidence = scene.of(2, {.threat = 2});
        QVERIFY(std::ranges::none_of(evidence.examples, [](const auto& one) { return one.place.index == 2; }));
    }

    void examplesSharesAreTheRidges_data()
    {
        QTest::addColumn<Method>("method");
        QTest::addColumn<bool>("bank");
        QTest::newRow("blend") << Method::Blend << false;
        QTest::newRow("ridge") << Method::Ridge << false;
        QTest::newRow("ridge, beside a bank that it does not use") << Method::Ridge << true;
    }
    void examplesSharesAreTheRidges()
    {
        QFETCH(const Method, method);
        QFETCH(const bool, bank);
        Scene scene(method);
        if (bank) {
            auto model = std::make_shared<learn::BaseModel>(scene.encoder->model());
            model->bank = test::chanceFlows(40, 8);
            scene.foundation = taken(detect::makeFoundation(*scene.encoder, model));
            scene.detector =
                taken(detect::adapt(*scene.encoder, scene.foundation, scene.examples, {.method = method}, {}));
        }
        const auto ridge = std::ranges::find_if(scene.detector.parts, [](const detect::DetectorPart& part) {
            return !part.isForest() && part.head.kind == learn::HeadKind::Ridge;
        });
        const base::Matrix logits = learn::scores(ridge->head, taken(scene.encoder->embed(scene.flows, {}, {})));
        for (std::uint32_t row = 0; row < 20; ++row) {
            const Evidence evidence = scene.of(row);
            QCOMPARE(evidence.shares.size(), std::size_t(4 + 3 + 64) - scene.detector.setAside);
            double sum = 0;
            for (const auto& share : evidence.shares)
                sum += share.share;
            const double expected = double{logits.row(row)[1]} - double{logits.row(row)[0]};
            QVERIFY2(std::abs(sum - expected) < 1e-5, std::to_string(sum - expected).c_str());
            QVERIFY(std::abs(evidence.ridgeLogit - sum) < 1e-9);
            if (row < 10) { // a beacon's score comes from the beacons
                QCOMPARE(evidence.shares.front().kind, detect::ExampleKind::Threat);
                QVERIFY(evidence.shares.front().share > 0);
            }
        }
    }

    /// A share is a factor of the example's own times (z_i . z + 1), whichever flow is explained.
    void sharesAreOfTheExamplesThatTheyName()
    {
        const Scene scene(Method::Ridge);
        const base::Matrix flows = taken(scene.encoder->embed(scene.flows, {}, {}));
        const auto alike = [](std::span<const float> a, std::span<const float> b) {
            double sum = 1;
            for (std::size_t i = 0; i < a.size(); ++i)
                sum += double{a[i]} * double{b[i]};
            return sum;
        };
        const FeatureSet* kinds[] = {&scene.examples.threat, &scene.examples.notThreat, &scene.examples.background};
        std::map<std::pair<int, std::uint32_t>, double> factors;
        for (const std::uint32_t row : {0U, 12U}) {
            for (const auto& share : scene.of(row).shares) {
                const int kind = static_cast<int>(share.kind);
                const base::Matrix example = taken(scene.encoder->embed(*kinds[kind], {}, {}));
                const double factor = share.share / alike(example.row(share.index), flows.row(row));
                const auto [known, first] = factors.try_emplace({kind, share.index}, factor);
                QVERIFY(first == (row == 0));
                QVERIFY(std::abs(known->second - factor) < 1e-6);
            }
        }
        QVERIFY(factors.size() >= 60);
    }

    void examplesOfAnotherFitGetNoShares()
    {
        Scene scene(Method::Ridge);
        QVERIFY(!scene.of(0).shares.empty());
        scene.examples.threat = beacons(3, 77);
        const Evidence evidence = scene.of(0);
        QVERIFY(evidence.shares.empty());
        QVERIFY(!evidence.raising.empty()); // the rest still holds
    }

    void fewBackgroundFlowsLetTheBankSayWhatIsNormal()
    {
        Scene scene;
        auto model = std::make_shared<learn::BaseModel>(scene.encoder->model());
        model->bank = test::chanceFlows(30, 8);
        scene.foundation = taken(detect::makeFoundation(*scene.encoder, model));
        QCOMPARE(scene.explainer().normal().flows, std::size_t(64));
        scene.examples.background = test::chanceFlows(5, 9);
        QCOMPARE(scene.explainer().normal().flows, std::size_t(35));
        scene.examples.background = {};
        scene.foundation = taken(
            detect::makeFoundation(*scene.encoder, std::make_shared<const learn::BaseModel>(scene.encoder->model())));
        QCOMPARE(scene.explainer().normal().flows, std::size_t(3)); // counter-examples
    }

    void theHeadlineSaysWhoAndWhat()
    {
        const std::string headline = Scene().of(0).headline;
        QVERIFY2(headline.starts_with("most like your example "), headline.c_str());
        QVERIFY2(headline.find("unlike normal traffic in: mean gap (60 s; normal ") != std::string::npos,
                 headline.c_str());
    }

    void theHeadlineKeepsNamesOfTheWire()
    {
        Evidence evidence = Scene().of(0);
        const FeatureIndex fin = named("fin");
        evidence.features[fin].value = 2;
        evidence.features[fin].normal = {0, 0, 0};
        evidence.raising = {fin};
        const std::string headline = detect::headlineOf(evidence);
        QVERIFY2(headline.ends_with("FIN segments (2 packets; normal 0 packets)"), headline.c_str());
    }

    void numbersReadAsPeopleSayThem()
    {
        QCOMPARE(detect::nativeText(60'000, "ms"), std::string("60 s"));
        QCOMPARE(detect::nativeText(59'950, "ms"), std::string("60.0 s"));
        QCOMPARE(detect::nativeText(20, 1400, "ms"), std::string("0.02-1.40 s"));
        QCOMPARE(detect::nativeText(1500, "us"), std::string("1.50 ms"));
        QCOMPARE(detect::nativeText(1448, "bytes"), std::string("1448 bytes"));
        QCOMPARE(detect::nativeText(-640, 210, "bytes"), std::string("-640 to 210 bytes"));
        QCOMPARE(detect::nativeText(3, 3, "packets"), std::string("3 packets"));
        QCOMPARE(detect::nativeText(0.3141, "ratio"), std::string("0.31"));
        QCOMPARE(detect::nativeText(-0.0, "bytes"), std::string("0 bytes"));
    }

    void theSameQuestionGetsTheSameAnswer()
    {
        const Scene scene;
        const Evidence one = scene.of(4);
        const Evidence other = scene.of(4);
        QVERIFY(one.features == other.features && one.examples == other.examples && one.headline == other.headline);
    }

    void anEncoderWithoutDerivativeExplainsNothing()
    {
        class Plain final : public learn::Encoder {
        public:
            explicit Plain(std::shared_ptr<const learn::Encoder> inner)
                : m_inner(std::move(inner))
            {
            }
            base::Result<base::Matrix> embed(const FeatureSet& raw, const base::ProgressSink& progress,
                                             const std::stop_token& stop) const override
            {
                return m_inner->embed(raw, progress, stop);
            }
            const learn::BaseModel& model() const override { return m_inner->model(); }

        private:
            std::shared_ptr<const learn::Encoder> m_inner;
        };
        Scene scene;
        scene.encoder = std::make_shared<const Plain>(scene.encoder);
        const auto refused = scene.explainer().explain(scene.flows, 0, {}, {});
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, base::Error::Code::Unavailable);
    }

    void whatIsNoFlowIsRefused()
    {
        Scene scene;
        const Explainer explainer = scene.explainer();
        QCOMPARE(explainer.explain(scene.flows, 20, {}, {}).error().code, base::Error::Code::Argument);
        FeatureSet narrow = scene.flows;
        narrow.statistics = base::Matrix(20, 4);
        QCOMPARE(explainer.explain(narrow, 0, {}, {}).error().code, base::Error::Code::Argument);
        scene.flows.statistics.row(3)[1] = std::numeric_limits<float>::quiet_NaN();
        QCOMPARE(explainer.explain(scene.flows, 3, {}, {}).error().code, base::Error::Code::Model);
        AdaptInput nothing = scene.examples;
        nothing.background = {};
        nothing.notThreat = {};
        QCOMPARE(Explainer::of(scene.encoder, scene.foundation, scene.detector, nothing, 1, {}).error().code,
                 base::Error::Code::Support);
    }
};

QTEST_GUILESS_MAIN(EvidenceTest)
#include "evidence_test.moc"
