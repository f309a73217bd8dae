// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/identify/http_head.h"
#include "tests/engine/identify/hello_builder.h"

using namespace flowscent::identify;
namespace test = flowscent::test;

namespace {

Finding parse(std::string_view text, HttpHead& head)
{
    return parseHttpHead(test::fromText(text), head);
}

} // namespace

class HttpHeadTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsARequest()
    {
        HttpHead head;
        QCOMPARE(
            parse("GET /a?b HTTP/1.1\r\nhOST:  shop.example.org:8080 \r\nUser-Agent: curl/8.4.0\r\n\r\nbody", head),
            Finding::Found);
        QVERIFY(head.request);
        QCOMPARE(head.host, "shop.example.org");
        QCOMPARE(head.agent, "curl/8.4.0");
    }

    void readsAResponse()
    {
        HttpHead head;
        QCOMPARE(parse("HTTP/1.1 200 OK\r\nServer: nginx\r\nHost: no.example\r\nUser-Agent: none\r\n\r\n", head),
                 Finding::Found);
        QVERIFY(!head.request);
        QCOMPARE(head.server, "nginx");
        QVERIFY(head.host.empty() && head.agent.empty());
    }

    /// RFC 9112, section 3.2: absolute form, authority form, and Host, which overrules both.
    void takesTheHostFromTheTarget_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("host");
        QTest::newRow("connect") << "CONNECT mail.example.org:443 HTTP/1.1\r\n\r\n"
                                 << "mail.example.org";
        QTest::newRow("absolute") << "GET http://u:p@a.example:81/x HTTP/1.0\r\n\r\n"
                                  << "a.example";
        QTest::newRow("overruled") << "GET http://a.example/x HTTP/1.1\r\nHost: b.example\r\n\r\n"
                                   << "b.example";
        QTest::newRow("address") << "GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n"
                                 << "2001:db8::1";
        QTest::newRow("none") << "GET / HTTP/1.0\r\n\r\n"
                              << "";
        QTest::newRow("bare line feeds") << "GET / HTTP/1.1\nHost: c.example\n\n"
                                         << "c.example";
    }
    void takesTheHostFromTheTarget()
    {
        QFETCH(QString, text);
        QFETCH(QString, host);
        HttpHead head;
        QCOMPARE(parse(text.toStdString(), head), Finding::Found);
        QCOMPARE(head.host, host.toStdString());
    }

    void waitsForTheEmptyLine()
    {
        const std::string whole = "POST /upload HTTP/1.1\r\nHost: a.example\r\nUser-Agent: x\r\n\r\n";
        for (std::size_t length = 0; length < whole.size(); ++length) {
            HttpHead head;
            QCOMPARE(parse(whole.substr(0, length), head), Finding::Incomplete);
        }
    }

    void refusesWhatIsNotHttp_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("TLS") << QByteArray::fromHex("160301020001");
        QTest::newRow("mail") << QByteArray("EHLO mail.example.org\r\n");
        QTest::newRow("SSH") << QByteArray("SSH-2.0-x\r\n");
        QTest::newRow("zeros") << QByteArray(20, '\0');
        QTest::newRow("HTTP/2") << QByteArray("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        QTest::newRow("long word") << QByteArray(400, 'A');
    }
    void refusesWhatIsNotHttp()
    {
        QFETCH(QByteArray, bytes);
        HttpHead head;
        QCOMPARE(parse(bytes.toStdString(), head), Finding::Other);
    }
};

QTEST_GUILESS_MAIN(HttpHeadTest)
#include "http_head_test.moc"
