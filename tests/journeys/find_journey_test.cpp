// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/flow/community_id.h"
#include "tests/ui/support/layout_audit.h"
#include "tests/ui/support/workbench.h"
#include "ui/models/flow_selection.h"
#include "ui/models/flow_table_model.h"
#include "ui/models/flow_text.h"
#include "ui/panels/filter_edit.h"
#include "ui/plots/qcustomplot.h"
#include "ui/session/flow_query.h"
#include "ui/window/theme.h"

#include <QAction>
#include <QClipboard>
#include <QLabel>
#include <QProcess>
#include <QPushButton>
#include <QStandardPaths>
#include <QTableView>
#include <QTabWidget>
#include <QTreeView>

#include <algorithm>
#include <map>
#include <set>

using namespace flowscent;
using test::Workbench;

namespace {

/// The window with the sample in it.
struct Hunt : Workbench {
    QTableView& table = widget<QTableView>("flowTable");
    ui::FilterEdit& edit = widget<ui::FilterEdit>("filterEdit");
    QTreeView& offers = widget<QTreeView>("completionList");

    explicit Hunt(QSize size = {1280, 800})
    {
        window.resize(size);
        if (!open({test::sampleCapture()}) || !QTest::qWaitForWindowExposed(&window))
            qFatal("the sample does not open");
        if (!QTest::qWaitFor([this] { return table.hasFocus() && rows() == all(); }))
            qFatal("the table does not show the sample");
    }
    [[nodiscard]] const flow::FlowTable& flows() const { return *session.table(); }
    [[nodiscard]] int rows() const { return table.model()->rowCount(); }
    [[nodiscard]] int all() const { return static_cast<int>(flows().size()); }
    [[nodiscard]] flow::FlowId flowAt(int row) const
    {
        return flow::FlowId(table.model()->index(row, 0).data(ui::FlowTableModel::FlowRole).toUInt());
    }
    void goToFilter()
    {
        QTest::keyClick(&window, Qt::Key_L, Qt::ControlModifier);
        QTRY_VERIFY(edit.hasFocus());
    }
    void press(Qt::Key key, Qt::KeyboardModifiers with = Qt::NoModifier) { QTest::keyClick(&edit, key, with); }
    /// Goes down to an offer and takes it.
    [[nodiscard]] bool take(const QString& text)
    {
        const auto find = [&]() -> int {
            for (int row = 0; offers.isVisible() && row < offers.model()->rowCount(); ++row) {
                if (offers.model()->index(row, 0).data().toString() == text)
                    return row;
            }
            return -1;
        };
        if (!QTest::qWaitFor([&] { return find() >= 0; }))
            return false;
        for (int row = find(); row >= 0; --row)
            press(Qt::Key_Down);
        press(Qt::Key_Return);
        return true;
    }
    /// The address with most TCP flows, and how many they are: counted without the filter.
    [[nodiscard]] std::pair<QString, int> busiest() const
    {
        std::map<std::string, int> counts;
        for (std::uint32_t flow = 0; flow < flows().size(); ++flow) {
            if (flows().protocol[flow] != 6)
                continue;
            ++counts[packet::text(flows().client[flow].address)];
            ++counts[packet::text(flows().server[flow].address)];
        }
        const auto most = std::ranges::max_element(counts, {}, [](const auto& count) { return count.second; });
        return {ui::toQString(most->first), most->second};
    }
    [[nodiscard]] std::uint64_t packetsShown() const
    {
        std::uint64_t packets = 0;
        for (int row = 0; row < rows(); ++row) {
            const auto& both = flows().packets[flowAt(row).value];
            packets += both[flow::outward] + both[flow::inward];
        }
        return packets;
    }
    [[nodiscard]] QColor ground() { return edit.grab().toImage().pixelColor(edit.width() / 2, 4); }
};

/// Packets of the sample that a display filter selects; -1 when tshark does not take it.
int selectedByTshark(const QString& filter)
{
    QProcess tshark;
    tshark.start(QStringLiteral("tshark"),
                 {QStringLiteral("-n"), QStringLiteral("-r"), test::sampleCapture(), QStringLiteral("-Y"), filter,
                  QStringLiteral("-T"), QStringLiteral("fields"), QStringLiteral("-e"),
                  QStringLiteral("frame.number")});
    if (!tshark.waitForFinished(60'000) || tshark.exitCode() != 0)
        return -1;
    return static_cast<int>(tshark.readAllStandardOutput().count('\n'));
}

} // namespace

/// Somebody looks for one host's connections: typed with help, narrowed, left and come back to, taken elsewhere.
class FindJourneyTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        test::useOwnSettings();
        ui::applyTheme(ui::Theme::Light);
    }

