// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/identify/tls_prints.h"
#include "tests/engine/identify/hello_builder.h"

using namespace flowscent::identify;
namespace test = flowscent::test;
using test::Hello;

namespace {

ClientHello parsed(const Hello& hello)
{
    const auto result = parseClientHello(test::clientHello(hello));
    if (!result)
        qFatal("the test's own hello does not parse");
    return *result;
}

const std::vector<std::uint16_t> chromeCiphers{0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9,
                                               0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035};
const std::vector<std::uint16_t> chromeSignatures{0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601};

/// The ClientHello that JA4's specification takes as its example, in the order that it gives as JA4_ro.
Hello specificationsExample()
{
    Hello hello{.ciphers = chromeCiphers};
    for (const std::uint16_t type :
         std::vector<std::uint16_t>{0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023,
                                    0x0012, 0x002b, 0xff01, 0x000b, 0x000a, 0x0015}) {
        switch (type) {
        case 0x0000:
            hello.extensions.push_back(test::serverName("example.org"));
            break;
        case 0x0010:
            hello.extensions.push_back(test::alpn({"h2", "http/1.1"}));
            break;
        case 0x000d:
            hello.extensions.push_back(test::numbers(13, chromeSignatures));
            break;
        case 0x002b:
            hello.extensions.push_back(test::supportedVersions({0x0304, 0x0303}));
            break;
        default:
            hello.extensions.push_back({type, {}});
        }
    }
    return hello;
}

const std::string specificationsPrint = "t13d1516h2_8daaf6152771_e5627efa2ab1";

} // namespace

class TlsPrintsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Text and digest as in the README of https://github.com/salesforce/ja3.
    void ja3MatchesItsReadme()
    {
        Hello hello{.version = 769, .ciphers = {47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4}};
        hello.extensions = {test::serverName("a.example"), test::numbers(10, {23, 24, 25}), test::pointFormats({0})};
        QCOMPARE(ja3Text(parsed(hello)), "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0");
        QCOMPARE(ja3(parsed(hello)), "ada70206e40642a3e4461f35503241d5");
    }

    /// The second example of the same README: no extensions, fields left empty.
    void ja3OfAHelloWithoutExtensionsLeavesFieldsEmpty()
    {
        const Hello hello{.version = 769, .ciphers = {4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99}, .extensionBlock = false};
        QCOMPARE(ja3Text(parsed(hello)), "769,4-5-10-9-100-98-3-6-19-18-99,,,");
        QCOMPARE(ja3(parsed(hello)), "de350869b8c85de67a350c8d186f11e6");
    }

    void ja3DoesNotSeeGrease()
    {
        Hello hello{.version = 769, .ciphers = {0x0a0a, 47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4}};
        hello.extensions = {{0xfafa, {}},
                            test::serverName("a.example"),
                            test::numbers(10, {0x2a2a, 23, 24, 25}),
                            test::pointFormats({0}),
                            {0x1a1a, {0}}};
        QCOMPARE(ja3(parsed(hello)), "ada70206e40642a3e4461f35503241d5");
    }

    /// MD5 computed with Python's hashlib.
    void ja3sNamesVersionCipherAndExtensions()
    {
        Hello hello{.version = 769, .ciphers = {47}, .extensions = test::empty({65281, 0, 11, 35, 5, 16})};
        const auto server = parseServerHello(test::serverHello(hello));
        QVERIFY(server.has_value());
        QCOMPARE(ja3sText(*server), "769,47,65281-0-11-35-5-16");
        QCOMPARE(ja3s(*server), "836ce314215654b5b1f85f97c73e506f");
        hello.extensionBlock = false;
        QCOMPARE(ja3sText(*parseServerHello(test::serverHello(hello))), "769,47,");
    }

    /// https://github.com/FoxIO-LLC/ja4, technical_details/JA4.md.
    void ja4MatchesItsSpecification()
    {
        QCOMPARE(ja4(parsed(specificationsExample()), Carrier::Tcp), specificationsPrint);
    }

    void ja4DoesNotSeeTheOrderOfCiphersAndExtensions()
    {
        Hello hello = specificationsExample();
        std::ranges::reverse(hello.ciphers);
        std::ranges::reverse(hello.extensions);
        QCOMPARE(ja4(parsed(hello), Carrier::Tcp), specificationsPrint);
    }

    void ja4DoesNotSeeGrease()
    {
        Hello hello = specificationsExample();
        hello.ciphers.insert(hello.ciphers.begin(), 0xbaba);
        hello.extensions.insert(hello.extensions.begin(), {0x5a5a, {}});
        hello.extensions.push_back({0xcaca, {0}});
        for (test::Extension& extension : hello.extensions) {
            if (extension.type == 43)
                extension = test::supportedVersions({0x6a6a, 0x0304, 0x0303});
        }
        QCOMPARE(ja4(parsed(hello), Carrier::Tcp), specificationsPrint);
    }

    /// "6d807ffa2a79" is the specification's hash of the same extensions without signature algorithms.
    void ja4WithoutSignaturesEndsWithTheExtensions()
    {
        Hello hello = specificationsExample();
        for (test::Extension& extension : hello.extensions) {
            if (extension.type == 13)
                extension.bytes.clear();
        }
        QCOMPARE(ja4(parsed(hello), Carrier::Tcp), "t13d1516h2_8daaf6152771_6d807ffa2a79");
    }

    void ja4NamesItsCarrier()
    {
        QVERIFY(ja4(parsed(specificationsExample()), Carrier::Quic).starts_with("q13d1516h2_"));
        QVERIFY(ja4(parsed(specificationsExample()), Carrier::Datagrams).starts_with("d13d1516h2_"));
    }

    void ja4OfAnEmptyHelloHasZeros()
    {
        const Hello hello{.version = 0x0301, .extensionBlock = false};
        QCOMPARE(ja4(parsed(hello), Carrier::Tcp), "t10i000000_000000000000_000000000000");
    }

    void ja4CountsAtMost99()
    {
        Hello hello{.version = 0x0303};
        for (std::uint16_t number = 0; number < 150; ++number) {
            hello.ciphers.push_back(static_cast<std::uint16_t>(0xc100 + number));
            hello.extensions.push_back({static_cast<std::uint16_t>(0xd100 + number), {}});
        }
        QVERIFY(ja4(parsed(hello), Carrier::Tcp).starts_with("t12i999900_"));
    }

    /// The specification's table of versions.
    void ja4KnowsTheVersions_data()
    {
        QTest::addColumn<int>("version");
        QTest::addColumn<QString>("letters");
        const std::vector<std::pair<int, const char*>> table{
            {0x0304, "13"}, {0x0303, "12"}, {0x0302, "11"}, {0x0301, "10"}, {0x0300, "s3"},
            {0x0002, "s2"}, {0xfeff, "d1"}, {0xfefd, "d2"}, {0xfefc, "d3"}, {0x0305, "00"}};
        for (const auto& [version, letters] : table)
            QTest::newRow(letters) << version << QString::fromLatin1(letters);
    }
    void ja4KnowsTheVersions()
    {
        QFETCH(int, version);
        QFETCH(QString, letters);
        const Hello hello{.version = static_cast<std::uint16_t>(version), .extensionBlock = false};
        QCOMPARE(ja4(parsed(hello), Carrier::Tcp).substr(1, 2), letters.toStdString());
    }

    /// The specification's examples for the first protocol offered.
    void ja4ShowsTheEndsOfTheFirstProtocol_data()
    {
        QTest::addColumn<QByteArray>("protocol");
        QTest::addColumn<QString>("letters");
        QTest::newRow("two letters") << QByteArray("h2") << "h2";
        QTest::newRow("longer") << QByteArray("http/1.1") << "h1";
        QTest::newRow("one letter") << QByteArray("x") << "xx";
        QTest::newRow("0xAB") << QByteArray::fromHex("ab") << "ab";
        QTest::newRow("0xAB 0xCD") << QByteArray::fromHex("abcd") << "ad";
        QTest::newRow("0x30 0xAB") << QByteArray::fromHex("30ab") << "3b";
        QTest::newRow("0x30 0x31 0xAB 0xCD") << QByteArray::fromHex("3031abcd") << "3d";
        QTest::newRow("0x30 0xAB 0xCD 0x31") << QByteArray::fromHex("30abcd31") << "01";
        QTest::newRow("empty") << QByteArray() << "00";
    }
    void ja4ShowsTheEndsOfTheFirstProtocol()
    {
        QFETCH(QByteArray, protocol);
        QFETCH(QString, letters);
        const Hello hello{.extensions = {test::alpn({protocol.toStdString(), "h2"})}};
        QCOMPARE(ja4(parsed(hello), Carrier::Tcp).substr(8, 2), letters.toStdString());
    }
};

QTEST_GUILESS_MAIN(TlsPrintsTest)
#include "tls_prints_test.moc"
