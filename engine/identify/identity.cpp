// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/identify/identity.h"

#include <array>

namespace flowscent::identify {

namespace {

constexpr std::string_view digits = "0123456789abcdef";

} // namespace

std::string_view text(Spoken spoken)
{
    constexpr std::array<std::string_view, 7> texts{"", "TLS", "DTLS", "QUIC", "HTTP", "DNS", "SSH"};
    return texts[static_cast<std::size_t>(spoken)];
}

std::string_view text(Confidence confidence)
{
    constexpr std::array<std::string_view, 5> texts{"", "port", "address", "cache", "payload"};
    return texts[static_cast<std::size_t>(confidence)];
}

std::string tlsVersionText(std::uint16_t version)
{
    switch (version) {
    case 0:
        return "";
    case 0x0300:
        return "SSL 3.0";
    case 0x0301:
        return "TLS 1.0";
    case 0x0302:
        return "TLS 1.1";
    case 0x0303:
        return "TLS 1.2";
    case 0x0304:
        return "TLS 1.3";
    case 0xfeff:
        return "DTLS 1.0";
    case 0xfefd:
        return "DTLS 1.2";
    case 0xfefc:
        return "DTLS 1.3";
    default:
        break;
    }
    std::string hex = "0x";
    for (int shift = 12; shift >= 0; shift -= 4)
        hex += digits[(version >> shift) & 15];
    return hex;
}

std::vector<std::string_view> riskTexts(std::uint64_t risks)
{
    std::vector<std::string_view> texts;
    for (unsigned bit = 0; bit < 64; ++bit) {
        if ((risks >> bit & 1) != 0 && !riskText(bit).empty())
            texts.push_back(riskText(bit));
    }
    return texts;
}

std::string printable(std::string_view bytes, std::size_t most)
{
    std::string text;
    for (const char c : bytes.substr(0, most)) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (byte >= 0x20 && byte < 0x7f) {
            text += c;
        } else {
            text += "\\x";
            text += digits[byte >> 4];
            text += digits[byte & 15];
        }
    }
    return text;
}

std::string hostText(std::string_view bytes)
{
    if (bytes.size() > 1 && bytes.back() == '.')
        bytes.remove_suffix(1);
    std::string text = printable(bytes);
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

} // namespace flowscent::identify
