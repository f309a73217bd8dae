// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QTest>

#include "tests/support/packet_builder.h"
#include "ui/models/packet_model.h"

using namespace flowscent;
using ui::PacketModel;

namespace {

ui::FetchedPacket fetched(const test::Bytes& frame, std::size_t captured, base::Nanoseconds time)
{
    ui::FetchedPacket packet;
    packet.stored.bytes.assign(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(captured));
    packet.stored.originalLength = static_cast<std::uint32_t>(frame.size());
    packet.stored.time = time;
    packet.decoded = packet::decode(packet.stored.bytes, packet.stored.linkType);
    return packet;
}

} // namespace

class PacketModelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tellsDirectionLengthFlagsAndTime()
    {
        const auto out = test::ethernet(test::ipv4({}, test::tcp({.flags = packet::TcpFlag::Syn, .payload = 10})));
        const auto in =
            test::ethernet(test::ipv4({.from = "10.0.0.2", .to = "10.0.0.1"}, test::tcp({.from = 80, .to = 40000})));
        auto packets = std::make_shared<ui::FetchedPackets>();
        packets->packets = {fetched(out, out.size(), 1'000'000'000), fetched(in, in.size(), 1'250'000'000)};
        PacketModel model;
        const QAbstractItemModelTester contract(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setPackets(packets, test::endpoint("10.0.0.1", 40000));
        const auto text = [&](int row, PacketModel::Column column) {
            return model.index(row, column).data().toString();
        };
        QCOMPARE(text(0, PacketModel::Direction), QStringLiteral("→"));
        QCOMPARE(text(1, PacketModel::Direction), QStringLiteral("←"));
        QCOMPARE(text(1, PacketModel::Time), QStringLiteral("0.250000"));
        QCOMPARE(text(0, PacketModel::Length), QStringLiteral("64")); // 14 + 20 + 20 + 10
        QCOMPARE(text(0, PacketModel::Payload), QStringLiteral("10"));
        QCOMPARE(text(0, PacketModel::Flags), QStringLiteral("SYN"));
        QCOMPARE(text(1, PacketModel::Window), QStringLiteral("1024"));
    }

    void pagesFollowEachOtherAndMarksReachThem()
    {
        const auto frame = test::ethernet(test::ipv4({}, test::tcp({})));
        const auto page = [&](std::size_t first, int count) {
            auto packets = std::make_shared<ui::FetchedPackets>();
            packets->first = first;
            for (int i = 0; i < count; ++i)
                packets->packets.push_back(fetched(frame, frame.size(), static_cast<int>(first) + i));
            return packets;
        };
        PacketModel model;
        const QAbstractItemModelTester contract(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setPackets(page(0, 3), test::endpoint("10.0.0.1", 40000));
        model.mark({4, 1});
        model.append(page(7, 2)); // there is a gap before it
        QCOMPARE(model.rowCount(), 3);
        model.append(page(3, 2));
        QCOMPARE(model.rowCount(), 5);
        const auto number = [&](int row) { return model.index(row, PacketModel::Number).data().toString(); };
        QCOMPARE(number(1), QStringLiteral("▶ 2"));
        QCOMPARE(number(3), QStringLiteral("4"));
        QCOMPARE(number(4), QStringLiteral("▶ 5"));
        QVERIFY(model.index(4, 0).data(PacketModel::MarkedRole).toBool());
    }

    void aPacketCutInItsHeaderSaysSoAndNothingElse()
    {
        const auto frame = test::ethernet(test::ipv4({}, test::tcp({})));
        for (std::size_t captured = 0; captured < frame.size(); ++captured) {
            auto packets = std::make_shared<ui::FetchedPackets>();
            packets->packets = {fetched(frame, captured, 0)};
            PacketModel model;
            model.setPackets(packets, test::endpoint("10.0.0.1", 40000));
            for (int column = 0; column < PacketModel::ColumnCount; ++column)
                (void)model.index(0, column).data();
            QCOMPARE(model.index(0, PacketModel::Length).data().toString(), QString::number(frame.size()));
            if (captured >= 14 && captured < 34) { // inside the IP header
                QVERIFY(model.index(0, PacketModel::Direction).data().toString().isEmpty());
                QCOMPARE(model.index(0, PacketModel::Flags).data().toString(),
                         QString::fromStdString(std::string(packet::text(packet::SkipReason::TruncatedHeader))));
            }
        }
    }
};

QTEST_GUILESS_MAIN(PacketModelTest)
#include "packet_model_test.moc"
