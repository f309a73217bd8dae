// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QMouseEvent>
#include <QPushButton>
#include <QScrollBar>
#include <QSettings>
#include <QTabBar>
#include <QTableView>
#include <QToolButton>
#include <QTreeView>
#include <QTreeWidget>
#include <QTreeWidgetItemIterator>

#include <QTest>

#include "tests/support/flow_builder.h"
#include "tests/ui/support/layout_audit.h"
#include "tests/ui/support/stall_probe.h"
#include "tests/ui/support/workbench.h"
#include "ui/models/flow_selection.h"
#include "ui/models/packet_model.h"
#include "ui/panels/byte_view.h"
#include "ui/panels/flow_tabs.h"
#include "ui/panels/stream_text.h"
#include "ui/window/theme.h"

using namespace flowscent;

namespace {

/// The frame of one UDP talk of that many packets, then one TCP talk.
QString longTalk(const QString& folder, int packets)
{
    test::Conversation talk;
    talk.gap = test::milliseconds(1);
    for (int i = 0; i < packets; ++i)
        i % 2 == 0 ? talk.udpOut(20) : talk.udpIn(30);
    const QString file = folder + QStringLiteral("/long.pcap");
    test::save(file.toStdString(), test::pcap(talk.frames));
    return file;
}

/// With nothing clipped, covered or nameless.
void keep(test::Workbench& bench, const QString& name)
{
    test::keepPicture(bench.window, name);
    const QStringList faults = test::layoutFaults(bench.widget<ui::FlowTabs>("flowTabs"));
    QVERIFY2(faults.isEmpty(), qPrintable(name + QStringLiteral(":\n") + faults.join(QLatin1Char('\n'))));
}

void showTab(test::Workbench& bench, const char* title)
{
    auto& tabs = bench.widget<QTabBar>("detailsTabs");
    for (int i = 0; i < tabs.count(); ++i) {
        if (tabs.tabText(i) == QLatin1String(title))
            tabs.setCurrentIndex(i);
    }
}

/// A flow of the sample that has a talk with a host name in it.
flow::FlowId talkative(const flow::FlowTable& table, std::uint8_t protocol)
{
    std::uint32_t best = 0;
    for (std::uint32_t row = 0; row < table.size(); ++row) {
        const auto packets = table.packets[row][0] + table.packets[row][1];
        if (table.protocol[row] == protocol && packets > table.packets[best][0] + table.packets[best][1])
            best = row;
    }
    return flow::FlowId(best);
}

} // namespace

class FlowTabsTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

