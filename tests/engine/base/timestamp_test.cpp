// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/timestamp.h"

#include <limits>

using namespace flowscent::base;

class TimestampTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void epochTextIsExact()
    {
        QCOMPARE(epochText(1398656056898430000), std::string("1398656056.898430"));
        QCOMPARE(epochText(1398656056898430123), std::string("1398656056.898430123"));
        QCOMPARE(epochText(0), std::string("0.000000"));
        QCOMPARE(epochText(-1'500'000'000), std::string("-1.500000"));
    }

    void whatIsWrittenReadsBack()
    {
        for (const Nanoseconds time : {Nanoseconds(0), Nanoseconds(1), Nanoseconds(-1),
                                       Nanoseconds(1398656056898430123), Nanoseconds(9'223'372'035'000'000'000)})
            QCOMPARE(parseEpoch(epochText(time)).value(), time);
    }

    void readsFewerDecimals()
    {
        QCOMPARE(parseEpoch("11.022731").value(), Nanoseconds(11'022'731'000));
        QCOMPARE(parseEpoch("5").value(), Nanoseconds(5'000'000'000));
        QCOMPARE(parseEpoch("5.").value(), Nanoseconds(5'000'000'000));
    }

    void refusesWhatIsNoTime()
    {
        for (const char* text : {"", ".", "-", "x", "1e9", "1.2.3", "1.-5", "99999999999", "--1", "nan", " 1"})
            QVERIFY2(!parseEpoch(text), text);
    }

    /// `date -u -d @1398656056` and the format of Suricata's EVE timestamps.
    void isoTextIsSuricatas()
    {
        QCOMPARE(isoText(1398656056898430000), std::string("2014-04-28T03:34:16.898430+0000"));
        QCOMPARE(isoText(-1), std::string("1969-12-31T23:59:59.999999+0000"));
    }

    void extremesDoNotOverflow()
    {
        (void)epochText(std::numeric_limits<Nanoseconds>::min());
        (void)isoText(std::numeric_limits<Nanoseconds>::min());
        (void)isoText(std::numeric_limits<Nanoseconds>::max());
    }
};

QTEST_GUILESS_MAIN(TimestampTest)
#include "timestamp_test.moc"
