// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QFileInfo>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/flow_builder.h"
#include "tests/support/read_back.h"
#include "tests/ui/support/workbench.h"
#include "ui/session/handoff.h"

using namespace flowscent;

/// Hands flows to a program that only keeps a copy of what it is given.
class HandoffTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const char* name) const { return m_folder.filePath(QString::fromUtf8(name)); }
    void useProgram(const QByteArray& script)
    {
        QFile file(path("it's a \"shark\" $(touch x)")); // nothing that a shell would leave alone
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("#!/bin/sh\n" + script);
        file.close();
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        QSettings().setValue(QStringLiteral("wireshark/program"), file.fileName());
    }

private Q_SLOTS:
    void initTestCase() { test::useOwnSettings(); }

    void theProgramGetsExactlyThePacketsOfTheFlows()
    {
        useProgram("cp \"$1\" '" + path("part").toUtf8() + "' && mv '" + path("part").toUtf8() + "' '" +
                   path("copy.pcapng").toUtf8() + "'\n");
        ui::Session session;
        session.open({test::sampleCapture()});
        QTRY_VERIFY_WITH_TIMEOUT(!session.reading(), 60'000);
        const std::vector<flow::FlowId> chosen{flow::FlowId(3), flow::FlowId(700), flow::FlowId(701)};
        std::vector<std::pair<base::Nanoseconds, test::Bytes>> expected;
        capture::PacketFetcher fetcher({test::sampleCapture().toStdString()}, session.descriptions());
        for (const flow::FlowId flow : chosen) {
            for (const auto place : session.table()->places(flow)) {
                const auto packet = fetcher.fetch(place);
                QVERIFY(packet);
                expected.emplace_back(packet->time, packet->bytes);
            }
        }
        std::ranges::sort(expected);
        QString file;
        {
            ui::Handoff handoff(session);
            QSignalSpy opened(&handoff, &ui::Handoff::opened);
            handoff.open(flow::FlowSet(chosen));
            QTRY_COMPARE_WITH_TIMEOUT(opened.count(), 1, 60'000);
            file = opened[0][0].toString();
            QCOMPARE(opened[0][1].toULongLong(), static_cast<quint64>(expected.size()));
            QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(path("copy.pcapng")), 60'000);
            const auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ExeGroup | QFile::ReadOther |
                                QFile::WriteOther | QFile::ExeOther;
            QCOMPARE(QFileInfo(QFileInfo(file).path()).permissions() & others, QFile::Permissions());
        }
        QVERIFY(!QFileInfo::exists(file)); // gone with the one who wrote it
        const auto copy = test::readBack(std::filesystem::path(path("copy.pcapng").toStdString()));
        std::vector<std::pair<base::Nanoseconds, test::Bytes>> got;
        for (const auto& packet : copy.packets)
            got.emplace_back(packet.time, packet.bytes);
        std::ranges::sort(got);
        QVERIFY(got == expected);
        QVERIFY(!QFileInfo::exists(QStringLiteral("x")));
    }

    void withoutTheProgramTheReasonIsSaid()
    {
        QSettings().setValue(QStringLiteral("wireshark/program"), path("nowhere"));
        ui::Session session;
        session.open({test::sampleCapture()});
        QTRY_VERIFY_WITH_TIMEOUT(!session.reading(), 60'000);
        ui::Handoff handoff(session);
        const flow::FlowSet one(std::array{flow::FlowId(1)});
        QVERIFY(handoff.refusal(one).contains(QStringLiteral("not installed")));
        QSignalSpy failed(&handoff, &ui::Handoff::failed);
        handoff.open(one);
        QCOMPARE(failed.count(), 1);
        useProgram("exit 0\n");
        QVERIFY(handoff.refusal(one).isEmpty());
        QVERIFY(handoff.refusal({}).contains(QStringLiteral("Choose flows")));
    }

    void rowsOfLogsHaveNothingToHandOver()
    {
        useProgram("exit 0\n");
        ui::Session session;
        session.open({QStringLiteral(FLOWSCENT_SOURCE_DIR "/tests/data/logs/conn.log")});
        QTRY_VERIFY_WITH_TIMEOUT(!session.reading(), 60'000);
        ui::Handoff handoff(session);
        QVERIFY(handoff.refusal(flow::FlowSet(std::array{flow::FlowId(0)})).contains(QStringLiteral("imported")));
    }

    void veryMuchIsAskedAboutAndTooMuchRefused()
    {
        flow::FlowTable table;
        flow::FlowRecord record;
        for (const std::uint64_t megabytes : {1U, 300U, 5000U}) {
            record.statistics.bytes[0] = megabytes << 20U;
            record.statistics.packets[0] = 10;
            table.append(record);
        }
        const auto volume = ui::volumeOf(table, flow::FlowSet::firstOf(3));
        QCOMPARE(volume.flows, std::uint64_t(3));
        QCOMPARE(volume.packets, std::uint64_t(30));
        QCOMPARE(volume.bytes, std::uint64_t(5301) << 20U);
        QCOMPARE(ui::volumeOf(table, flow::FlowSet::firstOf(9)).flows, std::uint64_t(3));
    }
};

QTEST_MAIN(HandoffTest)
#include "handoff_test.moc"
