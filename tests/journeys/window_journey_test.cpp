// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/ui/support/workbench.h"
#include "ui/models/flow_selection.h"
#include "ui/models/flow_table_model.h"
#include "ui/panels/byte_view.h"
#include "ui/panels/filter_bar.h"
#include "ui/panels/flow_tabs.h"
#include "ui/panels/message_bar.h"
#include "ui/plots/score_scatter.h"
#include "ui/window/theme.h"

#include <QAction>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTreeWidget>

#include <algorithm>
#include <set>

using namespace flowscent;
using test::Workbench;

namespace {

/// A hunter's click into a row.
void click(QTableView& table, int row, Qt::KeyboardModifiers keys = Qt::NoModifier)
{
    const QModelIndex index = table.model()->index(row, static_cast<int>(ui::FlowColumn::Source));
    table.scrollTo(index);
    QTest::mouseClick(table.viewport(), Qt::LeftButton, keys, table.visualRect(index).center());
}

/// The left button held down along a path. QTest's own moves carry no button.
void drag(QWidget& widget, const QList<QPoint>& path)
{
    QTest::mousePress(&widget, Qt::LeftButton, {}, path.front());
    for (const QPoint& at : path.mid(1)) {
        QMouseEvent move(QEvent::MouseMove, at, widget.mapToGlobal(at), Qt::NoButton, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&widget, &move);
    }
    QTest::mouseRelease(&widget, Qt::LeftButton, {}, path.back());
}

std::uint32_t flowAt(const QTableView& table, int row)
{
    return table.model()->index(row, 0).data(ui::FlowTableModel::FlowRole).toUInt();
}

} // namespace

