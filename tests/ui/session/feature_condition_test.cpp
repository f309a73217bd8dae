// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "ui/session/feature_condition.h"

#include <algorithm>

using namespace flowscent;

namespace {

detect::FeatureEvidence feature(std::string_view name, float value, detect::Quartiles normal)
{
    const auto all = detect::namedFeatures();
    const auto found = std::ranges::find(all, name, &detect::NamedFeature::name);
    return {.feature = static_cast<detect::FeatureIndex>(found - all.begin()), .value = value, .normal = normal};
}

} // namespace

class FeatureConditionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void narrowsToTheSameSideOfTheNormalBand()
    {
        QCOMPARE(ui::conditionOf(feature("duration", 60'000, {200, 900, 1400})).expression,
                 QStringLiteral("dur > 1.4")); // milliseconds there, seconds here
        QCOMPARE(ui::conditionOf(feature("duration", 20, {200, 900, 1400})).expression, QStringLiteral("dur < 0.2"));
        QCOMPARE(ui::conditionOf(feature("packets_out", 7, {5, 6, 9})).expression,
                 QStringLiteral("pkts.out >= 5 && pkts.out <= 9"));
        QCOMPARE(ui::conditionOf(feature("is_tcp", 0, {1, 1, 1})).expression, QStringLiteral("not tcp"));
    }

    void everyConditionIsOneThatTheLanguageKnows()
    {
        for (const detect::NamedFeature& named : detect::namedFeatures()) {
            for (const float value : {0.0F, 0.3F, 12'345'678.0F}) {
                const auto condition = ui::conditionOf(feature(named.name, value, {0.1F, 0.3F, 0.7F}));
                if (!condition.expression.isEmpty())
                    QVERIFY2(hunt::Filter::parse(condition.expression.toStdString()), qPrintable(condition.expression));
            }
        }
    }

    void whereThereIsNoFieldAColumnThatComesNearIsSorted()
    {
        const auto condition = ui::conditionOf(feature("payload_out", 9000, {10, 20, 30}));
        QVERIFY(condition.expression.isEmpty());
        QVERIFY(condition.sort && condition.sort->column == ui::FlowColumn::BytesOut && condition.sort->descending);
        QVERIFY(!ui::conditionOf(feature("payload_in", 1, {10, 20, 30})).sort->descending);
        QVERIFY(ui::conditionOf(feature("noise_share", 1, {0, 0, 0})).empty());
    }
};

QTEST_APPLESS_MAIN(FeatureConditionTest)
#include "feature_condition_test.moc"
