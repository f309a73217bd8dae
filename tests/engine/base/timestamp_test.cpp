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

    /// Seconds as Python's datetime.fromisoformat says.
    void isoTextIsReadWithItsOffset()
    {
        QCOMPARE(parseIso("2014-04-28T02:34:16.898430+0000").value(), Nanoseconds(1'398'652'456'898'430'000));
        QCOMPARE(parseIso("2023-11-14T23:13:20.123456+01:00").value(), Nanoseconds(1'700'000'000'123'456'000));
        QCOMPARE(parseIso("2000-02-29T23:59:59-0530").value(), Nanoseconds(951'888'599'000'000'000));
        QCOMPARE(parseIso("1969-12-31T23:59:59Z").value(), Nanoseconds(-1'000'000'000));
        QCOMPARE(parseIso("2262-04-11T00:00:00Z").value(), Nanoseconds(9'223'286'400'000'000'000));
        QCOMPARE(parseIso("2023-11-14T22:13:20.1").value(), Nanoseconds(1'700'000'000'100'000'000));
        QCOMPARE(parseIso(isoText(1'700'000'000'123'456'000)).value(), Nanoseconds(1'700'000'000'123'456'000));
    }

    void whatIsNoDateIsRefused()
    {
        for (const char* text :
             {"", "T", "2023-11-14", "2023-11-14 22:13:20", "2023-02-29T00:00:00Z", "2023-13-01T00:00:00Z",
              "2023-00-10T00:00:00Z", "2023-11-14T24:00:00Z", "2023-11-14T22:60:00Z", "2023-11-14T22:13:61Z",
              "2023-11-14T22:13:20.Z", "2023-11-14T22:13:20.1234567890Z", "2023-11-14T22:13:20+1",
              "2023-11-14T22:13:20Zx", "2023-11-14T22:13:20+01:0", "+023-11-14T22:13:20Z", "9999-11-14T22:13:20Z",
              "0000-01-01T00:00:00Z"})
            QVERIFY2(!parseIso(text), text);
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
