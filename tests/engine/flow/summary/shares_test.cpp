// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/flow/summary/shares.h"
#include "tests/engine/flow/summary/made_rows.h"

using namespace flowscent;
using flow::ShareBy;

class SharesTest : public QObject {
    Q_OBJECT

    using Shares = std::vector<flow::Share>;

    static Shares of(const flow::FlowTable& table, ShareBy by)
    {
        return flow::shares(table, test::allRows(table), by, {}).value();
    }

private Q_SLOTS:
    void addsUpByProtocolMostFlowsFirst()
    {
        const auto table = test::tableOf({{.protocol = 17, .packets = {1, 1}, .bytes = {70, 90}},
                                          {.packets = {3, 2}, .bytes = {1000, 2000}},
                                          {.protocol = 17, .packets = {1, 0}, .bytes = {70, 0}}});
        QVERIFY((of(table, ShareBy::Protocol) == Shares{{17, {2, 3, 230}}, {6, {1, 5, 3000}}}));
    }

    void aServiceIsAPortOfAProtocolAndIcmpHasNone()
    {
        const auto table = test::tableOf({{.port = 53, .protocol = 17},
                                          {.port = 53, .protocol = 6},
                                          {.port = 53, .protocol = 17},
                                          {.port = 8, .protocol = 1},
                                          {.port = 0, .protocol = 1}});
        const auto shares = of(table, ShareBy::Service);
        QCOMPARE(shares.size(), std::size_t{3});
        QCOMPARE(shares[0].key, 1U << 16); // two of each, the smaller key first
        QCOMPARE(shares[1].key, 17U << 16 | 53U);
        QCOMPARE(shares[2].key, 6U << 16 | 53U);
    }

    void statesAreOfTcpAlone()
    {
        const auto table = test::tableOf({{.state = flow::TcpState::SF},
                                          {.protocol = 17},
                                          {.state = flow::TcpState::S0},
                                          {.state = flow::TcpState::SF}});
        const auto shares = of(table, ShareBy::State);
        QCOMPARE(shares.size(), std::size_t{2});
        QCOMPARE(shares[0].key, static_cast<std::uint32_t>(flow::TcpState::SF));
        QCOMPARE(shares[0].amount.flows, std::uint64_t{2});
    }

    void durationsFallIntoDecadesInTheirOrder()
    {
        const auto table = test::tableOf({{.lasts = 4000 * base::nanosecondsPerSecond},
                                          {.lasts = 0},
                                          {.lasts = 999'999},
                                          {.lasts = 1'000'000},
                                          {.lasts = 60 * base::nanosecondsPerSecond}});
        QVERIFY((of(table, ShareBy::Duration) ==
                 Shares{{0, {2, 2, 120}}, {1, {1, 1, 60}}, {6, {1, 1, 60}}, {7, {1, 1, 60}}}));
    }

    void applicationsAreThoseOfTheTablesNames()
    {
        const auto names = std::make_shared<identify::Names>();
        identify::Identity dns;
        dns.application = names->add("DNS");
        const auto table = test::tableOf({{.identity = dns}, {}, {.identity = dns}}, names);
        const auto shares = of(table, ShareBy::Application);
        QCOMPARE(shares.size(), std::size_t{2});
        QCOMPARE(table.text(identify::NameId(shares[0].key)), std::string_view("DNS"));
        QCOMPARE(shares[1].key, 0U); // unknown is told, not hidden
        const auto unnamed = test::tableOf({{}, {}});
        QVERIFY((of(unnamed, ShareBy::Category) == Shares{{0, {2, 2, 120}}}));
    }

    void nothingOfNothing()
    {
        const flow::FlowTable table;
        for (const ShareBy by : {ShareBy::Protocol, ShareBy::State, ShareBy::Duration})
            QVERIFY(of(table, by).empty());
    }
};

QTEST_APPLESS_MAIN(SharesTest)
#include "shares_test.moc"
