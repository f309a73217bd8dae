// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/identify/tls_messages.h"

#include <optional>

namespace flowscent::identify {

namespace {

constexpr std::uint8_t alertRecord = 21;
constexpr std::uint8_t handshakeRecord = 22;
constexpr std::size_t longestRecord = 16384 + 2048; ///< RFC 5246, section 6.2.3

bool isHello(std::uint8_t type)
{
    return type == 1 || type == 2;
}

/// Appends the payload of the handshake record at the cursor, as much of it as there is; warnings ahead of it are
/// passed over. Nothing when it is none.
std::optional<Finding> appendRecord(Cursor& stream, std::vector<std::uint8_t>& handshake)
{
    if (stream.left().size() < 5)
        return Finding::Incomplete;
    const std::uint8_t type = stream.u8();
    const std::uint16_t version = stream.u16();
    const std::size_t length = stream.u16();
    if (type == alertRecord && version >> 8 == 3 && length == 2 && handshake.empty()) { // "unrecognised name", say
        stream.skip(length);
        return stream.failed() ? Finding::Incomplete : Finding::Found;
    }
    if (type != handshakeRecord || version >> 8 != 3 || length == 0 || length > longestRecord)
        return std::nullopt;
    const Bytes payload = stream.take(std::min(length, stream.left().size()));
    handshake.insert(handshake.end(), payload.begin(), payload.end());
    return payload.size() == length ? Finding::Found : Finding::Incomplete;
}

} // namespace

bool beginsHello(Bytes segment)
{
    return segment.size() >= 6 && segment[0] == handshakeRecord && segment[1] == 3 && segment[2] <= 4 &&
           isHello(segment[5]);
}

Finding findBareHello(Bytes stream, HelloMessage& hello)
{
    Cursor cursor(stream);
    if (stream.empty())
        return Finding::Incomplete;
    const std::uint8_t type = cursor.u8();
    if (!isHello(type))
        return Finding::Other;
    const std::size_t length = cursor.u24();
    if (cursor.failed())
        return Finding::Incomplete;
    if (length > longestHello)
        return Finding::Other;
    const Bytes body = cursor.take(length);
    if (cursor.failed())
        return Finding::Incomplete;
    hello.type = type;
    hello.body.assign(body.begin(), body.end());
    return Finding::Found;
}

Finding findHello(Bytes stream, HelloMessage& hello)
{
    Cursor cursor(stream);
    std::vector<std::uint8_t> handshake;
    while (true) {
        const auto record = appendRecord(cursor, handshake);
        if (!record)
            return Finding::Other;
        if (!handshake.empty()) {
            const Finding finding = findBareHello(handshake, hello);
            if (finding != Finding::Incomplete)
                return finding;
        }
        if (*record == Finding::Incomplete)
            return Finding::Incomplete;
    }
}

Finding findDatagramHello(Bytes datagram, HelloMessage& hello)
{
    Cursor record(datagram);
    const std::uint8_t content = record.u8();
    const std::uint16_t version = record.u16();
    record.skip(8); // epoch and sequence number
    Cursor handshake(record.take(record.u16()));
    if (record.failed() || content != handshakeRecord || version >> 8 != 0xfe)
        return Finding::Other;
    const std::uint8_t type = handshake.u8();
    const std::uint32_t length = handshake.u24();
    handshake.skip(2); // message sequence
    const std::uint32_t fragmentOffset = handshake.u24();
    const std::uint32_t fragmentLength = handshake.u24();
    const Bytes body = handshake.take(length);
    if (handshake.failed() || !isHello(type) || fragmentOffset != 0 || fragmentLength != length)
        return Finding::Other;
    hello.type = type;
    hello.body.assign(body.begin(), body.end());
    return Finding::Found;
}

} // namespace flowscent::identify
