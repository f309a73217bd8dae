// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "engine/logs/log_kind.h"
#include "tests/support/log_text.h"

using namespace flowscent;
using namespace flowscent::logs;

class LogKindTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void logsAreKnownByWhatTheyHold()
    {
        QVERIFY(recogniseLog("#separator \\x09\n#set_separator\t,\n") == LogKind::ZeekTsv);
        QVERIFY(recogniseLog("\xEF\xBB\xBF\r\n#fields\tts") == LogKind::ZeekTsv);
        QVERIFY(recogniseLog(R"({"ts":1.5,"id.orig_h":"192.0.2.1")") == LogKind::ZeekJson);
        QVERIFY(recogniseLog(R"(  {"timestamp":"x","event_type":"alert")") == LogKind::SuricataEve);
    }

    void everythingElseIsNone()
    {
        for (const char* other : {"", "hello", "{}", "{\"name\":1}", "# a remark", "[{\"event_type\":\"flow\"}]",
                                  "\xd4\xc3\xb2\xa1", "\n\n\n"})
            QVERIFY(!recogniseLog(other));
    }

    void theNameDoesNotMatter()
    {
        const QTemporaryDir folder;
        const auto path = [&](const char* name) { return folder.filePath(QString::fromUtf8(name)).toStdString(); };
        QVERIFY(recogniseLogFile(test::saveText(path("x.pcap"), test::eveFlow())) == LogKind::SuricataEve);
        QVERIFY(!recogniseLogFile(test::saveText(path("conn.log"), "\xd4\xc3\xb2\xa1")));
        QVERIFY(!recogniseLogFile(path("missing")));
        QVERIFY(!recogniseLogFile(folder.path().toStdString()));
    }
};

QTEST_GUILESS_MAIN(LogKindTest)
#include "log_kind_test.moc"
