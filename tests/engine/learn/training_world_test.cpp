// SPDX-License-Identifier: GPL-3.0-or-later
// `PROGRAM --as-rank FOLDER` is one rank of a world that MASTER_ADDR, MASTER_PORT, RANK and WORLD_SIZE describe: it
// trains and leaves "model.<rank>" and "checkpoint.<rank>" in the folder. Without it the program is the test, which
// starts itself as the ranks.
#include <QCoreApplication>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include "engine/learn/training/training_run.h"
#include "tests/engine/learn/free_port.h"
#include "tests/engine/learn/toy_model.h"

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <iostream>

using namespace flowscent;
using base::TensorFile;

namespace {

learn::TrainSettings worldSettings(std::uint32_t steps)
{
    learn::TrainSettings settings = test::toySettings();
    settings.encoder = learn::EncoderSpec::parse("patch-conv-16-e16").value();
    settings.tasksPerStep = 8;
    settings.queries = 3;
    settings.steps = steps;
    settings.pretrainSteps = 3;
    settings.pretrainFlows = 192; // four groups
    settings.validateEvery = 4;
    settings.validationEpisodes = 6;
    settings.replayCapacity = 8;
    return settings;
}

base::Result<std::unique_ptr<learn::Training>> begin(std::uint32_t steps,
                                                     const std::optional<learn::WorldAddress>& world)
{
    return test::plugin().beginTraining(test::toyDataset({.classes = 12, .seed = 1}), test::toyDataset({.seed = 2}),
                                        worldSettings(steps), world);
}

void write(const QString& file, const TensorFile& tensors)
{
    QFile out(file);
    const std::string bytes = base::serialise(tensors);
    if (!out.open(QIODevice::WriteOnly) || out.write(bytes.data(), static_cast<qint64>(bytes.size())) < 0)
        qFatal("cannot write");
}

/// What a rank does: its exit code and, last on its output, the reason why it ended early.
int rankMain(const QString& folder)
{
    const auto world = learn::worldFromEnvironment();
    if (!world || !*world)
        return 2;
    const QString rank = QString::number((*world)->rank);
    const std::uint32_t steps = qEnvironmentVariableIntValue("TEST_STEPS") > 0
                                    ? static_cast<std::uint32_t>(qEnvironmentVariableIntValue("TEST_STEPS"))
                                    : 8;
    const auto training = begin(steps, *world);
    if (!training) {
        std::cout << training.error().sentence() << std::endl;
        return 1;
    }
    learn::RunControl control;
    const auto model = learn::runTraining(
        **training, {.checkpointEvery = 0},
        {.look = [](const learn::CurvePoint& point) { std::cout << "step " << point.step << std::endl; },
         .keep = [&](const TensorFile& checkpoint) -> base::Result<void> {
             write(folder + QStringLiteral("/checkpoint.") + rank, checkpoint);
             return {};
         }},
        control);
    if (!model) {
        std::cout << model.error().sentence() << std::endl;
        return 1;
    }
    write(folder + QStringLiteral("/model.") + rank, model->toTensors());
    return 0;
}

class Ranks {
public:
    Ranks(std::uint32_t size, const QString& folder, const QString& steps)
    {
        for (std::uint32_t rank = 0; rank < size; ++rank) {
            auto process = std::make_unique<QProcess>();
            auto environment = QProcessEnvironment::systemEnvironment();
            environment.insert(QStringLiteral("MASTER_ADDR"), QStringLiteral("127.0.0.1"));
            environment.insert(QStringLiteral("MASTER_PORT"), QString::number(m_port.number()));
            environment.insert(QStringLiteral("RANK"), QString::number(rank));
            environment.insert(QStringLiteral("WORLD_SIZE"), QString::number(size));
            environment.insert(QStringLiteral("TEST_STEPS"), steps);
            process->setProcessEnvironment(environment);
            process->setProcessChannelMode(QProcess::MergedChannels);
            process->start(QCoreApplication::applicationFilePath(), {QStringLiteral("--as-rank"), folder});
            m_processes.push_back(std::move(process));
        }
    }
    QProcess& of(std::uint32_t rank) { return *m_processes[rank]; }
    [[nodiscard]] QByteArray waitFor(std::uint32_t rank)
    {
        m_processes[rank]->waitForFinished(120'000);
        return m_processes[rank]->readAll();
    }

private:
    FreePort m_port;
    std::vector<std::unique_ptr<QProcess>> m_processes;
};

TensorFile read(const QString& file)
{
    QFile in(file);
    if (!in.open(QIODevice::ReadOnly))
        qFatal("no %s", qPrintable(file));
    const QByteArray bytes = in.readAll();
    auto tensors = base::parseTensors(
        {reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<std::size_t>(bytes.size())}, "rank");
    if (!tensors)
        qFatal("%s", tensors.error().sentence().c_str());
    return std::move(*tensors);
}

/// Largest difference of two models' weights, relative to the largest weight of the tensor.
double apart(const TensorFile& one, const TensorFile& other)
{
    double most = 0;
    for (const auto& [name, tensor] : one.tensors) {
        double scale = 1e-6;
        double difference = 0;
        for (std::size_t i = 0; i < tensor.values.size(); ++i) {
            scale = std::max(scale, std::abs(double{tensor.values[i]}));
            difference = std::max(difference, std::abs(double{tensor.values[i]} - other.tensors.at(name).values[i]));
        }
        most = std::max(most, difference / scale);
    }
    return most;
}

} // namespace

/// Training shared between processes on loopback.
class TrainingWorldTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void severalProcessesTrainTheModelOfOne_data()
    {
        QTest::addColumn<std::uint32_t>("size");
        QTest::newRow("two") << 2U;
        QTest::newRow("four") << 4U;
    }
    void severalProcessesTrainTheModelOfOne()
    {
        QFETCH(const std::uint32_t, size);
        const auto alone = begin(8, {});
        QVERIFY(alone);
        learn::RunControl control;
        const auto expected = learn::runTraining(**alone, {}, {}, control);
        QVERIFY(expected);
        const QTemporaryDir folder;
        Ranks ranks(size, folder.path(), QStringLiteral("8"));
        for (std::uint32_t rank = 0; rank < size; ++rank) {
            const QByteArray said = ranks.waitFor(rank);
            QVERIFY2(ranks.of(rank).exitCode() == 0, said.constData());
        }
        const TensorFile first = read(folder.filePath(QStringLiteral("model.0")));
        for (std::uint32_t rank = 1; rank < size; ++rank) // to the bit
            QVERIFY(read(folder.filePath(QStringLiteral("model.") + QString::number(rank))) == first);
        const double difference = apart(expected->toTensors(), first);
        qInfo("%u processes and one: largest relative difference of a weight %.2g", size, difference);
        QVERIFY2(difference < 1e-4, std::to_string(difference).c_str()); // sums of floats in another order, 11 steps
    }

