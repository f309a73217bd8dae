// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/packet/tcp_options.h"
#include "tests/support/packet_builder.h"

#include <algorithm>

using namespace flowscent;
using packet::maximumSegmentSize;
using test::Bytes;

namespace {

/// The kinds of RFC 9293, section 3.1.
const Bytes sizeOf1460{2, 4, 0x05, 0xb4};
constexpr std::size_t tcpBegin = 14 + 20; ///< Ethernet, IPv4

Bytes frameOf(Bytes options, std::uint8_t flags = packet::Syn)
{
    options.resize((options.size() + 3) / 4 * 4);
    Bytes segment = test::tcp({.flags = flags, .sequence = 77, .payload = 8, .options = options.size()});
    std::ranges::copy(options, segment.begin() + 20);
    return test::ethernet(test::ipv4({}, segment));
}

std::optional<std::uint16_t> sizeIn(const Bytes& frame, int linkType = 1)
{
    const auto headers = packet::decode(frame, linkType).headers;
    return headers ? maximumSegmentSize(frame, *headers) : std::nullopt;
}

} // namespace

class TcpOptionsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theSizeThatASynOffers()
    {
        QCOMPARE(sizeIn(frameOf(sizeOf1460)), std::optional<std::uint16_t>(1460));
        QCOMPARE(sizeIn(frameOf(sizeOf1460, packet::Syn | packet::Ack)), std::optional<std::uint16_t>(1460));
        QVERIFY(!sizeIn(frameOf(sizeOf1460, packet::Ack)));
        QVERIFY(!sizeIn(frameOf({})));
    }

    void otherOptionsBeforeIt()
    {
        const Bytes scaleAndTimes{1, 3, 3, 7, 8, 10, 0, 0, 0, 2, 4, 9, 9, 9, 1, 1};
        QCOMPARE(sizeIn(frameOf(test::joined(scaleAndTimes, sizeOf1460))), std::optional<std::uint16_t>(1460));
        QVERIFY(!sizeIn(frameOf(test::joined({0}, sizeOf1460)))); // after the end of the list
    }

    void underEveryKindOfRoof()
    {
        Bytes segment = test::tcp({.flags = packet::Syn, .options = 4});
        std::ranges::copy(sizeOf1460, segment.begin() + 20);
        const std::optional<std::uint16_t> size(1460);
        QCOMPARE(sizeIn(test::ethernet(test::ipv6({}, segment))), size);
        QCOMPARE(sizeIn(test::ethernet(test::ipv4({.options = 8}, segment), {7})), size);
        QCOMPARE(sizeIn(test::ethernet(test::ipv4({}, segment), {}, true)), size);
        QCOMPARE(sizeIn(test::linuxSll(test::ipv4({}, segment)), 113), size);
    }

    void liesAreNotBelieved_data()
    {
        QTest::addColumn<QByteArray>("options");
        QTest::newRow("no length") << QByteArray("\x05\x00\x02\x04", 4);
        QTest::newRow("a length of one") << QByteArray("\x05\x01\x02\x04", 4);
        QTest::newRow("beyond the header") << QByteArray("\x02\x05\x05\xb4", 4);
        QTest::newRow("too short") << QByteArray("\x02\x03\x05\x01", 4);
        QTest::newRow("the kind alone") << QByteArray("\x01\x01\x01\x02", 4);
    }
    void liesAreNotBelieved()
    {
        QFETCH(const QByteArray, options);
        QVERIFY(!sizeIn(frameOf(Bytes(options.begin(), options.end()))));
    }

    /// Cut anywhere: the size is there once its four bytes are.
    void cutFramesGiveNothing()
    {
        const Bytes frame = frameOf(sizeOf1460);
        const auto headers = packet::decode(frame, 1).headers;
        for (std::size_t length = 0; length <= frame.size(); ++length) {
            const auto size = maximumSegmentSize(std::span(frame).first(length), *headers);
            QCOMPARE(size.has_value(), length >= tcpBegin + 24);
        }
    }

    /// Headers of another frame than the one given.
    void headersThatDoNotFitGiveNothing()
    {
        const Bytes frame = frameOf(sizeOf1460);
        auto headers = *packet::decode(frame, 1).headers;
        ++headers.tcpSequence;
        QVERIFY(!maximumSegmentSize(frame, headers));
        headers.payloadOffset = 0xffffffff;
        QVERIFY(!maximumSegmentSize(frame, headers));
        headers.payloadOffset = 3;
        QVERIFY(!maximumSegmentSize(frame, headers));
    }
};

QTEST_GUILESS_MAIN(TcpOptionsTest)
#include "tcp_options_test.moc"
