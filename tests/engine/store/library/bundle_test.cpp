// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QTemporaryDir>

#include "engine/base/atomic_file.h"
#include "engine/base/digest.h"
#include "engine/store/library/plain_text.h"
#include "engine/store/model_file.h"
#include "tests/engine/store/library/toy_bundle.h"

using namespace flowscent;
using test::resealed;
using test::toyBundle;

class BundleTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::filesystem::path path(const char* name) const { return m_folder.path().toStdString() + "/" + name; }

    /// The error with which the bytes are refused as a bundle; empty when they are taken.
    std::string refusal(const std::string& bytes) const
    {
        const auto file = path("tampered.detector");
        if (!base::writeAtomically(file, bytes))
            return "could not be written";
        const auto bundle = store::loadBundle(file);
        return bundle ? std::string() : bundle.error().sentence();
    }

    /// A bundle whose description says otherwise, as somebody would make one to deceive: every digest fits.
    static std::string redescribed(const std::string& from, const std::string& to, bool& found)
    {
        return resealed(toyBundle(), [&](base::TensorFile& file) {
            std::string& text = file.metadata["flowscent.bundle"];
            const std::size_t at = text.find(from);
            found = at != std::string::npos;
            if (found)
                text.replace(at, from.size(), to);
            base::Sha256 digest;
            digest.add(text);
            file.metadata["flowscent.bundle_sha256"] = digest.hex();
        });
    }