private Q_SLOTS:
    void initTestCase() { test::useOwnSettings(); }
    void init() { QSettings().clear(); }
    void cleanup() { ui::applyTheme(ui::Theme::Light); }

    void fieldsAndBytesAreLinkedBothWays()
    {
        test::Workbench bench;
        QVERIFY(bench.open({test::sampleCapture()}));
        showTab(bench, "Packets");
        bench.window.selection().setCurrent(talkative(*bench.session.table(), 6));
        auto& list = bench.widget<QTableView>("packetList");
        QTRY_VERIFY(list.model()->rowCount() > 3);
        auto& fields = bench.widget<QTreeWidget>("packetFields");
        auto& bytes = bench.widget<ui::ByteView>("hexView");
        QTreeWidgetItem* port = nullptr;
        for (QTreeWidgetItemIterator at(&fields); *at != nullptr; ++at) {
            if ((*at)->text(0).startsWith(QStringLiteral("Destination port: ")))
                port = *at;
        }
        QVERIFY(port != nullptr);
        fields.setCurrentItem(port);
        QCOMPARE(bytes.marked(), (ui::ByteRange{36, 2}));
        const int value = bytes.bytes()[36] * 256 + bytes.bytes()[37];
        QCOMPARE(port->text(0), QStringLiteral("Destination port: %1").arg(value));
        Q_EMIT bytes.pressed(22); // IPv4's time to live
        QVERIFY(fields.currentItem()->text(0).startsWith(QStringLiteral("Time to live: ")));
        QCOMPARE(bytes.marked(), (ui::ByteRange{22, 1}));
        QCOMPARE(bytes.copied(ui::BytesAs::C),
                 QStringLiteral("static const unsigned char bytes[1] = {\n    0x%1,\n};\n")
                     .arg(bytes.bytes()[22], 2, 16, QLatin1Char('0')));
        // With the pointer on the first digit of the first byte.
        const QPoint digit(6 + bytes.fontMetrics().horizontalAdvance(QStringLiteral("000000")) + 3, 5);
        QMouseEvent moved(QEvent::MouseMove, digit, bytes.viewport()->mapToGlobal(digit), Qt::NoButton, Qt::NoButton,
                          Qt::NoModifier); // QTest's own moves the pointer of the screen, which may lie elsewhere
        QApplication::sendEvent(bytes.viewport(), &moved);
        QCOMPARE(bytes.pointedAt(), (ui::ByteRange{0, 6})); // Ethernet's destination
    }

    void packetsResponsibleAreMarkedEvenBeforeTheyAreRead()
    {
        test::Workbench bench;
        QVERIFY(bench.open({test::sampleCapture()}));
        showTab(bench, "Packets");
        bench.window.selection().setCurrent(talkative(*bench.session.table(), 6));
        auto& tabs = bench.widget<ui::FlowTabs>("flowTabs");
        tabs.highlightPackets({4, 2});
        auto& list = bench.widget<QTableView>("packetList");
        QTRY_VERIFY(list.model()->rowCount() > 4);
        QCOMPARE(list.model()->index(2, 0).data().toString(), QStringLiteral("▶ 3"));
        QVERIFY(list.model()->index(4, 0).data(ui::PacketModel::MarkedRole).toBool());
        QVERIFY(!list.model()->index(3, 0).data(ui::PacketModel::MarkedRole).toBool());
        QCOMPARE(list.currentIndex().row(), 2);
        test::keepPicture(bench.window, QStringLiteral("packets-marked-light"));
        bench.window.selection().setCurrent(flow::FlowId(0));
        QTRY_VERIFY(list.model()->rowCount() > 0);
        QVERIFY(!list.model()->index(0, 0).data().toString().contains(QChar(0x25B6)));
    }

    void longListsAreReadOnWhenAsked()
    {
        test::Workbench bench;
        QVERIFY(bench.open({longTalk(m_folder.path(), 30'000)}));
        showTab(bench, "Packets");
        bench.window.selection().setCurrent(flow::FlowId(0));
        auto& list = bench.widget<QTableView>("packetList");
        auto& note = bench.widget<QLabel>("packetNote");
        QTRY_COMPARE(list.model()->rowCount(), 2000);
        QVERIFY(note.text().startsWith(QStringLiteral("The first 2")));
        auto& more = bench.widget<QPushButton>("packetButton");
        QCOMPARE(more.text(), QStringLiteral("Read more"));
        list.setCurrentIndex(list.model()->index(1500, 0));
        more.click();
        QTRY_COMPARE_WITH_TIMEOUT(list.model()->rowCount(), 22'000, 30'000);
        QCOMPARE(list.currentIndex().row(), 1500); // nothing jumps
        more.click();
        QTRY_COMPARE_WITH_TIMEOUT(list.model()->rowCount(), 30'000, 30'000);
        QTRY_VERIFY(!note.isVisible());
        more.click();
        QCOMPARE(list.model()->index(29'999, ui::PacketModel::Number).data().toString(), QStringLiteral("30000"));
    }

    void aCaptureThatIsGoneIsSaidInWords()
    {
        const QString file = longTalk(m_folder.path(), 50);
        test::Workbench bench;
        QVERIFY(bench.open({file}));
        QFile::remove(file);
        showTab(bench, "Packets");
        bench.window.selection().setCurrent(flow::FlowId(0));
        QTRY_VERIFY(bench.widget<QLabel>("packetNote").text().contains(QStringLiteral("moved")));
        showTab(bench, "Stream");
        QTRY_VERIFY(bench.widget<QLabel>("streamNote").text().contains(QStringLiteral("moved")));
        showTab(bench, "Dissection");
        QTRY_VERIFY(bench.widget<QLabel>("dissectionNote").text().contains(QStringLiteral("moved")) ||
                    bench.widget<QLabel>("dissectionNote").text().contains(QStringLiteral("apt install")));
    }

    void streamsAreShownAndSearched()
    {
        test::Workbench bench;
        QVERIFY(bench.open({longTalk(m_folder.path(), 200)})); // payloads 0, 1, 2, ...
        showTab(bench, "Stream");
        bench.window.selection().setCurrent(flow::FlowId(0));
        auto& text = bench.widget<ui::StreamText>("streamText");
        QTRY_COMPARE(text.lines(), qsizetype(400)); // each datagram has a line feed as its eleventh byte
        QVERIFY(text.lineText(0).startsWith(QStringLiteral("→")));
        QVERIFY(text.lineText(2).startsWith(QStringLiteral("←")));
        bench.widget<QComboBox>("streamSides").setCurrentIndex(2);
        QTRY_COMPARE(text.lines(), qsizetype(200));
        bench.widget<QComboBox>("streamMode").setCurrentIndex(1);
        QTRY_VERIFY(text.lineText(0).contains(QStringLiteral("00000000  00 01 02 03")));
        auto& find = bench.widget<QLineEdit>("streamFind");
        text.setFocus();
        QTest::keyClick(&text, Qt::Key_F, Qt::ControlModifier);
        QTRY_VERIFY(find.hasFocus());
        bench.widget<QComboBox>("streamFindKind").setCurrentIndex(1);
        find.setText(QStringLiteral("14 15"));
        auto& count = bench.widget<QLabel>("streamHits");
        QTRY_COMPARE(count.text(), QStringLiteral("1 of 100"));
        QTest::keyClick(&find, Qt::Key_F3);
        QCOMPARE(count.text(), QStringLiteral("2 of 100"));
        QTest::keyClick(&find, Qt::Key_B, Qt::ControlModifier);
        QTest::keyClick(&find, Qt::Key_F3, Qt::ShiftModifier);
        QCOMPARE(count.text(), QStringLiteral("100 of 100"));
        find.setText(QStringLiteral("7"));
        QTRY_VERIFY(count.text().contains(QStringLiteral("0d 0a")));
    }

    void enterGoesFromTheTableToTheDetails()
    {
        test::Workbench bench;
        QVERIFY(bench.open({test::sampleCapture()}));
        showTab(bench, "Packets");
        auto& table = bench.widget<QTableView>("flowTable");
        QTRY_VERIFY(table.model()->rowCount() > 0);
        table.setFocus();
        table.setCurrentIndex(table.model()->index(0, 0));
        QTest::keyClick(&table, Qt::Key_Return);
        QTRY_VERIFY(bench.widget<QTableView>("packetList").hasFocus());
    }

    /// A talk of twice 16 MiB: nothing waits for it, and what is painted is a screenful.
    void hugeStreamsKeepTheWindowFluent()
    {
        test::Conversation talk;
        talk.gap = 1000;
        for (int i = 0; i < 26'000; ++i)
            i % 2 == 0 ? talk.udpOut(1400) : talk.udpIn(1400);
        const QString file = m_folder.filePath(QStringLiteral("huge.pcap"));
        test::save(file.toStdString(), test::pcap(talk.frames));
        test::Workbench bench;
        QVERIFY(bench.open({file}));
        showTab(bench, "Stream");
        auto& text = bench.widget<ui::StreamText>("streamText");
        auto& find = bench.widget<QLineEdit>("streamFind");
        test::StallProbe probe;
        probe.start();
        bench.window.selection().setCurrent(flow::FlowId(0));
        QTRY_VERIFY_WITH_TIMEOUT(text.lines() > 100'000, 60'000);
        find.setFocus();
        find.setText(QStringLiteral("xyz"));
        auto& count = bench.widget<QLabel>("streamHits");
        QTRY_VERIFY_WITH_TIMEOUT(count.text().startsWith(QStringLiteral("1 of")), 60'000);
        bench.widget<QToolButton>("streamPrevious").click(); // the last of them, at the other end
        QTRY_VERIFY(text.verticalScrollBar()->value() > 100'000);
        const test::StallReport report = probe.stop();
        qInfo("%lld lines, %s", static_cast<long long>(text.lines()), qPrintable(report.text()));
    }

    void theChosenTabIsRemembered()
    {
        {
            test::Workbench bench;
            showTab(bench, "Stream");
        }
        test::Workbench bench;
        const auto& tabs = bench.widget<QTabBar>("detailsTabs");
        QCOMPARE(tabs.tabText(tabs.currentIndex()), QStringLiteral("Stream"));
        auto* page = new QLabel(QStringLiteral("evidence"));
        page->setObjectName(QStringLiteral("evidencePage"));
        bench.widget<ui::FlowTabs>("flowTabs").insert(page, QStringLiteral("Evidence"));
        QCOMPARE(tabs.tabText(0), QStringLiteral("Evidence"));
        QCOMPARE(tabs.tabText(tabs.currentIndex()), QStringLiteral("Stream"));
    }

    void everyTabIsDrawn()
    {
        for (const auto theme : {ui::Theme::Light, ui::Theme::Dark}) {
            ui::applyTheme(theme);
            const QString name = theme == ui::Theme::Dark ? QStringLiteral("dark") : QStringLiteral("light");
            test::Workbench bench;
            bench.window.resize(1280, 900);
            QVERIFY(bench.open({QStringLiteral(FLOWSCENT_SOURCE_DIR "/tests/data/captures/ethernet.pcap")}));
            bench.window.selection().setCurrent(talkative(*bench.session.table(), 6));
            auto& tabs = bench.widget<ui::FlowTabs>("flowTabs");
            showTab(bench, "Fields");
            keep(bench, QStringLiteral("tab-fields-") + name);
            showTab(bench, "Packets");
            QTRY_VERIFY(bench.widget<QTableView>("packetList").model()->rowCount() > 0);
            Q_EMIT bench.widget<ui::ByteView>("hexView").pressed(36);
            keep(bench, QStringLiteral("tab-packets-") + name);
            showTab(bench, "Stream");
            QTRY_VERIFY(bench.widget<ui::StreamText>("streamText").lines() > 0);
            bench.widget<QLineEdit>("streamFind").setText(QStringLiteral("a"));
            QTest::qWait(300);
            keep(bench, QStringLiteral("tab-stream-") + name);
            bench.widget<QComboBox>("streamMode").setCurrentIndex(1);
            QTest::qWait(200);
            keep(bench, QStringLiteral("tab-stream-hex-") + name);
            QVERIFY(test::showsSomething(tabs));
            showTab(bench, "Dissection");
            auto& tree = bench.widget<QTreeView>("dissectionTree");
            QTRY_VERIFY_WITH_TIMEOUT(
                tree.model()->rowCount() > 0 ||
                    bench.widget<QLabel>("dissectionNote").text().contains(QStringLiteral("apt install")),
                60'000);
            Q_EMIT bench.widget<ui::ByteView>("dissectionBytes").pressed(36);
            keep(bench, QStringLiteral("tab-dissection-") + name);
        }
    }

    void wiresharkIsGreyedWithItsReason()
    {
        QSettings().setValue(QStringLiteral("wireshark/program"), QStringLiteral("/nowhere/wireshark"));
        test::Workbench bench;
        QVERIFY(bench.open({test::sampleCapture()}));
        auto& action = bench.widget<QAction>("wiresharkAction");
        bench.window.selection().setCurrent(flow::FlowId(0));
        QTRY_VERIFY(action.toolTip().contains(QStringLiteral("not installed")));
        QVERIFY(!action.isEnabled());
        QSettings().setValue(QStringLiteral("wireshark/program"), QStringLiteral("true"));
        bench.window.selection().setCurrent(flow::FlowId(1));
        QTRY_VERIFY(action.isEnabled());
    }
};

QTEST_MAIN(FlowTabsTest)
#include "flow_tabs_test.moc"
