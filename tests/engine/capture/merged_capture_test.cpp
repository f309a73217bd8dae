// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "engine/base/timestamp.h"
#include "engine/capture/merged_capture.h"
#include "tests/support/capture_builder.h"

#include <algorithm>
#include <thread>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace flowscent;
using namespace flowscent::test;
using base::Error;
using capture::MergedCapture;

namespace {

constexpr base::Nanoseconds begin = 1'700'000'000'000'000'000;
constexpr base::Nanoseconds second = base::nanosecondsPerSecond;

struct Came {
    int file = 0;
    base::Nanoseconds time = 0;
    std::uint64_t offset = 0;
    Bytes bytes;
};

struct Outcome {
    std::vector<Came> packets;
    std::optional<Error> damage;
    std::string remark;
};

Outcome readAll(const std::vector<std::filesystem::path>& files)
{
    Outcome outcome;
    MergedCapture source(files);
    for (auto packet = source.next(); packet && *packet; packet = source.next()) {
        const capture::PacketView& view = **packet;
        outcome.packets.push_back(
            {int(view.place.file), view.time, view.place.offset, {view.bytes.begin(), view.bytes.end()}});
    }
    outcome.damage = source.damage();
    outcome.remark = source.remark();
    return outcome;
}

/// One frame a second mark; its payload tells which.
Bytes captureAt(const std::vector<int>& seconds)
{
    std::vector<Frame> frames;
    for (const int at : seconds)
        frames.push_back({ethernet(ipv4({}, tcp({.payload = std::uint32_t(at % 1000)}))), begin + at * second});
    return pcap(frames);
}

std::vector<int> order(const Outcome& outcome)
{
    std::vector<int> files;
    for (const Came& came : outcome.packets)
        files.push_back(came.file);
    return files;
}

std::size_t openFiles()
{
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::size_t(std::distance(std::filesystem::begin(all), std::filesystem::end(all)));
}

} // namespace

class MergedCaptureTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path path(const std::string& name) const
    {
        return m_folder.filePath(QString::fromStdString(name)).toStdString();
    }

