// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QFile>
#include <QSet>

#include "engine/features/feature_schema.h"

using namespace flowscent;

class FeatureSchemaTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyFeatureIsDescribed_data()
    {
        QTest::addColumn<bool>("packets");
        QTest::newRow("of a packet") << true;
        QTest::newRow("of a flow") << false;
    }
    void everyFeatureIsDescribed()
    {
        QFETCH(const bool, packets);
        const auto definitions = packets ? features::sequenceDefinitions() : features::statisticDefinitions();
        QSet<QByteArray> names;
        for (const features::FeatureDefinition& feature : definitions) {
            const QByteArray name(feature.name.data(), static_cast<qsizetype>(feature.name.size()));
            QVERIFY2(!names.contains(name), name.constData());
            names.insert(name);
            QVERIFY2(!feature.label.empty() && !feature.unit.empty() && feature.formula.size() > 5, name.constData());
        }
        QCOMPARE(definitions.size(), packets ? features::sequenceFields : std::size_t(45));
    }

    /// What must never be told to a model: features_forget_test plays it, this reads the words.
    void nothingSaysWhoOrWhen()
    {
        for (const auto& definitions : {features::sequenceDefinitions(), features::statisticDefinitions()}) {
            for (const features::FeatureDefinition& feature : definitions) {
                const QString words = QString::fromUtf8(feature.formula.data(), qsizetype(feature.formula.size())) +
                                      QString::fromUtf8(feature.label.data(), qsizetype(feature.label.size()));
                for (const char* word : {"address", " port", "MAC", "TTL", "IP id", "epoch", "sequence number"})
                    QVERIFY2(!words.contains(QLatin1String(word), Qt::CaseInsensitive), qPrintable(words));
            }
        }
    }

    void theShippedModelWasTrainedOnThisTable()
    {
        QFile model(QStringLiteral(FLOWSCENT_SOURCE_DIR "/resources/models/base.safetensors"));
        QVERIFY(model.open(QIODevice::ReadOnly));
        QVERIFY(model.readAll().contains(QByteArray::fromStdString(features::schemaHash())));
    }

    /// `FLOWSCENT_WRITE=1 test_engine_features_feature_schema` renews the file after the table was changed on purpose.
    void theDocumentIsTheTable()
    {
        QFile document(QStringLiteral(FLOWSCENT_SOURCE_DIR "/resources/models/FEATURES.md"));
        const auto table = QByteArray::fromStdString(features::schemaMarkdown());
        if (qEnvironmentVariableIsSet("FLOWSCENT_WRITE")) {
            QVERIFY(document.open(QIODevice::WriteOnly));
            QCOMPARE(document.write(table), table.size());
            return;
        }
        QVERIFY2(document.open(QIODevice::ReadOnly), "resources/models/FEATURES.md is missing");
        QVERIFY2(document.readAll() == table, "FEATURES.md is older than the table: FLOWSCENT_WRITE=1 renews it");
    }
};

QTEST_GUILESS_MAIN(FeatureSchemaTest)
#include "feature_schema_test.moc"
