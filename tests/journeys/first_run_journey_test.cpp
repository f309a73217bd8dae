// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/ui/support/layout_audit.h"
#include "tests/ui/support/stall_probe.h"
#include "tests/ui/support/workbench.h"
#include "ui/models/flow_selection.h"
#include "ui/panels/coach_strip.h"

#include <QAction>
#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QLabel>
#include <QPushButton>
#include <QRegularExpression>
#include <QTableView>

#include <set>

using namespace flowscent;
using test::Workbench;

namespace {

/// Inodes of the sockets of a protocol, as the kernel lists them.
void addInodes(const char* list, std::set<QByteArray>& inodes)
{
    QFile file(QStringLiteral("/proc/self/net/") + QLatin1String(list));
    if (!file.open(QIODevice::ReadOnly))
        return;
    constexpr qsizetype inodeColumn = 9;
    for (const QByteArray& line : file.readAll().split('\n')) {
        const QList<QByteArray> columns = line.simplified().split(' ');
        if (columns.size() > inodeColumn)
            inodes.insert(columns[inodeColumn]);
    }
}

/// Sockets of this process that reach beyond the machine's own file system.
int networkSockets()
{
    std::set<QByteArray> inodes;
    for (const char* list : {"tcp", "tcp6", "udp", "udp6", "raw", "raw6", "packet"})
        addInodes(list, inodes);
    int sockets = 0;
    const QDir descriptors(QStringLiteral("/proc/self/fd"));
    for (const QString& descriptor : descriptors.entryList(QDir::AllEntries | QDir::NoDotAndDotDot | QDir::System)) {
        const QString target = QFile::symLinkTarget(descriptors.filePath(descriptor));
        const auto match = QRegularExpression(QStringLiteral("socket:\\[(\\d+)\\]")).match(target);
        sockets += match.hasMatch() && inodes.contains(match.captured(1).toLatin1()) ? 1 : 0;
    }
    return sockets;
}

} // namespace

/// From an empty home to the first insight.
class FirstRunJourneyTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { test::useOwnSettings(); }

    void theStartPageOffersThreeWays()
    {
        Workbench bench;
        QVERIFY(bench.widget<QWidget>("startPage").isVisible());
        for (const char* card : {"openCard", "sampleCard", "captureCard"})
            QVERIFY2(bench.widget<QPushButton>(card).isVisible(), card);
        QVERIFY(bench.widget<QPushButton>("sampleCard").isEnabled());
        QCOMPARE(test::keepPictures(bench.window, QStringLiteral("first-run")), QString());
    }

    void theSampleIsThereAtOnceAndNothingLeavesTheMachine()
    {
        Workbench bench;
        test::StallProbe probe;
        probe.start();
        QElapsedTimer clock;
        clock.start();
        QTest::mouseClick(&bench.widget<QPushButton>("sampleCard"), Qt::LeftButton);
        auto& table = bench.widget<QTableView>("flowTable");
        QVERIFY(test::runUntil([&] {
            return !bench.session.reading() && bench.session.table() &&
                   table.model()->rowCount() == static_cast<int>(bench.session.table()->size());
        }));
        const qint64 filled = clock.elapsed();
        QVERIFY(table.model()->rowCount() > 2000);
        QTRY_VERIFY(bench.widget<ui::CoachStrip>("coachStrip").isVisible());
        QVERIFY(table.isVisible());
        QVERIFY(QApplication::activeModalWidget() == nullptr);
        QCOMPARE(networkSockets(), 0);
        QVERIFY(test::runUntil([&] { return bench.session.numbers() != nullptr; }));
        qInfo("filled %lld ms after the click; %s", filled, qPrintable(probe.stop().text()));
        QVERIFY(test::showsSomething(table));
        QCOMPARE(test::keepPictures(bench.window, QStringLiteral("first-insight")), QString());
    }

    void theStripLeadsAndTicksOffWhatWasDone()
    {
        using Step = ui::CoachStrip::Step;
        Workbench bench;
        QVERIFY(bench.open({test::sampleCapture()}));
        auto& strip = bench.widget<ui::CoachStrip>("coachStrip");
        QTRY_VERIFY(strip.isVisible());
        QVERIFY(!strip.isDone(Step::Mark));
        QTest::mouseClick(&bench.widget<QPushButton>("coachChoose"), Qt::LeftButton);
        QTRY_COMPARE(bench.window.selection().count(), std::size_t(3));
        auto& table = bench.widget<QTableView>("flowTable");
        QTRY_VERIFY(table.hasFocus());
        QTest::keyClick(&table, Qt::Key_M);
        QTRY_VERIFY(strip.isDone(Step::Mark));
        QTRY_VERIFY_WITH_TIMEOUT(strip.isDone(Step::Watch), 60'000);
        QVERIFY(!strip.isDone(Step::Compare));
        QTest::keyClick(&bench.window, Qt::Key_2, Qt::AltModifier);
        QTRY_VERIFY(strip.isDone(Step::Compare));
        QTest::mouseClick(&bench.widget<QPushButton>("coachClose"), Qt::LeftButton);
        QVERIFY(!strip.isVisible());
        bench.widget<QAction>("firstHuntAction").trigger();
        QVERIFY(strip.isVisible() && strip.isDone(Step::Mark));
    }
};

QTEST_MAIN(FirstRunJourneyTest)
#include "first_run_journey_test.moc"
