// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QTest>

#include "engine/base/csv.h"
#include "engine/hunt/filter.h"
#include "tests/ui/support/made_flows.h"
#include "ui/models/share_model.h"

#include <numeric>
#include <sstream>

using namespace flowscent;
using ui::ShareMeasure;
using ui::ShareTopic;

namespace {

constexpr std::size_t topics = static_cast<std::size_t>(ShareTopic::Count);

/// Made flows, some of which have names that a filter must be careful with.
std::shared_ptr<const flow::FlowTable> namedTable(std::uint32_t flows)
{
    const auto names = std::make_shared<identify::Names>();
    const std::array<identify::NameId, 4> applications{identify::NameId{}, names->add("DNS"), names->add("TLS.YouTube"),
                                                       names->add("a\"b\\c, d")};
    auto table = std::make_shared<flow::FlowTable>(names);
    for (std::uint32_t i = 0; i < flows; ++i) {
        flow::FlowRecord record = test::madeFlow(i);
        record.identity.application = applications[i % applications.size()];
        record.identity.category = i % 3 == 0 ? names->add("Web") : identify::NameId{};
        record.last = record.start + static_cast<base::Nanoseconds>(i % 9 == 0 ? 0 : 1'000'000LL << (i % 24));
        table->append(record);
    }
    return table;
}

std::shared_ptr<const ui::SharesAnswer> sharesOf(const std::shared_ptr<const flow::FlowTable>& table)
{
    ui::OverviewInput input;
    input.table = table;
    input.rows.resize(table->size());
    std::iota(input.rows.begin(), input.rows.end(), 0U);
    auto peers = flow::peers(*table, input.rows, {});
    return ui::sharesOf(input, std::make_shared<const flow::Peers>(std::move(*peers)), {});
}

} // namespace

class ShareRowsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyRowsConditionFindsAsManyFlowsAsItSays()
    {
        const auto table = namedTable(500);
        const auto answer = sharesOf(table);
        QCOMPARE(answer->total.flows, std::uint64_t{500});
        for (std::size_t topic = 0; topic < topics; ++topic) {
            const auto rows = ui::shareRows(*answer, static_cast<ShareTopic>(topic), ShareMeasure::Flows, 1000);
            QVERIFY(!rows.empty());
            for (const ui::ShareRow& row : rows) {
                const auto filter = hunt::Filter::parse(row.expression.toStdString());
                QVERIFY2(filter, qPrintable(row.expression));
                QVERIFY2(filter->apply(*table, {}).size() == row.amount.flows, qPrintable(row.expression));
            }
        }
    }

    void showsTheGreatestAndWhatTheOthersComeTo()
    {
        const auto answer = sharesOf(namedTable(500));
        for (std::size_t topic = 0; topic < topics; ++topic) {
            const auto all = ui::shareRows(*answer, static_cast<ShareTopic>(topic), ShareMeasure::Bytes, 1000);
            const auto few = ui::shareRows(*answer, static_cast<ShareTopic>(topic), ShareMeasure::Bytes, 2);
            flow::Amount one;
            flow::Amount other;
            for (const ui::ShareRow& row : all)
                one += row.amount;
            for (const ui::ShareRow& row : few)
                other += row.amount;
            QVERIFY(one == other);
            if (static_cast<ShareTopic>(topic) == ShareTopic::Durations)
                continue; // has its own order, and no others
            QVERIFY(few.size() <= 3);
            if (few.size() < 2)
                continue;
            QVERIFY(few[0].amount.bytes >= few[1].amount.bytes);
            QVERIFY(few.size() < 3 || few[2].expression.isEmpty());
        }
    }

    void whatIsCopiedIsWhatIsShown()
    {
        const auto answer = sharesOf(namedTable(100));
        std::istringstream stream(ui::sharesCsv(*answer, ShareMeasure::Flows, 1000).toStdString());
        base::CsvReader reader(stream, "copied");
        const auto heading = reader.next().value().value();
        QCOMPARE(heading.size(), std::size_t{8});
        std::size_t rows = 0;
        std::uint64_t protocolFlows = 0;
        bool careful = false;
        for (auto row = reader.next(); row && *row; row = reader.next()) {
            const auto& field = **row;
            QCOMPARE(field.size(), heading.size());
            protocolFlows += field[0] == "Protocols" ? std::stoull(field[2]) : 0;
            careful = careful || field[1] == "a\"b\\c, d";
            ++rows;
        }
        QCOMPARE(protocolFlows, std::uint64_t{100});
        QVERIFY(careful);
        QVERIFY(rows > 20);
    }

    void aShareIsOfEverythingAndNeverShownAsNothing()
    {
        ui::ShareModel model;
        const QAbstractItemModelTester contract(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRows({{QStringLiteral("tcp"), {.flows = 9999, .packets = 0, .bytes = 0}, QStringLiteral("tcp")},
                       {QStringLiteral("udp"), {.flows = 1, .packets = 0, .bytes = 0}, {}}},
                      {.flows = 10000, .packets = 0, .bytes = 0}, ShareMeasure::Flows);
        const auto percent = [&](int row) { return model.index(row).data(ui::ShareModel::PercentRole).toString(); };
        QCOMPARE(percent(0), QStringLiteral("> 99.9 %"));
        QCOMPARE(percent(1), QStringLiteral("< 0.1 %"));
        QVERIFY(model.index(0).data(Qt::AccessibleTextRole).toString().startsWith(QStringLiteral("tcp: 9")));
        model.setRows({{QStringLiteral("tcp"), {}, {}}}, {}, ShareMeasure::Bytes);
        QCOMPARE(percent(0), QStringLiteral("0.0 %"));
    }
};

QTEST_GUILESS_MAIN(ShareRowsTest)
#include "share_rows_test.moc"