/// Opens the sample, marks three flows, finds their siblings, compares, undoes: as a hunter would, with keys and
/// clicks.
class WindowJourneyTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        test::useOwnSettings();
        ui::applyTheme(ui::Theme::Light);
    }

    void findsTheBeaconFromThreeMarkedFlows()
    {
        Workbench bench;
        bench.window.resize(1280, 800);
        QVERIFY(QTest::qWaitForWindowExposed(&bench.window));
        QVERIFY(bench.widget<QWidget>("startPage").isVisible());
        test::keepPicture(bench.window, QStringLiteral("start-light"));

        QTest::mouseClick(&bench.widget<QPushButton>("sampleCard"), Qt::LeftButton);
        auto& table = bench.widget<QTableView>("flowTable");
        QTRY_VERIFY_WITH_TIMEOUT(bench.session.table() && !bench.session.reading(), 30000);
        QTRY_COMPARE(table.model()->rowCount(), static_cast<int>(bench.session.table()->size()));
        QVERIFY(table.isVisible());
        QTRY_COMPARE(QApplication::focusWidget(), &table);

        const auto beacon = test::sampleBeacon(*bench.session.table());
        QVERIFY(beacon.size() > 20);
        for (int i = 0; i < 3; ++i)
            click(table, static_cast<int>(beacon[static_cast<std::size_t>(i)].value),
                  i == 0 ? Qt::NoModifier : Qt::ControlModifier);
        QCOMPARE(bench.widget<QLabel>("selectionText").text(), QStringLiteral("3 flows chosen"));
        QTest::keyClick(&table, Qt::Key_M);
        QCOMPARE(bench.widget<QListView>("threatList").model()->rowCount(), 3);
        QVERIFY(bench.waitForScores());

        // Nothing has moved under the hand; S sorts.
        QCOMPARE(flowAt(table, 0), 0U);
        QTest::keyClick(&table, Qt::Key_S);
        const std::set<flow::FlowId> siblings(beacon.begin(), beacon.end());
        const auto hits = [&] {
            int found = 0;
            for (int row = 0; row < 20; ++row)
                found += siblings.contains(flow::FlowId(flowAt(table, row))) ? 1 : 0;
            return found;
        };
        QTRY_VERIFY(hits() >= 18);
        QCOMPARE(table.rowAt(0), 0); // what ranks first is in sight, wherever the marked flows stand
        test::keepPicture(bench.window, QStringLiteral("explore-light-1280"));

        // Details follow the current flow: its packets, their bytes.
        click(table, 5);
        bench.widget<ui::FlowTabs>("flowTabs").showPackets();
        auto& packets = bench.widget<QTableView>("packetList");
        QTRY_VERIFY(packets.model()->rowCount() > 3);
        QCOMPARE(bench.widget<ui::ByteView>("hexView").copied(ui::BytesAs::Hex).mid(12 * 3, 5),
                 QStringLiteral("08 00")); // Ethernet says IPv4

        // A false friend is a counter-example; undo and redo bring back the same scores.
        const auto before = bench.session.scores()->values;
        click(table, table.model()->rowCount() - 1);
        QTest::keyClick(&table, Qt::Key_X);
        QVERIFY(bench.waitForScores());
        QCOMPARE(bench.widget<QListView>("counterList").model()->rowCount(), 1);
        const auto refined = bench.session.scores()->values;
        bench.widget<QAction>("undoAction").trigger();
        QVERIFY(bench.waitForScores());
        QVERIFY(bench.session.scores()->values == before);
        bench.widget<QAction>("redoAction").trigger();
        QVERIFY(bench.waitForScores());
        QVERIFY(bench.session.scores()->values == refined);
    }

    void comparesTwoAdaptations()
    {
        Workbench bench;
        bench.window.resize(1280, 800);
        QVERIFY(bench.open({test::sampleCapture()}));
        const auto beacon = test::sampleBeacon(*bench.session.table());
        QVERIFY(bench.mark({beacon[0], beacon[1], beacon[2]}, hunt::Label::Threat));
        QTest::mouseClick(&bench.widget<QPushButton>("keepButton"), Qt::LeftButton);
        QVERIFY(bench.session.keptScores() != nullptr);
        bench.session.setMethod(detect::Method::Prototype);
        QVERIFY(bench.waitForScores());

        bench.widget<QAction>("compareAction").trigger();
        auto& table = bench.widget<QTableView>("flowTable");
        QTRY_COMPARE(table.model()->rowCount(), static_cast<int>(bench.session.table()->size()));
        QVERIFY(!table.isColumnHidden(static_cast<int>(ui::FlowColumn::KeptScore)));
        auto& scatter = *bench.window.findChild<ui::ScoreScatter*>();
        QTRY_VERIFY(scatter.isVisible());
        QCOMPARE(scatter.points(), bench.session.table()->size());

        // The four groups are all flows.
        int sum = 0;
        for (const char* group : {"groupBoth", "groupOnlyA", "groupOnlyB", "groupNeither"}) {
            QString digits = bench.widget<QPushButton>(group).text();
            digits.remove(QRegularExpression(QStringLiteral("\\D")));
            sum += digits.toInt();
        }
        QCOMPARE(sum, static_cast<int>(bench.session.table()->size()));

        // A click into the scatter chooses the flow in the table; a row chosen there is marked here.
        QTRY_VERIFY(scatter.height() > 200); // once it is laid out
        const auto at = scatter.positionOf(beacon[5]);
        QVERIFY(at.has_value());
        auto& plot = bench.widget<QWidget>("scoreScatter");
        QTest::mouseClick(&plot, Qt::LeftButton, {}, plot.mapFrom(&scatter, at->toPoint()));
        QCOMPARE(bench.window.selection().count(), std::size_t{1});
        const auto chosen = bench.window.selection().flows().front().value;
        QCOMPARE(flowAt(table, table.currentIndex().row()), chosen);
        const auto& scores = *bench.session.scores();
        QVERIFY(std::abs(scores.values[chosen] - scores.values[beacon[5].value]) < 0.05F);

        // A lasso round everything chooses everything.
        const QRect area = plot.rect().adjusted(2, 2, -2, -2);
        drag(plot, {area.topLeft(), area.topRight(), area.bottomRight(), area.bottomLeft()});
        QCOMPARE(static_cast<int>(bench.window.selection().count()), table.model()->rowCount());

        click(table, 3);
        QTRY_VERIFY(test::showsSomething(plot));
        test::keepPicture(bench.window, QStringLiteral("compare-light-1280"));
        QTest::mouseClick(&bench.widget<QPushButton>("dropButton"), Qt::LeftButton);
        QVERIFY(table.isColumnHidden(static_cast<int>(ui::FlowColumn::KeptScore)));
    }

    void showsHowTheBaseModelWasTrained()
    {
        Workbench bench;
        bench.window.resize(1280, 800);
        QTRY_VERIFY_WITH_TIMEOUT(bench.session.baseModel(), 30000);
        bench.widget<QAction>("trainingAction").trigger();
        QVERIFY(bench.widget<QWidget>("trainingPlot").isVisible());
        QTRY_VERIFY(test::showsSomething(bench.widget<QWidget>("trainingPlot")));
        QVERIFY(bench.widget<QTreeWidget>("trainingRecord").topLevelItemCount() >= 4);
        test::keepPicture(bench.window, QStringLiteral("training-light-1280"));
    }

    void filtersByWordsAndKeys()
    {
        Workbench bench;
        QVERIFY(bench.open({test::sampleCapture()}));
        auto& table = bench.widget<QTableView>("flowTable");
        const int all = static_cast<int>(bench.session.table()->size());
        QTRY_COMPARE(table.model()->rowCount(), all);
        click(table, 7);
        const auto chosen = flowAt(table, 7);

        auto& edit = bench.widget<QLineEdit>("filterEdit");
        bench.widget<QAction>("filterAction").trigger();
        QTRY_VERIFY(edit.hasFocus());
        QTest::keyClicks(&edit, QStringLiteral("tcp"));
        QTest::keyClick(&edit, Qt::Key_Return);
        QTRY_VERIFY(table.model()->rowCount() < all && table.model()->rowCount() > 0);
        const int tcp = table.model()->rowCount();

        // A text that is no filter says so and leaves the rows; Esc brings back what is applied.
        QTest::keyClicks(&edit, QStringLiteral(" && ip.addr =="));
        QTest::keyClick(&edit, Qt::Key_Return);
        QVERIFY(bench.widget<QLabel>("filterState").text().contains(QStringLiteral("column")));
        QCOMPARE(table.model()->rowCount(), tcp);
        QTest::keyClick(&edit, Qt::Key_Escape);
        QCOMPARE(edit.text(), QStringLiteral("tcp"));

        // Letters typed here are letters, not commands.
        QTest::keyClicks(&edit, QStringLiteral("mxu"));
        QVERIFY(bench.session.labels().support().empty());
        bench.widget<QAction>("clearFilterAction").trigger();
        QTRY_COMPARE(table.model()->rowCount(), all);
        QVERIFY(bench.session.table()->size() > chosen);
        QCOMPARE(flowAt(table, table.currentIndex().row()), chosen);
    }

    void tellsWhatIsWrongWithBadFilesAndKeepsTheCapture()
    {
        Workbench bench;
        QVERIFY(bench.open({test::sampleCapture()}));
        const auto table = bench.session.table();
        auto& message = bench.widget<ui::MessageBar>("messageBar");
        QVERIFY(!message.isVisible());

        QTemporaryDir folder;
        const auto write = [&folder](const char* name, const QByteArray& bytes) {
            QFile file(folder.filePath(QLatin1String(name)));
            QVERIFY(file.open(QIODevice::WriteOnly));
            QCOMPARE(file.write(bytes), bytes.size());
        };
        write("empty.pcap", {});
        write("words.pcap", "this is no capture at all, only words");
        const QStringList bad{folder.filePath(QStringLiteral("empty.pcap")),
                              folder.filePath(QStringLiteral("words.pcap")),
                              folder.filePath(QStringLiteral("missing.pcap")), folder.path()};
        for (const QString& file : bad) {
            QVERIFY(bench.open({file}));
            QTRY_VERIFY(message.isVisible());
            QVERIFY2(message.text().contains(QFileInfo(file).fileName()), qPrintable(message.text()));
            QCOMPARE(bench.session.table(), table);
            QTest::mouseClick(&bench.widget<QPushButton>("messageClose"), Qt::LeftButton);
            QVERIFY(!message.isVisible());
        }
        QVERIFY(bench.open({bad.front()}));
        QTRY_VERIFY(message.isVisible());
        test::keepPicture(bench.window, QStringLiteral("message-light"));
    }

    void showsWhatIsGoodOfATruncatedCaptureThatWasDropped()
    {
        Workbench bench;
        QFile whole(test::sampleCapture());
        QVERIFY(whole.open(QIODevice::ReadOnly));
        QTemporaryDir folder;
        QFile cut(folder.filePath(QStringLiteral("cut.pcap")));
        QVERIFY(cut.open(QIODevice::WriteOnly));
        cut.write(whole.read(whole.size() / 2));
        cut.close();

        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(cut.fileName())});
        QDragEnterEvent enter({100, 100}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&bench.window, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(100, 100), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&bench.window, &drop);
        QVERIFY(drop.isAccepted());
        QTRY_VERIFY_WITH_TIMEOUT(bench.session.table() && !bench.session.reading(), 30000);
        QVERIFY(bench.session.table()->size() > 100);
        auto& message = bench.widget<ui::MessageBar>("messageBar");
        QTRY_VERIFY(message.isVisible());
        QVERIFY(message.kind() == ui::MessageBar::Kind::Warning);
        QVERIFY2(message.text().contains(QStringLiteral("cut")), qPrintable(message.text()));
        QTRY_COMPARE(bench.widget<QTableView>("flowTable").model()->rowCount(),
                     static_cast<int>(bench.session.table()->size()));
    }

    void looksRightInLightAndDarkAtBothSizes()
    {
        for (const auto theme : {ui::Theme::Dark, ui::Theme::Light}) {
            ui::applyTheme(theme);
            Workbench bench;
            bench.window.resize(1920, 1080);
            const QString name = theme == ui::Theme::Dark ? QStringLiteral("dark") : QStringLiteral("light");
            if (theme == ui::Theme::Dark)
                test::keepPicture(bench.window, QStringLiteral("start-dark"));
            QVERIFY(bench.open({test::sampleCapture()}));
            const auto beacon = test::sampleBeacon(*bench.session.table());
            QVERIFY(bench.mark({beacon[0], beacon[1], beacon[2]}, hunt::Label::Threat));
            bench.session.keepScores();
            QVERIFY(bench.mark({flow::FlowId(3), flow::FlowId(40)}, hunt::Label::NotThreat));
            bench.widget<QAction>("byScoreAction").trigger();
            auto& table = bench.widget<QTableView>("flowTable");
            QTRY_VERIFY(table.model()->rowCount() > 0);
            QTest::qWait(100);
            click(table, 4);
            bench.widget<ui::FlowTabs>("flowTabs").showPackets();
            QTRY_VERIFY(bench.widget<QTableView>("packetList").model()->rowCount() > 0);
            QVERIFY(test::showsSomething(bench.window));
            for (const QSize size : {QSize(1280, 800), QSize(1920, 1080)}) {
                bench.window.resize(size);
                for (const char* perspective : {"explore", "compare", "training"}) {
                    bench.widget<QAction>((QByteArray(perspective) + "Action").constData()).trigger();
                    QTest::qWait(50);
                    for (QPushButton* button : bench.window.findChildren<QPushButton*>()) {
                        if (button->isVisible())
                            QVERIFY2(button->width() >= button->minimumSizeHint().width(), qPrintable(button->text()));
                    }
                    test::keepPicture(
                        bench.window,
                        QStringLiteral("%1-%2-%3").arg(QLatin1String(perspective), name).arg(size.width()));
                }
            }
        }
    }
};

QTEST_MAIN(WindowJourneyTest)
#include "window_journey_test.moc"
