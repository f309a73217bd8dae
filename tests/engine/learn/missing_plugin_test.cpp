// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QFile>
#include <QTemporaryDir>

#include "engine/learn/backend.h"
#include "engine/learn/evaluation/evaluate.h"
#include "engine/learn/plugin.h"

#include <cstdlib>
#include <filesystem>

using namespace flowscent;
namespace fs = std::filesystem;

namespace {

/// Stands in for an encoder where nothing is embedded.
class NoEncoder final : public learn::Encoder {
public:
    base::Result<base::Matrix> embed(const features::FeatureSet& raw, const base::ProgressSink& /*progress*/,
                                     const std::stop_token& /*stop*/) const override
    {
        return base::Matrix(raw.size(), 1);
    }
    const learn::BaseModel& model() const override { return m_model; }

private:
    learn::BaseModel m_model;
};

} // namespace

/// In an own program: once the plugin is loaded, it cannot be missing any more. The tests run in the order written.
class MissingPluginTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    void refused(const char* word) const
    {
        const auto loaded = learn::backend();
        QVERIFY(!loaded);
        QCOMPARE(loaded.error().code, base::Error::Code::Unavailable);
        QVERIFY2(loaded.error().sentence().find(word) != std::string::npos, loaded.error().sentence().c_str());
    }
    [[nodiscard]] QString plugin() const { return m_folder.filePath(QLatin1String(learn::pluginFile)); }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        qputenv("FLOWSCENT_PLUGINS", QFile::encodeName(m_folder.path()));
    }

    void anAbsentPluginIsSaidToBeAbsent()
    {
        refused("not installed");
        refused("not installed"); // and the answer stays
    }

    void evaluatingWithoutItSaysSo()
    {
        const auto results = learn::evaluateNway({}, NoEncoder(), {}, {}, {});
        QVERIFY(!results);
        QCOMPARE(results.error().code, base::Error::Code::Unavailable);
    }

    void aDamagedPluginIsSaidNotToLoad()
    {
        QFile file(plugin());
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(file.write("\x7f"
                           "ELF and then nothing") > 0);
        file.close();
        refused("cannot be loaded");
    }

    void anotherLibraryIsNoPlugin()
    {
        const fs::path other = "/lib/x86_64-linux-gnu/libm.so.6";
        if (!fs::exists(other))
            QSKIP("no library at hand that is not the plugin");
        QVERIFY(QFile::remove(plugin()));
        QVERIFY(QFile::copy(QString::fromStdString(other.string()), plugin()));
        refused("another version");
    }

    void onceInstalledItIsFound()
    {
        const fs::path built = fs::path(FLOWSCENT_BINARY_DIR) / "lib";
        if (!fs::exists(built / learn::pluginFile))
            QSKIP("this build has no plugin");
        qputenv("FLOWSCENT_PLUGINS", QByteArray::fromStdString(built.string()));
        const auto loaded = learn::backend();
        QVERIFY2(loaded, loaded ? "" : loaded.error().sentence().c_str());
        QCOMPARE(*learn::backend(), *loaded);
        QVERIFY((*loaded)->describe().find("LibTorch") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(MissingPluginTest)
#include "missing_plugin_test.moc"
