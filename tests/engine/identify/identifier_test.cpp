// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/identify/identifier.h"
#include "tests/engine/identify/rfc9001_packets.h"
#include "tests/engine/identify/talk.h"

using namespace flowscent::identify;
namespace test = flowscent::test;
using test::Talk;

namespace {

const test::Hello offer{.ciphers = {0x1301, 0xc02f},
                        .extensions = {test::serverName("Login.Example.ORG"), test::alpn({"h2", "http/1.1"}),
                                       test::supportedVersions({0x0304, 0x0303})}};
const test::Hello choice{.ciphers = {0x1301}, .extensions = {{43, {3, 4}}, test::alpn({"h2"})}};

test::Bytes clientStream()
{
    return test::records(test::handshake(1, test::clientHello(offer)));
}
test::Bytes serverStream()
{
    return test::records(test::handshake(2, test::serverHello(choice)));
}

const IdentifierSettings ownParsersOnly{.applications = false};

} // namespace

class IdentifierTest : public QObject {
    Q_OBJECT

private:
    std::shared_ptr<Names> m_names = std::make_shared<Names>();

private Q_SLOTS:
    void identifiesTlsFromBothHellos()
    {
        Identifier identifier(m_names, ownParsersOnly);
        Talk talk(identifier);
        talk.out(clientStream());
        QCOMPARE(talk.text(talk.identity.host), "login.example.org"); // known as soon as it is seen
        QCOMPARE(talk.text(talk.identity.alpn), "h2,http/1.1");
        QVERIFY(!talk.ticket.isDone());
        talk.in(serverStream());
        QVERIFY(talk.ticket.isDone());
        QCOMPARE(talk.text(talk.identity.alpn), "h2");
        QCOMPARE(talk.identity.tlsVersion, std::uint16_t{0x0304});
        QCOMPARE(talk.identity.spoken, Spoken::Tls);
        QCOMPARE(talk.text(talk.identity.application), "TLS");
        QCOMPARE(talk.text(talk.identity.clientPrint).size(), std::size_t{32});
        QCOMPARE(talk.text(talk.identity.serverPrint).size(), std::size_t{32});
        QVERIFY(talk.text(talk.identity.ja4).starts_with("t13d0203h2_"));
    }

    void segmentsMayComeInAnyOrder()
    {
        for (const bool backwards : {false, true}) {
            Identifier identifier(m_names, ownParsersOnly);
            Talk talk(identifier);
            talk.outInPieces(clientStream(), 50, backwards);
            QCOMPARE(talk.text(talk.identity.host), "login.example.org");
        }
    }

    /// RFC 3207 for mail; the hello is the third segment of the client.
    void findsTlsBehindStarttls()
    {
        Identifier identifier(m_names, ownParsersOnly);
        Talk talk(identifier);
        talk.serverPort = 25;
        talk.in(test::fromText("220 mail.example.org ESMTP\r\n")).out(test::fromText("EHLO me\r\n"));
        talk.in(test::fromText("250 STARTTLS\r\n")).out(test::fromText("STARTTLS\r\n"));
        talk.in(test::fromText("220 go ahead\r\n")).out(clientStream()).in(serverStream());
        QCOMPARE(talk.identity.spoken, Spoken::Tls);
        QCOMPARE(talk.text(talk.identity.host), "login.example.org");
        QVERIFY(talk.identity.serverPrint != NameId{});
    }

    void tlsThroughAProxyKeepsTheHostOfConnect()
    {
        Identifier identifier(m_names, ownParsersOnly);
        Talk talk(identifier);
        talk.out(test::fromText("CONNECT far.example:443 HTTP/1.1\r\nUser-Agent: x/1\r\n\r\n"));
        QCOMPARE(talk.identity.spoken, Spoken::Http);
        talk.in(test::fromText("HTTP/1.1 200 OK\r\nServer: squid\r\n\r\n")).out(clientStream());
        QCOMPARE(talk.identity.spoken, Spoken::Tls);
        QCOMPARE(talk.text(talk.identity.host), "far.example");
        QCOMPARE(talk.text(talk.identity.agent), "x/1");
        QCOMPARE(talk.text(talk.identity.software), "squid");
        QVERIFY(talk.identity.ja4 != NameId{});
    }

