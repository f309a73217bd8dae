// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/hunt/alike.h"
#include "tests/support/packet_builder.h"

using namespace flowscent;
using flow::FlowId;
using hunt::Alike;
using test::endpoint;

namespace {

flow::FlowRecord between(const packet::Endpoint& client, const packet::Endpoint& server, std::uint8_t protocol = 6)
{
    flow::FlowRecord record;
    record.key = {client, server, protocol};
    return record;
}

const hunt::AlikeFlows* groupOf(const std::vector<hunt::AlikeFlows>& groups, Alike kind)
{
    for (const hunt::AlikeFlows& group : groups) {
        if (group.kind == kind)
            return &group;
    }
    return nullptr;
}

} // namespace

class AlikeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void flowsShareEndsHostsAndAddresses()
    {
        flow::FlowTable table;
        table.append(between(endpoint("10.0.0.1", 4000), endpoint("10.0.0.9", 443)));     // 0
        table.append(between(endpoint("10.0.0.9", 443), endpoint("10.0.0.1", 4000)));     // 1: 0 turned round
        table.append(between(endpoint("10.0.0.1", 4001), endpoint("10.0.0.9", 443)));     // 2: another port
        table.append(between(endpoint("10.0.0.1", 4000), endpoint("10.0.0.8", 443)));     // 3: another server
        table.append(between(endpoint("10.0.0.1", 4000), endpoint("10.0.0.9", 443), 17)); // 4: another protocol
        const auto groups = hunt::flowsAlike(table, FlowId(0));
        const auto flows = [&](Alike kind) { return groupOf(groups, kind)->flows.flows(); };
        QVERIFY((flows(Alike::Conversation) == std::vector{FlowId(0), FlowId(1)}));
        QVERIFY((flows(Alike::HostPair) == std::vector{FlowId(0), FlowId(1), FlowId(2), FlowId(4)}));
        QVERIFY((flows(Alike::Source) == std::vector{FlowId(0), FlowId(2), FlowId(3), FlowId(4)}));
        QVERIFY((flows(Alike::Destination) == std::vector{FlowId(0), FlowId(2), FlowId(4)}));
        QCOMPARE(groupOf(groups, Alike::Source)->what, std::string("10.0.0.1"));
    }

    void whatAFlowHasNotGotIsNoGroup()
    {
        flow::FlowTable table;
        table.append(between(endpoint("10.0.0.1", 4000), endpoint("10.0.0.9", 443)));
        const auto groups = hunt::flowsAlike(table, FlowId(0));
        QVERIFY(groupOf(groups, Alike::Ja4) == nullptr && groupOf(groups, Alike::Host) == nullptr);
        QVERIFY(hunt::flowsAlike(table, FlowId(1)).empty());
    }

    void namesAreComparedByTheirText()
    {
        auto names = std::make_shared<identify::Names>();
        const auto evil = names->add("evil.example");
        const auto print = names->add("t13d1516h2_8daaf6152771_b186095e22b6");
        flow::FlowTable table(names);
        for (int row = 0; row < 6; ++row) {
            auto record = between(endpoint("10.0.0." + std::to_string(row + 1), 4000), endpoint("10.0.0.99", 443));
            if (row % 2 == 0)
                record.identity.host = evil;
            if (row < 2)
                record.identity.ja4 = print;
            table.append(record);
        }
        const auto groups = hunt::flowsAlike(table, FlowId(0));
        QVERIFY((groupOf(groups, Alike::Host)->flows.flows() == std::vector{FlowId(0), FlowId(2), FlowId(4)}));
        QVERIFY((groupOf(groups, Alike::Ja4)->flows.flows() == std::vector{FlowId(0), FlowId(1)}));
        QVERIFY(groupOf(groups, Alike::Application) == nullptr);
    }

    void stopsWhenAsked()
    {
        flow::FlowTable table;
        table.append(between(endpoint("10.0.0.1", 4000), endpoint("10.0.0.9", 443)));
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(hunt::flowsAlike(table, FlowId(0), stop.get_token()).empty());
    }
};

QTEST_GUILESS_MAIN(AlikeTest)
#include "alike_test.moc"
