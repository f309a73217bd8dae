// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/identify/hello_builder.h"

#include <algorithm>

namespace flowscent::test {

namespace {

/// In network order.
void number(Bytes& bytes, std::size_t value, int width)
{
    while (width-- > 0)
        bytes.push_back(static_cast<std::uint8_t>(value >> 8 * width));
}

Bytes listOf(const std::vector<std::uint16_t>& values)
{
    Bytes bytes;
    for (const std::uint16_t value : values)
        number(bytes, value, 2);
    return bytes;
}

Bytes withLength(const Bytes& content, int width)
{
    Bytes bytes;
    bytes.reserve(content.size() + 2);
    number(bytes, content.size(), width);
    bytes.insert(bytes.end(), content.begin(), content.end());
    return bytes;
}

Bytes withLength16(const Bytes& content)
{
    return withLength(content, 2);
}

Bytes withLength8(const Bytes& content)
{
    return withLength(content, 1);
}

Bytes beginning(const Hello& hello)
{
    Bytes body;
    number(body, hello.version, 2);
    put(body, Bytes(32, 0x5a)); // random
    put(body, withLength8(Bytes(32, 0x11)));
    return body;
}

void appendExtensions(Bytes& body, const Hello& hello)
{
    if (!hello.extensionBlock)
        return;
    Bytes block;
    for (const Extension& extension : hello.extensions) {
        number(block, extension.type, 2);
        put(block, withLength16(extension.bytes));
    }
    put(body, withLength16(block));
}

} // namespace

Bytes fromHex(std::string_view hex)
{
    Bytes bytes;
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2)
        number(bytes, std::stoul(std::string(hex.substr(at, 2)), nullptr, 16), 1);
    return bytes;
}

Bytes fromText(std::string_view text)
{
    return {text.begin(), text.end()};
}

Extension serverName(std::string_view host)
{
    Bytes entry{0};
    put(entry, withLength16(fromText(host)));
    return {0, withLength16(entry)};
}

Extension alpn(const std::vector<std::string>& protocols)
{
    Bytes list;
    for (const std::string& protocol : protocols)
        put(list, withLength8(fromText(protocol)));
    return {16, withLength16(list)};
}

Extension numbers(std::uint16_t type, const std::vector<std::uint16_t>& values)
{
    return {type, withLength16(listOf(values))};
}

Extension pointFormats(const Bytes& formats)
{
    return {11, withLength8(formats)};
}

Extension supportedVersions(const std::vector<std::uint16_t>& versions)
{
    return {43, withLength8(listOf(versions))};
}

std::vector<Extension> empty(const std::vector<std::uint16_t>& types)
{
    std::vector<Extension> extensions;
    for (const std::uint16_t type : types)
        extensions.push_back({type, {}});
    return extensions;
}

Bytes clientHello(const Hello& hello)
{
    Bytes body = beginning(hello);
    if (hello.cookie)
        put(body, withLength8(Bytes(20, 0x22)));
    put(body, withLength16(listOf(hello.ciphers)));
    put(body, withLength8({0}));
    appendExtensions(body, hello);
    return body;
}

Bytes serverHello(const Hello& hello)
{
    Bytes body = beginning(hello);
    number(body, hello.ciphers.at(0), 2);
    number(body, 0, 1);
    appendExtensions(body, hello);
    return body;
}

Bytes handshake(std::uint8_t type, const Bytes& body)
{
    Bytes message{type};
    number(message, body.size(), 3);
    put(message, body);
    return message;
}

Bytes records(const Bytes& message, std::size_t longest)
{
    Bytes stream;
    for (std::size_t at = 0; at < message.size(); at += longest) {
        const std::size_t length = std::min(longest, message.size() - at);
        put(stream, {22, 3, 1});
        put(stream, withLength16({message.begin() + static_cast<std::ptrdiff_t>(at),
                                  message.begin() + static_cast<std::ptrdiff_t>(at + length)}));
    }
    return stream;
}

Bytes datagram(std::uint8_t type, const Bytes& body)
{
    Bytes message{type};
    number(message, body.size(), 3);
    number(message, 0, 2);
    number(message, 0, 3);
    number(message, body.size(), 3);
    put(message, body);
    Bytes record{22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0};
    put(record, withLength16(message));
    return record;
}

} // namespace flowscent::test