    void typesAFilterWithOffersAloneAndByKeysAlone()
    {
        Hunt hunt;
        const auto [address, flows] = hunt.busiest();
        hunt.goToFilter();
        QTest::keyClicks(&hunt.edit, QStringLiteral("ip.a"));
        QVERIFY(hunt.take(QStringLiteral("ip.addr")));
        QVERIFY(hunt.take(QStringLiteral("==")));
        QVERIFY(hunt.take(address));
        QTest::keyClicks(&hunt.edit, QStringLiteral("&& prot"));
        QVERIFY(hunt.take(QStringLiteral("proto")));
        QVERIFY(hunt.take(QStringLiteral("==")));
        QTest::keyClicks(&hunt.edit, QStringLiteral("t"));
        QVERIFY(hunt.take(QStringLiteral("tcp")));
        QCOMPARE(hunt.edit.text().simplified(), QStringLiteral("ip.addr == %1 && proto == tcp").arg(address));
        QVERIFY(hunt.edit.hasFocus());
        QCOMPARE(hunt.rows(), hunt.all()); // nothing is applied before Enter
        hunt.press(Qt::Key_Return);
        QTRY_COMPARE(hunt.rows(), flows);
    }

    void everyKeystrokeShowsItsStateInColourIconAndWords()
    {
        Hunt hunt;
        hunt.goToFilter();
        auto& words = hunt.widget<QLabel>("filterState");
        const QString text = QStringLiteral("ip.addr == 198.51.100.53 && proto == udp");
        QColor valid;
        QColor wrong;
        int changes = 0;
        bool before = true;
        for (const QChar letter : text) {
            QTest::sendKeyEvent(QTest::Click, &hunt.edit, Qt::Key_unknown, QString(letter), Qt::NoModifier);
            const bool filter = hunt::Filter::parse(hunt.edit.text().toStdString()).has_value();
            QVERIFY(words.isVisible());
            QCOMPARE(words.text().contains(QStringLiteral("column")), !filter);
            QColor& seen = filter ? valid : wrong;
            if (!seen.isValid())
                seen = hunt.ground();
            QCOMPARE(hunt.ground(), seen);
            changes += filter != before ? 1 : 0;
            before = filter;
        }
        QVERIFY(changes >= 4);
        QVERIFY(valid != wrong);
        hunt.press(Qt::Key_Return);
        QVERIFY(hunt.ground() != valid && hunt.ground() != wrong);
    }

    void aWrongFilterLeavesTheResultAndNamesThePlace()
    {
        Hunt hunt;
        hunt.goToFilter();
        QTest::keyClicks(&hunt.edit, QStringLiteral("tcp"));
        hunt.press(Qt::Key_Return);
        QTRY_VERIFY(hunt.rows() < hunt.all());
        const int before = hunt.rows();
        QTest::keyClicks(&hunt.edit, QStringLiteral(" && ip.adr == 10.0.0.5"));
        hunt.press(Qt::Key_Return);
        const QString said = hunt.widget<QLabel>("filterState").text();
        QVERIFY2(said.startsWith(QStringLiteral("column 8")), qPrintable(said));
        QCOMPARE(hunt.edit.cursorPosition(), 7);
        QVERIFY(hunt.widget<QPushButton>("filterHint").text().contains(QStringLiteral("ip.addr")));
        QTest::qWait(100);
        QCOMPARE(hunt.rows(), before);
        QCOMPARE(hunt.window.query().text(), QStringLiteral("tcp"));
    }

    void aPastedCommunityIdFindsExactlyOneFlow()
    {
        Hunt hunt;
        // The sample may use the same ports twice; take an id that only one flow has.
        std::map<std::string, int> uses;
        for (std::uint32_t flow = 0; flow < hunt.flows().size(); ++flow)
            ++uses[flow::communityId(hunt.flows().key(flow::FlowId(flow)))];
        std::uint32_t chosen = 100;
        while (uses[flow::communityId(hunt.flows().key(flow::FlowId(chosen)))] != 1)
            ++chosen;
        QApplication::clipboard()->setText(ui::toQString(flow::communityId(hunt.flows().key(flow::FlowId(chosen)))) +
                                           QLatin1Char('\n'));
        hunt.goToFilter();
        hunt.press(Qt::Key_V, Qt::ControlModifier);
        hunt.press(Qt::Key_Return);
        QTRY_COMPARE(hunt.rows(), 1);
        QCOMPARE(hunt.flowAt(0), flow::FlowId(chosen));

        // An address and a host are found as well.
        const QString client = ui::toQString(packet::text(hunt.flows().client[chosen].address));
        QApplication::clipboard()->setText(client);
        hunt.edit.selectAll();
        hunt.press(Qt::Key_V, Qt::ControlModifier);
        hunt.press(Qt::Key_Return);
        QTRY_VERIFY(hunt.rows() > 1);
        const auto address = hunt.flows().client[chosen].address;
        for (int row = 0; row < hunt.rows(); ++row) {
            const auto flow = hunt.flowAt(row).value;
            QVERIFY(hunt.flows().client[flow].address == address || hunt.flows().server[flow].address == address);
        }
    }

