// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/packet/address.h"

#include <arpa/inet.h>

namespace flowscent::packet {

std::string text(const IpAddress& address)
{
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    inet_ntop(address.v6 ? AF_INET6 : AF_INET, address.bytes.data(), buffer.data(), buffer.size());
    return buffer.data();
}

std::optional<IpAddress> parseAddress(std::string_view text)
{
    if (text.find('\0') != std::string_view::npos) // inet_pton would not look behind it
        return std::nullopt;
    const std::string terminated(text);
    IpAddress address;
    if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1)
        return address;
    address.v6 = true;
    if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1)
        return address;
    return std::nullopt;
}

bool isMulticast(const IpAddress& address)
{
    return address.v6 ? address.bytes[0] == 0xff : (address.bytes[0] & 0xf0) == 0xe0;
}

} // namespace flowscent::packet
