// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/support/workbench.h"

using namespace flowscent;

/// Whoever stops reading gets an answer, however soon.
class ReadingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void stoppingAtOnceEndsReading()
    {
        ui::Session session;
        QSignalSpy finished(&session, &ui::Session::readFinished);
        QSignalSpy failed(&session, &ui::Session::failed);
        for (int attempt = 1; attempt <= 20; ++attempt) {
            session.open({test::sampleCapture()});
            QVERIFY(session.reading());
            session.cancel(); // the lane may not even have taken it up
            QTRY_VERIFY(!session.reading());
            QCOMPARE(finished.count() + failed.count(), attempt);
        }
        session.open({test::sampleCapture()});
        QTRY_VERIFY_WITH_TIMEOUT(!session.reading(), 30000);
        QVERIFY(session.table());
        QCOMPARE(session.table()->size(), std::size_t(2225));
    }
};

QTEST_MAIN(ReadingTest)
#include "reading_test.moc"
