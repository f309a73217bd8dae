// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/support/block_writer.h"
#include "tests/support/capture_builder.h"
#include "tests/ui/support/layout_audit.h"
#include "tests/ui/support/stall_probe.h"
#include "tests/ui/support/workbench.h"
#include "ui/panels/message_bar.h"

#include <QDragEnterEvent>
#include <QDropEvent>
#include <QElapsedTimer>
#include <QFile>
#include <QMimeData>
#include <QProcess>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTableView>
#include <QTemporaryDir>

#include <set>

using namespace flowscent;
using test::Workbench;

namespace {

constexpr std::uint32_t conversations = 400;

/// One TCP conversation of six packets between hosts of its own, over the link that its number chooses.
struct Conversation {
    std::uint32_t number;

    [[nodiscard]] bool v6() const { return number % 4 == 3; }
    [[nodiscard]] bool cooked() const { return number % 2 == 1; }
    [[nodiscard]] std::string client() const
    {
        return v6() ? "2001:db8::" + std::to_string(number + 1)
                    : "10.1." + std::to_string(number / 200) + "." + std::to_string(number % 200 + 1);
    }
    [[nodiscard]] std::string server() const { return v6() ? "2001:db8:1::1" : "192.0.2.1"; }
    [[nodiscard]] test::Bytes frame(const test::Bytes& ip) const
    {
        if (cooked())
            return test::linuxSll(ip);
        return test::ethernet(ip, number % 8 == 2 ? std::vector<std::uint16_t>{7} : std::vector<std::uint16_t>{});
    }
    [[nodiscard]] test::Bytes packet(bool out, std::uint8_t flags, std::size_t payload) const
    {
        const auto port = static_cast<std::uint16_t>(40000 + number);
        test::TcpSegment segment{.from = out ? port : std::uint16_t{443}, .to = out ? std::uint16_t{443} : port};
        segment.flags = flags;
        segment.payload = payload;
        return frame(test::ipPacket(6, out ? client() : server(), out ? server() : client(), test::tcp(segment)));
    }
};

/// pcapng of two link types with VLAN tags, IPv6 and a datagram in fragments; its last block is cut off in the middle.
test::Bytes difficultCapture()
{
    using Flag = packet::TcpFlag;
    test::BlockWriter file;
    file.section().interface(1).interface(113);
    std::uint64_t ticks = 1'700'000'000'000'000;
    const auto add = [&](std::uint32_t interface, test::Bytes bytes) {
        file.enhanced({.interface = interface, .ticks = ticks, .bytes = std::move(bytes), .options = {}});
        ticks += 1000;
    };
    for (std::uint32_t number = 0; number < conversations; ++number) {
        const Conversation talk{number};
        const std::uint32_t link = talk.cooked() ? 1 : 0;
        add(link, talk.packet(true, Flag::Syn, 0));
        add(link, talk.packet(false, Flag::Syn | Flag::Ack, 0));
        add(link, talk.packet(true, Flag::Ack, 100 + number));
        add(link, talk.packet(false, Flag::Ack, 900));
        add(link, talk.packet(true, Flag::Fin | Flag::Ack, 0));
        add(link, talk.packet(false, Flag::Fin | Flag::Ack, 0));
    }
    constexpr unsigned moreFragments = 0x2000;
    test::Bytes datagram = test::udp(5353, 5353, 1200);
    const test::Bytes head(datagram.begin(), datagram.begin() + 800);
    const test::Bytes tail(datagram.begin() + 800, datagram.end());
    add(0, test::ethernet(test::ipv4({.protocol = 17, .fragment = moreFragments}, head)));
    add(0, test::ethernet(test::ipv4({.protocol = 17, .fragment = 800 / 8}, tail)));
    add(0, Conversation{4000}.packet(true, Flag::Syn, 0));
    file.bytes.resize(file.bytes.size() - 30);
    return file.bytes;
}

QByteArray gzipped(const QString& file)
{
    QProcess gzip;
    gzip.start(QStringLiteral("gzip"), {QStringLiteral("-c"), file});
    return gzip.waitForFinished() ? gzip.readAllStandardOutput() : QByteArray();
}

void drop(QWidget& window, const QString& file)
{
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(file)});
    QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&window, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent event(QPointF(300, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&window, &event);
}

/// Conversations of a protocol as tshark counts them, "a:p b:p packets"; those of fragments are tshark's own affair.
std::set<QString> tsharkConversations(const QString& file, const QString& protocol)
{
    QProcess tshark;
    tshark.start(QStringLiteral("tshark"), {QStringLiteral("-n"), QStringLiteral("-q"), QStringLiteral("-r"), file,
                                            QStringLiteral("-z"), QStringLiteral("conv,") + protocol});
    std::set<QString> found;
    if (!tshark.waitForFinished(60'000))
        return found;
    for (const QByteArray& line : tshark.readAllStandardOutput().split('\n')) {
        const QList<QByteArray> words = line.simplified().split(' ');
        // a:p <-> b:p frames bytes unit frames bytes unit frames bytes unit start duration
        if (words.size() > 10 && words[1] == "<->")
            found.insert(QString::fromLatin1(words[0] + ' ' + words[2] + ' ' + words[9]));
    }
    return found;
}

QString endText(const packet::Endpoint& end)
{
    return QString::fromStdString(packet::text(end.address)) + QLatin1Char(':') + QString::number(end.port);
}

} // namespace

/// Captures as they come: two link types, cut off, packed, without packets, no capture at all.
class DifficultCaptureJourneyTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const char* name) const { return m_folder.filePath(QLatin1String(name)); }

    static void write(const QString& file, const QByteArray& bytes)
    {
        QFile out(file);
        QVERIFY(out.open(QIODevice::WriteOnly));
        QCOMPARE(out.write(bytes), bytes.size());
    }

