// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "engine/hunt/filter.h"
#include "tests/ui/support/made_flows.h"
#include "ui/models/conversation_model.h"
#include "ui/models/host_model.h"

#include <numeric>

using namespace flowscent;
using ui::ConversationModel;
using ui::HostModel;

namespace {

ui::OverviewInput inputOf(std::uint32_t flows)
{
    ui::OverviewInput input;
    input.table = test::madeTable(flows);
    input.rows.resize(flows);
    std::iota(input.rows.begin(), input.rows.end(), 0U);
    return input;
}

std::shared_ptr<const ui::PeersAnswer> peersOf(const ui::OverviewInput& input)
{
    auto peers = flow::peers(*input.table, input.rows, {});
    return ui::markPeers(input, std::make_shared<const flow::Peers>(std::move(*peers)), {});
}

QStringList texts(const QAbstractItemModel& model, int column, int rows)
{
    QStringList all;
    for (int row = 0; row < rows; ++row)
        all << model.index(row, column).data().toString();
    return all;
}

} // namespace

/// Flow i goes from 10.0.0.(i + 1) to 192.0.2.(1 + i % 7).
class SummaryModelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void showsHostsWithWhatTheyDid()
    {
        HostModel model;
        const QAbstractItemModelTester contract(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        auto input = inputOf(14);
        input.support.set(flow::FlowId(0), hunt::Label::Threat);
        input.support.set(flow::FlowId(7), hunt::Label::NotThreat);
        model.setAnswer(peersOf(input));
        QCOMPARE(model.rowCount(), 14 + 7);
        const int row = model.rowOf(QStringLiteral("192.0.2.1"));
        QVERIFY(row >= 0);
        const auto text = [&](int column) { return model.index(row, column).data().toString(); };
        QCOMPARE(text(HostModel::AsClient), QStringLiteral("0"));
        QCOMPARE(text(HostModel::AsServer), QStringLiteral("2")); // flows 0 and 7
        QCOMPARE(text(HostModel::PeerCount), QStringLiteral("2"));
        QCOMPARE(text(HostModel::BytesReceived), QStringLiteral("259 B")); // 0 * 37 + 7 * 37
        QCOMPARE(text(HostModel::BytesSent), QStringLiteral("371 B"));     // 7 * 53
        QCOMPARE(text(HostModel::FirstSeen), QStringLiteral("22:13:20.000"));
        QCOMPARE(text(HostModel::LastSeen), QStringLiteral("22:13:34.000")); // flow 7 lasts 7 s
        QCOMPARE(text(HostModel::Labels), QStringLiteral("1 threat, 1 not this"));
        QCOMPARE(text(HostModel::Alarms), QString());
        QCOMPARE(model.expression(row), QStringLiteral("ip.addr == 192.0.2.1"));
        QVERIFY(std::ranges::equal(model.flowsOf(row), std::vector<std::uint32_t>{0, 7}));
        model.setAnswer(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }

    void tellsAlarmsAndTheBestScore()
    {
        auto input = inputOf(8);
        ui::Judgements judgements;
        judgements.scores = test::madeScores({0.9F, 0.1F, 0.1F, 0.1F, 0.1F, 0.1F, 0.1F, 0.2F});
        judgements.verdicts.assign(8, static_cast<std::uint8_t>(detect::Judgement::Normal));
        judgements.verdicts[0] = static_cast<std::uint8_t>(detect::Judgement::Threat);
        judgements.alarms = 1;
        input.judgements = std::make_shared<const ui::Judgements>(std::move(judgements));
        HostModel model;
        model.setAnswer(peersOf(input));
        model.sort(HostModel::BestScore, Qt::DescendingOrder);
        QCOMPARE(texts(model, HostModel::BestScore, 2),
                 (QStringList{QStringLiteral("0.900"), QStringLiteral("0.900")}));
        const int row = model.rowOf(QStringLiteral("192.0.2.1"));
        QCOMPARE(model.index(row, HostModel::Alarms).data().toString(), QStringLiteral("1"));
    }

    void sortsByValueAndKeepsWhatPointsAtARow()
    {
        HostModel model;
        const QAbstractItemModelTester contract(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setAnswer(peersOf(inputOf(100)));
        model.sort(HostModel::Address, Qt::AscendingOrder);
        QCOMPARE(texts(model, HostModel::Address, 3),
                 (QStringList{QStringLiteral("10.0.0.1"), QStringLiteral("10.0.0.2"), QStringLiteral("10.0.0.3")}));
        const QPersistentModelIndex third = model.index(2, HostModel::PeerCount);
        QVERIFY(third.isValid());
        model.sort(HostModel::Address, Qt::DescendingOrder);
        QCOMPARE(model.index(0, HostModel::Address).data().toString(), QStringLiteral("192.0.2.7"));
        QCOMPARE(third.data(ui::SummaryModel::KeyRole).toString(), QStringLiteral("10.0.0.3"));
        model.sort(HostModel::AsServer, Qt::DescendingOrder);
        QCOMPARE(texts(model, HostModel::AsServer, 3),
                 (QStringList{QStringLiteral("15"), QStringLiteral("15"), QStringLiteral("14")}));
        // A newer answer comes in the same order.
        model.setAnswer(peersOf(inputOf(101)));
        QCOMPARE(model.sortColumn(), int{HostModel::AsServer});
        QCOMPARE(texts(model, HostModel::AsServer, 3),
                 (QStringList{QStringLiteral("15"), QStringLiteral("15"), QStringLiteral("15")}));
    }

    void everyConversationsConditionFindsItsFlowsAndNoOthers()
    {
        auto input = inputOf(60);
        auto table = std::make_shared<flow::FlowTable>(*input.table);
        flow::FlowRecord itself = test::madeFlow(60);
        itself.key.server.address = itself.key.client.address;
        table->append(itself);
        for (const auto& [client, server] : {std::pair("::", "ff02::16"), std::pair("fe80::1", "ff02::fb"),
                                             std::pair("::1", "::1"), std::pair("0.0.0.0", "255.255.255.255")}) {
            flow::FlowRecord peculiar = test::madeFlow(61);
            peculiar.key.client.address = packet::parseAddress(client).value();
            peculiar.key.server.address = packet::parseAddress(server).value();
            table->append(peculiar);
        }
        input.table = table;
        input.rows.resize(table->size());
        std::iota(input.rows.begin(), input.rows.end(), 0U);
        ConversationModel model;
        const QAbstractItemModelTester contract(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setAnswer(peersOf(input));
        for (int row = 0; row < model.rowCount(); ++row) {
            const auto filter = hunt::Filter::parse(model.expression(row).toStdString());
            QVERIFY2(filter, qPrintable(model.expression(row)));
            QVERIFY2(std::ranges::equal(filter->apply(*table, {}), model.flowsOf(row)),
                     qPrintable(model.expression(row)));
        }
        model.sort(ConversationModel::Ports, Qt::DescendingOrder);
        QCOMPARE(model.index(0, ConversationModel::Ports).data().toString(), QStringLiteral("udp/53"));
    }
};

QTEST_GUILESS_MAIN(SummaryModelTest)
#include "summary_model_test.moc"
