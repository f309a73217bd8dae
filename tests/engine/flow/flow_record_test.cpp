// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/flow/flow_record.h"

using namespace flowscent::flow;

class FlowRecordTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sumsGiveMeanAndDeviation()
    {
        Sums sums;
        QCOMPARE(sums.mean(), 0.0);
        QCOMPARE(sums.deviation(), 0.0);
        for (const double value : {2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0}) // a textbook's example: mean 5, deviation 2
            sums.add(value);
        QCOMPARE(sums.mean(), 5.0);
        QCOMPARE(sums.deviation(), 2.0);
        QCOMPARE(sums.smallest, 2.0);
        QCOMPARE(sums.largest, 9.0);
    }

    void deviationOfEqualValuesIsNotNegativeUnderTheRoot()
    {
        Sums sums;
        for (int i = 0; i < 1000; ++i)
            sums.add(0.1);
        QVERIFY(sums.deviation() >= 0.0 && sums.deviation() < 1e-6);
    }

    void protocolsHaveNamesBothWays()
    {
        for (const int number : {1, 6, 17, 58, 132}) {
            const auto protocol = static_cast<std::uint8_t>(number);
            QCOMPARE(protocolNumber(protocolText(protocol)), protocol);
        }
        QCOMPARE(protocolText(47), std::string("gre"));
        QCOMPARE(protocolText(88), std::string("88"));
        QCOMPARE(int{protocolNumber("IGMP")}, 2);
        QCOMPARE(int{protocolNumber("TCP")}, 6);
        QCOMPARE(int{protocolNumber("47")}, 47);
        for (const char* wrong : {"", "tcpp", "256", "-1", "6 "})
            QCOMPARE(int{protocolNumber(wrong)}, 0);
    }

    void statesAreZeeksLetters()
    {
        QCOMPARE(text(TcpState::None), std::string_view("-"));
        QCOMPARE(text(TcpState::S0), std::string_view("S0"));
        QCOMPARE(text(TcpState::RSTOS0), std::string_view("RSTOS0"));
        QCOMPARE(text(TcpState::OTH), std::string_view("OTH"));
    }
};

QTEST_GUILESS_MAIN(FlowRecordTest)
#include "flow_record_test.moc"
