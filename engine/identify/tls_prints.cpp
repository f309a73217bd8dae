// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/identify/tls_prints.h"

#include <algorithm>

#include "engine/base/digest.h"

namespace flowscent::identify {

namespace {

template <class Number>
std::string dashed(const std::vector<Number>& numbers, bool withGrease = false)
{
    std::string text;
    for (const Number number : numbers) {
        if (!withGrease && isGrease(number))
            continue;
        if (!text.empty())
            text += '-';
        text += std::to_string(number);
    }
    return text;
}

constexpr std::string_view digits = "0123456789abcdef";

void appendHex(std::string& text, std::uint16_t number)
{
    for (int shift = 12; shift >= 0; shift -= 4)
        text += digits[(number >> shift) & 15];
}

std::string hexList(const std::vector<std::uint16_t>& numbers)
{
    std::string text;
    for (const std::uint16_t number : numbers) {
        if (!text.empty())
            text += ',';
        appendHex(text, number);
    }
    return text;
}

std::vector<std::uint16_t> withoutGrease(std::vector<std::uint16_t> numbers)
{
    std::erase_if(numbers, isGrease);
    return numbers;
}

std::string shortHash(const std::string& text)
{
    if (text.empty())
        return "000000000000";
    base::Sha256 digest;
    digest.add(text);
    return digest.hex().substr(0, 12);
}

std::string twoDigits(std::size_t count)
{
    const std::size_t shown = std::min<std::size_t>(count, 99);
    return {static_cast<char>('0' + shown / 10), static_cast<char>('0' + shown % 10)};
}

std::string_view versionLetters(std::uint16_t version)
{
    switch (version) {
    case 0x0304:
        return "13";
    case 0x0303:
        return "12";
    case 0x0302:
        return "11";
    case 0x0301:
        return "10";
    case 0x0300:
        return "s3";
    case 0x0002:
        return "s2";
    case 0xfeff:
        return "d1";
    case 0xfefd:
        return "d2";
    case 0xfefc:
        return "d3";
    default:
        return "00";
    }
}

bool isAlphanumeric(std::uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

/// First and last character of the first protocol offered, or of its hex digits when one of them is none to print.
std::string alpnLetters(const ClientHello& hello)
{
    if (hello.alpn.empty() || hello.alpn.front().empty())
        return "00";
    const auto first = static_cast<std::uint8_t>(hello.alpn.front().front());
    const auto last = static_cast<std::uint8_t>(hello.alpn.front().back());
    if (isAlphanumeric(first) && isAlphanumeric(last))
        return {static_cast<char>(first), static_cast<char>(last)};
    return {digits[first >> 4], digits[last & 15]};
}

std::string extensionsAndSignatures(const ClientHello& hello, std::vector<std::uint16_t> extensions)
{
    std::erase_if(extensions, [](std::uint16_t type) { return type == 0x0000 || type == 0x0010; });
    std::ranges::sort(extensions);
    std::string text = hexList(extensions);
    const auto signatures = withoutGrease(hello.signatures);
    if (!text.empty() && !signatures.empty())
        text += '_' + hexList(signatures);
    return text;
}

} // namespace

std::string ja3Text(const ClientHello& hello)
{
    return std::to_string(hello.version) + ',' + dashed(hello.ciphers) + ',' + dashed(hello.extensions) + ',' +
           dashed(hello.groups) + ',' + dashed(hello.pointFormats, true);
}

std::string ja3(const ClientHello& hello)
{
    return base::md5Hex(ja3Text(hello));
}

std::string ja3sText(const ServerHello& hello)
{
    return std::to_string(hello.version) + ',' + std::to_string(hello.cipher) + ',' + dashed(hello.extensions, true);
}

std::string ja3s(const ServerHello& hello)
{
    return base::md5Hex(ja3sText(hello));
}

/// DTLS counts downwards: 0xfefc is newer than 0xfefd.
std::uint16_t bestVersion(const ClientHello& hello)
{
    const auto offered = withoutGrease(hello.versions);
    if (offered.empty())
        return hello.version;
    return hello.version >> 8 == 0xfe ? std::ranges::min(offered) : std::ranges::max(offered);
}

std::string ja4(const ClientHello& hello, Carrier carrier)
{
    auto ciphers = withoutGrease(hello.ciphers);
    const auto extensions = withoutGrease(hello.extensions);
    std::string text(1, static_cast<char>(carrier));
    text += versionLetters(bestVersion(hello));
    text += std::ranges::find(extensions, std::uint16_t{0}) != extensions.end() ? 'd' : 'i';
    text += twoDigits(ciphers.size()) + twoDigits(extensions.size()) + alpnLetters(hello);
    std::ranges::sort(ciphers);
    text += '_' + shortHash(hexList(ciphers));
    return text + '_' + shortHash(extensionsAndSignatures(hello, extensions));
}

} // namespace flowscent::identify
