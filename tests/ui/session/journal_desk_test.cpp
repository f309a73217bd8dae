// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "tests/ui/support/workbench.h"
#include "ui/session/journal_desk.h"

#include <fstream>

using namespace flowscent;

/// Labels outlive the program. No engine is loaded: nothing is scored here.
class JournalDeskTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    [[nodiscard]] std::filesystem::path file(const char* name) const
    {
        return m_folder.filePath(QLatin1String(name)).toStdString();
    }
    static bool open(ui::Session& session, const QString& capture)
    {
        session.setAdapting(ui::Adapting::Paused);
        session.open({capture});
        return QTest::qWaitFor([&] { return !session.reading(); }, 60000);
    }

private Q_SLOTS:
    void initTestCase()
    {
        test::useOwnSettings();
        qRegisterMetaType<ui::RestoredMarks>("RestoredMarks");
    }

    void labelsOfAMovedCaptureAreThereAgain()
    {
        const QString moved = m_folder.filePath(QStringLiteral("elsewhere.pcap"));
        QVERIFY(QFile::copy(test::sampleCapture(), moved));
        std::vector<flow::FlowId> flows;
        for (std::uint32_t row = 0; row < 20; ++row)
            flows.emplace_back(row * 3);
        {
            ui::Session session;
            ui::JournalDesk desk(session, file("moved.db"));
            QSignalSpy restored(&desk, &ui::JournalDesk::restored);
            QVERIFY(open(session, test::sampleCapture()));
            session.assign(flows, hunt::Label::Threat);
            session.book().renameThreat(1, QStringLiteral("Beacon-A"));
            session.assign({flow::FlowId(1)}, hunt::Label::Unsure);
            session.undo();
            QTRY_VERIFY(desk.settled());
            QCOMPARE(restored.count(), 0);
        }
        ui::Session session;
        ui::JournalDesk desk(session, file("moved.db"));
        std::optional<ui::RestoredMarks> told;
        connect(&desk, &ui::JournalDesk::restored, this, [&](const ui::RestoredMarks& marks) { told = marks; });
        QVERIFY(open(session, moved));
        QTRY_VERIFY(told.has_value());
        QCOMPARE(told->labels, std::size_t(20));
        QVERIFY(session.labels().support().with(hunt::Label::Threat) == flows);
        QCOMPARE(session.labels().support().count(hunt::Label::Unsure), std::size_t(0));
        QCOMPARE(session.labels().marks().words(flows[0]), std::string("Beacon-A"));
        session.undo(); // the name
        session.undo(); // and what was marked an hour ago, or a day
        QVERIFY(session.labels().support().empty());
        session.redo();
        QCOMPARE(session.labels().support().count(hunt::Label::Threat), std::size_t(20));
    }

    void theSameCaptureOpenedAgainInOneProgramKeepsItsLabels()
    {
        ui::Session session;
        ui::JournalDesk desk(session, file("again.db"));
        QVERIFY(open(session, test::sampleCapture()));
        session.assign({flow::FlowId(5)}, hunt::Label::NotThreat);
        QVERIFY(open(session, test::sampleCapture()));
        QTRY_COMPARE(session.labels().support().count(hunt::Label::NotThreat), std::size_t(1));
        session.book().forget();
        QTRY_VERIFY(desk.settled());
        QVERIFY(open(session, test::sampleCapture()));
        QTest::qWait(200);
        QVERIFY(session.labels().support().empty());
    }

    void aJournalThatCannotBeUsedStopsNobody()
    {
        ui::Session session;
        ui::JournalDesk desk(session, "/proc/flowscent/journal.db");
        int failures = 0;
        QString sentence;
        connect(&desk, &ui::JournalDesk::failed, this, [&](const base::Error& error) {
            ++failures;
            sentence = QString::fromStdString(error.sentence());
        });
        QVERIFY(open(session, test::sampleCapture()));
        session.assign({flow::FlowId(1)}, hunt::Label::Threat);
        session.assign({flow::FlowId(2)}, hunt::Label::Threat);
        QTRY_VERIFY(desk.settled());
        QCOMPARE(failures, 1); // once for each reason
        QVERIFY2(sentence.contains(QStringLiteral("/proc/flowscent")), qPrintable(sentence));
        QCOMPARE(session.labels().support().count(hunt::Label::Threat), std::size_t(2));
    }

    void aDamagedJournalIsPutAsideInAFile()
    {
        std::ofstream(file("broken.db")) << std::string(9000, 'x');
        ui::Session session;
        ui::JournalDesk desk(session, file("broken.db"));
        QSignalSpy aside(&desk, &ui::JournalDesk::putAside);
        QVERIFY(open(session, test::sampleCapture()));
        QTRY_COMPARE(aside.count(), 1);
        QVERIFY(QFile::exists(aside.front().front().toString()));
        session.assign({flow::FlowId(1)}, hunt::Label::Threat);
        QTRY_VERIFY(desk.settled());
    }
};

QTEST_MAIN(JournalDeskTest)
#include "journal_desk_test.moc"