    void aBrushOverTheTimelineAddsAChipThatHostsAndConversationsFollow()
    {
        Hunt hunt;
        auto& plot = hunt.widget<QCustomPlot>("timelinePlot");
        auto& hosts = *hunt.widget<QTableView>("hostTable").model();
        auto& tabs = hunt.widget<QTabWidget>("exploreTabs");
        tabs.setCurrentIndex(1);
        QTRY_VERIFY(hosts.rowCount() > 0);
        const auto at = [&plot](double share) {
            const QRect area = plot.axisRect()->rect();
            return QPoint(area.left() + static_cast<int>(share * area.width()), area.center().y());
        };
        QTest::mousePress(&plot, Qt::LeftButton, {}, at(0.2));
        QTest::mouseMove(&plot, at(0.4));
        QTest::mouseMove(&plot, at(0.6));
        QTest::mouseRelease(&plot, Qt::LeftButton, {}, at(0.6));
        QTRY_VERIFY(hunt.window.findChild<QWidget*>(QStringLiteral("chip_time")) != nullptr);
        QTRY_VERIFY(hunt.rows() > 0 && hunt.rows() < hunt.all());

        hunt.goToFilter();
        QTest::keyClicks(&hunt.edit, QStringLiteral("port == 22"));
        hunt.press(Qt::Key_Return);
        std::set<packet::IpAddress> ends;
        std::set<std::pair<packet::IpAddress, packet::IpAddress>> pairs;
        QTRY_COMPARE(hunt.session.lastArranged()->arrangement.filter.text().find("port == 22") != std::string::npos,
                     true);
        for (const std::uint32_t flow : hunt.session.lastArranged()->rows) {
            const auto& client = hunt.flows().client[flow].address;
            const auto& server = hunt.flows().server[flow].address;
            ends.insert({client, server});
            pairs.insert(std::minmax(client, server));
        }
        QVERIFY(ends.size() > 1);
        QTRY_COMPARE(hosts.rowCount(), static_cast<int>(ends.size()));
        tabs.setCurrentIndex(2);
        auto& conversations = *hunt.widget<QTableView>("conversationTable").model();
        QTRY_COMPARE(conversations.rowCount(), static_cast<int>(pairs.size()));
    }

    void goesBackToWhatWasAskedForAndChosen()
    {
        Hunt hunt;
        constexpr int oneStep = 1100; // ms; changes within a second are one step
        const auto first = hunt.flowAt(3);
        hunt.window.selection().select(std::vector<flow::FlowId>{first});
        hunt.window.selection().setCurrent(first);
        QTest::qWait(oneStep);
        hunt.goToFilter();
        QTest::keyClicks(&hunt.edit, QStringLiteral("tcp"));
        hunt.press(Qt::Key_Return);
        QTRY_VERIFY(hunt.rows() < hunt.all());
        const int tcp = hunt.rows();
        QTest::qWait(oneStep);
        // As a brush over the timeline does it.
        QVERIFY(hunt.window.query().setChip(
            {QStringLiteral("time"), QStringLiteral("the long ones"), QStringLiteral("dur > 1s"), nullptr}));
        hunt.window.selection().clear();
        QTRY_VERIFY(hunt.rows() < tcp);
        QVERIFY(hunt.widget<QWidget>("chip_time").isVisible());

        QTest::keyClick(&hunt.window, Qt::Key_Left, Qt::AltModifier);
        QTRY_COMPARE(hunt.rows(), tcp);
        QCOMPARE(hunt.edit.text(), QStringLiteral("tcp"));
        QVERIFY(!hunt.widget<QWidget>("filterChips").isVisible());
        QVERIFY(hunt.window.selection().contains(first));
        QTest::keyClick(&hunt.window, Qt::Key_Left, Qt::AltModifier);
        QTRY_COMPARE(hunt.rows(), hunt.all());
        QVERIFY(hunt.window.selection().current() == first);
        QTest::keyClick(&hunt.window, Qt::Key_Right, Qt::AltModifier);
        QTest::keyClick(&hunt.window, Qt::Key_Right, Qt::AltModifier);
        QTRY_VERIFY(hunt.rows() < tcp);
        QVERIFY(hunt.window.selection().empty());
        QVERIFY(!hunt.widget<QAction>("forwardAction").isEnabled());
    }

