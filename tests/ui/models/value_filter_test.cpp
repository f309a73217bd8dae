// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/hunt/filter.h"
#include "tests/ui/support/made_flows.h"
#include "ui/models/flow_columns.h"
#include "ui/models/value_filter.h"
#include "ui/session/arrangement.h"

#include <algorithm>

using namespace flowscent;
using ui::FlowColumn;

namespace {

/// Flows of all kinds, among them names that want quoting.
ui::FlowFacts facts()
{
    auto names = std::make_shared<identify::Names>();
    auto table = std::make_shared<flow::FlowTable>(names);
    const std::vector<std::string> texts{
        "",        "plain.example", "with \"quotes\"",     "ends in \\", "a\\\"b", "(a|b)*^$[x]{2}",
        "TLS.You", "&& || !",       std::string(400, 'x'), "\\",         "\"",     "-1h"};
    for (std::uint32_t i = 0; i < 40; ++i) {
        flow::FlowRecord record = test::madeFlow(i);
        const auto name = [&](std::uint32_t shift) { return names->add(texts[(i + shift) % texts.size()]); };
        record.identity = {.application = name(0),
                           .category = name(1),
                           .host = name(2),
                           .alpn = name(3),
                           .agent = name(4),
                           .software = name(5),
                           .clientPrint = name(6),
                           .serverPrint = name(7),
                           .ja4 = name(8)};
        record.identity.spoken = i % 2 == 0 ? identify::Spoken::Ssh : identify::Spoken::Tls;
        record.vlan = i % 3 == 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(i);
        record.tunnel = static_cast<packet::Tunnel>(i % static_cast<std::uint32_t>(packet::Tunnel::Count));
        if (i % 5 != 0) {
            record.statistics.allGaps.add(0.1 * i);
            record.statistics.allGaps.add(0.3);
        }
        record.places = {{.offset = 24, .file = i % 2}};
        record.last = record.start + i * 123'456'789LL;
        if (i % 4 == 0)
            record.key.client.address = *packet::parseAddress("2001:db8::" + std::to_string(i));
        table->append(record);
    }
    ui::FlowFacts made{.table = table};
    std::vector<float> scores(40);
    for (std::size_t i = 0; i < scores.size(); ++i)
        scores[i] = i % 7 == 0 ? ui::unscored : static_cast<float>(i) / 41;
    made.scores = test::madeScores(std::move(scores));
    std::vector<float> kept(40, 0.5F);
    made.kept = test::madeScores(std::move(kept), 2);
    auto judgements = std::make_shared<ui::Judgements>();
    judgements->scores = made.scores;
    for (std::uint32_t i = 0; i < 40; ++i)
        judgements->verdicts.push_back(i % 7 == 0 ? ui::Judgements::none : static_cast<std::uint8_t>(i % 3));
    judgements->doubts.assign(40, 0);
    detect::BaselineFlows normal;
    for (int i = 0; i < 100; ++i)
        normal.scores.push_back(static_cast<float>(i) / 100);
    judgements->baseline = *detect::Baseline::from(normal, 1);
    made.judgements = judgements;
    made.files = QStringList{QStringLiteral("/captures/a b.pcap"), QStringLiteral("/captures/\"c\".pcap")};
    made.support.set(flow::FlowId(3), hunt::Label::NotThreat);
    made.support.set(flow::FlowId(4), hunt::Label::Threat);
    return made;
}

ui::ArrangeInput inputOf(const ui::FlowFacts& facts)
{
    ui::ArrangeInput input{.table = facts.table,
                           .scores = facts.scores,
                           .kept = facts.kept,
                           .judgements = facts.judgements,
                           .support = facts.support};
    for (const QString& file : facts.files)
        input.files.push_back(file.toStdString());
    return input;
}

std::vector<std::uint32_t> passing(const ui::FlowFacts& facts, const QString& expression)
{
    const auto filter = hunt::Filter::parse(expression.toStdString());
    if (!filter)
        qFatal("%s: %s", qPrintable(expression), filter.error().sentence().c_str());
    ui::Arrangement asked{.filter = *filter};
    return ui::arrange(inputOf(facts), asked, {}).value();
}

bool has(const std::vector<std::uint32_t>& rows, std::uint32_t row)
{
    return std::ranges::binary_search(rows, row);
}

} // namespace

/// Expressions made of what cells show.
class ValueFilterTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyColumnWithAFieldFindsItsFlowAndParsesWhateverTheValue()
    {
        const ui::FlowFacts known = facts();
        for (std::size_t i = 0; i < ui::flowColumns; ++i) {
            const auto column = static_cast<FlowColumn>(i);
            for (std::uint32_t flow = 0; flow < known.table->size(); ++flow) {
                const ui::ValueFilter filter = ui::valueFilter(known, column, flow);
                QCOMPARE(filter.empty(), ui::columnText(column).field == nullptr);
                if (filter.empty())
                    continue;
                const auto same = passing(known, filter.same);
                const auto other = passing(known, filter.other);
                QVERIFY2(has(same, flow), qPrintable(filter.same));
                QVERIFY2(!has(other, flow), qPrintable(filter.other));
                QCOMPARE(same.size() + other.size(), known.table->size());
                for (const QString& bound : {filter.atLeast, filter.atMost})
                    QVERIFY2(bound.isEmpty() || has(passing(known, bound), flow), qPrintable(bound));
            }
        }
    }

    void aTextFindsThatTextAlone()
    {
        const ui::FlowFacts known = facts();
        const ui::ValueFilter filter = ui::valueFilter(known, FlowColumn::Host, 1); // ends in a backslash
        for (const std::uint32_t row : passing(known, filter.same))
            QCOMPARE(known.table->text(known.table->identity(flow::FlowId(row)).host), std::string_view("ends in \\"));
    }

    void expressionsReadAsOneWouldTypeThem()
    {
        const ui::FlowFacts known{.table = test::madeTable(2)};
        QCOMPARE(ui::valueFilter(known, FlowColumn::Source, 1).same, QStringLiteral("ip.src == 10.0.0.2"));
        QCOMPARE(ui::valueFilter(known, FlowColumn::DestinationPort, 1).atLeast, QStringLiteral("port.dst >= 443"));
        QCOMPARE(ui::valueFilter(known, FlowColumn::Protocol, 1).same, QStringLiteral("proto == tcp"));
        QCOMPARE(ui::valueFilter(known, FlowColumn::Host, 1).same, QStringLiteral("!host"));
        QCOMPARE(ui::valueFilter(known, FlowColumn::Start, 1).same,
                 QStringLiteral("(start >= \"2023-11-14 22:13:21\" && start < \"2023-11-14 22:13:22\")"));
    }
};

QTEST_GUILESS_MAIN(ValueFilterTest)
#include "value_filter_test.moc"
