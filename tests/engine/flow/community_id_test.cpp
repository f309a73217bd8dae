// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/flow/community_id.h"
#include "tests/support/packet_builder.h"

using namespace flowscent;
using namespace flowscent::test;

/// The specification's own baseline (github.com/corelight/community-id-spec, baseline/README.md,
/// baseline/baseline_deflt.json and baseline/baseline_seed1.json, commit c4ec2bc), both directions of every tuple.
/// Protocols without ports (RSVP there) make no flows here and are left out. For ICMP the ports are the mapped ones.
class CommunityIdTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void agreesWithTheSpecification_data()
    {
        QTest::addColumn<int>("protocol");
        QTest::addColumn<QString>("from");
        QTest::addColumn<int>("fromPort");
        QTest::addColumn<QString>("to");
        QTest::addColumn<int>("toPort");
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("idWithSeed1");
        const auto row = [](int protocol, const char* from, int fromPort, const char* to, int toPort, const char* id,
                            const char* idWithSeed1) {
            QTest::addRow("%d %s:%d > %s:%d", protocol, from, fromPort, to, toPort)
                << protocol << QString::fromUtf8(from) << fromPort << QString::fromUtf8(to) << toPort
                << QString::fromUtf8(id) << QString::fromUtf8(idWithSeed1);
        };
        const auto bothWays = [&](int protocol, const char* one, int onePort, const char* two, int twoPort,
                                  const char* id, const char* idWithSeed1) {
            row(protocol, one, onePort, two, twoPort, id, idWithSeed1);
            row(protocol, two, twoPort, one, onePort, id, idWithSeed1);
        };
        // README.md
        bothWays(6, "1.2.3.4", 1122, "5.6.7.8", 3344,
                 "1:wCb3OG7yAFWelaUydu0D+125CLM=", "1:HhA1B+6CoLbiKPEs5nhNYN4XWfk=");
        bothWays(17, "1.2.3.4", 1122, "5.6.7.8", 3344,
                 "1:0Mu9InQx6z4ZiCZM/7HXi2WMhOg=", "1:OShq+iKDAMVouh/4bMxB9Sz4amw=");
        bothWays(132, "1.2.3.4", 1122, "5.6.7.8", 3344,
                 "1:EKt4MsxuyaE6mL+hmrEkQ9csDD8=", "1:uitchpn5MMGAQKBJh7bIr/bAr7s=");
        bothWays(1, "1.2.3.4", 8, "5.6.7.8", 0, "1:crodRHL2FEsHjbv3UkRrfbs4bZ0=", "1:9pr4ZGTICiuZoIh90RRYE2RyXpU=");
        row(1, "1.2.3.4", 11, "5.6.7.8", 0, "1:f/YiSyWqczrTgfUCZlBUnvHRcPk=", "1:1DD7cWGC/Yg91YGsQeni8du3pIA=");
        const char* one = "fe80:0001:0203:0405:0607:0809:0A0B:0C0D";
        const char* two = "fe80:1011:1213:1415:1617:1819:1A1B:1C1D";
        bothWays(58, one, 128, two, 129, "1:0bf7hyMJUwt3fMED7z8LIfRpBeo=", "1:IO27GQzPuCtNnwFvjWALMHu5tJE=");
        row(58, one, 146, two, 0, "1:fYC8+pz24E+EhANP1EZhpX0Dw10=", "1:Cv4IKJe56BNkF0MBW2YxQ3Nwc3s=");
        // baseline_deflt.json and baseline_seed1.json
        const char* host = "fe80::200:86ff:fe05:80da";
        const char* router = "fe80::260:97ff:fe07:69ea";
        bothWays(58, host, 135, router, 136, "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=", "1:kHa1FhMYIT6Ym2Vm2AOtoOARDzY=");
        bothWays(58, router, 135, host, 136, "1:zavyT/cezQr1fmImYCwYnMXbgck=", "1:2hSqmsDZ2kdcY9kbiUzOEBic0iM=");
        const char* global = "3ffe:507:0:1:200:86ff:fe05:80da";
        row(58, "3ffe:501:1800:2345::2", 3, global, 0,
            "1:2ObVBgIn28oZvibYZhZMBgh7WdQ=", "1:lVEtCZpYu84Xqaa++3lXFyuu2n4=");
        row(58, "3ffe:501:410:0:2c0:dfff:fe47:33e", 1, global, 4,
            "1:hLZd0XGWojozrvxqE0dWB1iM6R0=", "1:W8MHwXpWzpoSTD+cGcaJr4u0ys8=");
        bothWays(58, global, 128, "3ffe:501:0:1001::2", 129,
                 "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg=", "1:GfZxjAkDk2MkegpBYHV6tadtFXQ=");
        row(58, host, 133, "ff02::2", 134, "1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=", "1:L7Ka0ZMYu+J3bL4ulW2PrqyXNo8=");
        row(58, router, 134, "ff02::1", 133, "1:pkvHqCL88/tg1k4cPigmZXUtL00=", "1:K/ee5UCqAMAQXDorP5nSa2CGLjc=");
        bothWays(1, "192.168.0.89", 8, "192.168.0.1", 0,
                 "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=", "1:03g6IloqVBdcZlPyX8r0hgoE7kA=");
        row(1, "10.0.0.1", 11, "10.0.0.2", 0, "1:YHxtAirCG//0OzkcVAukqKQN9xM=", "1:XjUibYHaafLQ3pxQeiMI8g25q20=");
        bothWays(6, "2001:470:e5bf:dead:4957:2174:e82c:4887", 63943, "2607:f8b0:400c:c03::1a", 25,
                 "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=", "1:eJYTW6AOzFLlSUoESovMjnu7rMw=");
        bothWays(132, "192.168.170.8", 7, "192.168.170.56", 7,
                 "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=", "1:5w3ZRjeKBzqT3zsaEECDGjUbYeg=");
        bothWays(6, "128.232.110.120", 34855, "66.35.250.204", 80,
                 "1:LQU9qZlK+B5F3KDmev6m5PMibrg=", "1:3V71V58M3Ksw/yuFALMcW0LAHvc=");
        bothWays(17, "192.168.1.52", 54585, "8.8.8.8", 53,
                 "1:d/FP5EW3wiY1vCndhwleRRKHowQ=", "1:Q9We8WO3piVF8yEQBNJF4uiSVrI=");
    }
    void agreesWithTheSpecification()
    {
        QFETCH(int, protocol);
        QFETCH(QString, from);
        QFETCH(int, fromPort);
        QFETCH(QString, to);
        QFETCH(int, toPort);
        QFETCH(QString, id);
        QFETCH(QString, idWithSeed1);
        const flow::FlowKey key{endpoint(from.toStdString(), static_cast<std::uint16_t>(fromPort)),
                                endpoint(to.toStdString(), static_cast<std::uint16_t>(toPort)),
                                static_cast<std::uint8_t>(protocol)};
        QCOMPARE(QString::fromStdString(flow::communityId(key)), id);
        QCOMPARE(QString::fromStdString(flow::communityId(key, 1)), idWithSeed1);
    }

    /// github.com/OISF/suricata-verify, tests/community-id-ipv4/test.yaml, commit 45b0b83; its seed is 7.
    void agreesWithSuricata()
    {
        const flow::FlowKey key{endpoint("172.26.0.39", 35958), endpoint("172.217.14.206", 443), 6};
        QCOMPARE(flow::communityId(key, 7), std::string("1:IwiTNfuO7aCaamMijl+7/X9uLx0="));
    }
};

QTEST_GUILESS_MAIN(CommunityIdTest)
#include "community_id_test.moc"