    /// The survivor says who is missing and leaves a checkpoint that trains on alone.
    void aDeadRankLeavesACheckpointToGoOnFrom()
    {
        const QTemporaryDir folder;
        Ranks ranks(2, folder.path(), QStringLiteral("1000000"));
        QByteArray said;
        while (said.count("step ") < 3) {
            QVERIFY(ranks.of(0).waitForReadyRead(60'000));
            said += ranks.of(0).readAll();
        }
        ::kill(static_cast<pid_t>(ranks.of(1).processId()), SIGKILL);
        said = ranks.waitFor(0);
        QCOMPARE(ranks.of(0).exitCode(), 1);
        QVERIFY2(said.contains("rank 1 of 2"), said.constData());
        const auto resumed =
            test::plugin().resumeTraining(test::toyDataset({.classes = 12, .seed = 1}), test::toyDataset({.seed = 2}),
                                          read(folder.filePath(QStringLiteral("checkpoint.0"))), {});
        QVERIFY2(resumed, resumed ? "" : resumed.error().sentence().c_str());
        const std::uint64_t before = (*resumed)->episodesDone();
        QVERIFY(before > 0);
        QVERIFY((*resumed)->step());
        QCOMPARE((*resumed)->episodesDone(), before + 8);
    }
};

int main(int count, char** words)
{
    QCoreApplication application(count, words);
    if (count == 3 && std::string_view(words[1]) == "--as-rank")
        return rankMain(QString::fromLocal8Bit(words[2]));
    TrainingWorldTest test;
    return QTest::qExec(&test, count, words);
}

#include "training_world_test.moc"