    void sshBannersGoToTheirSides()
    {
        Identifier identifier(m_names, ownParsersOnly);
        Talk talk(identifier);
        talk.serverPort = 2222;
        talk.in(test::fromText("SSH-2.0-server\r\n")).out(test::fromText("SSH-2.0-client\r\n")).finish();
        QCOMPARE(talk.text(talk.identity.agent), "SSH-2.0-client");
        QCOMPARE(talk.text(talk.identity.software), "SSH-2.0-server");
        QCOMPARE(talk.text(talk.identity.application), "SSH");
    }

    /// JA3, JA3S and JA4 of the RFC's example computed by hand with Python's hashlib.
    void identifiesQuicFromBothInitialPackets()
    {
        Identifier identifier(m_names, ownParsersOnly);
        Talk talk(identifier);
        talk.protocol = 17;
        talk.out(test::fromHex(test::rfc9001ClientPacket)).in(test::fromHex(test::rfc9001ServerPacket));
        QVERIFY(talk.ticket.isDone());
        QCOMPARE(talk.identity.spoken, Spoken::Quic);
        QCOMPARE(talk.text(talk.identity.host), "example.com");
        QCOMPARE(talk.text(talk.identity.clientPrint), "41bc9ae914d6cb3bd0bd0a5453ab7d7f");
        QCOMPARE(talk.text(talk.identity.serverPrint), "eb1d94daa7e0344597e756a1fb6e7054");
        QCOMPARE(talk.text(talk.identity.ja4), "q13d0211an_62ed6f6ca7ad_4d634acda6c0");
    }

    void identifiesDnsOnAnyPort()
    {
        for (const std::uint16_t port : std::vector<std::uint16_t>{53, 8053}) {
            Identifier identifier(m_names, ownParsersOnly);
            Talk talk(identifier);
            talk.protocol = 17;
            talk.serverPort = port;
            talk.out(test::fromHex("a1b20100000100000000000003777777076578616d706c65036f726700001c0001"));
            QVERIFY(talk.ticket.isDone());
            QCOMPARE(talk.identity.spoken, Spoken::Dns);
            QCOMPARE(talk.text(talk.identity.host), "www.example.org");
        }
    }

    void looksAtTwentyFourPacketsOnly()
    {
        Identifier identifier(m_names, ownParsersOnly);
        Talk talk(identifier);
        for (int packet = 0; packet < 24; ++packet) {
            QVERIFY(!talk.ticket.isDone());
            talk.out(test::counting(100));
        }
        QVERIFY(talk.ticket.isDone());
        talk.out(clientStream());
        QCOMPARE(talk.identity, Identity{});
        QCOMPARE(identifier.open(), std::size_t{0});
    }

    void keptFlowsAreUsedAgain()
    {
        Identifier identifier(m_names, ownParsersOnly);
        Talk one(identifier);
        one.outInPieces(clientStream(), 100);
        const std::uint32_t value = one.ticket.value;
        one.finish();
        Talk two(identifier);
        const test::Bytes stream = clientStream();
        two.out({stream.begin() + 100, stream.end()}); // nothing of `one` is left to complete it
        QCOMPARE(two.ticket.value, value);
        QCOMPARE(two.identity, Identity{});
        two.finish();
    }

    void saysWhenItIsFull()
    {
        Identifier identifier(m_names, ownParsersOnly);
        std::vector<std::unique_ptr<Talk>> talks;
        const test::Bytes first = test::fromText("GET / HTTP/1.1\r\n" + std::string(9000, 'x'));
        while (!identifier.full()) {
            talks.push_back(std::make_unique<Talk>(identifier));
            talks.back()->out(first);
            QVERIFY(talks.size() < 40'000);
        }
        QVERIFY(talks.size() * first.size() <= (std::size_t{160} << 20));
        for (const auto& talk : talks)
            talk->finish();
        QVERIFY(!identifier.full());
        QCOMPARE(identifier.open(), std::size_t{0});
    }
};

QTEST_GUILESS_MAIN(IdentifierTest)
#include "identifier_test.moc"
