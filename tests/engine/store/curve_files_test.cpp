// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QDateTime>
#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>

#include "engine/base/atomic_file.h"
#include "engine/store/curve_files.h"

using namespace flowscent;
using learn::CurvePoint;
using store::EventFile;

namespace {

const learn::CurveOrigin origin{R"({"method":"r2d2","seed":5})", "0123abcd"};

CurvePoint point(std::uint32_t step)
{
    const double x = step;
    return {.step = step,
            .episodes = 8ULL * step,
            .trainLoss = 1 / x,
            .trainAccuracyBefore = 0.2,
            .trainAccuracy = 0.5,
            .validationAccuracy = 0.6,
            .validationError = 0.02,
            .learningRate = 1e-3,
            .gradientNorm = 2.5,
            .episodesPerSecond = 900,
            .replayShare = 0.25,
            .seconds = x / 100};
}

std::string bytesOf(const std::filesystem::path& file)
{
    const auto bytes = base::readWhole(file, 1 << 24);
    return bytes ? std::string(bytes->begin(), bytes->end()) : std::string();
}

} // namespace

/// Event files are read by a reader of its own, tests/engine/store/read_events.
class CurveFilesTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::filesystem::path path(const char* name) const { return m_folder.path().toStdString() + "/" + name; }

    static QJsonObject readElsewhere(const std::filesystem::path& file)
    {
        QProcess reader;
        reader.start(QStringLiteral("python3"), {QStringLiteral(FLOWSCENT_SOURCE_DIR "/tests/engine/store/read_events"),
                                                 QString::fromStdString(file.string())});
        if (!reader.waitForFinished() || reader.exitCode() != 0)
            qWarning("read_events: %s", reader.readAllStandardError().constData());
        return QJsonDocument::fromJson(reader.readAllStandardOutput()).object();
    }

private Q_SLOTS:
    void theNameDecidesBetweenCsvAndJson()
    {
        const std::vector curve{point(1), point(2)};
        QVERIFY(store::saveCurves(curve, origin, path("curves.csv")));
        QVERIFY(store::saveCurves(curve, origin, path("curves.json")));
        QCOMPARE(bytesOf(path("curves.csv")), learn::curvesCsv(curve, origin));
        QCOMPARE(bytesOf(path("curves.json")), learn::curvesJson(curve, origin));
        QVERIFY(!store::saveCurves(curve, origin, path("no/such/folder/curves.csv")));
    }

    void anEventFileIsReadElsewhere()
    {
        if (QStandardPaths::findExecutable(QStringLiteral("python3")).isEmpty())
            QSKIP("python3 is not installed");
        const double begun = static_cast<double>(QDateTime::currentMSecsSinceEpoch()) / 1000;
        const auto events = EventFile::create(path("run/logs"), origin);
        QVERIFY2(events.has_value(), events ? "" : events.error().sentence().c_str());
        for (const std::uint32_t step : {100U, 200U})
            QVERIFY(events->add(point(step)));

        const QJsonObject read = readElsewhere(events->path());
        QCOMPARE(read[QStringLiteral("version")].toString(), QStringLiteral("brain.Event:2"));
        QCOMPARE(read[QStringLiteral("torn")].toInt(-1), 0);
        const QJsonObject texts = read[QStringLiteral("texts")].toObject();
        QCOMPARE(texts[QStringLiteral("configuration/text_summary")].toString().trimmed(),
                 QString::fromStdString(origin.configuration));
        QCOMPARE(texts[QStringLiteral("data_sha256/text_summary")].toString().trimmed(), QStringLiteral("0123abcd"));
        const QJsonArray points = read[QStringLiteral("points")].toArray();
        QCOMPARE(points.size(), 2);
        QCOMPARE(points[1][QStringLiteral("step")].toInt(), 200);
        QVERIFY(points[0][QStringLiteral("wall_time")].toDouble() >= begun - 1);
        QVERIFY(points[0][QStringLiteral("wall_time")].toDouble() < begun + 300);
        const std::map<std::string, double> expected{{"train/loss", 1.0F / 200},    {"train/accuracy_before", 0.2F},
                                                     {"train/accuracy", 0.5F},      {"validation/accuracy", 0.6F},
                                                     {"validation/error", 0.02F},   {"train/learning_rate", 1e-3F},
                                                     {"train/gradient_norm", 2.5F}, {"train/episodes_per_second", 900},
                                                     {"replay/share", 0.25},        {"train/seconds", 2},
                                                     {"train/episodes", 1600}};
        const QJsonObject scalars = points[1][QStringLiteral("scalars")].toObject();
        QCOMPARE(static_cast<std::size_t>(scalars.size()), expected.size());
        for (const auto& [tag, value] : expected)
            QCOMPARE(scalars[QString::fromStdString(tag)].toDouble(-1), value);
    }

    /// What a process leaves that is killed while it writes, wherever that is.
    void aTornLastRecordCostsNothingElse()
    {
        if (QStandardPaths::findExecutable(QStringLiteral("python3")).isEmpty())
            QSKIP("python3 is not installed");
        const auto events = EventFile::create(path("torn"), origin);
        QVERIFY(events);
        QVERIFY(events->add(point(100)));
        const std::size_t whole = bytesOf(events->path()).size();
        QVERIFY(events->add(point(200)));
        const std::string bytes = bytesOf(events->path());
        for (const std::size_t length : {whole + 1, whole + 11, whole + 12, whole + 100, bytes.size() - 1}) {
            QVERIFY(base::writeAtomically(path("cut"), std::string_view(bytes).substr(0, length)));
            const QJsonObject read = readElsewhere(path("cut"));
            QCOMPARE(read[QStringLiteral("torn")].toInt(-1), 1);
            QCOMPARE(read[QStringLiteral("points")].toArray().size(), 1);
        }
    }

    void everyPointOnlyAppends()
    {
        const auto events = EventFile::create(path("grows"), origin);
        QVERIFY(events);
        const std::string before = bytesOf(events->path());
        QVERIFY(events->add(point(1)));
        const std::string after = bytesOf(events->path());
        QVERIFY(after.size() > before.size());
        QVERIFY(after.starts_with(before));
    }

    void runsThatBeginTogetherHaveFilesOfTheirOwn()
    {
        const auto one = EventFile::create(path("both"), origin);
        const auto other = EventFile::create(path("both"), origin);
        QVERIFY(one && other);
        QVERIFY(one->path() != other->path());
        QVERIFY(one->path().filename().string().starts_with("events.out.tfevents."));
    }

    void aFolderThatCannotBeMadeIsNamed()
    {
        QVERIFY(base::writeAtomically(path("file"), std::string_view("x")));
        const auto refused = EventFile::create(path("file/logs"), origin);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, base::Error::Code::Io);
        QVERIFY(refused.error().where.find("file/logs") != std::string::npos);
    }

    void aFullDiskIsSaid()
    {
        if (!std::filesystem::exists("/dev/full"))
            QSKIP("there is no /dev/full here");
        const auto refused = base::appendTo("/dev/full", "x");
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, base::Error::Code::Io);
    }
};

QTEST_GUILESS_MAIN(CurveFilesTest)
#include "curve_files_test.moc"
