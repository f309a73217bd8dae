// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/logs/field_value.h"

using namespace flowscent;
using namespace flowscent::logs;
using namespace std::string_view_literals;

namespace {

constexpr base::Nanoseconds moment = 1'700'000'000'123'456'000; ///< `date -u -d @1700000000` says 2023-11-14 22:13:20

} // namespace

class FieldValueTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void countsAreWholeAndExact()
    {
        QCOMPARE(countOf("5176"sv), std::optional<std::uint64_t>(5176));
        QCOMPARE(countOf(std::uint64_t{0}), std::optional<std::uint64_t>(0));
        QCOMPARE(countOf(std::uint64_t{9'007'199'254'740'991}), std::optional<std::uint64_t>(9'007'199'254'740'991));
        for (const FieldValue& wrong :
             {FieldValue(""sv), FieldValue("-1"sv), FieldValue("1.5"sv), FieldValue("12 "sv), FieldValue("0x10"sv),
              FieldValue("99999999999999999999"sv), FieldValue("9007199254740992"sv), FieldValue(1.5), FieldValue(-1.0),
              FieldValue(Nested{})})
            QVERIFY(!countOf(wrong));
    }

    void portsEndAt65535()
    {
        QCOMPARE(portOf("65535"sv), std::optional<std::uint16_t>(65535));
        QVERIFY(!portOf("65536"sv));
        QVERIFY(!portOf(std::uint64_t{70000}));
    }

    void timesComeInThreeForms()
    {
        QCOMPARE(timeOf("1700000000.123456"sv), std::optional(moment));
        QCOMPARE(timeOf(1700000000.123456), std::optional(moment));
        QCOMPARE(timeOf(std::uint64_t{1700000000123}), std::optional(moment - 456'000));
        QCOMPARE(timeOf("2023-11-14T22:13:20.123456Z"sv), std::optional(moment));
        QCOMPARE(timeOf("2023-11-14T23:13:20.123456+0100"sv), std::optional(moment));
    }

    void impossibleTimesAreRefused()
    {
        for (const FieldValue& wrong :
             {FieldValue("-5.0"sv), FieldValue("yesterday"sv), FieldValue("2023-02-30T00:00:00Z"sv), FieldValue(-1.0),
              FieldValue(1e300), FieldValue(9.3e12 * 1000), FieldValue("99999999999.0"sv),
              FieldValue("1960-01-01T00:00:00Z"sv), FieldValue(Nested{})})
            QVERIFY(!timeOf(wrong));
        QVERIFY(!durationOf("-0.1"sv));
        QVERIFY(!durationOf(-0.1));
    }

    void addressesAreOfEitherFamily()
    {
        QVERIFY(!addressOf("192.0.2.10"sv)->v6);
        QVERIFY(addressOf("2001:0db8:0000:0000:0000:0000:0000:0010"sv) == packet::parseAddress("2001:db8::10"));
        QVERIFY(!addressOf("192.0.2"sv));
        QVERIFY(!addressOf("example.com"sv));
        QVERIFY(!addressOf(std::string_view("192.0.2.1\0x", 11)));
        QVERIFY(!addressOf(std::uint64_t{3221225994}));
    }
};

QTEST_GUILESS_MAIN(FieldValueTest)
#include "field_value_test.moc"
