// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/detect/evidence/flip.h"

#include <set>

using namespace flowscent;
using base::Matrix;
using detect::FeatureIndex;
using detect::Flip;

namespace {

/// A flow of ones with a twin of zeros; a game is a function of the features that are still one.
using Game = std::function<double(const std::set<FeatureIndex>&)>;

Flip played(const Game& game, double line, std::size_t differing = 6)
{
    std::vector<float> flow(detect::sideBySideColumns(), 0.0F);
    const std::vector<float> twin(flow.size(), 0.0F);
    for (FeatureIndex index = 0; index < differing; ++index) {
        for (const std::size_t column : detect::columnsOf(detect::namedFeatures()[index]))
            flow[column] = 1;
    }
    const detect::LogitsOf logits = [&](const Matrix& flows) -> base::Result<std::vector<double>> {
        std::vector<double> values;
        for (std::size_t row = 0; row < flows.rows; ++row) {
            std::set<FeatureIndex> left;
            for (FeatureIndex index = 0; index < differing; ++index) {
                if (flows.row(row)[detect::columnsOf(detect::namedFeatures()[index])[0]] == 1)
                    left.insert(index);
            }
            values.push_back(game(left));
        }
        return values;
    };
    auto flip = detect::findFlip(logits, flow, twin, line);
    if (!flip)
        qFatal("%s", flip.error().sentence().c_str());
    return *flip;
}

double total(const std::set<FeatureIndex>& left, const std::vector<double>& worth)
{
    double sum = 0;
    for (const FeatureIndex index : left)
        sum += worth[index];
    return sum;
}

} // namespace

class FlipTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Worth 1 3 5 2 2 2, together 15, line 8: without 5 there are 10, without 3 also 7.
    void theLargestGoFirst()
    {
        const std::vector<double> worth{1, 3, 5, 2, 2, 2};
        const Flip flip = played([&](const auto& left) { return total(left, worth); }, 8);
        QVERIFY((flip == Flip{{2, 1}, 7}));
    }

    void onTheLineIsNotBelowIt()
    {
        const std::vector<double> worth{1, 3, 5, 2, 2, 2};
        const Flip flip = played([&](const auto& left) { return total(left, worth); }, 10);
        QCOMPARE(flip.features.size(), std::size_t(2));
    }

    /// Of 1 and 2 either keeps the logit up; 0 alone helps a little and is not needed in the end.
    void whatTurnsOutUnneededIsLeftOut()
    {
        const Flip flip = played(
            [](const auto& left) {
                const double pair = left.contains(1) || left.contains(2) ? 8.0 : 0.0;
                return pair + (left.contains(0) ? 2.0 : 0.0);
            },
            5);
        QVERIFY(flip.found());
        QVERIFY((std::set<FeatureIndex>(flip.features.begin(), flip.features.end()) == std::set<FeatureIndex>{1, 2}));
        QCOMPARE(flip.logit, 2.0);
    }

    void whereTenAreNotEnoughNothingIsNamed()
    {
        const Flip flip = played([](const auto& left) { return static_cast<double>(left.size()); }, 4, 20);
        QVERIFY(!flip.found());
        QCOMPARE(flip.logit, 10.0);
    }

    void aFlowLikeItsTwinCannotBeFlipped()
    {
        const Flip flip = played([](const auto&) { return 3.0; }, 2, 0);
        QVERIFY(!flip.found());
        QCOMPARE(flip.logit, 3.0);
    }

    void troubleIsPassedOn()
    {
        const std::vector<float> flow(detect::sideBySideColumns(), 0.0F);
        const auto refused = detect::findFlip(
            [](const Matrix&) -> base::Result<std::vector<double>> {
                return base::failure(base::Error::Code::Cancelled, "stopped");
            },
            flow, flow, 0);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, base::Error::Code::Cancelled);
    }
};

QTEST_GUILESS_MAIN(FlipTest)
#include "flip_test.moc"
