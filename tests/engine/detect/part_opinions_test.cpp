// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/detect/support/part_opinions.h"

#include <algorithm>
#include <cmath>

using namespace flowscent;
using base::Matrix;
using detect::Detector;
using detect::FlowNumbers;

namespace {

FlowNumbers drawn(std::size_t rows, double apart, base::Rng& rng)
{
    Matrix embeddings(rows, 6);
    Matrix statistics(rows, 4);
    for (Matrix* matrix : {&embeddings, &statistics})
        std::ranges::generate(matrix->values, [&] { return static_cast<float>(rng.normal() + apart); });
    return {std::move(embeddings), std::move(statistics)};
}

Detector fitted(detect::Method method, base::Rng& rng)
{
    const detect::Foundation foundation{std::make_shared<learn::BaseModel>(), drawn(100, 0, rng)};
    auto detector = detect::adapt(foundation, {drawn(5, 2, rng), {}, drawn(64, 0, rng)}, {.method = method});
    if (!detector)
        qFatal("%s", detector.error().sentence().c_str());
    return *detector;
}

double logit(float score)
{
    return std::log(double{score}) - std::log1p(-double{score});
}

} // namespace

Q_DECLARE_METATYPE(detect::Method)

class PartOpinionsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void weighedTogetherTheyAreTheScore_data()
    {
        QTest::addColumn<detect::Method>("method");
        for (const detect::Method method : detect::allMethods)
            QTest::newRow(std::string(detect::text(method)).c_str()) << method;
    }
    void weighedTogetherTheyAreTheScore()
    {
        QFETCH(const detect::Method, method);
        base::Rng rng(3);
        const Detector detector = fitted(method, rng);
        FlowNumbers flows = drawn(40, 0, rng);
        flows.append(drawn(20, 1, rng));
        const auto scores = detect::score(detector, flows);
        const auto opinions = detect::partOpinions(detector, flows);
        QCOMPARE(opinions.size(), detector.parts.size());
        std::size_t compared = 0;
        for (std::size_t row = 0; row < flows.size(); ++row) {
            double sum = 0;
            bool clear = false; // near 0 and 1 a float holds no logit
            for (std::size_t part = 0; part < opinions.size(); ++part) {
                sum += detector.parts[part].weight * logit(opinions[part][row]);
                clear |= opinions[part][row] > 0.999F || opinions[part][row] < 1e-6F;
            }
            if (clear)
                continue;
            ++compared;
            QVERIFY2(std::abs(sum - logit(scores[row])) < 1e-2, std::to_string(sum).c_str());
        }
        QVERIFY(compared > 10);
    }

    void aPartWithoutWeightHasNoSay()
    {
        base::Rng rng(4);
        Detector detector = fitted(detect::Method::Blend, rng);
        const FlowNumbers flows = drawn(10, 0, rng);
        const auto before = detect::partOpinions(detector, flows);
        detector.parts[0].weight = 0;
        const auto after = detect::partOpinions(detector, flows);
        QCOMPARE(after.size(), before.size() - 1);
        QVERIFY(after[0] == before[1]);
    }
};

QTEST_GUILESS_MAIN(PartOpinionsTest)
#include "part_opinions_test.moc"
