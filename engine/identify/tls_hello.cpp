// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/identify/tls_hello.h"

namespace flowscent::identify {

namespace {

enum Extension : std::uint16_t {
    ServerName = 0,
    SupportedGroups = 10,
    PointFormats = 11,
    SignatureAlgorithms = 13,
    Alpn = 16,
    SupportedVersions = 43
};

std::vector<std::uint16_t> numbers(Bytes list)
{
    std::vector<std::uint16_t> result;
    result.reserve(list.size() / 2);
    for (Cursor cursor(list); cursor.left().size() >= 2;)
        result.push_back(cursor.u16());
    return result;
}

/// The first entry of type host_name (RFC 6066, section 3).
std::string readServerName(Cursor extension)
{
    Cursor list(extension.take(extension.u16()));
    while (!list.atEnd()) {
        const std::uint8_t type = list.u8();
        const Bytes name = list.take(list.u16());
        if (type == 0 && !list.failed())
            return std::string(characters(name));
    }
    return {};
}

/// RFC 7301, section 3.1.
std::vector<std::string> readAlpn(Cursor extension)
{
    std::vector<std::string> protocols;
    Cursor list(extension.take(extension.u16()));
    while (!list.atEnd()) {
        const Bytes name = list.take(list.u8());
        if (!list.failed())
            protocols.emplace_back(characters(name));
    }
    return protocols;
}

void readExtension(std::uint16_t type, Bytes bytes, ClientHello& hello)
{
    Cursor extension(bytes);
    switch (type) {
    case ServerName:
        if (hello.serverName.empty())
            hello.serverName = readServerName(extension);
        break;
    case SupportedGroups:
        if (hello.groups.empty())
            hello.groups = numbers(extension.take(extension.u16()));
        break;
    case PointFormats:
        if (hello.pointFormats.empty()) {
            const Bytes formats = extension.take(extension.u8());
            hello.pointFormats.assign(formats.begin(), formats.end());
        }
        break;
    case SignatureAlgorithms:
        if (hello.signatures.empty())
            hello.signatures = numbers(extension.take(extension.u16()));
        break;
    case Alpn:
        if (hello.alpn.empty())
            hello.alpn = readAlpn(extension);
        break;
    case SupportedVersions:
        if (hello.versions.empty())
            hello.versions = numbers(extension.take(extension.u8()));
        break;
    default:
        break;
    }
}

void readExtension(std::uint16_t type, Bytes bytes, ServerHello& hello)
{
    Cursor extension(bytes);
    if (type == SupportedVersions && bytes.size() == 2) {
        hello.chosenVersion = extension.u16();
    } else if (type == Alpn && hello.alpn.empty()) {
        if (auto chosen = readAlpn(extension); !chosen.empty())
            hello.alpn = std::move(chosen.front());
    }
}

/// Extensions may be missing altogether, as before RFC 3546. False when lengths contradict each other.
template <class Hello>
bool readExtensions(Cursor& body, Hello& hello)
{
    if (body.failed())
        return false;
    if (body.atEnd())
        return true;
    Cursor list(body.take(body.u16()));
    while (!list.atEnd()) {
        const std::uint16_t type = list.u16();
        const Bytes bytes = list.take(list.u16());
        if (list.failed())
            return false;
        hello.extensions.push_back(type);
        readExtension(type, bytes, hello);
    }
    return !body.failed();
}

constexpr std::size_t randomLength = 32;

/// Drafts of TLS 1.3 before the 22nd had a ServerHello of their own (draft-ietf-tls-tls13-18, section 4.1.3).
bool isEarlyDraft(std::uint16_t version)
{
    return version >> 8 == 0x7f && (version & 0xff) < 22;
}

} // namespace

std::optional<ClientHello> parseClientHello(Bytes bytes, bool datagram)
{
    ClientHello hello;
    Cursor body(bytes);
    hello.version = body.u16();
    body.skip(randomLength);
    body.skip(body.u8()); // session id
    if (datagram)
        body.skip(body.u8()); // cookie
    hello.ciphers = numbers(body.take(body.u16()));
    body.skip(body.u8()); // compression methods
    if (!readExtensions(body, hello))
        return std::nullopt;
    return hello;
}

std::optional<ServerHello> parseServerHello(Bytes bytes)
{
    ServerHello hello;
    Cursor body(bytes);
    hello.version = body.u16();
    hello.chosenVersion = hello.version;
    body.skip(randomLength);
    const bool early = isEarlyDraft(hello.version);
    if (!early)
        body.skip(body.u8()); // session id
    hello.cipher = body.u16();
    if (!early)
        body.skip(1); // compression method
    if (!readExtensions(body, hello))
        return std::nullopt;
    return hello;
}

} // namespace flowscent::identify
