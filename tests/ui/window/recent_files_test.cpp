// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/ui/support/workbench.h"
#include "ui/window/recent_files.h"

using namespace flowscent;

class RecentFilesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { test::useOwnSettings(); }
    void init() { ui::forgetRecentFiles(); }

    void theNewestComesFirstAndOnlyOnce()
    {
        for (const char* file : {"/a.pcap", "/b.pcap", "/a.pcap"})
            ui::rememberFile(QLatin1String(file));
        QCOMPARE(ui::recentFiles(), (QStringList{QStringLiteral("/a.pcap"), QStringLiteral("/b.pcap")}));
    }

    void theTenthIsTheLast()
    {
        for (int i = 0; i < 14; ++i)
            ui::rememberFile(QStringLiteral("/%1.pcap").arg(i));
        QCOMPARE(ui::recentFiles().size(), 10);
        QCOMPARE(ui::recentFiles().last(), QStringLiteral("/4.pcap"));
    }

    void forgettingLeavesNone()
    {
        ui::rememberFile(QStringLiteral("/a.pcap"));
        ui::forgetRecentFiles();
        QVERIFY(ui::recentFiles().isEmpty());
    }
};

QTEST_GUILESS_MAIN(RecentFilesTest)
#include "recent_files_test.moc"
