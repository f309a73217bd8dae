// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "engine/capture/capture_file.h"
#include "tests/support/block_writer.h"
#include "tests/support/capture_builder.h"

#include <string>

using namespace flowscent;
using namespace flowscent::test;
using Option = BlockWriter::Option;

namespace {

constexpr std::uint32_t statisticsBlock = 5;
constexpr unsigned received = 4;
constexpr unsigned droppedByInterface = 5;
constexpr unsigned droppedBySystem = 7;

/// The body of an interface statistics block; options as draft-ietf-opsawg-pcapng, section 4.6 numbers them.
Bytes statistics(const BlockWriter& file, std::uint32_t interface,
                 const std::vector<std::pair<unsigned, Bytes>>& options)
{
    Bytes body = file.number(interface, 4);
    put(body, file.number(0, 8));
    for (const auto& [code, value] : options) {
        put(body, file.number(code, 2));
        put(body, file.number(value.size(), 2));
        put(body, value);
        body.resize((body.size() + 3) / 4 * 4);
    }
    return body;
}

} // namespace

/// An analyst must know when a capture is not all that was on the wire.
class LossReportTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    /// The remark on the file, all of whose packets must be read.
    QString remarkOn(const BlockWriter& writer)
    {
        const auto path = m_folder.filePath(QStringLiteral("lost.pcapng")).toStdString();
        save(path, writer.bytes);
        auto file = capture::CaptureFile::open(path);
        if (!file)
            return QStringLiteral("not opened");
        std::size_t packets = 0;
        for (auto packet = file->next(); packet && *packet; packet = file->next())
            ++packets;
        if (packets != writer.boundaries.back().packets)
            return QStringLiteral("%1 packets read").arg(packets);
        return QString::fromStdString(file->remark());
    }

private Q_SLOTS:
    void theLatestWordOfEveryInterfaceCounts()
    {
        for (const bool big : {false, true}) {
            BlockWriter file(big);
            file.section().interface().interface().enhanced({.bytes = counting(60)});
            const auto count = [&file](std::uint64_t packets) { return file.number(packets, 8); };
            QCOMPARE(remarkOn(file), QString());
            file.block(statisticsBlock, statistics(file, 0, {{received, count(90)}, {droppedByInterface, count(0)}}));
            QCOMPARE(remarkOn(file), QString());
            file.block(statisticsBlock, statistics(file, 0, {{droppedByInterface, count(1)}}));
            QCOMPARE(remarkOn(file), QStringLiteral("by its own word 1 packet was lost while it was captured"));
            file.block(statisticsBlock,
                       statistics(file, 0, {{droppedByInterface, count(5)}, {droppedBySystem, count(2)}}));
            file.block(statisticsBlock, statistics(file, 1, {{droppedBySystem, count(30)}}));
            file.enhanced({.interface = 1, .bytes = counting(60)});
            QCOMPARE(remarkOn(file), QStringLiteral("by its own word 37 packets were lost while it was captured"));
            file.section().interface();
            file.block(statisticsBlock, statistics(file, 0, {{droppedBySystem, count(3)}}));
            QCOMPARE(remarkOn(file), QStringLiteral("by its own word 40 packets were lost while it was captured"));
        }
    }

    void whatCannotBeRightSaysNothingAndCostsNothing()
    {
        BlockWriter sound;
        sound.section().interface();
        const Bytes much = sound.number(99, 8);
        const std::vector<Bytes> wrong{
            {},
            statistics(sound, 0, {}),
            statistics(sound, 7, {{droppedBySystem, much}}),               // no such interface
            statistics(sound, 0, {{droppedBySystem, sound.number(9, 4)}}), // four bytes instead of eight
            joined(statistics(sound, 0, {}), {5, 0, 0xff, 0xff}),          // an option beyond the block
            statistics(sound, 0, {{0, {}}, {droppedBySystem, much}}),      // behind the end of options
        };
        for (const Bytes& body : wrong) {
            BlockWriter file = sound;
            file.block(statisticsBlock, body).enhanced({.bytes = counting(60)});
            QCOMPARE(remarkOn(file), QString());
        }
        BlockWriter most = sound;
        const Bytes all = sound.number(UINT64_MAX, 8);
        most.block(statisticsBlock, statistics(sound, 0, {{droppedByInterface, all}, {droppedBySystem, all}}));
        QCOMPARE(remarkOn(most),
                 QStringLiteral("by its own word 18446744073709551615 packets were lost while it was captured"));
    }
};

QTEST_GUILESS_MAIN(LossReportTest)
#include "loss_report_test.moc"
