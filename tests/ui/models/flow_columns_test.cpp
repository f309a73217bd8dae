// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/features/feature_schema.h"
#include "engine/hunt/filter.h"
#include "ui/models/flow_columns.h"

#include <algorithm>
#include <map>
#include <set>

using namespace flowscent;
using ui::FlowColumn;

/// What is said of columns holds.
class FlowColumnsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyColumnHasAKeyOfItsOwn()
    {
        std::set<QString> keys;
        for (std::size_t i = 0; i < ui::flowColumns; ++i) {
            const auto column = static_cast<FlowColumn>(i);
            const QString key = QString::fromUtf8(ui::columnText(column).key);
            QVERIFY2(keys.insert(key).second, qPrintable(key));
            QCOMPARE(ui::columnOfKey(key), std::optional(column));
        }
        QVERIFY(!ui::columnOfKey(QStringLiteral("no such column")));
    }

    void everyFieldThatAColumnNamesIsInTheFilterLanguage()
    {
        for (std::size_t i = 0; i < ui::flowColumns; ++i) {
            const char* field = ui::columnText(static_cast<FlowColumn>(i)).field;
            if (field != nullptr)
                QVERIFY2(std::ranges::find(hunt::Filter::fields(), std::string_view(field),
                                           &hunt::Filter::Field::name) != hunt::Filter::fields().end(),
                         field);
        }
    }

    /// "Used by the model: yes" without a limit is said of these alone, and the model's own table of features has them.
    void whatTheModelIsSaidToUseIsAmongItsFeatures()
    {
        const std::map<FlowColumn, std::string_view> used{
            {FlowColumn::Duration, "duration"},    {FlowColumn::PacketsOut, "packets_out"},
            {FlowColumn::PacketsIn, "packets_in"}, {FlowColumn::GapMean, "gap_mean"},
            {FlowColumn::GapDeviation, "gap_std"}, {FlowColumn::Shape, "size"}};
        const auto has = [](const auto& definitions, std::string_view name) {
            return std::ranges::any_of(definitions, [&](const auto& one) { return one.name == name; });
        };
        for (std::size_t i = 0; i < ui::flowColumns; ++i) {
            const auto column = static_cast<FlowColumn>(i);
            const bool said = ui::columnText(column).used == ui::UsedByModel::Yes;
            QCOMPARE(said, used.contains(column));
            if (said)
                QVERIFY2(has(features::statisticDefinitions(), used.at(column)) ||
                             has(features::sequenceDefinitions(), used.at(column)),
                         ui::columnText(column).key);
        }
    }

    void anExplanationNamesFormulaUnitAndUse()
    {
        const QString text = ui::columnExplanation(FlowColumn::GapDeviation);
        for (const char* part : {"population standard deviation", "seconds", "Used by the model", "yes."})
            QVERIFY2(text.contains(QLatin1String(part)), part);
        QVERIFY(ui::columnExplanation(FlowColumn::Source).contains(QStringLiteral("no.")));
    }
};

QTEST_GUILESS_MAIN(FlowColumnsTest)
#include "flow_columns_test.moc"
