// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/ui/support/made_flows.h"
#include "ui/session/map_classes.h"

#include <numeric>

using namespace flowscent;
using ui::MapColouring;
using ui::MapTone;

namespace {

/// Application "a" twenty times, "b" nineteen times, and so on to "j", eleven times; then five of which nothing is
/// known.
std::shared_ptr<const flow::FlowTable> namedTable()
{
    auto names = std::make_shared<identify::Names>();
    auto table = std::make_shared<flow::FlowTable>(names);
    const auto add = [&](const std::string& name) {
        flow::FlowRecord record = test::madeFlow(static_cast<std::uint32_t>(table->size()));
        record.identity.application = names->add(name);
        table->append(record);
    };
    for (int application = 0; application < 10; ++application) {
        for (int i = 0; i < 20 - application; ++i)
            add(std::string(1, static_cast<char>('a' + application)));
    }
    for (int i = 0; i < 5; ++i)
        add("");
    return table;
}

} // namespace

class MapClassesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyFlowIsInOneClassWhateverTheColours()
    {
        const auto table = namedTable();
        for (std::size_t by = 0; by < ui::mapColourings; ++by) {
            const auto classes = ui::classify({.table = table}, static_cast<MapColouring>(by));
            QCOMPARE(classes.of.size(), table->size());
            std::size_t flows = 0;
            for (const auto& group : classes.classes)
                flows += group.flows;
            QCOMPARE(flows, table->size());
        }
        QVERIFY(ui::classify({}, MapColouring::Application).of.empty());
    }

    void theEightCommonestApplicationsHaveAClass()
    {
        const auto classes = ui::classify({.table = namedTable()}, MapColouring::Application);
        QCOMPARE(classes.classes.size(), std::size_t{9});
        QCOMPARE(classes.classes[1].name, std::string("a"));
        QCOMPARE(classes.classes[1].flows, std::size_t{20});
        QCOMPARE(classes.classes[8].name, std::string("h"));
        QCOMPARE(classes.classes[0].flows, std::size_t{12 + 11 + 5});
        QCOMPARE(classes.of[0], std::uint8_t{1});
    }

    void labelsAndScoresAndVerdicts()
    {
        ui::MapInput input{.table = test::madeTable(5)};
        input.support.set(flow::FlowId(1), hunt::Label::Threat);
        input.support.set(flow::FlowId(2), hunt::Label::NotThreat);
        input.support.set(flow::FlowId(99), hunt::Label::NotThreat); // of a longer table
        input.scores = test::madeScores({ui::unscored, 0.0F, 0.19F, 0.5F, 1.0F});
        const auto labels = ui::classify(input, MapColouring::Label);
        QCOMPARE(labels.of, (std::vector<std::uint8_t>{0, 3, 1, 0, 0}));
        QVERIFY(labels.classes[3].tone == MapTone::Threat);
        QCOMPARE(ui::classify(input, MapColouring::Score).of, (std::vector<std::uint8_t>{0, 1, 1, 3, 5}));
        QCOMPARE(ui::classify(input, MapColouring::Verdict).of, (std::vector<std::uint8_t>{0, 1, 1, 3, 3}));
        QCOMPARE(ui::classify(input, MapColouring::KeptVerdict).of, (std::vector<std::uint8_t>{0, 0, 0, 0, 0}));

        auto judged = std::make_shared<ui::Judgements>();
        judged->scores = input.scores;
        judged->verdicts = {ui::Judgements::none, 0, 1, 1, 2};
        input.judgements = judged;
        QCOMPARE(ui::classify(input, MapColouring::Verdict).of, (std::vector<std::uint8_t>{0, 1, 2, 2, 3}));
        input.scores = test::madeScores({0.9F, 0.1F, 0.1F, 0.1F, 0.1F}); // newer than the judgements
        QCOMPARE(ui::classify(input, MapColouring::Verdict).of, (std::vector<std::uint8_t>{3, 1, 1, 1, 1}));
    }
};

QTEST_APPLESS_MAIN(MapClassesTest)
#include "map_classes_test.moc"
