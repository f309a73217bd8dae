// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/hunt/filter.h"
#include "tests/ui/support/made_flows.h"
#include "ui/session/time_chip.h"

using namespace flowscent;
using ui::TimeRange;

namespace {

base::Nanoseconds at(const char* iso)
{
    return base::parseIso(iso).value();
}

} // namespace

Q_DECLARE_METATYPE(flowscent::ui::TimeRange)

class TimeChipTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void saysTheRangeAndFindsItsFlowsToTheNanosecond_data()
    {
        QTest::addColumn<TimeRange>("range");
        QTest::addColumn<QString>("text");
        QTest::newRow("minutes") << TimeRange{at("2026-05-01T12:00:00Z"), at("2026-05-01T12:05:00Z")}
                                 << QStringLiteral("12:00:00–12:05:00");
        QTest::newRow("milliseconds") << TimeRange{at("2026-05-01T12:00:00.123Z"), at("2026-05-01T12:00:00.250Z")}
                                      << QStringLiteral("12:00:00.123–12:00:00.250");
        QTest::newRow("over midnight") << TimeRange{at("2026-05-01T23:00:00Z"), at("2026-05-02T01:00:00Z")}
                                       << QStringLiteral("2026-05-01 23:00:00–2026-05-02 01:00:00");
        QTest::newRow("up to midnight") << TimeRange{at("2026-05-01T23:00:00Z"), at("2026-05-02T00:00:00Z")}
                                        << QStringLiteral("23:00:00–00:00:00");
        QTest::newRow("days") << TimeRange{at("2026-05-01T00:00:00Z"), at("2026-06-01T00:00:00Z")}
                              << QStringLiteral("2026-05-01–2026-06-01");
        QTest::newRow("clocks never set")
            << TimeRange{0, at("1970-01-01T00:00:02Z")} << QStringLiteral("00:00:00–00:00:02");
        QTest::newRow("far") << TimeRange{at("2040-01-01T00:00:00Z"), at("2041-01-01T00:00:00Z")}
                             << QStringLiteral("2040-01-01–2041-01-01");
    }
    void saysTheRangeAndFindsItsFlowsToTheNanosecond()
    {
        QFETCH(TimeRange, range);
        QFETCH(QString, text);
        const ui::QueryChip chip = ui::timeChip(range);
        QCOMPARE(chip.text, text);
        QVERIFY(ui::timeRangeOf(chip) == range);

        // Flows on and beside both ends. Times are compared as doubles of seconds, so beside is a microsecond.
        constexpr base::Nanoseconds beside = 1000;
        flow::FlowTable table;
        for (const base::Nanoseconds start : {range.begin, range.begin - beside, range.end - beside, range.end}) {
            flow::FlowRecord record = test::madeFlow(0);
            record.start = start;
            record.last = start;
            table.append(record);
        }
        const auto filter = hunt::Filter::parse(chip.expression.toStdString());
        QVERIFY(filter);
        QCOMPARE(filter->apply(table, {}), (std::vector<std::uint32_t>{0, 2}));
    }

    void otherChipsAreNoTimes()
    {
        QVERIFY(!ui::timeRangeOf(ui::QueryChip{QStringLiteral("lasso"), {}, QStringLiteral("udp"), nullptr}));
        QVERIFY(!ui::timeRangeOf(ui::QueryChip{ui::timeChipName, {}, QStringLiteral("udp"), nullptr}));
        QVERIFY(!ui::timeRangeOf(
            ui::QueryChip{ui::timeChipName, {}, QStringLiteral("start >= \"x\" && start < \"y\""), nullptr}));
        QVERIFY(!ui::timeRangeOf(ui::QueryState{}));
    }
};

QTEST_APPLESS_MAIN(TimeChipTest)
#include "time_chip_test.moc"
