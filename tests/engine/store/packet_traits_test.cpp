// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "engine/store/packet_traits.h"
#include "tests/support/flow_builder.h"

#include <algorithm>

using namespace flowscent;
using test::Bytes;

namespace {

/// An IPv4 packet with this time to live and, if it is a SYN, this segment size (0 for no such option).
Bytes packetOf(bool fromServer, std::uint8_t flags, std::uint8_t hops, std::uint16_t size)
{
    const std::uint16_t client = 40000;
    const std::uint16_t server = 443;
    Bytes segment = test::tcp({.from = fromServer ? server : client,
                               .to = fromServer ? client : server,
                               .flags = flags,
                               .options = size == 0 ? 0U : 4U});
    if (size != 0)
        std::ranges::copy(Bytes{2, 4, static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)},
                          segment.begin() + 20);
    Bytes ip =
        test::ipv4({.from = fromServer ? "10.0.0.2" : "10.0.0.1", .to = fromServer ? "10.0.0.1" : "10.0.0.2"}, segment);
    ip[8] = hops;
    return test::ethernet(ip);
}

} // namespace

class PacketTraitsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void hopsAndSegmentSizesComeFromThePackets()
    {
        const QTemporaryDir folder;
        const auto file = std::filesystem::path(folder.path().toStdString()) / "a.pcap";
        std::vector<test::Frame> frames;
        const auto add = [&](const Bytes& bytes) {
            frames.push_back(
                {.bytes = bytes,
                 .time = test::seconds(1'700'000'000) + test::milliseconds(static_cast<std::int64_t>(frames.size()))});
        };
        add(packetOf(false, packet::Syn, 63, 1380));
        add(packetOf(false, packet::Syn, 61, 1300)); // again: the first counts
        add(packetOf(true, packet::Syn | packet::Ack, 118, 1460));
        add(packetOf(false, packet::Ack, 63, 0));
        test::save(file, test::pcap(frames));
        auto read = flow::readFlows({file}, {}, {}, {}, {});
        QVERIFY(read);
        const std::vector<std::uint32_t> rows{0};
        const auto traits = store::packetTraits(*read, rows).at(0);
        QCOMPARE(traits.key.server.port, std::uint16_t(443));
        QCOMPARE(traits.start, frames.front().time);
        QCOMPARE(traits.lasted, test::milliseconds(3));
        QVERIFY((traits.hops == std::array<std::uint8_t, 2>{63, 118}));
        QVERIFY((traits.mss == std::array<std::uint16_t, 2>{1380, 1460}));

        std::filesystem::remove(file);
        const auto gone = store::packetTraits(*read, rows).at(0);
        QVERIFY(gone.key == traits.key);
        QVERIFY((gone.hops == std::array<std::uint8_t, 2>{}));
        QVERIFY((gone.mss == std::array<std::uint16_t, 2>{}));
    }
};

QTEST_GUILESS_MAIN(PacketTraitsTest)
#include "packet_traits_test.moc"
