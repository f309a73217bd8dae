// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/packet_builder.h"
#include "tests/ui/support/workbench.h"
#include "ui/session/dissector.h"

using namespace flowscent;

namespace {

std::shared_ptr<const ui::FetchedPackets> packets(std::size_t count)
{
    auto made = std::make_shared<ui::FetchedPackets>();
    for (std::size_t i = 0; i < count; ++i) {
        ui::FetchedPacket packet;
        packet.stored.bytes = test::ethernet(test::ipv4({.protocol = 17}, test::udp(53, 54, 40)));
        packet.stored.originalLength = static_cast<std::uint32_t>(packet.stored.bytes.size());
        packet.stored.time = static_cast<base::Nanoseconds>(i) * 1000;
        packet.decoded = packet::decode(packet.stored.bytes, 1);
        made->packets.push_back(std::move(packet));
    }
    made->total = count;
    return made;
}

} // namespace

class DissectorTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    void useProgram(const QByteArray& script)
    {
        QFile file(m_folder.filePath(QStringLiteral("tshark")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("#!/bin/sh\n" + script);
        file.close();
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        QSettings().setValue(QStringLiteral("tshark/program"), file.fileName());
    }

private Q_SLOTS:
    void initTestCase() { test::useOwnSettings(); }
    void init() { QSettings().remove(QStringLiteral("tshark/program")); }

    void tsharkTakesPacketsApart()
    {
        if (QStandardPaths::findExecutable(QStringLiteral("tshark")).isEmpty())
            QSKIP("tshark is not installed");
        ui::Dissector dissector;
        QSignalSpy done(&dissector, &ui::Dissector::dissected);
        dissector.dissect(packets(20), 5);
        QTRY_COMPARE_WITH_TIMEOUT(done.count(), 1, 60'000);
        const auto dissection = done[0][0].value<std::shared_ptr<const ui::Dissection>>();
        QVERIFY(!dissection->trouble);
        QCOMPARE(dissection->packets.size(), std::size_t(5));
        const auto field = dissection->at(4, 36); // second byte of the UDP destination port: 14 + 20 + 2
        QVERIFY(field);
        QCOMPARE(dissection->nodes[*field].text, QStringLiteral("Destination Port: 54"));
        QCOMPARE(dissection->nodes[*field].begin, 36U);
        QCOMPARE(dissection->nodes[*field].length, 2U);
    }

    void namesAreNeverResolved()
    {
        useProgram("printf '%s ' \"$@\" > '" + m_folder.filePath(QStringLiteral("arguments")).toUtf8() + "'\nexit 1\n");
        ui::Dissector dissector;
        QSignalSpy failed(&dissector, &ui::Dissector::failed);
        dissector.dissect(packets(1), 1);
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, 60'000);
        QFile file(m_folder.filePath(QStringLiteral("arguments")));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.readAll().startsWith("-n -r "));
    }

    void aTsharkThatHangsIsEnded()
    {
        useProgram("exec sleep 600\n");
        ui::Dissector dissector;
        dissector.setTimeout(200);
        QSignalSpy failed(&dissector, &ui::Dissector::failed);
        dissector.dissect(packets(1), 1);
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, 60'000);
        QVERIFY(!dissector.busy());
    }

    void aTsharkThatNeverShutsUpIsEnded()
    {
        useProgram("echo '<pdml><packet>'\nexec yes '<proto name=\"x\"/>'\n");
        ui::Dissector dissector;
        QSignalSpy done(&dissector, &ui::Dissector::dissected);
        dissector.dissect(packets(1), 1);
        QTRY_COMPARE_WITH_TIMEOUT(done.count(), 1, 120'000);
        QVERIFY(done[0][0].value<std::shared_ptr<const ui::Dissection>>()->trouble);
    }

    void aTsharkThatFailsSaysWhy()
    {
        useProgram("echo 'the shark is ill' >&2\nexit 2\n");
        ui::Dissector dissector;
        QSignalSpy failed(&dissector, &ui::Dissector::failed);
        dissector.dissect(packets(1), 1);
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, 60'000);
        QVERIFY(failed[0][0].value<base::Error>().what.find("the shark is ill") != std::string::npos);
    }

    void stoppingAnswersAtOnceAndNothingComesAfter()
    {
        useProgram("exec sleep 600\n");
        ui::Dissector dissector;
        QSignalSpy stopped(&dissector, &ui::Dissector::stopped);
        QSignalSpy failed(&dissector, &ui::Dissector::failed);
        QSignalSpy done(&dissector, &ui::Dissector::dissected);
        for (int i = 1; i <= 5; ++i) {
            dissector.dissect(packets(3), 3);
            QTest::qWait(i * 10);
            dissector.stop();
            QCOMPARE(stopped.count(), i);
        }
        QTest::qWait(100);
        QCOMPARE(failed.count() + done.count(), 0);
    }

    void withoutTsharkTheReasonIsSaid()
    {
        QSettings().setValue(QStringLiteral("tshark/program"), QStringLiteral("/nowhere/tshark"));
        QVERIFY(ui::Dissector::missing().contains(QStringLiteral("apt install tshark")));
        ui::Dissector dissector;
        QSignalSpy failed(&dissector, &ui::Dissector::failed);
        dissector.dissect(packets(1), 1);
        QCOMPARE(failed.count(), 1);
    }
};

QTEST_MAIN(DissectorTest)
#include "dissector_test.moc"