private Q_SLOTS:
    void comesBackAsItWas()
    {
        store::Bundle bundle = toyBundle("Beacon é ☎");
        bundle.version = 7;
        bundle.falseAlarmBudget = 0.02;
        bundle.calibration = store::Calibration{{0.25F, 0, 1}, 12.5};
        bundle.provenance.from = "version 6";
        const auto file = path("one.detector");
        QVERIFY(store::saveBundle(bundle, file));
        const auto loaded = store::loadBundle(file);
        QVERIFY2(loaded.has_value(), loaded ? "" : loaded.error().sentence().c_str());
        QVERIFY(store::summaryOf(*loaded) == store::summaryOf(bundle));
        QVERIFY(loaded->provenance == bundle.provenance);
        QVERIFY(loaded->examples.threat == bundle.examples.threat);
        QVERIFY(loaded->examples.notThreat == bundle.examples.notThreat);
        QVERIFY(loaded->examples.background == bundle.examples.background);
        QVERIFY(loaded->calibration == bundle.calibration);
        QVERIFY(test::toyScores(loaded->detector) == test::toyScores(bundle.detector));
    }

    void theSameBundleGivesTheSameBytes()
    {
        const auto nothing = [](base::TensorFile&) {};
        QCOMPARE(resealed(toyBundle(), nothing), resealed(toyBundle(), nothing));
    }

    void readersOfDetectorsTakeIt()
    {
        const auto file = path("detector.detector");
        QVERIFY(store::saveBundle(toyBundle(), file));
        const auto detector = store::loadDetector(file);
        QVERIFY2(detector.has_value(), detector ? "" : detector.error().sentence().c_str());
        QVERIFY(test::toyScores(*detector) == test::toyScores(toyBundle().detector));
    }

    void aDetectorAloneIsABundleWithoutExamples()
    {
        const auto file = path("plain.detector");
        QVERIFY(store::saveDetector(toyBundle().detector, file));
        const auto bundle = store::loadBundle(file);
        QVERIFY(bundle);
        QVERIFY(!bundle->hasExamples());
        QCOMPARE(bundle->name, std::string("beacon"));
    }

    void aTruncatedFileIsRefusedWhereverItEnds()
    {
        const std::string whole = resealed(toyBundle(), [](base::TensorFile&) {});
        QVERIFY(refusal(whole).empty());
        for (std::size_t length = 0; length < whole.size(); length += 1999)
            QVERIFY2(!refusal(whole.substr(0, length)).empty(), std::to_string(length).c_str());
        QVERIFY(!refusal(whole.substr(0, whole.size() - 1)).empty());
    }

    /// Blanks of the header's padding may become others: nothing is lost then.
    void aFlippedBitIsNoticedWhereverItIs()
    {
        const std::string whole = resealed(toyBundle(), [](base::TensorFile&) {});
        for (std::size_t at = 0; at < whole.size(); at += 997) {
            std::string bytes = whole;
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
            QVERIFY2(!refusal(bytes).empty() || whole[at] == ' ', std::to_string(at).c_str());
        }
    }

    void descriptionsThatMakeNoSenseAreRefused_data()
    {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        const auto row = [](const char* from, const char* to) {
            QTest::newRow(to) << QByteArray(from) << QByteArray(to);
        };
        row("\"name\":\"beacon\"", "\"name\":\"../../../etc/cron.d/x\"");
        row("\"name\":\"beacon\"", "\"name\":\"..\"");
        row("\"name\":\"beacon\"", "\"name\":\"a\\\\b\"");
        row("\"name\":\"beacon\"", "\"name\":\"a\\u0000b\"");
        row("\"name\":\"beacon\"", "\"name\":\"\\u001b[2Jx\"");
        row("\"name\":\"beacon\"", "\"name\":\"a\\u202eb\"");
        row("\"name\":\"beacon\"", "\"name\":\"\"");
        row("\"name\":\"beacon\"", "\"name\":7");
        row("\"author\":\"Grace\"", "\"author\":\"Gr\\nace\"");
        row("\"created\":\"2026-11-27T22:49:39Z\"", "\"created\":\"yesterday evening, 8 p.m.Z\"");
        row("\"created\":\"2026-11-27T22:49:39Z\"", "\"created\":\"2026-13-27T22:49:39Z\"");
        row("\"created\":\"2026-11-27T22:49:39Z\"", "\"created\":\"2026-11-27T22:49:39\"");
        row("\"why\":\"", "\"why\":\"\\u0007");
        row("\"sha256\":\"aaaa", "\"sha256\":\"AAAA");
        row("\"capture\":1", "\"capture\":2");
        row("\"capture\":1", "\"capture\":-1");
        row("\"client\":\"10.0.0.7\"", "\"client\":\"10.0.0.777\"");
        row("\"client_port\":50001", "\"client_port\":70000");
        row("\"protocol\":6", "\"protocol\":256");
        row("\"start_epoch\":\"", "\"start_epoch\":\"x");
        row("\"threat\":3", "\"threat\":4");
        row("\"threat\":3", "\"threat\":4000000000");
        row("\"threat\":3", "\"threat\":0");
        row("\"background\":40", "\"background\":39");
        row("\"false_alarm_budget\":0.01", "\"false_alarm_budget\":1e999");
        row("\"false_alarm_budget\":0.01", "\"false_alarm_budget\":-1");
        row("\"scores\":0", "\"scores\":5");
        row("\"version\":0", "\"version\":1000000");
        row("{", "[");
    }
    void descriptionsThatMakeNoSenseAreRefused()
    {
        QFETCH(const QByteArray, from);
        QFETCH(const QByteArray, to);
        bool found = false;
        const std::string bytes = redescribed(from.toStdString(), to.toStdString(), found);
        QVERIFY(found);
        QVERIFY(!refusal(bytes).empty());
    }
    void theSameChangeOfNothingIsTaken()
    {
        bool found = false;
        QVERIFY(refusal(redescribed("\"name\":\"beacon\"", "\"name\":\"lamp\"", found)).empty());
        QVERIFY(found);
    }

    void examplesThatAreNoneAreRefused()
    {
        QVERIFY(!refusal(resealed(toyBundle(), [](base::TensorFile& file) {
                     file.tensors.erase("bundle.threat.sequences");
                 })).empty());
        QVERIFY(!refusal(resealed(toyBundle(), [](base::TensorFile& file) {
                     file.tensors["bundle.threat.statistics"] = {{3, 1}, {1, 2, 3}};
                 })).empty());
        store::Bundle bundle = toyBundle();
        bundle.calibration = store::Calibration{{0.5F, 0.5F}, 1};
        QVERIFY(!refusal(resealed(bundle, [](base::TensorFile& file) {
                     file.tensors["calibration.scores"].values[0] = 2;
                 })).empty());
    }

    void whatCouldNotBeReadBackIsNotWritten()
    {
        const auto refused = [](const std::function<void(store::Bundle&)>& change) {
            store::Bundle bundle = toyBundle();
            change(bundle);
            const auto tensors = store::toTensors(bundle);
            return !tensors && tensors.error().code == base::Error::Code::Argument;
        };
        QVERIFY(refused([](store::Bundle& bundle) { bundle.name = "a/b"; }));
        QVERIFY(refused([](store::Bundle& bundle) { bundle.provenance.created.clear(); }));
        QVERIFY(refused([](store::Bundle& bundle) { bundle.provenance.flows.pop_back(); }));
        QVERIFY(refused([](store::Bundle& bundle) { bundle.provenance.author = "\xff"; }));
        QVERIFY(refused([](store::Bundle& bundle) { bundle.calibration = store::Calibration{{0.5F}, 0}; }));
        QVERIFY(refused([](store::Bundle& bundle) { bundle.calibration = store::Calibration{{-0.5F}, 1}; }));
        QVERIFY(refused([](store::Bundle& bundle) { bundle.examples.threat.statistics.values.pop_back(); }));
        QVERIFY(!refused([](store::Bundle&) {}));
    }

    void namesBecomeFoldersAndBack_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("folder");
        QTest::newRow("plain") << QByteArray("beacon-2_b.x") << QByteArray("beacon-2_b.x");
        QTest::newRow("blank") << QByteArray("C2 over DNS") << QByteArray("C2%20over%20DNS");
        QTest::newRow("hidden") << QByteArray(".ssh") << QByteArray("%2Essh");
        QTest::newRow("percent") << QByteArray("100%2F") << QByteArray("100%252F");
        QTest::newRow("unicode") << QByteArray("маяк 灯") << QByteArray("маяк%20灯");
        QTest::newRow("quotes") << QByteArray("\"*?:<>|") << QByteArray("%22%2A%3F%3A%3C%3E%7C");
    }
    void namesBecomeFoldersAndBack()
    {
        QFETCH(const QByteArray, name);
        QFETCH(const QByteArray, folder);
        QVERIFY(store::checkName(name.toStdString()));
        QCOMPARE(QByteArray::fromStdString(store::folderName(name.toStdString())), folder);
        QVERIFY(store::nameOfFolder(folder.toStdString()) == name.toStdString());
    }

    void whatIsNoNameIsRefused()
    {
        for (const std::string& name :
             {std::string(), std::string("a/b"), std::string("a\\b"), std::string("."), std::string(".."),
              std::string(" a"), std::string("a "), std::string(81, 'a'), std::string("a\0b", 3), std::string("a\nb"),
              std::string("\x7f"), std::string("\xc2\x85"), std::string("\xc0\xaf"), std::string("\xed\xa0\x80"),
              std::string("\xf4\x90\x80\x80"), std::string("\xe2\x80\xae"), std::string("\xe2\x82")})
            QVERIFY2(!store::checkName(name), QByteArray::fromStdString(name).toPercentEncoding().constData());
        QVERIFY(store::checkName(std::string(80, 'a')));
        for (const char* folder : {"a%2", "a%", "a%2f", "%61", "a b", "..", ".a", "a%2Fb", ""})
            QVERIFY2(!store::nameOfFolder(folder), folder);
    }
};

QTEST_GUILESS_MAIN(BundleTest)
#include "bundle_test.moc"