private Q_SLOTS:
    void initTestCase()
    {
        test::useOwnSettings();
        const test::Bytes bytes = difficultCapture();
        test::save(path("mixed.pcapng").toStdString(), bytes);
        write(path("mixed.pcapng.gz"), gzipped(path("mixed.pcapng")));
        test::save(path("empty.pcap").toStdString(), test::pcap({}));
        write(path("letter.txt"), "Dear colleague,\nhere is the capture.\n");
    }

    void aDroppedCaptureShowsWhatCanBeReadAndSaysWhereItEnds()
    {
        Workbench bench;
        test::StallProbe probe;
        probe.start();
        QElapsedTimer clock;
        clock.start();
        drop(bench.window, path("mixed.pcapng.gz"));
        auto& table = bench.widget<QTableView>("flowTable");
        QVERIFY(test::runUntil([&] { return table.model()->rowCount() > 0; }));
        const qint64 firstRows = clock.elapsed();
        QVERIFY(test::runUntil([&] { return !bench.session.reading(); }));
        QVERIFY(test::runUntil([&] { return bench.session.numbers() != nullptr; }));
        qInfo("first rows after %lld ms; %s", firstRows, qPrintable(probe.stop().text()));
        QCOMPARE(bench.session.table()->size(), std::size_t(conversations + 1));
        auto& bar = bench.widget<ui::MessageBar>("messageBar");
        QVERIFY(bar.isVisible() && bar.kind() == ui::MessageBar::Kind::Warning);
        QVERIFY2(bar.text().contains(QStringLiteral("2402")) || bar.text().contains(QStringLiteral("2 402")),
                 qPrintable(bar.text()));
        QVERIFY2(bar.text().contains(QStringLiteral("401 flows")), qPrintable(bar.text()));
        QCOMPARE(test::keepPictures(bench.window, QStringLiteral("difficult-capture")), QString());
    }

    void theFlowsAreThoseThatTsharkCounts()
    {
        if (QStandardPaths::findExecutable(QStringLiteral("tshark")).isEmpty())
            QSKIP("tshark is not installed; it is what the flows are held against");
        Workbench bench;
        QVERIFY(bench.open({path("mixed.pcapng")}));
        const flow::FlowTable& table = *bench.session.table();
        std::set<QString> ours;
        for (std::uint32_t row = 0; row < table.size(); ++row) {
            if (table.protocol[row] == 6)
                ours.insert(QStringLiteral("%1 %2 %3")
                                .arg(endText(table.client[row]), endText(table.server[row]))
                                .arg(table.packets[row][0] + table.packets[row][1]));
        }
        QCOMPARE(ours.size(), std::size_t(conversations));
        const auto theirs = tsharkConversations(path("mixed.pcapng"), QStringLiteral("tcp"));
        QCOMPARE(theirs.size(), ours.size());
        QCOMPARE(ours, theirs);
    }

    void cancelKeepsTheRowsSoFarAndSaysSo()
    {
        // Large enough to be stopped half way, whatever the machine.
        std::vector<test::Frame> frames;
        for (std::uint32_t i = 0; i < 400'000; ++i)
            frames.push_back(
                {test::ethernet(test::ipPacket(17, "10.0." + std::to_string(i / 200 % 200) + ".7", "10.9.0.1",
                                               test::udp(static_cast<std::uint16_t>(1024 + i % 60000), 53, 40))),
                 (1'700'000'000LL + i) * base::nanosecondsPerSecond / 100});
        test::save(path("large.pcap").toStdString(), test::pcap(frames));
        Workbench bench;
        auto& table = bench.widget<QTableView>("flowTable");
        bench.window.openCaptures({path("large.pcap")});
        QVERIFY(test::runUntil([&] { return table.model()->rowCount() > 0 || !bench.session.reading(); }));
        if (!bench.session.reading())
            QSKIP("the capture was read before anybody could have stopped it");
        QElapsedTimer clock;
        clock.start();
        QTest::mouseClick(&bench.widget<QPushButton>("cancelButton"), Qt::LeftButton);
        QVERIFY(test::runUntil([&] { return !bench.session.reading(); }));
        qInfo("stopped %lld ms after the click with %zu flows", clock.elapsed(), bench.session.table()->size());
        QVERIFY(bench.session.table()->size() > 0);
        QVERIFY(bench.session.table()->size() < 400'000);
        QTRY_COMPARE(table.model()->rowCount(), static_cast<int>(bench.session.table()->size()));
        QVERIFY(bench.widget<ui::MessageBar>("messageBar").text().contains(QStringLiteral("Stopped as you asked")));
    }

    void aCaptureWithoutPacketsAndATextSayWhatTheyAre()
    {
        Workbench bench;
        auto& bar = bench.widget<ui::MessageBar>("messageBar");
        QVERIFY(bench.open({path("empty.pcap")}));
        QTRY_VERIFY(bar.isVisible());
        QVERIFY2(bar.text().contains(QStringLiteral("valid but contains no packets")), qPrintable(bar.text()));
        QCOMPARE(test::keepPictures(bench.window, QStringLiteral("no-packets")), QString());
        QSignalSpy failed(&bench.session, &ui::Session::failed);
        bench.window.openCaptures({path("letter.txt")});
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, 60'000);
        QVERIFY2(bar.text().contains(QStringLiteral("letter.txt")), qPrintable(bar.text()));
        QVERIFY2(bar.text().contains(QStringLiteral("What is open stays")), qPrintable(bar.text()));
        QVERIFY(bar.kind() == ui::MessageBar::Kind::Failure);
    }
};

QTEST_MAIN(DifficultCaptureJourneyTest)
#include "difficult_capture_journey_test.moc"
