// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/flow/packet_log.h"

using flowscent::base::Rng;
using flowscent::capture::PacketPlace;
using flowscent::flow::FromServer;
using flowscent::flow::keptObservations;
using flowscent::flow::Observation;
using flowscent::flow::PacketLog;

namespace {

/// A flow in the log, and the same in plain vectors.
struct Kept {
    PacketLog::Tail tail;
    PacketLog::Links links{};
    PacketLog::Packets packets;

    void add(PacketLog& log, Rng& random)
    {
        const Observation packet{.sinceStart = static_cast<std::int64_t>(random.next()),
                                 .payloadLength = static_cast<std::uint32_t>(random.next()),
                                 .tcpWindow = static_cast<std::uint16_t>(random.next()),
                                 .tcpFlags = static_cast<std::uint8_t>(random.next()),
                                 .marks = static_cast<std::uint8_t>(random.next())};
        const PacketPlace place{.offset = random.next() & 0xffff'ffff'ffffULL, .file = random.next() & 0xffffU};
        if (tail.takesObservations()) {
            log.add(tail, links, packet, place);
            packets.observations.push_back(packet);
        } else {
            log.add(tail, links, place);
        }
        packets.places.push_back(place);
    }
    [[nodiscard]] bool reads(const PacketLog& log) const
    {
        PacketLog::Packets read;
        log.read(tail, links, true, read);
        return read.observations == packets.observations && read.places == packets.places;
    }
};

} // namespace

class PacketLogTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyLengthReadsBackAsItWasWritten()
    {
        Rng random(1);
        PacketLog log;
        Kept kept;
        QVERIFY(kept.reads(log));
        for (std::size_t length = 1; length <= keptObservations + 50; ++length) {
            kept.add(log, random);
            QVERIFY2(kept.reads(log), QByteArray::number(length).constData());
        }
        QCOMPARE(kept.packets.observations.size(), keptObservations);
    }

    /// Many flows grow in any order and end in any order; memory that is used again brings nothing old along.
    void flowsDoNotDisturbEachOther()
    {
        Rng random(2);
        PacketLog log;
        std::vector<Kept> flows(300);
        for (int step = 0; step < 60'000; ++step) {
            Kept& flow = flows[random.below(flows.size())];
            if (random.below(60) != 0) {
                flow.add(log, random);
                continue;
            }
            QVERIFY(flow.reads(log));
            log.release(flow.tail, flow.links);
            flow.packets = {};
        }
        for (const Kept& flow : flows)
            QVERIFY(flow.reads(log));
    }

    void turningRoundChangesTheSideOfEveryObservation()
    {
        Rng random(3);
        PacketLog log;
        Kept kept;
        for (int i = 0; i < 60; ++i)
            kept.add(log, random);
        log.turnRound(kept.tail, kept.links);
        for (Observation& packet : kept.packets.observations)
            packet.marks = static_cast<std::uint8_t>(packet.marks ^ FromServer);
        QVERIFY(kept.reads(log));
    }

    void placesAreLeftOutWhereNobodyWantsThem()
    {
        Rng random(4);
        PacketLog log;
        Kept kept;
        for (int i = 0; i < 7; ++i)
            kept.add(log, random);
        PacketLog::Packets read;
        read.places.resize(3);
        log.read(kept.tail, kept.links, false, read);
        QVERIFY(read.observations == kept.packets.observations);
        QVERIFY(read.places.empty());
    }
};

QTEST_GUILESS_MAIN(PacketLogTest)
#include "packet_log_test.moc"
