// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/ui/support/made_flows.h"
#include "tests/ui/support/workbench.h"
#include "ui/models/flow_selection.h"
#include "ui/panels/flow_view.h"

#include <QHeaderView>
#include <QSettings>

using namespace flowscent;
using ui::FlowColumn;
namespace columnSets = ui::columnSets;

namespace {

struct View {
    ui::FlowTableModel model;
    ui::FlowSelection selection;
    ui::FlowView view{model, selection};
};

bool shown(const ui::FlowView& view, FlowColumn column)
{
    return !view.isColumnHidden(static_cast<int>(column));
}

} // namespace

/// Which columns are shown, in what order and how wide; what of it is remembered.
class ColumnSetsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { test::useOwnSettings(); }

    void aSetShowsItsColumnsInItsOrderAndNoOthers()
    {
        View one;
        one.view.showColumns({{FlowColumn::GapMean, 1}, {FlowColumn::Start, 2}, {FlowColumn::Source, 1}});
        QVERIFY(shown(one.view, FlowColumn::Start));
        QVERIFY(!shown(one.view, FlowColumn::Label));
        auto* heading = one.view.horizontalHeader();
        QCOMPARE(heading->visualIndex(static_cast<int>(FlowColumn::GapMean)), 0);
        QCOMPARE(heading->visualIndex(static_cast<int>(FlowColumn::Source)), 2);
        const auto layout = one.view.columns();
        QCOMPARE(layout.size(), std::size_t{3});
        QVERIFY(std::abs(layout[1].width - 2) < 0.05);
    }

    void scoreBIsShownWhileThereIsOne()
    {
        View one;
        QVERIFY(!shown(one.view, FlowColumn::KeptScore)); // though the usual set has it
        one.view.showComparison(true);
        QVERIFY(shown(one.view, FlowColumn::KeptScore));
        one.view.showColumns(columnSets::usual());
        QVERIFY(shown(one.view, FlowColumn::KeptScore));
        one.view.showComparison(false);
        QVERIFY(!shown(one.view, FlowColumn::Change));
    }

    void whatWasShownLastIsShownAgain()
    {
        {
            View one;
            one.view.showColumns({{FlowColumn::Start, 1.5}, {FlowColumn::Host, 1}});
        }
        View again;
        const auto layout = again.view.columns();
        QCOMPARE(layout.size(), std::size_t{2});
        QVERIFY(layout[0].column == FlowColumn::Start);
        QVERIFY(std::abs(layout[0].width - 1.5) < 0.05);
    }

    void ownSetsAreSavedReplacedAndRemoved()
    {
        const QString name = QStringLiteral("a/b [1] && \"c\"");
        columnSets::save(name, {{FlowColumn::Start, 1}});
        columnSets::save(QStringLiteral("second"), {{FlowColumn::Host, 1}});
        columnSets::save(name, {{FlowColumn::Source, 2}});
        const auto own = columnSets::own();
        QCOMPARE(own.size(), std::size_t{2});
        QCOMPARE(own[1].name, name);
        QVERIFY(own[1].layout == (ui::ColumnLayout{{FlowColumn::Source, 2}}));
        columnSets::remove(name);
        QCOMPARE(columnSets::own().size(), std::size_t{1});
    }

    void settingsThatMakeNoSenseShowTheUsualColumns()
    {
        QSettings().setValue(QStringLiteral("flowTable/columns"), QStringList{QStringLiteral("nonsense"), QString()});
        QVERIFY(!columnSets::last());
        QSettings().setValue(
            QStringLiteral("flowTable/columns"),
            QStringList{QStringLiteral("start:1e99"), QStringLiteral("start:1"), QStringLiteral("host:-3")});
        QVERIFY(columnSets::last() == (ui::ColumnLayout{{FlowColumn::Start, 1}, {FlowColumn::Host, 1}}));
    }

    void everySetBuiltInNamesEachColumnOnce()
    {
        for (const auto& set : columnSets::builtIn()) {
            for (const auto& column : set.layout)
                QCOMPARE(std::ranges::count(set.layout, column.column, &ui::ShownColumn::column), 1);
        }
        QCOMPARE(columnSets::builtIn().size(), std::size_t{4});
    }

    void anotherFontKeepsTheWidthsInProportion()
    {
        View one;
        one.view.showColumns({{FlowColumn::Host, 2}});
        const int before = one.view.columnWidth(static_cast<int>(FlowColumn::Host));
        QFont font = one.view.font();
        font.setPointSizeF(font.pointSizeF() * 2);
        one.view.setFont(font);
        QVERIFY(one.view.columnWidth(static_cast<int>(FlowColumn::Host)) > before * 3 / 2);
        QVERIFY(std::abs(one.view.columns().front().width - 2) < 0.05);
    }
};

QTEST_MAIN(ColumnSetsTest)
#include "column_sets_test.moc"