private Q_SLOTS:
    void theOrderIsThatOfMergecap()
    {
        const std::filesystem::path folder = FLOWSCENT_SOURCE_DIR "/tests/data/merge";
        QFile golden(QString::fromStdString((folder / "expected.csv").string()));
        QVERIFY(golden.open(QIODevice::ReadOnly));
        golden.readLine();
        const auto read =
            readAll({folder / "first.pcap", folder / "second.pcapng", folder / "third.pcap", folder / "fourth.pcap"});
        QVERIFY(!read.damage);
        QCOMPARE(read.packets.size(), std::size_t(140));
        for (const Came& came : read.packets) {
            const auto columns = golden.readLine().trimmed().split(',');
            QCOMPARE(came.time, base::parseEpoch(columns[0].toStdString()).value_or(0));
            QCOMPARE(came.bytes.size(), std::size_t(columns[1].toULongLong()));
            QCOMPARE(came.file, columns[2].toInt() - 4000);
            constexpr qsizetype heads = 14 + 20 + 8;
            const QByteArray frame(reinterpret_cast<const char*>(came.bytes.data()), qsizetype(came.bytes.size()));
            const QByteArray payload = QByteArray::fromHex(columns[3]);
            QVERIFY(frame.mid(heads).startsWith(payload));
        }
    }

    void packetsOfTheSameTimeComeInOrderOfTheFiles()
    {
        const auto one = save(path("one.pcap"), captureAt({1, 2, 2, 3}));
        const auto two = save(path("two.pcap"), captureAt({1, 2, 3, 3}));
        QCOMPARE(order(readAll({one, two})), (std::vector<int>{0, 1, 0, 0, 1, 0, 1, 1}));
        QCOMPARE(order(readAll({two, one})), (std::vector<int>{0, 1, 0, 1, 1, 0, 0, 1}));
    }

    void theOrderGivenDoesNotMatter()
    {
        const auto evening = save(path("evening.pcap"), captureAt({50, 51}));
        const auto morning = save(path("morning.pcap"), captureAt({1, 2}));
        QCOMPARE(order(readAll({evening, morning})), (std::vector<int>{1, 1, 0, 0}));
    }

    void aSingleFileKeepsItsOwnOrder()
    {
        const auto file = save(path("own.pcap"), captureAt({5, 3, 9, 1}));
        const auto read = readAll({file});
        std::vector<base::Nanoseconds> times;
        for (const Came& came : read.packets)
            times.push_back((came.time - begin) / second);
        QCOMPARE(times, (std::vector<base::Nanoseconds>{5, 3, 9, 1}));
    }

    void rotatedCapturesAreOpenOneAtATime()
    {
        std::vector<std::filesystem::path> files;
        for (int i = 0; i < 300; ++i)
            files.push_back(save(path("rotated" + std::to_string(i)), captureAt({10 * i, 10 * i + 9})));
        const std::size_t before = openFiles();
        MergedCapture source(files);
        std::size_t most = 0;
        int packets = 0;
        for (auto packet = source.next(); packet && *packet; packet = source.next(), ++packets)
            most = std::max(most, openFiles());
        QCOMPARE(packets, 600);
        QVERIFY2(most <= before + 1, std::to_string(most - before).c_str());
        QCOMPARE(source.bytesDone(), source.bytesTotal());
    }

    void manyThatOverlapAreInOrderWithinBoundedMemory()
    {
        std::vector<std::filesystem::path> files;
        for (int i = 0; i < 250; ++i)
            files.push_back(save(path("parallel" + std::to_string(i)), captureAt({i, 1000 + i, 2000 + i})));
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        const auto before = usage.ru_maxrss;
        const auto read = readAll(files);
        getrusage(RUSAGE_SELF, &usage);
        QCOMPARE(read.packets.size(), std::size_t(750));
        QVERIFY(std::ranges::is_sorted(read.packets, {}, &Came::time));
        QVERIFY(read.remark.empty());
        QVERIFY2(usage.ru_maxrss - before < 64 << 10, std::to_string(usage.ru_maxrss - before).c_str()); // KiB
    }

    /// More than can be open: nothing is lost, and the disorder is owned up to.
    void beyondWhatCanBeOpenPacketsComeLate()
    {
        rlimit limit{};
        getrlimit(RLIMIT_NOFILE, &limit);
        const rlimit few{.rlim_cur = 64, .rlim_max = limit.rlim_max};
        QCOMPARE(setrlimit(RLIMIT_NOFILE, &few), 0);
        std::vector<std::filesystem::path> files;
        for (int i = 0; i < 50; ++i)
            files.push_back(save(path("crowd" + std::to_string(i)), captureAt({i, 1000 + i})));
        const auto read = readAll(files);
        setrlimit(RLIMIT_NOFILE, &limit);
        QVERIFY(!read.damage);
        QCOMPARE(read.packets.size(), std::size_t(100));
        QVERIFY2(read.remark.starts_with("more than 32 of the files overlap in time"), read.remark.c_str());
    }

    void aDamagedFileEndsAndTheOthersGoOn()
    {
        Bytes cut = captureAt({1, 4, 7});
        cut.resize(cut.size() - 3);
        const auto damaged = save(path("damaged.pcap"), cut);
        const auto whole = save(path("whole.pcap"), captureAt({2, 5, 8}));
        const auto letter = save(path("letter.txt"), Bytes(100, 'x'));
        const auto none = save(path("none.pcap"), captureAt({}));
        const auto read = readAll({whole, damaged, letter, none, path("missing.pcap")});
        QCOMPARE(order(read), (std::vector<int>{1, 0, 1, 0, 0}));
        QVERIFY(read.damage);
        QCOMPARE(read.damage->where, damaged.string());
        QCOMPARE(read.damage->code, Error::Code::Truncated);
        QVERIFY2(read.damage->what.starts_with("cut off after packet 2"), read.damage->what.c_str());
        QVERIFY2(read.damage->what.ends_with("; 2 more files are not whole: " + letter.string() + ", " +
                                             path("missing.pcap").string()),
                 read.damage->what.c_str());
    }

    void aPipeTakesPart()
    {
        const auto pipe = path("pipe");
        QCOMPARE(mkfifo(pipe.c_str(), 0600), 0);
        const auto file = save(path("file.pcap"), captureAt({2, 4}));
        const std::jthread writer([&pipe] { save(pipe, captureAt({1, 3, 5})); });
        QCOMPARE(readAll({pipe, file}).packets.size(), std::size_t(5));
    }

    void packedFilesTakePart()
    {
        const std::filesystem::path folder = FLOWSCENT_SOURCE_DIR "/tests/data/packed";
        const auto read = readAll({folder / "peculiar.pcap.gz", folder / "several.zip"});
        QCOMPARE(order(read), (std::vector<int>{0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1}));
        QVERIFY(read.remark.find("several.zip: only peculiar.pcap") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(MergedCaptureTest)
#include "merged_capture_test.moc"
