// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>

#include "engine/base/atomic_file.h"
#include "engine/detect/live_detector.h"
#include "tests/support/packet_builder.h"

#include <nlohmann/json.hpp>

using namespace flowscent;

namespace {

/// The endpoints of the Community ID specification's first example, 1:LQU9qZlK+B5F3KDmev6m5PMibrg=.
detect::Alert anAlert()
{
    detect::Alert alert;
    alert.flowId = flow::FlowId(17);
    alert.flow.key = {test::endpoint("128.232.110.120", 34855), test::endpoint("66.35.250.204", 80), 6};
    alert.flow.start = 1'777'636'800'123'456'789;
    alert.flow.last = alert.flow.start + 1'500'000'000;
    alert.flow.statistics.packets = {10, 8};
    alert.flow.statistics.bytes = {2'000, 40'000};
    alert.score = 0.75F;
    alert.stage = detect::Stage::First8;
    alert.seenAt = 1'777'636'802'000'000'000;
    return alert;
}

detect::Detector aDetector(const std::string& threat)
{
    detect::Detector detector;
    detector.threatName = threat;
    detector.threatExamples = 3;
    detector.revision = 4;
    return detector;
}

nlohmann::json eve(const detect::Alert& alert, const std::string& threat = "beacon")
{
    const std::string line = detect::eveLine(alert, aDetector(threat), {"eth0", "0123456789abcdef"});
    return line.find('\n') == std::string::npos ? nlohmann::json::parse(line) : nlohmann::json();
}

QByteArray runNft(const std::string& script, int& code)
{
    QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("proposal.nft"));
    if (!base::writeAtomically(file.toStdString(), script))
        return "the script could not be written";
    QProcess nft;
    nft.setProcessChannelMode(QProcess::MergedChannels);
    nft.start(QStringLiteral("nft"), {QStringLiteral("-c"), QStringLiteral("-f"), file});
    nft.waitForFinished();
    code = nft.exitCode();
    return nft.readAll();
}

} // namespace

class AlertTextTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aLineHasTheMembersOfSuricatasAlerts()
    {
        const auto line = eve(anAlert());
        QCOMPARE(line.at("event_type").get<std::string>(), std::string("alert"));
        QCOMPARE(line.at("timestamp").get<std::string>(), std::string("2026-05-01T12:00:02.000000+0000"));
        QCOMPARE(line.at("in_iface").get<std::string>(), std::string("eth0"));
        QCOMPARE(line.at("src_ip").get<std::string>(), std::string("128.232.110.120"));
        QCOMPARE(line.at("src_port").get<int>(), 34855);
        QCOMPARE(line.at("dest_ip").get<std::string>(), std::string("66.35.250.204"));
        QCOMPARE(line.at("dest_port").get<int>(), 80);
        QCOMPARE(line.at("proto").get<std::string>(), std::string("TCP"));
        QCOMPARE(line.at("community_id").get<std::string>(), std::string("1:LQU9qZlK+B5F3KDmev6m5PMibrg="));
        QCOMPARE(line.at("flow").at("pkts_toserver").get<int>(), 10);
        QCOMPARE(line.at("flow").at("bytes_toclient").get<int>(), 40'000);
        QCOMPARE(line.at("flow").at("start").get<std::string>(), std::string("2026-05-01T12:00:00.123456+0000"));
        QCOMPARE(line.at("alert").at("action").get<std::string>(), std::string("allowed"));
        QVERIFY(line.at("alert").at("signature").get<std::string>().find("beacon") != std::string::npos);
    }

    void aLineSaysHowTheVerdictCameToBe()
    {
        const auto own = eve(anAlert()).at("metadata").at("flowscent");
        QCOMPARE(own.at("score").get<float>(), 0.75F);
        QCOMPARE(own.at("threshold").get<float>(), 0.5F);
        QCOMPARE(own.at("stage").get<std::string>(), std::string("first_8_packets"));
        QCOMPARE(own.at("threat").get<std::string>(), std::string("beacon"));
        QCOMPARE(own.at("revision").get<int>(), 4);
        QCOMPARE(own.at("model").get<std::string>(), std::string("0123456789abcdef"));
    }

    void aHostileNameStaysInsideItsLine()
    {
        const std::string name = "x\"}\n{\"event_type\":\"fake\xff";
        const auto line = eve(anAlert(), name);
        QCOMPARE(line.at("event_type").get<std::string>(), std::string("alert"));
        const std::string script = detect::nftScript({}, aDetector("x\nadd table inet evil\r\n\x1b[31m"));
        QVERIFY(script.find("\nadd table") == std::string::npos);
        QVERIFY(script.find('\x1b') == std::string::npos);
    }

    void theScriptNamesEachServerOnceInItsFamilysSet()
    {
        detect::Alert one = anAlert();
        detect::Alert again = anAlert();
        again.score = 0.9F;
        detect::Alert six = anAlert();
        six.flow.key.server = test::endpoint("2001:db8::7", 443);
        const std::string script = detect::nftScript({one, again, six}, aDetector("beacon"));
        const QString text = QString::fromStdString(script);
        QCOMPARE(text.count(QStringLiteral("66.35.250.204")), 1);
        QCOMPARE(text.count(QStringLiteral("2001:db8::7")), 1);
        QVERIFY(text.indexOf(QStringLiteral("66.35.250.204")) < text.indexOf(QStringLiteral("set servers6")));
        QVERIFY(text.indexOf(QStringLiteral("2001:db8::7")) > text.indexOf(QStringLiteral("set servers6")));
        QVERIFY(text.contains(QStringLiteral("NOTHING HAS BEEN APPLIED")));
        QVERIFY(text.contains(QStringLiteral("2 alerts, highest score 0.9")));
    }

    void theScriptTouchesItsOwnTableAlone()
    {
        const QString script = QString::fromStdString(detect::nftScript({anAlert()}, aDetector("beacon")));
        for (const QString& line : script.split(QLatin1Char('\n'))) {
            if (!line.startsWith(QLatin1Char('#')) && line.contains(QStringLiteral("table ")))
                QVERIFY2(line.contains(QStringLiteral("table inet flowscent")), qPrintable(line));
        }
        QVERIFY(!script.contains(QStringLiteral("flush ruleset")));
    }

    void nftUnderstandsTheScript()
    {
        if (QStandardPaths::findExecutable(QStringLiteral("nft"), {}).isEmpty())
            QSKIP("nft is not installed");
        int code = 0;
        const QByteArray empty = runNft("table inet flowscent_probe { }\n", code);
        if (code != 0)
            QSKIP(("nft cannot check scripts here: " + empty).constData());
        detect::Alert six = anAlert();
        six.flow.key.server = test::endpoint("2001:db8::7", 443);
        for (const auto& alerts : {std::vector<detect::Alert>{}, {anAlert()}, {anAlert(), six}}) {
            const QByteArray said = runNft(detect::nftScript(alerts, aDetector("beacon")), code);
            QVERIFY2(code == 0, said.constData());
        }
    }
};

QTEST_GUILESS_MAIN(AlertTextTest)
#include "alert_text_test.moc"
