// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/store/library/library.h"
#include "tests/support/capture_builder.h"
#include "tests/ui/support/layout_audit.h"
#include "tests/ui/support/workbench.h"
#include "ui/panels/message_bar.h"
#include "ui/panels/save_detector.h"
#include "ui/window/recent_files.h"

#include <QAction>
#include <QCheckBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTemporaryDir>

using namespace flowscent;
using test::Workbench;

/// A detector is kept under a name, and looks through what was opened before.
class LibraryJourneyTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const char* name) const { return m_folder.filePath(QLatin1String(name)); }
    store::Library library() const { return store::Library(path("data/flowscent/library").toStdString()); }

    static void adapt(Workbench& bench)
    {
        QVERIFY(bench.open({test::sampleCapture()}));
        const auto beacon = test::sampleBeacon(*bench.session.table());
        QVERIFY(bench.mark({beacon[0], beacon[1], beacon[2]}, hunt::Label::Threat));
    }
    static void fill(Workbench& bench, const char* name, const char* why)
    {
        bench.widget<QAction>("saveDetectorAction").trigger();
        auto& edit = bench.widget<QLineEdit>("detectorName");
        edit.selectAll();
        QTest::keyClicks(&edit, QLatin1String(name));
        QTest::keyClicks(&bench.widget<QLineEdit>("detectorWhy"), QLatin1String(why));
    }

private Q_SLOTS:
    void initTestCase()
    {
        qputenv("XDG_DATA_HOME", path("data").toUtf8());
        test::useOwnSettings();
        QVERIFY(QFile::copy(test::sampleCapture(), path("yesterday.pcap")));
        test::save(path("quiet.pcap").toStdString(), test::pcap({}));
    }
    void init() { ui::forgetRecentFiles(); }

    void aNewDetectorFindsItsThreatInACaptureSeenBefore()
    {
        ui::rememberFile(path("quiet.pcap"));
        ui::rememberFile(path("yesterday.pcap"));
        Workbench bench;
        adapt(bench);
        fill(bench, "Beacon-A", "three flows of the sample's beacon");
        QCOMPARE(bench.widget<QCheckBox>("detectorHunt").text(),
                 QStringLiteral("Look through 2 other recent captures"));
        test::keepPicture(bench.widget<ui::SaveDetector>("saveDetector"), QStringLiteral("save-detector"));
        QTest::mouseClick(&bench.widget<QPushButton>("detectorSave"), Qt::LeftButton);
        auto& bar = bench.widget<ui::MessageBar>("messageBar");
        QTRY_VERIFY_WITH_TIMEOUT(bar.text().contains(QStringLiteral("went through other captures")), 60'000);
        QVERIFY2(bar.text().contains(QStringLiteral("of yesterday.pcap, first seen 20")), qPrintable(bar.text()));
        QVERIFY(!bar.text().contains(QStringLiteral("of quiet.pcap")));
        const auto entries = library().list();
        QVERIFY(entries && entries->size() == 1 && entries->front().usable());
        QCOMPARE(entries->front().name, std::string("Beacon-A"));
        QCOMPARE(entries->front().summary->threats, 3U);
        QCOMPARE(entries->front().summary->provenance.why, std::string("three flows of the sample's beacon"));
        QCOMPARE(test::keepPictures(bench.window, QStringLiteral("library")), QString());

        // What lies in the library scores as the window does, to the bit.
        const auto bundle = library().load("Beacon-A", std::nullopt);
        QVERIFY(bundle.has_value());
        const auto scores = bench.session.scores();
        QVERIFY(detect::score(bundle->detector, *scores->numbers) == scores->values);
    }

    void namesThatAreNoneAndMissingReasonsAreRefusedInWords()
    {
        Workbench bench;
        adapt(bench);
        fill(bench, "a/b", "something");
        QVERIFY(!bench.widget<QPushButton>("detectorSave").isEnabled());
        QVERIFY(!bench.widget<QLabel>("detectorFault").text().isEmpty());
        bench.widget<QLineEdit>("detectorName").setText(QStringLiteral("fine"));
        QVERIFY(bench.widget<QPushButton>("detectorSave").isEnabled());
        bench.widget<QLineEdit>("detectorWhy").setText(QStringLiteral("  "));
        QVERIFY(!bench.widget<QPushButton>("detectorSave").isEnabled());
    }

    void withoutScoresThereIsNothingToSave()
    {
        Workbench bench;
        QVERIFY(bench.open({test::sampleCapture()}));
        bench.widget<QAction>("saveDetectorAction").trigger();
        QVERIFY(bench.window.findChild<ui::SaveDetector*>() == nullptr);
        QVERIFY(bench.widget<QLabel>("statusText").text().contains(QStringLiteral("no detector to save yet")));
    }
};

QTEST_MAIN(LibraryJourneyTest)
#include "library_journey_test.moc"
