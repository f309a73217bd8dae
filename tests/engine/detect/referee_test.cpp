// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/detect/referee.h"

#include <algorithm>

using namespace flowscent;
using base::Matrix;
using detect::Doubt;
using detect::FlowNumbers;
using detect::Judgement;

namespace {

constexpr std::size_t dimensions = 16;

/// Flows around places on the axes: the threat at 0, four kinds of ordinary traffic, and one that nobody has seen.
/// Embeddings and statistics may be told to disagree.
class World {
public:
    FlowNumbers at(std::size_t embedded, std::size_t described, std::size_t rows)
    {
        FlowNumbers flows{Matrix(rows, dimensions), Matrix(rows, dimensions)};
        for (std::size_t row = 0; row < rows; ++row) {
            for (std::size_t i = 0; i < dimensions; ++i) {
                flows.embeddings.row(row)[i] = static_cast<float>(m_rng.normal() * 0.5 + (i == embedded ? 6 : 0));
                flows.statistics.row(row)[i] = static_cast<float>(m_rng.normal() * 0.5 + (i == described ? 6 : 0));
            }
        }
        return flows;
    }
    FlowNumbers threat(std::size_t rows) { return at(0, 0, rows); }
    FlowNumbers ordinary(std::size_t rows)
    {
        FlowNumbers flows;
        for (std::size_t row = 0; row < rows; ++row)
            flows.append(at(1 + row % 4, 1 + row % 4, 1));
        return flows;
    }

private:
    base::Rng m_rng{4};
};

struct Case {
    World world;
    detect::DescribedInput input{world.threat(5), {}, world.ordinary(200)};
    detect::Foundation foundation{std::make_shared<learn::BaseModel>(), world.ordinary(400)};

    detect::Referee referee()
    {
        const auto detector = detect::adapt(foundation, input, {});
        if (!detector)
            qFatal("%s", detector.error().sentence().c_str());
        auto made = detect::makeReferee(foundation, input, *detector, 0.01, {});
        if (!made)
            qFatal("%s", made.error().sentence().c_str());
        return std::move(*made);
    }
};

double share(const std::vector<detect::JudgedFlow>& flows, Judgement judgement, Doubt doubt)
{
    return static_cast<double>(std::ranges::count_if(
               flows,
               [&](const detect::JudgedFlow& flow) { return flow.judgement == judgement && flow.doubt == doubt; })) /
           static_cast<double>(flows.size());
}

std::vector<detect::JudgedFlow> judged(const detect::Referee& referee, const FlowNumbers& flows,
                                       std::uint32_t packets = 20)
{
    return detect::judged(referee, flows, std::vector<std::uint32_t>(flows.size(), packets));
}

} // namespace

class RefereeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatIsKnownIsJudged()
    {
        Case one;
        const auto referee = one.referee();
        const auto threats = judged(referee, one.world.threat(200));
        const auto ordinary = judged(referee, one.world.ordinary(800));
        QVERIFY2(share(threats, Judgement::Threat, Doubt::None) > 0.8,
                 std::to_string(share(threats, Judgement::Threat, Doubt::None)).c_str());
        QVERIFY2(share(ordinary, Judgement::Normal, Doubt::None) > 0.93,
                 std::to_string(share(ordinary, Judgement::Normal, Doubt::None)).c_str());
    }

    void whatNobodyHasSeenIsUnsure()
    {
        Case one;
        const auto strangers = judged(one.referee(), one.world.at(9, 9, 200));
        QVERIFY2(share(strangers, Judgement::Unsure, Doubt::Unfamiliar) > 0.9,
                 std::to_string(share(strangers, Judgement::Unsure, Doubt::Unfamiliar)).c_str());
        QVERIFY(!strangers.front().reason.empty());
    }

    void aFlowOfOnePacketIsUnsure()
    {
        Case one;
        QCOMPARE(share(judged(one.referee(), one.world.threat(20), 1), Judgement::Unsure, Doubt::TooFewPackets), 1.0);
    }

    /// Embedded like the threat, described like ordinary traffic: forest and prototype see different flows.
    void partsThatSeeDifferentFlowsDisagree()
    {
        Case one;
        const auto torn = judged(one.referee(), one.world.at(0, 2, 200));
        QVERIFY2(share(torn, Judgement::Unsure, Doubt::PartsDisagree) > 0.8,
                 std::to_string(share(torn, Judgement::Unsure, Doubt::PartsDisagree)).c_str());
    }

    void theBankStandsInForABackground()
    {
        Case one;
        one.input.background = {};
        const auto referee = one.referee();
        QVERIFY(share(judged(referee, one.world.ordinary(400)), Judgement::Normal, Doubt::None) > 0.9);
        QVERIFY(share(judged(referee, one.world.at(9, 9, 100)), Judgement::Unsure, Doubt::Unfamiliar) > 0.9);
    }

    void withNothingOrdinaryThereIsNoReferee()
    {
        Case one;
        const auto detector = detect::adapt(one.foundation, one.input, {});
        QVERIFY(detector);
        const auto refused =
            detect::makeReferee({one.foundation.model, {}}, {one.input.threat, {}, {}}, *detector, 0.01, {});
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, base::Error::Code::Support);
    }
};

QTEST_GUILESS_MAIN(RefereeTest)
#include "referee_test.moc"
