// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/identify/applications.h"
#include "tests/engine/identify/talk.h"

using namespace flowscent::identify;
namespace test = flowscent::test;
using test::Talk;

/// Names as `ndpiReader -v 2` of nDPI 4.2 prints them for the same packets.
class ApplicationsTest : public QObject {
    Q_OBJECT

private:
    std::shared_ptr<Names> m_names = std::make_shared<Names>();

private Q_SLOTS:
    void initTestCase()
    {
        if (!Applications::available())
            QSKIP("this build has no nDPI");
    }

    void namesTheServiceBehindTls()
    {
        Identifier identifier(m_names);
        Talk talk(identifier);
        const test::Hello hello{.ciphers = {0x1301, 0xc02f},
                                .extensions = {test::serverName("www.youtube.com"), test::alpn({"h2"})}};
        talk.out(test::records(test::handshake(1, test::clientHello(hello)))).finish();
        QCOMPARE(talk.text(talk.identity.application), "TLS.YouTube");
        QCOMPARE(talk.text(talk.identity.category), "Media");
        QCOMPARE(talk.identity.confidence, Confidence::Payload);
    }

    void namesRisks()
    {
        Identifier identifier(m_names);
        Talk talk(identifier);
        talk.serverPort = 80;
        talk.out(test::fromText("GET /?q=1%27%20UNION%20SELECT%20password%20FROM%20users-- HTTP/1.1\r\n"
                                "Host: 10.0.0.2\r\nUser-Agent: Mozilla/5.0 (X11; Linux)\r\n\r\n"))
            .in(test::fromText("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi"))
            .finish();
        QCOMPARE(talk.text(talk.identity.application), "HTTP");
        const auto risks = riskTexts(talk.identity.risks);
        QVERIFY(std::ranges::find(risks, "HTTP Numeric IP Address") != risks.end());
        QVERIFY(std::ranges::find(risks, "SQL Injection") != risks.end());
    }

    /// Bytes that mean nothing, on a port that does: what remains is a guess, and is marked as one.
    void marksGuessesByPort()
    {
        Identifier identifier(m_names);
        Talk talk(identifier);
        talk.serverPort = 3306;
        talk.out(test::Bytes(40, 0xf1)).finish();
        QCOMPARE(talk.text(talk.identity.application), "MySQL");
        QCOMPARE(talk.identity.confidence, Confidence::Port);
    }

    void saysNothingOfNothing()
    {
        Identifier identifier(m_names);
        Talk talk(identifier);
        talk.finish();
        QCOMPARE(talk.identity, Identity{});
    }

    void stopsAfterTenPackets()
    {
        Applications applications(m_names);
        Applications::Flow flow;
        const test::Bytes ip = test::ipPacket(6, "10.0.0.1", "10.0.0.2", test::tcp({.to = 65000, .payload = 50}));
        const FlowPacket packet{.ip = ip, .payload = Bytes(ip).last(50), .protocol = 6};
        int looked = 1;
        while (applications.take(flow, packet))
            ++looked;
        QCOMPARE(looked, 10);
        flow.reset();
    }

    void knowsItsRisks()
    {
        QCOMPARE(riskText(6), "Self-signed Certificate");
        QCOMPARE(riskText(0), "");
        QCOMPARE(riskText(63), "");
        QCOMPARE(riskTexts(0).size(), std::size_t{0});
    }
};

QTEST_GUILESS_MAIN(ApplicationsTest)
#include "applications_test.moc"
