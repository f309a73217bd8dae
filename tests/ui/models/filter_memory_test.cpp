// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/ui/support/workbench.h"
#include "ui/models/filter_memory.h"

#include <QSettings>
#include <QSignalSpy>

using namespace flowscent;
using ui::FilterMemory;
using ui::SavedFilter;

class FilterMemoryTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { test::useOwnSettings(); }
    void cleanup() { QSettings().clear(); }

    void keepsTheLastFiftyOverARestart()
    {
        {
            FilterMemory memory;
            for (int i = 0; i < 60; ++i)
                memory.remember(QStringLiteral("port == %1").arg(i));
            memory.remember(QStringLiteral("  port == 30 ")); // again, so the latest
            memory.remember(QString());
        }
        const FilterMemory memory;
        QCOMPARE(memory.applied().size(), FilterMemory::mostApplied);
        QCOMPARE(memory.applied().front(), QStringLiteral("port == 30"));
        QCOMPARE(memory.applied().back(), QStringLiteral("port == 10"));
        QCOMPARE(memory.applied().count(QStringLiteral("port == 30")), 1);
    }

    void savedFiltersHaveNamesAndSurvive()
    {
        {
            FilterMemory memory;
            QSignalSpy changed(&memory, &FilterMemory::savedChanged);
            memory.save(QStringLiteral("web"), QStringLiteral("port.dst in {80, 443}"));
            memory.save(QStringLiteral("names"), QStringLiteral("dns"));
            memory.save(QStringLiteral("web"), QStringLiteral("tcp.port == 443"));
            QCOMPARE(changed.count(), 3);
            memory.save(QString(), QStringLiteral("dns"));
            memory.save(QStringLiteral("nothing"), QString());
            QCOMPARE(changed.count(), 3);
        }
        FilterMemory memory;
        QCOMPARE(memory.saved(), (QList<SavedFilter>{{QStringLiteral("names"), QStringLiteral("dns")},
                                                     {QStringLiteral("web"), QStringLiteral("tcp.port == 443")}}));
        QCOMPARE(memory.nameOf(QStringLiteral("dns")), QStringLiteral("names"));
        QVERIFY(memory.nameOf(QStringLiteral("udp")).isEmpty());
        memory.rename(QStringLiteral("names"), QStringLiteral("zone"));
        QCOMPARE(memory.nameOf(QStringLiteral("dns")), QStringLiteral("zone"));
        memory.rename(QStringLiteral("zone"), QStringLiteral("   "));
        QCOMPARE(memory.nameOf(QStringLiteral("dns")), QStringLiteral("zone"));
        memory.remove(QStringLiteral("web"));
        QCOMPARE(FilterMemory().saved().size(), 1);
    }

    void namesAreOneShortLine()
    {
        FilterMemory memory;
        memory.save(QString(400, QLatin1Char('x')) + QStringLiteral("\n\x01"), QStringLiteral("dns"));
        memory.save(QStringLiteral("a\nb\x02"), QStringLiteral("udp"));
        QCOMPARE(memory.nameOf(QStringLiteral("dns")).size(), FilterMemory::longestName);
        QCOMPARE(memory.nameOf(QStringLiteral("udp")), QStringLiteral("a b"));
    }

    void settingsThatMakeNoSenseAreLeftOut()
    {
        QSettings settings;
        settings.setValue(QStringLiteral("filters/applied"), 17);
        settings.setValue(QStringLiteral("filters/saved/size"), 2);
        settings.setValue(QStringLiteral("filters/saved/1/name"), QStringLiteral("without a text"));
        settings.setValue(QStringLiteral("filters/saved/2/text"), QStringLiteral("dns"));
        QVERIFY(FilterMemory().saved().isEmpty());
    }
};

QTEST_MAIN(FilterMemoryTest)
#include "filter_memory_test.moc"
