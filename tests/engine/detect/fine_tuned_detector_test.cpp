// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/detect/fine_tuned_detector.h"
#include "tests/engine/learn/toy_model.h"

using namespace flowscent;

namespace {

constexpr std::uint32_t flowsPerClass = 24;

features::FeatureSet flows(std::uint32_t classIndex, std::uint32_t first, std::uint32_t count)
{
    static const learn::Dataset unseen = test::toyDataset({.classes = 12, .seed = 3});
    std::vector<std::uint32_t> rows;
    for (std::uint32_t i = 0; i < count; ++i)
        rows.push_back(classIndex * flowsPerClass + first + i);
    return unseen.features.rows(rows);
}

features::FeatureSet others(std::uint32_t first, std::uint32_t fromEach)
{
    features::FeatureSet all;
    for (std::uint32_t index = 1; index < 12; ++index)
        all.append(flows(index, first, fromEach));
    return all;
}

const learn::BaseModel& model()
{
    static const learn::BaseModel made = test::toyModel();
    return made;
}

} // namespace

class FineTunedDetectorTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theDetectorCarriesItsOwnEncoder()
    {
        const detect::AdaptInput input{flows(0, 0, 5), {}, others(0, 6)};
        const auto detector = detect::adaptFineTuned(test::plugin(), model(), input, {.threatName = "beacon"}, {}, {});
        QVERIFY(detector);
        QCOMPARE(detector->threatName, std::string("beacon"));
        QCOMPARE(detector->threatExamples, 5U);
        QVERIFY(detector->base->identity() != model().identity());

        const auto encoder = test::plugin().encoder(detector->base);
        QVERIFY(encoder);
        const auto foundation = detect::makeFoundation(**encoder, detector->base);
        QVERIFY(foundation);
        const auto plain = detect::adapt(**encoder, *foundation, input, {.threatName = "beacon"}, {});
        QVERIFY(plain);
        QVERIFY(plain->parts == detector->parts);
        QCOMPARE(plain->line, detector->line);

        const auto threats = detect::score(*detector, detect::describe(**encoder, flows(0, 5, 19), {}, {}).value());
        const auto normals = detect::score(*detector, detect::describe(**encoder, others(6, 18), {}, {}).value());
        std::size_t ahead = 0;
        for (const float threat : threats) {
            for (const float normal : normals)
                ahead += threat > normal ? 1 : 0;
        }
        const double auc = static_cast<double>(ahead) / static_cast<double>(threats.size() * normals.size());
        QVERIFY2(auc > 0.95, std::to_string(auc).c_str());
    }

    void errorsComeThrough()
    {
        auto refused = detect::adaptFineTuned(test::plugin(), model(), {{}, {}, others(0, 6)}, {}, {}, {});
        QVERIFY(!refused && refused.error().code == base::Error::Code::Support);
        std::stop_source stop;
        stop.request_stop();
        refused = detect::adaptFineTuned(test::plugin(), model(), {flows(0, 0, 5), {}, others(0, 6)}, {}, {},
                                         stop.get_token());
        QVERIFY(!refused && refused.error().code == base::Error::Code::Cancelled);
    }
};

QTEST_GUILESS_MAIN(FineTunedDetectorTest)
#include "fine_tuned_detector_test.moc"
