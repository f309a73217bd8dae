// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/flow/flow_table.h"
#include "tests/support/flow_builder.h"

using namespace flowscent;
using namespace flowscent::test;
using flow::FlowId;
using flow::FlowTable;

namespace {

/// Flows of different lengths, one of them without places.
std::vector<flow::FlowRecord> someRecords()
{
    std::vector<flow::FlowRecord> records;
    for (int length = 1; length <= 4; ++length) {
        Conversation conversation;
        conversation.clientPort = static_cast<std::uint16_t>(length);
        for (int i = 0; i < length; ++i)
            conversation.udpOut(static_cast<std::size_t>(10 * length));
        records.push_back(assemble(conversation.frames, {.keepPlaces = length != 2}).at(0).record);
    }
    records[3].origin = flow::Origin::SuricataEve;
    return records;
}

} // namespace

class FlowTableTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aRowReadsBackAsItWasWritten()
    {
        const auto records = someRecords();
        FlowTable table;
        for (const auto& record : records)
            table.append(record);
        QCOMPARE(table.size(), records.size());
        for (std::uint32_t row = 0; row < records.size(); ++row) {
            QVERIFY(table.record(FlowId(row)) == records[row]);
            QVERIFY(table.key(FlowId(row)) == records[row].key);
            QCOMPARE(table.observations(FlowId(row)).size(), std::size_t(row + 1));
            QCOMPARE(table.places(FlowId(row)).size(), row == 1 ? std::size_t(0) : std::size_t(row + 1));
            QCOMPARE(table.durationSeconds(FlowId(row)), 0.01 * row);
        }
    }

    void rowsCanBeFilledInAnyOrder()
    {
        const auto records = someRecords();
        FlowTable table;
        for (const std::uint32_t row : {2U, 0U, 3U, 1U})
            table.put(FlowId(row), flow::viewOf(records[row]));
        QCOMPARE(table.size(), records.size());
        for (std::uint32_t row = 0; row < records.size(); ++row)
            QVERIFY(table.record(FlowId(row)) == records[row]);
    }

    void rowsNotFilledYetAreEmpty()
    {
        const auto records = someRecords();
        FlowTable table;
        table.put(FlowId(2), flow::viewOf(records[3]));
        QCOMPARE(table.size(), std::size_t(3));
        QVERIFY(table.record(FlowId(1)) == flow::FlowRecord{});
        const FlowTable copy = table;
        table.put(FlowId(1), flow::viewOf(records[1]));
        QVERIFY(table.record(FlowId(1)) == records[1]);
        QVERIFY(copy.record(FlowId(1)) == flow::FlowRecord{});
        QVERIFY(copy.record(FlowId(2)) == records[3]);
    }

    void filesCanBeNumberedAnew()
    {
        flow::FlowRecord record;
        record.places = {{.offset = 7, .file = 0}, {.offset = 9, .file = 1}};
        FlowTable table;
        table.append(record);
        table.renumberFiles(std::vector<std::uint16_t>{3, 65534});
        const auto places = table.places(FlowId(0));
        QVERIFY((places[0] == capture::PacketPlace{.offset = 7, .file = 3}));
        QVERIFY((places[1] == capture::PacketPlace{.offset = 9, .file = 65534}));
    }
};

QTEST_GUILESS_MAIN(FlowTableTest)
#include "flow_table_test.moc"
