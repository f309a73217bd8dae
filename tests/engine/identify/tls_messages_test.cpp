// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/identify/tls_hello.h"
#include "engine/identify/tls_messages.h"
#include "tests/engine/identify/hello_builder.h"

using namespace flowscent::identify;
namespace test = flowscent::test;
using test::Hello;

namespace {

const Hello usual{.ciphers = {0x1301, 0xc02f},
                  .extensions = {test::serverName("WWW.example.org"), test::alpn({"h2", "http/1.1"}),
                                 test::numbers(10, {29, 23}), test::numbers(13, {0x0403, 0x0804}),
                                 test::supportedVersions({0x0304, 0x0303})}};

test::Bytes stream(std::size_t longestRecord = 16384)
{
    return test::records(test::handshake(1, test::clientHello(usual)), longestRecord);
}

} // namespace

class TlsMessagesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsTheHelloInOneRecordOrMany()
    {
        for (const std::size_t longest : std::vector<std::size_t>{16384, 100, 7, 1}) {
            HelloMessage hello;
            QCOMPARE(findHello(stream(longest), hello), Finding::Found);
            QCOMPARE(hello.type, std::uint8_t{1});
            QCOMPARE(hello.body, test::clientHello(usual));
        }
    }

    void passesOverWarningsAheadOfTheServersHello()
    {
        const test::Bytes warning = test::fromHex("15030300020170"); // unrecognized_name
        HelloMessage hello;
        QCOMPARE(findHello(test::joined(warning, stream()), hello), Finding::Found);
        QCOMPARE(findHello(warning, hello), Finding::Incomplete);
    }

    /// draft-ietf-tls-tls13-18, section 4.1.3: no session id, no compression method.
    void readsTheServersHelloOfEarlyDrafts()
    {
        const auto hello = parseServerHello(test::fromHex("7f12" + std::string(64, 'a') +
                                                          "1301"
                                                          "0004"
                                                          "00330000"));
        QVERIFY(hello.has_value());
        QCOMPARE(hello->cipher, std::uint16_t{0x1301});
        QCOMPARE(hello->extensions, std::vector<std::uint16_t>{51});
    }

    void waitsForEveryByte()
    {
        const test::Bytes whole = stream(50);
        for (std::size_t length = 0; length < whole.size(); ++length) {
            HelloMessage hello;
            QCOMPARE(findHello(Bytes(whole).first(length), hello), Finding::Incomplete);
        }
    }

    void refusesWhatIsNoHello()
    {
        HelloMessage hello;
        QCOMPARE(findHello(test::fromText("GET / HTTP/1.1\r\n"), hello), Finding::Other);
        QCOMPARE(findHello(test::fromHex("170303000500000000"), hello), Finding::Other);         // application data
        QCOMPARE(findHello(test::fromHex("1603030004020000"), hello), Finding::Incomplete);      // shorter than it says
        QCOMPARE(findHello(test::fromHex("16030300040b000000"), hello), Finding::Other);         // a certificate
        QCOMPARE(findHello(test::fromHex("1603030000"), hello), Finding::Other);                 // an empty record
        QCOMPARE(findHello(test::fromHex("160303ffff0100ffff"), hello), Finding::Other);         // record too long
        QCOMPARE(findHello(test::fromHex("16030300080100ffff00000000"), hello), Finding::Other); // hello too long
    }

    void seesAHelloAtTheFrontOfASegment()
    {
        QVERIFY(beginsHello(stream()));
        QVERIFY(!beginsHello(Bytes(stream()).first(5)));
        QVERIFY(!beginsHello(test::fromText("220 mail.example.org ESMTP\r\n")));
    }

    void findsTheHelloOfADatagram()
    {
        Hello hello = usual;
        hello.version = 0xfefd;
        hello.cookie = true;
        HelloMessage message;
        QCOMPARE(findDatagramHello(test::datagram(1, test::clientHello(hello)), message), Finding::Found);
        const auto parsed = parseClientHello(message.body, true);
        QVERIFY(parsed.has_value());
        QCOMPARE(parsed->ciphers, usual.ciphers);
        QCOMPARE(parsed->serverName, "WWW.example.org");
    }

    void givesUpADatagramThatIsCut()
    {
        const test::Bytes whole = test::datagram(1, test::clientHello(usual));
        HelloMessage message;
        for (std::size_t length = 0; length < whole.size(); ++length)
            QCOMPARE(findDatagramHello(Bytes(whole).first(length), message), Finding::Other);
    }

    void readsWhatTheHelloOffers()
    {
        const auto hello = parseClientHello(test::clientHello(usual));
        QVERIFY(hello.has_value());
        QCOMPARE(hello->version, std::uint16_t{0x0303});
        QCOMPARE(hello->serverName, "WWW.example.org");
        QCOMPARE(hello->alpn, (std::vector<std::string>{"h2", "http/1.1"}));
        QCOMPARE(hello->groups, (std::vector<std::uint16_t>{29, 23}));
        QCOMPARE(hello->signatures, (std::vector<std::uint16_t>{0x0403, 0x0804}));
        QCOMPARE(hello->versions, (std::vector<std::uint16_t>{0x0304, 0x0303}));
    }

    void readsWhatTheServerChose()
    {
        const Hello chosen{.ciphers = {0x1301}, .extensions = {{43, {3, 4}}, test::alpn({"h2"})}};
        const auto hello = parseServerHello(test::serverHello(chosen));
        QVERIFY(hello.has_value());
        QCOMPARE(hello->chosenVersion, std::uint16_t{0x0304});
        QCOMPARE(hello->cipher, std::uint16_t{0x1301});
        QCOMPARE(hello->alpn, "h2");
    }

    /// Every length field can lie: a hello cut anywhere is either refused or, cut before its extensions, whole.
    void refusesCutHellos()
    {
        const test::Bytes whole = test::clientHello(usual);
        const std::size_t withoutExtensions =
            test::clientHello({.ciphers = usual.ciphers, .extensionBlock = false}).size();
        for (std::size_t length = 0; length < whole.size(); ++length)
            QCOMPARE(parseClientHello(Bytes(whole).first(length)).has_value(), length == withoutExtensions);
    }

    void aBrokenExtensionCountsByItsNumberOnly()
    {
        const Hello broken{.ciphers = {1}, .extensions = {{0, {0xff, 0xff, 0}}, {16, {0, 9, 200, 'h'}}, {10, {0}}}};
        const auto hello = parseClientHello(test::clientHello(broken));
        QVERIFY(hello.has_value());
        QCOMPARE(hello->extensions, (std::vector<std::uint16_t>{0, 16, 10}));
        QVERIFY(hello->serverName.empty() && hello->alpn.empty() && hello->groups.empty());
    }
};

QTEST_GUILESS_MAIN(TlsMessagesTest)
#include "tls_messages_test.moc"
