// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/identify/quic_initial.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <nettle/gcm.h>
#include <nettle/hkdf.h>
#include <nettle/hmac.h>

namespace flowscent::identify {

namespace {

constexpr std::size_t longestConnectionId = 20;
constexpr std::size_t sealLength = 16;

using Salt = std::array<std::uint8_t, 20>;
/// RFC 9001, section 5.2; RFC 9369, section 3.3.1; draft-ietf-quic-tls-29, section 5.2.
constexpr Salt version1Salt{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
                            0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a};
constexpr Salt version2Salt{0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
                            0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9};
constexpr Salt draft29Salt{0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,
                           0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99};
constexpr std::uint32_t version2 = 0x6b3343cf;

const Salt* saltOf(std::uint32_t version)
{
    if (version == 1 || version == 0xff000021 || version == 0xff000022) // drafts 33 and 34
        return &version1Salt;
    if (version == version2)
        return &version2Salt;
    return version >= 0xff00001d && version <= 0xff000020 ? &draft29Salt : nullptr; // drafts 29 to 32
}

/// RFC 9000, section 16.
std::uint64_t variableLength(Cursor& cursor)
{
    const std::uint8_t first = cursor.u8();
    std::uint64_t value = first & 0x3f;
    for (int more = (1 << (first >> 6)) - 1; more > 0; --more)
        value = value << 8 | cursor.u8();
    return value;
}

using Secret = std::array<std::uint8_t, SHA256_DIGEST_SIZE>;

/// HKDF-Expand-Label of RFC 8446, section 7.1, with an empty context.
template <std::size_t length>
std::array<std::uint8_t, length> expand(const Secret& secret, std::string_view label)
{
    std::vector<std::uint8_t> info{0, length, static_cast<std::uint8_t>(label.size() + 6)};
    for (const char c : "tls13 " + std::string(label))
        info.push_back(static_cast<std::uint8_t>(c));
    info.push_back(0);
    hmac_sha256_ctx context;
    hmac_sha256_set_key(&context, secret.size(), secret.data());
    std::array<std::uint8_t, length> key{};
    hkdf_expand(
        &context,
        [](void* hmac, std::size_t count, const std::uint8_t* bytes) {
            hmac_sha256_update(static_cast<hmac_sha256_ctx*>(hmac), count, bytes);
        },
        [](void* hmac, std::size_t count, std::uint8_t* digest) {
            hmac_sha256_digest(static_cast<hmac_sha256_ctx*>(hmac), count, digest);
        },
        SHA256_DIGEST_SIZE, info.size(), info.data(), length, key.data());
    return key;
}

/// Of one side (RFC 9001, section 5.2).
Secret secretOf(const Salt& salt, Bytes connection, bool client)
{
    hmac_sha256_ctx context;
    hmac_sha256_set_key(&context, salt.size(), salt.data());
    hmac_sha256_update(&context, connection.size(), connection.data());
    Secret initial{};
    hmac_sha256_digest(&context, initial.size(), initial.data());
    return expand<SHA256_DIGEST_SIZE>(initial, client ? "client in" : "server in");
}

/// Takes the mask off the header (RFC 9001, section 5.4) and gives the packet number, whose length the header hides.
std::uint32_t unmask(std::vector<std::uint8_t>& header, Bytes packet, std::size_t numberAt,
                     const std::array<std::uint8_t, AES128_KEY_SIZE>& key)
{
    aes128_ctx cipher;
    aes128_set_encrypt_key(&cipher, key.data());
    std::array<std::uint8_t, AES_BLOCK_SIZE> mask{};
    aes128_encrypt(&cipher, mask.size(), mask.data(), packet.data() + numberAt + 4);
    header[0] = static_cast<std::uint8_t>(header[0] ^ (mask[0] & 0x0f));
    header.resize(numberAt + 1 + (header[0] & 3));
    std::uint32_t number = 0;
    for (std::size_t i = 0; numberAt + i < header.size(); ++i) {
        header[numberAt + i] = static_cast<std::uint8_t>(header[numberAt + i] ^ mask[1 + i]);
        number = number << 8 | header[numberAt + i];
    }
    return number;
}

/// An ACK frame's ranges (RFC 9000, section 19.3); nothing in them matters here.
void skipAcknowledgement(Cursor& frames, bool withCounts)
{
    (void)variableLength(frames); // largest
    (void)variableLength(frames); // delay
    const std::uint64_t ranges = variableLength(frames);
    (void)variableLength(frames); // first range
    for (std::uint64_t i = 0; i < 2 * ranges && !frames.failed(); ++i)
        (void)variableLength(frames);
    for (int i = 0; withCounts && i < 3; ++i)
        (void)variableLength(frames);
}

} // namespace

std::optional<QuicInitial> nextInitial(Bytes& datagram)
{
    while (!datagram.empty()) {
        Cursor header(datagram);
        const std::uint8_t first = header.u8();
        QuicInitial packet;
        packet.version = header.u32();
        packet.connection = header.take(header.u8());
        header.skip(header.u8()); // source connection id
        if ((first & 0xc0) != 0xc0 || saltOf(packet.version) == nullptr ||
            packet.connection.size() > longestConnectionId)
            break;
        const unsigned type = first >> 4 & 3;
        const unsigned initial = packet.version == version2 ? 1 : 0;
        if (type == (initial + 3) % 4) // Retry has no length, and nothing comes behind it
            break;
        if (type == initial)
            header.skip(variableLength(header)); // token
        const std::uint64_t length = variableLength(header);
        packet.numberAt = datagram.size() - header.left().size();
        header.skip(length);
        if (header.failed())
            break;
        packet.packet = datagram.first(packet.numberAt + length);
        datagram = header.left();
        if (type == initial && length >= 4 + sealLength)
            return packet;
    }
    datagram = {};
    return std::nullopt;
}

std::optional<std::vector<std::uint8_t>> openInitial(const QuicInitial& packet, Bytes firstConnection, bool fromClient)
{
    const bool second = packet.version == version2;
    const Secret secret = secretOf(*saltOf(packet.version), firstConnection, fromClient);
    const auto mask = expand<AES128_KEY_SIZE>(secret, second ? "quicv2 hp" : "quic hp");
    auto nonce = expand<GCM_IV_SIZE>(secret, second ? "quicv2 iv" : "quic iv");
    const auto key = expand<AES128_KEY_SIZE>(secret, second ? "quicv2 key" : "quic key");

    std::vector<std::uint8_t> header(packet.packet.begin(),
                                     packet.packet.begin() + static_cast<std::ptrdiff_t>(packet.numberAt + 4));
    const std::uint32_t number = unmask(header, packet.packet, packet.numberAt, mask);
    for (std::size_t i = 0; i < 4; ++i)
        nonce[nonce.size() - 1 - i] = static_cast<std::uint8_t>(nonce[nonce.size() - 1 - i] ^ (number >> 8 * i));

    const Bytes sealed = packet.packet.subspan(header.size());
    std::vector<std::uint8_t> frames(sealed.size() - sealLength);
    gcm_aes128_ctx cipher;
    gcm_aes128_set_key(&cipher, key.data());
    gcm_aes128_set_iv(&cipher, nonce.size(), nonce.data());
    gcm_aes128_update(&cipher, header.size(), header.data());
    gcm_aes128_decrypt(&cipher, frames.size(), frames.data(), sealed.data());
    std::array<std::uint8_t, sealLength> seal{};
    gcm_aes128_digest(&cipher, seal.size(), seal.data());
    if (!std::ranges::equal(seal, sealed.last(sealLength)))
        return std::nullopt;
    return frames;
}

bool collectCrypto(Bytes bytes, FirstBytes& stream)
{
    enum Frame : std::uint64_t { Padding = 0, Ping = 1, Ack = 2, AckWithCounts = 3, Crypto = 6, Close = 0x1c };
    Cursor frames(bytes);
    while (!frames.atEnd()) {
        const std::uint64_t type = variableLength(frames);
        switch (type) {
        case Padding:
        case Ping:
            break;
        case Ack:
        case AckWithCounts:
            skipAcknowledgement(frames, type == AckWithCounts);
            break;
        case Crypto: {
            const std::uint64_t offset = variableLength(frames);
            stream.add(offset, frames.take(variableLength(frames)));
            break;
        }
        case Close:
            return true; // nothing follows that matters
        default:
            return false;
        }
    }
    return !frames.failed();
}

} // namespace flowscent::identify
