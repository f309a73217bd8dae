// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "tests/support/packet_builder.h"
#include "tests/support/priority_tag.h"

#include <algorithm>

using namespace flowscent;
using namespace flowscent::test;

namespace {

std::vector<Bytes> ordinaryFrames()
{
    std::vector<Bytes> frames;
    for (const Bytes& segment : {tcp({.flags = 0x18, .payload = 30}), tcp({.options = 12}), udp(5353, 53, 20),
                                 udp(1, 4789, 30), udp(2152, 9, 30), icmp(8, 0, 8), icmp(3, 1, 28), sctp(1, 2)}) {
        const std::uint8_t protocol = segment.size() >= 20 && segment[12] >> 4 >= 5 ? 6 : 17;
        for (const std::uint8_t number :
             {protocol, std::uint8_t{1}, std::uint8_t{132}, std::uint8_t{47}, std::uint8_t{4}}) {
            frames.push_back(ethernet(ipv4({.protocol = number}, segment)));
            frames.push_back(ethernet(ipv4({.protocol = number, .options = 8}, segment)));
            frames.push_back(ethernet(ipv4({.protocol = number, .fragment = 0x2000}, segment)));
            frames.push_back(ethernet(ipv4({.protocol = number, .fragment = 3}, segment)));
            frames.push_back(ethernet(ipv6({.protocol = number}, segment)));
        }
    }
    return frames;
}

} // namespace

/// What is read at one go must be what the layers say one by one, for whole frames, cut ones and wrong ones.
class PlainFrameTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void wholeFramesAreReadAlikeBothWays()
    {
        for (const Bytes& frame : ordinaryFrames())
            QVERIFY(readsLikeItsTaggedTwin(frame));
    }

    void framesCutAtEveryByteAreReadAlikeBothWays()
    {
        for (const Bytes& frame : ordinaryFrames()) {
            for (std::size_t length = 14; length < frame.size(); ++length)
                QVERIFY(readsLikeItsTaggedTwin(std::span(frame).first(length)));
        }
    }

    void framesWithWrongBytesAreReadAlikeBothWays()
    {
        base::Rng random(11);
        const auto frames = ordinaryFrames();
        for (int round = 0; round < 200'000; ++round) {
            Bytes frame = frames[random.below(frames.size())];
            for (std::uint64_t changes = 1 + random.below(4); changes > 0; --changes)
                frame[12 + random.below(std::min<std::size_t>(frame.size() - 12, 60))] =
                    static_cast<std::uint8_t>(random.next());
            QVERIFY(readsLikeItsTaggedTwin(frame));
        }
    }
};

QTEST_GUILESS_MAIN(PlainFrameTest)
#include "plain_frame_test.moc"
