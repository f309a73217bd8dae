// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/support/packet_builder.h"
#include "tests/ui/support/made_flows.h"
#include "ui/session/scorer.h"
#include "ui/session/support_audit.h"

#include <algorithm>

using namespace flowscent;
using detect::Trait;

namespace {

constexpr std::uint32_t flows = 1200;
const std::vector<std::uint32_t> examples{10, 311, 612, 913};

/// 1 200 flows from as many clients; with a plant, the examples and a few others from one.
std::shared_ptr<const flow::FlowTable> table(bool planted, bool copied = false)
{
    auto made = std::make_shared<flow::FlowTable>();
    for (std::uint32_t i = 0; i < flows; ++i) {
        flow::FlowRecord record = test::madeFlow(i);
        if (planted && (std::ranges::find(examples, i) != examples.end() || i % 199 == 5))
            record.key.client = test::endpoint("10.9.9.9", static_cast<std::uint16_t>(40000 + i));
        if (copied && i == examples[1]) {
            const flow::FlowRecord first = test::madeFlow(examples[0]);
            record.observations = first.observations;
            record.statistics = first.statistics;
            record.key.protocol = first.key.protocol;
            record.last = record.start + (first.last - first.start);
        }
        made->append(record);
    }
    return made;
}

std::shared_ptr<const ui::Scores> scored(const std::shared_ptr<const flow::FlowTable>& flowTable)
{
    ui::Scorer scorer;
    ui::ScoreRequest request{.table = flowTable};
    for (const std::uint32_t example : examples)
        request.support.set(flow::FlowId(example), hunt::Label::Threat);
    request.background = hunt::drawBackground(*flowTable, request.support, 256, 1);
    request.revision = 1;
    std::shared_ptr<const ui::Scores> scores;
    const auto done = scorer.run(
        request, [&](ui::Scores answer) { scores = std::make_shared<const ui::Scores>(std::move(answer)); }, {}, {});
    if (!done)
        qFatal("%s", done.error().sentence().c_str());
    return scores;
}

bool has(const ui::SupportAudit& audit, Trait trait)
{
    return std::ranges::any_of(audit.shortcuts,
                               [trait](const ui::FoundShortcut& found) { return found.shortcut.trait == trait; });
}

} // namespace

class SupportAuditTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void examplesFromOneAddressAreWarnedOf()
    {
        const auto flowTable = table(true);
        const auto scores = scored(flowTable);
        const auto audit = ui::auditSupport(scores, {});
        QVERIFY(has(audit, Trait::ClientAddress));
        const auto found = std::ranges::find_if(
            audit.shortcuts, [](const ui::FoundShortcut& one) { return one.shortcut.trait == Trait::ClientAddress; });
        QCOMPARE(found->shortcut.examples, 4U);
        // Counted by hand over flows that were not learnt from.
        std::size_t with = 0;
        std::size_t alarmsWith = 0;
        std::size_t alarms = 0;
        const auto& background = scores->adaptation->background;
        for (std::uint32_t row = 0; row < flows; ++row) {
            if (std::ranges::find(examples, row) != examples.end() ||
                std::ranges::find(background, flow::FlowId(row)) != background.end())
                continue;
            const bool alarm = scores->values[row] >= detect::alarmScore;
            const bool shares = flowTable->client[row].address == flowTable->client[examples[0]].address;
            with += shares ? 1U : 0U;
            alarmsWith += shares && alarm ? 1U : 0U;
            alarms += alarm ? 1U : 0U;
        }
        QCOMPARE(found->consequence.flowsWith, with);
        QCOMPARE(found->consequence.alarmsWith, alarmsWith);
        QCOMPARE(found->consequence.alarmsWith + found->consequence.alarmsWithout, alarms);

        std::uint64_t told = 0;
        const auto refit =
            ui::refitWithout(*scores, found->shortcut, [&](const base::Progress& at) { told = at.done; }, {});
        QVERIFY(refit);
        QCOMPARE(refit->alarmsBefore, alarms);
        QCOMPARE(refit->alarmsLackingBefore, alarms - alarmsWith);
        QVERIFY(refit->alarmsLackingAfter <= refit->alarmsAfter);
        QCOMPARE(told, std::uint64_t{flows - 4 - background.size()});
        const auto sharing = std::ranges::count_if(background, [&](flow::FlowId flow) {
            return flowTable->client[flow.value].address == flowTable->client[examples[0]].address;
        });
        QCOMPARE(refit->backgroundLeftOut, static_cast<std::size_t>(sharing));
    }

    void examplesFromEverywhereAreNot()
    {
        const auto audit = ui::auditSupport(scored(table(false)), {});
        QVERIFY(audit.tooFew.empty());
        QVERIFY(audit.shortcuts.empty());
        QVERIFY(audit.copies().empty() ||
                audit.effective.worth < 4); // whatever they are, none is called a copy at will
    }

    void aCopyIsCalledOne()
    {
        const auto audit = ui::auditSupport(scored(table(false, true)), {});
        const auto copies = audit.copies();
        QVERIFY(copies.contains(flow::FlowId(examples[1])));
        QCOMPARE(copies.at(flow::FlowId(examples[1])), flow::FlowId(examples[0]));
        QVERIFY(audit.effective.worth < 3.1);
    }

    void eachExampleIsLeftOutOnce()
    {
        const auto scores = scored(table(true));
        std::vector<double> told;
        const auto answer =
            ui::exampleInfluences(scores, [&](const base::Progress& at) { told.push_back(at.fraction()); }, {});
        QVERIFY(answer);
        QCOMPARE(answer->influences.size(), examples.size());
        QCOMPARE(told.size(), examples.size() + 1); // once with all
        QCOMPARE(told.back(), 1.0);
        QCOMPARE(answer->judged, std::size_t(flows - 4) - scores->adaptation->background.size());
        for (std::uint32_t i = 0; i < examples.size(); ++i) {
            QCOMPARE(answer->influences[i].example, i);
            QVERIFY(answer->influences[i].ownScore.has_value());
        }
        // Left out by hand: the first one.
        const ui::Adaptation& adaptation = *scores->adaptation;
        const auto rows = [&](const std::vector<std::uint32_t>& which) { return scores->numbers->rows(which); };
        std::vector<std::uint32_t> background;
        for (const flow::FlowId flow : adaptation.background)
            background.push_back(flow.value);
        const auto without = detect::adapt(*adaptation.foundation,
                                           {rows({examples[1], examples[2], examples[3]}), rows({}), rows(background)},
                                           adaptation.settings);
        QVERIFY(without);
        QCOMPARE(*answer->influences[0].ownScore, detect::score(*without, rows({examples[0]}))[0]);
    }

    void stoppedQuestionsHaveNoAnswer()
    {
        const auto scores = scored(table(true));
        std::stop_source stopped;
        stopped.request_stop();
        QCOMPARE(ui::exampleInfluences(scores, {}, stopped.get_token()).error().code, base::Error::Code::Cancelled);
        const auto shortcut = ui::auditSupport(scores, {}).shortcuts.front().shortcut;
        QCOMPARE(ui::refitWithout(*scores, shortcut, {}, stopped.get_token()).error().code,
                 base::Error::Code::Cancelled);
    }
};

QTEST_GUILESS_MAIN(SupportAuditTest)
#include "support_audit_test.moc"
