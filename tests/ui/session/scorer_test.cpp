// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/ui/support/made_flows.h"
#include "ui/session/scorer.h"

#include <cmath>

using namespace flowscent;

namespace {

ui::ScoreRequest request(const std::shared_ptr<const flow::FlowTable>& table)
{
    ui::ScoreRequest request{.table = table};
    request.support.set(flow::FlowId(0), hunt::Label::Threat);
    request.support.set(flow::FlowId(5), hunt::Label::Threat);
    for (std::uint32_t flow = 20; flow < 60; ++flow)
        request.background.emplace_back(flow);
    request.revision = 7;
    return request;
}

} // namespace

/// Examples to scores, with the learning engine that ships.
class ScorerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void scoresTheScreenFirstAndThenEveryFlow()
    {
        ui::Scorer scorer;
        auto asked = request(test::madeTable(3000));
        asked.visible = {2900, 2901};
        std::vector<ui::Scores> answers;
        QVERIFY(scorer.run(asked, [&](ui::Scores scores) { answers.push_back(std::move(scores)); }, {}, {}));
        QCOMPARE(answers.size(), std::size_t{2});
        const auto& [first, all] = std::pair(answers[0], answers[1]);
        QVERIFY(!first.complete() && all.complete());
        QVERIFY(!std::isnan(first.values[2900]) && std::isnan(first.values[2899]));
        QCOMPARE(first.values[2901], all.values[2901]);
        QCOMPARE(all.revision(), std::uint64_t{7});
        QVERIFY(std::ranges::none_of(all.values, [](float score) { return std::isnan(score); }));
    }

    void aStoppedRequestTellsNothingAndTheNextOneIsWhole()
    {
        ui::Scorer scorer;
        const auto asked = request(test::madeTable(5000));
        std::stop_source source;
        int told = 0;
        const auto count = [&told](const ui::Scores&) { ++told; };
        const auto stopAtOnce = [&source](const base::Progress&) { source.request_stop(); };
        const auto stopped = scorer.run(asked, count, stopAtOnce, source.get_token());
        QVERIFY(!stopped);
        QCOMPARE(stopped.error().code, base::Error::Code::Cancelled);
        QCOMPARE(told, 0);

        std::vector<float> resumed;
        QVERIFY(scorer.run(asked, [&](const ui::Scores& scores) { resumed = scores.values; }, {}, {}));
        ui::Scorer untouched;
        std::vector<float> whole;
        QVERIFY(untouched.run(asked, [&](const ui::Scores& scores) { whole = scores.values; }, {}, {}));
        QVERIFY(resumed == whole);
    }

    void withoutExamplesItEmbedsAheadAndScoresNothing()
    {
        ui::Scorer scorer;
        std::uint64_t embedded = 0;
        const auto progress = [&embedded](const base::Progress& at) { embedded = static_cast<std::uint64_t>(at.done); };
        const auto never = [](const ui::Scores&) { QFAIL("there is nothing to score by"); };
        QVERIFY(scorer.run({.table = test::madeTable(2000)}, never, progress, {}));
        QCOMPARE(embedded, std::uint64_t{2000});
    }
};

QTEST_GUILESS_MAIN(ScorerTest)
#include "scorer_test.moc"