    void wiresharkSelectsTheSamePacketsByTheCopiedFilter()
    {
        if (QStandardPaths::findExecutable(QStringLiteral("tshark")).isEmpty())
            QSKIP("tshark is not installed");
        Hunt hunt;
        const auto [address, flows] = hunt.busiest();
        for (const QString& typed : {QStringLiteral("ip.addr == %1 && tcp").arg(address),
                                     QStringLiteral("ip.addr == %1 and not (port == 443 or udp)").arg(address),
                                     QStringLiteral("port in {53, 123} || ip.addr == %1/32").arg(address)}) {
            hunt.edit.setText(typed);
            hunt.press(Qt::Key_Return);
            QTRY_VERIFY(hunt.session.lastArranged() &&
                        hunt.session.lastArranged()->arrangement.filter.text() == typed.toStdString());
            QTRY_COMPARE(hunt.rows(), static_cast<int>(hunt.session.lastArranged()->rows.size()));
            QVERIFY(hunt.rows() > 0 && hunt.rows() < hunt.all());
            QApplication::clipboard()->clear();
            hunt.widget<QAction>("copyAsWireshark").trigger();
            const QString copied = QApplication::clipboard()->text();
            QVERIFY(!copied.isEmpty());
            const int selected = selectedByTshark(copied);
            QVERIFY2(selected == static_cast<int>(hunt.packetsShown()),
                     qPrintable(
                         QStringLiteral("%1: tshark %2, shown %3").arg(copied).arg(selected).arg(hunt.packetsShown())));
        }
    }

    void looksRightInLightAndDarkAtBothSizes()
    {
        Hunt hunt;
        hunt.goToFilter();
        QTest::keyClicks(&hunt.edit, QStringLiteral("tcp"));
        hunt.press(Qt::Key_Return);
        hunt.widget<QAction>("quick_unlabelled").trigger();
        QVERIFY(hunt.window.query().setChip(
            {QStringLiteral("time"), QStringLiteral("20:28:00–20:30:00"), QStringLiteral("dur >= 0"), nullptr}));
        QTRY_VERIFY(hunt.rows() < hunt.all());
        QString faults = test::keepPictures(hunt.window, QStringLiteral("find-applied"));
        QVERIFY2(faults.isEmpty(), qPrintable(faults));

        QTest::keyClicks(&hunt.edit, QStringLiteral(" && ip.addr == "));
        QTRY_VERIFY(hunt.offers.isVisible());
        hunt.press(Qt::Key_Down);
        hunt.press(Qt::Key_Down);
        faults = test::keepPictures(hunt.window, QStringLiteral("find-offers"));
        QVERIFY2(faults.isEmpty(), qPrintable(faults));
        // The list lies within the window and shows whole rows.
        const QWidget& popup = hunt.widget<QWidget>("completionPopup");
        QVERIFY(popup.isVisible());
        QVERIFY(hunt.window.rect().contains(popup.geometry()));
        QCOMPARE(hunt.offers.viewport()->height() % hunt.offers.sizeHintForRow(0), 0);

        hunt.press(Qt::Key_Escape);
        hunt.edit.clear();
        QTest::keyClicks(&hunt.edit, QStringLiteral("tcp && byts.outt > 10k"));
        hunt.press(Qt::Key_Return);
        faults = test::keepPictures(hunt.window, QStringLiteral("find-error"));
        QVERIFY2(faults.isEmpty(), qPrintable(faults));

        hunt.edit.clear();
        QTest::keyClicks(&hunt.edit, QStringLiteral("port == 1 && port == 2 && port == 3"));
        hunt.press(Qt::Key_Return);
        QTRY_VERIFY(hunt.widget<QWidget>("emptyNote").isVisible());
        faults = test::keepPictures(hunt.window, QStringLiteral("find-nothing"));
        QVERIFY2(faults.isEmpty(), qPrintable(faults));
    }
};

QTEST_MAIN(FindJourneyTest)
#include "find_journey_test.moc"
