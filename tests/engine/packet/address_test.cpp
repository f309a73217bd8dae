// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/packet/address.h"

using namespace flowscent::packet;

class AddressTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// RFC 5952, section 4: lower case, leading zeros dropped, the longest run of zeros shortened.
    void textIsTheCanonicalForm_data()
    {
        QTest::addColumn<QString>("written");
        QTest::addColumn<QString>("canonical");
        const auto same = [](const char* text) {
            QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(text);
        };
        same("192.0.2.7");
        same("0.0.0.0");
        same("2001:db8::1");
        same("::");
        QTest::newRow("leading zeros") << QStringLiteral("2001:0db8::0001") << QStringLiteral("2001:db8::1");
        QTest::newRow("capitals") << QStringLiteral("2001:DB8::AAAA") << QStringLiteral("2001:db8::aaaa");
        QTest::newRow("longest run") << QStringLiteral("2001:0:0:1:0:0:0:1") << QStringLiteral("2001:0:0:1::1");
    }
    void textIsTheCanonicalForm()
    {
        QFETCH(QString, written);
        QFETCH(QString, canonical);
        const auto address = parseAddress(written.toStdString());
        QVERIFY(address);
        QCOMPARE(text(*address), canonical.toStdString());
        QVERIFY(parseAddress(text(*address)) == address);
    }

    void whatIsNoAddressIsNothing()
    {
        for (const char* wrong : {"", "192.0.2", "192.0.2.256", "192.0.2.7 ", "1:2", "example.org", ":::"})
            QVERIFY2(!parseAddress(wrong), wrong);
    }

    void theTwoFamiliesAreNeverEqual() { QVERIFY(*parseAddress("0.0.0.0") != *parseAddress("::")); }

    void multicastGroupsAreKnown()
    {
        for (const char* group : {"224.0.0.1", "239.255.255.255", "ff02::1"})
            QVERIFY2(isMulticast(*parseAddress(group)), group);
        for (const char* host : {"223.255.255.255", "240.0.0.1", "fe80::1", "::1"})
            QVERIFY2(!isMulticast(*parseAddress(host)), host);
    }
};

QTEST_GUILESS_MAIN(AddressTest)
#include "address_test.moc"
