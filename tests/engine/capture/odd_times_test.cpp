// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/block_writer.h"
#include "tests/support/capture_builder.h"
#include "tests/support/read_back.h"

#include <limits>

using namespace flowscent;
using namespace flowscent::test;

namespace {

constexpr qint64 lowest = std::numeric_limits<std::int64_t>::min();
constexpr qint64 highest = std::numeric_limits<std::int64_t>::max();
constexpr quint64 ones = std::numeric_limits<std::uint64_t>::max();
constexpr qint64 latest = 9'223'372'035; ///< the last whole second whose nanoseconds 64 bits hold

} // namespace

/// Time stamps, resolutions and offsets as far as the format lets them go (draft-ietf-opsawg-pcapng, 4.2 and 4.3).
class OddTimesTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

private Q_SLOTS:
    void timesAreRightOrStayAtTheEdge_data()
    {
        QTest::addColumn<int>("resolution");
        QTest::addColumn<qint64>("offset");
        QTest::addColumn<quint64>("ticks");
        QTest::addColumn<qint64>("seconds");
        QTest::addColumn<qint64>("nanoseconds");
        const auto add = [](const char* name, int resolution, qint64 offset, quint64 ticks, qint64 seconds,
                            qint64 nanoseconds) {
            QTest::newRow(name) << resolution << offset << ticks << seconds << nanoseconds;
        };
        add("the beginning", 6, 0, 0, 0, 0);
        add("whole seconds", 0, 0, 1'700'000'000, 1'700'000'000, 0);
        add("10^-19 s", 19, 0, 12'345'678'901'234'567'890U, 1, 234'567'890);
        add("2^-63 s", 0x80 | 63, 0, (ones >> 1) + 1 + (ones >> 2) + 1, 1, 500'000'000);
        add("2^0 s", 0x80, 0, 1'700'000'000, 1'700'000'000, 0);
        add("2^-1 s", 0x81, 0, 3, 1, 500'000'000);
        add("2^-34 s, all ones", 0x80 | 34, 0, ones, ones >> 34, 999'999'999);
        add("2^-35 s, all ones", 0x80 | 35, 0, ones, ones >> 35, 999'999'999);
        add("nanoseconds, all ones", 9, 0, ones, latest, 709'551'615);
        add("microseconds, all ones", 6, 0, ones, latest, 709'551'615'000 % 1'000'000'000);
        add("seconds, all ones", 0, 0, ones, latest, 0);
        add("10^-19 s, all ones", 19, 0, ones, 1, 844'674'407);
        add("offset", 6, 1'700'000'000, 500'000, 1'700'000'000, 500'000'000);
        add("offset back", 6, -1'000'000'000, 1'700'000'000'250'000, 700'000'000, 250'000'000);
        add("offset before the beginning", 6, -1'700'000'001, 1'700'000'000'000'000, 0, 0);
        add("the lowest offset", 6, lowest, 1'700'000'000'000'000, 0, 0);
        add("the highest offset", 6, highest, 1'700'000'000'000'000, latest, 0);
        add("the highest offset and tick", 0, highest, ones, latest, 0);
        // Neither of the two is a time that can be kept, their sum is.
        add("the lowest offset and its opposite", 0, lowest, (ones >> 1) + 1 + 1'700'000'000, 1'700'000'000, 0);
        add("far ticks and a far offset", 0, -18'300'000'000, 20'000'000'000, 1'700'000'000, 0);
        add("far ticks, another far offset", 3, -10'000'000'000, 11'700'000'000'125, 1'700'000'000, 125'000'000);
    }
    void timesAreRightOrStayAtTheEdge()
    {
        QFETCH(const int, resolution);
        QFETCH(const qint64, offset);
        QFETCH(const quint64, ticks);
        QFETCH(const qint64, seconds);
        QFETCH(const qint64, nanoseconds);
        for (const bool bigEndian : {false, true}) {
            BlockWriter file;
            file.section(bigEndian);
            file.interface(1, {{9, {static_cast<std::uint8_t>(resolution)}},
                               {14, file.number(static_cast<std::uint64_t>(offset), 8)}});
            file.enhanced({.ticks = ticks, .bytes = Bytes(20)}).obsolete({.ticks = ticks, .bytes = Bytes(20)});
            const ReadBack read =
                readBack(saveAnew(m_folder.filePath(QStringLiteral("odd.pcapng")).toStdString(), file.bytes));
            QVERIFY2(!read.error, read.what().c_str());
            QCOMPARE(read.packets.size(), std::size_t(2));
            for (const ReadPacket& packet : read.packets) {
                QCOMPARE(packet.time / base::nanosecondsPerSecond, seconds);
                QCOMPARE(packet.time % base::nanosecondsPerSecond, nanoseconds);
            }
        }
    }

    /// A fraction of more than a second is no reason to be later than the next second's packets.
    void fractionsOfPcapStayWithinTheirSecond()
    {
        for (const bool nanoseconds : {false, true}) {
            Bytes bytes = pcap({{Bytes(4), 1'700'000'000'000'000'000}}, {.nanoseconds = nanoseconds});
            std::fill_n(bytes.begin() + 24 + 4, 4, 0xff);
            const ReadBack read =
                readBack(saveAnew(m_folder.filePath(QStringLiteral("odd.pcap")).toStdString(), bytes));
            QCOMPARE(read.packets.at(0).time, base::Nanoseconds{1'700'000'000'999'999'999});
            std::fill_n(bytes.begin() + 24, 4, 0xff); // 2106
            const ReadBack last =
                readBack(saveAnew(m_folder.filePath(QStringLiteral("odd.pcap")).toStdString(), bytes));
            QCOMPARE(last.packets.at(0).time, base::Nanoseconds{4'294'967'295'999'999'999});
        }
    }
};

QTEST_GUILESS_MAIN(OddTimesTest)
#include "odd_times_test.moc"
