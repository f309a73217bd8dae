// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/identify/dns_question.h"
#include "tests/engine/identify/hello_builder.h"

using namespace flowscent::identify;
namespace test = flowscent::test;

namespace {

/// A query for AAAA of www.example.org (RFC 1035, section 4.1).
const std::string bare = "a1b20100000100000000000003777777076578616d706c65036f726700001c0001";

} // namespace

class DnsQuestionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsTheQuestion()
    {
        for (const bool anyPort : {false, true}) {
            DnsQuestion question;
            QCOMPARE(parseDnsMessage(test::fromHex(bare), anyPort, question), Finding::Found);
            QCOMPARE(question.name, "www.example.org");
            QCOMPARE(question.type, std::uint16_t{28});
            QVERIFY(!question.response);
        }
    }

    void readsTheQuestionThatAnAnswerRepeats()
    {
        test::Bytes answer = test::fromHex(bare);
        answer[2] = 0x81;
        answer[7] = 1; // one answer
        answer = test::joined(answer, test::fromHex("c00c001c00010000000a0010" + std::string(32, '0')));
        DnsQuestion question;
        QCOMPARE(parseDnsMessage(answer, true, question), Finding::Found);
        QVERIFY(question.response);
        QCOMPARE(question.name, "www.example.org");
    }

    void refusesCutMessages()
    {
        const test::Bytes whole = test::fromHex(bare);
        for (std::size_t length = 0; length < whole.size(); ++length) {
            DnsQuestion question;
            QCOMPARE(parseDnsMessage(Bytes(whole).first(length), false, question), Finding::Other);
        }
    }

    void refusesPointersAndEndlessNames()
    {
        DnsQuestion question;
        QCOMPARE(parseDnsMessage(test::fromHex("000001000001000000000000c00c00010001"), false, question),
                 Finding::Other);
        test::Bytes endless = test::fromHex("000001000001000000000000");
        for (int label = 0; label < 1000; ++label)
            endless = test::joined(endless, test::fromHex("0161"));
        QCOMPARE(parseDnsMessage(endless, false, question), Finding::Other);
    }

    /// On a port that means nothing, only a message that is DNS in every respect is taken for it.
    void isStrictOnOtherPorts_data()
    {
        QTest::addColumn<int>("at");
        QTest::addColumn<int>("value");
        QTest::newRow("an update") << 2 << 0x29;
        QTest::newRow("a query with a result") << 3 << 0x03;
        QTest::newRow("reserved bit") << 3 << 0x40;
        QTest::newRow("two questions") << 5 << 2;
        QTest::newRow("a query with answers") << 7 << 1;
        QTest::newRow("class 3") << 32 << 3;
    }
    void isStrictOnOtherPorts()
    {
        QFETCH(int, at);
        QFETCH(int, value);
        test::Bytes message = test::fromHex(bare);
        message[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(value);
        DnsQuestion question;
        QCOMPARE(parseDnsMessage(message, false, question), Finding::Found);
        QCOMPARE(parseDnsMessage(message, true, question), Finding::Other);
        QCOMPARE(parseDnsMessage(test::joined(test::fromHex(bare), {0}), true, question), Finding::Other);
    }

    void readsTheQuestionOverTcp()
    {
        const test::Bytes framed = test::joined({0, 33}, test::fromHex(bare));
        DnsQuestion question;
        QCOMPARE(parseDnsStream(framed, question), Finding::Found);
        QCOMPARE(question.name, "www.example.org");
        for (std::size_t length = 0; length < framed.size(); ++length)
            QCOMPARE(parseDnsStream(Bytes(framed).first(length), question), Finding::Incomplete);
    }

    void escapesStopsWithinALabel()
    {
        DnsQuestion question;
        QCOMPARE(parseDnsMessage(test::fromHex("00000100000100000000000003612e620000010001"), false, question),
                 Finding::Found);
        QCOMPARE(question.name, "a\\.b");
    }
};

QTEST_GUILESS_MAIN(DnsQuestionTest)
#include "dns_question_test.moc"
